/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registered clients: whoever holds a key gets the data, so that a key more is a
 * widening like a field more.
 */
#include "policy/diff_priv.h"

/* --- key sets ---------------------------------------------------------------------- */

/*
 * The next `{...}` inside the list of a set that jwks.c wrote: objects hold strings
 * only. Empty at the end.
 */
static struct span next_key(struct span *rest)
{
    size_t start = span_find(*rest, '{');
    bool quoted = false;

    for (size_t i = start; i < rest->len; i++) {
        uint8_t c = rest->ptr[i];

        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == '}' && !quoted) {
            struct span key = span_sub(*rest, start, i + 1 - start);

            *rest = span_from(*rest, i + 1);
            return key;
        }
    }
    *rest = (struct span){NULL, 0};
    return *rest;
}

static bool has_key(struct span set, struct span key)
{
    struct span rest = span_from(set, 1);

    for (struct span k = next_key(&rest); k.len > 0; k = next_key(&rest)) {
        if (span_eq(k, key)) {
            return true;
        }
    }
    return false;
}

static enum diff_kind compare_keys(struct span was, struct span now)
{
    struct span rest = span_from(now, 1);

    if (span_eq(was, now)) {
        return DIFF_UNCHANGED;
    }
    for (struct span k = next_key(&rest); k.len > 0; k = next_key(&rest)) {
        if (!has_key(was, k)) {
            return DIFF_WIDENED;
        }
    }
    return DIFF_NARROWED;
}

static unsigned count_keys(struct span set)
{
    struct span rest = span_from(set, 1);
    unsigned n = 0;

    for (struct span k = next_key(&rest); k.len > 0; k = next_key(&rest)) {
        n++;
    }
    return n;
}

/* --- clients ----------------------------------------------------------------------- */

static struct diff_change about(const struct client *c, enum diff_subject subject)
{
    return (struct diff_change){
        .subject = subject, .partner = c->partner, .agreement = c->agreement, .client = c->id};
}

static struct span holding(struct differ *d, const struct client *c)
{
    return diff_text(d, "%.*s for %.*s", (int)c->agreement.len, (const char *)c->agreement.ptr,
                     (int)c->purpose.len, (const char *)c->purpose.ptr);
}

static void compare_client(struct differ *d, const struct client *was, const struct client *now)
{
    struct diff_change change = about(now, DIFF_CLIENT);

    if (!span_eq(was->agreement, now->agreement) || !span_eq(was->purpose, now->purpose) ||
        !span_eq(was->partner, now->partner)) {
        change.kind = DIFF_WIDENED;
        change.was = holding(d, was);
        change.now = holding(d, now);
        diff_tell(d, &change);
    }
    change = about(now, DIFF_KEYS);
    change.kind = compare_keys(was->keys, now->keys);
    if (change.kind != DIFF_UNCHANGED) {
        change.was = diff_text(d, "%u keys", count_keys(was->keys));
        change.now = diff_text(d, "%u keys%s", count_keys(now->keys),
                               change.kind == DIFF_WIDENED ? ", some of them new" : "");
        diff_tell(d, &change);
    }
    change = about(now, DIFF_TOKENS);
    if (was->max_token_s != now->max_token_s) {
        change.kind = now->max_token_s > was->max_token_s ? DIFF_WIDENED : DIFF_NARROWED;
        change.was = diff_text(d, "%u", was->max_token_s);
        change.now = diff_text(d, "%u", now->max_token_s);
        diff_tell(d, &change);
    }
}

void diff_clients(struct differ *d)
{
    for (size_t i = 0; i < policy_client_count(d->now); i++) {
        const struct client *now = policy_client(d->now, i);
        const struct client *was = policy_find_client(d->was, now->id);
        struct diff_change change = about(now, DIFF_CLIENT);

        if (was != NULL) {
            compare_client(d, was, now);
            continue;
        }
        change.kind = DIFF_WIDENED;
        change.now = holding(d, now);
        diff_tell(d, &change);
    }
    for (size_t i = 0; i < policy_client_count(d->was); i++) {
        const struct client *was = policy_client(d->was, i);
        struct diff_change change = about(was, DIFF_CLIENT);

        if (policy_find_client(d->now, was->id) == NULL) {
            change.kind = DIFF_NARROWED;
            change.was = holding(d, was);
            diff_tell(d, &change);
        }
    }
}
