/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening sockets. Invariants: `open` is what was handed out and not released;
 * the descriptor is watched exactly while open < max and no retry is pending. A
 * unix path is unlinked only while it is still the inode that we made.
 */
#include "net/listener.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/address.h"
#include "net/loop_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, ACCEPTS_A_TURN = 64, RETRY_MS = 100 };

struct listener {
    uv_poll_t poll; /* first: on_closed() frees the whole */
    int fd;
    bool watching;
    struct listener_setup setup;
    unsigned open;
    struct timer retry; /* after EMFILE and the like */
    struct loop *loop;
    struct address at;
    dev_t device; /* unix: of the path that we made */
    ino_t inode;
};

static void on_acceptable(uv_poll_t *handle, int status, int events);

/* The one place where watching is switched. */
static void update(struct listener *l)
{
    bool want = l->open < l->setup.max_connections && !timer_is_armed(&l->retry);

    if (want && !l->watching) {
        l->watching = uv_poll_start(&l->poll, UV_READABLE, on_acceptable) == 0;
    } else if (!want && l->watching) {
        (void)uv_poll_stop(&l->poll);
        l->watching = false;
    }
}

static void on_retry(void *ctx)
{
    update(ctx);
}

/* True if accepting may go on at once. */
static bool accept_one(struct listener *l)
{
    int on = 1;
    int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
        if (!l->at.is_unix) {
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        }
        l->open++;
        l->setup.accepted(l->setup.ctx, fd);
        return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return false;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log_event(LOG_WARN, "accept-failed", LOG_NUM("errno", errno));
        (void)!timer_arm(&l->retry, l->loop, RETRY_MS, on_retry, l);
        return false;
    }
    return true; /* ECONNABORTED, EINTR and network errors of the one that was waiting */
}

static void on_acceptable(uv_poll_t *handle, int status, int events)
{
    struct listener *l = handle->data;

    (void)status;
    (void)events;
    for (unsigned i = 0; i < ACCEPTS_A_TURN && l->open < l->setup.max_connections; i++) {
        if (!accept_one(l)) {
            break;
        }
    }
    update(l);
}

void listener_released(struct listener *l)
{
    l->open--;
    update(l);
}

/* --- making one */

static enum err fail(const char *what, const char *address)
{
    log_event(LOG_ERROR, "listen-failed", LOG_STR("call", what), LOG_STR("address", address),
              LOG_NUM("errno", errno));
    return ERR_IO;
}

static bool has_listener(const struct address *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool refused = fd >= 0 && connect(fd, (const struct sockaddr *)&at->storage, at->len) != 0 &&
                   errno == ECONNREFUSED;

    if (fd >= 0) {
        (void)close(fd);
    }
    return !refused;
}

static const char *unix_path(const struct address *at)
{
    return ((const struct sockaddr_un *)&at->storage)->sun_path;
}

/* A socket file on which nobody listens is a dead one's: it goes. Anything else stays. */
static enum err clear_stale(const struct address *at)
{
    struct stat st;

    if (lstat(unix_path(at), &st) != 0) {
        return errno == ENOENT ? OK : ERR_IO;
    }
    if (!S_ISSOCK(st.st_mode) || has_listener(at)) {
        return ERR_EXISTS;
    }
    return unlink(unix_path(at)) == 0 ? OK : ERR_IO;
}

/*
 * Linux takes the mode of a bound path from the socket's inode and the umask: set
 * before bind(2), there is no moment at which others could connect.
 */
static enum err bind_unix(struct listener *l)
{
    struct stat st;
    enum err e = clear_stale(&l->at);

    if (e != OK) {
        return e == ERR_IO ? fail("unlink", l->setup.address) : e;
    }
    if (fchmod(l->fd, 0600) != 0 ||
        bind(l->fd, (const struct sockaddr *)&l->at.storage, l->at.len) != 0) {
        return fail("bind", l->setup.address);
    }
    if (lstat(unix_path(&l->at), &st) != 0 || (st.st_mode & 0177) != 0) {
        (void)unlink(unix_path(&l->at));
        return fail("mode", l->setup.address);
    }
    l->device = st.st_dev;
    l->inode = st.st_ino;
    return OK;
}

static enum err bind_tcp(struct listener *l)
{
    int on = 1;

    if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        setsockopt(l->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
        return fail("setsockopt", l->setup.address);
    }
    if (l->at.storage.ss_family == AF_INET6) {
        (void)setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    if (bind(l->fd, (const struct sockaddr *)&l->at.storage, l->at.len) != 0) {
        return fail("bind", l->setup.address);
    }
    return OK;
}

enum err listener_probe(const char *address)
{
    struct address at;
    int on = 1;
    enum err e = address_parse(address, &at);

    if (e != OK || at.is_unix) {
        return e;
    }
    int fd = socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return fail("socket", address);
    }
    /* As a listener binds, but without SO_REUSEPORT: refused while anyone listens. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)&at.storage, at.len) != 0) {
        e = errno == EADDRINUSE ? ERR_EXISTS : fail("bind", address);
    }
    (void)close(fd);
    return e;
}

static enum err open_socket(struct listener *l)
{
    l->fd = socket(l->at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0) {
        return fail("socket", l->setup.address);
    }
    enum err e = l->at.is_unix ? bind_unix(l) : bind_tcp(l);

    if (e == OK && listen(l->fd, BACKLOG) != 0) {
        e = fail("listen", l->setup.address);
    }
    return e;
}

static void remove_path(const struct listener *l)
{
    struct stat st;

    if (l->at.is_unix && l->inode != 0 && lstat(unix_path(&l->at), &st) == 0 &&
        st.st_dev == l->device && st.st_ino == l->inode) {
        (void)unlink(unix_path(&l->at));
    }
}

static void on_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

void listener_free(struct listener **l)
{
    if (*l == NULL) {
        return;
    }
    struct listener *old = *l;

    timer_stop(&old->retry);
    remove_path(old);
    uv_close((uv_handle_t *)&old->poll, on_closed);
    (void)close(old->fd);
    *l = NULL;
}

static void drop_unwatched(struct listener *l)
{
    remove_path(l);
    if (l->fd >= 0) {
        (void)close(l->fd);
    }
    mem_free(l);
}

enum err listener_new(struct loop *loop, const struct listener_setup *setup, struct listener **out)
{
    struct address at;
    enum err e = address_parse(setup->address, &at);

    if (e != OK) {
        return e;
    }
    struct listener *l = mem_alloc(sizeof(*l));

    if (l == NULL) {
        return ERR_MEMORY;
    }
    *l = (struct listener){.fd = -1, .setup = *setup, .loop = loop, .at = at};
    e = open_socket(l);
    if (e == OK && uv_poll_init(loop_uv(loop), &l->poll, l->fd) != 0) {
        e = ERR_IO;
    }
    if (e != OK) {
        drop_unwatched(l);
        return e;
    }
    l->setup.address = NULL; /* it was the caller's */
    l->poll.data = l;
    update(l);
    *out = l;
    return OK;
}

unsigned listener_port(const struct listener *l)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {.v6 = {0}};
    socklen_t len = sizeof(at);

    if (l->at.is_unix || getsockname(l->fd, &at.any, &len) != 0) {
        return 0;
    }
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}
