/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read only when decisions need it: who sits in which class, the course
 * and terms of a class, birth dates, and local fields that are facts. All of it
 * only ever allows something, so what cannot be read is as if it were not there.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "roster/builder_priv.h"

void builder_ties_fini(struct roster_builder *b)
{
    edges_fini(&b->pupils);
    edges_fini(&b->adults);
    edges_fini(&b->class_terms);
    edges_fini(&b->labels);
    edges_fini(&b->births);
}

/* --- needs */

static bool split(struct span field, struct local_path *out)
{
    struct span rest = field;

    while (rest.ptr != NULL && out->count < LOCAL_NAMES) {
        out->names[out->count] = span_cut(&rest, '.');
        if (out->names[out->count++].len == 0) {
            return false;
        }
    }
    return rest.ptr == NULL && out->count > 1 &&
           (span_eq_str(out->names[0], "users") || span_eq_str(out->names[0], "demographics") ||
            span_eq_str(out->names[0], "enrollments"));
}

/* The text is kept in roster->locals, behind one byte that says what it is. */
static enum err keep_local(struct roster_builder *b, const struct roster_local *local)
{
    struct buf text;
    uint32_t number;

    if (b->roster->locals.count >= ROSTER_MAX_LOCALS) {
        return ERR_INPUT;
    }
    buf_init(&text, ROSTER_MAX_ID);
    buf_put_byte(&text, local->program ? 'p' : 's');
    buf_put(&text, local->resource);
    buf_put_byte(&text, '.');
    buf_put(&text, local->path);
    enum err e = buf_err(&text) == ERR_TOO_BIG ? ERR_INPUT : buf_err(&text);

    e = e != OK ? e : ids_add(&b->roster->locals, buf_span(&text), &number);
    buf_fini(&text);
    return e;
}

static enum err read_local(struct roster_builder *b, uint32_t number)
{
    struct span text = ids_get(&b->roster->locals, number);
    struct local_path *path = &b->locals[number];

    path->program = text.ptr[0] == 'p';
    b->local_count = number + 1;
    return split(span_from(text, 1), path) ? OK : ERR_INPUT;
}

enum err roster_builder_need(struct roster_builder *b, const struct roster_needs *needs,
                             int32_t today)
{
    enum err e = OK;

    b->roster->has_enrollments = needs->enrollments;
    b->roster->has_birth = needs->birth;
    b->today = today;
    for (size_t i = 0; i < needs->local_count && e == OK; i++) {
        e = keep_local(b, &needs->locals[i]);
    }
    for (uint32_t i = 0; i < b->roster->locals.count && e == OK; i++) { /* the text stands still */
        e = read_local(b, i);
    }
    return e;
}

/* --- local fields */

static enum err add_label(struct roster_builder *b, uint32_t owner, const json_t *value)
{
    struct span word = span_of(json_string_value(value), json_string_length(value));
    uint32_t number;

    if (!json_is_string(value) || word.len == 0 || word.len > ROSTER_MAX_ID) {
        return OK;
    }
    enum err e = ids_add(&b->roster->words, word, &number);

    return e != OK ? e : edges_add(&b->labels, owner, number);
}

/* A string, or a list of strings. */
static enum err add_value(struct roster_builder *b, uint32_t owner, const json_t *value)
{
    enum err e = OK;

    if (!json_is_array(value)) {
        return add_label(b, owner, value);
    }
    for (size_t i = 0; i < json_array_size(value) && e == OK; i++) {
        e = add_label(b, owner, json_array_get(value, i));
    }
    return e;
}

enum err builder_add_labels(struct roster_builder *b, uint32_t person, const char *resource,
                            const json_t *record)
{
    enum err e = OK;

    for (size_t i = 0; i < b->local_count && e == OK; i++) {
        const struct local_path *path = &b->locals[i];
        const json_t *value = record;

        if (!span_eq_str(path->names[0], resource)) {
            continue;
        }
        for (size_t k = 1; k < path->count; k++) {
            value = json_object_getn(value, (const char *)path->names[k].ptr, path->names[k].len);
        }
        e = add_value(b, person * 2 + (path->program ? 1 : 0), value);
    }
    return e;
}

/* --- demographics: their ids are those of people */

static enum err add_birth(struct roster_builder *b, uint32_t person, const json_t *value)
{
    struct span text = span_of(json_string_value(value), json_string_length(value));
    int32_t date;

    if (value == NULL || json_is_null(value)) {
        return OK;
    }
    if (!json_is_string(value) || !clock_parse_date(text, &date)) {
        b->roster->people[person].flags |= PERSON_BAD_BIRTH;
        return OK;
    }
    return edges_add(&b->births, person, (uint32_t)date);
}

enum err builder_add_demographics(struct roster_builder *b, struct span id, const json_t *record)
{
    uint32_t person;
    enum err e = builder_person(b, id, &person);

    if (e != OK) {
        return e;
    }
    struct person *p = &b->roster->people[person];

    b->seen += (p->flags & PERSON_DEMOGRAPHICS) == 0;
    p->flags |= PERSON_DEMOGRAPHICS;
    if (builder_is_deleted(record)) {
        return OK;
    }
    e = b->roster->has_birth ? add_birth(b, person, json_object_get(record, "birthDate")) : OK;
    return e != OK ? e : builder_add_labels(b, person, "demographics", record);
}

/* --- classes and enrollments */

/* A class that is seen twice must say the same course, or it is unknown. */
static enum err add_course_of(struct roster_builder *b, uint32_t class, const json_t *ref)
{
    struct span id;
    uint32_t course = IDS_NONE;
    enum err e = builder_read_ref(ref, &id) ? builder_place(b, PLACE_COURSE, id, &course) : OK;
    struct place *p = &b->roster->places[PLACE_CLASS].rows[class];

    if (e == OK) {
        bool other = (p->flags & PLACE_TIED) != 0 && p->course != course;

        p->flags |= (uint8_t)(PLACE_TIED | (other ? PLACE_UNUSABLE : 0));
        p->course = course;
    }
    return e;
}

enum err builder_add_class_ties(struct roster_builder *b, uint32_t class, const json_t *record)
{
    const json_t *terms = json_object_get(record, "terms");

    if (!b->roster->has_enrollments) {
        return OK;
    }
    enum err e = add_course_of(b, class, json_object_get(record, "course"));

    for (size_t i = 0; i < json_array_size(terms) && e == OK; i++) {
        struct span id;
        uint32_t session;

        if (builder_read_ref(json_array_get(terms, i), &id)) {
            e = builder_place(b, PLACE_SESSION, id, &session);
            e = e != OK ? e : edges_add(&b->class_terms, class, session);
        }
    }
    return e;
}

/* Which class of person this role in a class is one of; NULL: none that counts. */
static struct edges *edges_of_role(struct roster_builder *b, const json_t *word)
{
    static const char *const adults[] = {"teacher", "administrator", "proctor"};
    const char *role = json_string_value(word);

    if (role == NULL || strcmp(role, "student") == 0) {
        return role == NULL ? NULL : &b->pupils;
    }
    for (size_t i = 0; i < sizeof(adults) / sizeof(adults[0]); i++) {
        if (strcmp(role, adults[i]) == 0) {
            return &b->adults;
        }
    }
    return NULL;
}

/* Active, and its last day is not over. */
static bool is_running(const struct roster_builder *b, const json_t *record)
{
    const char *status = json_string_value(json_object_get(record, "status"));
    const json_t *end = json_object_get(record, "endDate");
    int32_t date;

    if (status == NULL || strcmp(status, "active") != 0) {
        return false;
    }
    if (end == NULL || json_is_null(end) || (json_is_string(end) && json_string_length(end) == 0)) {
        return true;
    }
    return json_is_string(end) &&
           clock_parse_date(span_of(json_string_value(end), json_string_length(end)), &date) &&
           date >= b->today;
}

static enum err add_place_in_class(struct roster_builder *b, struct edges *edges,
                                   const json_t *record, uint32_t *person)
{
    struct span user, class;
    uint32_t number;

    if (!builder_read_ref(json_object_get(record, "user"), &user) ||
        !builder_read_ref(json_object_get(record, "class"), &class)) {
        b->skipped++;
        return OK;
    }
    enum err e = builder_person(b, user, person);

    e = e != OK ? e : builder_place(b, PLACE_CLASS, class, &number);
    e = e != OK ? e : edges_add(edges, *person, number);
    b->roster->counts.enrollments += e == OK;
    return e;
}

enum err builder_add_enrollment(struct roster_builder *b, struct span id, const json_t *record)
{
    struct edges *edges = edges_of_role(b, json_object_get(record, "role"));
    uint32_t person = IDS_NONE;

    (void)id;
    if (edges == NULL || !is_running(b, record)) {
        return OK;
    }
    enum err e = add_place_in_class(b, edges, record, &person);

    return e != OK || person == IDS_NONE || edges != &b->pupils
               ? e
               : builder_add_labels(b, person, "enrollments", record);
}

/* Enrollments are many, so their ids are not kept: a page that begins as the last did is old. */
void builder_note_page(struct roster_builder *b, const json_t *records)
{
    struct span id = span_of(NULL, 0);

    if (json_array_size(records) == 0 || !builder_read_ref(json_array_get(records, 0), &id)) {
        b->seen += json_array_size(records); /* the bound on pages ends it */
        return;
    }
    if (!span_eq(id, span_of(b->first, b->first_len))) {
        b->seen += json_array_size(records);
        memcpy(b->first, id.ptr, id.len);
        b->first_len = id.len;
    }
}
