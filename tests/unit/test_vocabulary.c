/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void holds_the_61_lines_of_exhibit_b_in_24_categories(void **state)
{
    size_t lines = 0;
    size_t categories = 0;
    struct span last = SPAN("");

    (void)state;
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (element_is_ndpa(e)) {
            lines++;
            categories += !span_eq(e->category, last);
            last = e->category;
        }
    }
    assert_int_equal(lines, 61);
    assert_int_equal(categories, 24);
    assert_null(element_at(element_count()));
}

static void finds_an_element_in_both_its_forms(void **state)
{
    const struct element *e = element_find(SPAN("Student Identifiers"), SPAN("Local ID number"));

    (void)state;
    assert_non_null(e);
    assert_ptr_equal(
        e, element_find(SPAN("Student Identifiers"), SPAN("Local (School district) ID number")));
    assert_null(element_find(SPAN("Student Name"), SPAN("Email")));
    assert_null(element_find(SPAN("student name"), SPAN("First and/or Last")));
}

static void no_two_lines_of_a_category_share_a_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        assert_ptr_equal(element_find(e->category, e->element), e);
        assert_ptr_equal(element_find(e->category, e->brief), e);
    }
}

static void a_teachers_name_needs_the_line_teacher_names(void **state)
{
    const struct element *name = element_find(SPAN("Staff"), SPAN("Name"));
    const struct element *mail = element_find(SPAN("Student Contact Information"), SPAN("Email"));

    (void)state;
    assert_true(span_eq_str(element_ceiling(name, ROLE_TEACHER)->element, "Teacher names"));
    assert_null(element_ceiling(name, ROLE_STAFF));
    assert_null(element_ceiling(element_find(SPAN("Staff"), SPAN("Email")), ROLE_TEACHER));
    assert_ptr_equal(element_ceiling(mail, ROLE_STUDENT), mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_the_61_lines_of_exhibit_b_in_24_categories),
        cmocka_unit_test(finds_an_element_in_both_its_forms),
        cmocka_unit_test(no_two_lines_of_a_category_share_a_word),
        cmocka_unit_test(a_teachers_name_needs_the_line_teacher_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
