/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MASTER_KEY_H
#define CLI_MASTER_KEY_H

#include "redact/keys.h"

/*
 * The file with the district's master key: 64 lower-case hexadecimal digits and
 * a line feed, mode 0600. Whoever has it can undo per-partner ids and test
 * guesses against every code; whoever loses it changes them all.
 */

/*
 * Reads it. What is wrong is said on standard error: no regular file, readable by
 * group or others, not 64 digits. ERR_INPUT, ERR_IO, ERR_MEMORY.
 */
enum err master_key_load(const char *path, struct keys **out) MUST_CHECK;

/* Makes a new one from random bytes. ERR_EXISTS: files are never overwritten. ERR_IO, ERR_CRYPTO,
 * ERR_MEMORY. */
enum err master_key_create(const char *path) MUST_CHECK;

#endif
