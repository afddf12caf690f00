/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to a verdict (DESIGN 6, steps 3 to 6): identity, route, question,
 * decision. Exactly one `request` or `denied` entry comes of each authenticated
 * exchange; what has no valid token is counted and never seen again.
 */
#include "proxy/start_priv.h"

#include "base/clock.h"
#include "proxy/answer_priv.h"
#include "proxy/pull_priv.h"
#include "proxy/room_priv.h"

/* The one Authorization header's value (RFC 6750 2.1; a token anywhere else is none). */
static enum err find_token(const struct request *r, struct span *out)
{
    size_t n = http_head_count(r->head, "Authorization");

    if (n == 0) {
        return ERR_TOKEN_MISSING;
    }
    return n == 1 && http_head_one(r->head, "Authorization", out) ? OK : ERR_TOKEN_REQUEST;
}

enum err start_identify(struct proxy *p, const struct request *r, struct token_info *out)
{
    const struct rules *rules = p->world->rules;
    struct token_rules how = {rules->keyring, rules->policy, p->setup.resource};
    struct span authorization;
    enum err e = find_token(r, &authorization);

    return e != OK ? e : token_check(&how, p->tokens, authorization, clock_wall_ms(), out);
}

static bool find_route(struct exchange *x)
{
    const struct catalog *c = policy_catalog(x->world->rules->policy);
    const struct target *t = x->request->target;

    x->routed = catalog_route_path(c, t->segments, t->segment_count, &x->route);
    return x->routed;
}

static enum err read_question(struct exchange *x)
{
    const struct target *t = x->request->target;
    struct param params[TARGET_MAX_PARAMS];

    for (size_t i = 0; i < t->param_count; i++) {
        params[i] = (struct param){t->params[i].name, t->params[i].value};
    }
    return query_parse(&x->route, &(struct params){params, t->param_count}, &x->arena, &x->query,
                       &x->why);
}

/* Where the partner has ids of its own: from them to the district's. */
static enum err translate(struct exchange *x)
{
    enum err e = code_pool_take(&x->proxy->codes, x->world->version, x->world->rules->id_keys,
                                x->agreement, &x->ids);

    if (e == OK && x->route.item) {
        e = translate_path_id(x->ids, x->route.resource, x->route.id, &x->arena, &x->route.id);
    }
    return e != OK ? e : translate_days(x->agreement, &x->arena, &x->query);
}

static enum err decide(struct exchange *x)
{
    struct request_facts facts = {.policy = x->world->rules->policy,
                                  .agreement = x->agreement,
                                  .roster = &x->view,
                                  .own = x->own,
                                  .purpose = x->client->purpose,
                                  .route = &x->route,
                                  .query = &x->query,
                                  .local_date = x->local_date};
    enum err e = verdict_request(&facts, &x->plan, &x->why);

    e = e != OK ? e : translate_question(&x->plan, x->ids, &x->arena, &x->asked);
    if (e == OK && !x->plan.item) {
        e = page_init(x);
    }
    if (e == ERR_CURSOR) {
        x->why.param = SPAN("cursor");
    }
    return e;
}

enum err start_decide(struct exchange *x)
{
    enum http_method method = x->request->head->method;

    x->client = x->token.client;
    x->agreement = policy_find_agreement(x->world->rules->policy, x->client->agreement);
    x->local_date = clock_local_date(clock_wall_ms());
    if (x->agreement == NULL) {
        return ERR_INTERNAL;
    }
    bool found = find_route(x);
    enum err e = exchange_recheck(x);

    e = e != OK ? e : room_request(x);
    if (e != OK) {
        return e;
    }
    if (method != HTTP_GET && method != HTTP_HEAD) {
        return ERR_HTTP_METHOD;
    }
    if (!found) {
        return ERR_PATH;
    }
    e = read_question(x);
    e = e != OK ? e : translate(x);
    e = e != OK ? e : decide(x);
    if (e == ERR_RECORD) {
        return room_unknown(x);
    }
    return e != OK ? e : room_begin(x);
}
