/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a client's JWK set: a ring, or messages; never both, never neither. */
#include "tests/fuzz/fuzz.h"

#include "auth/keyring.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct client client = {.id = SPAN("one"), .partner = SPAN("p"), .keys = {data, size}};
    const struct client *clients[] = {&client};
    struct keyring *ring = NULL;
    struct arena arena;
    struct diag_list diags;

    arena_init(&arena, 1 << 20);
    diag_init(&diags, &arena);
    enum err e = keyring_from(clients, 1, &diags, &ring);

    assert(e == OK ? diags.errors == 0 && ring != NULL : diags.errors > 0 && ring == NULL);
    keyring_free(&ring);
    arena_fini(&arena);
    return 0;
}
