/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an agreement's file but for `share`. Members of the final language
 * that this version cannot honour are errors where ignoring them would release
 * more than the file says, and warnings where it would not.
 */
#include "policy/agreement.h"

#include "policy/agreement_priv.h"
#include "policy/nearest.h"

struct raw {
    struct agreement_file file;
    struct span ids;
    struct span ids_scope;
    const struct node *partner;
    const struct node *products;
    const struct node *contract;
    const struct node *exhibit;
    const struct node *where;
    const struct node *limits;
    const struct node *subprocessors;
    const struct node *ended;
    const struct node *offer;
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
    {"destroy-within", doc_read_text, offsetof(struct raw, file.destroy_within), false},
    {"exhibit-b", doc_read_node, offsetof(struct raw, exhibit), false},
    {"share", doc_read_node, offsetof(struct raw, file.share), true},
    {"where", doc_read_node, offsetof(struct raw, where), false},
    {"ids", doc_read_text, offsetof(struct raw, ids), false},
    {"ids-scope", doc_read_text, offsetof(struct raw, ids_scope), false},
    {"limits", doc_read_node, offsetof(struct raw, limits), false},
    {"ended", doc_read_node, offsetof(struct raw, ended), false},
    {"accepts-offer-of", doc_read_node, offsetof(struct raw, offer), false},
};

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

static bool read_subprocessors(const struct doc *d, const struct node *list,
                               struct agreement_file *out)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    out->subprocessors = arena_array(d->arena, list->count, sizeof(*out->subprocessors));
    bool good = out->subprocessors != NULL;

    for (const struct node *n = list->first; out->subprocessors != NULL && n != NULL; n = n->next) {
        struct subprocessor s = {.interest = BASIS_COUNT};

        good = doc_fill(d, n, subprocessor_rules, 3, &s) && good;
        out->subprocessors[out->subprocessor_count++] = s.name;
    }
    return good;
}

static const struct doc_rule offer_rules[] = {
    {"agreement", doc_read_id, offsetof(struct agreement_file, offer), true},
    {"sha256", doc_read_text, offsetof(struct agreement_file, offer_sha256), true},
};

/* NDPA Exhibit E: whose general offer of terms this agreement accepts, pinned by digest. */
static bool read_offer(const struct doc *d, const struct node *n, struct agreement_file *out)
{
    bool good = doc_fill(d, n, offer_rules, 2, out);

    out->offer_at = n;
    if (out->offer_sha256.len > 0 && !basis_is_digest(out->offer_sha256)) {
        doc_error(d, node_member(n, "sha256"),
                  "a SHA-256 digest is 64 digits 0-9 a-f; `sha256sum FILE` prints it");
        good = false;
    }
    return good;
}

static bool read_limits(const struct doc *d, const struct node *n, struct agreement_file *out)
{
    static const struct doc_rule limit_rules[] = {
        {"requests-per-minute", doc_read_u64, offsetof(struct agreement_file, requests_per_minute),
         false},
        {"students-per-day", doc_read_u64, offsetof(struct agreement_file, students_per_day),
         false},
    };
    bool good = doc_fill(d, n, limit_rules, 2, out);

    for (const struct node *m = n->first; n->kind == NODE_MAP && m != NULL; m = m->next) {
        if (span_eq_str(m->text, "0")) {
            doc_error(d, m, "a limit of 0 shares nothing; stop the agreement instead");
            good = false;
        }
    }
    return good;
}

/* --- ids ------------------------------------------------------------------------- */

/* What this version can put in force: the one place that refuses ways of naming records. */
static bool check_ids(const struct doc *d, const struct agreement_file *a)
{
    const struct node *at = node_member(d->root, "ids");

    if (a->ids != IDS_RANDOM) {
        return true;
    }
    doc_error(d, at == NULL ? d->root : at,
              "ids \"random\" are not available in this version; district-ids and "
              "per-partner are");
    return false;
}

/* Random codes of a partner that come back in another agreement would join the two. */
static bool read_ids_scope(const struct doc *d, const struct raw *raw, struct agreement_file *out)
{
    const struct node *at = node_member(d->root, "ids-scope");

    if (raw->ids_scope.len == 0 || span_eq_str(raw->ids_scope, "partner")) {
        return true;
    }
    if (!span_eq_str(raw->ids_scope, "agreement")) {
        doc_error(d, at, "\"%s\" is not one of: partner agreement", shown_of(raw->ids_scope).text);
        return false;
    }
    if (out->ids == IDS_DISTRICT) {
        doc_error(d, at,
                  "district-ids are the same in every agreement; ids-scope goes with "
                  "per-partner and random");
        return false;
    }
    out->ids_for_agreement = true;
    return true;
}

static bool read_ids(const struct doc *d, const struct raw *raw, struct agreement_file *out)
{
    const struct node *at = node_member(d->root, "ids");
    struct span ids = raw->ids.len > 0 ? raw->ids : out->district->default_ids;

    if (span_eq_str(ids, "per-partner")) {
        out->ids = IDS_PER_PARTNER;
    } else if (span_eq_str(ids, "random")) {
        out->ids = IDS_RANDOM;
    } else if (ids.len == 0) {
        doc_error(d, at == NULL ? d->root : at, "\"ids\" is missing: write `ids: district-ids`");
        return false;
    } else if (!span_eq_str(ids, "district-ids")) {
        doc_error(d, at, "\"%s\" is not one of: district-ids per-partner random",
                  shown_of(ids).text);
        return false;
    }
    return read_ids_scope(d, raw, out) && check_ids(d, out);
}

/* --- the whole -------------------------------------------------------------------- */

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
        good = read_subprocessors(d, raw->subprocessors, out) && good;
    }
    if (out->destroy_within.len > 0) {
        good =
            ending_check_period(d, node_member(d->root, "destroy-within"), out->destroy_within) &&
            good;
    }
    good = ending_read(d, raw->ended, out) && good;
    good = (raw->offer == NULL || read_offer(d, raw->offer, out)) && good;
    good = (raw->limits == NULL || read_limits(d, raw->limits, out)) && good;
    return read_purposes(d, node_member(d->root, "purposes")) && good;
}

bool agreement_read(const struct doc *d, const struct district *district,
                    const struct catalog *catalog, struct agreement_file *out)
{
    struct raw raw = {.file = {.doc = d, .district = district, .basis = BASIS_COUNT}};
    bool good = doc_fill(d, d->root, rules, sizeof(rules) / sizeof(*rules), &raw);

    good = read_members(d, &raw, &raw.file) && good;
    good =
        (raw.where == NULL || where_read(d, raw.where, district, catalog, raw.file.where)) && good;
    good = read_ids(d, &raw, &raw.file) && good;
    good = agreement_check_basis(&raw.file) && good;
    *out = raw.file;
    return good;
}
