/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "base/buf.h"

/*
 * Reads a whole regular file into `out`, whose maximum bounds it. ERR_IO (errno
 * says why), ERR_TOO_BIG, ERR_MEMORY; ERR_INPUT: it is not a regular file.
 */
enum err file_read(const char *path, struct buf *out) MUST_CHECK;

/* What is left of an open file or pipe, in the same way. ERR_IO, ERR_TOO_BIG, ERR_MEMORY. */
enum err file_read_fd(int fd, struct buf *out) MUST_CHECK;

/*
 * Makes a file that is not there yet, with exactly this mode, holding exactly
 * these bytes, durable; never follows a link. ERR_EXISTS; ERR_IO (errno says
 * why): then no file is left.
 */
enum err file_create(const char *path, unsigned mode, struct span bytes) MUST_CHECK;

#endif
