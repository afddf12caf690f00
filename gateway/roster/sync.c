/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One collection after the other, one page after the other, one leg at a time:
 *
 *   ASKING --(head 200)--> READING --(page whole)--> ASKING ... --> OVER
 *
 * A page that is empty ends its collection. The source may cap pages lower than
 * we ask, so a short page ends nothing. Every bound and every error ends it all.
 */
#include "roster/sync.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>

enum { DEFAULT_ROWS = 2000, DEFAULT_PAGES = 20000, DEFAULT_TOTAL_MS = 900000, MAX_TARGET = 2048 };

enum need { ALWAYS, IF_ENROLLMENTS, IF_BIRTH };

/*
 * Places before people, so that most ids are known when they are pointed at. A
 * member that the catalog's records lack is not asked for: OneRoster 1.2 has
 * `roles` where 1.1 has `role` and `orgs`.
 */
static const struct wanted {
    const char *collection;
    enum need need; /* else only for a local field */
    const char *fields;
    enum need need_more;
    const char *more;
} wanted[] = {
    {"orgs", ALWAYS, "sourcedId,status,type,parent", ALWAYS, ""},
    {"academicSessions", IF_ENROLLMENTS, "sourcedId,status,parent", ALWAYS, ""},
    {"courses", ALWAYS, "sourcedId,status,org,grades", ALWAYS, ""},
    {"classes", ALWAYS, "sourcedId,status,school,grades", IF_ENROLLMENTS, "course,terms"},
    {"users", ALWAYS, "sourcedId,status,roles,role,orgs,agents,grades", ALWAYS, ""},
    {"demographics", IF_BIRTH, "sourcedId,status", IF_BIRTH, "birthDate"},
    {"enrollments", IF_ENROLLMENTS, "sourcedId,status,role,user,class,endDate", ALWAYS, ""},
};

enum { WANTED = sizeof(wanted) / sizeof(wanted[0]) };

enum sync_state { SYNC_ASKING, SYNC_READING, SYNC_OVER, SYNC_STATE_COUNT };

static const unsigned may_enter[SYNC_STATE_COUNT] = {
    [SYNC_ASKING] = 1u << SYNC_READING | 1u << SYNC_OVER,
    [SYNC_READING] = 1u << SYNC_ASKING | 1u << SYNC_OVER,
};

struct roster_sync {
    struct roster_sync_setup setup;
    const struct resource *resources[WANTED]; /* NULL: not needed */
    struct buf fields[WANTED];
    struct roster_builder *builder;
    struct leg *leg;
    struct timer deadline;
    struct buf page;
    size_t at;       /* of `wanted` */
    uint64_t offset; /* rows of this collection so far */
    uint64_t total;  /* X-Total-Count of the last page, 0 without */
    unsigned pages;
    enum sync_state state;
};

static void enter(struct roster_sync *s, enum sync_state next)
{
    assert((may_enter[s->state] & 1u << next) != 0);
    s->state = next;
    assert((s->leg == NULL) == (next == SYNC_OVER) || next == SYNC_ASKING);
}

static void free_sync(struct roster_sync *s)
{
    timer_stop(&s->deadline);
    leg_abort(&s->leg);
    roster_builder_free(&s->builder);
    buf_fini(&s->page);
    for (size_t i = 0; i < WANTED; i++) {
        buf_fini(&s->fields[i]);
    }
    mem_free(s);
}

static void finish(struct roster_sync *s, enum err e)
{
    struct roster_sync_setup setup = s->setup;
    struct roster *roster = NULL;

    if (e == OK) {
        e = roster_build(s->builder, clock_wall_ms(), &roster);
    }
    leg_abort(&s->leg);
    enter(s, SYNC_OVER);
    free_sync(s);
    setup.done(setup.ctx, e, roster);
}

static void put_target(struct buf *out, const struct roster_sync *s)
{
    buf_put(out, catalog_base(s->setup.catalog));
    buf_printf(out, "/%s?limit=%u&offset=%llu&sort=sourcedId&orderBy=asc&fields=",
               wanted[s->at].collection, s->setup.page_rows, (unsigned long long)s->offset);
    buf_put(out, buf_span(&s->fields[s->at]));
}

static const struct leg_events page_events;

static enum err ask(struct roster_sync *s)
{
    struct leg_events events = page_events;
    struct buf target;

    if (s->pages >= s->setup.max_pages) {
        return ERR_UP_LEGS;
    }
    s->pages++;
    events.ctx = s;
    buf_clear(&s->page);
    buf_init(&target, MAX_TARGET);
    put_target(&target, s);
    enum err e = buf_err(&target);

    e = e != OK ? e : leg_start(s->setup.pool, buf_span(&target), &events, &s->leg);
    buf_fini(&target);
    return e;
}

static void on_head(void *ctx, const struct leg_head *head)
{
    struct roster_sync *s = ctx;

    enter(s, SYNC_READING);
    s->total = head->has_total ? head->total : 0;
    if (head->status != 200) {
        finish(s, ERR_UP_STATUS);
    }
}

static void on_body(void *ctx, struct span bytes)
{
    struct roster_sync *s = ctx;

    buf_put(&s->page, bytes);
    if (buf_err(&s->page) != OK) {
        finish(s, buf_err(&s->page));
    }
}

/* The next collection that is needed; WANTED: none. */
static size_t next_needed(const struct roster_sync *s, size_t at)
{
    while (at < WANTED && s->resources[at] == NULL) {
        at++;
    }
    return at;
}

/* The next page or collection; `*last` when there is none. */
static enum err advance(struct roster_sync *s, size_t rows, bool *last)
{
    s->offset += rows;
    if (rows > 0) {
        return ask(s);
    }
    if (s->offset < s->total) {
        return ERR_UP_TRUNCATED;
    }
    s->offset = 0;
    s->at = next_needed(s, s->at + 1);
    *last = s->at == WANTED;
    return *last ? OK : ask(s);
}

static enum err take_page(struct roster_sync *s, bool *last)
{
    size_t before = roster_builder_ids(s->builder);
    size_t rows = 0;
    enum err e = roster_builder_add(s->builder, s->resources[s->at], buf_span(&s->page), &rows);

    if (e == OK && rows > 0 && roster_builder_ids(s->builder) == before) {
        e = ERR_UP_LEGS;
    }
    return e != OK ? e : advance(s, rows, last);
}

static void on_end(void *ctx)
{
    struct roster_sync *s = ctx;
    bool last = false;

    s->leg = NULL;
    enter(s, SYNC_ASKING);
    enum err e = take_page(s, &last);

    if (e != OK || last) {
        finish(s, e);
    }
}

static void on_fail(void *ctx, enum err e)
{
    struct roster_sync *s = ctx;

    s->leg = NULL;
    finish(s, e);
}

static const struct leg_events page_events = {
    .head = on_head, .body = on_body, .end = on_end, .fail = on_fail};

static void on_deadline(void *ctx)
{
    finish(ctx, ERR_DEADLINE);
}

static bool is_needed(const struct roster_needs *n, enum need need)
{
    return need == ALWAYS || (need == IF_ENROLLMENTS ? n->enrollments : n->birth);
}

/* The member of the record that holds the local field; empty: not of this collection. */
static struct span member_of(const struct roster_local *local, const char *collection)
{
    struct span rest = local->path;

    return span_eq_str(local->resource, collection) ? span_cut(&rest, '.') : span_of(NULL, 0);
}

/* True if a local field before the i-th has asked for the same member. */
static bool is_asked(const struct roster_needs *n, size_t i, const char *collection)
{
    struct span member = member_of(&n->locals[i], collection);

    for (size_t k = 0; k < i; k++) {
        if (span_eq(member_of(&n->locals[k], collection), member)) {
            return true;
        }
    }
    return false;
}

/* Appends those of the comma-separated names that are members of the records. */
static void put_members(struct buf *out, const struct resource *r, const char *names)
{
    struct span rest = span_str(names);

    while (rest.ptr != NULL) {
        struct span name = span_cut(&rest, ',');

        if (name.len > 0 && resource_member(r, CATALOG_ROOT, name) != NULL) {
            buf_put_str(out, buf_span(out).len > 0 ? "," : "");
            buf_put(out, name);
        }
    }
}

/* Sets what to ask of one collection; leaves it out when nothing is needed. */
static enum err plan_collection(struct roster_sync *s, size_t at)
{
    const struct roster_needs *n = &s->setup.needs;
    const struct wanted *w = &wanted[at];
    const struct resource *r = catalog_find(s->setup.catalog, span_str(w->collection));
    bool needed = is_needed(n, w->need);

    buf_init(&s->fields[at], MAX_TARGET / 2);
    if (r != NULL) {
        put_members(&s->fields[at], r, w->fields);
        put_members(&s->fields[at], r, is_needed(n, w->need_more) ? w->more : "");
    }
    for (size_t i = 0; i < n->local_count; i++) {
        struct span member = member_of(&n->locals[i], w->collection);

        needed = needed || member.len > 0;
        if (member.len > 0 && !is_asked(n, i, w->collection)) {
            buf_put_byte(&s->fields[at], ',');
            text_percent(&s->fields[at], member);
        }
    }
    s->resources[at] = needed ? r : NULL;
    return needed && s->resources[at] == NULL ? ERR_INPUT : buf_err(&s->fields[at]);
}

static enum err plan_all(struct roster_sync *s)
{
    enum err e =
        roster_builder_need(s->builder, &s->setup.needs, clock_local_date(clock_wall_ms()));

    for (size_t i = 0; i < WANTED && e == OK; i++) {
        e = plan_collection(s, i);
    }
    s->setup.needs = (struct roster_needs){0}; /* what it lists is the caller's */
    return e;
}

static void fill_defaults(struct roster_sync_setup *s)
{
    s->page_rows = s->page_rows == 0 ? DEFAULT_ROWS : s->page_rows;
    s->max_pages = s->max_pages == 0 ? DEFAULT_PAGES : s->max_pages;
    s->total_ms = s->total_ms == 0 ? DEFAULT_TOTAL_MS : s->total_ms;
}

enum err roster_sync_start(const struct roster_sync_setup *setup, struct roster_sync **out)
{
    struct roster_sync *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        return ERR_MEMORY;
    }
    s->setup = *setup;
    fill_defaults(&s->setup);
    buf_init(&s->page, ROSTER_MAX_DOCUMENT);
    enum err e = roster_builder_new(&s->builder);

    e = e != OK ? e : plan_all(s);
    e = e != OK ? e : timer_arm(&s->deadline, setup->loop, s->setup.total_ms, on_deadline, s);
    e = e != OK ? e : ask(s);
    if (e != OK) {
        free_sync(s);
        return e;
    }
    *out = s;
    return OK;
}

void roster_sync_abort(struct roster_sync **s)
{
    if (*s != NULL) {
        free_sync(*s);
        *s = NULL;
    }
}
