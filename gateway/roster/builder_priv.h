/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_BUILDER_PRIV_H
#define ROSTER_BUILDER_PRIV_H

#include "roster/builder.h"
#include "roster/roster_priv.h"

#include <jansson.h>

enum { LOCAL_NAMES = 3 };

/* A local field that is a fact: names[0] is the resource; in roster->locals. */
struct local_path {
    struct span names[LOCAL_NAMES];
    size_t count;
    bool program;
};

/* A snapshot in the making: rows, and edges that become its sets. */
struct roster_builder {
    struct roster *roster;
    struct edges person_orgs;   /* person * PERSON_ROLES + role -> org, of any type */
    struct edges person_grades; /* person -> grade name */
    struct edges agents;        /* person -> person, as the source has them */
    struct edges place_grades[PLACE_KIND_COUNT];
    struct edges pupils;      /* person -> class, as student */
    struct edges adults;      /* person -> class, as anything else */
    struct edges class_terms; /* class -> session */
    struct edges labels;      /* person * 2 + program -> word */
    struct edges births;      /* person -> yyyymmdd */
    struct local_path locals[ROSTER_MAX_LOCALS];
    size_t local_count;
    int32_t today;
    uint8_t first[ROSTER_MAX_ID]; /* the first id of the last page of enrollments */
    size_t first_len;
    size_t seen, skipped;
};

/* builder.c: reading parts of a record. A usable id is a string of 1 to ROSTER_MAX_ID bytes. */
bool builder_read_ref(const json_t *ref, struct span *out);
bool builder_is_deleted(const json_t *record);

/* The row of an id, made when there is none. ERR_MEMORY, ERR_TOO_BIG. */
enum err builder_person(struct roster_builder *b, struct span id, uint32_t *number) MUST_CHECK;
enum err builder_place(struct roster_builder *b, enum place_kind kind, struct span id,
                       uint32_t *number) MUST_CHECK;

/* builder_ties.c: what is read only when decisions need it. */
enum err builder_add_demographics(struct roster_builder *b, struct span id,
                                  const json_t *record) MUST_CHECK;
enum err builder_add_enrollment(struct roster_builder *b, struct span id,
                                const json_t *record) MUST_CHECK;
enum err builder_add_class_ties(struct roster_builder *b, uint32_t class,
                                const json_t *record) MUST_CHECK;
/* Statuses and programs of a person in a record of `resource`. */
enum err builder_add_labels(struct roster_builder *b, uint32_t person, const char *resource,
                            const json_t *record) MUST_CHECK;
/* Takes note of a page of enrollments; sees to it that `seen` grows when it is a new one. */
void builder_note_page(struct roster_builder *b, const json_t *records);
void builder_ties_fini(struct roster_builder *b);

/* build_ties.c: makes the sets of it, and roster->ties. ERR_MEMORY. */
enum err build_ties(struct roster_builder *b) MUST_CHECK;
size_t build_ties_bytes(const struct roster *r);

#endif
