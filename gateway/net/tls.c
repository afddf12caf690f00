/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS contexts. Everything that weakens them is absent rather than configurable:
 * no renegotiation, no early data, no CBC or static-RSA suites, no compression.
 * A context that asks for client certificates issues no tickets and keeps no
 * sessions. Ticket keys are OpenSSL's own, random per context.
 */
#include "net/tls.h"

#include "base/mem.h"
#include "net/tls_priv.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_KEY_FILE = 64 * 1024 };

static const char SUITES_12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char SUITES_13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const unsigned char ALPN[] = "\x08http/1.1";

enum { ALPN_BYTES = sizeof(ALPN) - 1 };

/* A client that offers protocols must offer ours; one that offers none speaks HTTP/1.1. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                   const unsigned char *in, unsigned in_len, void *arg)
{
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, ALPN, ALPN_BYTES, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* Keys with a passphrase would ask the terminal; they are refused instead. */
static int on_passphrase(char *buf, int size, int writing, void *arg)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)arg;
    return 0;
}

static bool set_common(SSL_CTX *ctx)
{
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ctx, SUITES_12) == 1 &&
           SSL_CTX_set_ciphersuites(ctx, SUITES_13) == 1;
}

static enum err new_context(bool is_client, struct tls_context **out)
{
    struct tls_context *t = mem_alloc(sizeof(*t));

    if (t == NULL) {
        return ERR_MEMORY;
    }
    t->is_client = is_client;
    t->ctx = SSL_CTX_new(is_client ? TLS_client_method() : TLS_server_method());
    if (t->ctx == NULL || !set_common(t->ctx)) {
        tls_context_free(&t);
        return ERR_CRYPTO;
    }
    *out = t;
    return OK;
}

static enum err refuse(const char *sentence, const char **why)
{
    *why = sentence;
    return ERR_INPUT;
}

/* The mode is that of the very file that is then read. */
static enum err read_private(const char *path, uint8_t *into, size_t *len, const char **why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = -1;
    enum err e = OK;

    if (fd < 0) {
        return refuse("the key file cannot be opened", why);
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        e = refuse("the key file is not a regular file", why);
    } else if ((st.st_mode & 077) != 0) {
        e = refuse("the key file can be read by group or others; make it mode 0600", why);
    } else {
        got = read(fd, into, MAX_KEY_FILE);
    }
    (void)close(fd);
    if (e == OK && (got <= 0 || got == MAX_KEY_FILE)) {
        return refuse("the key file is empty, too large or cannot be read", why);
    }
    *len = got > 0 ? (size_t)got : 0;
    return e;
}

static enum err use_key(SSL_CTX *ctx, const uint8_t *pem, size_t len, const char **why)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, on_passphrase, NULL);
    enum err e = OK;

    if (key == NULL) {
        e = refuse("the key file holds no private key in PEM without a passphrase", why);
    } else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
        e = refuse("the private key is not the certificate's", why);
    }
    EVP_PKEY_free(key);
    BIO_free(bio);
    return e;
}

static enum err load_key(SSL_CTX *ctx, const char *path, const char **why)
{
    uint8_t *pem = mem_alloc(MAX_KEY_FILE);
    size_t len = 0;

    if (pem == NULL) {
        return ERR_MEMORY;
    }
    enum err e = read_private(path, pem, &len, why);

    if (e == OK) {
        e = use_key(ctx, pem, len, why);
    }
    mem_wipe(pem, MAX_KEY_FILE);
    mem_free(pem);
    return e;
}

/* Client certificates: no resumption of any kind, so that each handshake proves the key. */
static enum err ask_clients(SSL_CTX *ctx, const char *ca_file, bool require, const char **why)
{
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(ca_file);

    if (names == NULL || SSL_CTX_load_verify_locations(ctx, ca_file, NULL) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return refuse("the client CA file cannot be read or holds no certificate", why);
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       NULL);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    return SSL_CTX_set_num_tickets(ctx, 0) == 1 ? OK : ERR_CRYPTO;
}

static enum err set_server(SSL_CTX *ctx, const struct tls_server_setup *setup, const char **why)
{
    static const unsigned char SESSION_CONTEXT[] = "hallpass";

    if (setup->client_ca_file == NULL && setup->require_client) {
        return refuse("client certificates are required but there is no client CA file", why);
    }
    if (SSL_CTX_use_certificate_chain_file(ctx, setup->certificate_file) != 1) {
        return refuse("the certificate file cannot be read or holds no certificate in PEM", why);
    }
    SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
    if (SSL_CTX_set_session_id_context(ctx, SESSION_CONTEXT, sizeof(SESSION_CONTEXT) - 1) != 1 ||
        SSL_CTX_set_max_early_data(ctx, 0) != 1) {
        return ERR_CRYPTO;
    }
    enum err e = load_key(ctx, setup->key_file, why);

    if (e == OK && setup->client_ca_file != NULL) {
        e = ask_clients(ctx, setup->client_ca_file, setup->require_client, why);
    }
    return e;
}

enum err tls_server_new(const struct tls_server_setup *setup, struct tls_context **out,
                        const char **why)
{
    struct tls_context *t = NULL;

    *why = "the TLS library failed";
    ERR_clear_error();
    enum err e = new_context(false, &t);

    if (e == OK) {
        e = set_server(t->ctx, setup, why);
    }
    ERR_clear_error();
    if (e != OK) {
        tls_context_free(&t);
        return e;
    }
    *out = t;
    return OK;
}

static enum err set_client(SSL_CTX *ctx, const char *ca_file, const char **why)
{
    int loaded = ca_file == NULL ? SSL_CTX_set_default_verify_paths(ctx)
                                 : SSL_CTX_load_verify_locations(ctx, ca_file, NULL);

    if (loaded != 1) {
        return refuse("the CA file cannot be read or holds no certificate in PEM", why);
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return SSL_CTX_set_alpn_protos(ctx, ALPN, ALPN_BYTES) == 0 ? OK : ERR_CRYPTO;
}

enum err tls_client_new(const char *ca_file, struct tls_context **out, const char **why)
{
    struct tls_context *t = NULL;

    *why = "the TLS library failed";
    ERR_clear_error();
    enum err e = new_context(true, &t);

    if (e == OK) {
        e = set_client(t->ctx, ca_file, why);
    }
    ERR_clear_error();
    if (e != OK) {
        tls_context_free(&t);
        return e;
    }
    *out = t;
    return OK;
}

void tls_context_free(struct tls_context **t)
{
    if (*t != NULL) {
        SSL_CTX_free((*t)->ctx);
        mem_free(*t);
        *t = NULL;
    }
}
