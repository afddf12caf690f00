/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/needs.h"

/* Local fields of a resource that are statuses or programs; past the most, they stay unknown. */
static void add_locals(struct needs *n, const struct catalog *catalog, const char *name,
                       uint8_t facts)
{
    const struct resource *r = catalog_find(catalog, span_str(name));

    for (unsigned i = 0; r != NULL && i < r->field_count; i++) {
        if ((r->fields[i].facts & facts) != 0 && n->all.local_count < ROSTER_MAX_LOCALS) {
            n->locals[n->all.local_count++] = (struct roster_local){
                r->name, r->fields[i].path, (r->fields[i].facts & FACT_PROGRAM) != 0};
        }
    }
}

void needs_find(const struct policy *p, struct needs *n)
{
    struct roster_needs needs = {0};
    uint8_t facts = 0;

    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        const struct agreement *a = policy_agreement(p, i);

        needs.enrollments =
            needs.enrollments || a->classes != NULL || a->courses != NULL || a->terms != NULL;
        needs.birth = needs.birth || a->by_consent; /* a parent's consent ends with childhood */
        facts |= (uint8_t)(a->statuses != NULL ? FACT_STATUS : 0);
        facts |= (uint8_t)(a->programs != NULL ? FACT_PROGRAM : 0);
    }
    n->all = needs;
    n->all.locals = n->locals;
    add_locals(n, policy_catalog(p), "users", facts);
    add_locals(n, policy_catalog(p), "demographics", facts);
    add_locals(n, policy_catalog(p), "enrollments", facts);
}
