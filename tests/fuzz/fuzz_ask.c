/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request targets of the embedded source: what parses becomes SQL in which no
 * quote, semicolon or comment can stand.
 */
#include "tests/fuzz/fuzz.h"

#include "district/search.h"

#include <assert.h>

static void check_sql(const struct ask *ask)
{
    struct buf sql;
    buf_init(&sql, 1 << 16);
    search_rows(&sql, ask);
    search_order(&sql, ask);
    assert(buf_err(&sql) == OK);
    for (size_t i = 0; i < sql.len; i++) {
        assert(strchr("'\";-\\", buf_span(&sql).ptr[i]) == NULL);
    }
    buf_fini(&sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct span keys[] = {{(const uint8_t *)"lunch", 5}};
    struct ask_metadata metadata = {.names[SHAPE_USERS] = keys, .counts[SHAPE_USERS] = 1};
    struct target target;
    struct arena arena;
    struct ask ask;
    arena_init(&arena, 1 << 20);
    if (target_parse(span_of(data, size), &arena, &target) == OK &&
        ask_read(&target, &metadata, &arena, &ask) == OK && !ask.item) {
        check_sql(&ask);
    }
    arena_fini(&arena);
    return 0;
}
