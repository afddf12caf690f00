/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_STUDENTS_FOLDER_H
#define CLI_STUDENTS_FOLDER_H

#include "base/digest.h"
#include "roster/own_keep.h"

/*
 * The folder of students' own facts: opt-outs.csv, consents.csv,
 * restrictions.csv, named.csv (docs/students.md). Links are not followed.
 */
struct students_stamp {
    bool there;
    uint64_t device, inode, size;
    int64_t modified_ns, changed_ns;
};

struct students_folder {
    const char *path;
    struct students_stamp stamps[OWN_FILE_COUNT]; /* as last read */
    bool settled; /* nothing can have changed behind the stamps' back */
};

/* What stands in it. Everything lives in the arena that it was read with. */
struct students_reading {
    struct own_sheet sheets[OWN_FILE_COUNT];
    struct own_offer offer;                        /* of these sheets */
    uint8_t digests[OWN_FILE_COUNT][DIGEST_BYTES]; /* of each file, a missing one included */
    uint8_t digest[DIGEST_BYTES];                  /* of them all */
};

enum { STUDENTS_FOLDER_BYTES = 768 * 1024 * 1024 };

/* True if a file is not as it was read, or was written to so shortly before that its
 * time could not tell. A few stat(2), nothing is opened. */
bool students_folder_changed(const struct students_folder *f);

/*
 * Reads all four files. Problems go to `diags`, under the files' names: those of
 * own_read(), and files that are missing or cannot be read, which the offer has
 * as missing. ERR_MEMORY, ERR_CRYPTO; the folder then counts as changed.
 */
enum err students_folder_read(struct students_folder *f, struct arena *arena,
                              struct diag_list *diags, struct students_reading *out) MUST_CHECK;

/* True if `inner` is `outer` or lies in it, links resolved; false also when either is missing. */
bool students_folder_inside(const char *outer, const char *inner);

#endif
