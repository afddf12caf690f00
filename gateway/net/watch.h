/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_WATCH_H
#define NET_WATCH_H

#include "net/loop.h"

/*
 * Hears of changes in a folder (inotify, by libuv): a hint that comes early, not
 * a promise. Nothing is heard of network file systems, nor of a folder that is
 * replaced; who must not miss a change looks from time to time as well.
 */
struct watch;

/*
 * `on_change` runs on the loop, perhaps several times for one change, until
 * watch_free(). Does not hold loop_run(). ERR_IO: the folder cannot be watched
 * (it is missing, the system's limit is reached); ERR_MEMORY.
 */
enum err watch_new(struct loop *l, const char *folder, void (*on_change)(void *ctx), void *ctx,
                   struct watch **out) MUST_CHECK;

/* On the loop's thread, before loop_free(). NULL is accepted. */
void watch_free(struct watch **w);

#endif
