/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_CATALOG_H
#define POLICY_CATALOG_H

#include "base/diag.h"
#include "policy/facts.h"

/*
 * A data standard as data: resources, paths, parameters and fields. A catalog is
 * immutable after catalog_load() and may be read by any thread.
 */
enum { CATALOG_MAX_FIELDS = 128, CATALOG_ROOT = 0xFFFF };

/* A set of fields of one resource, by field number. */
struct fieldset {
    uint64_t word[CATALOG_MAX_FIELDS / 64];
};

enum field_kind {
    FIELD_VALUE,  /* a scalar leaf */
    FIELD_REF,    /* a GUIDRef {href, sourcedId, type}: one leaf for us */
    FIELD_OBJECT, /* members are fields of their own; grants nothing by itself */
};

enum field_type {
    TYPE_STRING,
    TYPE_ID,       /* a sourcedId */
    TYPE_BOOLEAN,  /* the strings "true" and "false" */
    TYPE_ENUM,     /* one of `words`, or ext:... */
    TYPE_DATE,     /* YYYY-MM-DD */
    TYPE_DATETIME, /* RFC 3339 */
    TYPE_YEAR,     /* YYYY */
    TYPE_EMAIL,
    TYPE_GRADE, /* CEDS grade level code */
};

/* What deciding a row takes from this field; a field may carry several. */
enum field_fact {
    FACT_SUBJECT = 1, /* names the person the record is about */
    FACT_SCHOOL = 2,
    FACT_GRADE = 4,
    FACT_ROLE = 8, /* a OneRoster role word of that person */
};

enum field_label { LABEL_IDEA = 1, LABEL_NSLA = 2, LABEL_HOMELESS = 4, LABEL_PPRA = 8 };

/* How a role's value of this field is granted. */
enum grant_by {
    GRANT_NEVER,     /* in no way */
    GRANT_STRUCTURE, /* comes with the resource: status, dateLastModified, sourcedId */
    GRANT_ELEMENT,   /* by its NDPA category and element */
    GRANT_NAME,      /* free text: only by naming the field (SAFETY F5) */
};

struct field_grant {
    enum grant_by by;
    struct span category; /* NDPA Exhibit B, e.g. "Student Name"; empty for the other kinds */
    struct span element;  /* e.g. "First and/or Last" */
};

struct field {
    uint16_t number;
    uint16_t parent; /* number of the object it is a member of, or CATALOG_ROOT */
    enum field_kind kind;
    enum field_type type;
    enum ref_type ref;        /* of FIELD_REF and TYPE_ID */
    bool list;                /* a JSON array of such values */
    bool required;            /* a strict client refuses the parent without it */
    bool guards_item;         /* its role word decides whether the enclosing list item may stay */
    uint8_t facts;            /* field_fact bits */
    uint8_t labels;           /* field_label bits */
    char ferpa_class;         /* 99.3 PII paragraph a-g, '-' for none */
    struct span name;         /* the JSON key */
    struct span path;         /* dotted from the record: "roles.org" */
    const struct span *words; /* TYPE_ENUM */
    size_t word_count;
    struct span placeholder; /* JSON bytes that keep a strict client alive, or empty */
    struct field_grant grant[ROLE_COUNT];
};

struct resource {
    struct span name;       /* "students": also its path segment */
    struct span collection; /* envelope key of many: "users" */
    struct span item;       /* envelope key of one: "user" */
    enum ref_type ref;      /* what its sourcedId names */
    role_mask roles;        /* roles its records can have; students: ROLE_BIT(ROLE_STUDENT) */
    bool is_person;         /* its id is a person's, resolved in the roster first */
    const struct field *fields;
    size_t field_count;
};

struct catalog;

/*
 * Reads a catalog file. Every error goes to `diags` with its place; then
 * ERR_INPUT. ERR_MEMORY. The result owns copies of all it needs.
 */
enum err catalog_load(const char *name, struct span yaml, struct diag_list *diags,
                      struct catalog **out) MUST_CHECK;
void catalog_free(struct catalog **c);

/* The path in front of every resource: "/ims/oneroster/rostering/v1p2". */
struct span catalog_base(const struct catalog *c);

size_t catalog_resource_count(const struct catalog *c);
const struct resource *catalog_resource(const struct catalog *c, size_t i);

/* NULL when the name is not one. */
const struct resource *catalog_find(const struct catalog *c, struct span name);

/* The field with this dotted path, or NULL. */
const struct field *resource_field(const struct resource *r, struct span path);

/* The member `key` of object `parent` (CATALOG_ROOT for the record itself), or NULL. */
const struct field *resource_member(const struct resource *r, uint16_t parent, struct span key);

/* A request path (already percent-decoded by segment). */
struct route {
    const struct resource *resource;
    bool item;      /* /{resource}/{id} */
    struct span id; /* points into the segment given */
};

/* Matches segments behind catalog_base(); false when nothing matches (404 from us). */
bool catalog_route(const struct catalog *c, const struct span *segments, size_t n,
                   struct route *out);

static inline bool fieldset_has(const struct fieldset *s, unsigned n)
{
    return (s->word[n / 64] >> (n % 64) & 1) != 0;
}

static inline void fieldset_add(struct fieldset *s, unsigned n)
{
    s->word[n / 64] |= (uint64_t)1 << (n % 64);
}

#endif
