/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ended_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static enum err add(const char *yaml, const char *key, const char *value, const char *want)
{
    struct buf out;

    buf_init(&out, 1 << 16);
    enum err e = ended_add(span_str(yaml), key, span_str(value), &out);

    if (e == OK) {
        buf_put_byte(&out, 0);
        assert_non_null(want);
        assert_string_equal((const char *)out.base, want);
    }
    buf_fini(&out);
    return e;
}

static void the_block_is_made_at_the_end_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(add("a: 1 # one\n\n# the end\n", "on", "2027-04-01",
                         "a: 1 # one\n\n# the end\nended:\n  on: 2027-04-01\n"),
                     OK);
    assert_int_equal(add("a: 1", "on", "x", "a: 1\nended:\n  on: x\n"), OK);
}

static void a_member_is_added_behind_the_others_and_comments_stay(void **state)
{
    const char *yaml = "a: 1\nended: # why\n    on: 2027-04-01  # agreed by letter\n"
                       "    # not yet certified\n\n# next\nb: [2]\n";

    (void)state;
    assert_int_equal(add(yaml, "directive", "{ on: 2027-04-02 }",
                         "a: 1\nended: # why\n    on: 2027-04-01  # agreed by letter\n"
                         "    directive: { on: 2027-04-02 }\n"
                         "    # not yet certified\n\n# next\nb: [2]\n"),
                     OK);
}

static void values_of_several_lines_are_not_cut(void **state)
{
    const char *yaml =
        "ended:\n  on: 2027-04-01\n  directive:\n    by: >-\n      Ann\n\n      Able\n"
        "    on: 2027-04-02\n# last\n";

    (void)state;
    assert_int_equal(
        add(yaml, "certificate", "{ on: x }",
            "ended:\n  on: 2027-04-01\n  directive:\n    by: >-\n      Ann\n\n      Able\n"
            "    on: 2027-04-02\n  certificate: { on: x }\n# last\n"),
        OK);
}

static void what_stands_there_is_never_replaced(void **state)
{
    (void)state;
    assert_int_equal(add("ended:\n  on: 2027-04-01\n", "on", "2028-01-01", NULL), ERR_EXISTS);
}

static void text_that_cannot_take_a_line_is_refused(void **state)
{
    static const char *const bad[] = {"ended: { on: 2027-04-01 }\n",
                                      "{ a: 1 }\n",
                                      "a: [\n",
                                      "ended: soon\n",
                                      "- a\n",
                                      "ended:\n",
                                      "a: |\n  text\n  ended:\nb: *x\n",
                                      "{}\n",
                                      "ended: {}\n",
                                      "",
                                      "# nothing\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(add(bad[i], "directive", "x", NULL), ERR_INPUT);
    }
}

static void a_value_cannot_bring_another_key(void **state)
{
    (void)state;
    assert_int_equal(add("a: 1\n", "on", "x\nb: 2", NULL), ERR_INPUT);
    assert_int_equal(add("a: 1\n", "on", "x\n  directive: y", NULL), ERR_INPUT);
    assert_int_equal(add("ended:\n  on: x\n", "directive", "y\nb: 2", NULL), ERR_INPUT);
    assert_int_equal(add("ended:\n  on: x\n", "directive", "y\n  certificate: z", NULL), ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_block_is_made_at_the_end_of_the_file),
        cmocka_unit_test(a_member_is_added_behind_the_others_and_comments_stay),
        cmocka_unit_test(values_of_several_lines_are_not_cut),
        cmocka_unit_test(what_stands_there_is_never_replaced),
        cmocka_unit_test(text_that_cannot_take_a_line_is_refused),
        cmocka_unit_test(a_value_cannot_bring_another_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
