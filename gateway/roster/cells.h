/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_CELLS_H
#define ROSTER_CELLS_H

#include "base/arena.h"

/*
 * Small CSV files line by line, with the place of every cell. Unlike RFC 4180 a
 * cell may not hold a line break: so one bad quote spoils one row, and the rows
 * behind it can still be read (SAFETY S1). UTF-8 with or without BOM; lines end in
 * LF or CRLF. Nothing is trimmed. Never fails: what is wrong is said of its row.
 */
enum { CELLS_MAX = 16, CELLS_MAX_LINE = 64 * 1024, CELLS_MAX_CELL = 4096 };

struct cells {
    struct span rest;
    unsigned line; /* of the last row, 1-based */
    struct arena *arena;
};

struct cell {
    struct span text; /* of the file's bytes, or of the arena when quotes were doubled */
    unsigned column;  /* where it begins, in characters, 1-based */
};

struct cells_row {
    unsigned line;
    struct cell cells[CELLS_MAX];
    size_t count;          /* cells read before the end or the fault */
    const char *fault;     /* NULL, or a constant sentence about what is wrong */
    unsigned fault_column; /* in characters, 1-based */
    unsigned end_column;   /* behind the last character */
    bool cut;              /* the file ends without a line end here: it may be cut off */
    struct span guess;     /* what may be the first cell of a row with a fault; may be empty */
};

/* Starts on a whole file, skipping a BOM. Bytes and arena are borrowed while reading. */
void cells_begin(struct cells *c, struct span bytes, struct arena *arena);

/* The next line that is not blank; false at the end. An arena that is full gives a fault. */
bool cells_next(struct cells *c, struct cells_row *row);

#endif
