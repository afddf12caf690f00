/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/diag.h"

/*
 * hallpass.yaml, the settings of one gateway (docs/hallpass.yaml.5). It holds no
 * policy and no secret: keys are named by path. Everything has been checked, and
 * relative paths (those of unix sockets too) were taken from the file's own
 * folder, so that the same file works from any working directory. Strings are
 * NUL-terminated and live in the arena.
 */
struct config {
    const char *district;        /* folder of the policy files */
    const char *catalog;         /* file; the installed or the source tree's one by default */
    const char *listen;          /* "address:port", numeric */
    const char *tls_certificate; /* PEM chain */
    const char *tls_key;         /* PEM */
    const char *public_url;      /* "https://host[:port][/path]", no slash at the end */
    const char *resource;        /* audience of tokens, exact; default: public_url */
    const char *admin;           /* "address:port" (loopback) or "unix:/path"; NULL: none */
    const char *control;         /* path of the command socket; default: state + "/control" */
    const char *source_address;  /* "address:port" or "unix:/path" */
    const char
        *source_server_name;   /* Host header and TLS name; default: "localhost", or the address */
    const char *source_tls_ca; /* PEM; NULL: plain, only to a unix socket or loopback */
    const char *ledger_directory;
    const char
        *ledger_origin; /* name of the log, never changed; default: public-url's host + path */
    bool ledger_unsafe_storage;
    const char *master_key; /* file; NULL: none, and policies that need keys are refused */
    const char *state;      /* directory */
    const char *students;   /* folder of students' own facts; NULL: none */
    unsigned workers;       /* 1 to 256; 0: one per CPU */
};

/*
 * Reads `path`. Problems go to `diags`, all at once, under the path as given;
 * then ERR_INPUT. ERR_IO (errno says why; no message was added), ERR_TOO_BIG
 * (over 64 KiB), ERR_MEMORY. Opens none of the files that it names but the
 * default catalog's candidates, which are looked for.
 */
enum err config_load(const char *path, struct arena *arena, struct diag_list *diags,
                     struct config *out) MUST_CHECK;

/* The same on bytes in memory; `path` gives names to messages and a folder to relative paths. */
enum err config_read(const char *path, struct span yaml, struct arena *arena,
                     struct diag_list *diags, struct config *out) MUST_CHECK;

/*
 * A file that came with this program, such as "catalogs/oneroster-1.2.yaml":
 * below share/hallpass beside the bin that it was installed to, or below policy
 * of the tree that it was built in. NULL when there is neither, or memory ended.
 */
const char *config_shared_file(struct arena *arena, const char *name);

/* The catalog that came with this program, in the same way. */
const char *config_default_catalog(struct arena *arena);

#endif
