/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request of a partner: refused and by which line, or answered, with whose
 * records and with what of each field. The same functions decide that the gateway
 * uses; what only a roster can know is said as a condition.
 */
#include "cli/explain_priv.h"

#include <stdio.h>

#include "cli/audit_words.h"
#include "cli/print.h"
#include "http/target.h"

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

enum { QUESTION_BYTES = 1024 * 1024 };

struct question {
    struct asking *a;
    const struct explanation *e;
    struct arena arena;
    struct span method;
    struct target target;
    struct route route;
    struct query query;
    struct plan plan;
    struct refusal why;
};

/* "GET /students?limit=1", with or without the catalog's base path. */
static enum err read_target(struct question *q)
{
    struct span rest = span_str(q->a->request);

    q->method = span_cut(&rest, ' ');
    if (rest.ptr == NULL) {
        return ERR_HTTP_TARGET;
    }
    if (!span_eq_str(q->method, "GET") && !span_eq_str(q->method, "HEAD")) {
        return ERR_HTTP_METHOD;
    }
    return target_parse(rest, &q->arena, &q->target);
}

static enum err read_question(struct question *q)
{
    const struct catalog *c = policy_catalog(q->a->open.policy);
    struct param params[TARGET_MAX_PARAMS];

    if (!catalog_route_path(c, q->target.segments, q->target.segment_count, &q->route) &&
        !catalog_route(c, q->target.segments, q->target.segment_count, &q->route)) {
        return ERR_PATH;
    }
    for (size_t i = 0; i < q->target.param_count; i++) {
        params[i] = (struct param){q->target.params[i].name, q->target.params[i].value};
    }
    return query_parse(&q->route, &(struct params){params, q->target.param_count}, &q->arena,
                       &q->query, &q->why);
}

static enum err decide(struct question *q)
{
    struct open_world world = {0};
    const struct request_facts facts = {.policy = q->a->open.policy,
                                        .agreement = q->e->agreement,
                                        .purpose = q->a->client->purpose,
                                        .route = &q->route,
                                        .query = &q->query,
                                        .local_date = q->a->open.day};
    enum err e = read_target(q);

    e = e != OK ? e : read_question(q);
    return e != OK ? e : explain_open_verdict(q->a, &world, &facts, &q->plan, &q->why);
}

/* --- refused ---------------------------------------------------------------------------- */

/* The line of the agreement's file that a refusal rests on, or NULL when it is none of it. */
static const struct node *deciding_line(const struct question *q)
{
    static const struct {
        const char *clause, *path;
    } clauses[] = {
        {"ends", "contract.ends"}, {"ended", "ended"}, {"share", "share"},
        {"basis", "basis"},        {"ids", "ids"},
    };
    const struct node *docs = explain_member(q->e, "contract.documents");

    if (span_eq_str(q->why.clause, "from")) {
        return docs == NULL ? NULL : node_member(docs->first, "from");
    }
    for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
        if (span_eq_str(q->why.clause, clauses[i].clause)) {
            return explain_member(q->e, clauses[i].path);
        }
    }
    return NULL;
}

/* What the sentence of the error cannot know. */
static const char *more_of(const struct question *q)
{
    if (span_eq_str(q->why.clause, "basis")) {
        return "; the basis does not let it be asked for in this way";
    }
    if (span_eq_str(q->why.clause, "ids")) {
        return "; ids and days that are another for each partner do not sort or select in this way";
    }
    return span_eq_str(q->why.clause, "barred-until") ? "; the partner is barred until a later day"
                                                      : "";
}

static void say_fates_of(const struct question *q, const struct field *only)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct fate_question f = {.resource = q->route.resource,
                                        .role = (enum role)role,
                                        .asked = only != NULL ? NULL : &q->plan.asked,
                                        .only = only};
        bool shown = only != NULL ? (q->route.resource->roles & ROLE_BIT(role)) != 0
                                  : q->plan.programs[role] != NULL;

        if (shown && q->a->jot == NULL) {
            printf(" %.*s%s%s%s\n", SPAN_ARGS(f.resource->name), role == ROLE_NONE ? "" : " (",
                   role == ROLE_NONE ? "" : role_word(f.role), role == ROLE_NONE ? "" : ")");
        }
        if (shown) {
            explain_say_fates(q->a, q->e, &f);
        }
    }
}

static const struct field *refused_field(const struct question *q)
{
    return q->why.field.len == 0 || q->route.resource == NULL
               ? NULL
               : resource_field(q->route.resource, q->why.field);
}

static void jot_refused(const struct question *q, enum err e)
{
    struct jot *j = q->a->jot;
    const struct field *f = refused_field(q);

    jot_key_str(j, "verdict", "refused");
    jot_key(j, "status");
    jot_number(j, (uint64_t)err_row(e)->status);
    jot_key_str(j, "reason", err_code(e));
    jot_key_str(j, "says", err_text(e));
    jot_key_text(j, "clause", q->why.clause);
    jot_key_text(j, "parameter", q->why.param);
    jot_key_text(j, "field", q->why.field);
    jot_key_place(j, "by", q->e->doc.name, deciding_line(q));
    jot_key(j, "scope");
    jot_open(j, '[');
    jot_close(j, ']');
    jot_key(j, "fields");
    jot_open(j, '[');
    if (f != NULL) {
        say_fates_of(q, f);
    }
    jot_close(j, ']');
}

static void print_refused(const struct question *q, enum err e)
{
    const struct field *f = refused_field(q);
    const struct node *at = deciding_line(q);

    printf("Refused with %d %s: %s%s", err_row(e)->status, err_code(e), err_text(e), more_of(q));
    if (q->why.param.len > 0) {
        printf(" (%.*s%s%.*s)", SPAN_ARGS(q->why.param), q->why.field.len > 0 ? ": " : "",
               SPAN_ARGS(q->why.field));
    }
    printf(at == NULL ? ".\n" : ", by %s.\n", explain_place(q->e, at).text);
    if (f != NULL) {
        say_fates_of(q, f);
    }
}

/* --- answered ----------------------------------------------------------------------------- */

static const char *totals_sentence(const struct question *q)
{
    if (q->plan.item) {
        return "One record, if the source has it and it is in scope; else the answer is 404 as for "
               "an id that does not exist.";
    }
    return q->plan.totals
               ? "The answer tells the total: no record of this kind is ever withheld."
               : "The answer tells no total: records may be withheld, and nobody may count them.";
}

static void say_scopes(const struct question *q)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (q->plan.programs[role] == NULL) {
            continue;
        }
        if (q->a->jot == NULL && role != ROLE_NONE) {
            printf(" Whose records (%s)\n", role_word((enum role)role));
        } else if (q->a->jot == NULL) {
            puts(" Which records");
        }
        explain_say_scope(q->a, q->e, q->route.resource, (enum role)role);
    }
}

static void jot_answered(const struct question *q)
{
    struct jot *j = q->a->jot;

    jot_key_str(j, "verdict", "answered");
    jot_key_bool(j, "totals", q->plan.totals);
    jot_key_bool(j, "about-students", q->plan.about_students);
    jot_key_place(j, "by", q->e->doc.name, explain_member(q->e, "share"));
    jot_key(j, "scope");
    jot_open(j, '[');
    say_scopes(q);
    jot_close(j, ']');
    jot_key(j, "fields");
    jot_open(j, '[');
    say_fates_of(q, NULL);
    jot_close(j, ']');
}

static void print_answered(const struct question *q)
{
    printf("Answered, by %s. %s\n", explain_place(q->e, explain_member(q->e, "share")).text,
           totals_sentence(q));
    say_scopes(q);
    say_fates_of(q, NULL);
}

static void print_request(const struct question *q)
{
    fputs("Client ", stdout);
    words_put(stdout, q->a->client->id);
    fputs(" asks ", stdout);
    words_put(stdout, span_str(q->a->request));
    puts(".");
}

int explain_say_request(struct asking *a, const struct explanation *e)
{
    struct question q = {.a = a, .e = e};

    arena_init(&q.arena, QUESTION_BYTES);
    explain_say_agreement(a, e);
    enum err verdict = decide(&q);

    if (a->jot == NULL) {
        print_request(&q);
    } else {
        jot_key_str(a->jot, "request", a->request);
    }
    if (verdict == OK && a->jot != NULL) {
        jot_answered(&q);
    } else if (verdict == OK) {
        print_answered(&q);
    } else if (a->jot != NULL) {
        jot_refused(&q, verdict);
    } else {
        print_refused(&q, verdict);
    }
    arena_fini(&q.arena);
    return 0;
}
