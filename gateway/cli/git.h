/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_GIT_H
#define CLI_GIT_H

#include "cli/district_folder.h"

/*
 * Reads a district's files out of a git revision. A repository can hold programs
 * that its own configuration starts (hooks, filters, text conversions, pagers, file
 * system monitors, helpers that fetch), and whoever compares policies must not run
 * them (SAFETY P4): only ls-tree and cat-file are called, which look at objects,
 * with the user's and the system's configuration out of the way and every protocol
 * closed.
 *
 * `where` is REVISION:PATH, as git writes it; PATH is from the repository's top
 * folder, or with ./ from the working directory. Messages name files from PATH on.
 * ERR_INPUT: there are messages. ERR_IO: git cannot be run (errno says why).
 * ERR_MEMORY. The limits are those of a folder.
 */
enum err git_read_files(const char *where, struct diag_list *diags,
                        struct district_files *out) MUST_CHECK;

#endif
