/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/visitor.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, MAX_GOT = 64 * 1024 * 1024 };

void visitor_open(struct visitor *v, struct loop *loop, unsigned port, int receive_bytes)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = 0;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *v = (struct visitor){.loop = loop, .fd = fd};
    buf_init(&v->got, MAX_GOT);
    if (receive_bytes > 0) {
        failed = setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    }
    failed |= connect(fd, (const struct sockaddr *)&at, sizeof(at));
    assert(fd >= 0 && failed == 0);
}

void visitor_close(struct visitor *v)
{
    (void)close(v->fd);
    buf_fini(&v->got);
}

void visitor_say(struct visitor *v, const char *text)
{
    size_t len = strlen(text);
    int64_t give_up = clock_mono_ms() + PATIENCE_MS;

    while (len > 0 && clock_mono_ms() < give_up) {
        ssize_t n = send(v->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0) {
            text += n;
            len -= (size_t)n;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return; /* the server had enough: what it said shows when reading */
        } else {
            loop_turn(v->loop, 5);
        }
    }
    assert(len == 0);
}

void visitor_half_close(struct visitor *v)
{
    int failed = shutdown(v->fd, SHUT_WR);

    assert(failed == 0);
    (void)failed;
}

void visitor_read(struct visitor *v)
{
    uint8_t piece[65536];
    ssize_t n = 1;

    while (n > 0 && !v->ended) {
        n = recv(v->fd, piece, sizeof(piece), MSG_DONTWAIT);
        if (n > 0) {
            buf_put(&v->got, span_of(piece, (size_t)n));
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            v->ended = true;
            v->reset = n < 0;
        }
    }
}

unsigned visitor_count(const struct visitor *v, const char *text)
{
    struct span rest = buf_span(&v->got);
    size_t len = strlen(text);
    unsigned count = 0;

    while (rest.len >= len) {
        const uint8_t *hit = memmem(rest.ptr, rest.len, text, len);

        if (hit == NULL) {
            break;
        }
        count++;
        rest = span_from(rest, (size_t)(hit - rest.ptr) + len);
    }
    return count;
}

bool visitor_hears(struct visitor *v, const char *text, unsigned times)
{
    int64_t give_up = clock_mono_ms() + PATIENCE_MS;

    visitor_read(v);
    while (visitor_count(v, text) < times && !v->ended && clock_mono_ms() < give_up) {
        loop_turn(v->loop, 20);
        visitor_read(v);
    }
    return visitor_count(v, text) >= times;
}

bool visitor_hears_end(struct visitor *v)
{
    int64_t give_up = clock_mono_ms() + PATIENCE_MS;

    visitor_read(v);
    while (!v->ended && clock_mono_ms() < give_up) {
        loop_turn(v->loop, 20);
        visitor_read(v);
    }
    return v->ended;
}
