/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_PRIV_H
#define NET_TLS_PRIV_H

#include "net/tls.h"

#include <openssl/ssl.h>

struct tls_context {
    SSL_CTX *ctx; /* each SSL keeps a reference of its own */
    bool is_client;
};

#endif
