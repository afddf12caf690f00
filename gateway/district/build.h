/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_BUILD_H
#define DISTRICT_BUILD_H

#include "district/stage.h"

/*
 * The second half of an import: from the temporary tables to what is served.
 * Each collection becomes three tables: `users` (one row a record: its place in
 * the order of ids, its id, the views it is in, and its single values),
 * `users_docs` (the JSON document as it is sent) and `users_items` (the values
 * of its lists). Places are dense and start at 1.
 */
struct build_setup {
    struct stage *stage;
    struct span url; /* in front of the base path in every href; no slash at the end */
    struct span now; /* RFC 3339; dateLastModified of rows that have none */
};

/* Makes and fills all tables of the served database. Errors are the store's. */
enum err build_all(const struct build_setup *setup) MUST_CHECK;

#endif
