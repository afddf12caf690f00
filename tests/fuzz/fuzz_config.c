/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as hallpass.yaml: settings, or messages with a place. */
#include "tests/fuzz/fuzz.h"

#include "cli/config.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config = {0};
    struct arena arena;
    struct diag_list diags;

    arena_init(&arena, 16 << 20);
    diag_init(&diags, &arena);
    enum err e = config_read("a/hallpass.yaml", span_of(data, size), &arena, &diags, &config);

    assert(e == OK ? diags.errors == 0 && config.ledger_origin != NULL
                   : diags.errors > 0 || arena.overflow);
    arena_fini(&arena);
    return 0;
}
