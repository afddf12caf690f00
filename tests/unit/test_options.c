/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool force;
static const char *name;
static uint64_t count;
static const char *folder;
static const char *extra;

static const struct option_row ROWS[] = {
    {.name = "force", .flag = &force, .help = "do it"},
    {.name = "name", .value = "NAME", .text = &name, .help = "a name", .required = true},
    {.name = "count", .value = "N", .number = &count, .max = 10, .help = "a number"},
};

static const struct operand_row OPERANDS[] = {
    {.name = "DIR", .text = &folder},
    {.name = "MORE", .text = &extra, .optional = true},
};

static const struct options OPTIONS = {
    .command = "hallpass try",
    .rows = ROWS,
    .row_count = sizeof(ROWS) / sizeof(ROWS[0]),
    .operands = OPERANDS,
    .operand_count = sizeof(OPERANDS) / sizeof(OPERANDS[0]),
};

/* Exit code, or -1: go on. */
static int parse(char **argv)
{
    int argc = 0;
    int code = -2;

    force = false;
    name = NULL;
    count = 7;
    folder = NULL;
    extra = NULL;
    while (argv[argc] != NULL) {
        argc++;
    }
    return options_parse(&OPTIONS, argc, argv, &code) ? -1 : code;
}

#define PARSE(...) parse((char *[]){(char[]){"try"}, __VA_ARGS__, NULL})
#define W(word)    ((char[]){word})

static void reads_every_form(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("--name"), W("a"), W("--count=3"), W("--force"), W("dir")), -1);
    assert_string_equal(name, "a");
    assert_int_equal(count, 3);
    assert_true(force);
    assert_string_equal(folder, "dir");
    assert_null(extra);
}

static void keeps_defaults_of_what_is_not_given(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("--name="), W("dir"), W("more")), -1);
    assert_string_equal(name, "");
    assert_int_equal(count, 7);
    assert_false(force);
    assert_string_equal(extra, "more");
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("--name"), W("a"), W("--"), W("--force"), W("--help")), -1);
    assert_string_equal(folder, "--force");
    assert_string_equal(extra, "--help");
    assert_false(force);
}

static void a_single_dash_is_an_operand(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("--name"), W("a"), W("-")), -1);
    assert_string_equal(folder, "-");
}

static void wrong_usage_is_exit_code_2(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("dir")), 2);
    assert_int_equal(PARSE(W("--name"), W("a")), 2);
    assert_int_equal(PARSE(W("--name")), 2);
    assert_int_equal(PARSE(W("--nam"), W("a"), W("dir")), 2);
    assert_int_equal(PARSE(W("-n"), W("a"), W("dir")), 2);
    assert_int_equal(PARSE(W("--name"), W("a"), W("--name"), W("b"), W("dir")), 2);
    assert_int_equal(PARSE(W("--name"), W("a"), W("--force=1"), W("dir")), 2);
    assert_int_equal(PARSE(W("--name"), W("a"), W("dir"), W("more"), W("third")), 2);
    assert_int_equal(PARSE(W("--="), W("dir")), 2);
}

static void numbers_are_whole_and_in_range(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("--name=a"), W("--count=10"), W("dir")), -1);
    assert_int_equal(PARSE(W("--name=a"), W("--count=11"), W("dir")), 2);
    assert_int_equal(PARSE(W("--name=a"), W("--count=-1"), W("dir")), 2);
    assert_int_equal(PARSE(W("--name=a"), W("--count=1x"), W("dir")), 2);
    assert_int_equal(PARSE(W("--name=a"), W("--count="), W("dir")), 2);
    assert_int_equal(count, 7);
}

static void help_wins_over_everything_else(void **state)
{
    (void)state;
    assert_int_equal(PARSE(W("--unknown"), W("--help")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(keeps_defaults_of_what_is_not_given),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(a_single_dash_is_an_operand),
        cmocka_unit_test(wrong_usage_is_exit_code_2),
        cmocka_unit_test(numbers_are_whole_and_in_range),
        cmocka_unit_test(help_wins_over_everything_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
