/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_KEEP_H
#define ROSTER_OWN_KEEP_H

#include "policy/policy.h"
#include "roster/own.h"
#include "roster/roster.h"
#include "roster/stops.h"

/*
 * Keeps students' own facts in force while their files come and go: what was
 * read, what vanished, what the roster and the policy know of it (SAFETY S1, S2).
 * One thread offers files and asks for the report; any thread takes snapshots.
 */
struct own_keep;

enum { OWN_MAX_FAULTS = 20 };

/* A row that was read but cannot mean what it says. */
struct own_fault {
    enum own_file file;
    unsigned line;    /* in the file last read; 0: of a row that vanished */
    const char *text; /* "names a student whom the roster never knew" */
};

struct own_report {
    bool complete; /* every file is there and has been read whole once */
    struct {
        bool missing, read, broken; /* now; whole once; at the last reading */
        unsigned errors;            /* of the last reading */
        size_t rows, vanished;      /* in force; of them, in the file no more */
    } files[OWN_FILE_COUNT];
    size_t unknown_students; /* rows about ids that the roster never knew (SAFETY S2) */
    size_t unknown_parties;  /* rows that name a partner or agreement that is not declared */
    struct own_fault faults[OWN_MAX_FAULTS]; /* the first of these rows */
    size_t fault_count;
    enum err saved; /* what became of the last own_keep_save() */
};

/* What rows are held against. The roster may be NULL: then ids are not judged yet. */
struct own_checks {
    const struct roster *roster;
    const struct policy *policy;
    int32_t today; /* yyyymmdd, district-local */
};

/* What was read of each file; NULL: it is missing. `errors` of each reading. `same`: the file has
 * not changed since it was last offered with success, so that it need not be gone through again. */
struct own_offer {
    bool same[OWN_FILE_COUNT];
    const struct own_sheet *sheets[OWN_FILE_COUNT];
    unsigned errors[OWN_FILE_COUNT];
};

/*
 * Starts with what was in force when the process ended, incomplete until every
 * file is offered. `stops` is borrowed for its file. Errors of own_memory_load().
 */
enum err own_keep_open(struct stops *stops, struct own_keep **out) MUST_CHECK;

/* No thread may still call it; snapshots handed out stay good. NULL is accepted. */
void own_keep_close(struct own_keep **k);

/*
 * Takes in what was read and puts the outcome in force. With `narrow_only` only
 * what takes away, whatever the sheets say (to be called first, before the ledger entry);
 * without, sheets that are whole count as they stand. A row that takes away but
 * names an undeclared partner or agreement withholds its student; so is a student
 * withheld whose id differs from a row's unknown id by leading zeros alone. On any
 * error records about students are withheld until an offer succeeds: ERR_MEMORY, ERR_CRYPTO.
 */
enum err own_keep_offer(struct own_keep *k, const struct own_offer *offer,
                        const struct own_checks *checks, bool narrow_only) MUST_CHECK;

/* Judges the rows in force anew, after the roster or the policy changed. Errors as above. */
enum err own_keep_check(struct own_keep *k, const struct own_checks *checks) MUST_CHECK;

/*
 * Lets go of the rows that vanished; `*rows` is their number. The caller has
 * recorded it. ERR_NOT_READY: a file that takes away is missing or broken now;
 * errors of the store: then nothing has changed.
 */
enum err own_keep_confirm(struct own_keep *k, const struct own_checks *checks,
                          size_t *rows) MUST_CHECK;

/* Makes durable what must outlive a restart; nothing to write is OK. Errors of own_memory_save().
 */
enum err own_keep_save(struct own_keep *k) MUST_CHECK;

/* Shows each row that vanished as the line it was, without its line end; false stops. */
void own_keep_show_vanished(const struct own_keep *k,
                            bool (*show)(void *ctx, enum own_file file, struct span line),
                            void *ctx);

/* Valid until the next call that changes it; on the offering thread. */
const struct own_report *own_keep_report(const struct own_keep *k);

/* The snapshot in force, one reference for the caller. Any thread; a short lock. */
struct own_set *own_keep_current(struct own_keep *k);

/* Grows with every change; lock-free. A running answer compares it for each batch. */
uint64_t own_keep_generation(const struct own_keep *k);

#endif
