/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table in state.db and an immutable set of what is in it. A change makes the
 * next set first, then commits, then swaps: memory is never wider than the disk.
 */
#include "roster/stops.h"

#include "base/mem.h"
#include "base/text.h"
#include "roster/ids.h"
#include "store/stmt.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAX_ID = 1024, BUSY_MS = 250 };

struct stop_set {
    atomic_uint refs;
    struct ids ids[STOP_KIND_COUNT];
};

struct stops {
    pthread_mutex_t writing; /* the store */
    pthread_mutex_t current_lock;
    struct stop_set *current;
    _Atomic uint64_t generation;
    struct store *store;
};

static const char *const words[STOP_KIND_COUNT] = {
#define STOP_KIND_WORD(sym, word) [sym] = word,
    STOP_KIND_TABLE(STOP_KIND_WORD)
#undef STOP_KIND_WORD
};

const char *stop_kind_word(enum stop_kind kind)
{
    return words[kind];
}

bool stop_kind_of_word(struct span word, enum stop_kind *out)
{
    for (int i = 0; i < STOP_KIND_COUNT; i++) {
        if (span_eq_str(word, words[i])) {
            *out = (enum stop_kind)i;
            return true;
        }
    }
    return false;
}

/* --- sets */

struct stop_set *stop_set_ref(struct stop_set *set)
{
    atomic_fetch_add_explicit(&set->refs, 1, memory_order_relaxed);
    return set;
}

void stop_set_unref(struct stop_set **set)
{
    struct stop_set *gone = *set;

    *set = NULL;
    if (gone == NULL || atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < STOP_KIND_COUNT; i++) {
        ids_fini(&gone->ids[i]);
    }
    mem_free(gone);
}

static enum err set_new(struct stop_set **out)
{
    struct stop_set *set = mem_alloc(sizeof(*set));
    enum err e = set == NULL ? ERR_MEMORY : OK;

    if (set != NULL) {
        atomic_init(&set->refs, 1);
    }
    for (size_t i = 0; i < STOP_KIND_COUNT && e == OK; i++) {
        e = ids_init(&set->ids[i]);
    }
    if (e != OK) {
        stop_set_unref(&set);
        return e;
    }
    *out = set;
    return OK;
}

bool stop_set_has(const struct stop_set *set, enum stop_kind kind, struct span id)
{
    return set->ids[kind].count > 0 && ids_find(&set->ids[kind], id) != IDS_NONE;
}

size_t stop_set_count(const struct stop_set *set, enum stop_kind kind)
{
    return set->ids[kind].count;
}

bool stop_set_has_student(const void *ctx, struct span id)
{
    return stop_set_has(ctx, STOP_STUDENT, id);
}

/* A copy of `old` with one stop added or left out. */
static enum err set_changed(const struct stop_set *old, enum stop_kind kind, struct span id,
                            bool on, struct stop_set **out)
{
    struct stop_set *set = NULL;
    enum err e = set_new(&set);
    uint32_t number;

    for (int k = 0; k < STOP_KIND_COUNT && e == OK; k++) {
        for (uint32_t i = 0; i < old->ids[k].count && e == OK; i++) {
            struct span one = ids_get(&old->ids[k], i);
            bool left_out = !on && k == (int)kind && span_eq(one, id);

            e = left_out ? OK : ids_add(&set->ids[k], one, &number);
        }
    }
    if (e == OK && on) {
        e = ids_add(&set->ids[kind], id, &number);
    }
    if (e != OK) {
        stop_set_unref(&set);
        return e;
    }
    *out = set;
    return OK;
}

/* --- the file */

static const char schema[] = "CREATE TABLE IF NOT EXISTS stops ("
                             "kind TEXT NOT NULL, id BLOB NOT NULL, PRIMARY KEY (kind, id)"
                             ") WITHOUT ROWID, STRICT";

static enum err read_row(const struct stmt *st, struct stop_set *set)
{
    struct span id = stmt_bytes(st, 1);
    enum stop_kind kind;
    uint32_t number;

    if (!stop_kind_of_word(stmt_bytes(st, 0), &kind) || id.len == 0 || id.len > MAX_ID) {
        return ERR_INPUT;
    }
    return ids_add(&set->ids[kind], id, &number);
}

static enum err read_all(struct store *store, struct stop_set *set)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(store, "SELECT kind, id FROM stops ORDER BY kind, id", &st);

    e = e != OK ? e : stmt_step(st, &row);
    while (e == OK && row) {
        e = read_row(st, set);
        e = e != OK ? e : stmt_step(st, &row);
    }
    stmt_finish(&st);
    return e;
}

static enum err open_store(struct stops *s, const char *path)
{
    const struct store_setup setup = {.path = path, .mode = STORE_CREATE, .busy_ms = BUSY_MS};
    enum err e = store_open(&setup, &s->store);

    e = e != OK ? e : store_run(s->store, schema);
    e = e != OK ? e : set_new(&s->current);
    return e != OK ? e : read_all(s->store, s->current);
}

enum err stops_open(const char *path, struct stops **out)
{
    struct stops *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        return ERR_MEMORY;
    }
    (void)pthread_mutex_init(&s->writing, NULL);
    (void)pthread_mutex_init(&s->current_lock, NULL);
    atomic_init(&s->generation, 1);
    enum err e = open_store(s, path);

    if (e != OK) {
        stops_close(&s);
        return e;
    }
    *out = s;
    return OK;
}

void stops_close(struct stops **s)
{
    if (*s == NULL) {
        return;
    }
    store_close(&(*s)->store);
    stop_set_unref(&(*s)->current);
    (void)pthread_mutex_destroy(&(*s)->writing);
    (void)pthread_mutex_destroy(&(*s)->current_lock);
    mem_free(*s);
    *s = NULL;
}

static enum err run_change(struct store *store, enum stop_kind kind, struct span id, bool on)
{
    struct stmt *st = NULL;
    enum err e = stmt_prepare(store,
                              on ? "INSERT OR IGNORE INTO stops (kind, id) VALUES (?1, ?2)"
                                 : "DELETE FROM stops WHERE kind = ?1 AND id = ?2",
                              &st);

    if (e == OK) {
        stmt_bind_text(st, 1, span_str(stop_kind_word(kind)));
        stmt_bind_blob(st, 2, id);
        e = stmt_exec(st);
    }
    stmt_finish(&st);
    return e;
}

static enum err commit_change(struct store *store, enum stop_kind kind, struct span id, bool on)
{
    enum err e = store_begin(store);

    e = e != OK ? e : run_change(store, kind, id, on);
    e = e != OK ? e : store_commit(store);
    if (e != OK) {
        store_rollback(store);
    }
    return e;
}

static void swap_in(struct stops *s, struct stop_set *next)
{
    (void)pthread_mutex_lock(&s->current_lock);
    struct stop_set *old = s->current;

    s->current = next;
    atomic_fetch_add_explicit(&s->generation, 1, memory_order_release);
    (void)pthread_mutex_unlock(&s->current_lock);
    stop_set_unref(&old);
}

enum err stops_write(struct stops *s, enum stop_kind kind, struct span id, bool on, bool *changed)
{
    struct stop_set *next = NULL;

    if (id.len == 0 || id.len > MAX_ID) {
        return ERR_INPUT;
    }
    (void)pthread_mutex_lock(&s->writing);
    bool stood = stop_set_has(s->current, kind, id);
    enum err made = set_changed(s->current, kind, id, on, &next);
    enum err e = made != OK ? made : commit_change(s->store, kind, id, on);

    if (made == OK && (e == OK || on)) {
        swap_in(s, next);
    } else {
        stop_set_unref(&next);
    }
    if (e == OK && changed != NULL) {
        *changed = stood != on;
    }
    (void)pthread_mutex_unlock(&s->writing);
    return e;
}

struct stop_set *stops_current(struct stops *s)
{
    (void)pthread_mutex_lock(&s->current_lock);
    struct stop_set *set = stop_set_ref(s->current);

    (void)pthread_mutex_unlock(&s->current_lock);
    return set;
}

uint64_t stops_generation(const struct stops *s)
{
    return atomic_load_explicit(&s->generation, memory_order_acquire);
}

bool stops_has(struct stops *s, enum stop_kind kind, struct span id)
{
    struct stop_set *set = stops_current(s);
    bool has = stop_set_has(set, kind, id);

    stop_set_unref(&set);
    return has;
}

enum err stops_share(struct stops *s, enum err (*work)(void *ctx, struct store *store), void *ctx)
{
    (void)pthread_mutex_lock(&s->writing);
    enum err e = work(ctx, s->store);

    (void)pthread_mutex_unlock(&s->writing);
    return e;
}

void stop_put_entry(struct buf *out, enum stop_kind kind, struct span id, bool on, uint32_t uid)
{
    buf_printf(out, "\"action\":\"%s\",\"by\":\"uid %lu\",\"what\":\"%s\"", on ? "stop" : "resume",
               (unsigned long)uid, stop_kind_word(kind));
    if (kind != STOP_STUDENT) {
        buf_put_str(out, ",\"who\":");
        text_json_ascii(out, id);
    }
}
