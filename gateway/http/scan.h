/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_SCAN_H
#define HTTP_SCAN_H

#include "base/err.h"
#include "base/span.h"

/*
 * Lines of a head or of trailers, byte by byte: which bytes may stand where
 * (RFC 9112 2.1, 5), and where each name and value lies. It knows no header by
 * name. Refused here: CR or LF alone, obs-fold, blank lines in front, control
 * characters, empty names, blanks before the colon, bytes and lines over the cap.
 */
enum scan_state {
    SCAN_START,    /* in the start line */
    SCAN_START_CR, /* CR seen; LF must follow, as in the other _CR states */
    SCAN_LINE,     /* at the first byte of a line */
    SCAN_NAME,
    SCAN_VALUE,
    SCAN_VALUE_CR,
    SCAN_END_CR,
    SCAN_DONE
};

/* One header line: offsets from the first byte scanned. The name ends at the colon. */
struct scan_mark {
    uint32_t name;
    uint32_t colon;
    uint32_t end; /* of the CR */
};

struct scan {
    enum scan_state state;
    bool keep_marks;
    uint32_t at; /* bytes scanned */
    uint32_t max_bytes;
    uint32_t start_end; /* length of the start line, once known */
    struct scan_mark line;
    struct scan_mark *marks; /* heap; NULL unless keep_marks */
    uint32_t count;
    uint32_t cap;
};

/* A new head (with a start line and marks) or new trailers (neither). Keeps the block of marks. */
void scan_begin(struct scan *s, bool is_head, uint32_t max_bytes);

/*
 * Scans up to the end of the empty line. `*used` is how far it got. STEP_ERR sets
 * `*e`: ERR_HTTP_HEAD, ERR_HTTP_LARGE or ERR_MEMORY.
 */
enum step scan_feed(struct scan *s, struct span bytes, size_t *used, enum err *e) MUST_CHECK;

/* Frees the marks. */
void scan_fini(struct scan *s);

/* True for the bytes of RFC 9110 5.6.2 tokens. */
bool scan_is_token(uint8_t byte);

/* Without blanks (SP, HTAB) at both ends. */
struct span scan_trim(struct span text);

#endif
