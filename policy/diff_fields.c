/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field programs of one agreement, old against new, on every day on which either
 * changes.
 *
 * People can hold several of the roles guardian, teacher and staff. What leaves of
 * such a record is what all roles that stand release by the same rule, so each
 * subset X of roles is compared as a person who holds X: the roles of X that have
 * a program stood before. Where `where` has moved, any of them may no longer
 * stand, so that every part of X is compared with X. Students and records about
 * nobody have one role each.
 */
#include "policy/diff_priv.h"

#include <assert.h>

#define OTHERS (ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_TEACHER) | ROLE_BIT(ROLE_STAFF))

enum { MAX_RULE = 64 * 1024 };

typedef const struct program *programs[ROLE_COUNT];

/* One resource of the agreement on one day; and on the day before, to say things once. */
struct view {
    struct differ *d;
    const struct pair *pair;
    struct resource_pair r;
    int32_t day;
    programs was, now;
    programs last_was, last_now;
    bool first;           /* there is no day before */
    struct fieldset told; /* by new number: widened for a single role */
};

/* --- rules ------------------------------------------------------------------------- */

/* Says no more than that there was a value. */
static bool says_presence(enum transform t)
{
    return t == TRANSFORM_MASK || t == TRANSFORM_CONST;
}

enum diff_kind diff_rules(const struct field_rule *was, const struct field_rule *now)
{
    if (field_rule_equal(was, now)) {
        return DIFF_UNCHANGED;
    }
    if (was->transform == TRANSFORM_AS_IS) {
        return DIFF_NARROWED; /* every transform is made of the value and the district's secrets */
    }
    bool coarser = was->transform == TRANSFORM_YEAR_MONTH && now->transform == TRANSFORM_YEAR;
    bool presence = says_presence(was->transform) && says_presence(now->transform);

    return coarser || presence ? DIFF_NARROWED : DIFF_WIDENED;
}

static struct span rule_text(struct differ *d, const struct field_rule *rule)
{
    struct buf text;

    if (rule == NULL) {
        return (struct span){NULL, 0};
    }
    buf_init(&text, MAX_RULE);
    field_rule_put(&text, rule);
    struct span kept = arena_copy(d->arena, buf_span(&text));

    buf_fini(&text);
    return kept;
}

/* --- one field --------------------------------------------------------------------- */

/* The rule by which all these roles release a field, or NULL: they do not. */
static const struct field_rule *released(const programs p, role_mask roles, uint16_t field)
{
    const struct field_rule *rule = NULL;

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if ((roles & ROLE_BIT(role)) == 0) {
            continue;
        }
        if (p[role] == NULL || field == CATALOG_ROOT || !fieldset_has(&p[role]->keep, field) ||
            (rule != NULL && !field_rule_equal(rule, &p[role]->rules[field]))) {
            return NULL;
        }
        rule = &p[role]->rules[field];
    }
    return rule;
}

static role_mask with_program(const programs p, role_mask roles)
{
    role_mask have = 0;

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        have |= (role_mask)(p[role] != NULL ? ROLE_BIT(role) : 0);
    }
    return have & roles;
}

/* What takes single elements away must find the same element there. */
static bool same_elements(const struct view *v, role_mask roles, uint16_t was, uint16_t now)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if ((roles & ROLE_BIT(role)) != 0 && v->was[role] != NULL && v->now[role] != NULL &&
            v->was[role]->elements[was] != v->now[role]->elements[now]) {
            return false;
        }
    }
    return true;
}

/* A field by the numbers it has in the two catalogs. */
struct spot {
    uint16_t was;
    uint16_t now;
};

struct outcome {
    bool any; /* released before or after */
    enum diff_kind kind;
    const struct field_rule *was;
    const struct field_rule *now;
};

/* `held`: roles that stood before; `left`: those that stand now. Both have programs. */
static struct outcome judge(const struct view *v, role_mask held, role_mask left, struct spot f)
{
    struct outcome o = {.was = held == 0 ? NULL : released(v->was, held, f.was),
                        .now = left == 0 ? NULL : released(v->now, left, f.now)};

    o.any = o.was != NULL || o.now != NULL;
    if (o.now == NULL) {
        o.kind = o.was == NULL ? DIFF_UNCHANGED : DIFF_NARROWED;
        return o;
    }
    bool redefined = v->r.decides_otherwise || fieldset_has(&v->r.changed, f.now);
    /* A child's facts narrow a guardian's record, and no longer do if that role falls away. */
    bool freed = v->d->facts_held && (held & ~left & ROLE_BIT(ROLE_GUARDIAN)) != 0;

    if (o.was == NULL || redefined || freed || !same_elements(v, left, f.was, f.now)) {
        o.kind = DIFF_WIDENED;
        return o;
    }
    o.kind = diff_rules(o.was, o.now);
    return o;
}

/* The field itself, from the catalog that has it. */
static const struct field *field_at(const struct view *v, struct spot f)
{
    bool now = f.now != CATALOG_ROOT;
    const struct resource *r = now ? v->r.now : v->r.was;

    assert(r != NULL); /* a spot has a number only where its resource is */
    return &r->fields[now ? f.now : f.was];
}

static void tell(const struct view *v, role_mask roles, struct spot f, const struct outcome *o)
{
    struct diff_change change = {
        .kind = o->kind,
        .subject = DIFF_FIELD,
        .resource = v->r.now != NULL ? v->r.now : v->r.was,
        .field = field_at(v, f),
        .roles = roles,
        .from = v->day,
        .was = rule_text(v->d, o->was),
        .now = rule_text(v->d, o->now),
    };

    diff_tell_of(v->d, v->pair, change);
}

/* --- one role ---------------------------------------------------------------------- */

static bool same_or_none(const struct field_rule *a, const struct field_rule *b)
{
    return a == NULL || b == NULL ? a == b : field_rule_equal(a, b);
}

static bool said_before(const struct view *v, role_mask role, struct spot f,
                        const struct outcome *o)
{
    struct view before = *v;

    if (v->first) {
        return false;
    }
    memcpy(before.was, v->last_was, sizeof(before.was));
    memcpy(before.now, v->last_now, sizeof(before.now));
    struct outcome last =
        judge(&before, with_program(before.was, role), with_program(before.now, role), f);

    return last.kind == o->kind && same_or_none(last.was, o->was) && same_or_none(last.now, o->now);
}

static void compare_single(struct view *v, role_mask role, struct spot f)
{
    struct outcome o = judge(v, with_program(v->was, role), with_program(v->now, role), f);

    if (!o.any) {
        return;
    }
    if (o.kind == DIFF_WIDENED) {
        fieldset_add(&v->told, f.now);
    }
    if (!said_before(v, role, f, &o)) {
        tell(v, role, f, &o);
    }
}

/* Calls for every field that either catalog has, in the new one's order. */
static void each_field(struct view *v, role_mask roles,
                       void (*each)(struct view *, role_mask, struct spot))
{
    for (uint16_t i = 0; v->r.now != NULL && i < v->r.now->field_count; i++) {
        each(v, roles, (struct spot){v->r.old_number[i], i});
    }
    for (uint16_t i = 0; v->r.was != NULL && i < v->r.was->field_count; i++) {
        if (v->r.now == NULL || v->r.new_number[i] == CATALOG_ROOT) {
            each(v, roles, (struct spot){i, CATALOG_ROOT});
        }
    }
}

/* --- several roles ----------------------------------------------------------------- */

/* Widened for people who hold all of `roles`, though for nobody who holds one of them. */
static void compare_several(struct view *v, role_mask roles, struct spot f)
{
    role_mask held = with_program(v->was, roles);

    if (f.now == CATALOG_ROOT || fieldset_has(&v->told, f.now)) {
        return;
    }
    for (role_mask part = roles; part != 0; part = (role_mask)((part - 1) & roles)) {
        role_mask left = with_program(v->now, part);
        struct outcome o = judge(v, held, left, f);

        if (left != 0 && o.any && o.kind == DIFF_WIDENED) {
            tell(v, roles, f, &o);
            fieldset_add(&v->told, f.now);
            return;
        }
        if (!v->pair->moved) {
            return;
        }
    }
}

static bool is_several(role_mask roles)
{
    return (roles & (roles - 1)) != 0;
}

static bool same_day(const struct view *v)
{
    return !v->first && memcmp(v->was, v->last_was, sizeof(v->was)) == 0 &&
           memcmp(v->now, v->last_now, sizeof(v->now)) == 0;
}

static void compare_day(struct view *v)
{
    if (same_day(v)) {
        return;
    }
    v->told = (struct fieldset){{0}};
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        each_field(v, ROLE_BIT(role), compare_single);
    }
    for (unsigned roles = 1; roles <= OTHERS; roles++) {
        if ((roles & OTHERS) == roles && is_several((role_mask)roles)) {
            each_field(v, (role_mask)roles, compare_several);
        }
    }
}

/* --- days -------------------------------------------------------------------------- */

struct days {
    int32_t *at; /* ascending, each once */
    size_t count;
};

static void add_day(struct days *days, int32_t since, int32_t day)
{
    size_t i = days->count;

    day = day < since ? since : day;
    while (i > 0 && days->at[i - 1] > day) {
        i--;
    }
    if (i > 0 && days->at[i - 1] == day) {
        return;
    }
    memmove(&days->at[i + 1], &days->at[i], (days->count - i) * sizeof(days->at[0]));
    days->at[i] = day;
    days->count++;
}

/* The day after, good enough to compare and to show. */
static int32_t day_after(int32_t date)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int32_t length = lengths[(month - 1) % 12] + (month == 2 && leap ? 1 : 0);

    if (day < length) {
        return date + 1;
    }
    return month < 12 ? year * 10000 + (month + 1) * 100 + 1 : (year + 1) * 10000 + 101;
}

static void add_days_of(struct days *days, int32_t since, const struct agreement *a)
{
    const struct compiled *c = (const struct compiled *)a; /* its first member */

    if (a == NULL) {
        return;
    }
    add_day(days, since, a->from);
    add_day(days, since, day_after(a->ends));
    if (a->stopped_on != 0) {
        add_day(days, since, a->stopped_on);
    }
    if (a->barred_until != 0) {
        add_day(days, since, day_after(a->barred_until));
    }
    for (size_t i = 0; i < c->table.era_count; i++) {
        add_day(days, since, c->table.eras[i]);
    }
}

static size_t era_count(const struct agreement *a)
{
    return a == NULL ? 0 : ((const struct compiled *)a)->table.era_count;
}

/* All days from d->since on on which either side may begin to release otherwise. */
static bool find_days(struct differ *d, const struct pair *p, struct days *out)
{
    enum { OTHER_DAYS = 9 }; /* the first; from, ends, stopped_on, barred_until of two */
    size_t most = era_count(p->was) + era_count(p->now) + OTHER_DAYS;

    *out = (struct days){.at = arena_array(d->arena, most, sizeof(*out->at))};
    if (out->at == NULL) {
        return false;
    }
    add_day(out, d->since, d->since);
    add_days_of(out, d->since, p->was);
    add_days_of(out, d->since, p->now);
    return true;
}

static void find_programs(const struct policy *p, const struct agreement *a,
                          const struct resource *r, int32_t day, programs out)
{
    bool stopped = a == NULL || !agreement_in_force(a, day);

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        out[role] = stopped || r == NULL ? NULL : policy_program(p, a, r, (enum role)role, day);
    }
}

static void compare_resource(struct differ *d, const struct pair *p, const struct days *days,
                             struct resource_pair r)
{
    struct view v = {.d = d, .pair = p, .r = r, .first = true};

    for (size_t i = 0; i < days->count; i++) {
        v.day = days->at[i];
        find_programs(d->was, p->was, r.was, v.day, v.was);
        find_programs(d->now, p->now, r.now, v.day, v.now);
        compare_day(&v);
        memcpy(v.last_was, v.was, sizeof(v.was));
        memcpy(v.last_now, v.now, sizeof(v.now));
        v.first = false;
    }
}

void diff_fields(struct differ *d, const struct pair *p)
{
    const struct catalog *was = policy_catalog(d->was);
    const struct catalog *now = policy_catalog(d->now);
    struct resource_pair pair;
    struct days days;

    if (!find_days(d, p, &days)) {
        return; /* the arena remembers */
    }
    for (size_t i = 0; i < catalog_resource_count(now); i++) {
        const struct resource *r = catalog_resource(now, i);

        diff_resources(catalog_find(was, r->name), r, &pair);
        compare_resource(d, p, &days, pair);
    }
    for (size_t i = 0; i < catalog_resource_count(was); i++) {
        const struct resource *r = catalog_resource(was, i);

        if (catalog_find(now, r->name) == NULL) {
            diff_resources(r, NULL, &pair);
            compare_resource(d, p, &days, pair);
        }
    }
}
