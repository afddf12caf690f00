/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition that DESIGN 3 keeps for the command line: policy and redactor,
 * without the proxy between them.
 */
#include "cli/trial.h"

#include "base/digest.h"
#include "http/target.h"
#include "policy/translation.h"
#include "redact/idmap.h"
#include "redact/keys.h"

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
    if (!catalog_route_path(c, parts.segments, parts.segment_count, &t->route) &&
        !catalog_route(c, parts.segments, parts.segment_count, &t->route)) {
        return ERR_PATH;
    }
    e = read_question(t, &parts, arena);
    return e != OK ? e : decide(t);
}

/* What is made with keys: under a master key that is used once, so that it shows its form. */
struct secrets {
    struct idmap *ids;
    struct keys *keys;
    struct field_keys *fields;
};

static enum err make_ids(const struct agreement *a, struct idmap **out)
{
    const struct idmap_bond bond = {
        .scope = SPAN("partner"), .owner = a->partner, .epoch = a->epoch};
    uint8_t key[IDMAP_KEY_BYTES];

    if (!translation_is_on(a)) {
        return OK;
    }
    enum err e = digest_random(key, sizeof(key));

    return e != OK ? e : idmap_new(key, &bond, out);
}

static enum err make_secrets(const struct agreement *a, struct secrets *s)
{
    uint8_t master[MASTER_KEY_BYTES];
    enum err e = make_ids(a, &s->ids);

    if (e != OK || a->keyed_count == 0) {
        return e;
    }
    e = digest_random(master, sizeof(master));
    e = e != OK ? e : keys_new(master, &s->keys);
    return e != OK ? e : field_keys_from(&a, 1, s->keys, &s->fields);
}

static void free_secrets(struct secrets *s)
{
    field_keys_free(&s->fields);
    keys_free(&s->keys);
    idmap_free(&s->ids);
}

enum err trial_redact(const struct trial *t, struct span body, redact_on_record *on_record,
                      void *ctx)
{
    struct secrets secrets = {.ids = NULL};
    struct redact_setup setup = {.plan = &t->plan, .href_base = SPAN("https://gateway.example")};
    struct redactor *r = NULL;
    enum err e = make_secrets(t->agreement, &secrets);

    setup.ids = secrets.ids;
    setup.keys = secrets.fields;
    e = e != OK ? e : redactor_new(&setup, on_record, ctx, &r);
    e = e != OK ? e : redactor_feed(r, body);
    e = e != OK ? e : redactor_end(r);
    redactor_free(&r);
    free_secrets(&secrets);
    return e;
}
