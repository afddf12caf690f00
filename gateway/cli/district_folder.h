/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DISTRICT_FOLDER_H
#define CLI_DISTRICT_FOLDER_H

#include "policy/policy.h"

/*
 * Reads a district's folder (district.yaml, partners/ and agreements/ with their
 * .yaml files, partners/ with .json key sets) and loads it as a policy. `folder`
 * itself may be a link; nothing inside may (SAFETY P1). Files are named to
 * `diags` relative to the folder, in the order of their names.
 *
 * ERR_INPUT: there are messages. ERR_IO: the folder cannot be opened (errno says
 * why). ERR_MEMORY. Limits: 1 MiB a file, 10,000 files, 64 MiB in all.
 */
enum err district_folder_load(const char *folder, const struct catalog *catalog,
                              struct diag_list *diags, struct policy **out) MUST_CHECK;

/*
 * Reads a catalog's file. ERR_INPUT with messages under `path`; ERR_MEMORY. The
 * file may be a link: it belongs to the program, not to the folder.
 */
enum err catalog_file_load(const char *path, struct diag_list *diags,
                           struct catalog **out) MUST_CHECK;

#endif
