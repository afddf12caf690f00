/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

/* A blank that spreadsheets skip in front of a formula: its bytes, 0 when it is none. */
static size_t blank_bytes(struct span text)
{
    static const struct span blanks[] = {
        {(const uint8_t *)" ", 1},
        {(const uint8_t *)"\xC2\xA0", 2},     /* no-break space */
        {(const uint8_t *)"\xE3\x80\x80", 3}, /* ideographic space */
    };

    for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
        if (span_starts(text, blanks[i])) {
            return blanks[i].len;
        }
    }
    return 0;
}

static bool is_formula(struct span text)
{
    static const struct span signs[] = {
        {(const uint8_t *)"=", 1},
        {(const uint8_t *)"+", 1},
        {(const uint8_t *)"-", 1},
        {(const uint8_t *)"@", 1},
        {(const uint8_t *)"\t", 1},
        {(const uint8_t *)"\r", 1},
        {(const uint8_t *)"\n", 1},
        {(const uint8_t *)"\xEF\xBC\x9D", 3}, /* the same in full width */
        {(const uint8_t *)"\xEF\xBC\x8B", 3},
        {(const uint8_t *)"\xEF\xBC\x8D", 3},
        {(const uint8_t *)"\xEF\xBC\xA0", 3},
    };

    while (blank_bytes(text) > 0) {
        text = span_from(text, blank_bytes(text));
    }
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (span_starts(text, signs[i])) {
            return true;
        }
    }
    return false;
}

static bool needs_quotes(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '"' || c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t') {
            return true;
        }
    }
    return text.len > 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');
}

void csv_put(struct buf *out, struct span text, bool first)
{
    bool quotes = needs_quotes(text);

    buf_put_str(out, first ? "" : ",");
    buf_put_str(out, quotes ? "\"" : "");
    buf_put_str(out, is_formula(text) ? "'" : "");
    for (size_t i = 0; i < text.len; i++) {
        buf_put_str(out, text.ptr[i] == '"' ? "\"" : "");
        buf_put_byte(out, text.ptr[i]);
    }
    buf_put_str(out, quotes ? "\"" : "");
}

void csv_end(struct buf *out)
{
    buf_put_str(out, "\r\n");
}
