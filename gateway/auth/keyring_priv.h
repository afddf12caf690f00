/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_KEYRING_PRIV_H
#define AUTH_KEYRING_PRIV_H

#include "auth/key_priv.h"
#include "auth/keyring.h"

/* One client and its keys. */
struct key_owner {
    const struct client *client; /* of the policy */
    struct key *keys;
    size_t count;
};

/* NULL when there is no such client. */
const struct key_owner *keyring_owner(const struct keyring *k, struct span client);

/* The owner's key of this id and algorithm, or NULL; also NULL when `owner` is NULL. */
const struct key *keyring_key(const struct key_owner *owner, struct span kid, enum jws_alg alg);

const struct key *keyring_dummy(const struct keyring *k, enum jws_alg alg);

/* Differs between any two keyrings that this process ever made. */
uint64_t keyring_serial(const struct keyring *k);

#endif
