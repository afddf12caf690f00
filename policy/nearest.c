/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": edit distance with ASCII case folded, over words short enough
 * to be compared on the stack.
 */
#include "policy/nearest.h"

#include <stdio.h>

enum { MAX_WORD = 160, SHOWN_BYTES = 60 };

struct shown shown_of(struct span text)
{
    struct shown s = {""};
    size_t n = text.len > SHOWN_BYTES ? SHOWN_BYTES : text.len;

    while (n > 0 && n < text.len && (text.ptr[n] & 0xC0) == 0x80) {
        n--; /* not inside a character */
    }
    for (size_t i = 0; i < n; i++) {
        s.text[i] = (char)(text.ptr[i] < 0x20 ? ' ' : text.ptr[i]);
    }
    if (n < text.len) {
        memcpy(s.text + n, "...", 3);
    }
    return s;
}

void nearest_init(struct nearest *n, struct span want)
{
    *n = (struct nearest){.want = want, .distance = SIZE_MAX};
}

static uint8_t fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_swapped(struct span a, struct span b, size_t i, size_t j)
{
    return i > 1 && j > 1 && fold(a.ptr[i - 1]) == fold(b.ptr[j - 2]) &&
           fold(a.ptr[i - 2]) == fold(b.ptr[j - 1]);
}

/* Insert, delete, replace or swap of neighbours cost 1; words are at most MAX_WORD long. */
static size_t distance(struct span a, struct span b)
{
    size_t rows[3][MAX_WORD + 1];

    for (size_t i = 0; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *last = rows[(i + 2) % 3];
        const size_t *before = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t cost = i > 0 && fold(a.ptr[i - 1]) == fold(b.ptr[j - 1]) ? 0 : 1;

            row[j] = i == 0 ? j : least(least(last[j], row[j - 1]) + 1, last[j - 1] + cost);
            if (is_swapped(a, b, i, j)) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[a.len % 3][b.len];
}

/* One word is the start of the other, and long enough to mean it. */
static bool is_start(struct span a, struct span b)
{
    size_t n = least(a.len, b.len);

    return n >= 4 && span_eq_nocase(span_sub(a, 0, n), span_sub(b, 0, n));
}

void nearest_try(struct nearest *n, struct span word)
{
    if (n->want.len > MAX_WORD || word.len > MAX_WORD || n->want.len == 0) {
        return;
    }
    size_t longest = n->want.len > word.len ? n->want.len : word.len;
    size_t d = distance(n->want, word);
    size_t most = longest / 3 == 0 ? 1 : longest / 3;

    if (d < n->distance && (d <= most || is_start(n->want, word))) {
        n->distance = d;
        n->word = word;
    }
}

struct shown nearest_hint(const struct nearest *n)
{
    enum { WORD_BYTES = 48 };
    struct shown s = {""};

    if (n->word.len > 0) {
        int len = (int)least(n->word.len, WORD_BYTES);

        (void)snprintf(s.text, sizeof(s.text), "; did you mean \"%.*s%s\"?", len,
                       (const char *)n->word.ptr, n->word.len > WORD_BYTES ? "..." : "");
    }
    return s;
}
