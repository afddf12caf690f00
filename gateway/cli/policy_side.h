/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_POLICY_SIDE_H
#define CLI_POLICY_SIDE_H

#include "cli/district_folder.h"

/*
 * One of several policies that a command looks at: its text, its catalog, and
 * what they compile to. Zero it, set `where` and `catalog_path`, open, close.
 */
struct policy_side {
    const char *where;        /* a folder, or REVISION:PATH of git */
    const char *catalog_path; /* NULL: the one that came with the program */
    struct district_files files;
    struct catalog *catalog;
    struct policy *policy;
};

/*
 * Reads and compiles. What is wrong is said on standard error; so are warnings when
 * something is. OK, or the error that was said. Whatever it returns, close it.
 */
enum err policy_side_open(struct policy_side *s) MUST_CHECK;

/*
 * The same for a text that the caller has put into `s->files`, initialised, and the bytes of
 * a catalog. Nothing is said.
 */
enum err policy_side_compile(struct policy_side *s, struct span catalog) MUST_CHECK;
void policy_side_close(struct policy_side *s);

/* The day of `on` ("2026-07-01"; NULL: today), in the policy's zone, which becomes the process's.
 * ERR_INPUT: said already. */
enum err policy_side_day(const struct policy_side *s, const char *on, int32_t *day) MUST_CHECK;

#endif
