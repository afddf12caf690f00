/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/stage.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, MAX_HEARD = 16384 };

static void spoil(struct stage *s, int line)
{
    s->spoiled = s->spoiled == 0 ? line : s->spoiled;
}

static bool wait_for(struct stage *s, int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return s->spoiled == 0 && fd >= 0 && poll(&p, 1, PATIENCE_MS) == 1;
}

static void *play(void *ctx)
{
    struct stage *s = ctx;

    s->script(s);
    return NULL;
}

void stage_open(struct stage *s, void (*script)(struct stage *s), const void *prop)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    *s = (struct stage){.script = script, .prop = prop};
    (void)snprintf(s->folder, sizeof(s->folder), "/tmp/hallpass-stage-XXXXXX");
    char *made = mkdtemp(s->folder);

    assert(made != NULL);
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", s->folder);
    (void)snprintf(s->address, sizeof(s->address), "unix:%s/s", s->folder);
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listening = bind(s->listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
                     listen(s->listener, 8) == 0 && pthread_create(&s->thread, NULL, play, s) == 0;

    assert(listening);
}

bool stage_close(struct stage *s)
{
    char path[96];

    (void)pthread_join(s->thread, NULL);
    (void)close(s->listener);
    (void)snprintf(path, sizeof(path), "%s/s", s->folder);
    (void)unlink(path);
    (void)rmdir(s->folder);
    if (s->spoiled != 0) {
        (void)fprintf(stderr, "stage.c:%d failed\n", s->spoiled);
    }
    return s->spoiled == 0;
}

int stage_accept(struct stage *s)
{
    int c = wait_for(s, s->listener, POLLIN) ? accept4(s->listener, NULL, NULL, SOCK_CLOEXEC) : -1;

    if (c < 0) {
        spoil(s, __LINE__);
    }
    return c;
}

struct span stage_hear(struct stage *s, int c)
{
    static _Thread_local char heard[MAX_HEARD];
    size_t len = 0;

    while (len < 4 || memcmp(heard + len - 4, "\r\n\r\n", 4) != 0) {
        ssize_t n = wait_for(s, c, POLLIN) ? recv(c, heard + len, MAX_HEARD - len, 0) : -1;

        if (n <= 0) {
            spoil(s, __LINE__);
            return span_of(heard, 0);
        }
        len += (size_t)n;
    }
    return span_of(heard, len);
}

void stage_say(struct stage *s, int c, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = wait_for(s, c, POLLOUT) ? send(c, bytes.ptr, bytes.len, MSG_NOSIGNAL) : -1;

        if (n <= 0) {
            spoil(s, __LINE__);
            return;
        }
        bytes = span_from(bytes, (size_t)n);
    }
}

void stage_expect_end(struct stage *s, int c)
{
    char byte;
    ssize_t n = wait_for(s, c, POLLIN | POLLHUP) ? recv(c, &byte, 1, 0) : 1;

    if (n > 0) {
        spoil(s, __LINE__);
    }
}

void stage_hang_up(int c)
{
    if (c >= 0) {
        (void)close(c);
    }
}
