/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_LAYOUT_H
#define DISTRICT_LAYOUT_H

#include "base/span.h"

/*
 * The CSV binding of OneRoster 1.1 and 1.2 as one table: files, their columns,
 * and what a cell of each may hold. The reader, the checks and the document
 * builder all work from it.
 */
enum table_id {
    TABLE_ORGS,
    TABLE_SESSIONS,
    TABLE_RESOURCES,
    TABLE_COURSES,
    TABLE_CLASSES,
    TABLE_USERS,
    TABLE_PROFILES,
    TABLE_ROLES,
    TABLE_ENROLLMENTS,
    TABLE_DEMOGRAPHICS,
    TABLE_CLASS_RESOURCES,
    TABLE_COURSE_RESOURCES,
    TABLE_USER_RESOURCES,
    TABLE_LOADED, /* the files above are loaded; those below are checked for their form alone */
    TABLE_CATEGORIES = TABLE_LOADED,
    TABLE_LINE_ITEMS,
    TABLE_LINE_ITEM_OBJECTIVES,
    TABLE_LINE_ITEM_SCALES,
    TABLE_RESULTS,
    TABLE_RESULT_OBJECTIVES,
    TABLE_RESULT_SCALES,
    TABLE_SCORE_SCALES,
    TABLE_COUNT,
    TABLE_NONE = TABLE_COUNT,
};

enum cell_kind {
    CELL_ID,       /* sourcedId of the row; with a target, also of that file's row */
    CELL_TEXT,     /* any text */
    CELL_TEXTS,    /* comma list of texts */
    CELL_CLOSED,   /* one of `words` */
    CELL_WORD,     /* one of `words`, or ext:... */
    CELL_WORDS,    /* comma list of such */
    CELL_BOOLEAN,  /* true or false */
    CELL_DATE,     /* YYYY-MM-DD */
    CELL_INSTANT,  /* RFC 3339 */
    CELL_YEAR,     /* YYYY */
    CELL_REF,      /* sourcedId of a row of `target` */
    CELL_REFS,     /* comma list of such */
    CELL_USER_IDS, /* comma list of {type:identifier} */
};

/* Bits of the versions that have a file or column. */
enum { V11 = 1, V12 = 2, VBOTH = 3 };

struct column {
    const char *name;
    enum cell_kind kind;
    bool required; /* the cell may not be empty */
    uint8_t versions;
    const char *const *words; /* NULL-terminated */
    enum table_id target;
};

/* Most standard columns and most metadata.* columns of one file. */
enum { LAYOUT_MAX_COLUMNS = 24, LAYOUT_MAX_METADATA = 32 };

struct table {
    const char *name; /* "users": file users.csv */
    uint8_t versions;
    const struct column *columns; /* the first is sourcedId */
    size_t column_count;
};

extern const struct table LAYOUT_TABLES[TABLE_COUNT];

/* The column with this name that any of `versions` has, or -1. */
int layout_column(const struct table *t, uint8_t versions, struct span name);

/* The table with this name, or TABLE_NONE. */
enum table_id layout_table(struct span name);

#endif
