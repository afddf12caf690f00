/* SPDX-License-Identifier: Apache-2.0 */
/* Used by a running gateway and, when there is none, by `hallpass stop` itself. */
#include "cli/stop_now.h"

enum { WAIT_MS = 10000, MAX_WHO = 1024, MAX_BODY = 16384 };

static enum err record(struct ledger *ledger, const struct stop_order *order)
{
    struct buf body;

    buf_init(&body, MAX_BODY);
    stop_put_entry(&body, order->kind, order->who, !order->undo, order->uid);
    const struct entry entry = {
        .kind = ENTRY_STOP,
        .body = buf_span(&body),
        .subjects = &order->who,
        .subject_count = order->kind == STOP_STUDENT ? 1 : 0,
    };
    enum err e = buf_err(&body);

    e = e != OK ? e : ledger_record(ledger, &entry, WAIT_MS, NULL);
    buf_fini(&body);
    return e;
}

enum err stop_now(struct stops *stops, struct ledger *ledger, const struct stop_order *order,
                  bool *changed)
{
    bool did = false;

    if (order->who.len == 0 || order->who.len > MAX_WHO) {
        return ERR_INPUT;
    }
    if (order->undo) {
        enum err e = record(ledger, order);

        return e != OK ? e : stops_write(stops, order->kind, order->who, false, changed);
    }
    enum err stopped = stops_write(stops, order->kind, order->who, true, &did);

    if (stopped == ERR_INPUT || stopped == ERR_MEMORY) {
        return stopped;
    }
    enum err recorded = record(ledger, order);

    if (stopped == OK && recorded == OK) {
        *changed = did;
    }
    return stopped != OK ? stopped : recorded;
}
