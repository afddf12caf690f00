/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHAPES_H
#define CLI_SHAPES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/*
 * The shapes of what a ledger holds: requests by route, names of parameters and
 * operators, disclosures by their sets of fields. There are few of them, however long
 * the ledger is, and none holds a value or a student.
 */
struct asked_shape {
    struct span agreement;
    struct span client;
    struct span resource; /* empty: no route was found */
    struct span route;    /* "/students/{sourcedId}" */
    struct span params;   /* "filter:familyName:= limit": as recorded, joined by blanks */
    struct span denied;   /* the reason's code; empty: it was allowed */
    struct span field;    /* of a refusal that names one */
    uint64_t count;
};

struct shown_shape {
    struct span agreement;
    struct span resource;
    struct span roles;  /* "guardians teachers" */
    struct span fields; /* dotted paths, joined by blanks */
    uint64_t count;     /* disclosures */
    uint64_t students;  /* the sum of their numbers of students */
};

struct shapes {
    struct arena arena;
    struct asked_shape *asked;
    size_t asked_count, asked_cap;
    struct shown_shape *shown;
    size_t shown_count, shown_cap;
    struct field_set *sets; /* private */
    size_t set_count, set_cap;
    uint64_t entries;
};

/*
 * Reads the whole ledger in a folder, from `since_ms` (wall clock) on. ERR_NOT_FOUND:
 * there is none. ERR_INPUT: an entry cannot be read. ERR_IO, ERR_MEMORY; the
 * store's. Whatever it returns, free it.
 */
enum err shapes_read(const char *directory, int64_t since_ms, struct shapes *out) MUST_CHECK;
void shapes_free(struct shapes *s);

/* "2026-11-23" (from 00:00 UTC) or "2026-11-23T14:00:00.000Z" into ms. */
bool shapes_since(const char *text, int64_t *ms);

/* True if `word` stands in a text of words joined by blanks. */
bool shapes_have(struct span words, struct span word);

#endif
