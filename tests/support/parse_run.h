/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_PARSE_RUN_H
#define SUPPORT_PARSE_RUN_H

#include "base/buf.h"
#include "http/head.h"

/*
 * One connection's worth of parsing, and what the parser told of it as text:
 * heads, bodies (joined) and ends, parted by '|'.
 */
enum parse_side { REQUEST, RESPONSE, TO_HEAD };

struct parse_run {
    struct http_parser *parser;
    struct buf told;
    bool in_body;
    bool pauses; /* the parser, after every event */
    bool closed; /* a message said that it is the last */
    enum err verdict;
    enum err end_error; /* what end() returns */
};

void parse_open(struct parse_run *r, enum parse_side side);
void parse_close(struct parse_run *r);

/* Feeds one piece from a block of exactly its size; where a message ended, the next may begin. */
void parse_feed(struct parse_run *r, const char *bytes, size_t len);

/* The connection ends. */
void parse_end(struct parse_run *r);

#endif
