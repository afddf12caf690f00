/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include "base/buf.h"

/* Pages that need nothing else: no script, no font, no address of anybody. */

/* The one style sheet, light and dark, for screen and paper. */
extern const char html_style[];

/* Text with the five characters that mean something in HTML escaped. */
void html_text(struct buf *out, struct span text);

/* The same between two pieces of markup. */
void html_tagged(struct buf *out, const char *open, struct span text, const char *close);

/* Head and first heading of a page in English; and its end. */
void html_open(struct buf *out, struct span title);
void html_close(struct buf *out);

#endif
