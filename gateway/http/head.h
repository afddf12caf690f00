/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "base/err.h"
#include "base/span.h"

/*
 * Strict HTTP/1.1 reading (RFC 9112): bytes in, events out. llhttp lexes; our
 * own table decides (docs/http-strictness.md lists each case and its verdict).
 * The same parser reads requests and upstream answers.
 */
enum {
    HTTP_MAX_HEAD = 32 * 1024,
    HTTP_MAX_TARGET = 8 * 1024,
    HTTP_MAX_HEADERS = 100,
    HTTP_MAX_EXTENSION = 256, /* chunk extension bytes a chunk; all are dropped */
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER };

struct http_header {
    struct span name;  /* as sent; compare with span_eq_nocase */
    struct span value; /* blanks at both ends removed */
};

enum http_framing { HTTP_NO_BODY, HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };

/*
 * A parsed head. All spans point into the parser and live until http_parser_next().
 * An absolute-form target whose authority is the Host is shown in origin-form.
 */
struct http_head {
    enum http_method method; /* requests; CONNECT never gets here */
    struct span target;      /* requests: as sent, origin-form ("/path?query") */
    struct span host;        /* requests: the one Host */
    unsigned status;         /* responses */
    bool keep_alive;
    enum http_framing framing;
    uint64_t content_length; /* HTTP_LENGTH, which may be 0 */
    const struct http_header *headers;
    size_t header_count;
};

/* Called from inside http_parser_feed() only; an error returned stops the parser with it. */
struct http_events {
    enum err (*head)(void *ctx, const struct http_head *head);
    enum err (*body)(void *ctx, struct span bytes); /* borrowed for the call, never empty */
    enum err (*end)(void *ctx);                     /* the message is complete */
    void *ctx;
};

struct http_parser;

/* ERR_MEMORY. `events` is copied. */
enum err http_parser_new(bool response, const struct http_events *events,
                         struct http_parser **out) MUST_CHECK;
void http_parser_free(struct http_parser **p);

/*
 * Parses up to the end of one message. `*used` says how many bytes were taken:
 * fewer than given when a message ended (call http_parser_next() before going on)
 * or when a callback called http_parser_pause(). OK or: ERR_HTTP_HEAD, _FRAMING,
 * _HOST, _TARGET, _LARGE, _VERSION, _CODING, _METHOD, _UPGRADE, _EXPECT on requests;
 * ERR_UP_HEAD, ERR_UP_FRAMING on responses; ERR_MEMORY; or a callback's error.
 * The first error sticks: later calls return it again. The verdict on a stream
 * of bytes does not depend on how it was cut into calls.
 */
enum err http_parser_feed(struct http_parser *p, struct span bytes, size_t *used) MUST_CHECK;

/*
 * Makes feed() return after the current callback; the bytes not used are fed
 * again. The next feed() goes on, also with an empty span: an end() may be owed.
 */
void http_parser_pause(struct http_parser *p);

/*
 * The connection ended: OK between messages, or (calling end()) if a response's
 * body may end so; else ERR_HTTP_FRAMING or ERR_UP_TRUNCATED.
 */
enum err http_parser_eof(struct http_parser *p) MUST_CHECK;

/* Ready for the next message on the connection. `head_only`: the response is to HEAD. */
void http_parser_next(struct http_parser *p, bool head_only);

/* True between messages, before the first byte of the next. */
bool http_parser_is_idle(const struct http_parser *p);

/* True when end() was called: bytes after it belong to the next message (on the response side of
 * an idle connection: to nobody, and the connection must die). */
bool http_parser_is_done(const struct http_parser *p);

/* The value of the only header of that name; false when there is none or more than one. */
bool http_head_one(const struct http_head *head, const char *name, struct span *value);
size_t http_head_count(const struct http_head *head, const char *name);

#endif
