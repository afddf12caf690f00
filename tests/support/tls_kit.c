/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/tls_kit.h"

#include <assert.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX ctx;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);

    assert(e != NULL);
    (void)X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

static X509 *make_certificate(EVP_PKEY *key, const char *name)
{
    X509 *x = X509_new();
    char alternative[128];

    assert(x != NULL);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(x), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                     (const unsigned char *)name, -1, -1, 0);
    (void)X509_set_issuer_name(x, X509_get_subject_name(x));
    (void)X509_set_pubkey(x, key);
    (void)snprintf(alternative, sizeof(alternative), "DNS:%s", name);
    add_extension(x, NID_subject_alt_name, alternative);
    add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
    int size = X509_sign(x, key, EVP_sha256());

    assert(size > 0);
    (void)size;
    return x;
}

void tls_kit_open(struct tls_kit *kit, const char *name)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = make_certificate(key, name);

    *kit = (struct tls_kit){.context = ctx};
    (void)snprintf(kit->folder, sizeof(kit->folder), "/tmp/hallpass-tls-XXXXXX");
    const char *made = mkdtemp(kit->folder);

    (void)snprintf(kit->certificate, sizeof(kit->certificate), "%s/ca.pem", kit->folder);
    FILE *f = made == NULL ? NULL : fopen(kit->certificate, "w");

    assert(f != NULL && PEM_write_X509(f, x) == 1);
    (void)fclose(f);
    int set = SSL_CTX_use_certificate(ctx, x) + SSL_CTX_use_PrivateKey(ctx, key);

    assert(set == 2);
    (void)set;
    X509_free(x);
    EVP_PKEY_free(key);
}

void tls_kit_close(struct tls_kit *kit)
{
    SSL_CTX_free(kit->context);
    (void)unlink(kit->certificate);
    (void)rmdir(kit->folder);
}

void *tls_kit_accept(struct stage *s, const struct tls_kit *kit, int c)
{
    SSL *tls = SSL_new(kit->context);

    assert(tls != NULL);
    (void)SSL_set_fd(tls, c);
    if (SSL_accept(tls) != 1) {
        SSL_free(tls);
        s->spoiled = s->spoiled == 0 ? __LINE__ : s->spoiled;
        return NULL;
    }
    return tls;
}

void tls_kit_hear(struct stage *s, void *tls)
{
    char heard[8192];
    int len = 0;

    while (tls != NULL && s->spoiled == 0 &&
           (len < 4 || memcmp(heard + len - 4, "\r\n\r\n", 4) != 0)) {
        int n = SSL_read(tls, heard + len, (int)sizeof(heard) - len);

        s->spoiled = n <= 0 ? __LINE__ : s->spoiled;
        len += n > 0 ? n : 0;
    }
}

void tls_kit_say(struct stage *s, void *tls, struct span bytes)
{
    if (tls != NULL && s->spoiled == 0 && bytes.len > 0 &&
        SSL_write(tls, bytes.ptr, (int)bytes.len) != (int)bytes.len) {
        s->spoiled = __LINE__;
    }
}

void tls_kit_end(void *tls, int c, bool notify)
{
    if (tls != NULL && notify) {
        (void)SSL_shutdown(tls);
    }
    SSL_free(tls);
    stage_hang_up(c);
}
