/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_SIGNALS_H
#define NET_SIGNALS_H

#include "net/loop.h"

/* SIGTERM, SIGINT and SIGHUP as calls on one loop (the first thread's). */
struct signals;

/* `on_signal` runs on the loop with the signal's number. ERR_MEMORY, ERR_IO. */
enum err signals_new(struct loop *l, void (*on_signal)(void *ctx, int number), void *ctx,
                     struct signals **out) MUST_CHECK;

/* From here on the signals are ignored. Until then loop_run() does not return. */
void signals_free(struct signals **s);

#endif
