/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy coverage`: what each agreement says of every field of the
 * catalog: granted, denied by a rule, or never mentioned. Who wonders whether a
 * field was left out on purpose finds it here.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/jot.h"
#include "cli/options.h"
#include "cli/policy_open.h"
#include "cli/print.h"
#include "policy/explain.h"

enum { EXPLAIN_BYTES = 32 * 1024 * 1024 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

/* In the order of the output. A fate belongs to one of them. */
static const struct group {
    const char *word;
    enum fate fate;
} GROUPS[] = {
    {"granted", FATE_SENT},
    {"with it", FATE_STRUCTURE},
    {"later", FATE_LATER},
    {"no more", FATE_PAST},
    {"denied by rule", FATE_OMITTED},
    {"never mentioned", FATE_UNMENTIONED},
    {"not shared", FATE_UNSHARED},
    {"in no way", FATE_NEVER},
};

enum { GROUP_COUNT = sizeof(GROUPS) / sizeof(GROUPS[0]) };

struct coverage {
    struct opened_policy open;
    const char *agreement_id;
    bool json;
    struct jot jot;
};

/* The fields of one kind of record for one role. */
struct part {
    const struct resource *resource;
    enum role role;
    struct field_fate fates[CATALOG_MAX_FIELDS];
};

static void find_fates(const struct coverage *c, const struct explanation *e, struct part *p)
{
    for (size_t i = 0; i < p->resource->field_count; i++) {
        p->fates[i] = explain_field(e, p->resource, p->role, &p->resource->fields[i], c->open.day);
    }
}

static bool is_leaf(const struct part *p, size_t i)
{
    return p->resource->fields[i].kind != FIELD_OBJECT;
}

/* --- text -------------------------------------------------------------------------------- */

static void print_group(const struct part *p, const struct group *g)
{
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        if (!is_leaf(p, i) || p->fates[i].fate != g->fate) {
            continue;
        }
        if (first) {
            printf("    %-16s", g->word);
        }
        printf("%s%.*s", first ? "" : ", ", SPAN_ARGS(p->resource->fields[i].path));
        first = false;
    }
    if (!first) {
        putchar('\n');
    }
}

static void print_part(const struct part *p)
{
    printf("  %.*s%s%s%s\n", SPAN_ARGS(p->resource->name), p->role == ROLE_NONE ? "" : " (",
           p->role == ROLE_NONE ? "" : role_word(p->role), p->role == ROLE_NONE ? "" : ")");
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        print_group(p, &GROUPS[i]);
    }
}

static void print_counts(const struct explanation *e, const size_t *counts)
{
    printf("%.*s: %.*s", SPAN_ARGS(e->agreement->id), SPAN_ARGS(e->agreement->partner_name));
    for (size_t i = 0, shown = 0; i < GROUP_COUNT; i++) {
        if (counts[i] > 0) {
            printf("%s %zu %s", shown++ == 0 ? ":" : ",", counts[i], GROUPS[i].word);
        }
    }
    putchar('\n');
}

/* --- JSON --------------------------------------------------------------------------------- */

static void jot_part(struct jot *j, const struct explanation *e, const struct part *p)
{
    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field_fate *f = &p->fates[i];

        if (!is_leaf(p, i)) {
            continue;
        }
        jot_open(j, '{');
        jot_key_text(j, "resource", p->resource->name);
        jot_key_str(j, "role", role_word(p->role));
        jot_key_text(j, "field", p->resource->fields[i].path);
        jot_key_str(j, "fate", fate_word(f->fate));
        jot_key_place(j, "by", e->doc.name, f->at);
        jot_close(j, '}');
    }
}

static void jot_counts(struct jot *j, const struct explanation *e, const size_t *counts)
{
    jot_key_text(j, "agreement", e->agreement->id);
    jot_key_text(j, "partner", e->agreement->partner);
    jot_key(j, "counts");
    jot_open(j, '{');
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        jot_key(j, fate_word(GROUPS[i].fate));
        jot_number(j, counts[i]);
    }
    jot_close(j, '}');
}

/* --- one agreement -------------------------------------------------------------------------- */

/* The next kind of record and role that the catalog has, from `*at` on. */
static bool next_part(const struct coverage *c, size_t *at, struct part *out)
{
    const struct catalog *catalog = policy_catalog(c->open.policy);

    while (*at < catalog_resource_count(catalog) * ROLE_COUNT) {
        out->resource = catalog_resource(catalog, *at / ROLE_COUNT);
        out->role = (enum role)(*at % ROLE_COUNT);
        ++*at;
        if ((out->resource->roles & ROLE_BIT(out->role)) != 0) {
            return true;
        }
    }
    return false;
}

static void count_part(const struct part *p, size_t *counts)
{
    for (size_t i = 0; i < p->resource->field_count; i++) {
        for (size_t g = 0; is_leaf(p, i) && g < GROUP_COUNT; g++) {
            counts[g] += p->fates[i].fate == GROUPS[g].fate;
        }
    }
}

static void cover(struct coverage *c, const struct explanation *e)
{
    size_t counts[GROUP_COUNT] = {0};
    struct part part;

    for (size_t at = 0; next_part(c, &at, &part);) {
        find_fates(c, e, &part);
        count_part(&part, counts);
    }
    if (c->json) {
        jot_counts(&c->jot, e, counts);
        jot_key(&c->jot, "fields");
        jot_open(&c->jot, '[');
    } else {
        print_counts(e, counts);
    }
    for (size_t at = 0; next_part(c, &at, &part);) {
        find_fates(c, e, &part);
        if (c->json) {
            jot_part(&c->jot, e, &part);
        } else {
            print_part(&part);
        }
    }
    if (c->json) {
        jot_close(&c->jot, ']');
    }
}

static enum err cover_agreement(struct coverage *c, const struct agreement *a)
{
    struct explanation e;
    struct arena arena;

    arena_init(&arena, EXPLAIN_BYTES);
    enum err failed = explain_agreement(c->open.policy, a, &arena, &e);

    if (failed == OK && c->json) {
        jot_open(&c->jot, '{');
    }
    if (failed == OK) {
        cover(c, &e);
    }
    if (failed == OK && c->json) {
        jot_close(&c->jot, '}');
    }
    arena_fini(&arena);
    return failed;
}

static enum err cover_all(struct coverage *c)
{
    enum err e = OK;
    bool first = true;

    for (size_t i = 0; i < policy_agreement_count(c->open.policy) && e == OK; i++) {
        const struct agreement *a = policy_agreement(c->open.policy, i);

        if (c->agreement_id != NULL && !span_eq_str(a->id, c->agreement_id)) {
            continue;
        }
        if (!first && !c->json) {
            putchar('\n');
        }
        e = cover_agreement(c, a);
        first = false;
    }
    return e;
}

/* --- the command ------------------------------------------------------------------------------ */

static int print_json(struct coverage *c)
{
    jot_init(&c->jot);
    jot_open(&c->jot, '[');
    enum err e = cover_all(c);

    jot_close(&c->jot, ']');
    int code = e == OK ? jot_print(&c->jot, 0) : print_failure(c->open.folder, e);

    jot_fini(&c->jot);
    return code;
}

static int run(struct coverage *c)
{
    int code = policy_open_or_say(&c->open);

    if (code != 0) {
        return code;
    }
    if (c->agreement_id != NULL &&
        policy_find_agreement(c->open.policy, span_str(c->agreement_id)) == NULL) {
        return print_problem("there is no agreement '%s'", c->agreement_id);
    }
    if (c->json) {
        return print_json(c);
    }
    enum err e = cover_all(c);

    return e == OK ? 0 : print_failure(c->open.folder, e);
}

int cmd_policy_coverage(int argc, char **argv)
{
    struct coverage c = {.json = false};
    const struct option_row rows[] = {
        {.name = "agreement",
         .value = "ID",
         .text = &c.agreement_id,
         .help = "only this agreement (default: all)"},
        {.name = "on", .value = "DATE", .text = &c.open.on, .help = "on this day (default: today)"},
        {.name = "catalog",
         .value = "FILE",
         .text = &c.open.catalog_path,
         .help = "the catalog of the data standard (default: the one that comes with hallpass)"},
        {.name = "json", .flag = &c.json, .help = "one JSON document, for programs"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &c.open.folder}};
    const struct options o = {"hallpass policy coverage",
                              "Says of every field of the catalog whether an agreement grants it, "
                              "denies it by a rule, or never mentions it.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    code = run(&c);
    policy_close(&c.open);
    return code;
}
