/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, words and escapes by themselves; the grammar's tests have them in place. */
#include "redact/literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void tells_literals_from_what_looks_like_them(void **state)
{
    static const char *const good[] = {"0",         "-0",   "10",    "1.0", "1e0",
                                       "-1.25E-10", "true", "false", "null"};
    static const char *const bad[] = {"",    "-",    "00", "1.", "e1",    "1e",
                                      "tru", "True", " 1", "1 ", "nulls", "0x1"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(literal_is_valid(span_str(good[i])));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(literal_is_valid(span_str(bad[i])));
    }
}

static void unescapes_every_code_point(void **state)
{
    char raw[16];
    uint8_t out[16];

    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 251) {
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        uint32_t low = c - 0x10000;

        if (c < 0x10000) {
            (void)snprintf(raw, sizeof(raw), "\\u%04X", c);
        } else {
            (void)snprintf(raw, sizeof(raw), "\\u%04x\\u%04x", 0xD800 + (low >> 10),
                           0xDC00 + (low & 0x3FF));
        }
        assert_int_equal(literal_escapes_are_valid(span_str(raw)), !surrogate);
        if (!surrogate) {
            size_t len = literal_unescape(span_str(raw), out);

            assert_int_equal(len, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
            assert_true(span_is_utf8(span_of(out, len)));
        }
    }
}

static void unescapes_the_short_forms_and_copies_the_rest(void **state)
{
    const char raw[] = "a\\\"\\\\\\/\\b\\f\\n\\r\\t\xC3\xA9\\u0000z";
    const char want[] = "a\"\\/\b\f\n\r\t\xC3\xA9\0z";
    uint8_t out[sizeof(raw)];

    (void)state;
    assert_true(literal_escapes_are_valid(span_str(raw)));
    assert_int_equal(literal_unescape(span_str(raw), out), sizeof(want) - 1);
    assert_memory_equal(out, want, sizeof(want) - 1);
}

static void never_writes_past_the_room_given(void **state)
{
    const char raw[] = "ab\\ud83d\\ude00cd";
    uint8_t out[16];
    size_t len = 99;

    (void)state;
    for (size_t cap = 0; cap < 8; cap++) {
        memset(out, 0xEE, sizeof(out));
        assert_false(literal_unescape_short(span_str(raw), out, cap, &len));
        assert_int_equal(len, 99);
        assert_int_equal(out[cap], 0xEE);
    }
    assert_true(literal_unescape_short(span_str(raw), out, 8, &len));
    assert_int_equal(len, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_literals_from_what_looks_like_them),
        cmocka_unit_test(unescapes_every_code_point),
        cmocka_unit_test(unescapes_the_short_forms_and_copies_the_rest),
        cmocka_unit_test(never_writes_past_the_room_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
