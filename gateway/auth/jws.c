/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of a compact JWS. One byte string has one meaning or none:
 * base64url is canonical, header members that could change the meaning are
 * refused rather than ignored (RFC 8725bis 3), JSON serialization and JWE do
 * not have three parts and end here.
 */
#include "auth/jws_priv.h"

#include "auth/strict_priv.h"
#include "base/text.h"

static const char *const ALG_NAMES[JWS_ALG_COUNT] = {
    [JWS_ES256] = "ES256",
    [JWS_RS256] = "RS256",
};

/* Members that say: verify otherwise, with another key, or decrypt first. */
static const char *const REFUSED[] = {"crit", "b64", "zip", "jku", "jwk", "x5u", "x5c", "enc",
                                      "epk",  "apu", "apv", "p2c", "p2s", "iv",  "tag", "cty"};

const char *jws_alg_name(enum jws_alg alg)
{
    return ALG_NAMES[alg];
}

bool jws_alg_of(struct span name, enum jws_alg *out)
{
    for (int i = 0; i < JWS_ALG_COUNT; i++) {
        if (span_eq_str(name, ALG_NAMES[i])) {
            *out = (enum jws_alg)i;
            return true;
        }
    }
    return false;
}

static bool has_refused(const json_t *header)
{
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        if (json_object_get(header, REFUSED[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_access_token(struct span typ)
{
    return span_eq(typ, SPAN("at+jwt")) || span_eq(typ, SPAN("application/at+jwt"));
}

static enum err read_members(const json_t *header, struct jws *out)
{
    struct span kid = strict_text(header, "kid");

    if (has_refused(header)) {
        return ERR_TOKEN_FORM;
    }
    if (!jws_alg_of(strict_text(header, "alg"), &out->alg)) {
        return ERR_TOKEN_ALG;
    }
    if (!is_access_token(strict_text(header, "typ"))) {
        return ERR_TOKEN_TYPE;
    }
    if (!strict_is_name(kid, JWS_MAX_KID)) {
        return ERR_TOKEN_FORM;
    }
    memcpy(out->kid_bytes, kid.ptr, kid.len);
    out->kid = span_of(out->kid_bytes, kid.len);
    return OK;
}

static enum err decode(struct span part, uint8_t *room, size_t cap, struct span *out)
{
    size_t len;

    if (part.len == 0 || text_base64url_decode(part, room, cap, &len) != OK) {
        return ERR_TOKEN_FORM;
    }
    *out = span_of(room, len);
    return OK;
}

static enum err read_header(struct span part, struct jws *out)
{
    uint8_t room[JWS_MAX_HEADER];
    struct span text;
    json_t *header = NULL;
    enum err e = decode(part, room, sizeof(room), &text);

    if (e != OK) {
        return e;
    }
    e = strict_read(text, &header);
    if (e != OK) {
        return e == ERR_MEMORY ? e : ERR_TOKEN_FORM;
    }
    e = read_members(header, out);
    json_decref(header);
    return e;
}

static bool fits(const struct jws *jws)
{
    return jws->alg != JWS_ES256 || jws->signature.len == JWS_ES256_BYTES;
}

enum err jws_read(struct span token, struct jws *out)
{
    struct span rest = token;
    struct span header = span_cut(&rest, '.');
    struct span payload = span_cut(&rest, '.');
    size_t signed_len = header.len + 1 + payload.len;

    /* A second dot must have been there, and no third: `.` is not in the alphabet. */
    if (rest.len == 0) {
        return ERR_TOKEN_FORM;
    }
    enum err e = decode(payload, out->payload_bytes, sizeof(out->payload_bytes), &out->payload);

    if (e == OK) {
        e = decode(rest, out->signature_bytes, sizeof(out->signature_bytes), &out->signature);
    }
    if (e == OK) {
        e = read_header(header, out);
    }
    if (e == OK && !fits(out)) {
        e = ERR_TOKEN_FORM;
    }
    out->signed_part = span_sub(token, 0, signed_len);
    return e;
}
