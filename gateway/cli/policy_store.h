/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_POLICY_STORE_H
#define CLI_POLICY_STORE_H

#include "cli/district_folder.h"

/*
 * What `policy` entries of the ledger commit to (SAFETY P3), kept in full: texts of
 * policies, catalogs and comparisons, each in STATE/policies under the SHA-256 of its
 * bytes. Nothing there is ever changed; what was altered is found out when it is read.
 */
enum { STORE_NAME_BYTES = 65 }; /* 64 hexadecimal digits and a NUL */

/* Puts bytes there, durably, and says their name. ERR_IO (errno says why), ERR_CRYPTO, ERR_INPUT.
 */
enum err policy_store_put(const char *state, struct span bytes,
                          char name[STORE_NAME_BYTES]) MUST_CHECK;

/* Appends the bytes of that name. ERR_NOT_FOUND; ERR_INPUT: altered, or no such name; ERR_IO. */
enum err policy_store_get(const char *state, struct span name, struct buf *out) MUST_CHECK;

/*
 * The text of a policy as one piece: for each file, by name, the length of its name
 * as 8 bytes, the name, the length of its content, the content. Its SHA-256 is
 * policy_digest().
 */
void policy_text_put(struct buf *out, const struct district_files *files);

/* The reverse, into files that were initialised. ERR_INPUT, ERR_MEMORY. */
enum err policy_text_read(struct span text, struct district_files *out) MUST_CHECK;

/* Which policy and catalog were put in force last, by name in the store. */
struct policy_mark {
    char text[STORE_NAME_BYTES];
    char catalog[STORE_NAME_BYTES];
};

/* ERR_NOT_FOUND: none was yet. ERR_INPUT: the file is damaged. ERR_IO. */
enum err policy_mark_read(const char *state, struct policy_mark *out) MUST_CHECK;
enum err policy_mark_write(const char *state, const struct policy_mark *mark) MUST_CHECK;

#endif
