/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant: every record in a batch that has not begun to leave was decided by
 * the pinned snapshot, or by an older one that allowed its subjects no more.
 */
#include "proxy/facts_priv.h"

#include "proxy/batch_priv.h"

void facts_open(struct exchange *x)
{
    struct own_keep *keep = x->proxy->setup.own;

    if (!policy_has_student_files(x->world->rules->policy)) {
        x->own = &own_view_none;
    } else if (keep != NULL) { /* else they are not held, and what is about students is withheld */
        x->own_generation = own_keep_generation(keep);
        x->own_set = own_keep_current(keep);
        own_set_view(x->own_set, &x->own_view);
        x->own = &x->own_view;
    }
}

void facts_close(struct exchange *x)
{
    own_set_unref(&x->own_set);
}

bool facts_are_stale(const struct exchange *x)
{
    return x->own_set != NULL && own_keep_generation(x->proxy->setup.own) != x->own_generation;
}

/* What two snapshots say of one student. */
struct comparison {
    struct exchange *x;
    const struct own_view *was, *now;
    struct own_matters matters;
    bool gone; /* of the student whose facts are narrower nothing may leave */
};

/* Nothing of the student leaves, as against less of it. */
static bool is_gone(const struct comparison *c, const struct own_facts *now)
{
    return now->withheld || (c->matters.named && !now->named) ||
           (c->matters.consents && !now->consented) || (c->matters.opt_outs && now->refused_all);
}

static bool is_narrowed(void *ctx, struct span student)
{
    struct comparison *c = ctx;
    struct own_question q = {.partner = c->x->agreement->partner,
                             .agreement = c->x->agreement->id,
                             .purpose = c->x->client->purpose,
                             .date = c->x->local_date};
    struct own_facts was = {0}, now = {0};
    struct person_facts person;

    if (c->was->complete && !c->now->complete) {
        c->gone = true;
        return true;
    }
    c->x->view.person(c->x->view.ctx, student, &person);
    q.birth = person.birth;
    c->was->facts(c->was->ctx, student, &q, &was);
    c->now->facts(c->now->ctx, student, &q, &now);
    c->gone = is_gone(c, &now);
    return own_facts_narrowed(&was, &now, &c->matters);
}

enum err facts_recheck(struct exchange *x)
{
    if (!facts_are_stale(x)) {
        return OK;
    }
    uint64_t generation = own_keep_generation(x->proxy->setup.own);
    struct own_set *next = own_keep_current(x->proxy->setup.own);
    const struct own_view was = x->own_view;
    const struct agreement *a = x->agreement;

    own_set_view(next, &x->own_view);
    struct comparison c = {.x = x,
                           .was = &was,
                           .now = &x->own_view,
                           .matters = {a->by_naming, a->by_consent, a->by_directory}};
    bool narrowed = batch_has_subject(x, is_narrowed, &c);

    own_set_unref(&x->own_set);
    x->own_set = next;
    x->own_generation = generation;
    if (!narrowed) {
        return OK;
    }
    return c.gone || x->head_sent ? batch_withheld(x) : ERR_BUSY; /* to be asked for again */
}
