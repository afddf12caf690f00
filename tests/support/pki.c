/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/pki.h"

#include <assert.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

struct issuer {
    EVP_PKEY *key;
    X509 *certificate;
};

static void must(bool ok)
{
    assert(ok);
    (void)ok;
}

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);

    must(e != NULL && X509_add_ext(x, e, -1) == 1);
    X509_EXTENSION_free(e);
}

static X509 *blank(EVP_PKEY *key, const char *name)
{
    static long serial = 1;
    X509 *x = X509_new();

    must(x != NULL && X509_set_version(x, 2) == 1);
    must(ASN1_INTEGER_set(X509_get_serialNumber(x), serial++) == 1);
    must(X509_gmtime_adj(X509_getm_notBefore(x), -60) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(x), 3600) != NULL);
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                    (const unsigned char *)name, -1, -1, 0) == 1);
    must(X509_set_pubkey(x, key) == 1);
    return x;
}

static struct issuer make_ca(const char *name)
{
    struct issuer ca = {.key = EVP_EC_gen("P-256")};

    ca.certificate = blank(ca.key, name);
    must(X509_set_issuer_name(ca.certificate, X509_get_subject_name(ca.certificate)) == 1);
    add_extension(ca.certificate, ca.certificate, NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(ca.certificate, ca.key, EVP_sha256()) > 0);
    return ca;
}

static void free_issuer(struct issuer *ca)
{
    X509_free(ca->certificate);
    EVP_PKEY_free(ca->key);
}

static void write_certificate(const char *path, X509 *x)
{
    FILE *f = fopen(path, "w");

    must(f != NULL && PEM_write_X509(f, x) == 1);
    must(fclose(f) == 0);
}

static void write_key(const char *path, EVP_PKEY *key, const char *passphrase)
{
    FILE *f = fopen(path, "w");
    const EVP_CIPHER *cipher = passphrase == NULL ? NULL : EVP_aes_128_cbc();

    must(f != NULL && PEM_write_PrivateKey(f, key, cipher, (const unsigned char *)passphrase,
                                           passphrase == NULL ? 0 : 4, NULL, NULL) == 1);
    must(fclose(f) == 0 && chmod(path, 0600) == 0);
}

struct leaf {
    const char *name;
    const char *usage;
    const char *alternative; /* NULL: none */
    const char *certificate_path;
    const char *key_path;
    const char *locked_path; /* NULL: none */
};

static X509 *make_leaf(const struct issuer *ca, const struct leaf *leaf)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = blank(key, leaf->name);

    must(X509_set_issuer_name(x, X509_get_subject_name(ca->certificate)) == 1);
    add_extension(x, ca->certificate, NID_ext_key_usage, leaf->usage);
    if (leaf->alternative != NULL) {
        add_extension(x, ca->certificate, NID_subject_alt_name, leaf->alternative);
    }
    must(X509_sign(x, ca->key, EVP_sha256()) > 0);
    write_certificate(leaf->certificate_path, x);
    write_key(leaf->key_path, key, NULL);
    if (leaf->locked_path != NULL) {
        write_key(leaf->locked_path, key, "pass");
    }
    EVP_PKEY_free(key);
    return x;
}

static void name_files(struct pki *p)
{
    const struct {
        char *path;
        const char *name;
    } files[] = {
        {p->ca, "ca.pem"},
        {p->server_certificate, "server.pem"},
        {p->server_key, "server.key"},
        {p->client_certificate, "client.pem"},
        {p->client_key, "client.key"},
        {p->other_ca, "other-ca.pem"},
        {p->other_certificate, "other.pem"},
        {p->other_key, "other.key"},
        {p->locked_key, "locked.key"},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        must(snprintf(files[i].path, sizeof(p->ca), "%s/%s", p->folder.path, files[i].name) > 0);
    }
}

void pki_open(struct pki *p)
{
    struct issuer ca = make_ca("Test CA");
    struct issuer other = make_ca("Other CA");
    unsigned len = 0;

    *p = (struct pki){0};
    must(folder_open(&p->folder));
    name_files(p);
    write_certificate(p->ca, ca.certificate);
    write_certificate(p->other_ca, other.certificate);
    X509_free(make_leaf(&ca, &(struct leaf){"localhost", "serverAuth", "DNS:localhost,IP:127.0.0.1",
                                            p->server_certificate, p->server_key, p->locked_key}));
    X509 *client = make_leaf(&ca, &(struct leaf){"client", "clientAuth", NULL,
                                                 p->client_certificate, p->client_key, NULL});

    must(X509_digest(client, EVP_sha256(), p->client_sha256, &len) == 1 && len == 32);
    X509_free(client);
    X509_free(make_leaf(&other, &(struct leaf){"client", "clientAuth", NULL, p->other_certificate,
                                               p->other_key, NULL}));
    free_issuer(&ca);
    free_issuer(&other);
}

void pki_close(struct pki *p)
{
    folder_close(&p->folder);
}
