/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: the descriptor, what is watched on it, and the plain kind; the TLS
 * kind is in tls_stream.c. Invariants: `watched` is what uv_poll is set to, and
 * only update() changes it; after events.ready() the stream may be gone, so that
 * call is always the last thing done with it.
 */
#include "net/stream.h"

#include "base/mem.h"
#include "net/stream_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

enum { DISCARD_PIECE = 8 * 1024, DISCARD_PIECES = 8 };

/* --- the plain kind */

static bool is_again(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static enum step plain_handshake(struct stream *s)
{
    (void)s;
    return STEP_DONE;
}

static enum step plain_read(struct stream *s, uint8_t *into, size_t cap, size_t *got)
{
    ssize_t n = recv(s->fd, into, cap, 0);

    if (n >= 0) {
        *got = (size_t)n;
        return STEP_DONE;
    }
    return is_again() ? STEP_MORE : STEP_ERR;
}

static enum step plain_write(struct stream *s, struct span bytes, size_t *sent)
{
    ssize_t n = send(s->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

    *sent = n > 0 ? (size_t)n : 0;
    if (n > 0) {
        return STEP_DONE;
    }
    return n < 0 && !is_again() ? STEP_ERR : STEP_MORE;
}

static bool plain_has_pending(const struct stream *s)
{
    (void)s;
    return false;
}

static void plain_nothing(struct stream *s)
{
    (void)s;
}

static const struct stream_kind PLAIN_KIND = {
    .handshake = plain_handshake,
    .read = plain_read,
    .write = plain_write,
    .has_pending = plain_has_pending,
    .notify = plain_nothing,
    .release = plain_nothing,
};

/* --- what is watched */

static void on_poll(uv_poll_t *handle, int status, int events);

static int wanted(const struct stream *s)
{
    if (s->connecting) {
        return UV_WRITABLE;
    }
    if (!s->established) {
        return s->read_needs;
    }
    return (s->want_read ? s->read_needs : 0) | (s->want_write ? s->write_needs : 0);
}

static void on_again(void *ctx)
{
    struct stream *s = ctx;

    if (s->want_read && s->kind->has_pending(s)) {
        s->events.ready(s->events.ctx, true, false);
    }
}

/* The one place where uv_poll is set, and where bytes that wait inside are remembered. */
static void update(struct stream *s)
{
    int mask = wanted(s);

    if (mask != s->watched) {
        s->watched = mask;
        if (mask == 0) {
            (void)uv_poll_stop(&s->poll);
        } else {
            (void)uv_poll_start(&s->poll, mask, on_poll);
        }
    }
    if (s->established && s->want_read && !timer_is_armed(&s->again) && s->kind->has_pending(s)) {
        (void)!timer_arm(&s->again, s->loop, 0, on_again, s); /* deadlines cover a failure */
    }
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct stream *s = handle->data;

    if (status < 0) { /* libuv stopped watching: the next read or write says what is wrong */
        s->watched = 0;
        update(s);
        events = UV_READABLE | UV_WRITABLE;
    }
    if (!s->established) {
        s->events.ready(s->events.ctx, true, true);
        return;
    }
    bool readable = s->want_read && (events & s->read_needs) != 0;
    bool writable = s->want_write && (events & s->write_needs) != 0;

    if ((events & UV_READABLE) != 0) {
        s->read_blocked = false;
    }
    if (readable || writable) {
        s->events.ready(s->events.ctx, readable, writable);
    }
}

/* --- birth and death */

static void on_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void note_peer(struct stream *s)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof(at);
    struct ucred who;
    socklen_t who_len = sizeof(who);

    if (getpeername(s->fd, (struct sockaddr *)&at, &len) != 0) {
        return;
    }
    address_format(&at, s->address);
    s->peer.address = span_str(s->address);
    if (at.ss_family == AF_UNIX &&
        getsockopt(s->fd, SOL_SOCKET, SO_PEERCRED, &who, &who_len) == 0) {
        s->peer.has_uid = true;
        s->peer.uid = who.uid;
    }
}

static enum err give_up(struct stream *s, int fd, enum err e)
{
    if (s != NULL) {
        s->kind->release(s);
    }
    mem_free(s);
    (void)close(fd);
    return e;
}

enum err stream_new(const struct stream_setup *setup, int fd, struct stream **out)
{
    struct stream *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        return give_up(s, fd, ERR_MEMORY);
    }
    *s = (struct stream){
        .loop = setup->loop,
        .fd = fd,
        .kind = &PLAIN_KIND,
        .read_needs = UV_READABLE,
        .write_needs = UV_WRITABLE,
        .events = setup->events,
    };
    enum err e = setup->tls == NULL ? OK : tls_stream_init(s, setup->tls, setup->server_name);

    if (e != OK) {
        return give_up(s, fd, e);
    }
    if (uv_poll_init(loop_uv(setup->loop), &s->poll, fd) != 0) {
        return give_up(s, fd, ERR_IO);
    }
    s->poll.data = s;
    note_peer(s);
    update(s);
    *out = s;
    return OK;
}

static enum err start_connect(const struct address *to, int *out)
{
    int on = 1;
    int fd = socket(to->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return ERR_IO;
    }
    if (!to->is_unix) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (connect(fd, (const struct sockaddr *)&to->storage, to->len) != 0 && errno != EINPROGRESS) {
        (void)close(fd);
        return ERR_IO;
    }
    *out = fd;
    return OK;
}

enum err stream_connect(const struct stream_setup *setup, const char *address, struct stream **out)
{
    struct address to;
    struct stream *s = NULL;
    int fd = -1;
    enum err e = address_parse(address, &to);

    if (e == OK) {
        e = start_connect(&to, &fd);
    }
    if (e == OK) {
        e = stream_new(setup, fd, &s);
    }
    if (e != OK) {
        return e;
    }
    s->connecting = true; /* also when it was at once: ready() tells, from the loop */
    update(s);
    *out = s;
    return OK;
}

void stream_abort(struct stream **s)
{
    if (*s == NULL) {
        return;
    }
    struct stream *old = *s;

    timer_stop(&old->again);
    old->kind->release(old);
    uv_close((uv_handle_t *)&old->poll, on_closed);
    (void)close(old->fd);
    *s = NULL;
}

void stream_close(struct stream **s)
{
    if (*s != NULL) {
        (*s)->kind->notify(*s);
        stream_abort(s);
    }
}

/* --- use */

static enum step finish_connect(struct stream *s)
{
    int error = 0;
    socklen_t len = sizeof(error);
    struct sockaddr_storage at;
    socklen_t at_len = sizeof(at);

    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0) {
        return STEP_ERR;
    }
    if (getpeername(s->fd, (struct sockaddr *)&at, &at_len) != 0) {
        return errno == ENOTCONN ? STEP_MORE : STEP_ERR;
    }
    s->connecting = false;
    note_peer(s);
    return STEP_DONE;
}

enum step stream_handshake(struct stream *s)
{
    enum step step = s->connecting ? finish_connect(s) : STEP_DONE;

    if (step == STEP_DONE) {
        step = s->kind->handshake(s);
    }
    s->established = step == STEP_DONE;
    update(s);
    return step;
}

enum step stream_read(struct stream *s, uint8_t *into, size_t cap, size_t *got)
{
    enum step step = s->kind->read(s, into, cap, got);

    update(s);
    return step;
}

enum step stream_write(struct stream *s, struct span bytes, size_t *sent)
{
    enum step step = s->kind->write(s, bytes, sent);

    update(s);
    return step;
}

void stream_want(struct stream *s, bool read, bool write)
{
    s->want_read = read;
    s->want_write = write;
    update(s);
}

bool stream_has_pending(const struct stream *s)
{
    return s->kind->has_pending(s);
}

enum step stream_shut(struct stream *s)
{
    s->kind->notify(s);
    s->kind->release(s);
    s->kind = &PLAIN_KIND; /* what still comes is not read, only dropped */
    s->read_needs = UV_READABLE;
    update(s);
    return shutdown(s->fd, SHUT_WR) == 0 ? STEP_DONE : STEP_ERR;
}

enum step stream_discard(struct stream *s, size_t *dropped)
{
    uint8_t piece[DISCARD_PIECE];

    *dropped = 0;
    for (unsigned i = 0; i < DISCARD_PIECES; i++) {
        size_t got = 0;
        enum step step = plain_read(s, piece, sizeof(piece), &got);

        if (step != STEP_DONE || got == 0) {
            return step;
        }
        *dropped += got;
    }
    return STEP_MORE;
}

const struct stream_peer *stream_peer(const struct stream *s)
{
    return &s->peer;
}
