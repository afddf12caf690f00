/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of subjects: packing, root, blob. The packer reuses its buffers, because
 * a bulk answer packs thousands of students per batch. It knows nothing of
 * entries, files or what a number stands for.
 */
#include "ledger/subjects.h"

#include "base/mem.h"
#include "ledger/merkle.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
    TAG_PLAIN = 1,
    TAG_DEFLATED = 2,
    DEFLATE_FROM = 48, /* shorter sets do not gain */
    RAW_WINDOW = -15,
    MAX_WORK = 64 << 20
};

struct packer {
    struct digest *digest;
    struct subject *list;
    size_t list_cap;
    struct buf raw;
    struct buf blob;
};

void packer_free(struct packer **p)
{
    if (*p != NULL) {
        digest_free(&(*p)->digest);
        mem_free((*p)->list);
        buf_fini(&(*p)->raw);
        buf_fini(&(*p)->blob);
        mem_free(*p);
        *p = NULL;
    }
}

enum err packer_new(struct packer **out)
{
    struct packer *p = mem_alloc(sizeof(*p));
    enum err e;

    if (p == NULL) {
        return ERR_MEMORY;
    }
    buf_init(&p->raw, MAX_WORK);
    buf_init(&p->blob, MAX_WORK);
    e = digest_new(&p->digest);
    if (e != OK) {
        packer_free(&p);
        return e;
    }
    *out = p;
    return OK;
}

struct subject *packer_list(struct packer *p, size_t count)
{
    if (count > p->list_cap) {
        struct subject *grown = mem_alloc_array(count, sizeof(*grown));

        if (grown == NULL) {
            return NULL;
        }
        mem_free(p->list);
        p->list = grown;
        p->list_cap = count;
    }
    return p->list;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct subject *)a)->number;
    uint32_t y = ((const struct subject *)b)->number;

    return x < y ? -1 : x > y;
}

/* A source that answers in roster order gives ascending numbers: no sort then. */
static bool ascending(const struct subject *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (list[i - 1].number >= list[i].number) {
            return false;
        }
    }
    return true;
}

static size_t sort_distinct(struct subject *list, size_t count)
{
    size_t kept = 0;

    if (ascending(list, count)) {
        return count;
    }
    qsort(list, count, sizeof(*list), by_number);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || list[kept - 1].number != list[i].number) {
            list[kept++] = list[i];
        }
    }
    return kept;
}

static enum err add_leaf(struct merkle *tree, struct digest *d, const uint8_t *salt, struct span id)
{
    uint8_t leaf[DIGEST_BYTES];
    enum err e = merkle_leaf(d, span_of(salt, SUBJECT_SALT_BYTES), id, leaf);

    return e != OK ? e : merkle_add(tree, d, leaf);
}

/* Students in ascending order, and the seed that salts them. */
struct salted {
    const uint8_t *seed;
    const struct subject *list;
    size_t count;
};

/* `salts` is room to work in. */
static enum err root_with(struct digest *d, struct buf *salts, const struct salted *set,
                          uint8_t *out)
{
    size_t bytes = set->count * SUBJECT_SALT_BYTES;
    struct merkle tree;
    enum err e;

    buf_clear(salts);
    uint8_t *room = buf_room(salts, bytes);

    if (room == NULL) {
        return buf_err(salts);
    }
    merkle_init(&tree);
    e = digest_expand(set->seed, room, bytes);
    for (size_t i = 0; i < set->count && e == OK; i++) {
        e = add_leaf(&tree, d, room + i * SUBJECT_SALT_BYTES, set->list[i].id);
    }
    mem_wipe(room, bytes);
    return e != OK ? e : merkle_root(&tree, d, out);
}

enum err subjects_root(const uint8_t seed[SUBJECT_SEED_BYTES], const struct subject *list,
                       size_t count, uint8_t out[DIGEST_BYTES])
{
    struct salted set = {seed, list, count};
    struct digest *d = NULL;
    struct buf salts;
    enum err e = digest_new(&d);

    buf_init(&salts, MAX_WORK);
    e = e != OK ? e : root_with(d, &salts, &set, out);
    digest_free(&d);
    buf_fini(&salts);
    return e;
}

static void put_varint(struct buf *out, uint32_t value)
{
    while (value >= 0x80) {
        buf_put_byte(out, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    buf_put_byte(out, (uint8_t)value);
}

static void put_differences(struct buf *out, const struct subject *list, size_t count)
{
    uint32_t last = 0;

    for (size_t i = 0; i < count; i++) {
        put_varint(out, list[i].number - last);
        last = list[i].number;
    }
}

static void *zip_alloc(void *opaque, unsigned count, unsigned size)
{
    (void)opaque;
    return mem_alloc_array(count, size);
}

static void zip_free(void *opaque, void *ptr)
{
    (void)opaque;
    mem_free(ptr);
}

/* Deflates into room for raw.len - 1 bytes; false when it does not fit or fails. */
static bool deflate_shorter(struct span raw, uint8_t *room, size_t *len)
{
    z_stream z = {.zalloc = zip_alloc, .zfree = zip_free};
    int rc = deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, RAW_WINDOW, 8, Z_DEFAULT_STRATEGY);

    if (rc != Z_OK) {
        return false;
    }
    z.next_in = raw.ptr;
    z.avail_in = (uInt)raw.len;
    z.next_out = room;
    z.avail_out = (uInt)(raw.len - 1);
    rc = deflate(&z, Z_FINISH);
    *len = z.total_out;
    (void)deflateEnd(&z);
    return rc == Z_STREAM_END;
}

static void put_blob(struct buf *out, struct span raw)
{
    size_t before = buf_span(out).len;
    size_t len = 0;
    uint8_t *room;

    buf_put_byte(out, TAG_DEFLATED);
    room = raw.len >= DEFLATE_FROM ? buf_room(out, raw.len) : NULL;
    if (room != NULL && deflate_shorter(raw, room, &len)) {
        buf_added(out, len);
        return;
    }
    buf_cut(out, before);
    buf_put_byte(out, TAG_PLAIN);
    buf_put(out, raw);
}

static enum err encode_with(struct buf *raw, struct buf *out, const struct subject *list,
                            size_t count)
{
    buf_clear(raw);
    put_differences(raw, list, count);
    if (buf_err(raw) == OK) {
        put_blob(out, buf_span(raw));
    }
    return buf_err(raw) != OK ? buf_err(raw) : buf_err(out);
}

enum err subjects_encode(struct buf *out, const struct subject *list, size_t count)
{
    struct buf raw;

    buf_init(&raw, MAX_WORK);
    enum err e = encode_with(&raw, out, list, count);

    buf_fini(&raw);
    return e;
}

enum err packer_pack(struct packer *p, size_t count, struct packed *out)
{
    struct packed made = {.count = sort_distinct(p->list, count)};
    struct salted set = {made.seed, p->list, made.count};
    enum err e = digest_random(made.seed, sizeof(made.seed));

    e = e != OK ? e : root_with(p->digest, &p->raw, &set, made.root);
    buf_clear(&p->blob);
    e = e != OK ? e : encode_with(&p->raw, &p->blob, p->list, made.count);
    if (e == OK) {
        made.blob = buf_span(&p->blob);
        *out = made;
    }
    return e;
}
