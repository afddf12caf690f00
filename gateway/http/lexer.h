/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_LEXER_H
#define HTTP_LEXER_H

#include "http/scan.h"

/*
 * llhttp as the second reader. It is given what our own rules have taken (chunk
 * extensions and trailers never get here) and must read the same out of it;
 * where it does not, the message is refused. The lenient flags of llhttp are never set.
 */
struct lexer;

/* ERR_MEMORY. */
enum err lexer_new(bool response, struct lexer **out) MUST_CHECK;
void lexer_free(struct lexer **lx);

/* A new message. `no_body`: the answer to HEAD, or a 304. */
void lexer_begin(struct lexer *lx, bool no_body);

/* What the first reader found, borrowed for the call. */
struct lexer_head {
    struct span block;             /* start line to empty line, all of it */
    const struct scan_mark *marks; /* into `block` */
    uint32_t mark_count;
    struct span method; /* requests: the name, and the target as sent */
    struct span target;
    unsigned status;         /* responses */
    bool is_chunked;         /* framing: chunked; */
    bool is_until_close;     /*          or to the end of the connection; */
    uint64_t content_length; /*          else this many bytes, 0: the message ends here */
};

/* True if llhttp reads the same head. */
bool lexer_agrees(struct lexer *lx, const struct lexer_head *found);

/* True if all of `bytes` are body bytes to llhttp too; `last`: and the message ends there. */
bool lexer_takes_body(struct lexer *lx, struct span bytes, bool last);

/* A chunk's size line; `digits` are 1 to 16 hex digits of `size`. */
bool lexer_takes_size(struct lexer *lx, struct span digits, uint64_t size);

/* The CRLF after a chunk's data (`last` false) or after the last chunk and trailers. */
bool lexer_takes_crlf(struct lexer *lx, bool last);

#endif
