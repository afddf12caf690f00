/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_STAGE_H
#define DISTRICT_STAGE_H

#include "district/bundle.h"
#include "district/layout.h"
#include "store/store.h"

/*
 * The first half of an import: files into temporary tables, each cell checked
 * on the way; then the references between files. Table `raw_<file>` has the
 * columns id, line, c1 ... (the file's standard columns after sourcedId, NULL
 * when empty or not there) and m0 ... (its metadata.* columns).
 */
struct staged {
    bool present;
    unsigned place[LAYOUT_MAX_COLUMNS];        /* position in the file, 1-based; 0: not there */
    struct span metadata[LAYOUT_MAX_METADATA]; /* names behind "metadata.", in the arena */
    size_t metadata_count;
};

struct stage {
    struct store *store;     /* borrowed; a transaction is open */
    struct diag_list *diags; /* borrowed, with its arena */
    uint8_t version;         /* V11 or V12 */
    struct staged tables[TABLE_COUNT];
};

/* Makes the temporary tables that belong to no file. Errors as store_run(). */
enum err stage_init(struct stage *s) MUST_CHECK;

/*
 * Reads one file. Faults go to `diags` by line and column number, and reading
 * goes on with the next row where that is possible; the result is then still OK.
 * Other errors are bundle_read()'s and the store's.
 */
enum err stage_load(struct stage *s, struct bundle *b, enum table_id id) MUST_CHECK;

/* A file that the bundle does not have: an empty table. */
enum err stage_skip(struct stage *s, enum table_id id) MUST_CHECK;

/*
 * Checks what spans files: every reference names a row, every user has a role
 * (1.2), no org or session is its own ancestor. Faults go to `diags`.
 */
enum err stage_check(struct stage *s) MUST_CHECK;

/* Position of a column in `SELECT * FROM raw_<file>`: a standard one, or metadata `n`. */
static inline int stage_at(int column)
{
    return column == 0 ? 0 : column + 1;
}
static inline int stage_metadata_at(const struct table *t, size_t n)
{
    return (int)(t->column_count + 1 + n);
}

#endif
