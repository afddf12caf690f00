/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_MANIFEST_H
#define DISTRICT_MANIFEST_H

#include "district/bundle.h"
#include "district/layout.h"

/* What manifest.csv says of a bundle. */
struct manifest {
    uint8_t version; /* V11 or V12 */
    bool bulk[TABLE_COUNT];
};

/*
 * Reads manifest.csv and holds it against the files that are there. Every fault
 * goes to `diags`, by line and column; then ERR_INPUT. Files that are marked
 * `delta` are faults: a bundle is loaded whole. A file that is there although it is
 * `absent` is a warning, and is not read. ERR_IO, ERR_MEMORY.
 */
enum err manifest_read(struct bundle *b, struct diag_list *diags, struct manifest *out) MUST_CHECK;

#endif
