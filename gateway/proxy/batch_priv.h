/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_BATCH_PRIV_H
#define PROXY_BATCH_PRIV_H

#include "proxy/exchange_priv.h"

/*
 * Batches: whole released records gather, are recorded by one entry, and leave
 * only after it is durable (invariant 2). At most three are in flight.
 */

/*
 * Adds one released record to the batch being filled and seals the batch at its
 * size, so that boundaries depend on the released records alone (SAFETY R1).
 * ERR_MEMORY, ERR_TOO_BIG, ERR_BUSY, ERR_LEDGER.
 */
enum err batch_add(struct exchange *x, const struct redact_record *record) MUST_CHECK;

/* Writes the envelope's end and seals the last batch. As batch_add(). */
enum err batch_finish(struct exchange *x) MUST_CHECK;

/* The oldest sealed batch, or NULL. */
struct batch *batch_sealed(struct exchange *x);

/* True if another batch may be put in flight now. */
bool batch_may_queue(const struct exchange *x);

/* Appends a struct span for each subject of every batch in use; they live as the batches do.
 * ERR_MEMORY, ERR_TOO_BIG. */
enum err batch_list(struct exchange *x, struct buf *out) MUST_CHECK;

/* Checks every subject again and queues the batch's entry. Errors: those of
 * exchange_recheck(), the ledger's; for a stopped subject those of batch_withheld(). */
enum err batch_queue(struct exchange *x, struct batch *b) MUST_CHECK;

/* Batches without subjects wait for the request alone: marks them durable once it is. */
void batch_settle(struct exchange *x);

/* Hands durable batches to the server as far as it has room. Before the first byte of each the
 * checks of batch_queue() are made again: a slow reader keeps recorded batches waiting (SAFETY R9).
 */
enum err batch_release(struct exchange *x) MUST_CHECK;

/* True if `is` holds for a subject of some batch that has not begun to leave. */
bool batch_has_subject(const struct exchange *x, bool (*is)(void *ctx, struct span id), void *ctx);

/* How an exchange fails whose record may not leave any more: ERR_STOPPED behind the head, else
 * ERR_RECORD or ERR_BUSY. */
enum err batch_withheld(const struct exchange *x) MUST_CHECK;

void batch_init_all(struct exchange *x);
void batch_fini_all(struct exchange *x);

#endif
