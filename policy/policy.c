/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking into a loaded policy. Everything here is immutable and lives as long
 * as the policy; loading is in policy_load.c.
 */
#include "policy/policy.h"

#include "base/mem.h"
#include "policy/policy_priv.h"

void policy_free(struct policy **p)
{
    if (*p != NULL) {
        arena_fini(&(*p)->arena);
        mem_free(*p);
        *p = NULL;
    }
}

struct span policy_district(const struct policy *p)
{
    return p->district.name;
}

struct span policy_time_zone(const struct policy *p)
{
    return p->district.time_zone;
}

struct span policy_contact(const struct policy *p)
{
    return p->district.contact;
}

const struct catalog *policy_catalog(const struct policy *p)
{
    return p->catalog;
}

void policy_digest(const struct policy *p, uint8_t out[32])
{
    memcpy(out, p->digest, sizeof(p->digest));
}

size_t policy_client_count(const struct policy *p)
{
    return p->client_count;
}

const struct client *policy_client(const struct policy *p, size_t i)
{
    return &p->clients[i];
}

const struct client *policy_find_client(const struct policy *p, struct span id)
{
    for (size_t i = 0; i < p->client_count; i++) {
        if (span_eq(p->clients[i].id, id)) {
            return &p->clients[i];
        }
    }
    return NULL;
}

size_t policy_agreement_count(const struct policy *p)
{
    return p->agreement_count;
}

const struct agreement *policy_agreement(const struct policy *p, size_t i)
{
    return &p->agreements[i].shown;
}

size_t policy_agreement_number(const struct policy *p, const struct agreement *a)
{
    const struct compiled *c = (const struct compiled *)a; /* its first member */

    return (size_t)(c - p->agreements);
}

const struct agreement *policy_find_agreement(const struct policy *p, struct span id)
{
    for (size_t i = 0; id.len > 0 && i < p->agreement_count; i++) {
        if (span_eq(p->agreements[i].shown.id, id)) {
            return &p->agreements[i].shown;
        }
    }
    return NULL;
}

const struct local_fields *policy_local_fields(const struct policy *p)
{
    return &p->district.local_fields;
}

bool policy_has_student_files(const struct policy *p)
{
    return p->district.has_student_files;
}

bool policy_widening_needs_second(const struct policy *p)
{
    return p->district.second_person;
}

const struct district *policy_district_file(const struct policy *p)
{
    return &p->district;
}

const struct school *policy_schools(const struct policy *p, size_t *count)
{
    *count = p->district.school_count;
    return p->district.schools;
}

bool policy_has_partner(const struct policy *p, struct span id)
{
    for (size_t i = 0; i < p->partner_count; i++) {
        if (span_eq(p->partners[i].id, id)) {
            return true;
        }
    }
    return false;
}

const struct program *policy_program(const struct policy *p, const struct agreement *a,
                                     const struct resource *r, enum role role, int32_t date)
{
    const struct compiled *c = (const struct compiled *)a; /* its first member */

    if (!agreement_in_force(a, date)) {
        return NULL;
    }
    for (size_t i = 0; i < c->table.resource_count; i++) {
        if (catalog_resource(p->catalog, i) == r) {
            return program_table_find(&c->table, i, role, date);
        }
    }
    return NULL;
}
