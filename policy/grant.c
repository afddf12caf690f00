/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Granting single fields: what a place of `share` picks, and whether each field
 * picked may be granted in that way. Every doubt is an error, never a grant.
 */
#include "policy/share_priv.h"

#include "policy/nearest.h"

/* --- specs ------------------------------------------------------------------------ */

struct raw_spec {
    struct span as;
    struct raw_args args;
    bool accept;
};

#define ARG(member) offsetof(struct raw_spec, args.member)

static const struct doc_rule spec_rules[] = {
    {"as", doc_read_text, offsetof(struct raw_spec, as), true},
    {"value", doc_read_node, ARG(value), false},
    {"band", doc_read_node, ARG(band), false},
    {"round", doc_read_node, ARG(round), false},
    {"map", doc_read_node, ARG(map), false},
    {"max-days", doc_read_node, ARG(max_days), false},
    {"keep-domain", doc_read_node, ARG(keep_domain), false},
    {"accept-type-change", doc_read_yes, offsetof(struct raw_spec, accept), false},
};

bool spec_is_nested(const struct node *n)
{
    return n->kind == NODE_MAP && node_member(n, "as") == NULL;
}

static bool read_word(struct sharing *s, const struct node *at, struct span word,
                      enum transform *out)
{
    struct nearest near;

    if (transform_of_word(word, out)) {
        return true;
    }
    if (span_eq_str(word, "as-signed")) {
        sharing_complain(s, at, "as-signed stands behind a whole category; write as-is here");
        return false;
    }
    nearest_init(&near, word);
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        nearest_try(&near, span_str(transform_word((enum transform)t)));
    }
    sharing_complain(s, at, "\"%s\" is no transform%s", shown_of(word).text,
                     nearest_hint(&near).text);
    return false;
}

static bool read_long(struct sharing *s, const struct node *n, struct spec *out)
{
    struct raw_spec raw = {.as = SPAN("")};

    if (!doc_fill(s->file->doc, n, spec_rules, sizeof(spec_rules) / sizeof(*spec_rules), &raw)) {
        s->failed = true;
        return false;
    }
    if (!read_word(s, node_member(n, "as"), raw.as, &out->rule.transform)) {
        return false;
    }
    out->accepts_type_change = raw.accept;
    return args_read(s, n, &raw.args, out);
}

bool spec_read(struct sharing *s, const struct node *n, struct spec *out)
{
    struct span word;

    const struct raw_args none = {.value = NULL};

    *out = (struct spec){.at = n};
    if (n->kind == NODE_MAP) {
        return read_long(s, n, out);
    }
    if (!doc_read_text(s->file->doc, n, &word)) {
        s->failed = true;
        return false;
    }
    return read_word(s, n, word, &out->rule.transform) && args_read(s, n, &none, out);
}

/* --- picking ---------------------------------------------------------------------- */

static bool is_in_object(const struct resource *r, const struct field *f, struct span path)
{
    uint16_t parent = f->parent;

    while (parent != CATALOG_ROOT) {
        if (span_eq(r->fields[parent].path, path)) {
            return true;
        }
        parent = r->fields[parent].parent;
    }
    return false;
}

/* Free text is picked by its own path alone (SAFETY F5). */
static bool path_picks(const struct pick *p, const struct resource *r, const struct field *f)
{
    bool by_element = f->grant[p->role].by == GRANT_ELEMENT;

    if (p->path.len == 0) {
        return by_element;
    }
    return span_eq(f->path, p->path) || (by_element && is_in_object(r, f, p->path));
}

static bool picks(const struct pick *p, const struct resource *r, const struct field *f)
{
    const struct field_grant *g = &f->grant[p->role];

    if (f->kind == FIELD_OBJECT || (g->by != GRANT_ELEMENT && g->by != GRANT_NAME)) {
        return false;
    }
    if (p->category.len > 0 && !span_eq(g->category, p->category)) {
        return false;
    }
    if (p->element != NULL && element_of_grant(g) != p->element) {
        return false;
    }
    return path_picks(p, r, f);
}

/* --- granting --------------------------------------------------------------------- */

/* A field on its way into its cell. */
struct grant {
    const struct resource *resource;
    const struct field *field;
    enum role role;
    const struct spec *spec;
};

#define FIELD_FORMAT  "%.*s.%.*s"
#define FIELD_ARGS(g) SPAN_ARGS((g)->resource->name), SPAN_ARGS((g)->field->path)
#define SPAN_ARGS(s)  (int)(s).len, (const char *)(s).ptr

/* SAFETY L6, I3: nothing that is worked out of a student's data may stand for the student. */
static bool basis_allows(struct sharing *s, const struct grant *g)
{
    enum transform t = g->spec->rule.transform;
    enum basis b = s->file->basis;

    if (!transform_row(t)->keyed || (b != BASIS_DE_IDENTIFIED && b != BASIS_CODED)) {
        return true;
    }
    sharing_complain(s, g->spec->at,
                     "%s is made from the student's own data and joins records, which the basis "
                     "%s forbids (34 CFR 99.31(b))",
                     transform_word(t), basis_row(b)->word);
    return false;
}

static void complain_unfit(struct sharing *s, const struct grant *g)
{
    enum transform t = g->spec->rule.transform;
    const char *why = transform_objection(t, g->resource, g->field);

    sharing_complain(s, g->spec->at, "%s cannot be applied to " FIELD_FORMAT "%s%s",
                     transform_word(t), FIELD_ARGS(g), why == NULL ? "" : ": ",
                     why == NULL ? "" : why);
}

static bool fits(struct sharing *s, const struct grant *g)
{
    enum transform t = g->spec->rule.transform;
    enum transform_fit fit = transform_fit(t, g->resource, g->field);

    if (fit == FIT_NEVER) {
        complain_unfit(s, g);
        return false;
    }
    if (fit == FIT_CHANGES && !g->spec->accepts_type_change) {
        sharing_complain(s, g->spec->at,
                         "%s changes the type of " FIELD_FORMAT ", which strict clients refuse; "
                         "write `{ as: %s, accept-type-change: yes }` to accept that",
                         transform_word(t), FIELD_ARGS(g), transform_word(t));
        return false;
    }
    return basis_allows(s, g);
}

/* SAFETY L5: meal eligibility and survey answers need grounds of their own. */
static bool label_allows(struct sharing *s, const struct grant *g)
{
    static const struct {
        enum field_label label;
        const char *key;
        const char *law;
    } needs[] = {{LABEL_NSLA, "nsla", "42 USC 1758(b)(6)"}, {LABEL_PPRA, "ppra", "20 USC 1232h"}};

    for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
        if ((g->field->labels & needs[i].label) != 0 &&
            node_member(s->file->because, needs[i].key) == NULL) {
            sharing_complain(s, g->spec->at, FIELD_FORMAT " needs the clause `because: %s` (%s)",
                             FIELD_ARGS(g), needs[i].key, needs[i].law);
            return false;
        }
    }
    return true;
}

/*
 * SAFETY L3 and L5: by directory nothing but the designated types of 34 CFR 99.3,
 * and what a child's living situation tells never (42 USC 11432(g)(3)(G)).
 */
static bool directory_allows(struct sharing *s, const struct grant *g)
{
    const struct element_set *designated = &s->file->district->directory.designated;
    const struct element *e = element_of_grant(&g->field->grant[g->role]);

    bool of_families = g->role == ROLE_STUDENT || g->role == ROLE_GUARDIAN;

    if (s->file->basis != BASIS_DIRECTORY || !s->file->district->has_directory || !of_families) {
        return true; /* without a notice the whole file is refused */
    }
    if ((g->field->labels & LABEL_HOMELESS) != 0) {
        sharing_complain(s, g->spec->at,
                         FIELD_FORMAT " tells a living situation, which is never directory "
                                      "information (42 USC 11432(g)(3)(G))",
                         FIELD_ARGS(g));
        return false;
    }
    if (e != NULL && element_set_has(designated, element_number(e))) {
        return true;
    }
    sharing_complain(s, g->spec->at,
                     FIELD_FORMAT " is of no type that directory-information in district.yaml "
                                  "designates (34 CFR 99.37(a)(1))",
                     FIELD_ARGS(g));
    return false;
}

/* The line of Exhibit B that the field needs; false with a message: it is not ticked. */
static bool find_line(struct sharing *s, const struct grant *g, struct line *out)
{
    const struct element *e = element_of_grant(&g->field->grant[g->role]);

    if (e == NULL && g->role != ROLE_NONE) {
        sharing_complain(s, g->spec->at,
                         "the catalog gives " FIELD_FORMAT " no element, so that it "
                         "cannot be shared",
                         FIELD_ARGS(g));
        return false;
    }
    *out = (struct line){e == NULL ? NULL : element_ceiling(e, g->role), g->field->local};
    if (out->element == NULL || agreement_ever_ticks(s->file, out)) {
        return true;
    }
    sharing_complain(s, g->spec->at,
                     "exhibit-b does not tick %.*s / %.*s%s%.*s, which " FIELD_FORMAT " is",
                     SPAN_ARGS(out->element->category), SPAN_ARGS(out->element->brief),
                     element_is_open(out->element) ? ": " : "",
                     element_is_open(out->element) ? (int)out->field.len : 0,
                     (const char *)out->field.ptr, FIELD_ARGS(g));
    return false;
}

static void put(struct sharing *s, const struct grant *g, struct cell *cell)
{
    if (cell->at != NULL) {
        sharing_complain(s, g->spec->at, FIELD_FORMAT " is shared twice; it already is in line %u",
                         FIELD_ARGS(g), cell->at->line);
        return;
    }
    struct field_rule rule = g->spec->rule;
    struct line line = {NULL, {NULL, 0}};
    bool good = rule.transform == TRANSFORM_OMIT ||
                (fits(s, g) && args_settle(s, g->spec, g->field, &rule) && label_allows(s, g) &&
                 directory_allows(s, g) && find_line(s, g, &line));

    if (!good) {
        s->failed = true;
        return;
    }
    *cell = (struct cell){rule, line, g->spec->at};
}

size_t grant_picked(struct sharing *s, const struct pick *p, const struct spec *spec)
{
    size_t picked = 0;

    for (size_t i = 0; i < catalog_resource_count(s->catalog); i++) {
        const struct resource *r = catalog_resource(s->catalog, i);
        struct cell *cells = sharing_cells(s, i, p->role);

        if (cells == NULL || (p->resource != NULL && p->resource != r)) {
            continue;
        }
        for (size_t f = 0; f < r->field_count; f++) {
            if (picks(p, r, &r->fields[f])) {
                const struct grant g = {r, &r->fields[f], p->role, spec};

                put(s, &g, &cells[f]);
                picked++;
            }
        }
    }
    return picked;
}
