/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy replay`: what a ledger says was asked for and shown, decided again
 * under another policy, by shape: the ledger holds no values, so each shape is asked
 * of the sample district, where every id is in scope. Refusals that hang on data,
 * tokens or the hour are not decided again.
 */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/audit_words.h"
#include "cli/example_record.h"
#include "cli/options.h"
#include "cli/policy_side.h"
#include "cli/print.h"
#include "cli/shapes.h"

enum { MAX_QUERY = 64 * 1024, MAX_JSON = 256 * 1024 * 1024 };

struct replay {
    const char *ledger;
    const char *on;
    const char *since;
    int64_t since_ms;
    bool json;
    struct policy_side side;
    struct shapes shapes;
    int32_t day;
    size_t otherwise;
    size_t undecided; /* shapes that cannot be decided from their shape */
    struct buf out;   /* changes as JSON */
};

/* --- a request under the new policy --------------------------------------------------------- */

static enum role role_of_resource(const struct resource *r)
{
    unsigned role = 0;

    while (role < ROLE_NONE && (r->roles & ROLE_BIT(role)) == 0) {
        role++;
    }
    return (enum role)role;
}

/* "filter:familyName:=" as a clause with a sample value. False: no such field. */
static bool put_clause(const struct example *x, struct span param, struct buf *out)
{
    struct span rest = span_from(param, strlen("filter:"));
    struct span path = span_cut(&rest, ':');
    const struct field *f = resource_field(x->resource, path);

    if (f == NULL) {
        return false;
    }
    buf_put_str(out, out->len == 0 ? "filter=" : "%20AND%20");
    buf_put(out, path);
    buf_put_str(out, f->kind == FIELD_REF ? ".sourcedId" : "");
    text_percent(out, rest);
    buf_put_byte(out, '\'');
    example_put_value(x, f, out);
    buf_put_byte(out, '\'');
    return true;
}

/* What the shape tells of its query: clauses, and the field that was refused. */
static bool put_query(const struct example *x, const struct asked_shape *s, struct buf *out)
{
    struct span params = s->params;
    bool good = true;

    while (params.len > 0) {
        struct span param = span_cut(&params, ' ');

        if (span_starts(param, SPAN("filter:"))) {
            good = put_clause(x, param, out) && good;
        }
    }
    const char *by = span_eq_str(s->denied, "sort-field") ? "sort=" : "fields=";
    bool named = span_eq_str(s->denied, "sort-field") || span_eq_str(s->denied, "fields");

    if (named && s->field.len > 0) {
        buf_put_str(out, out->len > 0 ? "&" : "");
        buf_put_str(out, by);
        buf_put(out, s->field);
    }
    return good;
}

/* The reason's code, or an empty text: allowed. */
static const char *decide(const struct replay *r, const struct asked_shape *s, struct buf *query)
{
    const struct policy *p = r->side.policy;
    const struct agreement *a = policy_find_agreement(p, s->agreement);
    const struct client *c = policy_find_client(p, s->client);
    struct example x = {.resource = catalog_find(policy_catalog(p), s->resource)};
    struct span field;

    if (c == NULL || !span_eq(c->agreement, s->agreement)) {
        return "client-unknown";
    }
    if (a == NULL || x.resource == NULL) {
        return a == NULL ? "agreement-unknown" : err_code(ERR_PATH);
    }
    x.role = role_of_resource(x.resource);
    example_choose(&x, a, a);
    if (!put_query(&x, s, query)) {
        return err_code(ERR_FILTER);
    }
    const struct example_question q = {
        .item = span_eq(s->route, x.resource->item_path),
        .query = buf_span(query),
        .purpose = c->purpose,
        .day = r->day,
    };
    enum err e = example_ask(&x, p, a, &q, &field);

    return e == OK ? "" : err_code(e);
}

/* Refusals that the policy alone gives. */
static bool is_policys(struct span reason)
{
    static const enum err ours[] = {ERR_RESOURCE, ERR_FILTER_FIELD,      ERR_SORT_FIELD,
                                    ERR_FIELDS,   ERR_AGREEMENT_NOT_YET, ERR_AGREEMENT_ENDED};
    bool any = false;

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        any = any || span_eq_str(reason, err_code(ours[i]));
    }
    return any;
}

/* --- telling -------------------------------------------------------------------------------- */

static void put_member(struct buf *out, const char *key, struct span text)
{
    if (text.len > 0) {
        buf_printf(out, ",\"%s\":", key);
        text_json_string(out, text);
    }
}

static void print_words(struct span text)
{
    words_put(stdout, text);
}

static void tell_asked(struct replay *r, const struct asked_shape *s, const char *now)
{
    struct span was = s->denied.len > 0 ? s->denied : SPAN("allowed");
    struct span then = now[0] != '\0' ? span_str(now) : SPAN("allowed");

    r->otherwise++;
    buf_put_str(&r->out, r->out.len > 0 ? ",{\"what\":\"request\"" : "{\"what\":\"request\"");
    put_member(&r->out, "agreement", s->agreement);
    put_member(&r->out, "client", s->client);
    put_member(&r->out, "route", s->route);
    put_member(&r->out, "params", s->params);
    put_member(&r->out, "was", was);
    put_member(&r->out, "now", then);
    buf_printf(&r->out, ",\"count\":%" PRIu64 "}", s->count);
    if (r->json) {
        return;
    }
    printf("request     %" PRIu64 " x ", s->count);
    print_words(s->client);
    putchar(' ');
    print_words(s->route);
    putchar(' ');
    print_words(s->params);
    fputs(": ", stdout);
    print_words(was);
    printf(" -> %s\n", (const char *)then.ptr);
}

static void tell_shown(struct replay *r, const struct shown_shape *s, struct span lost)
{
    r->otherwise++;
    buf_put_str(&r->out, r->out.len > 0 ? ",{\"what\":\"disclosure\"" : "{\"what\":\"disclosure\"");
    put_member(&r->out, "agreement", s->agreement);
    put_member(&r->out, "resource", s->resource);
    put_member(&r->out, "roles", s->roles);
    put_member(&r->out, "withheld", lost);
    buf_printf(&r->out, ",\"count\":%" PRIu64 ",\"students\":%" PRIu64 "}", s->count, s->students);
    if (r->json) {
        return;
    }
    printf("disclosure  %" PRIu64 " x ", s->count);
    print_words(s->agreement);
    putchar(' ');
    print_words(s->resource);
    fputs(" (", stdout);
    print_words(s->roles);
    fputs("): would no longer show ", stdout);
    print_words(lost);
    putchar('\n');
}

/* --- disclosures under the new policy ----------------------------------------------------------
 */

/* True if all these roles' programs keep the field. */
static bool still_shown(const struct replay *r, const struct shown_shape *s, struct span path)
{
    const struct policy *p = r->side.policy;
    const struct agreement *a = policy_find_agreement(p, s->agreement);
    const struct resource *resource = catalog_find(policy_catalog(p), s->resource);
    const struct field *f = resource == NULL ? NULL : resource_field(resource, path);
    bool shown = a != NULL && f != NULL;

    for (unsigned role = 0; shown && role < ROLE_COUNT; role++) {
        if (!shapes_have(s->roles, span_str(role_word((enum role)role)))) {
            continue;
        }
        const struct program *program = policy_program(p, a, resource, (enum role)role, r->day);

        shown = program != NULL && fieldset_has(&program->keep, f->number);
    }
    return shown;
}

static void replay_shown(struct replay *r, const struct shown_shape *s)
{
    struct span fields = s->fields;
    struct buf lost;

    buf_init(&lost, MAX_QUERY);
    while (fields.len > 0) {
        struct span path = span_cut(&fields, ' ');

        if (!still_shown(r, s, path)) {
            buf_put_str(&lost, lost.len > 0 ? " " : "");
            buf_put(&lost, path);
        }
    }
    if (lost.len > 0) {
        tell_shown(r, s, buf_span(&lost));
    }
    buf_fini(&lost);
}

static void replay_asked(struct replay *r, const struct asked_shape *s)
{
    struct buf query;

    if (s->resource.len == 0 || (s->denied.len > 0 && !is_policys(s->denied))) {
        r->undecided++;
        return;
    }
    buf_init(&query, MAX_QUERY);
    const char *now = decide(r, s, &query);

    if (!span_eq_str(s->denied, now)) {
        tell_asked(r, s, now);
    }
    buf_fini(&query);
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static int report(const struct replay *r)
{
    if (buf_err(&r->out) != OK) {
        return print_failure("replay", buf_err(&r->out));
    }
    if (r->json) {
        printf("{\"entries\":%" PRIu64 ",\"otherwise\":%zu,\"undecided\":%zu,\"changes\":[",
               r->shapes.entries, r->otherwise, r->undecided);
        print_result(&r->out, stdout);
        puts("]}");
    } else {
        printf("%zu shapes of %" PRIu64 " entries: %zu would be decided otherwise, %zu cannot be "
               "decided from the ledger\n",
               r->shapes.asked_count + r->shapes.shown_count, r->shapes.entries, r->otherwise,
               r->undecided);
    }
    return r->otherwise > 0 ? 1 : 0;
}

static int run(struct replay *r)
{
    if (policy_side_open(&r->side) != OK || policy_side_day(&r->side, r->on, &r->day) != OK) {
        return 1;
    }
    enum err e = shapes_read(r->ledger, r->since_ms, &r->shapes);

    if (e != OK) {
        return print_failure(r->ledger, e);
    }
    for (size_t i = 0; i < r->shapes.asked_count; i++) {
        replay_asked(r, &r->shapes.asked[i]);
    }
    for (size_t i = 0; i < r->shapes.shown_count; i++) {
        replay_shown(r, &r->shapes.shown[i]);
    }
    return report(r);
}

int cmd_policy_replay(int argc, char **argv)
{
    struct replay r = {.json = false};
    const struct option_row rows[] = {
        {.name = "on",
         .value = "DATE",
         .text = &r.on,
         .help = "decide as on this day (default: today)"},
        {.name = "since", .value = "DATE", .text = &r.since, .help = "entries from then (UTC) on"},
        {.name = "catalog", .value = "FILE", .text = &r.side.catalog_path, .help = "another one"},
        {.name = "json", .flag = &r.json, .help = "one JSON object, for programs"},
    };
    const struct operand_row operands[] = {{.name = "LEDGER", .text = &r.ledger},
                                           {.name = "NEW", .text = &r.side.where}};
    const struct options o = {"hallpass policy replay",
                              "What would be decided otherwise under a policy, of all that a\n"
                              "ledger's folder holds, by shape. Exits with 1 when anything would.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (r.since != NULL && !shapes_since(r.since, &r.since_ms)) {
        print_problem("--since: '%s' is not a date or time", r.since);
        return 2;
    }
    buf_init(&r.out, MAX_JSON);
    code = run(&r);
    buf_fini(&r.out);
    shapes_free(&r.shapes);
    policy_side_close(&r.side);
    return code;
}
