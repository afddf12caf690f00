/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the catalog's types mean for a string. A value that does not fit is
 * dropped by the caller: a source that puts a note where a date belongs has
 * sent something that nobody granted (SAFETY F2).
 */
#include "redact/type.h"

#include "base/clock.h"

enum { MAX_ID = 255, MAX_EXTENSION = 64, MAX_EMAIL = 320 };

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

bool type_is_id(struct span text)
{
    if (text.len == 0 || text.len > MAX_ID) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

static bool is_word(const struct field *f, struct span text)
{
    for (size_t i = 0; i < f->word_count; i++) {
        if (span_eq(f->words[i], text)) {
            return true;
        }
    }
    return false;
}

static bool is_extension(struct span text)
{
    struct span rest = span_from(text, 4);

    if (!span_starts(text, SPAN("ext:")) || rest.len == 0 || rest.len > MAX_EXTENSION) {
        return false;
    }
    for (size_t i = 0; i < rest.len; i++) {
        uint8_t c = rest.ptr[i];

        if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

static bool is_date(struct span text)
{
    int32_t date;

    return clock_parse_date(text, &date);
}

/* Two digits at `at` that are at most `max`. */
static bool is_pair(struct span text, size_t at, unsigned max)
{
    return text.len >= at + 2 && is_digit(text.ptr[at]) && is_digit(text.ptr[at + 1]) &&
           (text.ptr[at] - 48u) * 10 + (text.ptr[at + 1] - 48u) <= max;
}

/* Z, z, +hh:mm or -hh:mm, and nothing behind it. */
static bool is_offset(struct span text)
{
    if (text.len == 1) {
        return (text.ptr[0] | 0x20) == 'z';
    }
    return text.len == 6 && (text.ptr[0] == '+' || text.ptr[0] == '-') && is_pair(text, 1, 23) &&
           text.ptr[3] == ':' && is_pair(text, 4, 59);
}

/* RFC 3339 5.6; a leap second is a time. */
static bool is_datetime(struct span text)
{
    if (text.len < 20 || !is_date(span_sub(text, 0, 10)) || (text.ptr[10] | 0x20) != 't' ||
        !is_pair(text, 11, 23) || text.ptr[13] != ':' || !is_pair(text, 14, 59) ||
        text.ptr[16] != ':' || !is_pair(text, 17, 60)) {
        return false;
    }
    size_t at = 19;

    if (text.ptr[at] == '.') {
        size_t from = ++at;

        while (at < text.len && is_digit(text.ptr[at])) {
            at++;
        }
        if (at == from) {
            return false;
        }
    }
    return is_offset(span_from(text, at));
}

static bool is_year(struct span text)
{
    return text.len == 4 && is_digit(text.ptr[0]) && is_digit(text.ptr[1]) &&
           is_digit(text.ptr[2]) && is_digit(text.ptr[3]);
}

static bool is_email(struct span text)
{
    size_t at = span_find(text, '@');

    if (at == 0 || text.len > MAX_EMAIL || at + 1 >= text.len ||
        span_find(span_from(text, at + 1), '@') != text.len - at - 1) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= 0x20 || text.ptr[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

bool type_fits(const struct field *f, struct span text)
{
    switch (f->type) {
    case TYPE_STRING:
        return true;
    case TYPE_ID:
        return type_is_id(text);
    case TYPE_BOOLEAN:
        return span_eq(text, SPAN("true")) || span_eq(text, SPAN("false"));
    case TYPE_ENUM:
        return is_word(f, text) || (f->extensible && is_extension(text));
    case TYPE_GRADE:
        return is_word(f, text);
    case TYPE_DATE:
        return is_date(text);
    case TYPE_DATETIME:
        return is_datetime(text);
    case TYPE_YEAR:
        return is_year(text);
    case TYPE_EMAIL:
        return is_email(text);
    case TYPE_MOMENT:
        return is_date(text) || is_datetime(text);
    case TYPE_NUMBER: /* the grammar has been checked: a literal is one of these or null */
        return text.len > 0 && text.ptr[0] != 't' && text.ptr[0] != 'f';
    case TYPE_FLAG:
        return text.len > 0 && (text.ptr[0] == 't' || text.ptr[0] == 'f');
    }
    return false;
}
