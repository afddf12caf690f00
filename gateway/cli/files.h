/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "base/buf.h"

/*
 * Reads a whole regular file into `out`, whose maximum bounds it. ERR_IO (errno
 * says why), ERR_TOO_BIG, ERR_MEMORY; ERR_INPUT: it is not a regular file.
 */
enum err file_read(const char *path, struct buf *out) MUST_CHECK;

#endif
