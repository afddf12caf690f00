/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_SHAPE_H
#define DISTRICT_SHAPE_H

#include "district/layout.h"

/*
 * The REST side of OneRoster 1.2: collections, the members of their records in
 * the order of the specification, where each comes from, and how it is found by
 * filter and sort.
 */
enum shape_id {
    SHAPE_ORGS,
    SHAPE_SESSIONS,
    SHAPE_COURSES,
    SHAPE_CLASSES,
    SHAPE_ENROLLMENTS,
    SHAPE_USERS,
    SHAPE_DEMOGRAPHICS,
    SHAPE_COUNT,
    SHAPE_NONE = SHAPE_COUNT,
    SHAPE_RESOURCES, /* only as the target of a reference: this source does not serve them */
};

/* Where a member's value comes from. Members of an object come with the object. */
enum member_from {
    FROM_COLUMN,   /* a column of the record's own file */
    FROM_METADATA, /* its metadata.* columns */
    FROM_CHILDREN, /* the rows whose parent it is */
    FROM_ROLES,
    FROM_PROFILES,
    FROM_LINKS, /* resources linked by a file of their own */
    FROM_OBJECT,
};

/* How filter and sort reach a member. */
enum member_reach {
    REACH_NONE,  /* in no way: an object, or a secret */
    REACH_ONE,   /* column `f_<path>` of the collection's table */
    REACH_QUICK, /* the same, indexed */
    REACH_MANY,  /* rows of its table of items */
};

struct member {
    const char *path; /* dotted: "roles.org" */
    enum member_from from;
    const char *column; /* FROM_COLUMN: in the file; NULL: the same as path */
    enum member_reach reach;
    enum shape_id ref; /* a GUIDRef to a record of that shape, or SHAPE_NONE */
};

enum { SHAPE_MAX_MEMBERS = 48, SHAPE_FIRST_METADATA = 100 };

struct shape {
    enum table_id table;
    const char *name; /* of the SQL tables and the path segment: "users" */
    const char *many; /* envelope of a collection */
    const char *one;  /* envelope of a record */
    const char *word; /* GUIDRef type */
    const struct member *members;
    size_t member_count;
};

extern const struct shape SHAPES[SHAPE_COUNT];

/* A path under the base: a whole shape, or those of its records that `bit` marks. */
struct view {
    const char *segment; /* "students" */
    enum shape_id shape;
    uint8_t bit; /* in the column `views`; 1: all */
};

enum {
    VIEW_ALL = 1,
    VIEW_SCHOOL = 2,
    VIEW_TERM = 2,
    VIEW_PERIOD = 4,
    VIEW_STUDENT = 2,
    VIEW_TEACHER = 4
};
enum { VIEW_COUNT = 12 };

extern const struct view VIEWS[VIEW_COUNT];

#define SHAPE_BASE_PATH "/ims/oneroster/rostering/v1p2"

/* The number of the member with this path, or -1. */
int shape_member(const struct shape *s, struct span path);

/* GUIDRef type and path segment of a reference, SHAPE_RESOURCES included. */
const char *shape_ref_word(enum shape_id ref);
const char *shape_ref_segment(enum shape_id ref);

#endif
