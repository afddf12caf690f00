/* SPDX-License-Identifier: Apache-2.0 */
/* A folder's changes on a loop, over uv_fs_event. What changed is not passed on. */
#include "net/watch.h"

#include "base/mem.h"
#include "net/loop_priv.h"

struct watch {
    uv_fs_event_t handle;
    void (*on_change)(void *ctx);
    void *ctx;
};

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    struct watch *w = handle->data;

    (void)name;
    (void)events;
    (void)status; /* a failure may hide a change, so it counts as one */
    w->on_change(w->ctx);
}

static void on_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

void watch_free(struct watch **w)
{
    if (*w != NULL) {
        uv_close((uv_handle_t *)&(*w)->handle, on_closed);
        *w = NULL;
    }
}

enum err watch_new(struct loop *l, const char *folder, void (*on_change)(void *ctx), void *ctx,
                   struct watch **out)
{
    struct watch *w = mem_alloc(sizeof(*w));

    if (w == NULL) {
        return ERR_MEMORY;
    }
    w->on_change = on_change;
    w->ctx = ctx;
    (void)uv_fs_event_init(loop_uv(l), &w->handle);
    w->handle.data = w;
    uv_unref((uv_handle_t *)&w->handle);
    if (uv_fs_event_start(&w->handle, on_event, folder, 0) != 0) {
        watch_free(&w);
        return ERR_IO;
    }
    *out = w;
    return OK;
}
