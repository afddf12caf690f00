/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "policy/basis.h"
#include "policy/element_set.h"
#include "policy/program.h"

/*
 * A district's policy, compiled: immutable, read by any thread, a pure library.
 * Files come in as (name, bytes); reading folders is the caller's work.
 */
struct policy;

struct policy_file {
    const char *name; /* "district.yaml", "partners/acme.yaml", "agreements/acme-math.yaml",
                         "partners/acme-jwks.json"; no other folders */
    struct span bytes;
};

/*
 * Reads, checks and compiles. `files` may be freed afterwards. All problems of
 * all files go to `diags`; any of level error gives ERR_INPUT. ERR_MEMORY.
 */
enum err policy_load(const struct policy_file *files, size_t n, const struct catalog *catalog,
                     struct diag_list *diags, struct policy **out) MUST_CHECK;
void policy_free(struct policy **p);

/* One registered key holder of a partner. Strings live as long as the policy. */
struct client {
    struct span id;
    struct span agreement;
    struct span purpose;
    struct span partner;
    struct span keys;     /* a JWK set as JSON text, public keys only */
    uint32_t max_token_s; /* lifetime cap of its tokens, at most 300 (SAFETY A1) */
    struct span file;     /* "partners/acme.yaml", for messages; NUL-terminated */
    unsigned line;        /* of its `keys:`, for messages */
    unsigned column;
};

/* What stands for `sourcedId` in what a partner sees (SAFETY I1-I3). */
enum ids_mode { IDS_DISTRICT, IDS_PER_PARTNER, IDS_RANDOM };

/* A field that some transform of an agreement needs a key for, in whatever era or role. */
struct keyed_field {
    enum ref_type ref; /* of its resources: students and teachers are users */
    struct span path;
    struct span what; /* "user.email": names the key (SAFETY F4) */
};

/* One agreement, compiled. */
struct agreement {
    struct span id;
    struct span partner;
    struct span partner_name;
    struct span basis;        /* "school-official" */
    struct span interest;     /* legitimate interest, in words (99.32(a)(3)(ii)) */
    struct span ledger_class; /* who must be able to read it: "school-official", "directory", ... */
    int32_t from;             /* first day, yyyymmdd, district-local */
    int32_t ends;             /* last whole day */
    uint64_t version;         /* first 8 bytes of the SHA-256 of its file's bytes */
    const struct fact_set *schools; /* where.schools as sourcedIds; NULL: the whole district */
    const struct fact_set *grades;  /* where.grades; NULL: all */
    const struct fact_set *classes; /* where.classes, ids; NULL: all; so are the next four */
    const struct fact_set *courses;
    const struct fact_set *terms;
    const struct fact_set *statuses;
    const struct fact_set *programs;
    const struct span *purposes;
    size_t purpose_count;
    enum basis kind;
    bool by_naming;    /* the basis is for single students: only those named for it */
    bool by_consent;   /* only what a student's valid consents release (99.30) */
    bool by_directory; /* opt-outs apply, and questions by designated types alone (99.37) */
    struct element_set designated; /* by_directory: elements of the designated types */
    enum ids_mode ids;
    bool ids_for_agreement; /* ids-scope: agreement; else they are the partner's (SAFETY I2) */
    uint32_t epoch;         /* of derived keys, from 1; grows when the district rotates them */
    const struct keyed_field *keyed;
    size_t keyed_count;
    uint64_t requests_per_minute; /* 0: no limit */
    uint64_t students_per_day;    /* 0: no limit */
    int32_t stopped_on;   /* first day without any disclosure: `ended:` or a directive; 0: none */
    int32_t barred_until; /* last day on which the partner gets nothing (99.67(c)); 0: none */
};

/* True on the days on which it can share anything at all. */
bool agreement_in_force(const struct agreement *a, int32_t date);

struct span policy_district(const struct policy *p);  /* name */
struct span policy_time_zone(const struct policy *p); /* IANA name */
struct span policy_contact(const struct policy *p);   /* technical contact shown in errors */

/*
 * The catalog that it was loaded with, and the district's local fields in it. All
 * that route, ask, redact or look up fields of this policy go by this one; it
 * borrows from the other.
 */
const struct catalog *policy_catalog(const struct policy *p);

/* SHA-256 over all names and bytes, in name order; changes with any byte. */
void policy_digest(const struct policy *p, uint8_t out[32]);

size_t policy_client_count(const struct policy *p);
const struct client *policy_client(const struct policy *p, size_t i);
const struct client *policy_find_client(const struct policy *p, struct span id);

size_t policy_agreement_count(const struct policy *p);
const struct agreement *policy_agreement(const struct policy *p, size_t i);
const struct agreement *policy_find_agreement(const struct policy *p, struct span id);

/* The local fields that district.yaml classifies. */
struct local_fields;
const struct local_fields *policy_local_fields(const struct policy *p);

/* True if the district keeps students' own facts in files; else it says that there are none. */
bool policy_has_student_files(const struct policy *p);

/* The schools of district.yaml (district.h). */
struct school;
const struct school *policy_schools(const struct policy *p, size_t *count);

/* True if a partner of this id is declared. */
bool policy_has_partner(const struct policy *p, struct span id);

/*
 * The program of (agreement, resource, role) on a district-local day (yyyymmdd),
 * or NULL: not shared. The day matters because an amendment's elements count
 * from its own date; a day on which it is not in force gives NULL.
 */
const struct program *policy_program(const struct policy *p, const struct agreement *a,
                                     const struct resource *r, enum role role, int32_t date);

#endif
