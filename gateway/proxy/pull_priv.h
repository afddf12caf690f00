/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_PULL_PRIV_H
#define PROXY_PULL_PRIV_H

#include "proxy/exchange_priv.h"

/* Asking the source: legs, the redactor behind them, and the page they fill. Folder-private. */

/* Makes the redactor and starts the first leg. */
enum err pull_start(struct exchange *x) MUST_CHECK;

/* Queues sealed batches as far as may be; starts the lookahead when the head needs it. */
enum err pull_queue_sealed(struct exchange *x) MUST_CHECK;

/* Lets a paused leg go on when there is room again. */
void pull_resume(struct exchange *x);

/* Drops legs that still run. */
void pull_stop(struct exchange *x);

/* Frees the redactors. */
void pull_fini(struct exchange *x);

/* scan.c: reads on from where the page stands, deciding only, until the next visible row. */
enum err scan_start(struct exchange *x) MUST_CHECK;
void scan_stop(struct exchange *x);

/* page.c: counts a row; true if this visible row belongs to the page. */
bool page_take(struct page *page, const struct query *q, bool released);

/* True if the next page's place is known, perhaps by the source's total alone. */
bool page_knows_next(struct exchange *x);

/* True if no row of the source is left to read. */
bool page_at_end(const struct exchange *x);

/* Rows to ask for in the next leg: enough for the page and one beyond, growing, at most 10,000. */
uint64_t page_next_ask(const struct exchange *x);

/* Sets page->from and ->skip from the cursor or offset. ERR_CURSOR. */
enum err page_init(struct exchange *x) MUST_CHECK;

/* target.c: the canonical request to the source, with the filter of `q`, for rows `from` on. */
enum err source_target(struct buf *out, const struct plan *plan, const struct query *q,
                       uint64_t from, uint64_t rows) MUST_CHECK;

/* Appends `sort`, `orderBy`, `filter` in canonical form, each with a leading '&'. `open`: what the
 * source may compare; NULL for links, which repeat the whole question. */
void source_put_query(struct buf *out, const struct query *q, const struct fieldset *open);

#endif
