/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "ledger/entry.h"

/*
 * The record of every request and disclosure (34 CFR 99.32). One writer thread,
 * append-only, group commit: an entry is acknowledged only after the commit that
 * holds it is durable and the files are still the ones that were opened. The
 * files are described in docs/ledger.md.
 *
 * All functions but open and close may be called from any thread.
 */
struct ledger;

struct ledger_setup {
    const char *directory;  /* exists, ours, not open to others; holds ledger-YYYY-MM.db */
    const char *origin;     /* the log's name, "gateway.example.org/disclosures/1" */
    const char *version;    /* of the program, for the `start` entry; NULL: left out */
    bool unsafe_storage;    /* accept tmpfs, overlay, NFS (tests, demo) */
    unsigned max_queue;     /* entries reserved, waiting or being written; 0: 4,096 */
    uint64_t ballast_bytes; /* kept free for the entry that says the disk is full; 0: 16 MiB */
};

/*
 * Takes the exclusive writer lock, opens or creates the month's file, reads the
 * tail, writes the `start` entry durably, starts the thread. Strings are copied.
 * ERR_LOCKED (another writer), ERR_LEDGER, ERR_LEDGER_FULL, ERR_LEDGER_MOVED,
 * ERR_MEMORY, ERR_INPUT (unsafe storage, no folder, another origin).
 */
enum err ledger_open(const struct ledger_setup *setup, struct ledger **out) MUST_CHECK;

/*
 * Writes what is queued, stops the thread, closes, sets NULL; nobody may call
 * into the ledger any more. Waits at most 10 s: ERR_DEADLINE means that the disk
 * hangs, the memory is left to the writer and done() may still be called; exit.
 * Else why entries were refused at the end (ERR_LEDGER...), or OK. Accepts NULL.
 */
enum err ledger_close(struct ledger **l);

/* How the writer tells. The struct is the caller's and must live until done() was called. */
struct ledger_ack {
    /*
     * Called once, on the writer's thread, no lock held; it must not block. `e` is
     * OK only when the entry is durable, then `index` is its place in the log.
     * Else ERR_LEDGER, ERR_LEDGER_FULL, ERR_LEDGER_MOVED or ERR_MEMORY.
     */
    void (*done)(struct ledger_ack *ack, enum err e, uint64_t index);
};

/*
 * Admission: credits for `n` entries of one exchange, before any source contact.
 * ERR_BUSY, or why entries are refused at the moment (ERR_LEDGER, ERR_LEDGER_FULL,
 * ERR_LEDGER_MOVED). Credits that were not spent are given back by the caller.
 */
enum err ledger_reserve(struct ledger *l, unsigned n) MUST_CHECK;
void ledger_unreserve(struct ledger *l, unsigned n);

/*
 * Queues one entry, spending one reserved credit; copies what it needs. Without
 * `ack` nobody waits: such entries (outcomes) never start a commit, wait at most
 * 100 ms, and while the disk is full are kept until it is not. Takes 1-2 us, and
 * about 1 us more for each subject. ERR_MEMORY, ERR_TOO_BIG (over 65,535 bytes), ERR_INPUT
 * (body not printable ASCII, a kind that only the writer uses), ERR_LEDGER...: nothing is
 * queued, done() will not be called, and the credit is still the caller's.
 */
enum err ledger_submit(struct ledger *l, const struct entry *entry,
                       struct ledger_ack *ack) MUST_CHECK;

/*
 * The numbers that students have in this ledger; 0: none, nothing was ever disclosed of one with
 * that id. A number is never given to another student.
 */
void ledger_find(struct ledger *l, const struct span *ids, size_t count, uint32_t *numbers);

/*
 * Reserves, submits and waits until durable, for threads that may block. `index`
 * may be NULL. ERR_DEADLINE after wait_ms: the entry may or may not come to stand.
 */
enum err ledger_record(struct ledger *l, const struct entry *entry, int wait_ms,
                       uint64_t *index) MUST_CHECK;

struct ledger_state {
    uint64_t size;          /* entries durable */
    uint64_t commits;       /* since open */
    uint64_t refused;       /* entries answered with an error since open */
    uint64_t subjects;      /* students with a number */
    unsigned queued;        /* entries waiting or being written */
    unsigned reserved;      /* credits out, queued ones included */
    unsigned wal_pages;     /* after the last commit */
    enum err refusing;      /* OK, or why entries are refused at the moment */
    int64_t last_commit_us; /* how long the last commit took */
};
void ledger_read_state(struct ledger *l, struct ledger_state *out);

#endif
