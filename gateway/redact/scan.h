/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_SCAN_H
#define REDACT_SCAN_H

#include "base/span.h"

/*
 * Stage 1 of the redactor: where, in a window of bytes, the places are that a
 * JSON grammar must look at. No grammar here and no memory but a few bits of
 * carry, so that a window may begin at any byte of the document. The result
 * for a document does not depend on how it is cut into windows.
 *
 * Places are: { } [ ] : , outside strings; every quote that opens or closes a
 * string; inside a string every backslash that begins an escape; outside, the
 * first byte of every run of other bytes that are not whitespace.
 *
 * A fault is the first byte at which the document cannot be JSON text whatever
 * follows: a control character in a string (RFC 8259 7) or a byte that no
 * well-formed UTF-8 has there (RFC 3629).
 */
enum { SCAN_BLOCK = 64, SCAN_WINDOW = 4096 };

/* What one window leaves for the next. All zero at the start of a document. */
struct scan_carry {
    bool in_string;
    bool escaped; /* the next byte stands behind a backslash */
    bool in_run;  /* the last byte was of a number, a literal, or of nothing known */
    uint8_t need; /* continuation bytes that must follow; the next within low..high */
    uint8_t low;
    uint8_t high;
};

struct scan_index {
    size_t count;
    size_t fault;                              /* offset of the fault, or the window's length */
    uint16_t at[SCAN_WINDOW + 2 * SCAN_BLOCK]; /* offsets of the places before it, ascending */
};

/*
 * Scans at most SCAN_WINDOW bytes, changes `carry`, overwrites `out`. Never
 * fails; after a fault the carry is of no more use.
 */
typedef void scan_window(struct scan_carry *carry, struct span window, struct scan_index *out);

/* An implementation for one kind of machine; all give the same places. */
struct scan_kernel {
    const char *name;
    scan_window *run;
};

/* Plain C, for every machine. */
extern const struct scan_kernel scan_scalar;

/* The fastest kernel that this machine can run. */
const struct scan_kernel *scan_best(void);

#endif
