/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/buf.h"

/*
 * Appends one cell of a CSV file (RFC 4180), quoted where it must be, behind a
 * comma unless it is the `first` of its row. A cell that a spreadsheet would take
 * for a formula (= + - @, a tab or CR in front, also behind blanks and also in
 * full width) gets an apostrophe in front (SAFETY G5).
 */
void csv_put(struct buf *out, struct span text, bool first);

/* Ends a row: CR LF. */
void csv_end(struct buf *out);

#endif
