/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One key for each agreement that translates ids, in the order of the policy.
 */
#include "redact/id_keys.h"

#include "base/mem.h"
#include "policy/translation.h"

struct id_key {
    const struct agreement *agreement;
    uint8_t bytes[IDMAP_KEY_BYTES];
};

struct id_keys {
    struct id_key *items;
    size_t count;
};

const struct agreement *id_keys_need(const struct policy *p)
{
    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        if (translation_is_on(policy_agreement(p, i))) {
            return policy_agreement(p, i);
        }
    }
    return NULL;
}

void id_keys_free(struct id_keys **k)
{
    if (*k != NULL) {
        mem_wipe((*k)->items, (*k)->count * sizeof(*(*k)->items));
        mem_free((*k)->items);
        mem_free(*k);
        *k = NULL;
    }
}

static enum err add(struct id_keys *out, const struct agreement *a, const struct keys *k)
{
    const struct key_name name = {
        .purpose = "id",
        .partner = a->partner,
        .agreement = a->ids_for_agreement ? a->id : SPAN(""),
        .what = SPAN("sourcedId"),
        .epoch = a->epoch,
    };
    struct id_key *item = &out->items[out->count];

    if (k == NULL || a->ids != IDS_PER_PARTNER) {
        return ERR_INPUT;
    }
    item->agreement = a;
    out->count++;
    return keys_derive(k, &name, item->bytes, sizeof(item->bytes));
}

enum err id_keys_new(const struct policy *p, const struct keys *k, struct id_keys **out)
{
    struct id_keys *made = mem_alloc(sizeof(*made));
    size_t n = policy_agreement_count(p);

    if (made == NULL) {
        return ERR_MEMORY;
    }
    made->items = mem_alloc_array(n, sizeof(*made->items));
    enum err e = made->items == NULL ? ERR_MEMORY : OK;

    for (size_t i = 0; e == OK && i < n; i++) {
        if (translation_is_on(policy_agreement(p, i))) {
            e = add(made, policy_agreement(p, i), k);
        }
    }
    if (e != OK) {
        id_keys_free(&made);
        return e;
    }
    *out = made;
    return OK;
}

enum err id_keys_map(const struct id_keys *k, const struct agreement *a, struct idmap **out)
{
    bool own = a->ids_for_agreement;
    struct idmap_bond bond = {own ? SPAN("agreement") : SPAN("partner"), own ? a->id : a->partner,
                              a->epoch};

    if (!translation_is_on(a)) {
        *out = NULL;
        return OK;
    }
    for (size_t i = 0; k != NULL && i < k->count; i++) {
        if (k->items[i].agreement == a) {
            return idmap_new(k->items[i].bytes, &bond, out);
        }
    }
    return ERR_INPUT;
}
