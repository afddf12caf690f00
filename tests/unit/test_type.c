/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog's types, value by value (SAFETY F2). */
#include "redact/type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LONG64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct value {
    enum field_type type;
    bool fits;
    const char *text;
};

static const struct value values[] = {
    {TYPE_STRING, true, ""},
    {TYPE_STRING, true, "any\x01thing"},
    {TYPE_ID, true, "a"},
    {TYPE_ID, true, "\xC3\xA9 x/y"},
    {TYPE_ID, true,
     LONG64 LONG64 LONG64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {TYPE_ID, false, LONG64 LONG64 LONG64 LONG64},
    {TYPE_ID, false, ""},
    {TYPE_ID, false, "a\n"},
    {TYPE_ID, false, "a\x7F"},
    {TYPE_BOOLEAN, true, "true"},
    {TYPE_BOOLEAN, true, "false"},
    {TYPE_BOOLEAN, false, "True"},
    {TYPE_BOOLEAN, false, "1"},
    {TYPE_BOOLEAN, false, ""},
    {TYPE_ENUM, true, "one"},
    {TYPE_ENUM, true, "two"},
    {TYPE_ENUM, false, "three"},
    {TYPE_ENUM, false, "One"},
    {TYPE_ENUM, false, ""},
    {TYPE_ENUM, true, "ext:a.B-9_"},
    {TYPE_ENUM, false, "ext:"},
    {TYPE_ENUM, false, "ext:a b"},
    {TYPE_ENUM, false, "Ext:a"},
    {TYPE_ENUM, false, "ext:" LONG64 "a"},
    {TYPE_GRADE, true, "one"},
    {TYPE_GRADE, false, "ext:one"},
    {TYPE_GRADE, false, "06"},
    {TYPE_DATE, true, "2024-02-29"},
    {TYPE_DATE, false, "2023-02-29"},
    {TYPE_DATE, false, "2023-13-01"},
    {TYPE_DATE, false, "2023-1-01"},
    {TYPE_DATE, false, "2023-01-01T00:00:00Z"},
    {TYPE_DATE, false, " 2023-01-01"},
    {TYPE_DATETIME, true, "2023-01-01T00:00:00Z"},
    {TYPE_DATETIME, true, "2023-01-01t23:59:60z"},
    {TYPE_DATETIME, true, "2023-01-01T00:00:00.123456+14:00"},
    {TYPE_DATETIME, true, "2023-01-01T00:00:00-00:00"},
    {TYPE_DATETIME, false, "2023-01-01T00:00:00"},
    {TYPE_DATETIME, false, "2023-01-01 00:00:00Z"},
    {TYPE_DATETIME, false, "2023-01-01T24:00:00Z"},
    {TYPE_DATETIME, false, "2023-01-01T00:60:00Z"},
    {TYPE_DATETIME, false, "2023-01-01T00:00:61Z"},
    {TYPE_DATETIME, false, "2023-01-01T00:00:00.Z"},
    {TYPE_DATETIME, false, "2023-01-01T00:00:00+24:00"},
    {TYPE_DATETIME, false, "2023-01-01T00:00:00+0100"},
    {TYPE_DATETIME, false, "2023-02-30T00:00:00Z"},
    {TYPE_DATETIME, false, "2023-01-01T00:00:00Zx"},
    {TYPE_DATETIME, false, "2023-01-01"},
    {TYPE_YEAR, true, "2026"},
    {TYPE_YEAR, false, "26"},
    {TYPE_YEAR, false, "2O26"},
    {TYPE_YEAR, false, "20261"},
    {TYPE_EMAIL, true, "a@b"},
    {TYPE_EMAIL, true, "jos\xC3\xA9@example.org"},
    {TYPE_EMAIL, false, ""},
    {TYPE_EMAIL, false, "@b"},
    {TYPE_EMAIL, false, "a@"},
    {TYPE_EMAIL, false, "a"},
    {TYPE_EMAIL, false, "a@b@c"},
    {TYPE_EMAIL, false, "a b@c"},
    {TYPE_EMAIL, false, "a@b\n"},
};

static void takes_the_values_of_each_type_and_no_other(void **state)
{
    const struct span words[] = {SPAN("one"), SPAN("two")};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct field f = {
            .type = values[i].type, .extensible = true, .words = words, .word_count = 2};

        if (type_fits(&f, span_str(values[i].text)) != values[i].fits) {
            print_error("value %zu\n", i);
        }
        assert_int_equal(type_fits(&f, span_str(values[i].text)), values[i].fits);
    }
}

static void takes_extensions_only_where_the_catalog_does(void **state)
{
    struct field f = {.type = TYPE_ENUM};

    (void)state;
    assert_false(type_fits(&f, SPAN("ext:a")));
}

static void refuses_a_nul_in_an_id(void **state)
{
    (void)state;
    assert_false(type_is_id(span_of("stu-0\0", 6)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_values_of_each_type_and_no_other),
        cmocka_unit_test(takes_extensions_only_where_the_catalog_does),
        cmocka_unit_test(refuses_a_nul_in_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
