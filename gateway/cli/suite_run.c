/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running one case: its records go through the verdict and the redactor, and what
 * leaves is held against what the case lists. A record, a field or an item that
 * leaves and is not listed fails the case; so does one that is listed and stays.
 */
#include <jansson.h>

#include "base/text.h"
#include "cli/suite.h"

enum { MAX_BODY = 16 * 1024 * 1024, MAX_ARENA = 1 << 20, MAX_PLACE = 200 };

struct running {
    const struct suite *suite;
    const struct suite_case *c;
    struct trial trial;
    struct coverage *coverage;
    struct buf *why;
    const struct node *expected; /* the next record that must leave */
    size_t told;
};

static void fail(struct running *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct running *r, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_printf(r->why, "%s%s", r->told++ > 0 ? "\n" : "", text);
}

/* --- the body ------------------------------------------------------------------------ */

/* Maps and lists as they stand, scalars as strings: that is what OneRoster's values are. */
static void put_json(const struct node *n, struct buf *out)
{
    if (n->kind == NODE_SCALAR) {
        text_json_string(out, n->text);
        return;
    }
    buf_put_byte(out, n->kind == NODE_MAP ? '{' : '[');
    for (const struct node *m = n->first; m != NULL; m = m->next) {
        if (n->kind == NODE_MAP) {
            text_json_string(out, m->key);
            buf_put_byte(out, ':');
        }
        put_json(m, out);
        buf_put_str(out, m->next != NULL ? "," : "");
    }
    buf_put_byte(out, n->kind == NODE_MAP ? '}' : ']');
}

/* A record is a map, or a text that is JSON already. */
static void put_record(const struct node *n, struct buf *out)
{
    if (n->kind == NODE_SCALAR) {
        buf_put(out, n->text);
    } else {
        put_json(n, out);
    }
}

static void put_body(const struct running *r, struct buf *out)
{
    const struct route *route = &r->trial.route;
    const struct node *one = r->c->record;
    const struct node *many = r->c->records != NULL ? r->c->records->first : NULL;

    buf_put_byte(out, '{');
    text_json_string(out, route->item ? route->resource->item : route->resource->collection);
    buf_put_str(out, route->item ? ":" : ":[");
    if (one != NULL) {
        put_record(one, out);
    }
    for (const struct node *n = many; n != NULL; n = n->next) {
        put_record(n, out);
        buf_put_str(out, n->next != NULL ? "," : "");
    }
    buf_put_str(out, route->item ? "}" : "]}");
}

/* --- expected against released ----------------------------------------------------------- */

static void compare(struct running *r, const char *place, const struct node *want,
                    const json_t *got);

static void below(char out[MAX_PLACE], const char *place, const char *key)
{
    (void)snprintf(out, MAX_PLACE, "%s%s%s", place, place[0] == '\0' ? "" : ".", key);
}

/* A reference stands for its id: href and type follow from it. */
static const json_t *id_of_ref(const json_t *got)
{
    return json_object_get(got, "href") != NULL ? json_object_get(got, "sourcedId") : NULL;
}

static bool follows(const json_t *object, const char *key)
{
    return id_of_ref(object) != NULL && (strcmp(key, "href") == 0 || strcmp(key, "type") == 0);
}

static void compare_map(struct running *r, const char *place, const struct node *want,
                        const json_t *got)
{
    char at[MAX_PLACE];
    const char *key;
    json_t *value;

    for (const struct node *m = want->first; m != NULL; m = m->next) {
        const char *name = (const char *)m->key.ptr;
        const json_t *there = json_object_getn(got, name, m->key.len);

        (void)snprintf(at, sizeof(at), "%s%s%.*s", place, place[0] == '\0' ? "" : ".",
                       (int)m->key.len, name);
        if (there == NULL) {
            fail(r, "%s is listed, but does not leave", at);
        } else {
            compare(r, at, m, there);
        }
    }
    json_object_foreach((json_t *)(uintptr_t)got, key, value)
    {
        if (node_member(want, key) == NULL && !follows(got, key)) {
            below(at, place, key);
            fail(r, "%s leaves, but is not listed", at);
        }
    }
}

static void compare_list(struct running *r, const char *place, const struct node *want,
                         const json_t *got)
{
    size_t i = 0;

    if (json_array_size(got) != want->count) {
        fail(r, "%s: %zu items leave, %zu are listed", place, json_array_size(got), want->count);
        return;
    }
    for (const struct node *m = want->first; m != NULL; m = m->next) {
        compare(r, place, m, json_array_get(got, i++));
    }
}

/* What is made with the district's keys differs each time here. */
static bool is_any(const struct node *want)
{
    return span_eq_str(want->text, "*");
}

static void compare_scalar(struct running *r, const char *place, const struct node *want,
                           const json_t *got)
{
    const json_t *value = json_is_object(got) ? id_of_ref(got) : got;
    char *text = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    struct span plain = span_of(json_string_value(value), json_string_length(value));
    bool same = json_is_string(value) ? span_eq(plain, want->text)
                                      : value != NULL && span_eq_str(want->text, text);

    if (!same) {
        fail(r, "%s: \"%.*s\" is listed, %s leaves", place, (int)want->text.len,
             (const char *)want->text.ptr, text != NULL ? text : "something else");
    }
    json_free_t release = NULL;

    json_get_alloc_funcs(NULL, &release);
    release(text);
}

static void compare(struct running *r, const char *place, const struct node *want,
                    const json_t *got)
{
    if (want->kind == NODE_SCALAR && is_any(want)) {
        return;
    }
    if (want->kind == NODE_MAP && json_is_object(got)) {
        compare_map(r, place, want, got);
    } else if (want->kind == NODE_LIST && json_is_array(got)) {
        compare_list(r, place, want, got);
    } else if (want->kind == NODE_SCALAR && !json_is_array(got)) {
        compare_scalar(r, place, want, got);
    } else {
        fail(r, "%s: what leaves is of another form than what is listed", place);
    }
}

/* --- records --------------------------------------------------------------------------- */

static void take_released(struct running *r, const struct redact_record *record)
{
    json_t *got = json_loadb((const char *)record->bytes.ptr, record->bytes.len, 0, NULL);
    const struct node *want = r->expected;

    if (got == NULL) {
        fail(r, "what leaves is not JSON");
    } else if (want == NULL) {
        fail(r, "record %.*s leaves, but is not listed", (int)record->id.len,
             (const char *)record->id.ptr);
    } else {
        compare(r, "", want, got);
        r->expected = want->next;
    }
    json_decref(got);
}

/* Where the case gives a reason, it must be that one. */
static void take_withheld(struct running *r, const struct redact_record *record)
{
    const char *reason = row_reason_word(record->reason);

    for (const struct node *m = r->c->withheld != NULL ? r->c->withheld->first : NULL; m != NULL;
         m = m->next) {
        if (span_eq(m->key, record->id) && !span_eq_str(m->text, reason)) {
            fail(r, "record %.*s is withheld for %s, %.*s is listed", (int)record->id.len,
                 (const char *)record->id.ptr, reason, (int)m->text.len, (const char *)m->text.ptr);
        }
    }
}

static enum err on_record(void *ctx, const struct redact_record *record)
{
    struct running *r = ctx;

    coverage_add(r->coverage, &r->trial.plan, record);
    if (record->reason == ROW_RELEASED) {
        take_released(r, record);
    } else {
        take_withheld(r, record);
    }
    return buf_err(r->why);
}

/* What is listed and did not come. */
static void check_rest(struct running *r)
{
    size_t n = 0;

    for (const struct node *m = r->expected; m != NULL; m = m->next) {
        n++;
    }
    if (n > 0) {
        fail(r, "%zu listed record%s not leave", n, n == 1 ? " does" : "s do");
    }
}

static enum err send_records(struct running *r)
{
    struct buf body;

    buf_init(&body, MAX_BODY);
    put_body(r, &body);
    enum err e = buf_err(&body);

    e = e != OK ? e : trial_redact(&r->trial, buf_span(&body), on_record, r);
    buf_fini(&body);
    if (e != OK && e != ERR_MEMORY) {
        fail(r, "the answer ends: %s", err_text(e));
        return buf_err(r->why);
    }
    return e;
}

/* --- the question ------------------------------------------------------------------------ */

static void check_denied(struct running *r, enum err e)
{
    struct span want = r->c->denied;

    if (want.len == 0) {
        fail(r, "the request is refused: %s (%s)%s%.*s", err_text(e), err_code(e),
             r->trial.why.field.len > 0 ? ": " : "", (int)r->trial.why.field.len,
             (const char *)r->trial.why.field.ptr);
    } else if (!span_eq_str(want, "yes") && !span_eq_str(want, err_code(e))) {
        fail(r, "the request is refused for %s, %.*s is listed", err_code(e), (int)want.len,
             (const char *)want.ptr);
    }
}

static struct span target_of(struct span request)
{
    return span_starts(request, SPAN("GET ")) ? span_from(request, 4) : request;
}

static enum err ask(struct running *r)
{
    struct arena arena;

    arena_init(&arena, MAX_ARENA);
    enum err e = trial_ask(&r->trial, target_of(r->c->request), &arena);

    if (e == ERR_MEMORY) {
        arena_fini(&arena);
        return e;
    }
    if (e != OK) {
        check_denied(r, e);
        e = buf_err(r->why);
    } else if (r->c->denied.len > 0) {
        fail(r, "the request is allowed, \"denied\" is listed");
    } else {
        e = r->c->record != NULL || r->c->records != NULL ? send_records(r) : OK;
        check_rest(r);
    }
    arena_fini(&arena);
    return e;
}

static struct span purpose_of(const struct suite *s, const struct suite_case *c,
                              const struct agreement *a)
{
    const struct client *client = policy_find_client(s->policy, c->client);

    if (client != NULL) {
        return client->purpose;
    }
    return a->purpose_count > 0 ? a->purposes[0] : (struct span){NULL, 0};
}

static int32_t day_of(const struct suite *s, const struct suite_case *c, int32_t day)
{
    int32_t own = c->on != 0 ? c->on : s->on;

    return own != 0 ? own : day;
}

enum err suite_run(const struct suite *s, const struct suite_case *c, int32_t day,
                   struct coverage *coverage, struct buf *why)
{
    const struct roster_view roster = suite_roster(s);
    const struct own_view own = suite_own(s);
    const struct agreement *a =
        policy_find_agreement(s->policy, c->agreement.len > 0 ? c->agreement : s->agreement);
    struct running r = {
        .suite = s,
        .c = c,
        .trial = {.policy = s->policy,
                  .agreement = a,
                  .roster = &roster,
                  .own = &own,
                  .purpose = purpose_of(s, c, a),
                  .date = day_of(s, c, day)},
        .coverage = coverage,
        .why = why,
        .expected = c->released,
    };

    if (c->released != NULL && c->released->kind == NODE_LIST) {
        r.expected = c->released->first;
    }
    return ask(&r);
}
