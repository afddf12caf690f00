/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_STOPS_H
#define ROSTER_STOPS_H

#include "base/buf.h"

#include <stdint.h>

/*
 * What the district has stopped by command: durable in state.db, needing no
 * valid policy (SAFETY S6), and asked for again at each batch (invariant 9). A
 * stop only takes away; undoing it leaves what the policy says.
 */

/* Columns: symbol, word in commands and ledger entries. */
#define STOP_KIND_TABLE(K)                                                                         \
    K(STOP_PARTNER, "partner")                                                                     \
    K(STOP_CLIENT, "client")                                                                       \
    K(STOP_AGREEMENT, "agreement")                                                                 \
    K(STOP_STUDENT, "student")

enum stop_kind {
#define STOP_KIND_SYMBOL(sym, word) sym,
    STOP_KIND_TABLE(STOP_KIND_SYMBOL)
#undef STOP_KIND_SYMBOL
        STOP_KIND_COUNT
};

const char *stop_kind_word(enum stop_kind kind);
bool stop_kind_of_word(struct span word, enum stop_kind *out);

/*
 * An immutable set of stops, shared by reference count; any thread. A set of no
 * stops answers without hashing.
 */
struct stop_set;
struct stop_set *stop_set_ref(struct stop_set *set);
void stop_set_unref(struct stop_set **set);
bool stop_set_has(const struct stop_set *set, enum stop_kind kind, struct span id);
size_t stop_set_count(const struct stop_set *set, enum stop_kind kind);

/* As roster_lens.student; `ctx` is a struct stop_set. */
bool stop_set_has_student(const void *ctx, struct span id);

/* The durable set. One process and one struct stops own a file at a time. */
struct stops;
struct store;

#define STOPS_FILE "state.db" /* its name in the state directory */

/*
 * Opens (or makes, mode 0600) the database file `path` and reads every stop.
 * Errors of store_open(); ERR_INPUT also when the file holds a row that is not a
 * stop: then nothing may be served.
 */
enum err stops_open(const char *path, struct stops **out) MUST_CHECK;

/* No thread may still call it; sets handed out stay good. NULL is accepted. */
void stops_close(struct stops **s);

/*
 * Sets (`on`) or takes back one stop: durable on disk and in the set that
 * stops_current() gives, when it returns OK. `*changed` (may be NULL): false if
 * it stood so already. Any thread; callers take turns. `id`: 1 to 1,024 bytes.
 * The caller writes the ledger entry: after a stop, before taking one back, so
 * that an entry that cannot be written leaves the narrower state. For the same
 * reason a stop that cannot be made durable acts in this process all the same,
 * with the error returned; taking back that fails changes nothing.
 * ERR_INPUT, ERR_MEMORY (nothing has changed); errors of store_commit().
 */
enum err stops_write(struct stops *s, enum stop_kind kind, struct span id, bool on,
                     bool *changed) MUST_CHECK;

/* The current set, one reference for the caller. Any thread; a short lock. */
struct stop_set *stops_current(struct stops *s);

/* Grows with every change; lock-free. A running answer compares it for each batch. */
uint64_t stops_generation(const struct stops *s);

/* Asks the current set; for single questions. Any thread. */
bool stops_has(struct stops *s, enum stop_kind kind, struct span id);

/*
 * Runs `work` with the file's one connection while changes wait: for tables that
 * stand beside the stops. Returns what it returns.
 */
enum err stops_share(struct stops *s, enum err (*work)(void *ctx, struct store *store),
                     void *ctx) MUST_CHECK;

/*
 * The members of a `stop` ledger entry: "action" ("stop" or "resume"), "by"
 * ("uid 0"), "what", and "who" unless it is a student, whose id goes into the entry's subjects.
 */
void stop_put_entry(struct buf *out, enum stop_kind kind, struct span id, bool on, uint32_t uid);

#endif
