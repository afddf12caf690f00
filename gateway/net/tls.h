/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/err.h"

#include <stdbool.h>

/*
 * TLS settings: TLS 1.3 and 1.2, no renegotiation, no early data, ALPN
 * http/1.1 (RFC 7301), AEAD suites with forward secrecy only. Shared by
 * workers, reference counted. Files are PEM. A context that asks for client
 * certificates never resumes sessions, so that each connection shows its own.
 */
struct tls_context;

struct tls_server_setup {
    const char *certificate_file; /* the chain, leaf first */
    const char *key_file;         /* a regular file that neither group nor others may read */
    const char *client_ca_file;   /* NULL: no client certificate is asked for */
    bool require_client;          /* else one is verified if it is sent */
};

/*
 * The server side. ERR_INPUT (a file cannot be read, is not what it should be, or the key is not
 * the certificate's), ERR_MEMORY, ERR_CRYPTO; `*why` is then a constant sentence.
 */
enum err tls_server_new(const struct tls_server_setup *setup, struct tls_context **out,
                        const char **why) MUST_CHECK;

/*
 * The client side: the peer must show a chain to `ca_file` (NULL: the system's
 * certificate store) and the name given to stream_connect(). Errors as above.
 */
enum err tls_client_new(const char *ca_file, struct tls_context **out, const char **why) MUST_CHECK;

/* Gives the caller's reference back; streams keep their own. */
void tls_context_free(struct tls_context **t);

#endif
