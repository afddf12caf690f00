/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_MEMORY_H
#define ROSTER_OWN_MEMORY_H

#include "roster/ids.h"
#include "roster/own_merge.h"
#include "roster/stops.h"

/*
 * What must outlive a restart, in state.db beside the stops: the opt-outs and
 * restrictions in force, so that a row that vanished is missed, and which of the
 * ids in the files the roster has known once (SAFETY S2). Nothing else is kept.
 */

/*
 * Makes the tables and reads them: lists of the files whose rows take away, by
 * file, and known ids. Errors of the store; ERR_INPUT: what stands there cannot
 * be read; ERR_MEMORY. The lists are the caller's also then.
 */
enum err own_memory_load(struct stops *stops, struct own_list lists[OWN_FILE_COUNT],
                         struct ids *known) MUST_CHECK;

/*
 * Writes them anew, durable when OK. `digest` (of what was saved last; all zero
 * at first) spares writing the same again. ERR_TOO_BIG; errors of the store.
 */
enum err own_memory_save(struct stops *stops, const struct own_list lists[OWN_FILE_COUNT],
                         const struct ids *known, uint8_t digest[32]) MUST_CHECK;

/* A row of a file whose rows take away, as it could stand there, with its line end. */
void own_memory_put_line(struct buf *out, const struct own_row *row);

#endif
