/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_ELEMENT_SET_H
#define POLICY_ELEMENT_SET_H

#include "base/span.h"

/* A set of elements by element_number() of policy/vocabulary.h. */
enum { ELEMENT_WORDS = 2, ELEMENT_MAX = 64 * ELEMENT_WORDS - 1, ELEMENT_NONE = 0xFF };

struct element_set {
    uint64_t word[ELEMENT_WORDS];
};

static inline bool element_set_has(const struct element_set *s, unsigned n)
{
    return n <= ELEMENT_MAX && (s->word[n / 64] >> (n % 64) & 1) != 0;
}

static inline void element_set_add(struct element_set *s, unsigned n)
{
    s->word[n / 64] |= (uint64_t)1 << (n % 64);
}

static inline void element_set_join(struct element_set *s, const struct element_set *other)
{
    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        s->word[w] |= other->word[w];
    }
}

static inline bool element_set_is_empty(const struct element_set *s)
{
    return (s->word[0] | s->word[1]) == 0;
}

#endif
