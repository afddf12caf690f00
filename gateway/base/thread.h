/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/err.h"

#include <pthread.h>

/*
 * Starts a joinable thread that takes no signals: they are for the first thread,
 * which waits for them. `run` and `ctx` as of pthread_create(). ERR_MEMORY.
 */
enum err thread_start(void *(*run)(void *ctx), void *ctx, pthread_t *out) MUST_CHECK;

#endif
