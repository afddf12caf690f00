/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses to and from text. Numeric only: a lookup would block the loop. */
#include "net/address.h"

#include "base/span.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/un.h>

static enum err parse_unix(struct span path, struct address *out)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    if (path.len == 0 || path.len >= sizeof(un.sun_path) || path.ptr[0] != '/') {
        return ERR_INPUT;
    }
    *out = (struct address){.len = sizeof(un), .is_unix = true};
    memcpy(un.sun_path, path.ptr, path.len);
    memcpy(&out->storage, &un, sizeof(un));
    return OK;
}

/* Cuts "host:port" or "[host]:port"; the host gets a NUL of its own. */
static bool split(struct span text, char host[INET6_ADDRSTRLEN], bool *v6, uint64_t *port)
{
    *v6 = text.len > 0 && text.ptr[0] == '[';

    struct span rest = span_from(text, *v6 ? 1 : 0);
    struct span name = span_cut(&rest, *v6 ? ']' : ':');

    if (*v6 && (rest.len == 0 || rest.ptr[0] != ':')) {
        return false;
    }
    if (name.len == 0 || name.len >= INET6_ADDRSTRLEN || rest.ptr == NULL) {
        return false;
    }
    memcpy(host, name.ptr, name.len);
    host[name.len] = '\0';
    return span_to_u64(span_from(rest, *v6 ? 1 : 0), 65535, port);
}

enum err address_parse(const char *text, struct address *out)
{
    char host[INET6_ADDRSTRLEN];
    struct span all = span_str(text);
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    uint64_t port = 0;
    bool v6 = false;

    if (span_starts(all, SPAN("unix:"))) {
        return parse_unix(span_from(all, 5), out);
    }
    if (!split(all, host, &v6, &port)) {
        return ERR_INPUT;
    }
    if (inet_pton(v6 ? AF_INET6 : AF_INET, host,
                  v6 ? (void *)&in6.sin6_addr : (void *)&in4.sin_addr) != 1) {
        return ERR_INPUT;
    }
    in4.sin_port = htons((uint16_t)port);
    in6.sin6_port = htons((uint16_t)port);
    *out = (struct address){.len = v6 ? sizeof(in6) : sizeof(in4)};
    memcpy(&out->storage, v6 ? (const void *)&in6 : (const void *)&in4, out->len);
    return OK;
}

void address_format(const struct sockaddr_storage *from, char out[ADDRESS_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "?";
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    if (from->ss_family == AF_INET6) {
        memcpy(&in6, from, sizeof(in6));
        (void)inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
        (void)snprintf(out, ADDRESS_TEXT_MAX, "[%s]:%u", host, (unsigned)ntohs(in6.sin6_port));
    } else if (from->ss_family == AF_INET) {
        memcpy(&in4, from, sizeof(in4));
        (void)inet_ntop(AF_INET, &in4.sin_addr, host, sizeof(host));
        (void)snprintf(out, ADDRESS_TEXT_MAX, "%s:%u", host, (unsigned)ntohs(in4.sin_port));
    } else {
        (void)snprintf(out, ADDRESS_TEXT_MAX, "unix");
    }
}
