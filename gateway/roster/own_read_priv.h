/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_READ_PRIV_H
#define ROSTER_OWN_READ_PRIV_H

#include "policy/nearest.h"
#include "roster/cells.h"
#include "roster/own_read.h"

/* What reading one of the four files stands at. Folder-private. */
struct own_reader {
    enum own_file file;
    const char *name;
    struct arena *arena;
    struct diag_list *diags;
    struct cells_row row; /* the one that is read */
    bool good;            /* so far, of this row */
    bool electronic;
    bool authenticated;
};

/* Says what is wrong in this row; it is then bad. `shown` may be empty. */
void own_complain(struct own_reader *r, unsigned column, const char *text, struct span shown,
                  struct shown hint);

/* own_columns.c: how many columns a file has, and reading all of a row that has as many cells. */
size_t own_column_count(enum own_file file);
void own_read_columns(struct own_reader *r, struct own_row *out);

#endif
