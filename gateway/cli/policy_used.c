/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy used`: what agreements share and nobody has ever got, by the
 * ledger's sets of fields: the next amendment could leave it out.
 */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/audit_words.h"
#include "cli/options.h"
#include "cli/policy_side.h"
#include "cli/print.h"
#include "cli/shapes.h"
#include "cli/usage.h"

enum { MAX_JSON = 64 * 1024 * 1024 };

struct used {
    const char *ledger;
    const char *on;
    const char *since;
    int64_t since_ms;
    bool json;
    struct policy_side side;
    struct shapes shapes;
    int32_t day;
    size_t unused;
    struct buf out;
};

/* One thing that is shared: an element for a role, or a kind of record about nobody. */
struct item {
    const struct agreement *agreement;
    enum role role;
    const struct element *element;   /* NULL: by name, or `records` */
    const struct resource *resource; /* of `records` */
};

/* --- what the ledger says ------------------------------------------------------------------- */

static uint64_t times_asked(const struct used *u, const struct agreement *a,
                            const struct resource *r)
{
    uint64_t n = 0;

    for (size_t i = 0; i < u->shapes.asked_count; i++) {
        const struct asked_shape *s = &u->shapes.asked[i];
        bool this = span_eq(s->agreement, a->id) && span_eq(s->resource, r->name);

        n += this && s->denied.len == 0 ? s->count : 0;
    }
    return n;
}

/* --- telling -------------------------------------------------------------------------------- */

static void tell(struct used *u, const struct item *item, uint64_t times)
{
    const struct element *e = item->element; /* or, of records about nobody, the resource */
    struct span category = e != NULL ? e->category : SPAN("records");
    struct span name = e != NULL                ? e->brief
                       : item->resource != NULL ? item->resource->name
                                                : SPAN("");

    u->unused += times == 0;
    buf_put_str(&u->out, u->out.len > 0 ? ",{\"agreement\":" : "{\"agreement\":");
    text_json_string(&u->out, item->agreement->id);
    buf_printf(&u->out, ",\"role\":\"%s\",\"category\":", role_word(item->role));
    text_json_string(&u->out, category);
    buf_put_str(&u->out, ",\"element\":");
    text_json_string(&u->out, name);
    buf_printf(&u->out, ",\"times\":%" PRIu64 "}", times);
    if (u->json) {
        return;
    }
    printf("  %-10s %8" PRIu64 "  %s: ", times == 0 ? "NEVER" : "used", times,
           role_word(item->role));
    words_put(stdout, category);
    fputs(" / ", stdout);
    words_put(stdout, name);
    putchar('\n');
}

static void tell_elements(struct used *u, const struct agreement *a)
{
    for (size_t i = 0; i < element_count() * ROLE_NONE; i++) {
        const struct item item = {.agreement = a,
                                  .role = (enum role)(i % ROLE_NONE),
                                  .element = element_at(i / ROLE_NONE)};

        const struct usage_question q = {u->side.policy, a, item.role, item.element, u->day};

        if (usage_shares(&q)) {
            uint64_t times = usage_times(&q, &u->shapes);

            /* Records of teachers and staff are about no student: no disclosure says them. */
            if (item.role == ROLE_STUDENT || item.role == ROLE_GUARDIAN || times > 0) {
                tell(u, &item, times);
            }
        }
    }
}

static void tell_records(struct used *u, const struct agreement *a)
{
    const struct catalog *catalog = policy_catalog(u->side.policy);

    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);
        const struct item item = {.agreement = a, .role = ROLE_NONE, .resource = r};

        if (policy_program(u->side.policy, a, r, ROLE_NONE, u->day) != NULL) {
            tell(u, &item, times_asked(u, a, r));
        }
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static int report(const struct used *u)
{
    if (buf_err(&u->out) != OK) {
        return print_failure("used", buf_err(&u->out));
    }
    if (u->json) {
        printf("{\"entries\":%" PRIu64 ",\"unused\":%zu,\"items\":[", u->shapes.entries, u->unused);
        print_result(&u->out, stdout);
        puts("]}");
    } else {
        printf("%zu shared and never used, in %" PRIu64 " entries\n", u->unused, u->shapes.entries);
    }
    return 0;
}

static int run(struct used *u)
{
    if (policy_side_open(&u->side) != OK || policy_side_day(&u->side, u->on, &u->day) != OK) {
        return 1;
    }
    enum err e = shapes_read(u->ledger, u->since_ms, &u->shapes);

    if (e != OK) {
        return print_failure(u->ledger, e);
    }
    for (size_t i = 0; i < policy_agreement_count(u->side.policy); i++) {
        const struct agreement *a = policy_agreement(u->side.policy, i);

        if (!u->json) {
            words_put(stdout, a->id);
            putchar('\n');
        }
        tell_elements(u, a);
        tell_records(u, a);
    }
    return report(u);
}

int cmd_policy_used(int argc, char **argv)
{
    struct used u = {.side = {.where = "."}};
    const struct option_row rows[] = {
        {.name = "on", .value = "DATE", .text = &u.on, .help = "what is shared on this day"},
        {.name = "since", .value = "DATE", .text = &u.since, .help = "entries from then (UTC) on"},
        {.name = "catalog", .value = "FILE", .text = &u.side.catalog_path, .help = "another one"},
        {.name = "json", .flag = &u.json, .help = "one JSON object, for programs"},
    };
    const struct operand_row operands[] = {
        {.name = "LEDGER", .text = &u.ledger},
        {.name = "DIR", .text = &u.side.where, .optional = true}};
    const struct options o = {
        "hallpass policy used",
        "Which shared elements a ledger's folder has seen disclosed, and which\n"
        "kinds of records asked for.",
        rows,
        sizeof(rows) / sizeof(rows[0]),
        operands,
        2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (u.since != NULL && !shapes_since(u.since, &u.since_ms)) {
        print_problem("--since: '%s' is not a date or time", u.since);
        return 2;
    }
    buf_init(&u.out, MAX_JSON);
    code = run(&u);
    buf_fini(&u.out);
    shapes_free(&u.shapes);
    policy_side_close(&u.side);
    return code;
}
