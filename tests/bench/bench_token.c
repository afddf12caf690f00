/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one token costs: verified for the first time (cold), found in the cache
 * (hot), and refused for a client that does not exist, which must not differ
 * much from cold (SAFETY A4). CPU time of this thread, the best of several runs.
 */
#include "auth/signer.h"
#include "auth/token.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

enum { TOKENS = 400, RUNS = 7, HOT_ROUNDS = 50 };

#define NOW_S INT64_C(1800000000)

struct bench {
    struct signer *signer;
    struct keyring *ring;
    struct token_cache *cache;
    struct buf keys;
    struct client client;
    struct arena arena;
    struct buf tokens[TOKENS];
};

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void must(enum err e)
{
    assert(e == OK);
    (void)e;
}

static void mint_all(struct bench *b, const char *client)
{
    const struct token_request r = {client, "https://data.example.org", NULL, NOW_S, 300};

    for (int i = 0; i < TOKENS; i++) {
        buf_fini(&b->tokens[i]);
        buf_init(&b->tokens[i], 8192);
        buf_put_str(&b->tokens[i], "Bearer ");
        must(signer_mint(b->signer, &r, &b->tokens[i]));
    }
}

static void set_up(struct bench *b, const char *alg)
{
    struct diag_list diags;
    const struct client *clients[] = {&b->client};

    must(signer_generate(span_str(alg), &b->signer));
    buf_init(&b->keys, 8192);
    must(signer_put_jwks(b->signer, &b->keys));
    b->client = (struct client){.id = SPAN("acme-1"),
                                .partner = SPAN("acme"),
                                .keys = buf_span(&b->keys),
                                .max_token_s = 300};
    arena_init(&b->arena, 1 << 20);
    diag_init(&diags, &b->arena);
    must(keyring_from(clients, 1, &diags, &b->ring));
    must(token_cache_new(TOKENS, &b->cache));
}

static void tear_down(struct bench *b)
{
    for (int i = 0; i < TOKENS; i++) {
        buf_fini(&b->tokens[i]);
    }
    keyring_free(&b->ring);
    token_cache_free(&b->cache);
    buf_fini(&b->keys);
    signer_free(&b->signer);
    arena_fini(&b->arena);
}

/* Microseconds for one check of each token. */
static double check_all(struct bench *b, int rounds, enum err expected)
{
    struct token_rules rules = {.keyring = b->ring, .audience = SPAN("https://data.example.org")};
    struct token_info info;
    double start = cpu_us();

    for (int n = 0; n < rounds * TOKENS; n++) {
        enum err e =
            token_check(&rules, b->cache, buf_span(&b->tokens[n % TOKENS]), NOW_S * 1000, &info);

        must(e == expected ? OK : ERR_INTERNAL);
    }
    return (cpu_us() - start) / (rounds * TOKENS);
}

static double best_cold(struct bench *b, enum err expected)
{
    double best = 1e9;

    for (int i = 0; i < RUNS; i++) {
        token_cache_clear(b->cache);
        double us = check_all(b, 1, expected);

        best = us < best ? us : best;
    }
    return best;
}

static void measure(const char *alg)
{
    static struct bench b;

    set_up(&b, alg);
    mint_all(&b, "acme-1");
    printf("%s cold_us %.2f\n", alg, best_cold(&b, OK));
    printf("%s hot_us %.2f\n", alg, check_all(&b, HOT_ROUNDS, OK));
    mint_all(&b, "nobody");
    printf("%s unknown_client_us %.2f\n", alg, best_cold(&b, ERR_TOKEN_KEY));
    tear_down(&b);
    b = (struct bench){0};
}

int main(void)
{
    measure("ES256");
    measure("RS256");
    return 0;
}
