/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rules of a policy its tests have shown: a rule is a field that an agreement
 * shares with a role, or a limit of `where`. A field is shown when it left at least
 * once, a limit when it withheld at least once.
 */
#include <jansson.h>

#include "base/mem.h"
#include "cli/suite.h"

enum limit { LIMIT_SCHOOL, LIMIT_GRADE, LIMIT_PLACE, LIMIT_STATUS, LIMIT_COUNT };

struct coverage {
    const struct policy *policy;
    size_t resources;
    struct fieldset *seen; /* [agreement][resource][role] */
    uint8_t *limits;       /* by agreement: bits (1 << limit) */
};

enum err coverage_new(const struct policy *p, struct coverage **out)
{
    struct coverage *c = mem_alloc(sizeof(*c));
    size_t agreements = policy_agreement_count(p) + 1;

    if (c == NULL) {
        return ERR_MEMORY;
    }
    c->policy = p;
    c->resources = catalog_resource_count(policy_catalog(p));
    c->seen = mem_alloc(agreements * c->resources * ROLE_COUNT * sizeof(*c->seen));
    c->limits = mem_alloc(agreements);
    if (c->seen == NULL || c->limits == NULL) {
        coverage_free(&c);
        return ERR_MEMORY;
    }
    *out = c;
    return OK;
}

void coverage_free(struct coverage **c)
{
    if (*c != NULL) {
        mem_free((*c)->seen);
        mem_free((*c)->limits);
        mem_free(*c);
        *c = NULL;
    }
}

static size_t agreement_index(const struct coverage *c, const struct agreement *a)
{
    size_t i = 0;

    while (i < policy_agreement_count(c->policy) && policy_agreement(c->policy, i) != a) {
        i++;
    }
    return i;
}

static size_t resource_index(const struct coverage *c, const struct resource *r)
{
    size_t i = 0;

    while (i + 1 < c->resources && catalog_resource(policy_catalog(c->policy), i) != r) {
        i++;
    }
    return i;
}

static struct fieldset *seen_of(const struct coverage *c, size_t agreement, size_t resource,
                                unsigned role)
{
    return &c->seen[(agreement * c->resources + resource) * ROLE_COUNT + role];
}

/* --- marking -------------------------------------------------------------------------- */

/* True if the object, or one of a list's, shows the field at this path below it. */
static bool shows(const json_t *value, struct span path)
{
    if (json_is_array(value)) {
        bool any = false;

        for (size_t i = 0; !any && i < json_array_size(value); i++) {
            any = shows(json_array_get(value, i), path);
        }
        return any;
    }
    if (path.ptr == NULL) {
        return value != NULL;
    }
    struct span rest = path;
    struct span key = span_cut(&rest, '.');
    const json_t *member = json_object_getn(value, (const char *)key.ptr, key.len);

    return member != NULL && shows(member, rest);
}

static void mark_fields(struct coverage *c, const struct plan *plan, size_t agreement,
                        const struct redact_record *record)
{
    const struct resource *r = plan->resource;
    json_t *shown = json_loadb((const char *)record->bytes.ptr, record->bytes.len, 0, NULL);

    for (unsigned i = 0; i < r->field_count; i++) {
        if (!fieldset_has(&record->verdict->keep, i) || !shows(shown, r->fields[i].path)) {
            continue;
        }
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            if ((record->verdict->roles & ROLE_BIT(role)) != 0) {
                fieldset_add(seen_of(c, agreement, resource_index(c, r), role), i);
            }
        }
    }
    json_decref(shown);
}

void coverage_add(struct coverage *c, const struct plan *plan, const struct redact_record *record)
{
    static const uint8_t limits[ROW_REASON_COUNT] = {
        [ROW_SCHOOL] = 1 << LIMIT_SCHOOL,
        [ROW_GRADE] = 1 << LIMIT_GRADE,
        [ROW_PLACE] = 1 << LIMIT_PLACE,
        [ROW_STATUS] = 1 << LIMIT_STATUS,
    };
    size_t agreement = agreement_index(c, plan->agreement);

    c->limits[agreement] |= limits[record->reason];
    if (record->reason == ROW_RELEASED) {
        mark_fields(c, plan, agreement, record);
    }
}

/* --- telling --------------------------------------------------------------------------- */

struct telling {
    const struct coverage *c;
    const struct agreement *agreement;
    size_t at; /* its index */
    int32_t day;
    size_t rules;
    size_t shown;
    struct buf *missing; /* NULL: only counted */
};

static void put_missing(struct telling *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put_missing(struct telling *t, const char *format, ...)
{
    char text[256];
    va_list args;

    if (t->missing == NULL) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_printf(t->missing, "  never shown: %.*s %s\n", (int)t->agreement->id.len,
               (const char *)t->agreement->id.ptr, text);
}

static void tell_program(struct telling *t, const struct program *p, size_t resource)
{
    const struct fieldset *seen = seen_of(t->c, t->at, resource, p->role);

    for (unsigned i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (!fieldset_has(&p->keep, i) || f->grant[p->role].by == GRANT_STRUCTURE) {
            continue;
        }
        t->rules++;
        if (fieldset_has(seen, i)) {
            t->shown++;
        } else {
            put_missing(t, "%.*s (%s) %.*s", (int)p->resource->name.len,
                        (const char *)p->resource->name.ptr, role_word(p->role), (int)f->path.len,
                        (const char *)f->path.ptr);
        }
    }
}

static void tell_limit(struct telling *t, bool has, enum limit limit, const char *word)
{
    if (!has) {
        return;
    }
    t->rules++;
    if ((t->c->limits[t->at] & (1u << limit)) != 0) {
        t->shown++;
    } else {
        put_missing(t, "where: %s withholds nothing", word);
    }
}

static void tell_agreement(struct telling *t)
{
    const struct agreement *a = t->agreement;
    const struct catalog *catalog = policy_catalog(t->c->policy);
    int32_t day = t->day < a->from ? a->from : t->day > a->ends ? a->ends : t->day;

    for (size_t i = 0; i < t->c->resources * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(catalog, i / ROLE_COUNT);
        const struct program *p =
            policy_program(t->c->policy, a, r, (enum role)(i % ROLE_COUNT), day);

        if (p != NULL) {
            tell_program(t, p, i / ROLE_COUNT);
        }
    }
    tell_limit(t, a->schools != NULL, LIMIT_SCHOOL, "schools");
    tell_limit(t, a->grades != NULL, LIMIT_GRADE, "grades");
    tell_limit(t, a->classes != NULL || a->courses != NULL || a->terms != NULL, LIMIT_PLACE,
               "classes, courses, terms");
    tell_limit(t, a->statuses != NULL || a->programs != NULL, LIMIT_STATUS, "statuses, programs");
}

void coverage_put(const struct coverage *c, int32_t day, bool all, struct buf *out)
{
    struct buf missing;

    buf_init(&missing, 16 * 1024 * 1024);
    struct telling t = {.c = c, .day = day, .missing = all ? &missing : NULL};

    for (size_t i = 0; i < policy_agreement_count(c->policy); i++) {
        t.agreement = policy_agreement(c->policy, i);
        t.at = i;
        tell_agreement(&t);
    }
    buf_printf(out, "%zu of %zu rules shown\n", t.shown, t.rules);
    buf_put(out, buf_span(&missing));
    buf_fini(&missing);
}
