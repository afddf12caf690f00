/* SPDX-License-Identifier: Apache-2.0 */
/* Students' own facts with all they are kept by, in a folder of their own. */
#include "tests/support/own_place.h"

#include "tests/support/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMORY = 1 << 20 };

/* The roster knows s1 to s3 and 00123, and a teacher. */
static void load_roster(struct own_place *p)
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

void own_place_start(struct own_place *p)
{
    assert_int_equal(stops_open(p->path, &p->stops), OK);
    assert_int_equal(own_keep_open(p->stops, &p->keep), OK);
}

void own_place_stop(struct own_place *p)
{
    own_keep_close(&p->keep);
    stops_close(&p->stops);
}

int own_place_set_up(void **state)
{
    struct own_place *p = mem_alloc(sizeof(*p));

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
    own_place_start(p);
    *state = p;
    return 0;
}

int own_place_tear_down(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct own_place *p = *state;
    char path[128];

    own_place_stop(p);
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

struct own_checks own_place_checks(const struct own_place *p)
{
    return (struct own_checks){p->roster, p->kit.policy, OWN_PLACE_TODAY};
}

enum err own_place_offer(struct own_place *p, bool narrow_only)
{
    struct own_sheet sheets[OWN_FILE_COUNT];
    struct own_offer o = {.errors = {0}};
    struct own_checks checks = own_place_checks(p);
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
void own_place_change(struct own_place *p)
{
    assert_int_equal(own_place_offer(p, true), OK);
    assert_int_equal(own_place_offer(p, false), OK);
    assert_int_equal(own_keep_save(p->keep), OK);
}

struct own_facts own_place_ask_on(const struct own_place *p, const char *student, int32_t date)
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

struct own_facts own_place_ask(const struct own_place *p, const char *student)
{
    return own_place_ask_on(p, student, OWN_PLACE_TODAY);
}

bool own_place_is_complete(const struct own_place *p)
{
    struct own_set *set = own_keep_current(p->keep);
    bool complete = own_set_is_complete(set);

    own_set_unref(&set);
    assert_int_equal(own_keep_report(p->keep)->complete, complete);
    return complete;
}

size_t own_place_vanished(const struct own_place *p)
{
    const struct own_report *r = own_keep_report(p->keep);

    return r->files[OWN_OPT_OUTS].vanished + r->files[OWN_RESTRICTIONS].vanished;
}
