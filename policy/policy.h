/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "policy/terms.h"

/*
 * A district's policy, compiled: immutable, read by any thread, a pure library.
 * Files come in as (name, bytes); reading folders is the caller's work.
 */
struct policy;

struct policy_file {
    const char *name; /* "district.yaml", "partners/acme.yaml", "agreements/acme-math.yaml",
                         "partners/acme-jwks.json", "offers/acme.yaml"; no other folders */
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

/* True if the district keeps students' own facts in files; else it says that there are none. */
bool policy_has_student_files(const struct policy *p);

/* True if what widens must be agreed to by a second person (`widening-needs`, SAFETY P3). */
bool policy_widening_needs_second(const struct policy *p);

/* district.yaml as read, for pages and reports (district.h). */
struct district;
const struct district *policy_district_file(const struct policy *p);

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
