/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition that DESIGN 3 keeps for the command line: policy and redactor,
 * without the proxy between them.
 */
#include "cli/trial.h"

#include "http/target.h"

/* The segments behind the base, when it is there; false when something else is. */
static size_t skip_base(const struct catalog *c, const struct target *t)
{
    struct span base = span_from(catalog_base(c), 1);
    size_t n = 0;

    while (base.ptr != NULL && base.len > 0) {
        if (n == t->segment_count || !span_eq(span_cut(&base, '/'), t->segments[n])) {
            return 0;
        }
        n++;
    }
    return n;
}

static enum err read_question(struct trial *t, const struct target *target, struct arena *arena)
{
    struct param params[TARGET_MAX_PARAMS];

    for (size_t i = 0; i < target->param_count; i++) {
        params[i] = (struct param){target->params[i].name, target->params[i].value};
    }
    return query_parse(&t->route, &(struct params){params, target->param_count}, arena, &t->query,
                       &t->why);
}

static enum err decide(struct trial *t)
{
    const struct request_facts facts = {
        .policy = t->policy,
        .agreement = t->agreement,
        .roster = t->roster,
        .own = t->own,
        .purpose = t->purpose,
        .route = &t->route,
        .query = &t->query,
        .local_date = t->date,
    };

    return verdict_request(&facts, &t->plan, &t->why);
}

enum err trial_ask(struct trial *t, struct span target, struct arena *arena)
{
    const struct catalog *c = policy_catalog(t->policy);
    struct target parts;
    enum err e = target_parse(target, arena, &parts);

    t->why = (struct refusal){.param = {NULL, 0}};
    if (e != OK) {
        return e;
    }
    size_t n = skip_base(c, &parts);

    if (!catalog_route(c, parts.segments + n, parts.segment_count - n, &t->route)) {
        return ERR_PATH;
    }
    e = read_question(t, &parts, arena);
    return e != OK ? e : decide(t);
}

enum err trial_redact(const struct trial *t, struct span body, redact_on_record *on_record,
                      void *ctx)
{
    const struct redact_setup setup = {.plan = &t->plan,
                                       .href_base = SPAN("https://gateway.example")};
    struct redactor *r = NULL;
    enum err e = redactor_new(&setup, on_record, ctx, &r);

    e = e != OK ? e : redactor_feed(r, body);
    e = e != OK ? e : redactor_end(r);
    redactor_free(&r);
    return e;
}
