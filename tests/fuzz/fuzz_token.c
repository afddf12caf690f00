/* SPDX-License-Identifier: Apache-2.0 */
/* Any Authorization value: nothing that no key signed may ever be taken. */
#include "tests/fuzz/fuzz.h"

#include "auth/token.h"

#include <assert.h>

static struct token_rules rules = {.audience = {(const uint8_t *)"a", 1}};
static struct token_cache *cache;

static void set_up(void)
{
    static struct client client = {.partner = {(const uint8_t *)"p", 1}, .max_token_s = 300};
    const struct client *clients[] = {&client};
    static struct keyring *ring;
    struct arena arena;
    struct diag_list diags;

    client.id = SPAN("acme-1");
    /* The public key of RFC 7517 A.1; whoever held the private one has thrown it away. */
    client.keys = SPAN("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ec\","
                       "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
                       "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}");
    arena_init(&arena, 1 << 16);
    diag_init(&diags, &arena);
    enum err e = keyring_from(clients, 1, &diags, &ring);

    arena_fini(&arena);
    rules.keyring = ring;
    e = e != OK ? e : token_cache_new(4, &cache);
    assert(e == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct token_info info;

    if (cache == NULL) {
        set_up();
    }
    enum err e = token_check(&rules, cache, span_of(data, size), INT64_C(1800000000000), &info);

    assert(e != OK && e != ERR_CRYPTO && e != ERR_INTERNAL);
    return 0;
}
