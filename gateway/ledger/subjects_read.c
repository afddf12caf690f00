/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a blob of subjects back. Strict: one set has one plain form, and what
 * inflates to more than `count` numbers can hold is refused while it inflates.
 */
#include "base/mem.h"
#include "ledger/subjects.h"

#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>

enum { TAG_PLAIN = 1, TAG_DEFLATED = 2, RAW_WINDOW = -15, VARINT_MAX = 5 };

/* One canonical LEB128 number of at most 32 bits off the front. */
static bool take_varint(struct span *rest, uint32_t *out)
{
    uint64_t value = 0;

    for (size_t i = 0; i < rest->len && i < VARINT_MAX; i++) {
        value |= (uint64_t)(rest->ptr[i] & 0x7F) << (7 * i);
        if ((rest->ptr[i] & 0x80) != 0) {
            continue;
        }
        if (value > UINT32_MAX || (i > 0 && rest->ptr[i] == 0)) {
            return false;
        }
        *out = (uint32_t)value;
        *rest = span_from(*rest, i + 1);
        return true;
    }
    return false;
}

static enum err read_differences(struct span raw, size_t count, uint32_t *out)
{
    uint64_t last = 0;
    uint32_t step;

    for (size_t i = 0; i < count; i++) {
        if (!take_varint(&raw, &step) || step == 0 || last + step > UINT32_MAX) {
            return ERR_INPUT;
        }
        last += step;
        out[i] = (uint32_t)last;
    }
    return raw.len == 0 ? OK : ERR_INPUT;
}

static enum err inflate_all(struct span in, uint8_t *room, size_t cap, size_t *len)
{
    z_stream z = {0};
    int rc;

    if (in.len > UINT_MAX || cap > UINT_MAX || inflateInit2(&z, RAW_WINDOW) != Z_OK) {
        return ERR_MEMORY;
    }
    z.next_in = in.ptr;
    z.avail_in = (uInt)in.len;
    z.next_out = room;
    z.avail_out = (uInt)cap;
    rc = inflate(&z, Z_FINISH);
    *len = z.total_out;
    bool whole = rc == Z_STREAM_END && z.avail_in == 0;

    (void)inflateEnd(&z);
    return whole ? OK : ERR_INPUT;
}

static enum err read_deflated(struct span in, size_t count, uint32_t *out)
{
    size_t cap = count * VARINT_MAX;
    size_t len = 0;
    uint8_t *room = mem_alloc(cap);
    enum err e = room == NULL ? ERR_MEMORY : inflate_all(in, room, cap, &len);

    e = e != OK ? e : read_differences(span_of(room, len), count, out);
    mem_free(room);
    return e;
}

enum err subjects_decode(struct span blob, size_t count, uint32_t *out)
{
    if (blob.len == 0 || count > UINT32_MAX) {
        return ERR_INPUT;
    }
    switch (blob.ptr[0]) {
    case TAG_PLAIN:
        return read_differences(span_from(blob, 1), count, out);
    case TAG_DEFLATED:
        return read_deflated(span_from(blob, 1), count, out);
    default:
        return ERR_INPUT;
    }
}
