/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_AGREEMENT_CHANGE_H
#define CLI_AGREEMENT_CHANGE_H

#include "base/buf.h"

/* What is added under `ended:` of an agreement's file. */
struct agreement_addition {
    const char *key;
    struct buf value; /* one line of YAML in flow style */
};

struct agreement_change {
    const char *folder;       /* the district's; these three are borrowed */
    const char *id;           /* a checked word, no path */
    const char *catalog_path; /* NULL: the catalog that came with the program */
    struct agreement_addition additions[2];
    size_t count;
};

/* Another addition, at most two; the value is for the caller to write. */
struct buf *agreement_change_add(struct agreement_change *c, const char *key);

/*
 * Makes the change, and drops it. Says what went wrong on standard error; then
 * the file is as it was. The command's exit code: 0, or 1.
 */
int agreement_change_run(struct agreement_change *c);

/* Frees the additions of a change that is not to be made. */
void agreement_change_drop(struct agreement_change *c);

#endif
