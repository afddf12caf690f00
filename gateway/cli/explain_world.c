/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world in which everybody is as the agreement demands, so that what is left of
 * a verdict is the agreement's own doing.
 */
#include "cli/explain_priv.h"

static const struct fact_set no_facts = {.known = TRI_YES};

static struct fact_set as_demanded(const struct fact_set *rule)
{
    return rule == NULL ? no_facts : *rule;
}

static void open_person(const void *ctx, struct span id, struct person_facts *out)
{
    const struct open_world *w = ctx;
    const struct agreement *a = w->agreement;

    *out = (struct person_facts){
        .known = true,
        .roles = span_eq(id, w->id) ? w->roles : ROLE_BIT(ROLE_STUDENT),
        .grades = as_demanded(a->grades),
        .children = {TRI_YES, &w->child, 1},
        .classes = as_demanded(a->classes),
        .courses = as_demanded(a->courses),
        .terms = as_demanded(a->terms),
        .statuses = as_demanded(a->statuses),
        .programs = as_demanded(a->programs),
        .birth = 20100101,
    };
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        out->schools[role] = as_demanded(a->schools);
    }
}

static void open_place(const void *ctx, enum ref_type type, struct span id, struct place_facts *out)
{
    const struct agreement *a = ((const struct open_world *)ctx)->agreement;

    (void)type;
    (void)id;
    *out = (struct place_facts){
        .known = true,
        .schools = as_demanded(a->schools),
        .grades = as_demanded(a->grades),
        .classes = as_demanded(a->classes),
        .courses = as_demanded(a->courses),
        .terms = as_demanded(a->terms),
    };
}

static void open_facts(const void *ctx, struct span student, const struct own_question *q,
                       struct own_facts *out)
{
    (void)ctx;
    (void)student;
    (void)q;
    *out = (struct own_facts){.named = true, .consented = true};
    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        out->consents.word[w] = UINT64_MAX;
    }
}

/* The first role under which the person asked for may be shown, or what refuses all. */
enum err explain_open_verdict(const struct asking *a, struct open_world *w,
                              const struct request_facts *question, struct plan *plan,
                              struct refusal *why)
{
    const struct roster_view view = {w, open_person, open_place};
    const struct own_view own = {
        .complete = true, .empty = !policy_has_student_files(a->open.policy), .facts = open_facts};
    struct request_facts facts = *question;
    enum err e = ERR_RECORD;

    facts.roster = &view;
    facts.own = &own;
    w->agreement = question->agreement;
    w->id = question->route->id;
    w->child = SPAN("child");
    for (unsigned role = 0; role < ROLE_COUNT && e == ERR_RECORD; role++) {
        w->roles = ROLE_BIT(role);
        if ((question->route->resource->roles & w->roles) != 0) {
            e = verdict_request(&facts, plan, why);
        }
    }
    return e;
}
