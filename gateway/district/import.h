/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_IMPORT_H
#define DISTRICT_IMPORT_H

#include "base/diag.h"

struct import_counts {
    uint64_t users, students, classes, enrollments;
};

/*
 * Loads a OneRoster CSV bundle (a folder or a .zip; 1.1 or 1.2) into the
 * embedded source's database at `path`. It is built beside it as
 * `path`.importing, in one transaction, and takes its place at once when
 * complete: on any error the old one is untouched and nothing is left behind.
 * `url` stands in front of every href.
 *
 * ERR_INPUT with every fault in `diags` (file:line:column, the column counted in
 * cells); also when `path` is there and is not such a database. ERR_EXISTS when
 * another import runs (or was killed: the message names the file). ERR_NOT_FOUND,
 * ERR_IO, ERR_STORE, ERR_STORE_FULL, ERR_TOO_BIG (limits of bundle.h), ERR_MEMORY.
 */
enum err import_bundle(const char *bundle, const char *path, const char *url,
                       struct diag_list *diags, struct import_counts *out) MUST_CHECK;

/* What marks a database as one of ours (PRAGMA application_id), and its form. */
enum { IMPORT_APPLICATION_ID = 0x48504453, IMPORT_FORM = 1 };

#endif
