/* SPDX-License-Identifier: Apache-2.0 */
/* First graphemes of names in many scripts (Unicode UAX #29). */
#include "redact/grapheme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void finds_the_first_character_as_a_reader_sees_it(void **state)
{
    static const char *const names[][2] = {
        {"Anna", "A"},
        {"\xC3\x89lodie", "\xC3\x89"},
        {"E\xCC\x81lodie", "E\xCC\x81"},
        {"A\xCC\x8A\xCC\x81x", "A\xCC\x8A\xCC\x81"},  /* two marks */
        {"\xED\x95\x9C\xEA\xB8\x80", "\xED\x95\x9C"}, /* Hangul, precomposed */
        {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80",
         "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"},
        {"\xE0\xA4\xA8\xE0\xA4\xBF\xE0\xA4\xB6\xE0\xA4\xBE",
         "\xE0\xA4\xA8\xE0\xA4\xBF"},                                         /* Devanagari */
        {"\xE0\xB8\x81\xE0\xB8\xB4\xE0\xB8\x95", "\xE0\xB8\x81\xE0\xB8\xB4"}, /* Thai */
        {"\xD9\x85\xD9\x8F\xD8\xAD", "\xD9\x85\xD9\x8F"},                     /* Arabic */
        {"\xE6\xBC\xA2\xE5\xAD\x97", "\xE6\xBC\xA2"},
        {"\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xA9", "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"},
        {"\xF0\x9F\x91\x8B\xF0\x9F\x8F\xBDx",
         "\xF0\x9F\x91\x8B\xF0\x9F\x8F\xBD"}, /* emoji modifier */
        {"\xCC\x81x", "\xCC\x81"},            /* a mark alone */
        {"\n\xCC\x81", "\n"},                 /* GB4 */
        {" Anna", " "},
        {"\xE1\x84\x92x", "\xE1\x84\x92"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(grapheme_first(span_str(names[i][0])), strlen(names[i][1]));
    }
    assert_int_equal(grapheme_first(SPAN("")), 0);
}

static void never_shows_a_second_letter_by_a_long_run_of_marks(void **state)
{
    char text[512] = "A";
    size_t len = 1;

    (void)state;
    while (len < 400) {
        memcpy(text + len, "\xCC\x81", 2);
        len += 2;
    }
    assert_true(grapheme_first(span_of(text, len)) <= 68);
}

static void gives_no_more_than_the_text(void **state)
{
    const char text[] = "A\xCC\x81\xCC\x82";

    (void)state;
    for (size_t len = 1; len < sizeof(text); len++) {
        assert_true(grapheme_first(span_of(text, len)) <= len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_first_character_as_a_reader_sees_it),
        cmocka_unit_test(never_shows_a_second_letter_by_a_long_run_of_marks),
        cmocka_unit_test(gives_no_more_than_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
