/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/buf.h"

/*
 * The record of every request and disclosure (34 CFR 99.32). One writer thread,
 * append-only, group commit: an entry is acknowledged only after the commit that
 * holds it is durable and the files are still the ones that were opened.
 */
struct ledger;

struct ledger_setup {
    const char *directory; /* holds ledger-YYYY-MM.db, mode 0700 */
    const char *origin;    /* the log's name, "gateway.example.org/disclosures/1" */
    bool unsafe_storage;   /* accept tmpfs, overlay, NFS (tests, demo) */
    unsigned max_queue;    /* entries waiting or being written; 0: 4,096 */
};

/*
 * Takes the exclusive writer lock, opens or creates the month's file, reads the
 * tail, writes the `start` entry durably, starts the thread. ERR_LOCKED,
 * ERR_LEDGER, ERR_LEDGER_FULL, ERR_INPUT (unsafe storage), ERR_MEMORY.
 */
enum err ledger_open(const struct ledger_setup *setup, struct ledger **out) MUST_CHECK;

/* Writes what is queued, stops the thread, closes. */
void ledger_close(struct ledger **l);

/* Columns: symbol, name in entries. */
#define ENTRY_KIND_TABLE(K)                                                                        \
    K(ENTRY_START, "start")                                                                        \
    K(ENTRY_REQUEST, "request")                                                                    \
    K(ENTRY_DENIED, "denied")                                                                      \
    K(ENTRY_DISCLOSURE, "disclosure")                                                              \
    K(ENTRY_OUTCOME, "outcome")                                                                    \
    K(ENTRY_POLICY, "policy")                                                                      \
    K(ENTRY_STOP, "stop")                                                                          \
    K(ENTRY_JUNK, "junk")                                                                          \
    K(ENTRY_FIELDS, "fields")

enum entry_kind {
#define ENTRY_SYMBOL(sym, name) sym,
    ENTRY_KIND_TABLE(ENTRY_SYMBOL)
#undef ENTRY_SYMBOL
        ENTRY_KIND_COUNT
};

/*
 * One entry to write. The body is the members of a JSON object (ASCII, keys in
 * byte order, no braces) without `time`, `id`, `kind` and the random tail,
 * which the writer adds. `subjects` are student ids; order and duplicates do not
 * matter. Everything is copied by ledger_submit().
 */
struct entry {
    enum entry_kind kind;
    struct span exchange; /* exchange id, hex; empty for entries about no exchange */
    struct span body;
    const struct span *subjects;
    size_t subject_count;
};

/* How the writer tells: called on the writer's thread; `e` is OK only when durable. */
struct ledger_ack {
    void (*done)(struct ledger_ack *ack, enum err e, uint64_t index);
};

/* Admission: credits for `n` entries of one exchange, before any source contact. ERR_BUSY,
 * ERR_LEDGER (the writer is stopped or poisoned). Unused ones are given back. */
enum err ledger_reserve(struct ledger *l, unsigned n) MUST_CHECK;
void ledger_unreserve(struct ledger *l, unsigned n);

/*
 * Queues one entry, spending one reserved credit. `ack` (NULL: nobody waits; such
 * entries never start a commit and wait at most 100 ms) must live until done()
 * is called, which happens exactly once. ERR_MEMORY, ERR_LEDGER, ERR_TOO_BIG
 * (over 65,535 bytes): then nothing is queued, the credit is back and done() is not called.
 */
enum err ledger_submit(struct ledger *l, const struct entry *entry,
                       struct ledger_ack *ack) MUST_CHECK;

struct ledger_state {
    uint64_t size; /* entries durable */
    uint64_t commits;
    unsigned queued;
    enum err refusing; /* OK, or why entries are refused at the moment */
    int64_t last_commit_us;
};
void ledger_read_state(struct ledger *l, struct ledger_state *out);

#endif
