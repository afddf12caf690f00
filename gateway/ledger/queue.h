/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_QUEUE_H
#define LEDGER_QUEUE_H

#include "ledger/ledger.h"
#include "ledger/subjects.h"

/*
 * Entries on their way to the writer: many threads push, one takes. Bounded by
 * credits. The pace is kept here: queue_take() returns when 64 entries wait that
 * somebody waits for, or 300 us after the oldest of them, or 100 ms after the
 * oldest that nobody waits for.
 */
enum { QUEUE_BATCH = 1024, QUEUE_START = 64 };

/* Owns its bytes: one block. */
struct item {
    struct item *next;
    struct ledger_ack *ack; /* NULL: nobody waits */
    int64_t queued_ns;
    enum entry_kind kind;
    size_t subject_count; /* 0: root and seed mean nothing */
    struct span exchange; /* all three in `bytes` */
    struct span body;
    struct span blob;
    uint8_t root[DIGEST_BYTES];
    uint8_t seed[SUBJECT_SEED_BYTES];
    uint8_t bytes[];
};

/* Copies the entry and, when it has subjects, what was packed (else NULL). NULL: out of memory. */
struct item *item_new(const struct entry *entry, const struct packed *packed);
void item_free(struct item *it);

struct queue;

/* ERR_MEMORY. */
enum err queue_new(unsigned max, struct queue **out) MUST_CHECK;

/* Frees it and what is still in it; done() is not called. */
void queue_free(struct queue **q);

/* As ledger_reserve() and ledger_unreserve(). */
enum err queue_reserve(struct queue *q, unsigned n) MUST_CHECK;
void queue_unreserve(struct queue *q, unsigned n);

/*
 * Takes the item over, and a credit with it. While refused: that reason, and the
 * item stays the caller's; but ERR_LEDGER_FULL refuses only items with an ack.
 */
enum err queue_push(struct queue *q, struct item *it) MUST_CHECK;

enum taken {
    TAKEN_SOME,  /* `*list` has 1 to QUEUE_BATCH items, oldest first */
    TAKEN_NONE,  /* a second went by */
    TAKEN_CLOSED /* closing, and there is nothing left */
};

/* For the writer. Waits as said above; while closing it does not wait. */
enum taken queue_take(struct queue *q, struct item **list);

/* Puts items that were taken back in front, in their order. */
void queue_put_back(struct queue *q, struct item *list);

/* Ends `n` taken items: their credits are free again. */
void queue_ended(struct queue *q, unsigned n);

/* From now on refuse for this reason; OK: accept again. */
void queue_refuse(struct queue *q, enum err why);

/* Takes out every item that somebody waits for (while refused), oldest first; NULL: none. */
struct item *queue_drain_waiting(struct queue *q);

/* Sleeps at most `ms`, less when closing; true while closing. */
bool queue_nap(struct queue *q, int ms);

/* Makes queue_take() hand out everything at once, then say TAKEN_CLOSED. */
void queue_close(struct queue *q);

/* The writer's last word, and waiting for it: false after `ms`. */
void queue_finished(struct queue *q);
bool queue_wait_finished(struct queue *q, int ms);

struct queue_state {
    unsigned queued; /* taken ones that have not ended included */
    unsigned reserved;
    enum err refusing;
};
void queue_read_state(struct queue *q, struct queue_state *out);

#endif
