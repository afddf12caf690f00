/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_CLIENT_H
#define ADMIN_CLIENT_H

#include "base/buf.h"

/*
 * Sends one command to a running gateway over its command socket and waits for
 * the answer: blocking, for the command line only.
 */
struct admin_reply {
    unsigned status;
    struct buf body; /* the caller's, initialised; gets the answer's body */
};

/*
 * POSTs `json` to `path` ("/stop") on the unix socket `socket_path`. The socket
 * must belong to us or root (SO_PEERCRED of the listener), else ERR_IO. ERR_CLOSED:
 * nobody listens there. ERR_DEADLINE after `wait_ms`. ERR_HTTP_HEAD:
 * what answered is not the gateway, or it went away. ERR_MEMORY, ERR_IO, ERR_TOO_BIG.
 */
enum err admin_send(const char *socket_path, const char *path, struct span json, int64_t wait_ms,
                    struct admin_reply *reply) MUST_CHECK;

#endif
