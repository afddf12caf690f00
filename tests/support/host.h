/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_HOST_H
#define SUPPORT_HOST_H

#include "server/server.h"

/*
 * A handler that does what the path says, on a server on 127.0.0.1:
 *   /hello   answers "hello" at once         /head-only-chunked  starts a chunked answer, ends it
 *   /hold    answers nothing by itself       /stream   `stream_bytes` of a pattern, chunked
 *   /fixed   the same with Content-Length    /abort    a chunk of "part", then io_abort()
 *   /refuse  io_abort() before a head        /mute     returns NULL without a word
 *   /echo    the body back                   /pieces   one chunk in two calls, then another
 *   /split   a header that would split       /framing  a header that is the server's
 *   /over    more body than announced        /short    less body than announced
 *   /last    answers "last" and closes       /long     more than io_room() at once
 */
struct host {
    struct loop *loop;
    struct server *server;
    size_t stream_bytes;
    void *holder; /* the visit of the /hold that waits, or NULL */
    unsigned started, gone, writables;
    size_t streamed;   /* of the last stream */
    size_t least_room; /* seen while streaming */
    enum err misuse;   /* what the last misuse returned */
    bool drained;
};

/* The numbers of `setup` that matter; its address and handler are set here. Ends the program on
 * failure. */
void host_open(struct host *h, struct loop *loop, const struct server_setup *setup);
void host_close(struct host *h);

/* Answers the held exchange with "held". */
void host_answer_held(struct host *h);

/* The byte at `at` of streams. */
uint8_t host_pattern(size_t at);

#endif
