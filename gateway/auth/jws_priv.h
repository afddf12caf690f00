/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_JWS_PRIV_H
#define AUTH_JWS_PRIV_H

#include "base/err.h"
#include "base/span.h"

/*
 * The form of a token: JWS compact serialization (RFC 7515 3.1, 7.1) and its
 * header. Everything here is independent of who sent it.
 */
enum {
    JWS_MAX_TOKEN = 8192,   /* asked before a token is hashed */
    JWS_MAX_HEADER = 1024,  /* decoded bytes */
    JWS_MAX_PAYLOAD = 4096, /* decoded bytes */
    JWS_MAX_SIGNATURE = 1024,
    JWS_MAX_KID = 128,
    JWS_ES256_BYTES = 64, /* r || s (RFC 7518 3.4) */
};

enum jws_alg { JWS_ES256, JWS_RS256, JWS_ALG_COUNT };

/* "ES256", "RS256". */
const char *jws_alg_name(enum jws_alg alg);

/* False when the name is not exactly one of those. */
bool jws_alg_of(struct span name, enum jws_alg *out);

struct jws {
    struct span signed_part; /* header.payload, of the token given */
    enum jws_alg alg;
    struct span kid; /* of kid_bytes */
    struct span payload;
    struct span signature;
    uint8_t kid_bytes[JWS_MAX_KID];
    uint8_t payload_bytes[JWS_MAX_PAYLOAD];
    uint8_t signature_bytes[JWS_MAX_SIGNATURE];
};

/*
 * Takes a compact token apart. ERR_TOKEN_FORM: characters outside the base64url
 * alphabet, other than three non-empty parts, padding or stray bits, sizes over
 * the limits, a header that is not one JSON object, a member of it that would
 * change what is verified (crit, b64, zip, jwk, jku, x5u, x5c, enc, ...), no
 * `kid`, a signature of a length that the algorithm cannot have. ERR_TOKEN_ALG:
 * `alg` is not allowed. ERR_TOKEN_TYPE: `typ` is not at+jwt (RFC 9068 2.1).
 * ERR_MEMORY. `out` is about 5 KiB and holds pointers into itself: do not copy.
 */
enum err jws_read(struct span token, struct jws *out) MUST_CHECK;

#endif
