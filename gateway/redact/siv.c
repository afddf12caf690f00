/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 5297 over single AES blocks: CMAC (RFC 4493) for S2V, a few counter blocks
 * for the text. Texts are short, so that nothing here streams or allocates; the
 * contexts hold a key and at most the last block of a chain between calls.
 */
#include "redact/siv.h"

#include "base/mem.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct siv {
    EVP_CIPHER_CTX *mac;      /* AES-CBC under K1 */
    EVP_CIPHER_CTX *counter;  /* AES-ECB under K2 */
    uint8_t last[SIV_BLOCK];  /* the block that `mac` chains to */
    bool broken;              /* for good */
    uint8_t whole[SIV_BLOCK]; /* CMAC's subkeys: of a whole last block, of a padded one */
    uint8_t padded[SIV_BLOCK];
};

static enum err encrypt(EVP_CIPHER_CTX *ctx, const uint8_t *in, size_t len, uint8_t *out)
{
    int n = 0;
    int done = EVP_EncryptUpdate(ctx, out, &n, in, (int)len);

    return done == 1 && (size_t)n == len ? OK : ERR_CRYPTO;
}

static void xor_into(uint8_t *at, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        at[i] ^= bytes[i];
    }
}

/* Multiplies by x in GF(2^128), RFC 5297 2.3. */
static void dbl(uint8_t block[SIV_BLOCK])
{
    unsigned over = block[0] >> 7;

    for (size_t i = 0; i + 1 < SIV_BLOCK; i++) {
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    }
    block[SIV_BLOCK - 1] = (uint8_t)((unsigned)block[SIV_BLOCK - 1] << 1 ^ over * 0x87);
}

/*
 * Chains whole blocks in place (CBC-MAC) and keeps the last one. A context chains on
 * by itself from call to call; what it would add to a first block is taken out again,
 * which is cheaper than to give it a new vector.
 */
static enum err chain(struct siv *s, uint8_t *blocks, size_t len, bool first)
{
    if (first) {
        xor_into(blocks, s->last, SIV_BLOCK);
    }
    enum err e = encrypt(s->mac, blocks, len, blocks);

    memcpy(s->last, blocks + len - SIV_BLOCK, SIV_BLOCK);
    s->broken |= e != OK; /* where the context stands is not known any more */
    return s->broken ? ERR_CRYPTO : OK;
}

/* RFC 4493 2.4. */
static enum err cmac(struct siv *s, struct span text, uint8_t out[SIV_BLOCK])
{
    uint8_t room[SIV_MAX_PLAIN];
    size_t at = 0;
    enum err e = OK;

    for (; e == OK && text.len - at > sizeof(room); at += sizeof(room)) {
        memcpy(room, text.ptr + at, sizeof(room));
        e = chain(s, room, sizeof(room), at == 0);
    }
    size_t left = text.len - at;
    size_t blocks = left == 0 ? 1 : (left + SIV_BLOCK - 1) / SIV_BLOCK;
    size_t end = blocks * SIV_BLOCK;

    memset(room + end - SIV_BLOCK, 0, SIV_BLOCK);
    if (left > 0) {
        memcpy(room, text.ptr + at, left);
    }
    if (left < end) {
        room[left] = 0x80;
    }
    xor_into(room + end - SIV_BLOCK, left < end ? s->padded : s->whole, SIV_BLOCK);
    e = e != OK ? e : chain(s, room, end, at == 0);
    memcpy(out, room + end - SIV_BLOCK, SIV_BLOCK);
    return e;
}

/* The end of S2V, RFC 5297 2.4: the text itself. */
static enum err s2v(struct siv *s, const struct siv_bound *bound, struct span plain,
                    uint8_t out[SIV_BLOCK])
{
    uint8_t last[SIV_MAX_PLAIN] = {0};
    size_t len = plain.len;

    if (plain.len > 0) {
        memcpy(last, plain.ptr, plain.len);
    }
    if (plain.len >= SIV_BLOCK) {
        xor_into(last + plain.len - SIV_BLOCK, bound->state, SIV_BLOCK);
    } else {
        uint8_t doubled[SIV_BLOCK];

        memcpy(doubled, bound->state, SIV_BLOCK);
        dbl(doubled);
        last[plain.len] = 0x80;
        xor_into(last, doubled, SIV_BLOCK);
        len = SIV_BLOCK;
    }
    return cmac(s, span_of(last, len), out);
}

/* Adds the counter's key stream, RFC 5297 2.5: the 31st and 63rd bit of the SIV are left out. */
static enum err stream(const struct siv *s, const uint8_t siv[SIV_BLOCK], struct span in,
                       uint8_t *out)
{
    uint8_t blocks[SIV_MAX_PLAIN] = {0};
    size_t count = (in.len + SIV_BLOCK - 1) / SIV_BLOCK;

    for (size_t i = 0; i < count; i++) {
        uint8_t *block = blocks + i * SIV_BLOCK;
        unsigned carry = (unsigned)i;

        memcpy(block, siv, SIV_BLOCK);
        block[8] &= 0x7F;
        block[12] &= 0x7F;
        for (size_t at = SIV_BLOCK; at-- > 0; carry >>= 8) {
            carry += block[at];
            block[at] = (uint8_t)carry;
        }
    }
    enum err e = count == 0 ? OK : encrypt(s->counter, blocks, count * SIV_BLOCK, blocks);

    for (size_t i = 0; e == OK && i < in.len; i++) {
        out[i] = in.ptr[i] ^ blocks[i];
    }
    return e;
}

static EVP_CIPHER_CTX *context(const EVP_CIPHER *cipher, const uint8_t *key)
{
    static const uint8_t zero[SIV_BLOCK];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    if (ctx == NULL || EVP_EncryptInit_ex(ctx, cipher, NULL, key, zero) != 1 ||
        EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) {
        EVP_CIPHER_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

static enum err make(struct siv *s, struct span key)
{
    bool is_long = key.len == 4 * SIV_BLOCK;

    s->mac = context(is_long ? EVP_aes_256_cbc() : EVP_aes_128_cbc(), key.ptr);
    s->counter = context(is_long ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), key.ptr + key.len / 2);
    if (s->mac == NULL || s->counter == NULL) {
        return ERR_CRYPTO;
    }
    enum err e = chain(s, s->whole, SIV_BLOCK, true);

    dbl(s->whole);
    memcpy(s->padded, s->whole, SIV_BLOCK);
    dbl(s->padded);
    return e;
}

enum err siv_new(struct span key, struct siv **out)
{
    if (key.len != 2 * SIV_BLOCK && key.len != 4 * SIV_BLOCK) {
        return ERR_INPUT;
    }
    struct siv *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        return ERR_MEMORY;
    }
    enum err e = make(s, key);

    if (e != OK) {
        siv_free(&s);
        return e;
    }
    *out = s;
    return OK;
}

void siv_free(struct siv **s)
{
    if (*s != NULL) {
        EVP_CIPHER_CTX_free((*s)->mac); /* wipes its key */
        EVP_CIPHER_CTX_free((*s)->counter);
        mem_wipe(*s, sizeof(**s));
        mem_free(*s);
        *s = NULL;
    }
}

enum err siv_bind(struct siv *s, const struct span *parts, size_t count, struct siv_bound *out)
{
    static const uint8_t zero[SIV_BLOCK];
    uint8_t state[SIV_BLOCK], of_part[SIV_BLOCK];
    enum err e = cmac(s, span_of(zero, SIV_BLOCK), state);

    for (size_t i = 0; e == OK && i < count; i++) {
        e = cmac(s, parts[i], of_part);
        dbl(state);
        xor_into(state, of_part, SIV_BLOCK);
    }
    if (e == OK) {
        memcpy(out->state, state, SIV_BLOCK);
    }
    return e;
}

enum err siv_seal(struct siv *s, const struct siv_bound *bound, struct span plain, uint8_t *out)
{
    if (plain.len > SIV_MAX_PLAIN) {
        return ERR_TOO_BIG;
    }
    enum err e = s2v(s, bound, plain, out);

    return e != OK ? e : stream(s, out, plain, out + SIV_BLOCK);
}

enum err siv_open(struct siv *s, const struct siv_bound *bound, struct span sealed, uint8_t *out)
{
    uint8_t again[SIV_BLOCK];

    if (sealed.len < SIV_BLOCK || sealed.len > SIV_MAX_BYTES) {
        return ERR_INPUT;
    }
    struct span plain = span_of(out, sealed.len - SIV_BLOCK);
    enum err e = stream(s, sealed.ptr, span_from(sealed, SIV_BLOCK), out);

    e = e != OK ? e : s2v(s, bound, plain, again);
    if (e == OK && CRYPTO_memcmp(again, sealed.ptr, SIV_BLOCK) != 0) {
        e = ERR_INPUT;
    }
    if (e != OK) {
        mem_wipe(out, plain.len);
    }
    return e;
}
