/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass token, hallpass key generate: what a partner's developer needs to
 * start. Both run on the partner's machine and talk to nobody.
 */
#include "auth/signer.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/print.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_KEY_BYTES = 16 * 1024, MAX_TOKEN_S = 300, MAX_OUT = 32 * 1024 };

/* As ssh does: a private key that others can read is no longer private. */
static bool is_private(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        print_problem("%s: others can read this private key; run: chmod 600 %s", path, path);
        return false;
    }
    return true;
}

static int read_signer(const char *path, struct signer **out)
{
    struct buf pem;

    if (!is_private(path)) {
        return 1;
    }
    buf_init(&pem, MAX_KEY_BYTES);
    enum err e = file_read(path, &pem);

    if (e != OK) {
        print_failure(path, e);
    } else {
        e = signer_read(buf_span(&pem), out);
        if (e != OK) {
            print_problem(
                "%s: not an unencrypted PEM key on P-256 or of RSA with 2048 bits or more", path);
        }
    }
    buf_wipe(&pem);
    return e == OK ? 0 : 1;
}

static int print_token(const struct signer *s, const struct token_request *r)
{
    struct buf token;

    buf_init(&token, MAX_OUT);
    enum err e = signer_mint(s, r, &token);

    if (e == OK) {
        printf("%.*s\n", (int)token.len, (const char *)buf_span(&token).ptr);
    } else {
        print_failure("token", e);
    }
    buf_wipe(&token);
    return e == OK ? 0 : 1;
}

int cmd_token(int argc, char **argv)
{
    struct token_request r = {.issued_s = clock_wall_ms() / 1000};
    const char *key = NULL;
    uint64_t seconds = MAX_TOKEN_S;
    const struct option_row rows[] = {
        {.name = "client",
         .value = "ID",
         .text = &r.client,
         .required = true,
         .help = "the client's id in the district's partner file"},
        {.name = "key",
         .value = "FILE",
         .text = &key,
         .required = true,
         .help = "its private key (PEM; EC P-256: ES256, RSA: RS256)"},
        {.name = "audience",
         .value = "ID",
         .text = &r.audience,
         .required = true,
         .help = "the gateway's resource id, as the district gave it"},
        {.name = "seconds",
         .value = "N",
         .number = &seconds,
         .max = MAX_TOKEN_S,
         .help = "lifetime (300, the longest)"},
        {.name = "kid",
         .value = "ID",
         .text = &r.kid,
         .help = "the key's id (its RFC 7638 thumbprint)"},
    };
    const struct options options = {
        .command = "hallpass token",
        .about = "Prints an access token (RFC 9068) that the client signs for itself.",
        .rows = rows,
        .row_count = sizeof(rows) / sizeof(rows[0]),
    };
    struct signer *s = NULL;
    int code;

    if (!options_parse(&options, argc, argv, &code)) {
        return code;
    }
    r.seconds = (int64_t)seconds;
    code = read_signer(key, &s);
    if (code == 0) {
        code = print_token(s, &r);
    }
    signer_free(&s);
    return code;
}

static int create(const char *path, unsigned mode, struct span bytes)
{
    enum err e = file_create(path, mode, bytes);

    if (e == ERR_EXISTS) {
        return print_problem("%s exists; keys are never overwritten", path);
    }
    return e == OK ? 0 : print_failure(path, e);
}

static int write_pair(const struct signer *s, const char *key, const char *jwks)
{
    struct buf pem;
    struct buf set;

    buf_init(&pem, MAX_OUT);
    buf_init(&set, MAX_OUT);
    enum err e = signer_put_pem(s, &pem);

    e = e != OK ? e : signer_put_jwks(s, &set);
    buf_put_byte(&set, '\n');
    int code = e == OK ? create(key, 0600, buf_span(&pem)) : print_failure("key", e);

    if (code == 0) {
        code = create(jwks, 0644, buf_span(&set));
        if (code != 0) {
            (void)unlink(key);
        }
    }
    buf_fini(&set);
    buf_wipe(&pem);
    return code;
}

static int generate(const char *alg, const char *key, const char *jwks)
{
    struct signer *s = NULL;
    enum err e = signer_generate(span_str(alg), &s);

    if (e != OK) {
        return e == ERR_INPUT ? print_problem("--alg is ES256 or RS256, not '%s'", alg)
                              : print_failure("key", e);
    }
    int code = write_pair(s, key, jwks);

    if (code == 0) {
        printf("kid %.*s\n", (int)signer_thumbprint(s).len, (const char *)signer_thumbprint(s).ptr);
    }
    signer_free(&s);
    return code;
}

int cmd_key_generate(int argc, char **argv)
{
    const char *key = NULL;
    const char *jwks = NULL;
    const char *alg = "ES256";
    const struct option_row rows[] = {
        {.name = "out",
         .value = "FILE",
         .text = &key,
         .required = true,
         .help = "where the private key goes (PEM, mode 0600)"},
        {.name = "jwks",
         .value = "FILE",
         .text = &jwks,
         .required = true,
         .help = "where the public key goes, as the JWK set to send to the district"},
        {.name = "alg", .value = "NAME", .text = &alg, .help = "ES256 (the default) or RS256"},
    };
    const struct options options = {
        .command = "hallpass key generate",
        .about = "Makes a key pair. Files that exist are not touched. Prints the key's id.",
        .rows = rows,
        .row_count = sizeof(rows) / sizeof(rows[0]),
    };
    int code;

    return options_parse(&options, argc, argv, &code) ? generate(alg, key, jwks) : code;
}
