/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splitmix64: one multiply-xorshift chain over a counter. The stream number is
 * mixed before it is added, so that neighbouring streams share nothing.
 */
#include "district/prng.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void prng_init(struct prng *p, uint64_t seed, uint64_t stream)
{
    p->state = mix(seed + 0x9E3779B97F4A7C15u) ^ mix(stream * 0xD1342543DE82EF95u + 1);
}

uint64_t prng_next(struct prng *p)
{
    p->state += 0x9E3779B97F4A7C15u;
    return mix(p->state);
}

uint32_t prng_below(struct prng *p, uint32_t below)
{
    return (uint32_t)(((prng_next(p) >> 32) * below) >> 32);
}

int prng_chance(struct prng *p, unsigned percent)
{
    return prng_below(p, 100) < percent;
}
