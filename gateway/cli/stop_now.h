/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_STOP_NOW_H
#define CLI_STOP_NOW_H

#include "ledger/ledger.h"
#include "roster/stops.h"

/* One stop, or the taking back of one. */
struct stop_order {
    enum stop_kind kind;
    struct span who;
    bool undo;
    uint32_t uid; /* who ordered it */
};

/*
 * Carries it out and records it, in the order that leaves the narrower state when
 * the second half fails: a stop acts before its ledger entry is written, a stop is
 * taken back only after. Blocks until both are durable, at most about ten seconds.
 * `*changed` (untouched on failure): false if it stood so already; it is recorded all
 * the same. The first error: of stops_write() (the stop acts in this process, see
 * there) or of ledger_record().
 */
enum err stop_now(struct stops *stops, struct ledger *ledger, const struct stop_order *order,
                  bool *changed) MUST_CHECK;

#endif
