/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_PKI_H
#define SUPPORT_PKI_H

#include "tests/support/folder.h"

#include <stdint.h>

/*
 * Certificates of a test's own, made anew: a CA; a server for the name
 * "localhost" and the address 127.0.0.1; a client; a second CA with a client
 * whose name is the same. Keys have mode 0600. What fails here ends the test program.
 */
struct pki {
    struct folder folder;
    char ca[96];
    char server_certificate[96], server_key[96];
    char client_certificate[96], client_key[96];
    char other_ca[96], other_certificate[96], other_key[96];
    char locked_key[96]; /* the server's, with a passphrase */
    uint8_t client_sha256[32];
};

void pki_open(struct pki *p);
void pki_close(struct pki *p);

#endif
