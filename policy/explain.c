/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fate of single fields, with places. What leaves is taken from the program
 * that decides, never worked out anew; only the reason and the place come from
 * reading the file again.
 */
#include "policy/explain.h"

#include "policy/policy_priv.h"

static const char *const fate_words[FATE_COUNT] = {
    [FATE_SENT] = "sent",
    [FATE_STRUCTURE] = "structure",
    [FATE_OMITTED] = "omitted",
    [FATE_LATER] = "later",
    [FATE_PAST] = "past",
    [FATE_UNSHARED] = "unshared",
    [FATE_UNMENTIONED] = "unmentioned",
    [FATE_NEVER] = "never",
};

const char *fate_word(enum fate fate)
{
    return (unsigned)fate < FATE_COUNT ? fate_words[fate] : "";
}

enum err explain_agreement(const struct policy *p, const struct agreement *a, struct arena *arena,
                           struct explanation *out)
{
    size_t i = 0;

    while (i < p->agreement_count && &p->agreements[i].shown != a) {
        i++;
    }
    *out = (struct explanation){.policy = p, .agreement = a};
    if (i == p->agreement_count) {
        return ERR_INTERNAL;
    }
    diag_init(&out->diags, arena);
    out->file = p->files[i];
    out->doc = *p->files[i].doc;
    out->doc.arena = arena; /* the policy's own is closed: it may be shared */
    out->doc.diags = &out->diags;
    out->file.doc = &out->doc;
    (void)share_read(&out->file, policy_catalog(p), arena, &out->sharing);
    return arena->overflow ? ERR_MEMORY : OK;
}

/* --- places --------------------------------------------------------------------------- */

const struct node *explain_member(const struct explanation *e, const char *path)
{
    struct span rest = span_str(path);
    const struct node *at = e->doc.root;

    while (at != NULL && rest.ptr != NULL) {
        struct span key = span_cut(&rest, '.');
        const struct node *m = at->kind == NODE_MAP ? at->first : NULL;

        while (m != NULL && !span_eq(m->key, key)) {
            m = m->next;
        }
        at = m;
    }
    return at;
}

static const struct node *box_in(const struct node *category, const struct element *box)
{
    for (const struct node *n = category->first; n != NULL; n = n->next) {
        if (n->kind == NODE_SCALAR && element_find(category->key, n->text) == box) {
            return n;
        }
    }
    return NULL;
}

const struct node *explain_box(const struct explanation *e, const struct element *box)
{
    const struct node *exhibit = node_member(e->doc.root, "exhibit-b");
    const struct node *found = NULL;

    if (box == NULL || exhibit == NULL) {
        return NULL;
    }
    for (const struct node *m = exhibit->first; m != NULL && found == NULL; m = m->next) {
        found = span_eq(m->key, box->category) ? box_in(m, box) : NULL;
    }
    return found;
}

/* --- fates ----------------------------------------------------------------------------- */

static const struct cell *cell_of(const struct explanation *e, const struct resource *r,
                                  enum role role, const struct field *f)
{
    const struct catalog *c = policy_catalog(e->policy);

    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        const struct cell *cells = sharing_cells(&e->sharing, i, role);

        if (catalog_resource(c, i) == r) {
            return cells == NULL ? NULL : &cells[f->number];
        }
    }
    return NULL;
}

static enum fate withheld_fate(const struct cell *cell, enum grant_by by)
{
    if (cell != NULL && cell->at != NULL) {
        return cell->rule.transform == TRANSFORM_OMIT ? FATE_OMITTED : FATE_LATER;
    }
    switch (by) {
    case GRANT_NEVER:
        return FATE_NEVER;
    case GRANT_STRUCTURE:
        return FATE_UNSHARED;
    case GRANT_ELEMENT:
    case GRANT_NAME:
    default:
        return FATE_UNMENTIONED;
    }
}

/* The first day of the time, around the day asked about or after it, in which a cell counts. */
static int32_t first_day(const struct explanation *e, enum role role, const struct cell *cell,
                         int32_t day)
{
    const struct agreement_file *file = e->sharing.file;
    int32_t field = agreement_ticks_from(file, &cell->line, day);
    int32_t ids = agreement_ticks_from(file, &e->sharing.role_line[role], day);

    if (field == 0 || ids == 0) {
        return 0;
    }
    return field > ids ? field : ids;
}

/* `first`: see first_day(), of FATE_LATER; 0 when it will not leave on any day to come. */
static void settle_withheld(const struct program *p, int32_t first, const struct cell *cell,
                            const struct field *f, struct field_fate *out)
{
    out->stand_in = p != NULL && f->required && f->placeholder.len > 0 && f->parent == CATALOG_ROOT;
    if (out->fate == FATE_LATER && cell != NULL) {
        out->rule = cell->rule;
        out->from = first;
        out->fate = first == 0 ? FATE_PAST : FATE_LATER;
    }
}

struct field_fate explain_field(const struct explanation *e, const struct resource *r,
                                enum role role, const struct field *f, int32_t day)
{
    const struct program *p = policy_program(e->policy, e->agreement, r, role, day);
    const struct cell *cell = cell_of(e, r, role, f);
    const struct field_grant *g = &f->grant[role];
    bool leaves = p != NULL && fieldset_has(&p->keep, f->number);

    struct field_fate out = {.element = element_of_grant(g)};

    out.box = out.element == NULL ? NULL : element_ceiling(out.element, role);
    out.ticked = explain_box(e, out.box);
    out.at = cell == NULL ? NULL : cell->at;
    if (!leaves) {
        out.fate = withheld_fate(cell, g->by);
        int32_t first = out.fate == FATE_LATER ? first_day(e, role, cell, day) : 0;

        settle_withheld(p, first > day ? first : 0, cell, f, &out); /* else the agreement is over */
        return out;
    }
    out.fate = g->by == GRANT_STRUCTURE ? FATE_STRUCTURE : FATE_SENT;
    out.rule = p->rules[f->number];
    out.from = cell != NULL && cell->at != NULL ? first_day(e, role, cell, day) : 0;
    return out;
}
