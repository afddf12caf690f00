/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request, one answer, one deadline. The listener's uid is asked of the
 * kernel first: a socket that someone else has put there gets nothing.
 */
#include "admin/client.h"

#include "base/clock.h"
#include "http/head.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_BYTES = 4096, MAX_REQUEST = 16384 };

struct talk {
    int fd;
    int64_t until_ms;
    struct admin_reply *reply;
    bool done;
};

static enum err await(const struct talk *t, short events)
{
    struct pollfd p = {.fd = t->fd, .events = events};
    int64_t left = t->until_ms - clock_mono_ms();
    int n = left <= 0 ? 0 : poll(&p, 1, (int)left);

    if (n < 0 && errno == EINTR) {
        return OK; /* the next read or write says what is ready */
    }
    return n > 0 ? OK : n == 0 ? ERR_DEADLINE : ERR_IO;
}

static enum err send_all(const struct talk *t, struct span bytes)
{
    enum err e = OK;

    while (bytes.len > 0 && e == OK) {
        ssize_t n = send(t->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n > 0) {
            bytes = span_from(bytes, (size_t)n);
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            e = await(t, POLLOUT);
        } else {
            e = ERR_IO;
        }
    }
    return e;
}

static enum err on_head(void *ctx, const struct http_head *head)
{
    struct talk *t = ctx;

    t->reply->status = head->status;
    return head->framing == HTTP_UNTIL_CLOSE ? ERR_UP_FRAMING : OK;
}

static enum err on_body(void *ctx, struct span bytes)
{
    struct talk *t = ctx;

    buf_put(&t->reply->body, bytes);
    return buf_err(&t->reply->body);
}

static enum err on_end(void *ctx)
{
    struct talk *t = ctx;

    t->done = true;
    return OK;
}

static enum err read_piece(struct talk *t, struct http_parser *parser)
{
    uint8_t piece[READ_BYTES];
    size_t used;
    ssize_t n = recv(t->fd, piece, sizeof(piece), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return await(t, POLLIN);
    }
    return n <= 0 ? ERR_UP_TRUNCATED : http_parser_feed(parser, span_of(piece, (size_t)n), &used);
}

/* The parser speaks of sources; here any of its errors means: not our gateway. */
static enum err read_answer(struct talk *t)
{
    const struct http_events events = {on_head, on_body, on_end, t};
    struct http_parser *parser = NULL;
    enum err e = http_parser_new(true, &events, &parser);

    while (e == OK && !t->done) {
        e = read_piece(t, parser);
    }
    http_parser_free(&parser);
    return e == ERR_UP_HEAD || e == ERR_UP_FRAMING || e == ERR_UP_TRUNCATED ? ERR_HTTP_HEAD : e;
}

static enum err check_listener(int fd)
{
    struct ucred who;
    socklen_t len = sizeof(who);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0) {
        return ERR_IO;
    }
    return who.uid == geteuid() || who.uid == 0 ? OK : ERR_IO;
}

static enum err connect_to(const char *path, int fd, int64_t wait_ms)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    size_t len = strlen(path);

    if (fd < 0 || len >= sizeof(at.sun_path) ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0) {
        return ERR_IO;
    }
    memcpy(at.sun_path, path, len + 1);
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0) {
        return check_listener(fd);
    }
    if (errno == EAGAIN) {
        return ERR_DEADLINE;
    }
    return errno == ENOENT || errno == ECONNREFUSED ? ERR_CLOSED : ERR_IO;
}

static enum err write_request(struct buf *out, const char *path, struct span json)
{
    buf_printf(out,
               "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Connection: close\r\nContent-Length: %zu\r\n\r\n",
               path, json.len);
    buf_put(out, json);
    return buf_err(out);
}

enum err admin_send(const char *socket_path, const char *path, struct span json, int64_t wait_ms,
                    struct admin_reply *reply)
{
    struct talk t = {.until_ms = clock_mono_ms() + wait_ms, .reply = reply};
    struct buf request;

    buf_init(&request, MAX_REQUEST);
    t.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    enum err e = connect_to(socket_path, t.fd, wait_ms);

    e = e != OK ? e : write_request(&request, path, json);
    e = e != OK ? e : send_all(&t, buf_span(&request));
    e = e != OK ? e : read_answer(&t);
    buf_fini(&request);
    if (t.fd >= 0) {
        (void)close(t.fd);
    }
    return e;
}
