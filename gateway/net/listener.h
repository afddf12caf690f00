/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "net/loop.h"

/* A listening socket on one loop. TCP listeners use SO_REUSEPORT so that each worker has its own.
 */
struct listener;

struct listener_setup {
    const char *address;      /* "127.0.0.1:8443", "[::1]:0", "unix:/path" (made with mode 0600) */
    unsigned max_connections; /* not yet released; at that number accepting pauses */
    void (*accepted)(void *ctx, int fd); /* non-blocking; the callee owns it; from the loop only */
    void *ctx;
};

/*
 * ERR_INPUT (address), ERR_IO (bind, listen; errno is logged), ERR_EXISTS (a unix
 * path on which someone listens; a stale one is replaced), ERR_MEMORY.
 */
enum err listener_new(struct loop *l, const struct listener_setup *setup,
                      struct listener **out) MUST_CHECK;

/*
 * SO_REUSEPORT lets a second process of the same user share a port in silence.
 * Called once before the first listener of an address: ERR_EXISTS when somebody
 * listens there already. Unix paths and port 0 are always OK. ERR_INPUT, ERR_IO.
 */
enum err listener_probe(const char *address) MUST_CHECK;

/* Stops accepting and closes; a unix path is removed. */
void listener_free(struct listener **l);

/* The owner tells that one accepted descriptor was closed. */
void listener_released(struct listener *l);

/* The port that was bound (for ":0"); 0 for unix. */
unsigned listener_port(const struct listener *l);

#endif
