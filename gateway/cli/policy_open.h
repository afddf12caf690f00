/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_POLICY_OPEN_H
#define CLI_POLICY_OPEN_H

#include "auth/keyring.h"
#include "cli/district_folder.h"

/*
 * A district's folder as the verbs of `hallpass policy` work on it: catalog,
 * policy, partners' keys, the district's time zone and the day that is asked
 * about. One of them at a time in a process, because the zone is the process's.
 */
struct opened_policy {
    const char *folder;       /* set by the caller, as are the next two */
    const char *catalog_path; /* NULL: the one that came with the program */
    const char *on;           /* "2026-07-01"; NULL: today, in the district's zone */
    struct arena arena;       /* of messages; for whatever else lives as long */
    struct diag_list diags;   /* every problem and warning, in order */
    struct catalog *catalog;
    struct policy *policy;
    struct keyring *keyring;
    int32_t day; /* yyyymmdd */
};

/*
 * Loads everything. ERR_INPUT: the messages say what is wrong, or `on` is no date.
 * ERR_IO: the folder cannot be opened (errno says why). ERR_MEMORY, ERR_CRYPTO.
 * Whatever it returns, policy_close() frees.
 */
enum err policy_open(struct opened_policy *o) MUST_CHECK;
void policy_close(struct opened_policy *o);

/*
 * As policy_open(), and says on standard error what went wrong; warnings only
 * when something did. The command's exit code: 0, 1, or 2 when `on` is no date.
 */
int policy_open_or_say(struct opened_policy *o);

/* Prints all messages, then why policy_open() gave `e`. The exit code, as above: 1 or 2. */
int policy_open_failure(const struct opened_policy *o, enum err e);

#endif
