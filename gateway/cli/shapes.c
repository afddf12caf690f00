/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/shapes.h"

#include "base/buf.h"
#include "ledger/leaf.h"
#include "ledger/reader.h"
#include "ledger/view.h"

enum { MAX_SHAPES = 512 * 1024 * 1024, MAX_WORDS = 128 * 1024 };

/* A `fields` entry, which disclosures refer to. */
struct field_set {
    struct span name;
    struct span resource;
    struct span roles;
    struct span fields;
};

bool shapes_since(const char *text, int64_t *ms)
{
    char whole[] = "0000-00-00T00:00:00.000Z";
    size_t len = strlen(text);

    if (len != 10 && len != sizeof(whole) - 1) {
        return false;
    }
    memcpy(whole, text, len);
    return leaf_parse_time(span_of(whole, sizeof(whole) - 1), ms);
}

bool shapes_have(struct span words, struct span word)
{
    while (words.ptr != NULL) {
        if (span_eq(span_cut(&words, ' '), word)) {
            return true;
        }
    }
    return false;
}

/* --- growing --------------------------------------------------------------------------- */

/* Room for one more of `size` bytes behind the last, or NULL; old blocks stay in the arena. */
static void *more(struct arena *arena, void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return items;
    }
    size_t next = *cap == 0 ? 64 : *cap * 2;
    void *fresh = arena_array(arena, next, size);

    if (fresh != NULL && count > 0) {
        memcpy(fresh, items, count * size);
    }
    *cap = fresh == NULL ? *cap : next;
    return fresh;
}

static struct span keep(struct shapes *s, struct span text)
{
    return text.len == 0 ? (struct span){NULL, 0} : arena_copy(&s->arena, text);
}

/* The strings of a list, joined by blanks. */
static struct span words_of(const struct view *v, const char *key, struct buf *room)
{
    buf_clear(room);
    for (size_t i = 0;; i++) {
        struct span item = view_item(v, key, i);

        if (item.ptr == NULL) {
            return buf_span(room);
        }
        buf_put_str(room, i > 0 ? " " : "");
        buf_put(room, item);
    }
}

/* --- requests ---------------------------------------------------------------------------- */

static bool same_asked(const struct asked_shape *a, const struct asked_shape *b)
{
    return span_eq(a->client, b->client) && span_eq(a->route, b->route) &&
           span_eq(a->params, b->params) && span_eq(a->denied, b->denied) &&
           span_eq(a->field, b->field) && span_eq(a->agreement, b->agreement);
}

static enum err add_asked(struct shapes *s, const struct asked_shape *seen)
{
    for (size_t i = 0; i < s->asked_count; i++) {
        if (same_asked(&s->asked[i], seen)) {
            s->asked[i].count++;
            return OK;
        }
    }
    struct asked_shape *items =
        more(&s->arena, s->asked, s->asked_count, &s->asked_cap, sizeof(*items));

    if (items == NULL) {
        return ERR_MEMORY;
    }
    s->asked = items;
    s->asked[s->asked_count++] = (struct asked_shape){
        .agreement = keep(s, seen->agreement),
        .client = keep(s, seen->client),
        .resource = keep(s, seen->resource),
        .route = keep(s, seen->route),
        .params = keep(s, seen->params),
        .denied = keep(s, seen->denied),
        .field = keep(s, seen->field),
        .count = 1,
    };
    return s->arena.overflow ? ERR_MEMORY : OK;
}

static enum err take_asked(struct shapes *s, const struct view *v, bool denied)
{
    struct buf room;

    buf_init(&room, MAX_WORDS);
    const struct asked_shape seen = {
        .agreement = view_text(v, "agreement"),
        .client = view_text(v, "client"),
        .resource = view_text(v, "resource"),
        .route = view_text(v, "route"),
        .params = words_of(v, "params", &room),
        .denied = denied ? view_text(v, "reason") : (struct span){NULL, 0},
        .field = denied ? view_text(v, "field") : (struct span){NULL, 0},
    };
    enum err e = buf_err(&room) != OK ? buf_err(&room) : add_asked(s, &seen);

    buf_fini(&room);
    return e;
}

/* --- disclosures -------------------------------------------------------------------------- */

static enum err take_set(struct shapes *s, const struct view *v)
{
    struct field_set *items = more(&s->arena, s->sets, s->set_count, &s->set_cap, sizeof(*items));
    struct buf room;

    if (items == NULL) {
        return ERR_MEMORY;
    }
    s->sets = items;
    buf_init(&room, MAX_WORDS);
    struct field_set set = {.name = keep(s, view_text(v, "set")),
                            .resource = keep(s, view_text(v, "resource"))};

    set.roles = keep(s, words_of(v, "role", &room));
    set.fields = keep(s, words_of(v, "fields", &room));
    enum err e = buf_err(&room);

    buf_fini(&room);
    s->sets[s->set_count++] = set;
    return s->arena.overflow ? ERR_MEMORY : e;
}

static const struct field_set *find_set(const struct shapes *s, struct span name)
{
    for (size_t i = s->set_count; i > 0; i--) {
        if (span_eq(s->sets[i - 1].name, name)) {
            return &s->sets[i - 1];
        }
    }
    return NULL;
}

static enum err add_shown(struct shapes *s, struct span agreement, const struct field_set *set,
                          uint64_t students)
{
    for (size_t i = 0; i < s->shown_count; i++) {
        struct shown_shape *x = &s->shown[i];

        if (span_eq(x->agreement, agreement) && span_eq(x->resource, set->resource) &&
            span_eq(x->roles, set->roles) && span_eq(x->fields, set->fields)) {
            x->count++;
            x->students += students;
            return OK;
        }
    }
    struct shown_shape *items =
        more(&s->arena, s->shown, s->shown_count, &s->shown_cap, sizeof(*items));

    if (items == NULL) {
        return ERR_MEMORY;
    }
    s->shown = items;
    s->shown[s->shown_count++] = (struct shown_shape){
        .agreement = keep(s, agreement),
        .resource = set->resource,
        .roles = set->roles,
        .fields = set->fields,
        .count = 1,
        .students = students,
    };
    return s->arena.overflow ? ERR_MEMORY : OK;
}

static enum err take_shown(struct shapes *s, const struct view *v)
{
    uint64_t students = (uint64_t)view_subject_count(v);
    enum err e = OK;

    for (size_t i = 0; e == OK; i++) {
        struct span name = view_item(v, "fields", i);
        const struct field_set *set = name.ptr == NULL ? NULL : find_set(s, name);

        if (name.ptr == NULL) {
            return OK;
        }
        e = set == NULL ? ERR_INPUT : add_shown(s, view_text(v, "agreement"), set, students);
    }
    return e;
}

/* --- the whole ------------------------------------------------------------------------------ */

static enum err take_entry(struct shapes *s, const struct view *v, int64_t since_ms)
{
    struct span kind = view_text(v, "kind");
    int64_t ms = 0;

    s->entries++;
    if (span_eq_str(kind, "fields")) {
        return take_set(s, v);
    }
    if (!leaf_parse_time(view_text(v, "time"), &ms) || ms < since_ms) {
        return OK;
    }
    if (span_eq_str(kind, "request") || span_eq_str(kind, "denied")) {
        return take_asked(s, v, span_eq_str(kind, "denied"));
    }
    return span_eq_str(kind, "disclosure") ? take_shown(s, v) : OK;
}

static enum err read_entry(struct shapes *s, struct span leaf, int64_t since_ms)
{
    struct view *v = NULL;
    enum err e = view_read(leaf, &v);

    e = e != OK ? e : take_entry(s, v, since_ms);
    view_free(&v);
    return e;
}

enum err shapes_read(const char *directory, int64_t since_ms, struct shapes *out)
{
    struct reader *reader = NULL;

    *out = (struct shapes){.entries = 0};
    arena_init(&out->arena, MAX_SHAPES);
    enum err e = reader_open(directory, &reader);

    for (uint64_t i = 0; e == OK; i++) {
        struct reader_entry entry;

        e = reader_get(reader, i, &entry);
        if (e == ERR_NOT_FOUND) { /* the end */
            reader_close(&reader);
            return OK;
        }
        e = e != OK ? e : read_entry(out, entry.leaf, since_ms);
    }
    reader_close(&reader);
    return e;
}

void shapes_free(struct shapes *s)
{
    arena_fini(&s->arena);
    *s = (struct shapes){.entries = 0};
}
