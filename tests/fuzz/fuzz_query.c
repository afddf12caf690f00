/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters, one `name=value` a line: what parses is written anew in a form that
 * parses to itself (a source that reads the canonical filter reads one question).
 */
#include "tests/fuzz/fuzz.h"

#include "policy/query.h"

#include <assert.h>

enum { MAX_PARAMS = 16 };

/* As much of a catalog as a question can tell apart. */
static const char text[] =
    "{catalog: fuzz, base: /v1, parameters: {collection: [limit, offset, sort, orderBy, filter,"
    " fields], item: [fields]}, resources: {users: {record: user, envelope: [users, user],"
    " paths: [/users, \"/users/{sourcedId}\"], id-of: user, person: yes, roles: [students],"
    " subjects: [sourcedId]}}, records: {user: {sourcedId: {type: id, of: user, required: yes,"
    " grant: structure}, name: {type: string, grant: structure}, org: {type: ref, of: org,"
    " grant: structure}, roles: {type: object, list: yes, members: {role: {type: string,"
    " grant: structure}, org: {type: ref, of: org, grant: structure}}}}}}";

static const struct catalog *catalog(void)
{
    static struct catalog *c;
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 1 << 16);
    diag_init(&diags, &arena);
    enum err e = c != NULL ? OK : catalog_load("fuzz.yaml", span_str(text), &diags, &c);

    assert(e == OK);
    arena_fini(&arena);
    return c;
}

static struct params cut(struct span rest, struct param *items)
{
    struct params params = {items, 0};
    while (rest.len > 0 && params.count < MAX_PARAMS) {
        struct span line = span_cut(&rest, '\n');
        items[params.count].name = span_cut(&line, '=');
        items[params.count++].value = line;
    }
    return params;
}

/* The clauses written anew are the whole question: parsed again, they stay as they are. */
static void check_again(const struct route *route, const struct query *q, struct arena *arena)
{
    struct buf once, twice;
    struct query again;
    struct refusal why;
    buf_init(&once, 1 << 16);
    buf_init(&twice, 1 << 16);
    query_put_clauses(&once, q);
    struct param filter = {SPAN("filter"), buf_span(&once)};
    struct params params = {&filter, q->clause_count > 0 ? 1 : 0};
    enum err e = query_parse(route, &params, arena, &again, &why);
    assert(e == OK && again.clause_count == q->clause_count);
    query_put_clauses(&twice, &again);
    assert(span_eq(buf_span(&once), buf_span(&twice)));
    buf_fini(&once);
    buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct param items[MAX_PARAMS];
    struct params params = cut(span_of(data, size), items);
    struct route route = {.resource = catalog_resource(catalog(), 0)};
    struct arena arena;
    struct query q;
    struct refusal why;
    arena_init(&arena, 1 << 20);
    if (query_parse(&route, &params, &arena, &q, &why) == OK) {
        check_again(&route, &q, &arena);
    }
    arena_fini(&arena);
    return 0;
}
