/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DISTRICT_H
#define POLICY_DISTRICT_H

#include "policy/directory.h"
#include "policy/local_field.h"

/*
 * district.yaml: who the district is and what holds for all its agreements.
 * Everything is borrowed from the document it was read from.
 */
struct school {
    struct span alias;
    struct span id; /* the sourcedId of an org */
};

/* 34 CFR 99.7: what the district told parents this year. */
struct annual_notice {
    int32_t published;
    struct span school_official;     /* criteria, 99.7(a)(3)(iii) */
    struct span legitimate_interest; /* criteria, 99.7(a)(3)(iii) */
    bool covers_transfers;           /* 99.34(a)(1)(ii) */
};

/* 34 CFR 99.37(a): what the district designated, and until when parents could refuse. */
struct directory_notice {
    int32_t published;
    int32_t opt_out_until;
    bool types[DIRECTORY_COUNT];
    struct element_set designated; /* elements of those types */
    bool limited;                  /* 99.37(d): to parties, purposes or both */
    struct texts parties;          /* ids of partners; none: any */
    struct texts purposes;         /* none: any */
};

struct district {
    struct span name;
    struct span time_zone;
    struct span catalog;
    struct span contact;
    const struct school *schools;
    size_t school_count;
    bool has_notice;
    bool has_directory; /* directory-information is designated */
    struct annual_notice notice;
    struct directory_notice directory;
    struct local_fields local_fields;
    bool has_student_files;   /* student-facts: files */
    bool second_person;       /* widening-needs: second-person */
    uint64_t key_epoch;       /* of derived keys, from 1 on */
    struct span default_ids;  /* or empty */
    struct span alias_domain; /* behind the @ of aliases; default alias.invalid (RFC 6761 6.4) */
    struct texts domains;     /* its own: the only ones that an alias may keep (SAFETY F4) */
    uint64_t small_cell_minimum;
};

/*
 * Reads and checks the whole file; every problem is a message. False if any was
 * an error; what could be read is in `out` even then.
 */
bool district_read(const struct doc *d, struct district *out);

/* The school with this alias or id, or NULL. */
const struct school *district_school(const struct district *d, struct span word);

#endif
