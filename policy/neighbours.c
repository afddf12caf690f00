/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreements side by side. No clock: two of them stand beside each other when
 * their times overlap, whether those times are past or not.
 */
#include "policy/neighbours.h"

#include "policy/day.h"
#include "policy/nearest.h"

/* --- coded and identified records in the same hands (I5) ---------------------------- */

static bool is_identified(const struct agreement_file *a)
{
    bool families =
        node_member(a->share, "students") != NULL || node_member(a->share, "guardians") != NULL;

    return a->basis != BASIS_COUNT && basis_row(a->basis)->way != BY_RELEASE && families;
}

/* What was destroyed, certified, joins nothing. */
static bool overlaps(const struct agreement_file *a, const struct agreement_file *b)
{
    return b->ending.certified_on == 0 && a->from <= b->ends;
}

static struct span partner_name(const struct policy *p, struct span id)
{
    for (size_t i = 0; i < p->partner_count; i++) {
        if (span_eq(p->partners[i].id, id)) {
            return p->partners[i].name;
        }
    }
    return span_of(NULL, 0);
}

static bool names(const struct agreement_file *a, struct span party)
{
    for (size_t i = 0; party.len > 0 && i < a->subprocessor_count; i++) {
        if (span_eq_nocase(a->subprocessors[i], party)) {
            return true;
        }
    }
    return false;
}

/* True if one organization holds what both send: a partner, or a subprocessor of either. */
static bool share_hands(const struct policy *p, const struct agreement_file *a,
                        const struct agreement_file *b)
{
    if (span_eq(a->partner, b->partner) || names(a, partner_name(p, b->partner)) ||
        names(b, partner_name(p, a->partner))) {
        return true;
    }
    for (size_t i = 0; i < a->subprocessor_count; i++) {
        if (names(b, a->subprocessors[i])) {
            return true;
        }
    }
    return false;
}

static void check_release(const struct policy *p, const struct agreement_file *a)
{
    for (size_t i = 0; i < p->agreement_count; i++) {
        const struct agreement_file *b = &p->files[i];

        if (b != a && is_identified(b) && overlaps(a, b) && share_hands(p, a, b)) {
            doc_error(a->doc, node_member(a->doc->root, "basis"),
                      "%s beside the identified agreement \"%s\" of the same hands could be joined "
                      "with it, and so is not de-identified (34 CFR 99.31(b)(1))",
                      basis_row(a->basis)->word, shown_of(b->id).text);
        }
    }
}

/* --- one emergency after another (L4) ----------------------------------------------- */

static void check_emergency(const struct policy *p, const struct agreement_file *a)
{
    enum { SOON_DAYS = 30 };
    int32_t opened = basis_date(a->because, "opened");

    if (opened == 0 || node_member(a->because, "compliance-officer") != NULL) {
        return;
    }
    for (size_t i = 0; i < p->agreement_count; i++) {
        const struct agreement_file *b = &p->files[i];
        int32_t before = b->basis == BASIS_EMERGENCY ? basis_date(b->because, "opened") : 0;
        bool earlier = before != 0 && (before < opened || (before == opened && b < a));

        if (b != a && span_eq(a->partner, b->partner) && earlier &&
            day_between(before, opened) <= SOON_DAYS) {
            doc_error(a->doc, node_member(a->because, "opened"),
                      "the partner had the emergency agreement \"%s\" within 30 days before: say "
                      "under because: compliance-officer who agreed to another one (a rule of "
                      "this gateway; 34 CFR 99.36 has none)",
                      shown_of(b->id).text);
        }
    }
}

void neighbours_check(const struct policy *p)
{
    for (size_t i = 0; i < p->agreement_count; i++) {
        const struct agreement_file *a = &p->files[i];

        if (a->basis == BASIS_EMERGENCY) {
            check_emergency(p, a);
        } else if (a->basis != BASIS_COUNT && basis_row(a->basis)->way == BY_RELEASE) {
            check_release(p, a);
        }
    }
}
