/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing positions with AES-256-GCM. The bond is authenticated as a digest of
 * its parts, each with its length, so that no two bonds share bytes.
 */
#include "proxy/cursor.h"

#include "base/text.h"

enum { PLAIN_BYTES = 16, SEALED_BYTES = PLAIN_BYTES + SEAL_OVERHEAD, MAX_BOND = 16 * 1024 };

static void put_part(struct buf *out, struct span part)
{
    buf_put_u64(out, part.len);
    buf_put_byte(out, ':');
    buf_put(out, part);
}

static enum err bond_digest(const struct cursor_bond *bond, uint8_t out[DIGEST_BYTES])
{
    const struct query *q = bond->plan->query;
    struct buf text;

    buf_init(&text, MAX_BOND);
    put_part(&text, bond->client);
    put_part(&text, bond->plan->agreement->id);
    put_part(&text, bond->plan->resource->name);
    query_put_clauses(&text, q);
    put_part(&text, SPAN("source")); /* positions count the rows of what the source was asked */
    query_put_filter(&text, bond->source, &bond->plan->open);
    put_part(&text, q->sort == NULL ? span_str("") : q->sort->path);
    put_part(&text, q->descending ? span_str("desc") : span_str("asc"));
    if (q->has_fields) {
        put_part(&text, span_of(&q->fields, sizeof(q->fields)));
    }
    enum err e = buf_err(&text);

    e = e != OK ? e : digest_of(buf_span(&text), out);
    buf_fini(&text);
    return e;
}

static void put_be64(uint8_t *at, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)(v >> (56 - 8 * i));
    }
}

static uint64_t get_be64(const uint8_t *at)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++) {
        v = v << 8 | at[i];
    }
    return v;
}

enum err cursor_put(struct buf *out, const uint8_t key[SEAL_KEY_BYTES],
                    const struct cursor_bond *bond, struct position at)
{
    uint8_t plain[PLAIN_BYTES], sealed[SEALED_BYTES], digest[DIGEST_BYTES];
    enum err e = bond_digest(bond, digest);

    put_be64(plain, at.source);
    put_be64(plain + 8, at.visible);
    if (e == OK) {
        e = digest_seal(key, span_of(plain, sizeof(plain)), span_of(digest, sizeof(digest)),
                        sealed);
    }
    if (e == OK) {
        text_base64url(out, span_of(sealed, sizeof(sealed)));
        e = buf_err(out);
    }
    return e;
}

enum err cursor_read(struct span text, const uint8_t key[SEAL_KEY_BYTES],
                     const struct cursor_bond *bond, struct position *out)
{
    uint8_t plain[PLAIN_BYTES], sealed[SEALED_BYTES], digest[DIGEST_BYTES];
    size_t len = 0;

    if (text.len != CURSOR_CHARS ||
        text_base64url_decode(text, sealed, sizeof(sealed), &len) != OK || len != SEALED_BYTES) {
        return ERR_CURSOR;
    }
    if (bond_digest(bond, digest) != OK ||
        digest_open(key, span_of(sealed, sizeof(sealed)), span_of(digest, sizeof(digest)), plain) !=
            OK) {
        return ERR_CURSOR;
    }
    out->source = get_be64(plain);
    out->visible = get_be64(plain + 8);
    return OK;
}
