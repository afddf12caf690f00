/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/socket.h>

/* A socket address as people write it; names are not looked up. */
struct address {
    struct sockaddr_storage storage;
    socklen_t len;
    bool is_unix;
};

enum { ADDRESS_TEXT_MAX = 64 };

/*
 * Reads "127.0.0.1:8443", "[::1]:8443" or "unix:/path" (absolute, at most 107
 * bytes). ERR_INPUT for all else; `*out` is then untouched.
 */
enum err address_parse(const char *text, struct address *out) MUST_CHECK;

/* Writes "127.0.0.1:4711", "[::1]:4711" or "unix" with its NUL. */
void address_format(const struct sockaddr_storage *from, char out[ADDRESS_TEXT_MAX]);

#endif
