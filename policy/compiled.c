/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an agreement's file to what decisions see of it. The basis decides whose
 * own facts count and how the ledger classes its disclosures.
 */
#include "policy/day.h"
#include "policy/policy_priv.h"

static enum err version_of(struct span bytes, uint64_t *version)
{
    uint8_t digest[DIGEST_BYTES];
    enum err e = digest_of(bytes, digest);

    for (size_t i = 0; e == OK && i < sizeof(*version); i++) {
        *version = *version << 8 | digest[i];
    }
    return e;
}

static const struct fact_set *limited_to(struct compiled *c, const struct agreement_file *file,
                                         enum where kind)
{
    const struct texts *list = &file->where[kind];

    c->where[kind] = (struct fact_set){TRI_YES, list->items, list->count};
    return list->count > 0 ? &c->where[kind] : NULL;
}

/* 34 CFR 99.37(a)(3): not before the time in which parents may refuse is over. */
static void show_directory(struct agreement *a, const struct directory_notice *n)
{
    int32_t first = n->opt_out_until == 0 ? a->from : day_add(n->opt_out_until, 1);

    a->designated = n->designated;
    a->from = a->from < first ? first : a->from;
}

static void show_basis(struct agreement *a, const struct agreement_file *file)
{
    const struct basis_row *row = basis_row(file->basis);
    bool sealed = file->basis == BASIS_JUDICIAL && node_member(file->because, "sealed") != NULL;

    a->kind = file->basis;
    a->basis = span_str(row->word);
    a->ledger_class = row->exempt_law != NULL ? a->basis : SPAN("99.32");
    a->ledger_class = sealed ? SPAN("sealed") : a->ledger_class; /* 99.32(d)(5) */
    a->by_naming = row->way == BY_NAMING;
    a->by_consent = row->way == BY_CONSENT;
    a->by_directory = row->way == BY_DESIGNATION;
    if (a->by_directory) {
        show_directory(a, &file->district->directory);
    }
}

enum err compiled_show(struct compiled *c, const struct agreement_file *file, struct span bytes)
{
    c->shown = (struct agreement){
        .id = file->id,
        .partner = file->partner,
        .interest = file->interest,
        .from = file->from,
        .ends = file->ends,
        .purposes = file->purposes.items,
        .purpose_count = file->purposes.count,
        .ids = file->ids,
        .ids_for_agreement = file->ids_for_agreement,
        .epoch = (uint32_t)file->district->key_epoch,
        .requests_per_minute = file->requests_per_minute,
        .students_per_day = file->students_per_day,
        .stopped_on = file->ending.stopped_on,
    };
#define SHOW_WHERE(sym, member) c->shown.member = limited_to(c, file, (sym));
    WHERE_TABLE(SHOW_WHERE)
#undef SHOW_WHERE
    if (file->basis != BASIS_COUNT) {
        show_basis(&c->shown, file);
    }
    return version_of(bytes, &c->shown.version);
}

static bool shares_label(const struct resource *r, const struct cell *cells, uint8_t label)
{
    for (size_t i = 0; cells != NULL && i < r->field_count; i++) {
        bool shared = cells[i].at != NULL && cells[i].rule.transform != TRANSFORM_OMIT;

        if (shared && (r->fields[i].labels & label) != 0) {
            return true;
        }
    }
    return false;
}

void compiled_class(struct compiled *c, const struct sharing *s)
{
    for (size_t i = 0; i < catalog_resource_count(s->catalog) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(s->catalog, i / ROLE_COUNT);
        enum role role = (enum role)(i % ROLE_COUNT);

        if (shares_label(r, sharing_cells(s, i / ROLE_COUNT, role), LABEL_IDEA)) {
            c->shown.ledger_class = SPAN("idea");
        }
    }
}
