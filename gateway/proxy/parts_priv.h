/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_PARTS_PRIV_H
#define PROXY_PARTS_PRIV_H

#include "ledger/ledger.h"
#include "net/loop.h"
#include "proxy/cursor.h"
#include "redact/redact.h"
#include "upstream/leg.h"

/* The parts of an exchange. Folder-private; each part belongs to the file named. */
enum {
    BATCHES_IN_FLIGHT = 3, /* DESIGN 6.9 */
    BATCH_SLOTS = 16,      /* those, and what one read from the source can fill */
    BATCH_MAX_SETS = 8,
    MAX_LEGS = 16,
    FIRST_BATCH_BYTES = 64 * 1024,
    FIRST_BATCH_RECORDS = 256,
    MAX_BATCH_BYTES = 1024 * 1024,
    MAX_BATCH_RECORDS = 4096,
    SET_CHARS = 16,
};

struct exchange;

/* exchange.c: one entry on its way to disk; it comes back on the worker's loop. */
struct pending {
    struct ledger_ack ack; /* first member */
    struct loop_item item;
    struct exchange *x;
    struct loop *loop;
    enum err result;
    bool waiting;
};

enum batch_state { BATCH_FREE, BATCH_FILLING, BATCH_SEALED, BATCH_QUEUED, BATCH_DURABLE };

/* batch.c: whole records that are recorded by one entry and released together. */
struct batch {
    enum batch_state state;
    struct buf bytes;
    struct buf ids;  /* the subjects' ids, end to end */
    struct buf ends; /* size_t each: where an id ends in `ids` */
    size_t subjects;
    unsigned records;
    unsigned number; /* 1-based, in the answer */
    bool begun;      /* its first byte went to the server */
    char sets[BATCH_MAX_SETS][SET_CHARS + 1];
    unsigned set_count;
    struct pending entry;
};

/* Where the next page begins, if there is one. */
enum lookahead { NEXT_UNKNOWN, NEXT_NONE, NEXT_AT };

/* page.c: which of the visible rows this page shows. */
struct page {
    struct position from; /* where this page's reading begins */
    uint64_t rows;        /* rows of the source seen, released or not, from `from` on */
    uint64_t visible;     /* visible rows seen, from `from` on */
    uint64_t skip;        /* visible rows to pass over (a raw offset) */
    uint64_t taken;
    enum lookahead next;
    struct position next_at;
    bool has_total; /* the source's count of its rows */
    uint64_t total;
};

/* pull.c: the legs that bring the records. */
struct pull {
    bool paused;
    struct leg *leg;
    struct redactor *redactor;
    unsigned legs;     /* all of the exchange, the scan's too */
    uint64_t asked;    /* rows asked for in this leg */
    uint64_t leg_rows; /* rows seen in this leg */
    unsigned status;   /* of this leg's head */
};

/* scan.c: the second reader that finds out whether a next page exists. */
struct scan {
    bool running;
    struct leg *leg;
    struct redactor *redactor;
    struct query query;
    struct plan plan;
    uint64_t at;     /* rows of the source before the next row */
    uint64_t wanted; /* visible rows still to pass before the next page's first */
    uint64_t asked;
    uint64_t leg_rows;
    unsigned status; /* of this leg's head */
    bool has_found;
    struct position found;
};

#endif
