/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_CELL_H
#define DISTRICT_CELL_H

#include "district/layout.h"

/* What one CSV cell may hold, and how lists within a cell are taken apart. */

/* NULL when the cell is as its column demands, else what is wrong: a constant clause that
 * follows the column's name ("must not be empty"). It never tells the value. */
const char *cell_check(const struct column *c, struct span value);

/*
 * The next item of a comma list; blanks around it are dropped. False at the end.
 * Start with `*rest` = the cell, which must not be empty. An empty item is given
 * as such.
 */
bool cell_next(struct span *rest, struct span *item);

/* The next {type:identifier}; false at the end, and with `*rest` left non-empty when malformed. */
bool cell_next_user_id(struct span *rest, struct span *type, struct span *identifier);

/* An RFC 3339 instant: "2026-08-03T06:00:00Z", a fraction and an offset may stand. */
bool cell_is_instant(struct span text);

#endif
