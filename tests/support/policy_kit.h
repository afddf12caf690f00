/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_POLICY_KIT_H
#define SUPPORT_POLICY_KIT_H

#include "policy/policy.h"

/*
 * The example district (policy/examples) and the catalog as a test's starting
 * point: open, change some text, load. Run from the repository's root. Key sets
 * are filled in with points that belong to no key pair.
 */
enum { POLICY_KIT_FILES = 16 };

struct policy_kit {
    struct arena arena;
    struct diag_list diags;
    struct catalog *catalog;
    struct policy_file files[POLICY_KIT_FILES];
    size_t count;
    struct policy *policy; /* after a load that gave OK */
};

/* Reads everything; fails the test when that is impossible. */
void policy_kit_open(struct policy_kit *k);
void policy_kit_close(struct policy_kit *k);

/* The text of a file; it must be there. */
struct span policy_kit_text(const struct policy_kit *k, const char *name);

/* Gives a file this content, adding the file if need be; NULL takes it away. */
void policy_kit_set(struct policy_kit *k, const char *name, const char *text);

/* Replaces the first `old` in a file; fails the test when it is not there. */
void policy_kit_edit(struct policy_kit *k, const char *name, const char *old, const char *text);

/* Reads the catalog anew with the first `old` replaced; before any load. */
void policy_kit_edit_catalog(struct policy_kit *k, const char *old, const char *text);

/* policy_load() over the files as they stand; messages are in k->diags. */
enum err policy_kit_load(struct policy_kit *k);

/* The first error whose text contains `fragment`, or NULL. */
const struct diag *policy_kit_find(const struct policy_kit *k, const char *fragment);

/* Prints every message; for tests that failed. */
void policy_kit_print(const struct policy_kit *k);

#endif
