/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets a connection: an idle one (the youngest, so that the others can age
 * away), a fresh one while there is room, or a place in a bounded queue.
 */
#include "upstream/pool.h"

#include "base/mem.h"
#include "upstream/leg_priv.h"

#include <assert.h>

static void fill_defaults(struct pool_setup *s)
{
    s->max_connections = s->max_connections == 0 ? 32 : s->max_connections;
    s->max_idle = s->max_idle == 0 ? 8 : s->max_idle;
    s->max_waiting = s->max_waiting == 0 ? 256 : s->max_waiting;
    s->wait_ms = s->wait_ms == 0 ? 10000 : s->wait_ms;
    s->connect_ms = s->connect_ms == 0 ? 5000 : s->connect_ms;
    s->head_ms = s->head_ms == 0 ? 30000 : s->head_ms;
    s->body_ms = s->body_ms == 0 ? 30000 : s->body_ms;
    s->idle_ms = s->idle_ms == 0 ? 15000 : s->idle_ms;
}

/* Goes into the Host header: no blanks, no controls. */
static bool is_host(const char *name)
{
    size_t i = 0;

    while (name[i] > 0x20 && name[i] < 0x7F) {
        i++;
    }
    return i > 0 && name[i] == '\0';
}

enum err pool_new(struct loop *l, const struct pool_setup *setup, struct pool **out)
{
    if (setup->address == NULL || setup->server_name == NULL || !is_host(setup->server_name)) {
        return ERR_INPUT;
    }
    struct pool *p = mem_alloc(sizeof(*p));

    if (p == NULL) {
        return ERR_MEMORY;
    }
    p->loop = l;
    p->setup = *setup;
    fill_defaults(&p->setup);
    p->address = mem_copy(setup->address, strlen(setup->address));
    p->server_name = mem_copy(setup->server_name, strlen(setup->server_name));
    p->read_buffer = mem_alloc(READ_BYTES);
    if (p->address == NULL || p->server_name == NULL || p->read_buffer == NULL) {
        pool_free(&p);
        return ERR_MEMORY;
    }
    *out = p;
    return OK;
}

void pool_free(struct pool **pool)
{
    struct pool *p = *pool;

    *pool = NULL;
    if (p == NULL) {
        return;
    }
    assert(p->legs == 0);
    while (p->idle != NULL) {
        struct link *link = p->idle;

        pool_forget(p, link);
        link_drop(link);
    }
    mem_free(p->read_buffer);
    mem_free(p->server_name);
    mem_free(p->address);
    mem_free(p);
}

void pool_read_counts(const struct pool *p, struct pool_counts *out)
{
    *out = p->counts;
}

void pool_keep(struct pool *p, struct link *link)
{
    link->next = p->idle;
    p->idle = link;
    p->counts.idle++;
}

void pool_forget(struct pool *p, struct link *link)
{
    struct link **at = &p->idle;

    while (*at != link) {
        at = &(*at)->next;
    }
    *at = link->next;
    p->counts.idle--;
}

struct link *pool_take_idle(struct pool *p, struct leg *leg)
{
    while (p->idle != NULL) {
        struct link *link = p->idle;

        pool_forget(p, link);
        if (link_take(link, leg)) {
            p->counts.reused++;
            return link;
        }
    }
    return NULL;
}

bool pool_wait(struct pool *p, struct leg *leg)
{
    if (p->counts.waiting >= p->setup.max_waiting) {
        return false;
    }
    leg->next = NULL;
    leg->prev = p->last_waiting;
    if (leg->prev == NULL) {
        p->first_waiting = leg;
    } else {
        leg->prev->next = leg;
    }
    p->last_waiting = leg;
    p->counts.waiting++;
    return true;
}

void pool_unwait(struct pool *p, struct leg *leg)
{
    if (leg->prev == NULL) {
        p->first_waiting = leg->next;
    } else {
        leg->prev->next = leg->next;
    }
    if (leg->next == NULL) {
        p->last_waiting = leg->prev;
    } else {
        leg->next->prev = leg->prev;
    }
    leg->next = NULL;
    leg->prev = NULL;
    p->counts.waiting--;
}

void pool_serve(struct pool *p)
{
    while (p->first_waiting != NULL && leg_launch(p->first_waiting)) {
    }
}
