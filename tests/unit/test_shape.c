/* SPDX-License-Identifier: Apache-2.0 */
#include "district/shape.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void every_member_of_a_column_has_one(void **state)
{
    (void)state;
    for (int i = 0; i < SHAPE_COUNT; i++) {
        const struct shape *s = &SHAPES[i];

        assert_true(s->member_count <= SHAPE_MAX_MEMBERS);
        for (size_t k = 0; k < s->member_count; k++) {
            const struct member *m = &s->members[k];
            const char *column = m->column == NULL ? m->path : m->column;

            if (m->from == FROM_COLUMN) {
                assert_true(layout_column(&LAYOUT_TABLES[s->table], VBOTH, span_str(column)) >= 0);
            }
        }
    }
}

static void every_column_of_a_served_file_is_served(void **state)
{
    static const char *const elsewhere[] = {"orgSourcedIds", "role"}; /* 1.1: in roles */

    (void)state;
    for (int i = 0; i < SHAPE_COUNT; i++) {
        const struct shape *s = &SHAPES[i];
        const struct table *t = &LAYOUT_TABLES[s->table];

        for (size_t c = 0; c < t->column_count; c++) {
            bool found = s->table == TABLE_USERS &&
                         (span_eq_str(span_str(t->columns[c].name), elsewhere[0]) ||
                          span_eq_str(span_str(t->columns[c].name), elsewhere[1]));

            for (size_t k = 0; k < s->member_count; k++) {
                const struct member *m = &s->members[k];

                found = found || (m->from == FROM_COLUMN &&
                                  span_eq_str(span_str(t->columns[c].name),
                                              m->column == NULL ? m->path : m->column));
            }
            if (!found) {
                fail_msg("%s.%s", t->name, t->columns[c].name);
            }
        }
    }
}

static void secrets_are_out_of_reach(void **state)
{
    const struct shape *users = &SHAPES[SHAPE_USERS];

    (void)state;
    assert_int_equal(users->members[shape_member(users, SPAN("password"))].reach, REACH_NONE);
    int credentials = shape_member(users, SPAN("userProfiles.credentials.password"));

    assert_int_equal(users->members[credentials].reach, REACH_NONE);
    assert_int_equal(shape_member(users, SPAN("passwor")), -1);
}

static void columns_fit_their_arrays(void **state)
{
    (void)state;
    for (int i = 0; i < TABLE_COUNT; i++) {
        assert_true(LAYOUT_TABLES[i].column_count <= LAYOUT_MAX_COLUMNS);
        assert_string_equal(LAYOUT_TABLES[i].columns[0].name, "sourcedId");
        assert_int_equal(layout_table(span_str(LAYOUT_TABLES[i].name)), i);
    }
    assert_int_equal(layout_table(SPAN("manifest")), TABLE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_of_a_column_has_one),
        cmocka_unit_test(every_column_of_a_served_file_is_served),
        cmocka_unit_test(secrets_are_out_of_reach),
        cmocka_unit_test(columns_fit_their_arrays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
