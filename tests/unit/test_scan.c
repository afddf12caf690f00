/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1 against the plainest reading of its definition, one byte at a time,
 * over random text cut at random places, and by hand at the edges.
 */
#include "redact/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_TEXT = 3 * SCAN_WINDOW };

/* The places of a whole text, as offsets into it, and where it is faulty. */
struct found {
    size_t count;
    size_t fault;
    uint32_t at[MAX_TEXT];
};

static bool is_mark(uint8_t c)
{
    return c != 0 && strchr("{}[]:,", c) != NULL;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The first byte that makes the text other than UTF-8, by the library's whole-text test. */
static size_t first_bad(struct span text)
{
    for (size_t n = 1; n <= text.len; n++) {
        static const char *const tails[] = {"",     "\x80",     "\x80\x80", "\x80\x80\x80",
                                            "\xA0", "\xA0\x80", "\x90\x80", "\x90\x80\x80"};
        bool good = false;
        size_t from = n > 8 ? n - 8 : 0;

        while (from > 0 && (text.ptr[from] & 0xC0) == 0x80) {
            from--;
        }
        for (size_t t = 0; t < sizeof(tails) / sizeof(tails[0]); t++) {
            uint8_t room[32];
            size_t len = n - from;

            memcpy(room, text.ptr + from, len);
            memcpy(room + len, tails[t], strlen(tails[t]));
            good |= span_is_utf8(span_of(room, len + strlen(tails[t])));
        }
        if (!good) {
            return n - 1;
        }
    }
    return text.len;
}

static void read_plainly(struct span text, struct found *out)
{
    bool string = false;
    bool escaped = false;
    bool run = false;

    out->count = 0;
    out->fault = first_bad(text);
    for (size_t i = 0; i < out->fault; i++) {
        uint8_t c = text.ptr[i];
        bool quote = c == '"' && !escaped;
        bool escape = c == '\\' && !escaped;
        bool in_run = !string && !quote && !is_mark(c) && !is_space(c);

        if (string && c < 0x20) {
            out->fault = i;
            return;
        }
        if (quote || (string && escape) || (!string && is_mark(c)) || (in_run && !run)) {
            out->at[out->count++] = (uint32_t)i;
        }
        string ^= quote;
        escaped = escape;
        run = in_run;
    }
}

/* Runs the kernel over windows whose sizes come from `next`. */
static void read_kernel(struct span text, size_t (*next)(void), struct found *out)
{
    struct scan_carry carry = {.need = 0};
    static struct scan_index index;

    out->count = 0;
    out->fault = text.len;
    for (size_t at = 0; at < text.len;) {
        struct span window = span_sub(text, at, next());

        scan_best()->run(&carry, window, &index);
        for (size_t i = 0; i < index.count; i++) {
            out->at[out->count++] = (uint32_t)(at + index.at[i]);
        }
        if (index.fault < window.len) {
            out->fault = at + index.fault;
            return;
        }
        at += window.len;
    }
}

static size_t whole_windows(void)
{
    return SCAN_WINDOW;
}

static size_t single_bytes(void)
{
    return 1;
}

static size_t random_windows(void)
{
    return 1 + (size_t)rand() % 200;
}

static void assert_same(const struct found *a, const struct found *b)
{
    assert_int_equal(a->fault, b->fault);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->at, b->at, a->count * sizeof(a->at[0]));
}

static void check(struct span text)
{
    static struct found plain;
    static struct found kernel;

    read_plainly(text, &plain);
    read_kernel(text, whole_windows, &kernel);
    assert_same(&plain, &kernel);
    read_kernel(text, single_bytes, &kernel);
    assert_same(&plain, &kernel);
    read_kernel(text, random_windows, &kernel);
    assert_same(&plain, &kernel);
}

static void finds_the_places_of_a_small_document(void **state)
{
    static const uint16_t want[] = {0, 1, 3, 4, 5, 6, 7, 10, 12, 13, 17, 18, 20, 22, 23, 24};
    const char text[] = "{\"a\":[1, \t-2,true,\"x\\n\"]}";
    static struct scan_index index;
    struct scan_carry carry = {.need = 0};

    (void)state;
    scan_best()->run(&carry, span_str(text), &index);
    assert_int_equal(index.fault, strlen(text));
    assert_int_equal(index.count, sizeof(want) / sizeof(want[0]));
    assert_memory_equal(index.at, want, sizeof(want));
}

static void agrees_with_a_plain_reading_on_random_text(void **state)
{
    static const char *const parts[] = {"\"",
                                        "\\",
                                        "\\\"",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ":",
                                        ",",
                                        " ",
                                        "\n",
                                        "a",
                                        "1",
                                        "\\\\",
                                        "\\\\\\",
                                        "abcdefghijklmnopqrst",
                                        "\xC3\xA9",
                                        "\xF0\x9F\x98\x80",
                                        "\xE6\xBC\xA2",
                                        "\"text\"",
                                        "        "};
    static char text[MAX_TEXT];

    (void)state;
    srand(7);
    for (unsigned round = 0; round < 400; round++) {
        size_t len = 0;
        size_t want = 1 + (size_t)rand() % 400;

        while (len < want) {
            const char *part = parts[(size_t)rand() % (sizeof(parts) / sizeof(parts[0]))];

            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        if (rand() % 3 == 0) {
            text[(size_t)rand() % len] = (char)(rand() % 256);
        }
        check(span_of(text, len));
    }
}

static void carries_every_state_over_every_block_edge(void **state)
{
    static const char *const middles[] = {
        "\\\"",         "\\\\\"",           "\\\\\\\"", "\"",           "12",
        "\xE6\xBC\xA2", "\xF0\x9F\x98\x80", "\x01",     "\xED\xA0\x80", "\xC0\x80"};
    char text[256];

    (void)state;
    for (size_t m = 0; m < sizeof(middles) / sizeof(middles[0]); m++) {
        for (size_t before = 55; before < 70; before++) {
            for (unsigned string = 0; string < 2; string++) {
                memset(text, string != 0 ? 'x' : ' ', sizeof(text));
                text[0] = string != 0 ? '"' : ' ';
                memcpy(text + before, middles[m], strlen(middles[m]));
                check(span_of(text, 160));
            }
        }
    }
}

static void names_the_first_fault_and_no_place_behind_it(void **state)
{
    static struct scan_index index;
    struct scan_carry carry = {.need = 0};
    const char text[] = "{\"a\x1F\":1}\xFF{{{{";

    (void)state;
    scan_best()->run(&carry, span_of(text, sizeof(text) - 1), &index);
    assert_int_equal(index.fault, 3);
    assert_int_equal(index.count, 2);
}

static void refuses_every_malformed_lead_and_tail(void **state)
{
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\xAF",
                                      "\xC1\xBF",
                                      "\xE0\x80\xAF",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x80\x80\xAF",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xF8\x88\x80\x80\x80",
                                      "\xFE",
                                      "\xFF",
                                      "\xC3(",
                                      "\xE2\x82(",
                                      "\xF0\x9F\x98("};
    static struct found found;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        read_kernel(span_str(bad[i]), whole_windows, &found);
        assert_true(found.fault < strlen(bad[i]));
        check(span_str(bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_places_of_a_small_document),
        cmocka_unit_test(agrees_with_a_plain_reading_on_random_text),
        cmocka_unit_test(carries_every_state_over_every_block_edge),
        cmocka_unit_test(names_the_first_fault_and_no_place_behind_it),
        cmocka_unit_test(refuses_every_malformed_lead_and_tail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
