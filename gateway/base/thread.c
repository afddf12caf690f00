/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that leave signals to the first one. */
#include "base/thread.h"

#include <signal.h>

enum err thread_start(void *(*run)(void *ctx), void *ctx, pthread_t *out)
{
    sigset_t all, old;
    pthread_t thread;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&thread, NULL, run, ctx);

    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc != 0) {
        return ERR_MEMORY;
    }
    *out = thread;
    return OK;
}
