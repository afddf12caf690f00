/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_SHEET_H
#define DISTRICT_SHEET_H

#include "base/buf.h"

#include <stdio.h>

/*
 * Writes one CSV file (RFC 4180, UTF-8 without BOM, CRLF). Failures stick and
 * are told once, by sheet_close(); a cell is quoted only when it must be.
 */
struct sheet {
    FILE *file;
    struct buf row; /* the row being written */
    unsigned cells;
    enum err failed;
};

/* Creates `folder`/`name` (it must not exist) and writes the header line. */
void sheet_open(struct sheet *s, const char *folder, const char *name, const char *header);

/* The next cell of the row. */
void sheet_cell(struct sheet *s, struct span value);
void sheet_str(struct sheet *s, const char *value);
void sheet_date(struct sheet *s, uint32_t yyyymmdd);

/* `count` empty cells. */
void sheet_skip(struct sheet *s, unsigned count);

/* Ends the row and writes it. */
void sheet_end(struct sheet *s);

/*
 * Writes what is left and closes; safe after a failed sheet_open(). ERR_EXISTS
 * (the file exists), ERR_IO, ERR_STORE_FULL (disk full), ERR_MEMORY.
 */
enum err sheet_close(struct sheet *s) MUST_CHECK;

#endif
