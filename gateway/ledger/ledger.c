/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's door: admission, submission, and the thread that commits.
 *
 *            commit ok              no room
 *   RUNNING ----------> RUNNING   RUNNING -----> FULL --(room again)--> RUNNING
 *   RUNNING, FULL --(any other failure)--> the thread ends; everything is refused
 *
 * Invariants: done() is called exactly once for each entry that was queued with
 * an ack, never under a lock, and with OK only after month_finish(). A commit
 * that failed for another reason than room is never repeated: after a failed
 * fsync the kernel calls lost pages clean.
 */
#include "ledger/ledger.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "ledger/leaf.h"
#include "ledger/place.h"
#include "ledger/writer.h"

#include <stdatomic.h>
#include <sys/prctl.h>

enum {
    DEFAULT_QUEUE = 4096,
    DEFAULT_BALLAST = 16 << 20,
    PROBE_MS = 500,
    RETRY_MS = 20,
    CLOSE_MS = 10000,
    TIMER_SLACK_NS = 10000
};

/* A packer that no thread is using. */
struct spare {
    struct spare *next;
    struct packer *packer;
};

struct ledger {
    struct queue *queue;
    struct dictionary *dictionary;
    struct writer *writer; /* the thread's, once it runs */
    pthread_t thread;
    pthread_mutex_t lock; /* of spares */
    struct spare *spares;
    char *directory;
    uint64_t ballast_bytes;
    int64_t full_since_ms;
    uint64_t full_refused; /* value of `refused` then */
    enum err failed;       /* why the thread ended, set before it did */
    _Atomic uint64_t size, commits, refused;
    _Atomic int64_t last_commit_us;
    _Atomic unsigned wal_pages;
};

/* --- the thread */

/* Tells everybody in the list, oldest first, and frees it. */
static void answer(struct ledger *l, struct item *list, enum err e, uint64_t first)
{
    unsigned n = 0;

    for (const struct item *it = list; it != NULL; it = it->next) {
        n++;
    }
    if (e != OK) {
        atomic_fetch_add(&l->refused, n);
    }
    queue_ended(l->queue, n);
    while (list != NULL) {
        struct item *it = list;

        list = it->next;
        if (it->ack != NULL) {
            it->ack->done(it->ack, e, first);
        }
        item_free(it);
        first++;
    }
}

/* Splits off the items that somebody waits for; the others stay in `*list`. */
static struct item *split_waiting(struct item **list)
{
    struct item *out = NULL;
    struct item **out_end = &out;

    while (*list != NULL) {
        struct item *it = *list;

        if (it->ack == NULL) {
            list = &it->next;
            continue;
        }
        *list = it->next;
        it->next = NULL;
        *out_end = it;
        out_end = &it->next;
    }
    return out;
}

/* Nothing was written: those who wait are refused, the others try again later. */
static void turn_back(struct ledger *l, struct item *list, enum err e)
{
    struct item *waiting = split_waiting(&list);

    queue_put_back(l->queue, list);
    answer(l, waiting, e, 0);
}

/* The end: false, as the thread's steps say it. */
static bool fail(struct ledger *l, enum err e)
{
    log_event(LOG_ERROR, "ledger-failed", LOG_STR("reason", err_code(e)),
              LOG_NUM("entries", atomic_load(&l->size)));
    l->failed = e;
    queue_refuse(l->queue, e);
    answer(l, queue_drain_waiting(l->queue), e, 0);
    return false;
}

static bool may_retry(enum err e)
{
    return e == ERR_LEDGER_FULL || e == ERR_MEMORY || e == ERR_LOCKED;
}

static enum err note_gap(struct ledger *l, const char *action)
{
    struct buf body;
    enum err e;

    buf_init(&body, 512);
    entry_text(&body, "action", span_str(action));
    entry_text(&body, "reason", span_str(err_code(ERR_LEDGER_FULL)));
    entry_number(&body, "refused", atomic_load(&l->refused) - l->full_refused);
    buf_put_str(&body, ",\"since\":\"");
    clock_put_rfc3339(&body, l->full_since_ms);
    buf_put_byte(&body, '"');
    e = buf_err(&body) != OK ? ERR_MEMORY : writer_note(l->writer, ENTRY_GAP, buf_span(&body));
    buf_fini(&body);
    atomic_store(&l->size, writer_size(l->writer));
    return e;
}

/* The disk is full: refuse, and spend the ballast on saying so. */
static bool enter_full(struct ledger *l)
{
    l->full_since_ms = clock_wall_ms();
    l->full_refused = atomic_load(&l->refused);
    log_event(LOG_ERROR, "ledger-full", LOG_STR("directory", l->directory));
    queue_refuse(l->queue, ERR_LEDGER_FULL);
    answer(l, queue_drain_waiting(l->queue), ERR_LEDGER_FULL, 0);
    place_ballast_drop(l->directory);
    enum err e = note_gap(l, "stopped");

    return e == OK || may_retry(e) ? true : fail(l, e);
}

/* Twice a second: is there room for the ballast and a commit again? */
static bool probe(struct ledger *l)
{
    bool closing = queue_nap(l->queue, PROBE_MS);
    enum err e = place_ballast_fill(l->directory, l->ballast_bytes);

    e = e != OK ? ERR_LEDGER_FULL : note_gap(l, "resumed");
    if (e == OK) {
        log_event(LOG_INFO, "ledger-resumed", LOG_STR("directory", l->directory));
        queue_refuse(l->queue, OK);
        return true;
    }
    if (!may_retry(e)) {
        return fail(l, e);
    }
    return !closing;
}

static void count_commit(struct ledger *l, int64_t began_ns)
{
    atomic_store(&l->last_commit_us, (clock_mono_ns() - began_ns) / 1000);
    atomic_store(&l->size, writer_size(l->writer));
    atomic_store(&l->wal_pages, writer_wal_pages(l->writer));
    atomic_fetch_add(&l->commits, 1);
}

static bool tidy(struct ledger *l)
{
    enum err e = writer_tidy(l->writer);

    return e == OK ? true : fail(l, e);
}

static bool commit(struct ledger *l, struct item *list)
{
    int64_t began_ns = clock_mono_ns();
    uint64_t first = 0;
    enum err e = writer_commit(l->writer, list, &first);

    if (e == OK) {
        count_commit(l, began_ns);
        answer(l, list, OK, first);
        return tidy(l);
    }
    if (may_retry(e)) {
        turn_back(l, list, e == ERR_LOCKED ? ERR_LEDGER : e);
        if (e == ERR_LEDGER_FULL) {
            return enter_full(l);
        }
        (void)queue_nap(l->queue, RETRY_MS);
        return true;
    }
    queue_refuse(l->queue, e);
    answer(l, list, e, 0);
    return fail(l, e);
}

/* False when the thread is to end. */
static bool step(struct ledger *l)
{
    struct queue_state state;
    struct item *list = NULL;

    queue_read_state(l->queue, &state);
    if (state.refusing == ERR_LEDGER_FULL) {
        return probe(l);
    }
    switch (queue_take(l->queue, &list)) {
    case TAKEN_SOME:
        return commit(l, list);
    case TAKEN_NONE:
        return tidy(l);
    case TAKEN_CLOSED:
        break;
    }
    return false;
}

static void *run(void *ctx)
{
    struct ledger *l = ctx;

    (void)prctl(PR_SET_NAME, "ledger");
    (void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
    while (step(l)) {
    }
    queue_finished(l->queue);
    return NULL;
}

/* --- open and close */

static void free_all(struct ledger **l)
{
    while ((*l)->spares != NULL) {
        struct spare *next = (*l)->spares->next;

        packer_free(&(*l)->spares->packer);
        mem_free((*l)->spares);
        (*l)->spares = next;
    }
    queue_free(&(*l)->queue);
    dictionary_free(&(*l)->dictionary);
    (void)pthread_mutex_destroy(&(*l)->lock);
    mem_free((*l)->directory);
    mem_free(*l);
    *l = NULL;
}

static enum err new_ledger(const struct ledger_setup *setup, struct ledger **out)
{
    struct ledger *l = mem_alloc(sizeof(*l));

    if (l == NULL) {
        return ERR_MEMORY;
    }
    if (pthread_mutex_init(&l->lock, NULL) != 0) {
        mem_free(l);
        return ERR_MEMORY;
    }
    l->ballast_bytes = setup->ballast_bytes == 0 ? DEFAULT_BALLAST : setup->ballast_bytes;
    l->directory = mem_copy(setup->directory, strlen(setup->directory));
    enum err e = l->directory == NULL ? ERR_MEMORY : OK;

    e = e != OK ? e
                : queue_new(setup->max_queue == 0 ? DEFAULT_QUEUE : setup->max_queue, &l->queue);
    e = e != OK ? e : dictionary_new(&l->dictionary);
    if (e != OK) {
        free_all(&l);
        return e;
    }
    *out = l;
    return OK;
}

enum err ledger_open(const struct ledger_setup *setup, struct ledger **out)
{
    struct ledger *l = NULL;
    enum err e = new_ledger(setup, &l);

    if (e != OK) {
        return e;
    }
    e = writer_open(setup, l->dictionary, &l->writer);
    if (e == OK) {
        atomic_store(&l->size, writer_size(l->writer));
        if (place_ballast_fill(l->directory, l->ballast_bytes) != OK) {
            log_event(LOG_WARN, "ledger-ballast", LOG_NUM("bytes", l->ballast_bytes));
        }
        e = thread_start(run, l, &l->thread);
    }
    if (e != OK) {
        writer_close(&l->writer, false);
        free_all(&l);
        return e;
    }
    *out = l;
    return OK;
}

enum err ledger_close(struct ledger **l)
{
    if (*l == NULL) {
        return OK;
    }
    queue_close((*l)->queue);
    if (!queue_wait_finished((*l)->queue, CLOSE_MS)) {
        log_event(LOG_ERROR, "ledger-hangs", LOG_STR("directory", (*l)->directory));
        *l = NULL;
        return ERR_DEADLINE;
    }
    (void)pthread_join((*l)->thread, NULL);
    struct queue_state state;

    queue_read_state((*l)->queue, &state);
    writer_close(&(*l)->writer, (*l)->failed != OK);
    free_all(l);
    return state.refusing;
}

/* --- submission */

enum err ledger_reserve(struct ledger *l, unsigned n)
{
    return queue_reserve(l->queue, n);
}

void ledger_unreserve(struct ledger *l, unsigned n)
{
    queue_unreserve(l->queue, n);
}

static struct spare *borrow(struct ledger *l)
{
    (void)pthread_mutex_lock(&l->lock);
    struct spare *s = l->spares;

    if (s != NULL) {
        l->spares = s->next;
    }
    (void)pthread_mutex_unlock(&l->lock);
    if (s == NULL) {
        s = mem_alloc(sizeof(*s));
        if (s != NULL && packer_new(&s->packer) != OK) {
            mem_free(s);
            s = NULL;
        }
    }
    return s;
}

static void give_back(struct ledger *l, struct spare *s)
{
    (void)pthread_mutex_lock(&l->lock);
    s->next = l->spares;
    l->spares = s;
    (void)pthread_mutex_unlock(&l->lock);
}

static enum err make_packed(struct ledger *l, const struct entry *entry, struct packer *p,
                            struct item **out)
{
    struct packed packed;
    struct subject *list = packer_list(p, entry->subject_count);

    if (list == NULL) {
        return ERR_MEMORY;
    }
    enum err e = dictionary_number(l->dictionary, entry->subjects, entry->subject_count, list);

    for (size_t i = 0; e == OK && entry->numbers != NULL && i < entry->subject_count; i++) {
        entry->numbers[i] = list[i].number; /* packing sorts the list */
    }
    e = e != OK ? e : packer_pack(p, entry->subject_count, &packed);
    if (e != OK) {
        return e;
    }
    *out = item_new(entry, &packed);
    return *out == NULL ? ERR_MEMORY : OK;
}

static enum err make_item(struct ledger *l, const struct entry *entry, struct item **out)
{
    if (entry->subject_count == 0) {
        *out = item_new(entry, NULL);
        return *out == NULL ? ERR_MEMORY : OK;
    }
    struct spare *s = borrow(l);

    if (s == NULL) {
        return ERR_MEMORY;
    }
    enum err e = make_packed(l, entry, s->packer, out);

    give_back(l, s);
    return e;
}

enum err ledger_submit(struct ledger *l, const struct entry *entry, struct ledger_ack *ack)
{
    struct item *it = NULL;
    enum err e = entry_check(entry);

    e = e != OK ? e : make_item(l, entry, &it);
    if (e != OK) {
        return e;
    }
    it->ack = ack;
    e = queue_push(l->queue, it);
    if (e != OK) {
        item_free(it);
    }
    return e;
}

void ledger_find(struct ledger *l, const struct span *ids, size_t count, uint32_t *numbers)
{
    dictionary_find(l->dictionary, ids, count, numbers);
}

void ledger_read_state(struct ledger *l, struct ledger_state *out)
{
    struct queue_state q;

    queue_read_state(l->queue, &q);
    *out = (struct ledger_state){.size = atomic_load(&l->size),
                                 .commits = atomic_load(&l->commits),
                                 .refused = atomic_load(&l->refused),
                                 .subjects = dictionary_size(l->dictionary),
                                 .queued = q.queued,
                                 .reserved = q.reserved,
                                 .wal_pages = atomic_load(&l->wal_pages),
                                 .refusing = q.refusing,
                                 .last_commit_us = atomic_load(&l->last_commit_us)};
}
