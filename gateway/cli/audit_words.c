/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for entries. No other student, no value of a record can appear here:
 * entries hold none.
 */
#include "cli/audit_words.h"

/* Length of a sequence at the front that a terminal could obey or that hides text; 0: harmless. */
static size_t steering(struct span text)
{
    const uint8_t *p = text.ptr;

    if (p[0] < 0x20 || p[0] == 0x7F) {
        return 1;
    }
    if (text.len >= 2 && p[0] == 0xC2 && p[1] < 0xA0) {
        return 2; /* C1 controls */
    }
    if (text.len >= 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE) {
        return 3; /* line separators, directional overrides */
    }
    if (text.len >= 3 && p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA0 && p[2] <= 0xAF) {
        return 3; /* directional isolates, invisible characters */
    }
    return 0;
}

void words_put(FILE *out, struct span text)
{
    while (text.len > 0) {
        size_t bad = steering(text);

        putc(bad > 0 ? '?' : text.ptr[0], out);
        text = span_from(text, bad > 0 ? bad : 1);
    }
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* "sourcedId" reads "sourced id", "agentSourcedIds" "agent sourced ids". */
static void put_words(FILE *out, struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (is_upper(name.ptr[i])) {
            fputs(i > 0 ? " " : "", out);
            putc(name.ptr[i] - 'A' + 'a', out);
        } else {
            words_put(out, span_sub(name, i, 1));
        }
    }
}

void words_put_field(FILE *out, struct span path)
{
    struct span part = span_cut(&path, '.');

    put_words(out, part);
    while (path.ptr != NULL) {
        part = span_cut(&path, '.');
        fputs(": ", out);
        put_words(out, part);
    }
}
