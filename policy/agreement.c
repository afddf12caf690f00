/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an agreement's file but for `share`. Members of the final language
 * that this version cannot honour are errors where ignoring them would release
 * more than the file says, and warnings where it would not.
 */
#include "policy/agreement.h"

#include "policy/contract_priv.h"
#include "policy/nearest.h"

struct raw {
    struct agreement_file file;
    struct span ids;
    struct span destroy_within;
    const struct node *partner;
    const struct node *products;
    const struct node *contract;
    const struct node *exhibit;
    const struct node *where;
    const struct node *limits;
    const struct node *subprocessors;
    const struct node *ids_scope;
};

static const struct doc_rule rules[] = {
    {"agreement", doc_read_id, offsetof(struct raw, file.id), true},
    {"partner", doc_read_node, offsetof(struct raw, partner), true},
    {"products", doc_read_node, offsetof(struct raw, products), true},
    {"contract", doc_read_node, offsetof(struct raw, contract), true},
    {"basis", basis_read, offsetof(struct raw, file.basis), true},
    {"because", doc_read_node, offsetof(struct raw, file.because), false},
    {"legitimate-interest", doc_read_text, offsetof(struct raw, file.interest), true},
    {"purposes", doc_read_texts, offsetof(struct raw, file.purposes), true},
    {"subprocessors", doc_read_node, offsetof(struct raw, subprocessors), false},
    {"destroy-within", doc_read_text, offsetof(struct raw, destroy_within), false},
    {"exhibit-b", doc_read_node, offsetof(struct raw, exhibit), false},
    {"share", doc_read_node, offsetof(struct raw, file.share), true},
    {"where", doc_read_node, offsetof(struct raw, where), false},
    {"ids", doc_read_text, offsetof(struct raw, ids), false},
    {"ids-scope", doc_read_node, offsetof(struct raw, ids_scope), false},
    {"limits", doc_read_node, offsetof(struct raw, limits), false},
};

int32_t agreement_ticked(const struct agreement_file *a, const struct element *e)
{
    for (size_t i = 0; i < a->tick_count; i++) {
        if (a->ticks[i].element == e) {
            return a->ticks[i].from;
        }
    }
    return 0;
}

/* --- where ---------------------------------------------------------------------- */

struct where {
    const struct node *schools;
    const struct node *grades;
};

static const struct doc_rule where_rules[] = {
    {"schools", doc_read_node, offsetof(struct where, schools), false},
    {"grades", doc_read_node, offsetof(struct where, grades), false},
};

static bool read_school(const struct doc *d, const struct node *n, const struct district *district,
                        struct span *id)
{
    struct span word;
    struct nearest near;

    if (!doc_read_text(d, n, &word)) {
        return false;
    }
    const struct school *s = district_school(district, word);

    if (s != NULL) {
        *id = s->id;
        return true;
    }
    nearest_init(&near, word);
    for (size_t i = 0; i < district->school_count; i++) {
        nearest_try(&near, district->schools[i].alias);
    }
    doc_error(d, n, "\"%s\" is no school of district.yaml%s", shown_of(word).text,
              nearest_hint(&near).text);
    return false;
}

static bool read_schools(const struct doc *d, const struct node *list,
                         const struct district *district, struct texts *out)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    struct span *ids = arena_array(d->arena, list->count, sizeof(*ids));
    bool good = ids != NULL;
    size_t at = 0;

    for (const struct node *n = list->first; ids != NULL && n != NULL; n = n->next) {
        good = read_school(d, n, district, &ids[at++]) && good;
    }
    *out = (struct texts){ids, at};
    return good;
}

/* Any field of the catalog that holds a grade has the words. */
static const struct field *grade_field(const struct catalog *c)
{
    for (size_t r = 0; r < catalog_resource_count(c); r++) {
        const struct resource *res = catalog_resource(c, r);

        for (size_t f = 0; f < res->field_count; f++) {
            if (res->fields[f].type == TYPE_GRADE && res->fields[f].word_count > 0) {
                return &res->fields[f];
            }
        }
    }
    return NULL;
}

static bool check_grade(const struct doc *d, const struct node *n, const struct field *f)
{
    struct nearest near;

    nearest_init(&near, n->text);
    for (size_t i = 0; i < f->word_count; i++) {
        if (span_eq(n->text, f->words[i])) {
            return true;
        }
        nearest_try(&near, f->words[i]);
    }
    doc_error(d, n, "\"%s\" is no grade of the catalog%s", shown_of(n->text).text,
              nearest_hint(&near).text);
    return false;
}

static bool read_grades(const struct doc *d, const struct node *list, const struct catalog *catalog,
                        struct texts *out)
{
    const struct field *f = grade_field(catalog);
    bool good = doc_read_texts(d, list, out);

    for (const struct node *n = list->first; good && f != NULL && n != NULL; n = n->next) {
        good = check_grade(d, n, f) && good;
    }
    return good;
}

/* --- small members ---------------------------------------------------------------- */

static bool read_purposes(const struct doc *d, const struct node *list)
{
    struct span id;
    bool good = true;

    if (list == NULL || list->kind != NODE_LIST) {
        return false; /* said already */
    }
    for (const struct node *n = list->first; n != NULL; n = n->next) {
        good = n->kind == NODE_SCALAR && doc_read_id(d, n, &id) && good;
    }
    return good;
}

struct subprocessor {
    struct span name;
    struct span service;
    enum basis interest;
};

static const struct doc_rule subprocessor_rules[] = {
    {"name", doc_read_text, offsetof(struct subprocessor, name), true},
    {"service", doc_read_text, offsetof(struct subprocessor, service), true},
    {"interest", basis_read, offsetof(struct subprocessor, interest), true},
};

static bool read_subprocessors(const struct doc *d, const struct node *list)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    bool good = true;

    for (const struct node *n = list->first; n != NULL; n = n->next) {
        struct subprocessor s = {.interest = BASIS_COUNT};

        good = doc_fill(d, n, subprocessor_rules, 3, &s) && good;
    }
    return good;
}

static bool check_destroy(const struct doc *d, const struct node *at, struct span text)
{
    static const char *const since[] = {" days after request", " days after end",
                                        " days after last use"};
    enum { MAX_DAYS = 3660 };
    size_t cut = span_find(text, ' ');
    uint64_t days;

    for (size_t i = 0; i < sizeof(since) / sizeof(*since); i++) {
        if (span_eq_str(span_from(text, cut), since[i]) &&
            span_to_u64(span_sub(text, 0, cut), MAX_DAYS, &days) && days > 0) {
            return true;
        }
    }
    doc_error(d, at,
              "\"%s\" is not of the form `60 days after request` (or: after end, after "
              "last use)",
              shown_of(text).text);
    return false;
}

static bool check_limits(const struct doc *d, const struct node *n)
{
    static const struct doc_rule limit_rules[] = {
        {"requests-per-minute", doc_read_u64, 0, false},
        {"students-per-day", doc_read_u64, sizeof(uint64_t), false},
    };
    uint64_t limits[2] = {1, 1};
    bool good = doc_fill(d, n, limit_rules, 2, limits);

    if (limits[0] == 0 || limits[1] == 0) {
        doc_error(d, n, "a limit of 0 shares nothing; stop the agreement instead");
        good = false;
    }
    doc_warn(d, n, "limits are not enforced in this version");
    return good;
}

static bool check_ids(const struct doc *d, const struct raw *raw, const struct district *district)
{
    const struct node *at = node_member(d->root, "ids");
    struct span ids = raw->ids.len > 0 ? raw->ids : district->default_ids;
    bool later = span_eq_str(ids, "per-partner") || span_eq_str(ids, "random");

    if (raw->ids_scope != NULL) {
        doc_error_key(d, raw->ids_scope, "ids-scope is not available in this version");
        return false;
    }
    if (span_eq_str(ids, "district-ids")) {
        return true;
    }
    if (ids.len == 0) {
        doc_error(d, at == NULL ? d->root : at, "\"ids\" is missing: write `ids: district-ids`");
    } else if (later) {
        doc_error(d, at, "ids \"%s\" are not available in this version; only district-ids are",
                  shown_of(ids).text);
    } else {
        doc_error(d, at, "\"%s\" is not one of: district-ids per-partner random",
                  shown_of(ids).text);
    }
    return false;
}

/* --- the basis -------------------------------------------------------------------- */

/* What the district must have told parents before this basis can be used. */
static bool check_notice(const struct doc *d, enum basis b, const struct district *district)
{
    const struct annual_notice *n = &district->notice;
    bool criteria =
        district->has_notice && n->school_official.len > 0 && n->legitimate_interest.len > 0;
    const struct node *at = node_member(d->root, "basis");

    if (b == BASIS_SCHOOL_OFFICIAL && !criteria) {
        doc_error(d, at,
                  "school-official needs the annual notice's criteria for \"school "
                  "official\" and \"legitimate educational interest\" under annual-notice "
                  "in district.yaml (34 CFR 99.7(a)(3)(iii))");
        return false;
    }
    if (b == BASIS_DIRECTORY && !district->has_directory) {
        doc_error(d, at,
                  "directory needs the public notice under directory-information in "
                  "district.yaml (34 CFR 99.37(a))");
        return false;
    }
    return true;
}

static bool check_basis(const struct doc *d, const struct raw *raw, const struct district *district)
{
    enum basis b = raw->file.basis;
    const struct node *at = node_member(d->root, "basis");

    if (b == BASIS_COUNT) {
        return false;
    }
    const struct basis_row *row = basis_row(b);
    bool good = basis_check(d, b, raw->file.because, d->root);

    good = check_notice(d, b, district) && good;
    if (row->destroy_law != NULL && raw->destroy_within.len == 0) {
        doc_error(d, d->root,
                  "\"destroy-within\" is missing: %s demands a period of destruction "
                  "(%s)",
                  row->word, row->destroy_law);
        good = false;
    }
    if (!row->available) {
        doc_error(d, at,
                  "the basis %s (%s) is not available in this version: it depends on facts "
                  "about each student that are not held yet",
                  row->word, row->law);
        good = false;
    }
    return good;
}

/* --- the whole -------------------------------------------------------------------- */

static bool read_where(const struct doc *d, const struct node *n, const struct district *district,
                       const struct catalog *catalog, struct agreement_file *out)
{
    struct where w = {NULL, NULL};
    bool good = doc_fill(d, n, where_rules, 2, &w);

    if (w.schools != NULL) {
        good = read_schools(d, w.schools, district, &out->schools) && good;
    }
    if (w.grades != NULL) {
        good = read_grades(d, w.grades, catalog, &out->grades) && good;
    }
    return good;
}

static bool read_members(const struct doc *d, const struct raw *raw, struct agreement_file *out)
{
    struct texts products = {0};
    bool good = raw->products == NULL || doc_read_texts(d, raw->products, &products);

    if (raw->partner != NULL) {
        good = doc_read_id(d, raw->partner, &out->partner) && good;
        out->partner_at = raw->partner;
    }
    if (raw->contract != NULL) {
        good = contract_read(d, raw->contract, out) && good;
    }
    good = exhibit_read(d, raw->exhibit, out) && good;
    if (raw->subprocessors != NULL) {
        good = read_subprocessors(d, raw->subprocessors) && good;
    }
    if (raw->destroy_within.len > 0) {
        good =
            check_destroy(d, node_member(d->root, "destroy-within"), raw->destroy_within) && good;
    }
    good = (raw->limits == NULL || check_limits(d, raw->limits)) && good;
    return read_purposes(d, node_member(d->root, "purposes")) && good;
}

bool agreement_read(const struct doc *d, const struct district *district,
                    const struct catalog *catalog, struct agreement_file *out)
{
    struct raw raw = {.file = {.doc = d, .basis = BASIS_COUNT}};
    bool good = doc_fill(d, d->root, rules, sizeof(rules) / sizeof(*rules), &raw);

    good = read_members(d, &raw, &raw.file) && good;
    if (raw.where != NULL) {
        good = read_where(d, raw.where, district, catalog, &raw.file) && good;
    }
    good = check_ids(d, &raw, district) && good;
    good = check_basis(d, &raw, district) && good;
    *out = raw.file;
    return good;
}
