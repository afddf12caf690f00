/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims of direct tokens. A claim has the one type that RFC 9068 gives it or
 * the token is refused: a library that is lax here lets a float, a string or an
 * array stand for an expiry or an audience.
 */
#include "auth/claims_priv.h"

#include "auth/strict_priv.h"

enum { MAX_NAME = 256, MAX_AUDIENCE = 1024 };

/* The last second of the year 9999: larger numbers are no times. */
static const int64_t LAST_SECOND = 253402300799;

static bool read_name(const json_t *root, const char *claim, size_t max, struct span *out)
{
    *out = strict_text(root, claim);
    return strict_is_name(*out, max);
}

static bool read_time(const json_t *root, const char *claim, int64_t *out)
{
    const json_t *value = json_object_get(root, claim);

    if (!json_is_integer(value)) {
        return false;
    }
    *out = json_integer_value(value);
    return *out > 0 && *out <= LAST_SECOND;
}

static bool has_sound_options(const json_t *root, struct claims *c)
{
    const json_t *scope = json_object_get(root, "scope");

    if (json_object_get(root, "nbf") != NULL && !read_time(root, "nbf", &c->not_before_s)) {
        return false;
    }
    c->is_bound = json_object_get(root, "cnf") != NULL;
    return scope == NULL || json_is_string(scope);
}

static bool read_all(const json_t *root, struct claims *c)
{
    struct span token_id;

    return read_name(root, "iss", MAX_NAME, &c->issuer) &&
           read_name(root, "sub", MAX_NAME, &c->subject) &&
           read_name(root, "client_id", MAX_NAME, &c->client) &&
           read_name(root, "aud", MAX_AUDIENCE, &c->audience) &&
           read_name(root, "jti", MAX_NAME, &token_id) && read_time(root, "exp", &c->expires_s) &&
           read_time(root, "iat", &c->issued_s) && has_sound_options(root, c);
}

enum err claims_read(struct span payload, struct claims *out)
{
    struct claims c = {0};
    enum err e = strict_read(payload, &c.root);

    if (e != OK) {
        return e == ERR_MEMORY ? e : ERR_TOKEN_CLAIM;
    }
    if (!read_all(c.root, &c)) {
        claims_fini(&c);
        return ERR_TOKEN_CLAIM;
    }
    *out = c;
    return OK;
}

void claims_fini(struct claims *c)
{
    json_decref(c->root);
    *c = (struct claims){0};
}

enum err claims_check_time(int64_t not_before_ms, int64_t expires_ms, int64_t now_ms)
{
    if (now_ms >= expires_ms) {
        return ERR_TOKEN_EXPIRED;
    }
    return now_ms + CLAIMS_SKEW_S * 1000 < not_before_ms ? ERR_TOKEN_EARLY : OK;
}

enum err claims_check(const struct claims *c, const struct client *client, struct span audience,
                      int64_t now_ms)
{
    int64_t start_s = c->not_before_s > c->issued_s ? c->not_before_s : c->issued_s;

    if (!span_eq(c->issuer, client->id) || !span_eq(c->subject, client->id) ||
        !span_eq(c->client, client->id)) {
        return ERR_TOKEN_ISSUER;
    }
    if (!span_eq(c->audience, audience)) {
        return ERR_TOKEN_AUDIENCE;
    }
    if (c->is_bound) {
        return ERR_TOKEN_BINDING;
    }
    if (c->expires_s <= c->issued_s || c->expires_s - c->issued_s > client->max_token_s) {
        return ERR_TOKEN_LIFETIME;
    }
    return claims_check_time(start_s * 1000, c->expires_s * 1000, now_ms);
}
