/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, words and escapes of JSON. Pure functions over bytes that stage 1 has
 * found to be well-formed UTF-8 without control characters.
 */
#include "redact/literal.h"

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Skips digits from `at` on; returns where they end. */
static size_t digits(struct span text, size_t at)
{
    while (at < text.len && is_digit(text.ptr[at])) {
        at++;
    }
    return at;
}

/* Skips one or more digits; false when there is none. */
static bool some_digits(struct span text, size_t *at)
{
    size_t from = *at;

    *at = digits(text, from);
    return *at > from;
}

static bool has(struct span text, size_t at, uint8_t byte)
{
    return at < text.len && text.ptr[at] == byte;
}

/* int [frac] [exp], RFC 8259 6. */
static bool is_number(struct span text)
{
    size_t at = has(text, 0, '-') ? 1 : 0;
    size_t whole = at;

    if (!some_digits(text, &at) || (text.ptr[whole] == '0' && at > whole + 1)) {
        return false;
    }
    if (has(text, at, '.')) {
        at++;
        if (!some_digits(text, &at)) {
            return false;
        }
    }
    if (has(text, at, 'e') || has(text, at, 'E')) {
        at++;
        at += has(text, at, '+') || has(text, at, '-') ? 1 : 0;
        if (!some_digits(text, &at)) {
            return false;
        }
    }
    return at == text.len;
}

bool literal_is_valid(struct span text)
{
    return span_eq(text, SPAN("null")) || span_eq(text, SPAN("true")) ||
           span_eq(text, SPAN("false")) || is_number(text);
}

/* The value of a hexadecimal digit, or 16. */
static unsigned hex(uint8_t byte)
{
    if (is_digit(byte)) {
        return byte - (unsigned)'0';
    }
    uint8_t lower = byte | 0x20;

    return lower >= 'a' && lower <= 'f' ? lower - (unsigned)'a' + 10 : 16;
}

/* Reads \uXXXX at `at`; false when it is none. */
static bool read_unit(struct span raw, size_t at, uint32_t *unit)
{
    uint32_t value = 0;

    if (!has(raw, at, '\\') || !has(raw, at + 1, 'u') || raw.len - at < 6) {
        return false;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        unsigned digit = hex(raw.ptr[i]);

        if (digit > 15) {
            return false;
        }
        value = value << 4 | digit;
    }
    *unit = value;
    return true;
}

/* Reads one \u escape, or a pair of them, at `at`; returns its length, or 0 when it is none. */
static size_t read_unicode(struct span raw, size_t at, uint32_t *c)
{
    uint32_t high;
    uint32_t low;

    if (!read_unit(raw, at, &high) || (high >= 0xDC00 && high <= 0xDFFF)) {
        return 0;
    }
    if (high < 0xD800 || high > 0xDFFF) {
        *c = high;
        return 6;
    }
    if (!read_unit(raw, at + 6, &low) || low < 0xDC00 || low > 0xDFFF) {
        return 0;
    }
    *c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return 12;
}

/* Reads the escape at `at` (a backslash); returns its length, or 0 when it is none. */
static size_t read_escape(struct span raw, size_t at, uint32_t *c)
{
    static const char names[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";

    if (raw.len - at < 2) {
        return 0;
    }
    if (raw.ptr[at + 1] == 'u') {
        return read_unicode(raw, at, c);
    }
    const char *name = memchr(names, raw.ptr[at + 1], sizeof(names) - 1);

    *c = name == NULL ? 0 : (uint8_t)means[name - names];
    return name == NULL ? 0 : 2;
}

bool literal_escapes_are_valid(struct span raw)
{
    uint32_t c;

    for (size_t at = span_find(raw, '\\'); at < raw.len;) {
        size_t len = read_escape(raw, at, &c);

        if (len == 0) {
            return false;
        }
        at += len;
        at += span_find(span_from(raw, at), '\\');
    }
    return true;
}

static size_t put_utf8(uint32_t c, uint8_t out[4])
{
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t leads[4] = {0, 0xC0, 0xE0, 0xF0};

    for (size_t i = more; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (uint8_t)(leads[more] | c);
    return more + 1;
}

bool literal_unescape_short(struct span raw, uint8_t *out, size_t cap, size_t *len)
{
    size_t used = 0;

    for (size_t at = 0; at < raw.len;) {
        uint8_t bytes[4] = {raw.ptr[at]};
        size_t n = 1;
        size_t read = 1;
        uint32_t c;

        if (raw.ptr[at] == '\\') {
            read = read_escape(raw, at, &c);
            n = read == 0 ? 0 : put_utf8(c, bytes);
        }
        if (n == 0 || n > cap - used) {
            return false;
        }
        memcpy(out + used, bytes, n);
        used += n;
        at += read;
    }
    *len = used;
    return true;
}

size_t literal_unescape(struct span raw, uint8_t *out)
{
    size_t len = 0;

    return literal_unescape_short(raw, out, raw.len, &len) ? len : 0;
}
