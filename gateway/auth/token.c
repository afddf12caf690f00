/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an Authorization header to a client. In this order: form, which is the
 * same for everybody; cache; signature, which says nothing but yes or no; and
 * only then the claims, whose errors help a partner's developer and tell nobody
 * else anything.
 *
 * Invariant: `out` is written at one place, after every check has passed.
 */
#include "auth/token.h"

#include "auth/claims_priv.h"
#include "auth/jws_priv.h"
#include "auth/keyring_priv.h"
#include "auth/token_cache_priv.h"

/* RFC 9110 11.2, the characters of token68 but its `=` at the end. */
static bool is_token68(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           memchr("-._~+/", c, 6) != NULL;
}

/* RFC 6750 2.1; the scheme's name is case-insensitive (RFC 9110 11.1). */
static enum err read_header(struct span value, struct span *token)
{
    struct span rest = value;
    struct span scheme = span_cut(&rest, ' ');

    if (!span_eq_nocase(scheme, SPAN("Bearer"))) {
        return ERR_TOKEN_MISSING;
    }
    size_t len = rest.len;

    while (len > 0 && rest.ptr[len - 1] == '=') {
        len--;
    }
    if (len == 0) {
        return ERR_TOKEN_REQUEST;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_token68(rest.ptr[i])) {
            return ERR_TOKEN_REQUEST;
        }
    }
    *token = rest;
    return OK;
}

static enum err hash(struct token_cache *cache, struct span token, uint8_t out[DIGEST_BYTES])
{
    struct digest *d = token_cache_digest(cache);
    enum err e = digest_begin(d);

    e = e != OK ? e : digest_add(d, token);
    return e != OK ? e : digest_end(d, out);
}

/*
 * Verifies against the named key, or against one that nobody holds so that the
 * time is spent either way. The dummy's answer is never used.
 */
static enum err verify(const struct key *k, const struct key *dummy, EVP_MD_CTX *ctx,
                       const struct jws *jws)
{
    static const uint8_t zeros[JWS_MAX_SIGNATURE];

    if (k != NULL && jws->signature.len == k->signature_len) {
        return key_verify(k, ctx, jws->signed_part, jws->signature);
    }
    struct span stand_in = span_of(zeros, dummy->signature_len);

    if (jws->signature.len == dummy->signature_len) {
        stand_in = jws->signature;
    }
    enum err e = key_verify(dummy, ctx, jws->signed_part, stand_in);

    return e == ERR_CRYPTO ? e : ERR_TOKEN_KEY;
}

static enum err check_claims(const struct token_rules *rules, struct token_cache *cache,
                             const struct jws *jws, int64_t now_ms, struct token_entry *out)
{
    struct claims c;
    enum err e = claims_read(jws->payload, &c);

    if (e != OK) {
        return e;
    }
    const struct key_owner *owner = keyring_owner(rules->keyring, c.issuer);
    const struct key *k = keyring_key(owner, jws->kid, jws->alg);

    e = verify(k, keyring_dummy(rules->keyring, jws->alg), token_cache_context(cache), jws);
    if (e == OK) {
        e = claims_check(&c, owner->client, rules->audience, now_ms);
    }
    if (e == OK) {
        out->client = owner->client;
        out->not_before_ms = 1000 * (c.not_before_s > c.issued_s ? c.not_before_s : c.issued_s);
        out->expires_ms = 1000 * c.expires_s;
    }
    claims_fini(&c);
    return e;
}

static enum err check_anew(const struct token_rules *rules, struct token_cache *cache,
                           struct span token, int64_t now_ms, struct token_entry *out)
{
    struct jws jws;
    enum err e = jws_read(token, &jws);

    if (e == OK) {
        e = check_claims(rules, cache, &jws, now_ms, out);
    }
    if (e == OK) {
        token_cache_add(cache, out);
    }
    return e;
}

static enum err check_cached(struct token_cache *cache, const struct token_entry *found,
                             int64_t now_ms, struct token_entry *out)
{
    enum err e = claims_check_time(found->not_before_ms, found->expires_ms, now_ms);

    *out = *found;
    if (e == ERR_TOKEN_EXPIRED) {
        token_cache_drop(cache, out->digest);
    }
    return e;
}

enum err token_check(const struct token_rules *rules, struct token_cache *cache,
                     struct span authorization, int64_t now_ms, struct token_info *out)
{
    struct token_entry entry = {0};
    struct span token;
    enum err e = read_header(authorization, &token);

    if (e == OK && token.len > JWS_MAX_TOKEN) {
        e = ERR_TOKEN_FORM;
    }
    if (e == OK) {
        e = hash(cache, token, entry.digest);
    }
    if (e != OK) {
        return e;
    }
    token_cache_bind(cache, keyring_serial(rules->keyring));
    const struct token_entry *found = token_cache_find(cache, entry.digest);

    e = found != NULL ? check_cached(cache, found, now_ms, &entry)
                      : check_anew(rules, cache, token, now_ms, &entry);
    if (e == OK) {
        out->client = entry.client;
        out->expires_ms = entry.expires_ms;
        memcpy(out->digest, entry.digest, sizeof(out->digest));
    }
    return e;
}
