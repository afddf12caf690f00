/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a whole roster from a scripted source: all of it, or nothing. */
#include "roster/sync.h"

#include "tests/support/legs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

/* One answer, with ' for "; requests must come in this order. */
struct page {
    const char *target; /* from the collection on */
    const char *body;
    int total; /* X-Total-Count, -1: none */
};

#define ASK_ORGS                                                                                   \
    "/orgs?limit=2&offset=0&sort=sourcedId&orderBy=asc&fields=sourcedId,status,type,parent"
#define ASK_ORGS_2 "/orgs?limit=2&offset=2&"
#define ASK_ORGS_3 "/orgs?limit=2&offset=3&"
#define ASK_COURSES                                                                                \
    "/courses?limit=2&offset=0&sort=sourcedId&orderBy=asc&fields=sourcedId,status,org,grades"
#define ASK_CLASSES                                                                                \
    "/classes?limit=2&offset=0&sort=sourcedId&orderBy=asc&fields=sourcedId,status,school,grades"
#define ASK_USERS                                                                                  \
    "/users?limit=2&offset=0&sort=sourcedId&orderBy=asc&fields=sourcedId,status,roles,"            \
    "agents,grades"
#define ASK_USERS_1 "/users?limit=2&offset=1&"
#define ORGS        "{'orgs':[{'sourcedId':'d','type':'district'},{'sourcedId':'oak','type':'school'}]}"
#define PUPIL       "{'users':[{'sourcedId':'s','roles':[{'role':'student','org':{'sourcedId':'oak'}}]}]}"

static const struct page whole[] = {
    {ASK_ORGS, ORGS, 3},
    {ASK_ORGS_2, "{'orgs':[{'sourcedId':'elm','type':'school'}]}", 3},
    {ASK_ORGS_3, "{'orgs':[]}", 3},
    {ASK_COURSES, "{'courses':[]}", -1},
    {ASK_CLASSES, "{'classes':[]}", 0},
    {ASK_USERS, PUPIL, -1},
    {ASK_USERS_1, "{'users':[]}", -1},
    {NULL, NULL, 0},
};

static void put_answer(char *out, size_t cap, const struct page *page)
{
    char total[64] = "";

    if (page->total >= 0) {
        (void)snprintf(total, sizeof(total), "X-Total-Count: %d\r\n", page->total);
    }
    int head = snprintf(out, cap,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%s"
                        "Content-Length: %zu\r\n\r\n",
                        total, strlen(page->body));

    (void)snprintf(out + head, cap - (size_t)head, "%s", page->body);
    for (char *c = out + head; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
}

static bool asks_for(struct span heard, const char *target)
{
    const char *base = "GET /ims/oneroster/rostering/v1p2";
    size_t len = strlen(base);

    return span_starts(heard, span_str(base)) &&
           span_starts(span_from(heard, len), span_str(target));
}

static void serve_pages(struct stage *s)
{
    int c = stage_accept(s);

    for (const struct page *page = s->prop; page->target != NULL && s->spoiled == 0; page++) {
        char answer[4096];
        struct span heard = stage_hear(s, c);

        if (!asks_for(heard, page->target)) {
            s->spoiled = __LINE__;
        }
        put_answer(answer, sizeof(answer), page);
        stage_say(s, c, span_str(answer));
    }
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void serve_none(struct stage *s)
{
    (void)s;
}

struct result {
    unsigned calls;
    enum err e;
    struct roster *roster;
    struct roster_sync *sync;
};

static void on_done(void *ctx, enum err e, struct roster *roster)
{
    struct result *r = ctx;

    r->calls++;
    r->e = e;
    r->roster = roster;
    r->sync = NULL;
}

static bool is_done(const void *ctx)
{
    return ((const struct result *)ctx)->calls > 0;
}

static const struct roster_needs none_needed;
static const struct roster_needs *needs = &none_needed;

static enum err start_sync(struct scene *sc, const struct catalog *catalog, unsigned max_pages,
                           struct result *r)
{
    const struct roster_sync_setup setup = {.loop = sc->loop,
                                            .pool = sc->pool,
                                            .catalog = catalog,
                                            .needs = *needs,
                                            .page_rows = 2,
                                            .max_pages = max_pages,
                                            .total_ms = 5000,
                                            .done = on_done,
                                            .ctx = r};

    return roster_sync_start(&setup, &r->sync);
}

static void expect(const struct catalog *catalog, const struct page *pages, unsigned max_pages,
                   enum err e)
{
    struct scene sc;
    struct result r = {0};

    open_scene(&sc, serve_pages, pages);
    assert_int_equal(start_sync(&sc, catalog, max_pages, &r), OK);
    assert_int_equal(r.calls, 0);
    turn_until(&sc, is_done, &r);
    if (r.e != e) {
        fail_msg("ended with %s", r.e == OK ? "ok" : err_code(r.e));
    }
    assert_true((r.roster != NULL) == (e == OK));
    roster_unref(&r.roster);
    close_scene(&sc);
}

static void loads_every_collection_to_its_empty_page(void **state)
{
    struct scene sc;
    struct result r = {0};
    struct roster_counts counts;
    struct person_facts p;

    open_scene(&sc, serve_pages, whole);
    assert_int_equal(start_sync(&sc, *state, 0, &r), OK);
    turn_until(&sc, is_done, &r);
    assert_int_equal(r.e, OK);
    roster_read_counts(r.roster, &counts);
    assert_int_equal(counts.orgs, 3);
    assert_int_equal(counts.students, 1);
    roster_lookup_person(r.roster, SPAN("s"), &p);
    assert_true(p.known);
    assert_int_equal(p.schools[ROLE_STUDENT].count, 1);
    roster_unref(&r.roster);
    close_scene(&sc);
}

#define FROM_0 "?limit=2&offset=0&sort=sourcedId&orderBy=asc&fields=sourcedId,status,"

static const struct page more[] = {
    {"/orgs" FROM_0 "type,parent", ORGS, -1},
    {ASK_ORGS_2, "{'orgs':[]}", -1},
    {"/academicSessions" FROM_0 "parent", "{'academicSessions':[{'sourcedId':'fall'}]}", -1},
    {"/academicSessions?limit=2&offset=1&", "{'academicSessions':[]}", -1},
    {"/courses" FROM_0 "org,grades", "{'courses':[]}", -1},
    {"/classes" FROM_0 "school,grades,course,terms",
     "{'classes':[{'sourcedId':'c','terms':[{'sourcedId':'fall'}]}]}", -1},
    {"/classes?limit=2&offset=1&", "{'classes':[]}", -1},
    {"/users" FROM_0 "roles,agents,grades,metadata HTTP/", PUPIL, -1},
    {ASK_USERS_1, "{'users':[]}", -1},
    {"/demographics" FROM_0 "birthDate HTTP/",
     "{'demographics':[{'sourcedId':'s','birthDate':'2012-03-04'}]}", -1},
    {"/demographics?limit=2&offset=1&", "{'demographics':[]}", -1},
    {"/enrollments" FROM_0 "role,user,class,endDate HTTP/",
     "{'enrollments':[{'sourcedId':'e','status':'active','role':'student',"
     "'user':{'sourcedId':'s'},'class':{'sourcedId':'c'}}]}",
     -1},
    {"/enrollments?limit=2&offset=1&", "{'enrollments':[]}", -1},
    {NULL, NULL, 0},
};

#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct roster_local of_users[] = {{TEXT("users"), TEXT("metadata.bus"), true},
                                               {TEXT("users"), TEXT("metadata.t"), false}};

static void asks_for_what_is_needed_and_no_more(void **state)
{
    static const struct roster_needs all = {true, true, of_users, 2};
    struct scene sc;
    struct result r = {0};
    struct person_facts p;

    needs = &all;
    open_scene(&sc, serve_pages, more);
    assert_int_equal(start_sync(&sc, *state, 0, &r), OK);
    needs = &none_needed;
    turn_until(&sc, is_done, &r);
    assert_int_equal(r.e, OK);
    roster_lookup_person(r.roster, SPAN("s"), &p);
    assert_int_equal(p.birth, 20120304);
    assert_int_equal(p.classes.count, 1);
    assert_int_equal(p.terms.count, 1);
    assert_int_equal(p.programs.known, TRI_YES);
    assert_true(roster_holds(r.roster, &all));
    roster_unref(&r.roster);
    close_scene(&sc);
}

static void ends_with_enrollments_that_repeat_themselves(void **state)
{
    static const struct roster_needs in_class = {.enrollments = true};
    static const struct page pages[] = {
        {ASK_ORGS, ORGS, -1},
        {ASK_ORGS_2, "{'orgs':[]}", -1},
        {"/academicSessions?", "{'academicSessions':[]}", -1},
        {"/courses?", "{'courses':[]}", -1},
        {"/classes?", "{'classes':[]}", -1},
        {"/users?", "{'users':[]}", -1},
        {"/enrollments?limit=2&offset=0&", "{'enrollments':[{'sourcedId':'e'}]}", -1},
        {"/enrollments?limit=2&offset=1&", "{'enrollments':[{'sourcedId':'e'}]}", -1},
        {NULL, NULL, 0}};

    needs = &in_class;
    expect(*state, pages, 0, ERR_UP_LEGS);
    needs = &none_needed;
}

static void refuses_needs_that_no_roster_can_hold(void **state)
{
    static const struct roster_local local = {TEXT("classes"), TEXT("metadata.x"), true};
    static const struct roster_needs odd = {.locals = &local, .local_count = 1};
    struct scene sc;
    struct result r = {0};

    open_scene(&sc, serve_none, NULL);
    needs = &odd;
    assert_int_equal(start_sync(&sc, *state, 0, &r), ERR_INPUT);
    needs = &none_needed;
    assert_null(r.sync);
    close_scene(&sc);
}

static void gives_no_roster_for_one_bad_page(void **state)
{
    static const struct page broken[] = {{ASK_ORGS, "{'orgs':[", -1}, {NULL, NULL, 0}};
    static const struct page other[] = {{ASK_ORGS, "{'users':[]}", -1}, {NULL, NULL, 0}};
    static const struct page late[] = {{ASK_ORGS, ORGS, -1},
                                       {ASK_ORGS_2, "{'orgs':[]}", -1},
                                       {ASK_COURSES, "{'courses':[]}", -1},
                                       {ASK_CLASSES, "[]", -1},
                                       {NULL, NULL, 0}};

    expect(*state, broken, 0, ERR_UP_JSON);
    expect(*state, other, 0, ERR_UP_ENVELOPE);
    expect(*state, late, 0, ERR_UP_ENVELOPE);
}

static void gives_no_roster_when_rows_are_missing(void **state)
{
    static const struct page pages[] = {
        {ASK_ORGS, ORGS, 5}, {ASK_ORGS_2, "{'orgs':[]}", 5}, {NULL, NULL, 0}};

    expect(*state, pages, 0, ERR_UP_TRUNCATED);
}

static void gives_no_roster_without_schools(void **state)
{
    static const struct page pages[] = {{ASK_ORGS, "{'orgs':[]}", -1},
                                        {ASK_COURSES, "{'courses':[]}", -1},
                                        {ASK_CLASSES, "{'classes':[]}", -1},
                                        {ASK_USERS, "{'users':[]}", -1},
                                        {NULL, NULL, 0}};

    expect(*state, pages, 0, ERR_INPUT);
}

static void ends_with_a_source_that_repeats_itself(void **state)
{
    static const struct page pages[] = {
        {ASK_ORGS, ORGS, -1}, {ASK_ORGS_2, ORGS, -1}, {NULL, NULL, 0}};

    expect(*state, pages, 0, ERR_UP_LEGS);
}

static void ends_with_a_source_that_never_ends(void **state)
{
    static const struct page pages[] = {{ASK_ORGS, ORGS, -1},
                                        {ASK_ORGS_2, "{'orgs':[{'sourcedId':'x'}]}", -1},
                                        {ASK_ORGS_3, "{'orgs':[{'sourcedId':'y'}]}", -1},
                                        {NULL, NULL, 0}};

    expect(*state, pages, 3, ERR_UP_LEGS);
}

static void serve_404(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c, SPAN("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void gives_no_roster_for_a_missing_collection(void **state)
{
    struct scene sc;
    struct result r = {0};

    open_scene(&sc, serve_404, NULL);
    assert_int_equal(start_sync(&sc, *state, 0, &r), OK);
    turn_until(&sc, is_done, &r);
    assert_int_equal(r.e, ERR_UP_STATUS);
    assert_null(r.roster);
    close_scene(&sc);
}

static atomic_bool heard;

static void hear_only(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    atomic_store(&heard, true);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static bool is_heard(const void *ctx)
{
    (void)ctx;
    return atomic_load(&heard);
}

static void closes_its_connection_when_given_up(void **state)
{
    struct scene sc;
    struct result r = {0};

    open_scene(&sc, hear_only, NULL);
    assert_int_equal(start_sync(&sc, *state, 0, &r), OK);
    turn_until(&sc, is_heard, NULL);
    roster_sync_abort(&r.sync);
    assert_null(r.sync);
    assert_int_equal(counts_of(&sc).open, 0);
    assert_int_equal(r.calls, 0);
    close_scene(&sc);
}

static int set_up(void **state)
{
    FILE *f = fopen("policy/catalogs/oneroster-1.2.yaml", "rb");
    static char text[512 * 1024];
    struct arena arena;
    struct diag_list diags;
    struct catalog *catalog = NULL;

    if (f == NULL) {
        return -1;
    }
    size_t n = fread(text, 1, sizeof(text), f);

    (void)fclose(f);
    arena_init(&arena, 1u << 20);
    diag_init(&diags, &arena);
    enum err e = catalog_load("oneroster-1.2.yaml", span_of(text, n), &diags, &catalog);

    arena_fini(&arena);
    *state = catalog;
    return e == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct catalog *catalog = *state;

    catalog_free(&catalog);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_every_collection_to_its_empty_page),
        cmocka_unit_test(asks_for_what_is_needed_and_no_more),
        cmocka_unit_test(ends_with_enrollments_that_repeat_themselves),
        cmocka_unit_test(refuses_needs_that_no_roster_can_hold),
        cmocka_unit_test(gives_no_roster_for_one_bad_page),
        cmocka_unit_test(gives_no_roster_when_rows_are_missing),
        cmocka_unit_test(gives_no_roster_without_schools),
        cmocka_unit_test(ends_with_a_source_that_repeats_itself),
        cmocka_unit_test(ends_with_a_source_that_never_ends),
        cmocka_unit_test(gives_no_roster_for_a_missing_collection),
        cmocka_unit_test(closes_its_connection_when_given_up),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
