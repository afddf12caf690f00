/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_BUNDLE_H
#define DISTRICT_BUNDLE_H

#include "base/diag.h"

/*
 * A folder or a .zip of CSV files, read one file at a time. Names are plain: a
 * zip entry with a path, twice the same name, an encrypted one, or one that
 * unpacks to more than it may (a zip bomb) is refused. Links are not followed.
 */
struct bundle;

enum {
    BUNDLE_MAX_ENTRIES = 64,
    BUNDLE_MAX_RATIO = 200, /* unpacked : packed, of files over 1 MiB */
};

#define BUNDLE_MAX_FILE  ((uint64_t)4 << 30) /* bytes of one file */
#define BUNDLE_MAX_TOTAL ((uint64_t)8 << 30) /* bytes of all files */

/*
 * Opens `path`. ERR_NOT_FOUND, ERR_IO (errno), ERR_MEMORY; ERR_INPUT with the
 * reasons in `diags`.
 */
enum err bundle_open(const char *path, struct diag_list *diags, struct bundle **out) MUST_CHECK;
void bundle_close(struct bundle **b);

/* True if the bundle has a file of this name ("users.csv"). */
bool bundle_has(const struct bundle *b, const char *name);

/*
 * Gives the whole file to `take`, piece by piece; an error from it ends the
 * reading and is returned. ERR_NOT_FOUND, ERR_IO, ERR_INPUT (damaged zip entry, or
 * more bytes than its header says), ERR_TOO_BIG (over the limits), ERR_MEMORY.
 */
enum err bundle_read(struct bundle *b, const char *name,
                     enum err (*take)(void *ctx, struct span bytes), void *ctx) MUST_CHECK;

#endif
