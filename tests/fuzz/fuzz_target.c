/* SPDX-License-Identifier: Apache-2.0 */
/* A target that is taken has plain parts: no empty or dot segment, no control, UTF-8 only. */
#include "http/target.h"
#include "tests/fuzz/fuzz.h"

static void check(bool good)
{
    if (!good) {
        __builtin_trap();
    }
}

static void check_part(struct span part)
{
    check(span_is_utf8(part));
    for (size_t i = 0; i < part.len; i++) {
        check(part.ptr[i] >= 0x20 && part.ptr[i] != 0x7f);
    }
}

static void check_segment(struct span segment)
{
    check_part(segment);
    check(segment.len > 0 && !span_eq_str(segment, ".") && !span_eq_str(segment, ".."));
    check(span_find(segment, '/') == segment.len && span_find(segment, '\\') == segment.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct target t;

    arena_init(&arena, 64 * 1024);
    if (target_parse(span_of(data, size), &arena, &t) == OK) {
        for (size_t i = 0; i < t.segment_count; i++) {
            check_segment(t.segments[i]);
        }
        for (size_t i = 0; i < t.param_count; i++) {
            check_part(t.params[i].name);
            check_part(t.params[i].value);
            check(t.params[i].name.len > 0);
        }
    }
    arena_fini(&arena);
    return 0;
}
