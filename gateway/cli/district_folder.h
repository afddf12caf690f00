/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DISTRICT_FOLDER_H
#define CLI_DISTRICT_FOLDER_H

#include "policy/policy.h"

enum {
    DISTRICT_MAX_FILES = 10000,
    DISTRICT_MAX_FILE = 1024 * 1024,
    DISTRICT_MAX_TOTAL = 64 * 1024 * 1024,
};

/* The text of a policy: the files that matter, by name. Initialise first, end with fini. */
struct district_files {
    struct arena arena; /* names and contents */
    struct policy_file *files;
    size_t count;
    bool unread; /* some file could not be read; the messages say which */
};
void district_files_init(struct district_files *files);
void district_files_fini(struct district_files *files);

/* Copies both. ERR_INPUT: over the limits; ERR_MEMORY. */
enum err district_files_add(struct district_files *files, struct span name,
                            struct span bytes) MUST_CHECK;
void district_files_sort(struct district_files *files);

/* Whether a file of partners/, agreements/ or offers/ with this name belongs to the policy; says if
 * not. */
bool district_file_is_read(const char *name, struct diag_list *diags);

/* The first half of district_folder_load(); the same errors. */
enum err district_files_read(const char *folder, struct diag_list *diags,
                             struct district_files *out) MUST_CHECK;

/* The second half. */
enum err district_files_load(const struct district_files *files, const struct catalog *catalog,
                             struct diag_list *diags, struct policy **out) MUST_CHECK;

/*
 * Reads a district's folder (district.yaml; partners/, agreements/ and offers/ with
 * their .yaml files, partners/ with .json key sets) and loads it as a policy. `folder`
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
