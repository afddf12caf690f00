/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scalar kernel of stage 1, and the choice of a kernel. Each byte is looked
 * up once in a table whose words have four lanes of 16 bits; sixteen words are
 * shifted together into one, so that a lane becomes the mask of sixteen bytes.
 * Invariant: the places do not depend on where windows and blocks begin.
 */
#include "redact/scan.h"

#include <assert.h>

#include "redact/scan_priv.h"

/* Lanes 0 and 1 tell quote (1), backslash (2) and mark (3) apart. */
#define LANE(n)     (UINT64_C(1) << (16 * (n)))
#define IS_SPACE(c) ((c) == ' ' || (c) == '\t' || (c) == '\n' || (c) == '\r')
#define IS_MARK(c)                                                                                 \
    ((c) == '{' || (c) == '}' || (c) == '[' || (c) == ']' || (c) == ':' || (c) == ',')
#define KIND(c)                                                                                    \
    ((c) == '"'    ? LANE(0)                                                                       \
     : (c) == '\\' ? LANE(1)                                                                       \
     : IS_MARK(c)  ? LANE(0) | LANE(1)                                                             \
                   : ((c) < 0x20 ? LANE(2) : 0) | (IS_SPACE(c) ? LANE(3) : 0))
#define KIND4(c)  KIND(c), KIND((c) + 1), KIND((c) + 2), KIND((c) + 3)
#define KIND16(c) KIND4(c), KIND4((c) + 4), KIND4((c) + 8), KIND4((c) + 12)
#define KIND64(c) KIND16(c), KIND16((c) + 16), KIND16((c) + 32), KIND16((c) + 48)

static const uint64_t KINDS[256] = {KIND64(0), KIND64(64), KIND64(128), KIND64(192)};

#define STEP(i)  lanes = lanes << 1 | KINDS[bytes[i]]
#define STEP4(i) STEP((i) + 3), STEP((i) + 2), STEP((i) + 1), STEP(i)

static inline uint64_t sixteen(const uint8_t *bytes)
{
    uint64_t lanes = 0;

    STEP4(12), STEP4(8), STEP4(4), STEP4(0);
    return lanes;
}

static inline uint64_t lane(const uint64_t quarter[4], unsigned n)
{
    return (quarter[0] >> 16 * n & 0xFFFF) | (quarter[1] >> 16 * n & 0xFFFF) << 16 |
           (quarter[2] >> 16 * n & 0xFFFF) << 32 | quarter[3] >> 16 * n << 48;
}

static inline struct scan_masks classify(const uint8_t *bytes)
{
    const uint64_t quarter[4] = {sixteen(bytes), sixteen(bytes + 16), sixteen(bytes + 32),
                                 sixteen(bytes + 48)};
    uint64_t low = lane(quarter, 0);
    uint64_t high = lane(quarter, 1);

    return (struct scan_masks){
        .quote = low & ~high,
        .backslash = high & ~low,
        .mark = low & high,
        .control = lane(quarter, 2),
        .space = lane(quarter, 3),
    };
}

static inline bool is_ascii(const uint8_t *bytes)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < SCAN_BLOCK; i += 8) {
        uint64_t word;

        memcpy(&word, bytes + i, 8);
        all |= word;
    }
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

/* `bytes` are a whole block in memory, of which `n` are of the document. */
static inline struct scan_block scan_one(struct scan_carry *carry, const uint8_t *bytes, size_t n)
{
    struct scan_masks masks = classify(bytes);
    struct scan_block block = scan_places(carry, &masks, n);

    if (carry->need > 0 || !is_ascii(bytes)) {
        size_t good = scan_utf8(carry, bytes, n);

        block.faults |= good < n ? UINT64_C(1) << good : 0;
    }
    return block;
}

static void run_scalar(struct scan_carry *carry, struct span window, struct scan_index *out)
{
    size_t whole = window.len & ~(size_t)(SCAN_BLOCK - 1);
    size_t rest = window.len - whole;

    assert(window.len <= SCAN_WINDOW);
    out->count = 0;
    out->fault = window.len;
    for (size_t at = 0; at < whole; at += SCAN_BLOCK) {
        if (scan_append(out, at, scan_one(carry, window.ptr + at, SCAN_BLOCK))) {
            return;
        }
    }
    if (rest > 0) {
        uint8_t padded[SCAN_BLOCK];

        memset(padded, ' ', sizeof(padded));
        memcpy(padded, window.ptr + whole, rest);
        (void)scan_append(out, whole, scan_one(carry, padded, rest));
    }
}

const struct scan_kernel scan_scalar = {"scalar", run_scalar};

const struct scan_kernel *scan_best(void)
{
    return &scan_scalar;
}
