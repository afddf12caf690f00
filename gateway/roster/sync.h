/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_SYNC_H
#define ROSTER_SYNC_H

#include "roster/builder.h"
#include "upstream/leg.h"

/*
 * Loads a whole roster from the source, page by page: orgs, courses, classes,
 * users, and as needed academic sessions, demographics and enrollments, sorted by
 * sourcedId, asking by `fields` for no more than decisions need. All or nothing: one bad page and
 * there is no roster. Pages are read with a plain JSON parser, so the loop must not be one that
 * serves partners.
 */
struct roster_sync;

struct roster_sync_setup {
    struct loop *loop;
    struct pool *pool; /* on the same loop; outlives the sync */
    const struct catalog *catalog;
    struct roster_needs needs; /* what it lists is borrowed until roster_sync_start() returns */
    unsigned page_rows;        /* asked for in one leg; 0: 2,000. The source may give fewer. */
    unsigned max_pages; /* of all collections together, for a source that never ends; 0: 20,000 */
    int64_t total_ms;   /* for the whole load; 0: 900,000 */

    /*
     * Called once, on the loop, never from inside roster_sync_start(); the sync
     * is gone with the call. OK: `roster` is one reference, the callee's. Else it
     * is NULL and `e` is a leg's or the builder's error; ERR_UP_LEGS: a bound was
     * reached or a page brought nothing new; ERR_UP_TRUNCATED: fewer rows than
     * X-Total-Count promised; ERR_DEADLINE.
     */
    void (*done)(void *ctx, enum err e, struct roster *roster);
    void *ctx;
};

/* ERR_MEMORY, ERR_BUSY; ERR_INPUT when the catalog lacks one of the collections, or
 * for a local field that no roster can hold. */
enum err roster_sync_start(const struct roster_sync_setup *setup,
                           struct roster_sync **out) MUST_CHECK;

/* Gives up; done() is not called. NULL is accepted. */
void roster_sync_abort(struct roster_sync **s);

#endif
