/* SPDX-License-Identifier: Apache-2.0 */
#include "district/canary.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_code_names_its_origin(void **state)
{
    (void)state;
    for (uint32_t number = 0; number <= CANARY_MAX_NUMBER; number += 7919) {
        for (uint32_t field = 1; field < 64; field++) {
            struct canary c = {(enum canary_kind)(number % 8), number, (enum canary_field)field};
            struct canary back = canary_origin(canary_code(c));

            assert_int_equal(back.kind, c.kind);
            assert_int_equal(back.number, c.number);
            assert_int_equal(back.field, c.field);
        }
    }
}

static void a_word_is_read_back_in_both_cases(void **state)
{
    struct canary c = {CANARY_STUDENT, 123, CANARY_EMAIL};
    struct buf out;
    uint32_t code = 0;

    (void)state;
    buf_init(&out, 100);
    for (int capital = 0; capital < 2; capital++) {
        buf_clear(&out);
        canary_word(&out, c, capital == 1);
        assert_int_equal(out.len, 10);
        assert_true(canary_read_word(buf_span(&out), &code));
        assert_int_equal(code, canary_code(c));
    }
    buf_fini(&out);
}

static void other_words_are_refused_and_leave_the_code(void **state)
{
    static const char *const bad[] = {"",           "bakedifol",  "bakedifolob", "bakedifolu",
                                      "cakedifolo", "bAkedifolo", "bakedif\0lo", "babababab\xC3"};
    uint32_t code = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(canary_read_word(span_str(bad[i]), &code));
        assert_int_equal(code, 7);
    }
}

static void ideographs_are_three_utf8_characters(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    for (uint32_t n = 0; n < 5000; n++) {
        buf_clear(&out);
        canary_ideographs(&out, (struct canary){CANARY_GUARDIAN, n, CANARY_GIVEN});
        assert_int_equal(out.len, 9);
        assert_true(span_is_utf8(buf_span(&out)));
    }
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_names_its_origin),
        cmocka_unit_test(a_word_is_read_back_in_both_cases),
        cmocka_unit_test(other_words_are_refused_and_leave_the_code),
        cmocka_unit_test(ideographs_are_three_utf8_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
