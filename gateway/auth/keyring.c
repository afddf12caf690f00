/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of all clients, sorted by client id. A key is found by (client, kid,
 * algorithm) and in no other way: there is no search for one that fits, and no
 * client's key is ever tried for another (J22, J28).
 */
#include "auth/keyring.h"

#include "auth/keyring_priv.h"
#include "auth/strict_priv.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_KEYS = 16, MAX_SET_BYTES = 64 * 1024 };

struct keyring {
    uint64_t serial;
    size_t count;
    struct key_owner *owners; /* in byte order of client ids */
    struct key dummies[JWS_ALG_COUNT];
};

/* Where a message about a client's keys belongs. */
struct place {
    struct diag_list *diags;
    const struct client *client;
};

static void complain(const struct place *at, const char *what, size_t key, const char *why)
{
    const struct client *c = at->client;
    char file[256];

    (void)snprintf(file, sizeof(file), "partners/%.*s.yaml", (int)c->partner.len,
                   (const char *)c->partner.ptr);
    if (key == 0) {
        diag_add(at->diags, DIAG_ERROR, file, c->line, c->column, "client %.*s: %s", (int)c->id.len,
                 (const char *)c->id.ptr, what);
    } else {
        diag_add(at->diags, DIAG_ERROR, file, c->line, c->column, "client %.*s: key %zu: %s",
                 (int)c->id.len, (const char *)c->id.ptr, key, why);
    }
}

static void owner_fini(struct key_owner *o)
{
    for (size_t i = 0; o->keys != NULL && i < o->count; i++) {
        key_fini(&o->keys[i]);
    }
    mem_free(o->keys);
    *o = (struct key_owner){0};
}

void keyring_free(struct keyring **k)
{
    if (*k == NULL) {
        return;
    }
    for (size_t i = 0; (*k)->owners != NULL && i < (*k)->count; i++) {
        owner_fini(&(*k)->owners[i]);
    }
    for (int i = 0; i < JWS_ALG_COUNT; i++) {
        key_fini(&(*k)->dummies[i]);
    }
    mem_free((*k)->owners);
    mem_free(*k);
    *k = NULL;
}

static bool has_kid(const struct key_owner *o, const char *kid)
{
    for (size_t i = 0; i < o->count; i++) {
        if (strcmp(o->keys[i].kid, kid) == 0) {
            return true;
        }
    }
    return false;
}

static enum err add_key(const struct place *at, const json_t *jwk, size_t number,
                        struct key_owner *o)
{
    const char *why = NULL;
    struct key k;
    enum err e = key_read(jwk, &k, &why);

    if (e == OK && has_kid(o, k.kid)) {
        key_fini(&k);
        why = "its kid is that of a key above";
        e = ERR_INPUT;
    }
    if (e == ERR_INPUT) {
        complain(at, NULL, number, why);
        return OK; /* the counter of `diags` refuses the whole; other keys are looked at too */
    }
    if (e == OK) {
        o->keys[o->count++] = k;
    }
    return e;
}

static enum err add_keys(const struct place *at, const json_t *keys, struct key_owner *o)
{
    size_t n = json_array_size(keys);
    enum err e = OK;

    if (n == 0 || n > MAX_KEYS) {
        complain(at, "keys must be a JWK set of 1 to 16 public keys", 0, NULL);
        return OK;
    }
    o->keys = mem_alloc_array(n, sizeof(*o->keys));
    if (o->keys == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        e = add_key(at, json_array_get(keys, i), i + 1, o);
    }
    return e;
}

static enum err read_set(const struct place *at, struct key_owner *o)
{
    struct span text = at->client->keys;
    json_t *set = NULL;
    enum err e = text.len > MAX_SET_BYTES ? ERR_INPUT : strict_read(text, &set);

    if (e == ERR_INPUT) {
        complain(at, "keys are not one JSON object without duplicate members", 0, NULL);
        return OK;
    }
    if (e != OK) {
        return e;
    }
    e = add_keys(at, json_object_get(set, "keys"), o);
    json_decref(set);
    return e;
}

static int by_id(const void *a, const void *b)
{
    const struct key_owner *left = a;
    const struct key_owner *right = b;

    return span_cmp(left->client->id, right->client->id);
}

/* Policies have no client twice; were it otherwise, one's keys would answer for the other's. */
static void check_unique(const struct keyring *k, struct diag_list *diags)
{
    for (size_t i = 1; i < k->count; i++) {
        if (by_id(&k->owners[i - 1], &k->owners[i]) == 0) {
            struct place at = {diags, k->owners[i].client};

            complain(&at, "this client id stands twice", 0, NULL);
        }
    }
}

static enum err fill(struct keyring *k, const struct client *const *clients,
                     struct diag_list *diags)
{
    enum err e = OK;

    for (size_t i = 0; i < k->count && e == OK; i++) {
        struct place at = {diags, clients[i]};

        k->owners[i].client = clients[i];
        e = read_set(&at, &k->owners[i]);
    }
    for (int i = 0; i < JWS_ALG_COUNT && e == OK; i++) {
        e = key_make_dummy((enum jws_alg)i, &k->dummies[i]);
    }
    if (e == OK) {
        qsort(k->owners, k->count, sizeof(*k->owners), by_id);
        check_unique(k, diags);
    }
    return e;
}

enum err keyring_from(const struct client *const *clients, size_t n, struct diag_list *diags,
                      struct keyring **out)
{
    static _Atomic uint64_t last_serial;
    unsigned errors = diags->errors;
    struct keyring *k = mem_alloc(sizeof(*k));

    if (k == NULL) {
        return ERR_MEMORY;
    }
    k->serial = atomic_fetch_add(&last_serial, 1) + 1;
    k->owners = mem_alloc_array(n, sizeof(*k->owners));
    k->count = k->owners == NULL ? 0 : n;
    enum err e = k->owners == NULL ? ERR_MEMORY : fill(k, clients, diags);

    if (e == OK && diags->errors != errors) {
        e = ERR_INPUT;
    }
    if (e != OK) {
        keyring_free(&k);
        return e;
    }
    *out = k;
    return OK;
}

enum err keyring_new(const struct policy *policy, struct diag_list *diags, struct keyring **out)
{
    size_t n = policy_client_count(policy);
    const struct client **clients = mem_alloc_array(n, sizeof(*clients));

    if (clients == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        clients[i] = policy_client(policy, i);
    }
    enum err e = keyring_from(clients, n, diags, out);

    mem_free(clients);
    return e;
}

const struct key_owner *keyring_owner(const struct keyring *k, struct span client)
{
    struct client wanted = {.id = client};
    struct key_owner key = {.client = &wanted};

    return k->count == 0 ? NULL : bsearch(&key, k->owners, k->count, sizeof(*k->owners), by_id);
}

const struct key *keyring_key(const struct key_owner *owner, struct span kid, enum jws_alg alg)
{
    for (size_t i = 0; owner != NULL && i < owner->count; i++) {
        if (owner->keys[i].alg == alg && span_eq_str(kid, owner->keys[i].kid)) {
            return &owner->keys[i];
        }
    }
    return NULL;
}

const struct key *keyring_dummy(const struct keyring *k, enum jws_alg alg)
{
    return &k->dummies[alg];
}

uint64_t keyring_serial(const struct keyring *k)
{
    return k->serial;
}
