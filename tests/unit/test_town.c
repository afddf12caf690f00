/* SPDX-License-Identifier: Apache-2.0 */
#include "district/town.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void families_are_neighbours_and_hold_everyone(void **state)
{
    struct town t;
    uint32_t next = 1;
    uint32_t guardian = 1;

    (void)state;
    assert_int_equal(town_init(&t, 3000, 5), OK);
    for (uint32_t n = 1; n <= t.family_count; n++) {
        const struct family *f = town_family(&t, n);

        assert_int_equal(f->first_student, next);
        assert_int_equal(f->first_guardian, guardian);
        assert_in_range(f->students, 1, 3);
        assert_in_range(f->guardians, 1, 2);
        for (uint32_t i = 0; i < f->students; i++) {
            assert_int_equal(town_student(&t, next + i)->family, n);
        }
        next += f->students;
        guardian += f->guardians;
    }
    assert_int_equal(next, 3001);
    assert_int_equal(guardian, t.guardian_count + 1);
    town_fini(&t);
}

static void schools_and_sections_fit_the_grade(void **state)
{
    static uint32_t filled[3001];
    struct town t;

    (void)state;
    assert_int_equal(town_init(&t, 3000, 6), OK);
    for (uint32_t n = 1; n <= 3000; n++) {
        const struct student *s = town_student(&t, n);
        const struct section *x = town_section(&t, s->section);
        unsigned low, high;

        town_school_grades(s->school, &low, &high);
        assert_in_range(s->grade, low, high);
        assert_int_equal(x->school, s->school);
        assert_int_equal(x->grade, s->grade);
        assert_true(++filled[s->section] <= TOWN_SECTION);
        if (s->second_school != 0) {
            town_school_grades(s->second_school, &low, &high);
            assert_in_range(s->grade, low, high);
            assert_int_not_equal(s->second_school, s->school);
        }
    }
    town_fini(&t);
}

static void every_student_count_from_one_works(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 60; n++) {
        struct town t;

        assert_int_equal(town_init(&t, n, n), OK);
        assert_true(t.teacher_count >= 1 && town_is_teacher(town_family(&t, 1)->first_guardian));
        town_fini(&t);
    }
}

static void other_counts_are_refused(void **state)
{
    struct town t;

    (void)state;
    assert_int_equal(town_init(&t, 0, 1), ERR_INPUT);
    assert_int_equal(town_init(&t, TOWN_MAX_STUDENTS + 1, 1), ERR_INPUT);
}

static void survives_every_failing_allocation(void **state)
{
    struct town t;

    (void)state;
    for (uint64_t n = 1; n <= 3; n++) {
        mem_fail_at(n);
        assert_int_equal(town_init(&t, 10, 1), ERR_MEMORY);
        mem_fail_at(0);
    }
    assert_int_equal(town_init(&t, 10, 1), OK);
    town_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_are_neighbours_and_hold_everyone),
        cmocka_unit_test(schools_and_sections_fit_the_grade),
        cmocka_unit_test(every_student_count_from_one_works),
        cmocka_unit_test(other_counts_are_refused),
        cmocka_unit_test(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
