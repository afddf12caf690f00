/* SPDX-License-Identifier: Apache-2.0 */
/* The Prometheus text format, version 0.0.4: help and type once for each name. */
#include "base/metric.h"

static void put_head(struct buf *out, const struct metric *m)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
               m->type == METRIC_COUNTER ? "counter" : "gauge");
}

void metric_write(struct buf *out, const struct metric *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct metric *m = &table[i];

        if (i == 0 || strcmp(m->name, table[i - 1].name) != 0) {
            put_head(out, m);
        }
        buf_put_str(out, m->name);
        if (m->labels != NULL) {
            buf_printf(out, "{%s}", m->labels);
        }
        buf_printf(out, " %lld\n", (long long)m->read(m->ctx));
    }
}
