/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_BUILD_PRIV_H
#define DISTRICT_BUILD_PRIV_H

#include "base/buf.h"
#include "district/build.h"
#include "district/shape.h"
#include "store/stmt.h"

/* The building of one collection, and of the record that `select` stands on. */
struct builder {
    const struct build_setup *setup;
    const struct shape *shape;
    const struct staged *staged;
    struct stmt *select;
    struct stmt *insert_row;
    struct stmt *insert_doc;
    struct stmt *insert_item;
    struct stmt *roles;
    struct stmt *profiles;
    struct stmt *children;
    struct stmt *links;
    struct stmt *org_type;
    struct buf doc;
    int64_t at; /* place of the record being built */
    unsigned views;
    bool deleted;
    int slot[SHAPE_MAX_MEMBERS]; /* parameter of insert_row for a single value; 0: none */
    enum err failed;
};

/*
 * Writes the document of the current row and stores it with its single values
 * and its items; `at` has its place. The first error sticks and is returned.
 */
enum err build_record(struct builder *b) MUST_CHECK;

#endif
