/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading. A question costs one search for the places of its page (at most
 * ASK_MAX_LIMIT numbers of four bytes) and then one lookup for each document, as
 * the client takes them: no statement stays open between two calls. Without a
 * filter and in the order of ids a page is a slice of the view's list of places.
 */
#include "district/source.h"

#include "base/mem.h"
#include "district/import.h"
#include "district/project.h"
#include "district/search.h"
#include "store/stmt.h"

#include <stdio.h>

enum { MAX_SQL = 4096, MAX_KEY = 20 * 1024, TOTALS = 64, MAX_MEMORY = 256 * 1024 };

struct places {
    uint32_t *at;
    size_t count;
};

/* A total that was counted before. */
struct known_total {
    struct buf key; /* SQL and values, as bytes */
    uint64_t total;
};

struct source {
    struct store *store;
    struct arena arena; /* url and metadata names */
    struct span url;
    struct ask_metadata metadata;
    struct places views[VIEW_COUNT];
    struct stmt *documents[SHAPE_COUNT];
    struct stmt *ids[SHAPE_COUNT];
    struct known_total totals[TOTALS];
    size_t next_total; /* the one to be replaced next */
};

/* --- opening */

/* `before`, `name` of our own tables, `after`. */
static enum err prepare(struct source *s, struct stmt **out, const char *before, const char *name,
                        const char *after)
{
    char sql[256];

    (void)snprintf(sql, sizeof(sql), "%s%s%s", before, name, after);
    return stmt_prepare(s->store, sql, out);
}

static enum err run_pragma(struct source *s, const char *sql, int64_t want)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(s->store, sql, &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK && (!row || stmt_int(st, 0) != want)) {
        e = ERR_INPUT;
    }
    stmt_finish(&st);
    return e;
}

static enum err read_url(struct source *s)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(s->store, "SELECT value FROM settings WHERE name='url'", &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK) {
        s->url = row ? arena_copy(&s->arena, stmt_bytes(st, 0)) : (struct span){NULL, 0};
        e = !row ? ERR_INPUT : s->arena.overflow ? ERR_MEMORY : OK;
    }
    stmt_finish(&st);
    return e;
}

static enum err read_names(struct source *s, enum shape_id id)
{
    struct span *names = arena_array(&s->arena, LAYOUT_MAX_METADATA, sizeof(*names));
    struct stmt *st = NULL;
    bool row = true;
    enum err e = names == NULL ? ERR_MEMORY
                               : prepare(s, &st, "SELECT name FROM metadata_names WHERE shape='",
                                         SHAPES[id].name, "' ORDER BY number");

    while (e == OK && row) {
        e = stmt_step(st, &row);
        if (e == OK && row && s->metadata.counts[id] < LAYOUT_MAX_METADATA) {
            names[s->metadata.counts[id]++] = arena_copy(&s->arena, stmt_bytes(st, 0));
        }
    }
    stmt_finish(&st);
    s->metadata.names[id] = names;
    return e == OK && s->arena.overflow ? ERR_MEMORY : e;
}

static enum err count_view(struct source *s, const struct view *v, uint64_t *out)
{
    char sql[256];
    struct stmt *st = NULL;
    bool row = false;

    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE views&%d",
                   SHAPES[v->shape].name, v->bit);
    enum err e = stmt_prepare(s->store, sql, &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK) {
        *out = (uint64_t)stmt_int(st, 0);
    }
    stmt_finish(&st);
    return e != OK || *out <= UINT32_MAX ? e : ERR_INPUT;
}

static enum err read_view(struct source *s, size_t number)
{
    const struct view *v = &VIEWS[number];
    struct places *p = &s->views[number];
    char sql[256];
    uint64_t count = 0;
    struct stmt *st = NULL;
    bool row = true;
    enum err e = count_view(s, v, &count);

    (void)snprintf(sql, sizeof(sql), "SELECT at FROM %s WHERE views&%d ORDER BY at",
                   SHAPES[v->shape].name, v->bit);
    e = e != OK ? e : stmt_prepare(s->store, sql, &st);
    p->at = e != OK ? NULL : mem_alloc_array((size_t)count, sizeof(*p->at));
    e = e == OK && p->at == NULL ? ERR_MEMORY : e;
    while (e == OK && row) {
        e = stmt_step(st, &row);
        if (e == OK && row && p->count < count) {
            p->at[p->count++] = (uint32_t)stmt_int(st, 0);
        }
    }
    stmt_finish(&st);
    return e;
}

static enum err prepare_shape(struct source *s, enum shape_id id)
{
    enum err e =
        prepare(s, &s->documents[id], "SELECT doc FROM ", SHAPES[id].name, "_docs WHERE at=?1");

    return e != OK
               ? e
               : prepare(s, &s->ids[id], "SELECT at,views FROM ", SHAPES[id].name, " WHERE id=?1");
}

static enum err open_all(struct source *s)
{
    enum err e = run_pragma(s, "PRAGMA application_id", IMPORT_APPLICATION_ID);

    e = e != OK ? e : run_pragma(s, "PRAGMA user_version", IMPORT_FORM);
    e = e != OK ? e : store_run(s->store, "PRAGMA cache_size=-16384");
    e = e != OK ? e : read_url(s);
    for (int i = 0; i < SHAPE_COUNT && e == OK; i++) {
        e = read_names(s, (enum shape_id)i);
        e = e != OK ? e : prepare_shape(s, (enum shape_id)i);
    }
    for (size_t i = 0; i < VIEW_COUNT && e == OK; i++) {
        e = read_view(s, i);
    }
    return e;
}

enum err source_open(const char *path, struct source **out)
{
    const struct store_setup setup = {.path = path, .mode = STORE_READ, .busy_ms = 1000};
    struct source *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        return ERR_MEMORY;
    }
    arena_init(&s->arena, MAX_MEMORY);
    for (size_t i = 0; i < TOTALS; i++) {
        buf_init(&s->totals[i].key, MAX_KEY);
    }
    enum err e = store_open(&setup, &s->store);

    e = e != OK ? e : open_all(s);
    if (e != OK) {
        source_close(&s);
        return e;
    }
    *out = s;
    return OK;
}

void source_close(struct source **s)
{
    if (*s == NULL) {
        return;
    }
    for (int i = 0; i < SHAPE_COUNT; i++) {
        stmt_finish(&(*s)->documents[i]);
        stmt_finish(&(*s)->ids[i]);
    }
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        mem_free((*s)->views[i].at);
    }
    for (size_t i = 0; i < TOTALS; i++) {
        buf_fini(&(*s)->totals[i].key);
    }
    store_close(&(*s)->store);
    arena_fini(&(*s)->arena);
    mem_free(*s);
    *s = NULL;
}

struct span source_url(const struct source *s)
{
    return s->url;
}

const struct ask_metadata *source_metadata(const struct source *s)
{
    return &s->metadata;
}

uint64_t source_count(const struct source *s, const struct view *view)
{
    return s->views[view - VIEWS].count;
}

/* --- finding */

static size_t page_size(const struct ask *ask, uint64_t total)
{
    uint64_t left = ask->offset < total ? total - ask->offset : 0;

    return (size_t)(left < ask->limit ? left : ask->limit);
}

/* No filter, order of ids: a slice, from the end when descending. */
static enum err find_slice(const struct source *s, const struct ask *ask, struct source_page *out)
{
    const struct places *p = &s->views[ask->view - VIEWS];
    size_t count = page_size(ask, p->count);
    uint32_t *places = mem_alloc_array(count, sizeof(*places));

    if (places == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)ask->offset + i;

        places[i] = p->at[ask->descending ? p->count - 1 - at : at];
    }
    *out = (struct source_page){places, count, p->count};
    return OK;
}

static enum err prepare_search(struct source *s, const struct ask *ask, struct buf *sql,
                               struct stmt **out)
{
    buf_put_byte(sql, 0);
    enum err e = buf_err(sql);

    e = e != OK ? e : stmt_prepare(s->store, (const char *)buf_span(sql).ptr, out);
    for (size_t i = 0; i < ask->clause_count && e == OK; i++) {
        struct span value = ask->clauses[i].value;

        /* The empty text, and not NULL, when the value is empty. */
        stmt_bind_text(*out, (int)i + 1, value.len == 0 ? span_of("", 0) : value);
    }
    return e;
}

static void put_key(struct buf *key, struct span rows, const struct ask *ask)
{
    buf_put(key, rows);
    for (size_t i = 0; i < ask->clause_count; i++) {
        buf_printf(key, "%c%zu:", 0, ask->clauses[i].value.len);
        buf_put(key, ask->clauses[i].value);
    }
}

static enum err run_count(struct source *s, const struct ask *ask, struct span rows,
                          uint64_t *total)
{
    struct stmt *st = NULL;
    struct buf sql;
    bool row = false;

    buf_init(&sql, MAX_SQL);
    buf_put_str(&sql, "SELECT count(*)");
    buf_put(&sql, rows);
    enum err e = prepare_search(s, ask, &sql, &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK) {
        *total = (uint64_t)stmt_int(st, 0);
    }
    stmt_finish(&st);
    buf_fini(&sql);
    return e;
}

/* The total of a filter, counted once. */
static enum err count_matches(struct source *s, const struct ask *ask, struct span rows,
                              uint64_t *total)
{
    struct known_total *t = &s->totals[s->next_total];
    struct buf key;

    buf_init(&key, MAX_KEY);
    put_key(&key, rows, ask);
    for (size_t i = 0; i < TOTALS && buf_err(&key) == OK; i++) {
        if (s->totals[i].key.len > 0 && span_eq(buf_span(&s->totals[i].key), buf_span(&key))) {
            *total = s->totals[i].total;
            buf_fini(&key);
            return OK;
        }
    }
    enum err e = run_count(s, ask, rows, total);

    if (e != OK || buf_err(&key) != OK) {
        buf_fini(&key);
        return e;
    }
    buf_fini(&t->key);
    *t = (struct known_total){key, *total};
    s->next_total = (s->next_total + 1) % TOTALS;
    return OK;
}

static enum err run_search(struct source *s, const struct ask *ask, struct span rows,
                           struct source_page *page)
{
    struct stmt *st = NULL;
    struct buf sql;
    bool row = true;

    buf_init(&sql, MAX_SQL);
    buf_printf(&sql, "SELECT %s", search_place(ask));
    buf_put(&sql, rows);
    search_order(&sql, ask);
    buf_printf(&sql, " LIMIT %llu OFFSET %llu", (unsigned long long)ask->limit,
               (unsigned long long)ask->offset);
    enum err e = prepare_search(s, ask, &sql, &st);
    size_t cap = page_size(ask, page->total);

    while (e == OK && row) {
        e = stmt_step(st, &row);
        if (e == OK && row && page->count < cap) {
            page->places[page->count++] = (uint32_t)stmt_int(st, 0);
        }
    }
    stmt_finish(&st);
    buf_fini(&sql);
    return e;
}

static enum err find_search(struct source *s, const struct ask *ask, struct span rows,
                            struct source_page *out)
{
    struct source_page page = {.total = source_count(s, ask->view)};
    enum err e = ask->clause_count == 0 ? OK : count_matches(s, ask, rows, &page.total);

    if (e != OK) {
        return e;
    }
    page.places = mem_alloc_array(page_size(ask, page.total), sizeof(*page.places));
    if (page.places == NULL) {
        return ERR_MEMORY;
    }
    e = page_size(ask, page.total) == 0 ? OK : run_search(s, ask, rows, &page);
    if (e != OK) {
        mem_free(page.places);
        return e;
    }
    *out = page;
    return OK;
}

enum err source_find(struct source *s, const struct ask *ask, struct source_page *out)
{
    struct buf rows;

    if (ask->clause_count == 0 && !ask->sorted) {
        return find_slice(s, ask, out);
    }
    buf_init(&rows, MAX_SQL);
    search_rows(&rows, ask);
    enum err e = buf_err(&rows);

    e = e != OK ? e : find_search(s, ask, buf_span(&rows), out);
    buf_fini(&rows);
    return e;
}

enum err source_find_id(struct source *s, const struct view *view, struct span id, uint32_t *place)
{
    struct stmt *st = s->ids[view->shape];
    bool row = false;

    stmt_bind_text(st, 1, id);
    enum err e = stmt_step(st, &row);

    if (e == OK && (!row || (stmt_int(st, 1) & view->bit) == 0)) {
        e = ERR_RECORD;
    }
    if (e == OK) {
        *place = (uint32_t)stmt_int(st, 0);
    }
    stmt_reset(st);
    return e;
}

enum err source_document(struct source *s, const struct ask *ask, uint32_t place, struct buf *out)
{
    struct stmt *st = s->documents[ask->view->shape];
    bool row = false;

    stmt_bind_int(st, 1, place);
    enum err e = stmt_step(st, &row);

    if (e == OK && !row) {
        e = ERR_STORE;
    }
    if (e == OK && ask->field_count > 0) {
        e = project_record(out, stmt_bytes(st, 0), ask->fields, ask->field_count);
    } else if (e == OK) {
        buf_put(out, stmt_bytes(st, 0));
        e = buf_err(out);
    }
    stmt_reset(st);
    return e;
}
