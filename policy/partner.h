/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_PARTNER_H
#define POLICY_PARTNER_H

#include "policy/doc_read.h"
#include "policy/policy.h"

/* partners/ID.yaml: one organization, its contacts and its registered clients. */
struct client_place {
    const struct node *id; /* where it stands, for messages of later checks */
    const struct node *agreement;
    const struct node *purpose;
};

struct partner {
    const struct doc *doc;
    struct span id;
    struct span name;
    int32_t barred_until; /* 34 CFR 99.67(c); 0: it is not */
    struct client *clients;
    struct client_place *places;
    size_t client_count;
};

/* The files that a partner's `keys: { file: ... }` may name. */
struct key_files {
    const struct policy_file *files;
    size_t count;
};

/*
 * Reads and checks the whole file; every problem is a message. False if any was
 * an error; `out` then holds what could be read. Borrows from document and arena.
 */
bool partner_read(const struct doc *d, const struct key_files *keys, struct partner *out);

#endif
