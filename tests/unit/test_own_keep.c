/* SPDX-License-Identifier: Apache-2.0 */
/* Students' own facts while their files change: narrower at once, wider when whole and confirmed.
 */
#include "roster/own_keep.h"

#include "tests/support/policy_kit.h"
#include "tests/support/records.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY = 1 << 20, TODAY = 20260901 };

#define NAME "Student Name / First and/or Last"

struct place {
    char folder[64], path[96];
    struct policy_kit kit;
    struct roster *roster;
    struct stops *stops;
    struct own_keep *keep;
    const char *texts[OWN_FILE_COUNT];    /* rows without header; NULL: missing */
    const char *whole_of[OWN_FILE_COUNT]; /* a whole file instead */
    uint64_t fail_at;                     /* allocation of the next offer that fails */
};

/* The roster knows s1 to s3 and 00123, and a teacher. */
static void load_roster(struct place *p)
{
    struct roster_builder *b = NULL;

    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "orgs", "{'orgs':[{'sourcedId':'oak','type':'school'}]}"), OK);
    assert_int_equal(
        feed(b, "users",
             "{'users':[{'sourcedId':'s1','roles':[{'role':'student','org':{'sourcedId':'oak'}}]},"
             "{'sourcedId':'s2','roles':[{'role':'student','org':{'sourcedId':'oak'}}]},"
             "{'sourcedId':'s3','roles':[{'role':'student','org':{'sourcedId':'oak'}}]},"
             "{'sourcedId':'00123','roles':[{'role':'student','org':{'sourcedId':'oak'}}]},"
             "{'sourcedId':'t1','roles':[{'role':'teacher','org':{'sourcedId':'oak'}}]}]}"),
        OK);
    assert_int_equal(roster_build(b, 1, &p->roster), OK);
    roster_builder_free(&b);
}

static void start(struct place *p)
{
    assert_int_equal(stops_open(p->path, &p->stops), OK);
    assert_int_equal(own_keep_open(p->stops, &p->keep), OK);
}

static void stop(struct place *p)
{
    own_keep_close(&p->keep);
    stops_close(&p->stops);
}

static int set_up(void **state)
{
    struct place *p = mem_alloc(sizeof(*p));

    if (p == NULL) {
        return -1;
    }
    (void)snprintf(p->folder, sizeof(p->folder), "build/tmp-own-XXXXXX");
    if (mkdtemp(p->folder) == NULL) {
        return -1;
    }
    (void)snprintf(p->path, sizeof(p->path), "%s/" STOPS_FILE, p->folder);
    policy_kit_open(&p->kit);
    assert_int_equal(policy_kit_load(&p->kit), OK);
    load_roster(p);
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        p->texts[f] = "";
    }
    start(p);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct place *p = *state;
    char path[128];

    stop(p);
    roster_unref(&p->roster);
    policy_kit_close(&p->kit);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof(path), "%s%s", p->path, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(p->folder);
    mem_free(p);
    return 0;
}

static struct own_checks checks_of(const struct place *p)
{
    return (struct own_checks){p->roster, p->kit.policy, TODAY};
}

static enum err offer(struct place *p, bool narrow_only)
{
    struct own_sheet sheets[OWN_FILE_COUNT];
    struct own_offer o = {.errors = {0}};
    struct own_checks checks = checks_of(p);
    struct diag_list diags;
    struct arena arena;
    char text[8192];

    arena_init(&arena, MEMORY);
    diag_init(&diags, &arena);
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        unsigned before = diags.errors;

        if (p->texts[f] == NULL) {
            continue;
        }
        (void)snprintf(text, sizeof(text), "%s\n%s", own_file_header((enum own_file)f),
                       p->texts[f]);
        assert_int_equal(
            own_read(&(struct own_text){(enum own_file)f, "f",
                                        span_str(p->whole_of[f] != NULL ? p->whole_of[f] : text)},
                     &arena, &diags, &sheets[f]),
            OK);
        o.sheets[f] = &sheets[f];
        o.errors[f] = diags.errors - before;
    }
    mem_fail_at(p->fail_at);
    enum err e = own_keep_offer(p->keep, &o, &checks, narrow_only);

    mem_fail_at(0);
    arena_fini(&arena);
    return e;
}

/* As the gateway does it: what takes away, then the rest, then durable. */
static void change(struct place *p)
{
    assert_int_equal(offer(p, true), OK);
    assert_int_equal(offer(p, false), OK);
    assert_int_equal(own_keep_save(p->keep), OK);
}

static struct own_facts ask_on(const struct place *p, const char *student, int32_t date)
{
    const struct own_question q = {.partner = SPAN("acme"),
                                   .agreement = SPAN("acme-math"),
                                   .purpose = SPAN("instruction"),
                                   .date = date,
                                   .birth = 20140101};
    struct own_set *set = own_keep_current(p->keep);
    struct own_facts out;
    struct own_view view;

    own_set_view(set, &view);
    view.facts(view.ctx, span_str(student), &q, &out);
    own_set_unref(&set);
    return out;
}

static struct own_facts ask(const struct place *p, const char *student)
{
    return ask_on(p, student, TODAY);
}

static bool some(struct element_set set)
{
    return !element_set_is_empty(&set);
}

static bool is_complete(const struct place *p)
{
    struct own_set *set = own_keep_current(p->keep);
    bool complete = own_set_is_complete(set);

    own_set_unref(&set);
    assert_int_equal(own_keep_report(p->keep)->complete, complete);
    return complete;
}

static void s1_missing_is_not_empty(void **state)
{
    struct place *p = *state;

    assert_false(is_complete(p));
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        p->texts[f] = NULL;
        change(p);
        assert_false(is_complete(p));
        assert_true(own_keep_report(p->keep)->files[f].missing);
        p->texts[f] = "";
        change(p);
        assert_true(is_complete(p));
        assert_false(own_keep_report(p->keep)->files[f].missing);
    }
}

static void s1_a_file_never_read_whole_is_not_held(void **state)
{
    struct place *p = *state;

    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\ns2,all\n";
    change(p);
    assert_false(is_complete(p));
    assert_true(ask(p, "s1").withheld && ask(p, "s2").withheld); /* and bites all the same */
    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\n";
    assert_int_equal(offer(p, true), OK);
    assert_false(is_complete(p)); /* what opens waits for the second step */
    assert_int_equal(offer(p, false), OK);
    assert_true(is_complete(p));
}

static void s1_a_broken_file_narrows_only(void **state)
{
    struct place *p = *state;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n";
    p->texts[OWN_CONSENTS] =
        "s2,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n"
        "s3,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n";
    change(p);
    assert_true(ask(p, "s2").consented && ask(p, "s3").consented);
    p->texts[OWN_OPT_OUTS] = "s2,all,directory,2026-01-01,\nbroken\n"; /* s1's row is gone */
    p->texts[OWN_CONSENTS] =
        "s1,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n"
        "s3,A,parent,2026-01-01,,2026-08-01,paper,,,agreement:acme-math,instruction," NAME
        "\n\"broken\n";
    change(p);
    assert_true(is_complete(p));
    assert_true(own_keep_report(p->keep)->files[OWN_OPT_OUTS].broken);
    assert_true(ask(p, "s1").refused_all);  /* stays */
    assert_true(ask(p, "s2").refused_all);  /* is new, and bites */
    assert_false(ask(p, "s1").consented);   /* is new, and must wait */
    assert_true(ask(p, "s2").consented);    /* stays, though its row is gone */
    assert_false(ask(p, "s3").consented);   /* was revoked */
    assert_true(ask(p, "broken").withheld); /* whatever the bad row meant */
    p->texts[OWN_CONSENTS] = "";
    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\ns2,all,directory,2026-01-01,\n";
    change(p);
    assert_false(ask(p, "s2").consented);
    assert_false(ask(p, "broken").withheld);
}

static void s1_what_opens_waits_for_the_second_step(void **state)
{
    struct place *p = *state;

    change(p);
    p->texts[OWN_NAMED] = "s1,acme-math,2026-01-01,,me\n";
    p->texts[OWN_RESTRICTIONS] = "s2,all,all,\n";
    assert_int_equal(offer(p, true), OK);
    assert_false(ask(p, "s1").named);
    assert_true(ask(p, "s2").withheld);
    assert_int_equal(offer(p, false), OK);
    assert_true(ask(p, "s1").named);
}

static void s1_a_consent_taken_out_of_a_whole_file_ends_in_the_first_step(void **state)
{
    struct place *p = *state;

    p->texts[OWN_CONSENTS] =
        "s1,A,parent,2026-01-01,,,paper,,,agreement:acme-math,instruction," NAME "\n";
    change(p);
    assert_true(ask(p, "s1").consented);
    p->texts[OWN_CONSENTS] = "";
    assert_int_equal(offer(p, true), OK);
    assert_false(ask(p, "s1").consented);
}

static size_t vanished(const struct place *p)
{
    const struct own_report *r = own_keep_report(p->keep);

    return r->files[OWN_OPT_OUTS].vanished + r->files[OWN_RESTRICTIONS].vanished;
}

static void a_file_that_did_not_change_is_not_gone_through_again(void **state)
{
    struct place *p = *state;
    struct own_offer same = {.same = {true, true, true, true}};
    struct own_checks checks = checks_of(p);

    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\n";
    change(p);
    assert_int_equal(own_keep_offer(p->keep, &same, &checks, true), OK);
    assert_int_equal(own_keep_offer(p->keep, &same, &checks, false), OK);
    assert_true(is_complete(p) && ask(p, "s1").withheld);
    assert_int_equal(vanished(p), 0);
    same.same[OWN_NAMED] = false; /* but this one is gone */
    assert_int_equal(own_keep_offer(p->keep, &same, &checks, true), OK);
    assert_false(is_complete(p));
}

static void s2_rows_that_vanish_stay_until_confirmed(void **state)
{
    struct place *p = *state;
    struct own_checks checks = checks_of(p);
    size_t rows = 99;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\ns2,name,directory,2026-01-01,\n";
    p->texts[OWN_RESTRICTIONS] = "s3,all,all,\n";
    change(p);
    p->texts[OWN_OPT_OUTS] = "s2,name,directory,2026-01-01,\n";
    p->texts[OWN_RESTRICTIONS] = "";
    change(p);
    assert_true(ask(p, "s1").refused_all && ask(p, "s3").withheld);
    assert_int_equal(vanished(p), 2);
    p->texts[OWN_RESTRICTIONS] = "broken\n";
    change(p);
    assert_int_equal(own_keep_confirm(p->keep, &checks, &rows), ERR_NOT_READY);
    assert_int_equal(rows, 99);
    p->texts[OWN_RESTRICTIONS] = "";
    change(p);
    assert_int_equal(own_keep_confirm(p->keep, &checks, &rows), OK);
    assert_int_equal(rows, 2);
    assert_false(ask(p, "s1").refused_all || ask(p, "s3").withheld);
    assert_true(some(ask(p, "s2").refused));
    assert_int_equal(vanished(p), 0);
    stop(p);
    start(p);
    assert_int_equal(own_keep_report(p->keep)->files[OWN_OPT_OUTS].rows, 1);
}

static void s2_a_row_that_vanished_while_the_gateway_was_down_is_missed(void **state)
{
    struct place *p = *state;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n\"s\"\" 2\",all,agreement:acme-math,"
                             "2026-02-03,2027-01-02\n";
    p->texts[OWN_RESTRICTIONS] = "s3,\"" NAME "; Demographics / Gender\",partner:acme,\n";
    change(p);
    stop(p);
    start(p);
    assert_false(is_complete(p));
    p->texts[OWN_OPT_OUTS] = "";
    p->texts[OWN_RESTRICTIONS] = "";
    change(p);
    assert_true(is_complete(p));
    assert_int_equal(vanished(p), 3);
    assert_true(ask(p, "s1").refused_all);
    assert_true(ask(p, "s\" 2").withheld);
    assert_true(ask_on(p, "s\" 2", 20270102).withheld);
    assert_false(ask_on(p, "s\" 2", 20270103).withheld);
    assert_true(some(ask(p, "s3").restricted));
}

static void s2_a_row_is_ended_by_its_last_day_not_by_vanishing(void **state)
{
    struct place *p = *state;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n";
    change(p);
    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,2026-08-31\n";
    assert_int_equal(offer(p, true), OK);
    assert_true(ask(p, "s1").refused_all); /* that opens, and waits */
    change(p);
    assert_false(ask(p, "s1").refused_all);
    assert_int_equal(vanished(p), 0);
    p->texts[OWN_OPT_OUTS] = ""; /* it has passed: nothing to be missed */
    change(p);
    assert_int_equal(vanished(p), 0);
}

static void s2_a_file_cut_off_takes_nothing_back(void **state)
{
    static const char rows[] = "student,withhold,from,until\n"
                               "s1,all,all,\ns2,all,partner:acme,2027-01-01\ns3,all,all,\n";
    struct place *p = *state;
    char cut[sizeof(rows)];

    p->whole_of[OWN_RESTRICTIONS] = rows;
    change(p);
    p->whole_of[OWN_RESTRICTIONS] = cut;
    for (size_t len = 0; len < sizeof(rows); len++) {
        (void)snprintf(cut, sizeof(cut), "%.*s", (int)len, rows);
        assert_int_equal(offer(p, true), OK);
        assert_int_equal(offer(p, false), OK);
        assert_true(ask(p, "s1").withheld && ask(p, "s2").withheld && ask(p, "s3").withheld);
    }
}

static void s2_ids_that_the_roster_never_knew_are_told(void **state)
{
    struct place *p = *state;
    struct roster *roster = p->roster;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\ns99,all,directory,2026-01-01,\n"
                             "t1,all,directory,2026-01-01,\n";
    p->roster = NULL;
    change(p);
    assert_int_equal(own_keep_report(p->keep)->unknown_students, 0); /* nobody can tell yet */
    p->roster = roster;
    struct own_checks checks = checks_of(p);

    assert_int_equal(own_keep_check(p->keep, &checks), OK);
    const struct own_report *r = own_keep_report(p->keep);

    assert_int_equal(r->unknown_students, 2);
    assert_int_equal(r->fault_count, 2);
    assert_int_equal(r->faults[0].line, 3);
    assert_int_equal(r->faults[0].file, OWN_OPT_OUTS);
    assert_true(ask(p, "s99").refused_all); /* the roster may learn of the student */
}

static void s2_an_id_that_was_known_once_stays_known(void **state)
{
    struct place *p = *state;
    struct roster *whole = p->roster;
    struct roster_builder *b = NULL;

    p->texts[OWN_OPT_OUTS] = "s1,all,directory,2026-01-01,\n";
    change(p);
    stop(p);
    start(p);
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "orgs", "{'orgs':[{'sourcedId':'oak','type':'school'}]}"), OK);
    assert_int_equal(roster_build(b, 1, &p->roster), OK);
    roster_builder_free(&b);
    change(p);
    assert_int_equal(own_keep_report(p->keep)->unknown_students, 0);
    assert_true(ask(p, "s1").refused_all); /* D14: also of who has left */
    roster_unref(&whole);
}

static void s2_a_number_that_lost_its_zeros_withholds_who_may_be_meant(void **state)
{
    struct place *p = *state;

    p->texts[OWN_OPT_OUTS] = "123,name,directory,2026-01-01,\n";
    change(p);
    assert_int_equal(own_keep_report(p->keep)->unknown_students, 1);
    assert_true(ask(p, "00123").withheld);
    p->texts[OWN_OPT_OUTS] = "00123,name,directory,2026-01-01,\n";
    change(p);
    assert_false(ask(p, "00123").refused_all);
    assert_true(ask(p, "00123").withheld); /* until the row for 123, which vanished, is let go */
    struct own_checks checks = checks_of(p);
    size_t rows = 0;

    assert_int_equal(own_keep_confirm(p->keep, &checks, &rows), OK);
    assert_int_equal(rows, 1);
    assert_false(ask(p, "00123").withheld);
}

static void s2_a_party_that_nobody_declared_withholds_from_all(void **state)
{
    struct place *p = *state;

    p->texts[OWN_RESTRICTIONS] = "s1,all,agreement:acme-mth,\ns2,all,partner:library,\n";
    p->texts[OWN_NAMED] = "s3,no-such,2026-01-01,,me\n";
    change(p);
    assert_true(ask(p, "s1").withheld);
    assert_false(ask(p, "s2").withheld || ask(p, "s3").withheld);
    assert_int_equal(own_keep_report(p->keep)->unknown_parties, 2);
}

static void each_change_moves_the_generation_and_no_snapshot(void **state)
{
    struct place *p = *state;
    uint64_t before = own_keep_generation(p->keep);
    struct own_set *old = own_keep_current(p->keep);

    p->texts[OWN_RESTRICTIONS] = "s1,all,all,\n";
    change(p);
    assert_true(own_keep_generation(p->keep) > before);
    assert_int_equal(own_set_students(old), 0);
    own_set_unref(&old);
}

enum { READERS = 3, CHANGES = 40 };

struct reader {
    const struct place *p;
    pthread_t thread;
    atomic_bool *stop;
    bool mixed; /* saw one of two students without the other, who are always named together */
};

static void *read_on(void *ctx)
{
    struct reader *r = ctx;

    while (!atomic_load(r->stop)) {
        struct own_set *set = own_keep_current(r->p->keep);
        const struct own_question q = {.agreement = SPAN("library-cards"), .date = TODAY};
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
    struct place *p = *state;
    struct reader readers[READERS];
    atomic_bool stop = false;

    change(p);
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.p = p, .stop = &stop};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (int i = 0; i < CHANGES; i++) {
        p->texts[OWN_NAMED] =
            i % 2 == 0 ? "s1,library-cards,2026-01-01,,me\ns2,library-cards,2026-01-01,,me\n" : "";
        assert_int_equal(offer(p, false), OK);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_false(readers[i].mixed);
    }
}

static void s1_a_failure_withholds_until_the_next_offer(void **state)
{
    struct place *p = *state;

    change(p);
    for (uint64_t n = 1;; n++) {
        p->fail_at = n;
        enum err e = offer(p, false);

        p->fail_at = 0;
        if (e == OK) {
            break;
        }
        assert_int_equal(e, ERR_MEMORY);
        assert_false(is_complete(p));
        assert_true(n < 500);
        assert_int_equal(offer(p, false), OK);
        assert_true(is_complete(p));
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(s1_missing_is_not_empty),
        CASE(s1_a_file_never_read_whole_is_not_held),
        CASE(s1_a_broken_file_narrows_only),
        CASE(s1_what_opens_waits_for_the_second_step),
        CASE(s1_a_consent_taken_out_of_a_whole_file_ends_in_the_first_step),
        CASE(a_file_that_did_not_change_is_not_gone_through_again),
        CASE(s2_rows_that_vanish_stay_until_confirmed),
        CASE(s2_a_row_that_vanished_while_the_gateway_was_down_is_missed),
        CASE(s2_a_row_is_ended_by_its_last_day_not_by_vanishing),
        CASE(s2_a_file_cut_off_takes_nothing_back),
        CASE(s2_ids_that_the_roster_never_knew_are_told),
        CASE(s2_an_id_that_was_known_once_stays_known),
        CASE(s2_a_number_that_lost_its_zeros_withholds_who_may_be_meant),
        CASE(s2_a_party_that_nobody_declared_withholds_from_all),
        CASE(each_change_moves_the_generation_and_no_snapshot),
        CASE(readers_see_one_snapshot_or_the_next),
        CASE(s1_a_failure_withholds_until_the_next_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
