/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/buf.h"
#include "base/diag.h"

#include <stdio.h>

/*
 * What the commands say to people. Results go to standard output; everything
 * here but print_result() goes to standard error.
 */

/* A result that was built whole. Whether it could be written, ferror() knows. */
void print_result(const struct buf *b, FILE *to);

/* One line, "hallpass: ..."; control characters of the arguments become '?'. Returns 1,
 * so that a command may `return print_problem(...)`. */
int print_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "hallpass: WHAT: sentence of the error"; with the text of errno for ERR_IO. Returns 1. */
int print_failure(const char *what, enum err e);

/* All messages, one line each, `folder/file:line:column: text`; `folder` may be NULL. File by
 * file as they were found, within a file from top to bottom. */
void print_diags(const char *folder, const struct diag_list *list);

#endif
