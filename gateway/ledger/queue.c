/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue in front of the writer: one mutex, a list, and the pace. Invariants:
 * reserved counts credits that are out, spent ones until their item has ended;
 * reserved <= max; waiting is the number of listed items with an ack.
 */
#include "ledger/queue.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>

enum { IDLE_MS = 1000, NS_IN_MS = 1000000, BATCH_BYTES = 4 << 20 };
static const int64_t LOUD_NS = 300 * 1000;
static const int64_t QUIET_NS = 100 * NS_IN_MS;

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t wake;     /* the writer */
    pthread_cond_t finished; /* the closer */
    struct item *first;
    struct item **last; /* where the next item is linked in */
    unsigned max, reserved;
    unsigned listed, waiting, taken;
    enum err refusing;
    bool closing, done;
};

static uint8_t *put(uint8_t *at, struct span bytes, struct span *copy)
{
    if (bytes.len > 0) {
        memcpy(at, bytes.ptr, bytes.len);
    }
    *copy = span_of(at, bytes.len);
    return at + bytes.len;
}

struct item *item_new(const struct entry *entry, const struct packed *packed)
{
    struct span blob = packed == NULL ? span_of(NULL, 0) : packed->blob;
    struct item *it = mem_alloc(sizeof(*it) + entry->exchange.len + entry->body.len + blob.len);

    if (it == NULL) {
        return NULL;
    }
    uint8_t *at = put(it->bytes, entry->exchange, &it->exchange);

    at = put(at, entry->body, &it->body);
    (void)put(at, blob, &it->blob);
    it->kind = entry->kind;
    if (packed != NULL) {
        it->subject_count = packed->count;
        memcpy(it->root, packed->root, sizeof(it->root));
        memcpy(it->seed, packed->seed, sizeof(it->seed));
    }
    return it;
}

void item_free(struct item *it)
{
    mem_free(it);
}

static bool init_locks(struct queue *q)
{
    pthread_condattr_t attr;

    if (pthread_mutex_init(&q->lock, NULL) != 0) {
        return false;
    }
    if (pthread_condattr_init(&attr) != 0) {
        return false;
    }
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    bool ok =
        pthread_cond_init(&q->wake, &attr) == 0 && pthread_cond_init(&q->finished, &attr) == 0;

    (void)pthread_condattr_destroy(&attr);
    return ok;
}

enum err queue_new(unsigned max, struct queue **out)
{
    struct queue *q = mem_alloc(sizeof(*q));

    if (q == NULL) {
        return ERR_MEMORY;
    }
    q->max = max;
    q->last = &q->first;
    if (!init_locks(q)) {
        mem_free(q);
        return ERR_MEMORY;
    }
    *out = q;
    return OK;
}

void queue_free(struct queue **q)
{
    if (*q == NULL) {
        return;
    }
    while ((*q)->first != NULL) {
        struct item *next = (*q)->first->next;

        item_free((*q)->first);
        (*q)->first = next;
    }
    (void)pthread_cond_destroy(&(*q)->wake);
    (void)pthread_cond_destroy(&(*q)->finished);
    (void)pthread_mutex_destroy(&(*q)->lock);
    mem_free(*q);
    *q = NULL;
}

enum err queue_reserve(struct queue *q, unsigned n)
{
    (void)pthread_mutex_lock(&q->lock);
    enum err e = q->refusing;

    if (e == OK && n > q->max - q->reserved) {
        e = ERR_BUSY;
    }
    q->reserved += e == OK ? n : 0;
    (void)pthread_mutex_unlock(&q->lock);
    return e;
}

void queue_unreserve(struct queue *q, unsigned n)
{
    (void)pthread_mutex_lock(&q->lock);
    q->reserved -= n <= q->reserved ? n : q->reserved;
    (void)pthread_mutex_unlock(&q->lock);
}

/* True if this item changes when the writer should start. */
static bool append(struct queue *q, struct item *it)
{
    bool first = q->listed == 0;

    it->next = NULL;
    *q->last = it;
    q->last = &it->next;
    q->listed++;
    q->waiting += it->ack != NULL;
    return first || (it->ack != NULL && (q->waiting == 1 || q->waiting == QUEUE_START));
}

enum err queue_push(struct queue *q, struct item *it)
{
    it->queued_ns = clock_mono_ns();
    (void)pthread_mutex_lock(&q->lock);
    enum err e = q->refusing == ERR_LEDGER_FULL && it->ack == NULL ? OK : q->refusing;

    if (e == OK && append(q, it)) {
        (void)pthread_cond_signal(&q->wake);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return e;
}

/* When the oldest item with (or without) an ack is due; far away when there is none. */
static int64_t due_of(const struct queue *q, bool loud)
{
    for (const struct item *it = q->first; it != NULL; it = it->next) {
        if ((it->ack != NULL) == loud) {
            return it->queued_ns + (loud ? LOUD_NS : QUIET_NS);
        }
    }
    return INT64_MAX;
}

static int64_t due_at(const struct queue *q)
{
    if (q->closing || q->waiting >= QUEUE_START || q->listed >= QUEUE_BATCH) {
        return 0;
    }
    int64_t loud = q->waiting > 0 ? due_of(q, true) : INT64_MAX;
    int64_t quiet = q->listed > q->waiting ? due_of(q, false) : INT64_MAX;

    return loud < quiet ? loud : quiet;
}

static struct timespec at_ns(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

static struct item *cut_batch(struct queue *q)
{
    struct item *list = q->first;
    struct item **end = &list;

    size_t bytes = 0;

    for (unsigned n = 0; n < QUEUE_BATCH && bytes < BATCH_BYTES && *end != NULL; n++) {
        bytes += (*end)->body.len + (*end)->blob.len;
        q->listed--;
        q->taken++;
        q->waiting -= (*end)->ack != NULL;
        end = &(*end)->next;
    }
    q->first = *end;
    *end = NULL;
    if (q->first == NULL) {
        q->last = &q->first;
    }
    return list;
}

enum taken queue_take(struct queue *q, struct item **list)
{
    int64_t give_up = clock_mono_ns() + (int64_t)IDLE_MS * NS_IN_MS;
    enum taken what = TAKEN_NONE;

    (void)pthread_mutex_lock(&q->lock);
    for (;;) {
        int64_t due = due_at(q);
        int64_t now = clock_mono_ns();

        if (q->listed > 0 && due <= now) {
            *list = cut_batch(q);
            what = TAKEN_SOME;
            break;
        }
        if (q->closing || now >= give_up) {
            what = q->closing ? TAKEN_CLOSED : TAKEN_NONE;
            break;
        }
        struct timespec until = at_ns(due < give_up ? due : give_up);

        (void)pthread_cond_timedwait(&q->wake, &q->lock, &until);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return what;
}

void queue_put_back(struct queue *q, struct item *list)
{
    struct item **end = &list;
    unsigned n = 0;
    unsigned loud = 0;

    for (; *end != NULL; end = &(*end)->next) {
        n++;
        loud += (*end)->ack != NULL;
    }
    if (n == 0) {
        return;
    }
    (void)pthread_mutex_lock(&q->lock);
    if (q->first == NULL) {
        q->last = end;
    }
    *end = q->first;
    q->first = list;
    q->listed += n;
    q->waiting += loud;
    q->taken -= n;
    (void)pthread_mutex_unlock(&q->lock);
}

void queue_ended(struct queue *q, unsigned n)
{
    (void)pthread_mutex_lock(&q->lock);
    q->taken -= n;
    q->reserved -= n <= q->reserved ? n : q->reserved;
    (void)pthread_mutex_unlock(&q->lock);
}

void queue_refuse(struct queue *q, enum err why)
{
    (void)pthread_mutex_lock(&q->lock);
    q->refusing = why;
    (void)pthread_mutex_unlock(&q->lock);
}

struct item *queue_drain_waiting(struct queue *q)
{
    struct item *out = NULL;
    struct item **out_end = &out;

    (void)pthread_mutex_lock(&q->lock);
    struct item **at = &q->first;

    while (*at != NULL) {
        struct item *it = *at;

        if (it->ack == NULL) {
            at = &it->next;
            continue;
        }
        *at = it->next;
        it->next = NULL;
        *out_end = it;
        out_end = &it->next;
        q->listed--;
        q->waiting--;
        q->taken++;
    }
    q->last = at;
    (void)pthread_mutex_unlock(&q->lock);
    return out;
}

bool queue_nap(struct queue *q, int ms)
{
    struct timespec until = at_ns(clock_mono_ns() + (int64_t)ms * NS_IN_MS);

    (void)pthread_mutex_lock(&q->lock);
    while (!q->closing && pthread_cond_timedwait(&q->wake, &q->lock, &until) == 0) {
    }
    bool closing = q->closing;

    (void)pthread_mutex_unlock(&q->lock);
    return closing;
}

void queue_close(struct queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->closing = true;
    (void)pthread_cond_signal(&q->wake);
    (void)pthread_mutex_unlock(&q->lock);
}

void queue_finished(struct queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->done = true;
    (void)pthread_cond_signal(&q->finished);
    (void)pthread_mutex_unlock(&q->lock);
}

bool queue_wait_finished(struct queue *q, int ms)
{
    struct timespec until = at_ns(clock_mono_ns() + (int64_t)ms * NS_IN_MS);
    int rc = 0;

    (void)pthread_mutex_lock(&q->lock);
    while (!q->done && rc == 0) {
        rc = pthread_cond_timedwait(&q->finished, &q->lock, &until);
    }
    bool done = q->done;

    (void)pthread_mutex_unlock(&q->lock);
    return done;
}

void queue_read_state(struct queue *q, struct queue_state *out)
{
    (void)pthread_mutex_lock(&q->lock);
    *out = (struct queue_state){q->listed + q->taken, q->reserved, q->refusing};
    (void)pthread_mutex_unlock(&q->lock);
}
