/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of rows in force, one a file, and the snapshot made of them. Whatever
 * fails leaves the snapshot that is complete in nothing: `none`.
 */
#include "roster/own_keep.h"

#include "base/mem.h"
#include "roster/own_judge.h"
#include "roster/own_memory.h"

#include <pthread.h>
#include <stdatomic.h>

struct own_keep {
    struct stops *stops;
    struct own_list lists[OWN_FILE_COUNT];
    struct ids known; /* ids in the files that the roster has known */
    struct own_report report;
    uint8_t saved[32];    /* digest of what is durable */
    struct own_set *none; /* incomplete and empty */
    pthread_mutex_t lock;
    struct own_set *current;
    _Atomic uint64_t generation;
};

/* --- snapshots ---------------------------------------------------------------- */

struct own_set *own_keep_current(struct own_keep *k)
{
    (void)pthread_mutex_lock(&k->lock);
    struct own_set *set = own_set_ref(k->current);

    (void)pthread_mutex_unlock(&k->lock);
    return set;
}

uint64_t own_keep_generation(const struct own_keep *k)
{
    return atomic_load_explicit(&k->generation, memory_order_acquire);
}

static void swap_in(struct own_keep *k, struct own_set *next)
{
    (void)pthread_mutex_lock(&k->lock);
    struct own_set *old = k->current;

    k->current = next;
    atomic_fetch_add_explicit(&k->generation, 1, memory_order_release);
    (void)pthread_mutex_unlock(&k->lock);
    own_set_unref(&old);
}

static enum err fail(struct own_keep *k, enum err e)
{
    k->report.complete = false;
    swap_in(k, own_set_ref(k->none));
    return e;
}

static void count(struct own_keep *k)
{
    k->report.complete = true;
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        const struct own_list *list = &k->lists[f];

        k->report.files[f].rows = list->count;
        k->report.files[f].vanished = 0;
        for (size_t i = 0; i < list->count; i++) {
            k->report.files[f].vanished += list->rows[i].vanished;
        }
        k->report.complete =
            k->report.complete && k->report.files[f].read && !k->report.files[f].missing;
    }
}

/* All rows, and those that judging them adds, as one snapshot in force. */
static enum err put_in_force(struct own_keep *k, const struct own_checks *checks)
{
    struct own_judged judged = {0};
    struct own_set *set = NULL;
    enum err e = own_judge_rows(k->lists, checks, &k->known, &judged);

    count(k);
    e = e != OK ? e : own_set_new(judged.rows, judged.count, k->report.complete, &set);
    if (e == OK) {
        k->report.unknown_students = judged.unknown_students;
        k->report.unknown_parties = judged.unknown_parties;
        k->report.fault_count = judged.fault_count;
        memcpy(k->report.faults, judged.faults, sizeof(k->report.faults));
        swap_in(k, set);
    }
    own_judged_fini(&judged);
    return e == OK ? OK : fail(k, e);
}

/* --- opening ------------------------------------------------------------------ */

static enum err open_keep(struct own_keep *k)
{
    enum err e = ids_init(&k->known);

    e = e != OK ? e : own_set_new(NULL, 0, false, &k->none);
    if (e == OK) {
        k->current = own_set_ref(k->none);
        e = own_memory_load(k->stops, k->lists, &k->known);
    }
    return e;
}

enum err own_keep_open(struct stops *stops, struct own_keep **out)
{
    struct own_keep *k = mem_alloc(sizeof(*k));

    if (k == NULL) {
        return ERR_MEMORY;
    }
    k->stops = stops;
    (void)pthread_mutex_init(&k->lock, NULL);
    atomic_init(&k->generation, 1);
    enum err e = open_keep(k);

    if (e != OK) {
        own_keep_close(&k);
        return e;
    }
    count(k);
    *out = k;
    return OK;
}

void own_keep_close(struct own_keep **k)
{
    if (*k == NULL) {
        return;
    }
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        own_list_fini(&(*k)->lists[f]);
    }
    ids_fini(&(*k)->known);
    own_set_unref(&(*k)->none);
    own_set_unref(&(*k)->current);
    (void)pthread_mutex_destroy(&(*k)->lock);
    mem_free(*k);
    *k = NULL;
}

/* --- changes ------------------------------------------------------------------ */

static enum err take_sheet(struct own_keep *k, const struct own_sheet *sheet,
                           const struct own_merge *how)
{
    struct own_list *list = &k->lists[how->file], next = {0};
    enum err e = own_merge(list, sheet, how, &next);

    if (e == OK) {
        own_list_fini(list);
        *list = next;
        k->report.files[how->file].read = k->report.files[how->file].read || !how->narrow_only;
    }
    return e;
}

static enum err take_file(struct own_keep *k, const struct own_offer *offer,
                          const struct own_merge *how)
{
    const struct own_sheet *sheet = offer->sheets[how->file];
    struct own_merge merge = *how;

    k->report.files[how->file].missing = sheet == NULL;
    k->report.files[how->file].broken = sheet != NULL && !sheet->whole;
    k->report.files[how->file].errors = offer->errors[how->file];
    if (sheet == NULL) {
        return OK;
    }
    merge.narrow_only = how->narrow_only || !sheet->whole;
    return take_sheet(k, sheet, &merge);
}

enum err own_keep_offer(struct own_keep *k, const struct own_offer *offer,
                        const struct own_checks *checks, bool narrow_only)
{
    enum err e = OK;

    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        const struct own_merge how = {
            .file = (enum own_file)f, .narrow_only = narrow_only, .today = checks->today};

        e = offer->same[f] ? OK : take_file(k, offer, &how);
    }
    return e != OK ? fail(k, e) : put_in_force(k, checks);
}

enum err own_keep_check(struct own_keep *k, const struct own_checks *checks)
{
    return put_in_force(k, checks);
}

static bool may_confirm(const struct own_keep *k)
{
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        bool good =
            k->report.files[f].read && !k->report.files[f].missing && !k->report.files[f].broken;

        if (own_file_narrows((enum own_file)f) && !good) {
            return false;
        }
    }
    return true;
}

static enum err drop_vanished(struct own_keep *k, struct own_list next[OWN_FILE_COUNT])
{
    enum err e = OK;

    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        e = own_merge_confirm(&k->lists[f], &next[f]);
    }
    return e != OK ? e : own_memory_save(k->stops, next, &k->known, k->saved);
}

enum err own_keep_confirm(struct own_keep *k, const struct own_checks *checks, size_t *rows)
{
    struct own_list next[OWN_FILE_COUNT] = {0};
    size_t gone = 0;

    if (!may_confirm(k)) {
        return ERR_NOT_READY;
    }
    enum err e = drop_vanished(k, next);

    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        gone += k->report.files[f].vanished;
        own_list_fini(e == OK ? &k->lists[f] : &next[f]);
        k->lists[f] = e == OK ? next[f] : k->lists[f];
    }
    if (e == OK) {
        *rows = gone;
    }
    return e != OK ? e : put_in_force(k, checks);
}

enum err own_keep_save(struct own_keep *k)
{
    k->report.saved = own_memory_save(k->stops, k->lists, &k->known, k->saved);
    return k->report.saved;
}

static bool show_row(const struct own_row *row, struct buf *line,
                     bool (*show)(void *ctx, enum own_file file, struct span line), void *ctx)
{
    buf_clear(line);
    own_memory_put_line(line, row);
    return buf_err(line) == OK && show(ctx, row->file, span_sub(buf_span(line), 0, line->len - 1));
}

void own_keep_show_vanished(const struct own_keep *k,
                            bool (*show)(void *ctx, enum own_file file, struct span line),
                            void *ctx)
{
    struct buf line;
    bool more = true;

    buf_init(&line, OWN_MAX_FILE);
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        for (size_t i = 0; more && i < k->lists[f].count; i++) {
            const struct own_row *row = &k->lists[f].rows[i];

            more = !row->vanished || show_row(row, &line, show, ctx);
        }
    }
    buf_fini(&line);
}

const struct own_report *own_keep_report(const struct own_keep *k)
{
    return &k->report;
}
