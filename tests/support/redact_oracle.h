/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REDACT_ORACLE_H
#define SUPPORT_REDACT_ORACLE_H

#include "tests/support/redact_world.h"

/*
 * What the redactor must release, worked out a second time: the whole document
 * as a tree (jansson), the plan applied to it by name, each record written out
 * again. It shares the catalog and the verdict with the redactor, and no line of
 * reading, indexing, judging or writing.
 *
 * Appends to `log`, for each of the first `max_records` records, its reason, its
 * id and the record as compact JSON. False when jansson does not take the body.
 */
bool oracle_run(const struct plan *plan, struct span body, size_t max_records, struct buf *log);

/* The codes of plans whose agreement translates ids; borrowed until the next call. */
void oracle_translate(struct idmap *ids);

/* A callback that writes the same log from the redactor's records; `ctx` is a struct buf. */
enum err oracle_record(void *ctx, const struct redact_record *record);

#endif
