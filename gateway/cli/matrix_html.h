/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MATRIX_HTML_H
#define CLI_MATRIX_HTML_H

#include "cli/matrix.h"

/*
 * Appends the matrix as one HTML page that needs nothing else: no scripts, no
 * links, light and dark, readable by a screen reader. Every text is escaped.
 */
void matrix_put_html(struct buf *out, const struct matrix *m);

#endif
