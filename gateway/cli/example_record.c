/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record is made from the catalog, field by field; the roster behind it knows
 * just the people and places that the record names.
 */
#include "cli/example_record.h"

#include <assert.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/trial.h"

enum { MAX_RECORD = 256 * 1024, MAX_ARENA = 1 << 20 };

/* --- choosing ------------------------------------------------------------------------ */

static bool set_has(const struct fact_set *set, struct span item)
{
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        if (span_eq(set->items[i], item)) {
            return true;
        }
    }
    return set == NULL;
}

/* An item that both sets hold, else one of the new set's; NULL sets hold everything. */
static struct span choose(const struct fact_set *was, const struct fact_set *now, const char *any)
{
    const struct fact_set *from = now != NULL ? now : was;

    if (from == NULL || from->count == 0) {
        return span_str(any);
    }
    for (size_t i = 0; i < from->count; i++) {
        if (set_has(was, from->items[i])) {
            return from->items[i];
        }
    }
    return from->items[0];
}

void example_choose(struct example *x, const struct agreement *was, const struct agreement *now)
{
    const struct agreement *a = was != NULL ? was : now, *b = now != NULL ? now : was;

    assert(a != NULL && b != NULL); /* a change is of something */
    x->school = choose(a->schools, b->schools, "sample-school");
    x->grade = choose(a->grades, b->grades, "07");
    x->class = choose(a->classes, b->classes, "sample-class");
    x->course = choose(a->courses, b->courses, "sample-course");
    x->term = choose(a->terms, b->terms, "sample-term");
    x->status = choose(a->statuses, b->statuses, "sample-status");
    x->program = choose(a->programs, b->programs, "sample-program");
}

/* --- the record ------------------------------------------------------------------------ */

static struct span person_id(enum role role)
{
    static const char *const ids[ROLE_COUNT] = {"sample-student", "sample-guardian",
                                                "sample-teacher", "sample-staff", "sample-nobody"};

    return span_str(ids[role]);
}

/* Whom a reference to a user names: from a guardian or student each other, else oneself. */
static enum role other_person(const struct example *x, const struct field *f)
{
    bool link = f->list && x->resource->is_person;

    if (link && x->role == ROLE_STUDENT) {
        return ROLE_GUARDIAN;
    }
    return link && x->role == ROLE_GUARDIAN ? ROLE_STUDENT : x->role;
}

static struct span id_of(const struct example *x, enum ref_type type, enum role person)
{
    switch (type) {
    case REF_USER:
    case REF_DEMOGRAPHICS:
        return person_id(person);
    case REF_ORG:
        return x->school;
    case REF_CLASS:
        return x->class;
    case REF_COURSE:
        return x->course;
    case REF_ACADEMIC_SESSION:
        return x->term;
    default:
        return SPAN("sample-1");
    }
}

static struct span own_id(const struct example *x)
{
    return x->resource->is_person || x->resource->ref == REF_DEMOGRAPHICS
               ? person_id(x->role)
               : id_of(x, x->resource->ref, x->role);
}

static void put_ref(const struct example *x, const struct field *f, struct buf *out)
{
    buf_put_str(out, "{\"href\":\"https://source.example/");
    buf_put_str(out, "sample\",\"sourcedId\":");
    text_json_string(out, id_of(x, f->ref, other_person(x, f)));
    buf_put_str(out, ",\"type\":\"");
    buf_put_str(out, ref_word(f->ref));
    buf_put_str(out, "\"}");
}

static struct span role_word_of(enum role role)
{
    static const char *const words[ROLE_COUNT] = {"student", "guardian", "teacher", "aide", ""};

    return span_str(words[role]);
}

static struct span text_of(const struct field *f, char *room, size_t size)
{
    switch (f->type) {
    case TYPE_BOOLEAN:
    case TYPE_FLAG:
        return SPAN("true");
    case TYPE_NUMBER:
        return SPAN("12.5");
    case TYPE_DATE:
    case TYPE_MOMENT:
        return SPAN("2012-03-15");
    case TYPE_DATETIME:
        return SPAN("2026-01-31T10:20:30.000Z");
    case TYPE_YEAR:
        return SPAN("2026");
    case TYPE_EMAIL:
        return SPAN("sample@mail.example");
    default:
        (void)snprintf(room, size, "Sample %.*s", (int)f->name.len, (const char *)f->name.ptr);
        return span_str(room);
    }
}

static struct span value_of(const struct example *x, const struct field *f, char *room, size_t size)
{
    bool id = f->parent == CATALOG_ROOT && span_eq_str(f->name, "sourcedId");

    if (id) {
        return own_id(x);
    }
    if ((f->facts & FACT_ROLE) != 0 || f->guards_item) {
        return role_word_of(x->role);
    }
    if (f->type == TYPE_GRADE || (f->facts & FACT_GRADE) != 0) {
        return x->grade;
    }
    if (f->type == TYPE_ID) {
        return id_of(x, f->ref, other_person(x, f));
    }
    if (f->word_count > 0) {
        return f->words[0];
    }
    return text_of(f, room, size);
}

static void put_members(const struct example *x, uint16_t parent, struct buf *out);

static void put_one(const struct example *x, const struct field *f, struct buf *out)
{
    char room[200];

    if (f->kind == FIELD_OBJECT) {
        put_members(x, f->number, out);
    } else if (f->kind == FIELD_REF) {
        put_ref(x, f, out);
    } else if (field_is_literal(f)) {
        buf_put(out, value_of(x, f, room, sizeof(room)));
    } else {
        text_json_string(out, value_of(x, f, room, sizeof(room)));
    }
}

/* As deep as the catalog nests its objects. */
static void put_members(const struct example *x, uint16_t parent, struct buf *out)
{
    bool any = false;

    buf_put_byte(out, '{');
    for (size_t i = 0; i < x->resource->field_count; i++) {
        const struct field *f = &x->resource->fields[i];

        if (f->parent != parent) {
            continue;
        }
        buf_put_str(out, any ? "," : "");
        any = true;
        text_json_string(out, f->name);
        buf_put_str(out, f->list ? ":[" : ":");
        put_one(x, f, out);
        buf_put_str(out, f->list ? "]" : "");
    }
    buf_put_byte(out, '}');
}

void example_put(const struct example *x, struct buf *out)
{
    put_members(x, CATALOG_ROOT, out);
}

/* --- the roster behind it ---------------------------------------------------------------- */

static struct fact_set one(const struct span *item)
{
    return (struct fact_set){TRI_YES, item, 1};
}

static void find_person(const void *ctx, struct span id, struct person_facts *out)
{
    static const struct span child = {(const uint8_t *)"sample-student", 14};
    const struct example *x = ctx;

    *out = (struct person_facts){.known = false};
    for (unsigned role = ROLE_STUDENT; role <= ROLE_STAFF; role++) {
        if (!span_eq(id, person_id((enum role)role))) {
            continue;
        }
        *out = (struct person_facts){
            .known = true,
            .roles = ROLE_BIT(role),
            .grades = one(&x->grade),
            .children = one(&child),
            .classes = one(&x->class),
            .courses = one(&x->course),
            .terms = one(&x->term),
            .statuses = one(&x->status),
            .programs = one(&x->program),
            .birth = 20120315,
        };
        out->schools[role] = one(&x->school);
    }
}

static void find_place(const void *ctx, enum ref_type type, struct span id, struct place_facts *out)
{
    const struct example *x = ctx;

    *out = (struct place_facts){.known = false};
    if (span_eq(id, id_of(x, type, x->role))) {
        *out = (struct place_facts){
            .known = true,
            .schools = one(&x->school),
            .grades = one(&x->grade),
            .classes = one(&x->class),
            .courses = one(&x->course),
            .terms = one(&x->term),
        };
    }
}

/* The sample student is named, has consented to everything and refused nothing. */
static void find_own(const void *ctx, struct span student, const struct own_question *q,
                     struct own_facts *out)
{
    (void)ctx;
    (void)student;
    (void)q;
    *out = (struct own_facts){.named = true, .consented = true};
    memset(&out->consents, 0xFF, sizeof(out->consents));
}

/* --- through the redactor ------------------------------------------------------------------ */

struct shown {
    struct buf *out;
};

static enum err on_record(void *ctx, const struct redact_record *record)
{
    struct shown *shown = ctx;

    if (record->reason == ROW_RELEASED) {
        buf_put(shown->out, record->bytes);
    } else {
        buf_printf(shown->out, "withheld: %s", row_reason_word(record->reason));
    }
    return buf_err(shown->out);
}

static void put_target(const struct example *x, bool item, struct buf *out)
{
    buf_put_byte(out, '/');
    buf_put(out, x->resource->name);
    if (item) {
        buf_put_byte(out, '/');
        text_percent(out, own_id(x));
    }
}

static void put_body(const struct example *x, bool item, struct buf *out)
{
    buf_put_byte(out, '{');
    text_json_string(out, item ? x->resource->item : x->resource->collection);
    buf_put_str(out, item ? ":" : ":[");
    example_put(x, out);
    buf_put_str(out, item ? "}" : "]}");
}

static enum err ask(const struct example *x, bool item, struct trial *t, struct buf *out)
{
    struct shown shown = {out};
    struct arena arena;
    struct buf text;

    arena_init(&arena, MAX_ARENA);
    buf_init(&text, MAX_RECORD);
    put_target(x, item, &text);
    enum err e = buf_err(&text) != OK ? buf_err(&text) : trial_ask(t, buf_span(&text), &arena);

    if (e == OK) {
        buf_clear(&text);
        put_body(x, item, &text);
        e = buf_err(&text);
        e = e != OK ? e : trial_redact(t, buf_span(&text), on_record, &shown);
    }
    buf_fini(&text);
    arena_fini(&arena);
    return e;
}

/* Some bases are asked for by id alone, and some never are. */
static enum err run(const struct example *x, struct trial *t, struct buf *out)
{
    enum err e = ask(x, false, t, out);

    e = e == ERR_RESOURCE ? ask(x, true, t, out) : e;
    if (e != OK && e != ERR_MEMORY && e != ERR_CRYPTO && e != ERR_TOO_BIG) {
        buf_put_str(out, "not shared");
        e = buf_err(out);
    }
    return e;
}

enum err example_show(const struct example *x, const struct policy *p, const struct agreement *a,
                      int32_t day, struct buf *out)
{
    const struct roster_view roster = {x, find_person, find_place};
    const struct own_view own = {.complete = true, .facts = find_own};
    struct trial t = {.policy = p,
                      .agreement = a,
                      .roster = &roster,
                      .own = &own,
                      .purpose = a != NULL && a->purpose_count > 0 ? a->purposes[0] : SPAN(""),
                      .date = day};

    if (a == NULL) {
        buf_put_str(out, "not shared");
        return buf_err(out);
    }
    return run(x, &t, out);
}

void example_put_value(const struct example *x, const struct field *f, struct buf *out)
{
    char room[200];
    enum ref_type ref = f->ref;
    bool id = f->kind == FIELD_REF;

    text_percent(out, id ? id_of(x, ref, other_person(x, f)) : value_of(x, f, room, sizeof(room)));
}

enum err example_ask(const struct example *x, const struct policy *p, const struct agreement *a,
                     const struct example_question *q, struct span *field)
{
    const struct roster_view roster = {x, find_person, find_place};
    const struct own_view own = {
        .complete = true, .empty = !policy_has_student_files(p), .facts = find_own};
    struct trial t = {.policy = p,
                      .agreement = a,
                      .roster = &roster,
                      .own = &own,
                      .purpose = q->purpose,
                      .date = q->day};
    struct arena arena;
    struct buf target;

    arena_init(&arena, MAX_ARENA);
    buf_init(&target, MAX_RECORD);
    put_target(x, q->item, &target);
    buf_put_str(&target, q->query.len > 0 ? "?" : "");
    buf_put(&target, q->query);
    enum err e =
        buf_err(&target) != OK ? buf_err(&target) : trial_ask(&t, buf_span(&target), &arena);

    *field = t.why.field; /* the catalog's */
    buf_fini(&target);
    arena_fini(&arena);
    return e;
}
