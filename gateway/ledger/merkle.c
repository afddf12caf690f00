/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compact range of ledger-formats 2.1. It hashes and nothing more: no
 * storage, no proofs.
 */
#include "ledger/merkle.h"

void merkle_init(struct merkle *m)
{
    m->size = 0;
}

static enum err hash(struct digest *d, uint8_t prefix, struct span a, struct span b, uint8_t *out)
{
    enum err e = digest_begin(d);

    e = e != OK ? e : digest_add(d, span_of(&prefix, 1));
    e = e != OK ? e : digest_add(d, a);
    e = e != OK ? e : digest_add(d, b);
    return e != OK ? e : digest_end(d, out);
}

enum err merkle_leaf(struct digest *d, struct span a, struct span b, uint8_t out[DIGEST_BYTES])
{
    return hash(d, 0x00, a, b, out);
}

static enum err node(struct digest *d, const uint8_t *left, uint8_t *right_and_out)
{
    return hash(d, 0x01, span_of(left, DIGEST_BYTES), span_of(right_and_out, DIGEST_BYTES),
                right_and_out);
}

enum err merkle_add(struct merkle *m, struct digest *d, const uint8_t leaf[DIGEST_BYTES])
{
    uint8_t h[DIGEST_BYTES];
    enum err e = OK;
    unsigned bit = 0;

    memcpy(h, leaf, sizeof(h));
    for (; (m->size >> bit & 1) != 0 && e == OK; bit++) {
        e = node(d, m->frontier[bit], h);
    }
    if (e == OK) {
        memcpy(m->frontier[bit], h, sizeof(h));
        m->size++;
    }
    return e;
}

enum err merkle_root(const struct merkle *m, struct digest *d, uint8_t out[DIGEST_BYTES])
{
    enum err e = OK;
    unsigned bit = 0;

    if (m->size == 0) {
        return digest_of(span_of(NULL, 0), out);
    }
    while ((m->size >> bit & 1) == 0) {
        bit++;
    }
    memcpy(out, m->frontier[bit], DIGEST_BYTES);
    for (bit++; bit < 64 && e == OK; bit++) {
        if ((m->size >> bit & 1) != 0) {
            e = node(d, m->frontier[bit], out);
        }
    }
    return e;
}
