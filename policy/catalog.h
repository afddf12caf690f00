/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_CATALOG_H
#define POLICY_CATALOG_H

#include "base/diag.h"
#include "policy/field.h"

/*
 * A data standard as data: resources, paths, parameters and fields. A catalog is
 * immutable after catalog_load() and may be read by any thread.
 */

/* The parameters a path may take; `cursor` is ours and goes with `offset`. */
enum catalog_param {
    PARAM_LIMIT = 1,
    PARAM_OFFSET = 2,
    PARAM_SORT = 4,
    PARAM_ORDER_BY = 8,
    PARAM_FILTER = 16,
    PARAM_FIELDS = 32,
    PARAM_CURSOR = 64,
};

struct member_index; /* private: hash of (parent, key) */

struct resource {
    struct span name;            /* "students": also its path segment */
    struct span base;            /* the path in front of it: the catalog's, or its service's own */
    struct span record;          /* "user": resources of one kind of record have its fields */
    struct span collection;      /* envelope key of many: "users" */
    struct span item;            /* envelope key of one: "user" */
    struct span collection_path; /* "/students": the route templates of ledger and logs */
    struct span item_path;       /* "/students/{sourcedId}" */
    uint8_t collection_params;   /* catalog_param bits */
    uint8_t item_params;
    enum ref_type ref;          /* what its sourcedId names */
    role_mask roles;            /* roles its records can have; students: ROLE_BIT(ROLE_STUDENT) */
    bool is_person;             /* its id is a person's, resolved in the roster first */
    bool has_subjects;          /* some record of it is about a student: `subjects:` is not none */
    const struct field *fields; /* fields[i].number == i; parents stand before their members */
    size_t field_count;
    const struct member_index *members;
};

struct catalog;

/*
 * Reads a catalog file. Every error goes to `diags` with its place; then
 * ERR_INPUT. ERR_MEMORY. The result owns copies of all it needs.
 */
enum err catalog_load(const char *name, struct span yaml, struct diag_list *diags,
                      struct catalog **out) MUST_CHECK;

/* Accepts NULL inside; sets it to NULL. */
void catalog_free(struct catalog **c);

/* The name a district.yaml calls it by: "oneroster-1.2". */
struct span catalog_name(const struct catalog *c);

/* The path in front of resources that name no other: "/ims/oneroster/rostering/v1p2". */
struct span catalog_base(const struct catalog *c);

size_t catalog_resource_count(const struct catalog *c);
const struct resource *catalog_resource(const struct catalog *c, size_t i);

/* NULL when the name is not one. */
const struct resource *catalog_find(const struct catalog *c, struct span name);

/* The field with this dotted path, or NULL. */
const struct field *resource_field(const struct resource *r, struct span path);

/*
 * The member `key` of object `parent` (CATALOG_ROOT for the record itself), or
 * NULL. Called for every key of every record: one hash and at most one compare
 * in the ordinary case.
 */
const struct field *resource_member(const struct resource *r, uint16_t parent, struct span key);

/* A request path (already percent-decoded by segment). */
struct route {
    const struct resource *resource;
    bool item;            /* /{resource}/{id} */
    struct span id;       /* points into the segment given; never empty for an item */
    struct span template; /* "/students/{sourcedId}", without the base; lives with the catalog */
};

/* The same of a whole path, base included: what a partner sends. False: 404 from us. */
bool catalog_route_path(const struct catalog *c, const struct span *segments, size_t n,
                        struct route *out);

/* Matches the segments behind a resource's base; false when nothing matches. */
bool catalog_route(const struct catalog *c, const struct span *segments, size_t n,
                   struct route *out);

#endif
