/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_record(): an entry, and a thread that may wait for it. Who comes last
 * frees the meeting place: the waiter may have given up before done() comes.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ledger/ledger.h"

#include <pthread.h>

struct meeting {
    struct ledger_ack ack; /* first: done() finds the meeting by it */
    pthread_mutex_t lock;
    pthread_cond_t told;
    unsigned users;
    bool ended;
    enum err result;
    uint64_t index;
};

static struct meeting *meeting_new(void)
{
    pthread_condattr_t attr;
    struct meeting *m = mem_alloc(sizeof(*m));

    if (m == NULL) {
        return NULL;
    }
    if (pthread_condattr_init(&attr) != 0) {
        mem_free(m);
        return NULL;
    }
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_cond_init(&m->told, &attr);
    (void)pthread_condattr_destroy(&attr);
    m->users = 2;
    return m;
}

static void leave(struct meeting *m, unsigned users)
{
    (void)pthread_mutex_lock(&m->lock);
    m->users -= users;
    bool last = m->users == 0;

    (void)pthread_mutex_unlock(&m->lock);
    if (last) {
        (void)pthread_cond_destroy(&m->told);
        (void)pthread_mutex_destroy(&m->lock);
        mem_free(m);
    }
}

static void on_done(struct ledger_ack *ack, enum err e, uint64_t index)
{
    struct meeting *m = (struct meeting *)ack;

    (void)pthread_mutex_lock(&m->lock);
    m->ended = true;
    m->result = e;
    m->index = index;
    (void)pthread_cond_signal(&m->told);
    (void)pthread_mutex_unlock(&m->lock);
    leave(m, 1);
}

static enum err wait_for(struct meeting *m, int wait_ms, uint64_t *index)
{
    int64_t end = clock_mono_ns() + (int64_t)wait_ms * 1000000;
    struct timespec until = {.tv_sec = end / 1000000000, .tv_nsec = end % 1000000000};
    int rc = 0;

    (void)pthread_mutex_lock(&m->lock);
    while (!m->ended && rc == 0) {
        rc = pthread_cond_timedwait(&m->told, &m->lock, &until);
    }
    enum err e = m->ended ? m->result : ERR_DEADLINE;

    if (e == OK && index != NULL) {
        *index = m->index;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return e;
}

enum err ledger_record(struct ledger *l, const struct entry *entry, int wait_ms, uint64_t *index)
{
    struct meeting *m = meeting_new();

    if (m == NULL) {
        return ERR_MEMORY;
    }
    m->ack.done = on_done;
    enum err e = ledger_reserve(l, 1);

    if (e != OK) {
        leave(m, 2);
        return e;
    }
    e = ledger_submit(l, entry, &m->ack);
    if (e != OK) {
        ledger_unreserve(l, 1);
        leave(m, 2);
        return e;
    }
    e = wait_for(m, wait_ms, index);
    leave(m, 1);
    return e;
}
