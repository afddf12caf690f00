/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_WRITER_H
#define HTTP_WRITER_H

#include "base/buf.h"

/*
 * Heads that we send (RFC 9112): one line at a time into a buf. Each part is
 * checked, so that no value can end its line or start another (response
 * splitting). On any error the buf is left as it was. A full buf is ERR_TOO_BIG,
 * no memory ERR_MEMORY, a part that is refused ERR_INTERNAL (it was ours).
 */

/* "HTTP/1.1 404 Not Found"; 200 to 599. */
enum err writer_status(struct buf *out, unsigned status) MUST_CHECK;

/* "GET /path?query HTTP/1.1"; the target is visible ASCII and starts with '/'. */
enum err writer_request(struct buf *out, const char *method, struct span target) MUST_CHECK;

/* "Name: value"; the name is a token of letters, digits and '-', the value printable ASCII. */
enum err writer_header(struct buf *out, struct span name, struct span value) MUST_CHECK;

/* "Name: 123" */
enum err writer_number(struct buf *out, const char *name, uint64_t value) MUST_CHECK;

/* The empty line. */
enum err writer_end(struct buf *out) MUST_CHECK;

/* The standard phrase (RFC 9110 15), or "" for a status without one. */
const char *writer_reason(unsigned status);

#endif
