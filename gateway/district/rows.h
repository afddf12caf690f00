/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_ROWS_H
#define DISTRICT_ROWS_H

#include "base/err.h"
#include "base/span.h"

/*
 * Strict CSV (RFC 4180, libcsv inside): bytes in, rows out, each with the line
 * it starts on. UTF-8 with or without BOM; lines end in CRLF or LF; blank lines
 * are skipped. Nothing is trimmed.
 */
enum { ROWS_MAX_CELLS = 64, ROWS_MAX_CELL = 64 * 1024, ROWS_MAX_ROW = 256 * 1024 };

struct rows;

/* One row; spans live until the callback returns. */
struct rows_row {
    unsigned line; /* where the row starts, 1-based */
    const struct span *cells;
    size_t count;
};

/* What was wrong, and where: a constant sentence without full stop. */
struct rows_fault {
    unsigned line;
    unsigned column; /* the cell's number in its row, 1-based */
    const char *text;
};

struct rows_events {
    enum err (*row)(void *ctx, const struct rows_row *row); /* an error stops the reading */
    void *ctx;
};

/* ERR_MEMORY. */
enum err rows_new(const struct rows_events *events, struct rows **out) MUST_CHECK;
void rows_free(struct rows **r);

/*
 * Reads on. ERR_INPUT: not CSV of this form (a stray quote, text behind a quote,
 * a lone CR, bytes that are not UTF-8, control characters, too many or too long
 * cells); rows_fault() says where. ERR_MEMORY; or the callback's error. After an
 * error the reader is only to be freed.
 */
enum err rows_feed(struct rows *r, struct span bytes) MUST_CHECK;

/* The end of the file: the last row may lack its line end, a quote may not stay open. */
enum err rows_end(struct rows *r) MUST_CHECK;

const struct rows_fault *rows_fault(const struct rows *r);

#endif
