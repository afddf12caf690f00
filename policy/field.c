/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for fields whatever a catalog or policy says: SSNs and passwords.
 * The rules live in code on purpose: no data file can loosen them. In doubt a
 * value is barred.
 */
#include "policy/field.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* True if `word` stands in `text` when case, blanks and punctuation are left out. */
static bool holds_word(struct span text, const char *word)
{
    for (size_t from = 0; from < text.len; from++) {
        const char *want = word;
        for (size_t i = from; i < text.len && *want != '\0'; i++) {
            uint8_t c = fold(text.ptr[i]);
            bool letter = c >= 'a' && c <= 'z';
            if (letter && c != (uint8_t)*want) {
                break;
            }
            want += letter;
        }
        if (*want == '\0') {
            return true;
        }
    }
    return false;
}

/* A kind of identifier that is, or may be, the social security number. */
bool field_name_is_ssn(struct span text)
{
    enum { MAX_WORD = 64 };
    if (text.len == 0 || text.len > MAX_WORD) {
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x80) {
            return true; /* full-width letters and the like: not worth telling apart */
        }
    }
    return holds_word(text, "ssn") || holds_word(text, "socialsec") || holds_word(text, "socsec");
}

/* Digits in groups of 3, 2 and 4 with anything but letters and digits between them. */
static bool is_ssn_number(struct span text)
{
    static const size_t want[] = {3, 2, 4};
    size_t groups = 0;
    size_t i = 0;
    while (i < text.len) {
        size_t start = i;
        while (i < text.len && is_digit(text.ptr[i])) {
            i++;
        }
        if (i == start) {
            uint8_t c = fold(text.ptr[i++]);
            if (c >= 'a' && c <= 'z') {
                return false;
            }
            continue;
        }
        if (groups == 3 || i - start != want[groups]) {
            return false;
        }
        groups++;
    }
    return groups == 3;
}

bool field_bars_item(const struct field *f, struct span value)
{
    switch (f->bar) {
    case BAR_NONE:
        return false;
    case BAR_SSN_WORD:
        return field_name_is_ssn(value);
    case BAR_SSN_NUMBER:
        return is_ssn_number(value);
    }
    return true;
}

bool field_name_is_secret(struct span name)
{
    return span_eq_nocase(name, SPAN("password"));
}

bool field_is_literal(const struct field *f)
{
    return f->kind == FIELD_VALUE && (f->type == TYPE_NUMBER || f->type == TYPE_FLAG);
}
