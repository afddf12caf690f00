/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_PRNG_H
#define DISTRICT_PRNG_H

#include <stddef.h>
#include <stdint.h>

/*
 * Repeatable numbers for the example district: splitmix64 (Steele, Lea, Flood,
 * OOPSLA 2014). Not for secrets; base/digest.h has those.
 */
struct prng {
    uint64_t state;
};

/* A stream of its own for each (seed, stream), so that one person's draws never move another's. */
void prng_init(struct prng *p, uint64_t seed, uint64_t stream);

uint64_t prng_next(struct prng *p);

/* 0 to `below` - 1; `below` is 1 or more. The bias is under 2^-32 for small ranges. */
uint32_t prng_below(struct prng *p, uint32_t below);

/* 1 with a chance of `percent` in 100. */
int prng_chance(struct prng *p, unsigned percent);

#endif
