/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Students' own facts: the first byte names the file. Whatever the bytes, no row
 * is without a student, and no good row opens anything that it does not say.
 */
#include "tests/fuzz/fuzz.h"

#include "roster/own_read.h"

#include <assert.h>

enum { MEMORY = 1 << 24 };

static void check_row(const struct own_row *row)
{
    assert(row->student.len > 0 && row->student.len <= OWN_MAX_ID);
    assert(!row->bad || (!row->all && row->party_id.len == 0));
    assert(row->bad || row->until == 0 || row->until >= row->since);
    assert(row->bad || row->file != OWN_CONSENTS ||
           (row->since != 0 && row->signer.len > 0 && row->purpose.len > 0 &&
            row->party_id.len > 0 && !element_set_is_empty(&row->elements)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum own_file file = (enum own_file)(size == 0 ? 0 : data[0] % OWN_FILE_COUNT);
    struct own_sheet sheet = {0};
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, MEMORY);
    diag_init(&diags, &arena);
    if (own_read(&(struct own_text){file, "f", span_from(span_of(data, size), 1)}, &arena, &diags,
                 &sheet) == OK) {
        assert(sheet.whole == (diags.errors == 0));
        for (size_t i = 0; i < sheet.count; i++) {
            check_row(&sheet.rows[i]);
        }
    }
    arena_fini(&arena);
    return 0;
}
