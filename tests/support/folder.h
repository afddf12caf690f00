/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_FOLDER_H
#define SUPPORT_FOLDER_H

#include <stdbool.h>

/*
 * A folder of a test's own under /tmp, mode 0700, and what can happen to files
 * behind a program's back. None of these opens the file: that would drop locks
 * which SQLite holds in this process.
 */
struct folder {
    char path[64];
};

/* False when it could not be made. */
bool folder_open(struct folder *f);

/* Removes the files in it (there are no folders in folders), then the folder. */
void folder_close(const struct folder *f);

/* Removes the files only. */
void folder_empty(const struct folder *f);

enum mishap { MISHAP_UNLINK, MISHAP_RENAME, MISHAP_LINK, MISHAP_REPLACE, MISHAP_COUNT };

/* Unlinked; renamed to PATH.old; given a second name PATH.second; replaced by another file. */
bool folder_mishap(const char *path, enum mishap what);

#endif
