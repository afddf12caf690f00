/* SPDX-License-Identifier: Apache-2.0 */
/* Students' own facts while their files change: narrower at once, wider when whole. */
#include "roster/own_keep.h"

#include "tests/support/own_place.h"
#include "tests/support/records.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#define NAME "Student Name / First and/or Last"

static void s1_missing_is_not_empty(void **state)
{
    struct own_place *p = *state;

    assert_false(own_place_is_complete(p));
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        p->texts[f] = NULL;
        own_place_change(p);
        assert_false(own_place_is_complete(p));
        assert_true(own_keep_report(p->keep)->files[f].missing);
        p->texts[f] = "";
        own_place_change(p);
        assert_true(own_place_is_complete(p));
        assert_false(own_keep_report(p->keep)->files[f].missing);
    }
}

static void s1_a_file_never_read_whole_is_not_held(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\ns2,all\n";
    own_place_change(p);
    assert_false(own_place_is_complete(p));
    assert_true(own_place_ask(p, "s1").withheld &&
                own_place_ask(p, "s2").withheld); /* and bites all the same */
    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\n";
    assert_int_equal(own_place_offer(p, true), OK);
    assert_false(own_place_is_complete(p)); /* what opens waits for the second step */
    assert_int_equal(own_place_offer(p, false), OK);
    assert_true(own_place_is_complete(p));
}

static void s1_a_broken_file_narrows_only(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n";
    p->texts[OWN_CONSENTS] =
        "s2,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n"
        "s3,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n";
    own_place_change(p);
    assert_true(own_place_ask(p, "s2").consented && own_place_ask(p, "s3").consented);
    p->texts[OWN_OPT_OUTS] = "s2,all,directory,2026-01-01,\nbroken\n"; /* s1's row is gone */
    p->texts[OWN_CONSENTS] =
        "s1,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n"
        "s3,A,parent,2026-01-01,,2026-08-01,paper,,,agreement:acme-math,instruction," NAME
        "\n\"broken\n";
    own_place_change(p);
    assert_true(own_place_is_complete(p));
    assert_true(own_keep_report(p->keep)->files[OWN_OPT_OUTS].broken);
    assert_true(own_place_ask(p, "s1").refused_all);  /* stays */
    assert_true(own_place_ask(p, "s2").refused_all);  /* is new, and bites */
    assert_false(own_place_ask(p, "s1").consented);   /* is new, and must wait */
    assert_true(own_place_ask(p, "s2").consented);    /* stays, though its row is gone */
    assert_false(own_place_ask(p, "s3").consented);   /* was revoked */
    assert_true(own_place_ask(p, "broken").withheld); /* whatever the bad row meant */
    p->texts[OWN_CONSENTS] = "";
    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\ns2,all,directory,2026-01-01,\n";
    own_place_change(p);
    assert_false(own_place_ask(p, "s2").consented);
    assert_false(own_place_ask(p, "broken").withheld);
}

static void s1_what_opens_waits_for_the_second_step(void **state)
{
    struct own_place *p = *state;

    own_place_change(p);
    p->texts[OWN_NAMED] = "s1,acme-math,2026-01-01,,me\n";
    p->texts[OWN_RESTRICTIONS] = "s2,all,all,\n";
    assert_int_equal(own_place_offer(p, true), OK);
    assert_false(own_place_ask(p, "s1").named);
    assert_true(own_place_ask(p, "s2").withheld);
    assert_int_equal(own_place_offer(p, false), OK);
    assert_true(own_place_ask(p, "s1").named);
}

static void s1_a_consent_taken_out_of_a_whole_file_ends_in_the_first_step(void **state)
{
    struct own_place *p = *state;

    p->texts[OWN_CONSENTS] =
        "s1,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n";
    own_place_change(p);
    assert_true(own_place_ask(p, "s1").consented);
    p->texts[OWN_CONSENTS] = "";
    assert_int_equal(own_place_offer(p, true), OK);
    assert_false(own_place_ask(p, "s1").consented);
}

static void a_file_that_did_not_change_is_not_gone_through_again(void **state)
{
    struct own_place *p = *state;
    struct own_offer same = {.same = {true, true, true, true}};
    struct own_checks checks = own_place_checks(p);

    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\n";
    own_place_change(p);
    assert_int_equal(own_keep_offer(p->keep, &same, &checks, true), OK);
    assert_int_equal(own_keep_offer(p->keep, &same, &checks, false), OK);
    assert_true(own_place_is_complete(p) && own_place_ask(p, "s1").withheld);
    assert_int_equal(own_place_vanished(p), 0);
    same.same[OWN_NAMED] = false; /* but this one is gone */
    assert_int_equal(own_keep_offer(p->keep, &same, &checks, true), OK);
    assert_false(own_place_is_complete(p));
}

static void each_change_moves_the_generation_and_no_snapshot(void **state)
{
    struct own_place *p = *state;
    uint64_t before = own_keep_generation(p->keep);
    struct own_set *old = own_keep_current(p->keep);

    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\n";
    own_place_change(p);
    assert_true(own_keep_generation(p->keep) > before);
    assert_int_equal(own_set_students(old), 0);
    own_set_unref(&old);
}

enum { READERS = 3, CHANGES = 40 };

struct reader {
    const struct own_place *p;
    pthread_t thread;
    atomic_bool *stop;
    bool mixed; /* saw one of two students without the other, who are always named together */
};

static void *read_on(void *ctx)
{
    struct reader *r = ctx;

    while (!atomic_load(r->stop)) {
        struct own_set *set = own_keep_current(r->p->keep);
        const struct own_question q = {.agreement = SPAN("library-cards"), .date = OWN_PLACE_TODAY};
        struct own_facts one, other;
        struct own_view view;

        own_set_view(set, &view);
        view.facts(view.ctx, SPAN("s1"), &q, &one);
        view.facts(view.ctx, SPAN("s2"), &q, &other);
        r->mixed = r->mixed || one.named != other.named;
        own_set_unref(&set);
    }
    return NULL;
}

static void readers_see_one_snapshot_or_the_next(void **state)
{
    struct own_place *p = *state;
    struct reader readers[READERS];
    atomic_bool stop = false;

    own_place_change(p);
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.p = p, .stop = &stop};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (int i = 0; i < CHANGES; i++) {
        p->texts[OWN_NAMED] =
            i % 2 == 0 ? "s1,library-cards,2026-01-01,,me\ns2,library-cards,2026-01-01,,me\n" : "";
        assert_int_equal(own_place_offer(p, false), OK);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_false(readers[i].mixed);
    }
}

static void s1_a_failure_withholds_until_the_next_offer(void **state)
{
    struct own_place *p = *state;

    own_place_change(p);
    for (uint64_t n = 1;; n++) {
        p->fail_at = n;
        enum err e = own_place_offer(p, false);

        p->fail_at = 0;
        if (e == OK) {
            break;
        }
        assert_int_equal(e, ERR_MEMORY);
        assert_false(own_place_is_complete(p));
        assert_true(n < 500);
        assert_int_equal(own_place_offer(p, false), OK);
        assert_true(own_place_is_complete(p));
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, own_place_set_up, own_place_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s1_missing_is_not_empty),
        CASE(s1_a_file_never_read_whole_is_not_held),
        CASE(s1_a_broken_file_narrows_only),
        CASE(s1_what_opens_waits_for_the_second_step),
        CASE(s1_a_consent_taken_out_of_a_whole_file_ends_in_the_first_step),
        CASE(a_file_that_did_not_change_is_not_gone_through_again),
        CASE(each_change_moves_the_generation_and_no_snapshot),
        CASE(readers_see_one_snapshot_or_the_next),
        CASE(s1_a_failure_withholds_until_the_next_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
