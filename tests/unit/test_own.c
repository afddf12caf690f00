/* SPDX-License-Identifier: Apache-2.0 */
/* What students' own facts say on a day, of a party, for a purpose. */
#include "roster/own.h"

#include "base/mem.h"
#include "policy/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MEMORY = 1 << 20, MAX_ROWS = 64 };

#define NAME  "Student Name / First and/or Last"
#define BIRTH "Demographics / Date of Birth"

struct facts {
    struct arena arena;
    struct own_row rows[MAX_ROWS];
    size_t count;
    struct own_set *set;
    struct own_view view;
};

/* Adds the rows of one file, given without its header. */
static void put(struct facts *f, enum own_file file, const char *rows)
{
    char text[4096];
    struct own_sheet sheet;
    struct diag_list diags;

    (void)snprintf(text, sizeof(text), "%s\n%s", own_file_header(file), rows);
    diag_init(&diags, &f->arena);
    assert_int_equal(
        own_read(&(struct own_text){file, "f", span_str(text)}, &f->arena, &diags, &sheet), OK);
    for (size_t i = 0; i < sheet.count; i++) {
        f->rows[f->count++] = sheet.rows[i];
    }
}

static void begin(struct facts *f)
{
    *f = (struct facts){0};
    arena_init(&f->arena, MEMORY);
}

static void make(struct facts *f)
{
    assert_int_equal(own_set_new(f->rows, f->count, true, &f->set), OK);
    own_set_view(f->set, &f->view);
}

static void end(struct facts *f)
{
    own_set_unref(&f->set);
    arena_fini(&f->arena);
}

static struct own_facts ask(const struct facts *f, const char *student, const char *agreement,
                            int32_t date, int32_t birth)
{
    const struct own_question q = {.partner = SPAN("club"),
                                   .agreement = span_str(agreement),
                                   .purpose = SPAN("tutoring"),
                                   .date = date,
                                   .birth = birth};
    struct own_facts out = {.named = true, .withheld = true};

    f->view.facts(f->view.ctx, span_str(student), &q, &out);
    return out;
}

static bool has(const struct element_set *set, const char *line)
{
    return element_set_has(set, element_number(element_parse(span_str(line))));
}

static void a_student_without_rows_has_no_facts(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    make(&f);
    assert_true(f.view.complete && own_set_is_complete(f.set));
    struct own_facts got = ask(&f, "s1", "a", 20260901, 20120101);

    assert_false(got.withheld || got.named || got.consented || got.refused_all);
    end(&f);
}

static void s3_d13_opt_outs_are_per_type_and_from_their_day(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_OPT_OUTS,
        "s1,name,directory,2026-09-02,\n"
        "s1,date-and-place-of-birth,directory,2026-09-02,2026-09-10\n"
        "s2,all,directory,2026-09-02,\n");
    make(&f);
    struct own_facts got = ask(&f, "s1", "a", 20260901, 0);

    assert_true(element_set_is_empty(&got.refused));
    got = ask(&f, "s1", "a", 20260902, 0);
    assert_true(has(&got.refused, NAME) && has(&got.refused, BIRTH));
    assert_false(has(&got.refused, "Student Contact Information / Email"));
    assert_false(got.withheld || got.refused_all);
    got = ask(&f, "s1", "a", 20260911, 0);
    assert_true(has(&got.refused, NAME));
    assert_false(has(&got.refused, BIRTH));
    got = ask(&f, "s2", "a", 20260902, 0);
    assert_true(got.refused_all);
    assert_false(got.withheld); /* other bases go on: 99.37 binds directory information alone */
    end(&f);
}

static void s3_d14_an_opt_out_stays_in_force_for_years(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_OPT_OUTS, "s1,all,directory,2020-09-02,\n");
    make(&f);
    assert_true(ask(&f, "s1", "a", 20990101, 20050101).refused_all);
    assert_true(ask(&f, "s1", "a", 20990101, 0).refused_all);
    end(&f);
}

static void s3_not_this_product_withholds_from_one_agreement(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_OPT_OUTS, "s1,all,agreement:math,2026-09-02,\n");
    make(&f);
    assert_true(ask(&f, "s1", "math", 20260902, 0).withheld);
    assert_false(ask(&f, "s1", "mathx", 20260902, 0).withheld);
    assert_false(ask(&f, "s1", "math", 20260902, 0).refused_all);
    end(&f);
}

static void s4_restrictions_bind_all_one_partner_or_one_agreement(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_RESTRICTIONS,
        "s1,all,all,2026-09-30\n"
        "s2,all,partner:club,\n"
        "s3,all,partner:other,\n"
        "s4," NAME ",agreement:math,\n");
    make(&f);
    assert_true(ask(&f, "s1", "math", 20260930, 0).withheld);
    assert_false(ask(&f, "s1", "math", 20261001, 0).withheld);
    assert_true(ask(&f, "s2", "math", 20260930, 0).withheld);
    assert_false(ask(&f, "s3", "math", 20260930, 0).withheld);
    struct own_facts got = ask(&f, "s4", "math", 20260930, 0);

    assert_false(got.withheld);
    assert_true(has(&got.restricted, NAME) && !has(&got.restricted, BIRTH));
    got = ask(&f, "s4", "reading", 20260930, 0);
    assert_true(element_set_is_empty(&got.restricted));
    end(&f);
}

#define CONSENT(student, relation, signed, expires, revoked, party, purpose, elements)             \
    student ",Ada," relation "," signed "," expires "," revoked ",paper,,," party "," purpose      \
                                        "," elements "\n"

static void s5_d1_a_consent_releases_what_it_names_to_whom_it_names(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_CONSENTS,
        CONSENT("s1", "parent", "2026-09-01", "2027-06-30", "", "agreement:math", "tutoring", NAME)
            CONSENT("s1", "guardian", "2026-09-05", "", "", "partner:club", "tutoring", BIRTH)
                CONSENT("s2", "parent", "2026-09-01", "", "", "agreement:math", "sports", NAME)
                    CONSENT("s3", "parent", "2026-09-01", "", "", "partner:x", "tutoring", NAME));
    make(&f);
    struct own_facts got = ask(&f, "s1", "math", 20260901, 20140101);

    assert_true(got.consented && has(&got.consents, NAME) && !has(&got.consents, BIRTH));
    got = ask(&f, "s1", "math", 20260905, 20140101);
    assert_true(has(&got.consents, NAME) && has(&got.consents, BIRTH));
    got = ask(&f, "s1", "reading", 20260905, 20140101); /* the partner's other agreement */
    assert_true(got.consented && !has(&got.consents, NAME) && has(&got.consents, BIRTH));
    assert_false(ask(&f, "s1", "math", 20260831, 20140101).consented); /* before it was signed */
    got = ask(&f, "s1", "math", 20270701, 20140101);
    assert_true(!has(&got.consents, NAME) && has(&got.consents, BIRTH));
    assert_false(ask(&f, "s2", "math", 20260905, 20140101).consented); /* another purpose */
    assert_false(ask(&f, "s3", "math", 20260905, 20140101).consented); /* another party */
    end(&f);
}

static void s5_a_revoked_consent_ends_on_its_day(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_CONSENTS,
        CONSENT("s1", "parent", "2026-09-01", "", "2026-10-01", "agreement:math", "tutoring",
                NAME));
    make(&f);
    assert_true(ask(&f, "s1", "math", 20260930, 20140101).consented);
    struct own_facts got = ask(&f, "s1", "math", 20261001, 20140101);

    assert_false(got.consented);
    assert_true(element_set_is_empty(&got.consents));
    end(&f);
}

static void f3_d30_a_parents_consent_ends_before_the_month_of_the_18th_birthday(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_CONSENTS,
        CONSENT("s1", "parent", "2026-01-01", "", "", "agreement:math", "tutoring", NAME)
            CONSENT("s2", "student", "2026-10-15", "", "", "agreement:math", "tutoring", NAME));
    make(&f);
    assert_true(ask(&f, "s1", "math", 20260930, 20081015).consented);
    assert_false(ask(&f, "s1", "math", 20261001, 20081015).consented);
    assert_false(ask(&f, "s1", "math", 20260930, 0).consented); /* no birth date */
    assert_true(ask(&f, "s2", "math", 20261015, 20081015).consented);
    assert_false(ask(&f, "s2", "math", 20261016, 20081016).consented); /* signed a day too soon */
    assert_false(ask(&f, "s2", "math", 20261015, 0).consented);
    end(&f);
}

static void d30_the_29th_of_february_turns_18_with_march(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_CONSENTS,
        CONSENT("s1", "parent", "2026-01-01", "", "", "agreement:math", "tutoring", NAME)
            CONSENT("s1", "student", "2026-02-28", "", "", "agreement:math", "tutoring", BIRTH));
    make(&f);
    assert_true(ask(&f, "s1", "math", 20260131, 20080229).consented);
    assert_false(ask(&f, "s1", "math", 20260228, 20080229).consented);
    end(&f);
}

static void namings_count_on_their_days_for_their_agreement(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_NAMED, "s1,move-7,2026-09-01,2026-09-15,registrar\n");
    make(&f);
    assert_false(ask(&f, "s1", "move-7", 20260831, 0).named);
    assert_true(ask(&f, "s1", "move-7", 20260901, 0).named);
    assert_true(ask(&f, "s1", "move-7", 20260915, 0).named);
    assert_false(ask(&f, "s1", "move-7", 20260916, 0).named);
    assert_false(ask(&f, "s1", "move-8", 20260901, 0).named);
    assert_false(ask(&f, "s2", "move-7", 20260901, 0).named);
    end(&f);
}

static void s1_a_bad_row_withholds_its_student_whatever_the_day(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_CONSENTS, "s1,Ada\n");
    put(&f, OWN_OPT_OUTS, "s2,all,directory,6/15/2026,\ns3,all,directory,2026-06-15,\n");
    make(&f);
    assert_true(ask(&f, "s1", "math", 20200101, 0).withheld);
    assert_true(ask(&f, "s2", "math", 20990101, 0).withheld);
    assert_false(ask(&f, "s3", "math", 20990101, 0).withheld);
    end(&f);
}

static void facts_of_many_students_do_not_mix(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    for (int i = 0; i < 30; i++) {
        char row[64];

        (void)snprintf(row, sizeof(row), "s%d,all,%s,\n", i % 20, i < 20 ? "partner:x" : "all");
        put(&f, OWN_RESTRICTIONS, row);
    }
    make(&f);
    assert_int_equal(own_set_students(f.set), 20);
    for (int i = 0; i < 25; i++) {
        char id[16];

        (void)snprintf(id, sizeof(id), "s%d", i);
        assert_int_equal(ask(&f, id, "math", 20260101, 0).withheld, i < 10);
    }
    end(&f);
}

static void lookups_allocate_nothing(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_RESTRICTIONS, "s1,all,all,\n");
    make(&f);
    uint64_t before = mem_count();

    (void)ask(&f, "s1", "math", 20260101, 0);
    (void)ask(&f, "s2", "math", 20260101, 0);
    assert_int_equal(mem_count(), before);
    end(&f);
}

static void a_failed_allocation_leaves_nothing(void **state)
{
    struct facts f;

    (void)state;
    begin(&f);
    put(&f, OWN_RESTRICTIONS, "s1,all,partner:a,\ns2,all,all,\n");
    for (uint64_t n = 1; f.set == NULL; n++) {
        assert_true(n < 100);
        mem_fail_at(n);
        enum err e = own_set_new(f.rows, f.count, true, &f.set);

        mem_fail_at(0);
        assert_int_equal(e == OK, f.set != NULL);
        assert_true(e == OK || e == ERR_MEMORY);
    }
    end(&f);
}

static void tells_what_narrows(void **state)
{
    const struct own_matters all = {true, true, true}, none = {false, false, false};
    struct own_facts was = {.named = true, .consented = true};
    struct own_facts now = was;

    (void)state;
    element_set_add(&was.consents, 3);
    now = was;
    assert_false(own_facts_narrowed(&was, &now, &all));
    now.withheld = true;
    assert_true(own_facts_narrowed(&was, &now, &none));
    assert_false(own_facts_narrowed(&now, &was, &all));
    now = was;
    element_set_add(&now.restricted, 70);
    assert_true(own_facts_narrowed(&was, &now, &none));
    assert_false(own_facts_narrowed(&now, &was, &none));
    now = was;
    now.named = false;
    assert_true(own_facts_narrowed(&was, &now, &(struct own_matters){.named = true}));
    assert_false(own_facts_narrowed(&was, &now, &none));
    now = was;
    now.consents = (struct element_set){{0}};
    assert_true(own_facts_narrowed(&was, &now, &(struct own_matters){.consents = true}));
    assert_false(own_facts_narrowed(&was, &now, &none));
    now = was;
    element_set_add(&now.refused, 1);
    assert_true(own_facts_narrowed(&was, &now, &(struct own_matters){.opt_outs = true}));
    now = was;
    now.refused_all = true;
    assert_true(own_facts_narrowed(&was, &now, &(struct own_matters){.opt_outs = true}));
    assert_false(own_facts_narrowed(&was, &now, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_student_without_rows_has_no_facts),
        cmocka_unit_test(s3_d13_opt_outs_are_per_type_and_from_their_day),
        cmocka_unit_test(s3_d14_an_opt_out_stays_in_force_for_years),
        cmocka_unit_test(s3_not_this_product_withholds_from_one_agreement),
        cmocka_unit_test(s4_restrictions_bind_all_one_partner_or_one_agreement),
        cmocka_unit_test(s5_d1_a_consent_releases_what_it_names_to_whom_it_names),
        cmocka_unit_test(s5_a_revoked_consent_ends_on_its_day),
        cmocka_unit_test(f3_d30_a_parents_consent_ends_before_the_month_of_the_18th_birthday),
        cmocka_unit_test(d30_the_29th_of_february_turns_18_with_march),
        cmocka_unit_test(namings_count_on_their_days_for_their_agreement),
        cmocka_unit_test(s1_a_bad_row_withholds_its_student_whatever_the_day),
        cmocka_unit_test(facts_of_many_students_do_not_mix),
        cmocka_unit_test(lookups_allocate_nothing),
        cmocka_unit_test(a_failed_allocation_leaves_nothing),
        cmocka_unit_test(tells_what_narrows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
