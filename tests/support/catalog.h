/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_CATALOG_H
#define SUPPORT_CATALOG_H

#include "policy/catalog.h"

/*
 * The OneRoster 1.2 catalog as shipped, read from the working directory (the
 * repository's root). Ends the test program with a message when it does not load.
 * The caller frees it.
 */
struct catalog *test_catalog(void);

/* The same of another shipped catalog: "oneroster-1.1". */
struct catalog *test_catalog_named(const char *name);

#endif
