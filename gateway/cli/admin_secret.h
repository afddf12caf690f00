/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ADMIN_SECRET_H
#define CLI_ADMIN_SECRET_H

#include "base/buf.h"

#define ADMIN_SECRET_FILE "admin-secret" /* its name in the state directory */

enum { ADMIN_SECRET_BYTES = 64 };

/*
 * Reads the secret that the status door asks for over TCP (SAFETY A6) from the
 * state directory, and makes one, mode 0600, when there is none: 64 hexadecimal
 * digits, 256 random bits. `out` is the caller's, initialised. ERR_IO; ERR_INPUT: the
 * file is readable by others, or holds something else; ERR_CRYPTO, ERR_MEMORY, ERR_TOO_BIG.
 */
enum err admin_secret_load(const char *state_directory, struct buf *out) MUST_CHECK;

#endif
