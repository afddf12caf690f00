/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_STREAM_PRIV_H
#define NET_STREAM_PRIV_H

#include "net/address.h"
#include "net/loop_priv.h"
#include "net/stream.h"
#include "net/tls.h"

/*
 * What the two kinds of stream have in common. A kind sets `read_needs` and
 * `write_needs` (UV_READABLE or UV_WRITABLE) to what its last call waited for;
 * stream.c watches accordingly.
 */
struct stream_kind {
    enum step (*handshake)(struct stream *s);
    enum step (*read)(struct stream *s, uint8_t *into, size_t cap, size_t *got);
    enum step (*write)(struct stream *s, struct span bytes, size_t *sent);
    bool (*has_pending)(const struct stream *s);
    void (*notify)(struct stream *s); /* close_notify, if it can be sent at once */
    void (*release)(struct stream *s);
};

struct stream {
    uv_poll_t poll;
    struct loop *loop;
    int fd;
    const struct stream_kind *kind;
    void *tls;                   /* SSL *, of tls_stream.c */
    bool connecting;             /* connect(2) is under way */
    bool established;            /* stream_handshake() said STEP_DONE */
    bool broken;                 /* a fatal TLS error: no close_notify may follow */
    bool read_blocked;           /* TLS: the last read waited for the kernel */
    bool want_read, want_write;  /* the owner's wish */
    int read_needs, write_needs; /* what the kernel must say before the next try */
    int watched;                 /* what uv_poll is set to */
    struct timer again;          /* for pending bytes */
    struct stream_events events;
    struct stream_peer peer;
    char address[ADDRESS_TEXT_MAX];
};

/* Makes `s` a TLS stream. ERR_CRYPTO, ERR_INPUT (a client without server_name). */
enum err tls_stream_init(struct stream *s, struct tls_context *tls,
                         const char *server_name) MUST_CHECK;

#endif
