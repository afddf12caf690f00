/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling an agreement's cells into immutable programs, one set for each era.
 */
#include "policy/compile.h"

/* One program in the making. */
struct making {
    struct sharing *s;
    const struct resource *resource;
    const struct cell *cells;
    const struct node *opened; /* of records about nobody */
    enum role role;
    int32_t era;
    bool last_era; /* lacks are reported once, for the agreement as it stands at the end */
    struct program *program;
    struct field_rule *rules;
};

static bool is_leaf(const struct field *f)
{
    return f->kind != FIELD_OBJECT;
}

/* Puts granted fields into the program; the place of the first one, or NULL. */
static const struct node *put_granted(struct making *m)
{
    const struct node *first = NULL;

    if (!agreement_ticks(m->s->file, &m->s->role_line[m->role], m->era)) {
        return NULL; /* not even the ids of the role may leave */
    }
    for (unsigned i = 0; i < m->resource->field_count; i++) {
        const struct cell *c = &m->cells[i];
        bool counts = c->at != NULL && c->rule.transform != TRANSFORM_OMIT &&
                      agreement_ticks(m->s->file, &c->line, m->era);

        if (!counts || !is_leaf(&m->resource->fields[i])) {
            continue;
        }
        m->rules[i] = c->rule;
        fieldset_add(&m->program->keep, i);
        first = first == NULL ? c->at : first;
    }
    return first;
}

static void put_structure(struct making *m)
{
    for (unsigned i = 0; i < m->resource->field_count; i++) {
        const struct field *f = &m->resource->fields[i];

        if (is_leaf(f) && f->grant[m->role].by == GRANT_STRUCTURE) {
            m->rules[i].transform = TRANSFORM_AS_IS;
            fieldset_add(&m->program->keep, i);
        }
    }
}

/* True if the object that holds a field will stand in the answer. */
static bool parent_stands(const struct making *m, const struct field *f)
{
    if (f->parent == CATALOG_ROOT) {
        return true;
    }
    for (unsigned i = 0; i < m->resource->field_count; i++) {
        if (m->resource->fields[i].parent == f->parent && fieldset_has(&m->program->keep, i)) {
            return true;
        }
    }
    return false;
}

/* A required leaf that is neither kept nor replaced by a placeholder, or NULL. */
static const struct field *find_lack(const struct making *m)
{
    for (unsigned i = 0; i < m->resource->field_count; i++) {
        const struct field *f = &m->resource->fields[i];
        bool there = fieldset_has(&m->program->keep, i) || f->placeholder.len > 0;

        if (f->required && is_leaf(f) && !there && parent_stands(m, f)) {
            return f;
        }
    }
    return NULL;
}

static void report_lack(struct making *m, const struct node *at, const struct field *lack)
{
    if (m->last_era) {
        sharing_complain(m->s, at,
                         "%.*s of %s would lack \"%.*s\", which strict clients require beside it: "
                         "share it as well",
                         (int)m->resource->name.len, (const char *)m->resource->name.ptr,
                         role_word(m->role), (int)lack->path.len, (const char *)lack->path.ptr);
    }
}

/* The element that grants each field, for what takes single elements away; or NULL. */
static const uint8_t *number_elements(const struct making *m, struct arena *arena)
{
    uint8_t *numbers = arena_array(arena, m->resource->field_count, sizeof(*numbers));

    for (unsigned i = 0; numbers != NULL && i < m->resource->field_count; i++) {
        const struct field_grant *g = &m->resource->fields[i].grant[m->role];

        numbers[i] = (uint8_t)element_number(element_of_grant(g));
    }
    return numbers;
}

/* The program of m->resource for m->role in m->era, or NULL: nothing is shared. */
static const struct program *make_program(struct making *m, struct arena *arena)
{
    m->program = arena_alloc(arena, sizeof(*m->program));
    m->rules = arena_array(arena, m->resource->field_count, sizeof(*m->rules));
    const uint8_t *elements = number_elements(m, arena);

    if (m->program == NULL || m->rules == NULL || elements == NULL) {
        return NULL;
    }
    *m->program = (struct program){
        .resource = m->resource, .role = m->role, .rules = m->rules, .elements = elements};
    const struct node *at = put_granted(m);

    if (m->role == ROLE_NONE) {
        at = m->opened;
    }
    if (at == NULL) {
        return NULL;
    }
    put_structure(m);
    const struct field *lack = find_lack(m);

    if (lack != NULL) {
        report_lack(m, at, lack);
        return NULL;
    }
    return m->program;
}

/* --- eras ----------------------------------------------------------------------- */

static bool set_eras(const struct agreement_file *file, struct arena *arena,
                     struct program_table *out)
{
    int32_t *eras = arena_array(arena, file->document_count, sizeof(*eras));
    size_t n = 0;

    for (size_t i = 0; eras != NULL && i < file->document_count; i++) {
        if (n == 0 || file->documents[i].from > eras[n - 1]) {
            eras[n++] = file->documents[i].from;
        }
    }
    out->eras = eras;
    out->era_count = n;
    return eras != NULL && n > 0;
}

static void compile_era(struct sharing *s, struct arena *arena, struct program_table *out,
                        size_t era)
{
    for (size_t i = 0; i < out->resource_count * ROLE_COUNT; i++) {
        struct making m = {.s = s, .era = out->eras[era], .last_era = era + 1 == out->era_count};
        size_t r = i / ROLE_COUNT;

        m.resource = catalog_resource(s->catalog, r);
        m.role = (enum role)(i % ROLE_COUNT);
        m.cells = sharing_cells(s, r, m.role);
        m.opened = s->opened[r];
        if (m.cells != NULL) {
            out->programs[era * out->resource_count * ROLE_COUNT + i] = make_program(&m, arena);
        }
    }
}

bool compile_programs(struct sharing *s, struct arena *arena, struct program_table *out)
{
    *out = (struct program_table){.resource_count = catalog_resource_count(s->catalog)};
    if (!set_eras(s->file, arena, out)) {
        return false;
    }
    out->programs = arena_array(arena, out->era_count * out->resource_count * ROLE_COUNT,
                                sizeof(*out->programs));
    if (out->programs == NULL) {
        return false;
    }
    for (size_t era = 0; era < out->era_count; era++) {
        compile_era(s, arena, out, era);
    }
    return !s->failed && !arena->overflow;
}

/* --- keys ----------------------------------------------------------------------- */

static bool is_listed(const struct agreement *a, enum ref_type ref, struct span path)
{
    for (size_t i = 0; i < a->keyed_count; i++) {
        if (a->keyed[i].ref == ref && span_eq(a->keyed[i].path, path)) {
            return true;
        }
    }
    return false;
}

static struct span key_label(struct arena *arena, enum ref_type ref, struct span path)
{
    struct span word = span_str(ref_word(ref));
    uint8_t *text = arena_alloc(arena, word.len + 1 + path.len);

    if (text == NULL) {
        return SPAN("");
    }
    memcpy(text, word.ptr, word.len);
    text[word.len] = '.';
    memcpy(text + word.len + 1, path.ptr, path.len);
    return span_of(text, word.len + 1 + path.len);
}

/* Lists the keyed fields of one program; `room` is what out->keyed points to. */
static void list_keyed(const struct program *p, struct arena *arena, struct keyed_field *room,
                       struct agreement *out)
{
    for (unsigned i = 0; i < p->resource->field_count; i++) {
        enum ref_type ref = p->resource->ref;
        struct span path = p->resource->fields[i].path;

        if (fieldset_has(&p->keep, i) && transform_row(p->rules[i].transform)->keyed &&
            !is_listed(out, ref, path)) {
            room[out->keyed_count++] = (struct keyed_field){ref, path, key_label(arena, ref, path)};
        }
    }
}

static size_t count_keyed(const struct program *p)
{
    size_t n = 0;

    for (unsigned i = 0; i < p->resource->field_count; i++) {
        n += transform_row(p->rules[i].transform)->keyed ? 1 : 0;
    }
    return n;
}

bool compile_keyed(const struct program_table *t, struct arena *arena, struct agreement *out)
{
    size_t programs = t->era_count * t->resource_count * ROLE_COUNT;
    size_t most = 0;

    for (size_t i = 0; i < programs; i++) {
        most += t->programs[i] == NULL ? 0 : count_keyed(t->programs[i]);
    }
    struct keyed_field *room = arena_array(arena, most + 1, sizeof(*room));

    if (room == NULL) {
        return false;
    }
    out->keyed = room;
    for (size_t i = 0; i < programs; i++) {
        if (t->programs[i] != NULL) {
            list_keyed(t->programs[i], arena, room, out);
        }
    }
    return !arena->overflow;
}

const struct program *program_table_find(const struct program_table *t, size_t resource,
                                         enum role role, int32_t date)
{
    size_t era = t->era_count;

    while (era > 0 && t->eras[era - 1] > date) {
        era--;
    }
    if (era == 0) {
        return NULL;
    }
    return t->programs[((era - 1) * t->resource_count + resource) * ROLE_COUNT + role];
}
