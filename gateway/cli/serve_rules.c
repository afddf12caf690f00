/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy, keys and worlds. A reload builds everything beside what is in force,
 * records it, and only then swaps; anything wrong leaves the old one in force and
 * says so (invariant 9).
 */
#include "base/log.h"
#include "cli/district_folder.h"
#include "cli/gateway.h"
#include "cli/master_key.h"
#include "cli/policy_adopt.h"
#include "cli/print.h"
#include "cli/serve_students.h"

#include <stdio.h>

enum { DIAG_BYTES = 4 * 1024 * 1024, RECORD_MS = 10000 };

/* A policy that needs keys and has none could only drop what it promises. */
static enum err check_keys(const struct rules_parts *p, struct diag_list *diags)
{
    const struct agreement *a = field_keys_need(p->policy);
    char name[128];

    a = a != NULL ? a : id_keys_need(p->policy);
    if (a == NULL || p->keys != NULL) {
        return OK;
    }
    (void)snprintf(name, sizeof(name), "agreements/%.*s.yaml", (int)a->id.len,
                   (const char *)a->id.ptr);
    diag_add(diags, DIAG_ERROR, name, 0, 0,
             "this agreement needs keys of the district's: name their file with `master-key:` in "
             "hallpass.yaml (`hallpass key new FILE` makes one)");
    return ERR_INPUT;
}

static enum err load_parts(const struct config *c, struct diag_list *diags, struct rules_parts *p)
{
    enum err e = catalog_file_load(c->catalog, diags, &p->catalog);

    e = e != OK ? e : district_folder_load(c->district, p->catalog, diags, &p->policy);
    e = e != OK ? e : keyring_new(p->policy, diags, &p->keyring);
    return e != OK ? e : check_keys(p, diags);
}

/* As gateway_load_rules(), with the master key or NULL. */
static enum err load_rules(const struct config *c, const struct keys *keys, struct rules **out)
{
    struct rules_parts p = {.keys = keys};
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, DIAG_BYTES);
    diag_init(&diags, &arena);
    enum err e = load_parts(c, &diags, &p);

    print_diags(c->district, &diags);
    e = e != OK ? e : rules_new(&p, span_str(c->public_url), out);
    if (e != OK) {
        keyring_free(&p.keyring);
        policy_free(&p.policy);
        catalog_free(&p.catalog);
        log_event(LOG_ERROR, "policy-refused", LOG_STR("reason", err_code(e)),
                  LOG_NUM("errors", diags.errors));
    }
    arena_fini(&arena);
    return e;
}

enum err gateway_load_rules(struct gateway *g, struct rules **out)
{
    const struct config *c = g->config;
    struct keys *keys = NULL;
    enum err e = c->master_key == NULL ? OK : master_key_load(c->master_key, &keys);

    e = e != OK ? e : load_rules(c, keys, out);
    keys_free(&keys);
    return e;
}

/* Turned down: what is in force stays. */
static void record_refusal(struct gateway *g, enum err why)
{
    struct buf body;

    buf_init(&body, 1024);
    entry_text(&body, "action", SPAN("refused"));
    entry_text(&body, "reason", span_str(err_code(why)));
    struct entry entry = {.kind = ENTRY_POLICY, .body = buf_span(&body)};
    enum err e = buf_err(&body);

    e = e != OK ? e : ledger_record(g->ledger, &entry, RECORD_MS, NULL);
    if (e != OK) {
        log_event(LOG_ERROR, "policy-record-failed", LOG_STR("action", "refused"));
    }
    buf_fini(&body);
}

enum err gateway_swap_world(struct gateway *g)
{
    struct world *w = NULL;

    if (g->roster == NULL) {
        return ERR_NOT_READY;
    }
    enum err e = world_new(g->rules, g->roster, &w);

    if (e == OK) {
        world_box_swap(g->worlds, w);
    }
    return e;
}

enum err gateway_adopt(struct gateway *g, struct rules *next, const struct adopter *who)
{
    const struct adoption adoption = {
        .state = g->config->state,
        .folder = g->config->district,
        .catalog = g->config->catalog,
        .ledger = g->ledger,
        .action = who->action,
        .by = span_str(who->by),
        .second = span_str(who->second),
        .now = next->policy,
        .was = g->rules == NULL ? NULL : g->rules->policy,
    };
    enum err e = policy_adopt(&adoption);

    g->policy_state = e;
    if (e != OK) {
        rules_unref(&next);
        return e;
    }
    rules_unref(&g->rules);
    g->rules = next;
    log_event(LOG_INFO, "policy-in-force", LOG_STR("action", who->action),
              LOG_STR("digest", g->rules->digest));
    gateway_check_students(g);
    e = gateway_swap_world(g);
    return e == ERR_NOT_READY ? OK : e;
}

static enum err reload(struct gateway *g, const struct adopter *who, const char *digest)
{
    struct rules *next = NULL;
    enum err e = gateway_load_rules(g, &next);

    if (e == OK && digest != NULL && strcmp(digest, next->digest) != 0) {
        rules_unref(&next);
        return ERR_INPUT; /* not what was looked at: nothing was decided, nothing is recorded */
    }
    e = e != OK ? e : gateway_adopt(g, next, who);
    if (e != OK) {
        g->policy_state = e;
        record_refusal(g, e);
    }
    return e;
}

enum err gateway_reload(struct gateway *g)
{
    return reload(g, &(struct adopter){.action = "reload"}, NULL);
}

enum err gateway_apply(struct gateway *g, const struct adopter *who, const char *digest)
{
    return reload(g, who, digest);
}
