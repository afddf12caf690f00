/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_CATALOG_PRIV_H
#define POLICY_CATALOG_PRIV_H

#include "policy/catalog.h"
#include "policy/doc_read.h"

/*
 * Shared by catalog.c (lookups) and catalog_read*.c (the loader). Open addressing
 * with at most a quarter of the slots taken, so that a foreign key meets an empty
 * slot at once.
 */
enum { MEMBER_SLOT_BITS = 9, MEMBER_SLOTS = 1 << MEMBER_SLOT_BITS };

struct member_index {
    uint16_t slot[MEMBER_SLOTS]; /* field number + 1, or 0 */
};

struct catalog {
    struct arena arena; /* everything below, the document's text included */
    struct span name;
    struct span base;
    struct resource *resources;
    size_t resource_count;
};

/* The record kinds of a file: fields before a resource masks them. */
struct record_kind {
    struct span name;
    struct field *fields;
    size_t field_count;
};

/* A catalog while it is read. */
struct catalog_reader {
    struct doc doc;
    struct catalog *catalog;
    struct record_kind *records;
    size_t record_count;
    uint8_t collection_params;
    uint8_t item_params;
};

/* True for "/a/b": segments of letters, digits, "-", "." and "_". */
bool catalog_is_path(struct span path);

/* Enters field `number` into the index. */
void member_index_add(struct member_index *m, const struct field *fields, uint16_t number);

/* Reads the members of one record kind; problems go to the document's diags. */
void catalog_read_record(struct catalog_reader *r, const struct node *n, struct record_kind *out);

/* Reads one resource, after all record kinds; problems as above. */
void catalog_read_resource(struct catalog_reader *r, const struct node *n, struct resource *out);

#endif
