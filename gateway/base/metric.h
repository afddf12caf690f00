/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"

/*
 * What a folder shows of itself in numbers, as a constant table. Rows of one
 * name stand together and differ in `labels`. Names, labels and help are
 * constants: no value of a record, id or request ever becomes one (SAFETY G7).
 */
enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

struct metric {
    const char *name;   /* "hallpass_source_legs_total" */
    const char *labels; /* "reason=\"school\"", or NULL */
    const char *help;   /* one sentence */
    enum metric_type type;
    int64_t (*read)(const void *ctx); /* on the reader's thread: atomics, or facts of that thread */
    const void *ctx;
};

/* Appends the table in the Prometheus text format 0.0.4. Errors stick in `out`. */
void metric_write(struct buf *out, const struct metric *table, size_t n);

#endif
