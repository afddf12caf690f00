/* SPDX-License-Identifier: Apache-2.0 */
/* Signals on a loop. libuv does the async-signal-safe part. */
#include "net/signals.h"

#include "base/mem.h"
#include "net/loop_priv.h"

#include <signal.h>

static const int NUMBERS[] = {SIGTERM, SIGINT, SIGHUP};

enum { NUMBER_COUNT = sizeof(NUMBERS) / sizeof(NUMBERS[0]) };

struct signals {
    uv_signal_t handles[NUMBER_COUNT];
    unsigned open; /* handles not yet closed */
    void (*on_signal)(void *ctx, int number);
    void *ctx;
};

static void on_closed(uv_handle_t *handle)
{
    struct signals *s = handle->data;

    s->open--;
    if (s->open == 0) {
        mem_free(s);
    }
}

static void on_uv_signal(uv_signal_t *handle, int number)
{
    struct signals *s = handle->data;

    s->on_signal(s->ctx, number);
}

/*
 * A second SIGTERM while a process ends must not turn its clean end into a killed
 * one: closing a handle brings the default action back, so that the signals stay
 * blocked until they are ignored. One that waits is dropped with that.
 */
void signals_free(struct signals **s)
{
    sigset_t ours, old;

    if (*s == NULL) {
        return;
    }
    (void)sigemptyset(&ours);
    for (unsigned i = 0; i < NUMBER_COUNT; i++) {
        (void)sigaddset(&ours, NUMBERS[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &ours, &old);
    for (unsigned i = 0; i < NUMBER_COUNT; i++) {
        uv_close((uv_handle_t *)&(*s)->handles[i], on_closed);
        (void)signal(NUMBERS[i], SIG_IGN);
    }
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    *s = NULL;
}

enum err signals_new(struct loop *l, void (*on_signal)(void *ctx, int number), void *ctx,
                     struct signals **out)
{
    struct signals *s = mem_alloc(sizeof(*s));
    int bad = 0;

    if (s == NULL) {
        return ERR_MEMORY;
    }
    *s = (struct signals){.open = NUMBER_COUNT, .on_signal = on_signal, .ctx = ctx};
    for (unsigned i = 0; i < NUMBER_COUNT; i++) {
        (void)uv_signal_init(loop_uv(l), &s->handles[i]);
        s->handles[i].data = s;
        bad |= uv_signal_start(&s->handles[i], on_uv_signal, NUMBERS[i]);
    }
    if (bad != 0) {
        signals_free(&s);
        return ERR_IO;
    }
    *out = s;
    return OK;
}
