/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_TLS_KIT_H
#define SUPPORT_TLS_KIT_H

#include "tests/support/stage.h"

/*
 * TLS on the scripted side, straight on OpenSSL with blocking calls: a key and a
 * self-signed certificate made anew for `name`, and talk over a connection of a stage.
 */
struct tls_kit {
    char folder[64];
    char certificate[96]; /* PEM file; also what a client trusts */
    void *context;        /* SSL_CTX */
};

void tls_kit_open(struct tls_kit *kit, const char *name);
void tls_kit_close(struct tls_kit *kit);

/* The server's side of a handshake on `c`; NULL (and the play spoiled) when it fails. */
void *tls_kit_accept(struct stage *s, const struct tls_kit *kit, int c);

/* Reads a request head; writes; ends with close_notify if `notify`, frees and closes `c`. */
void tls_kit_hear(struct stage *s, void *tls);
void tls_kit_say(struct stage *s, void *tls, struct span bytes);
void tls_kit_end(void *tls, int c, bool notify);

#endif
