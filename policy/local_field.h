/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_LOCAL_FIELD_H
#define POLICY_LOCAL_FIELD_H

#include "policy/doc_read.h"
#include "policy/vocabulary.h"

/*
 * A field that the student information system adds under `metadata`, as
 * district.yaml classifies it (DESIGN 7). Until it is classified it is denied.
 */
struct local_field {
    const struct node *at;
    struct span field;    /* "users.metadata.bus" */
    struct span resource; /* "users": every resource with records of that kind has the field */
    struct span key;      /* the JSON key under `metadata` */
    const struct element *element;
    enum role role; /* whose records have it: students unless `of` says otherwise; ROLE_NONE: the
                       record is about nobody */
    enum field_type type;
    struct texts words; /* TYPE_ENUM */
    uint8_t labels;     /* field_label bits */
    uint8_t facts;      /* FACT_STATUS or FACT_PROGRAM */
    char ferpa_class;
};

struct local_fields {
    const struct local_field *items;
    size_t count;
};

/*
 * Reads the list; every problem is a message. False if any was an error; what
 * could be read is in `out` even then. Borrows from document and arena.
 */
bool local_fields_read(const struct doc *d, const struct node *list, struct local_fields *out);

/* Those of a loaded policy (policy.c). */
struct policy;
const struct local_fields *policy_local_fields(const struct policy *p);

/* The first field that gives this fact (a field_fact bit), or NULL. */
const struct local_field *local_field_of_fact(const struct local_fields *l, uint8_t fact);

#endif
