/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   START --CR-- START_CR --LF--> LINE --token--> NAME --:--> VALUE --CR-- VALUE_CR
 *                                 |  ^-------------------------------------LF--'
 *                                 CR-- END_CR --LF--> DONE
 *
 * Every byte that has no edge is an error. One function per state.
 */
#include "http/scan.h"

#include "base/mem.h"
#include "http/head.h"

enum { TOKEN = 1, TEXT = 2, FIRST_MARKS = 16 };

/* Bytes of tokens; and bytes of values: HTAB, SP to '~', 0x80 and up (RFC 9110 5.5). */
static uint8_t class_of(uint8_t byte)
{
    static const char SPECIALS[] = "!#$%&'*+-.^_`|~";
    uint8_t text = byte == '\t' || (byte >= 0x20 && byte != 0x7f) ? TEXT : 0;
    bool alnum = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                 (byte >= 'a' && byte <= 'z');
    bool special = byte != 0 && memchr(SPECIALS, byte, sizeof(SPECIALS) - 1) != NULL;

    return text | (alnum || special ? TOKEN : 0);
}

bool scan_is_token(uint8_t byte)
{
    return (class_of(byte) & TOKEN) != 0;
}

static enum err expect_lf(struct scan *s, uint8_t byte, enum scan_state next)
{
    s->state = next;
    return byte == '\n' ? OK : ERR_HTTP_HEAD;
}

static enum err in_start(struct scan *s, uint8_t byte)
{
    if (byte == '\r' && s->at > 0) {
        s->start_end = s->at;
        s->state = SCAN_START_CR;
        return OK;
    }
    return (class_of(byte) & TEXT) != 0 ? OK : ERR_HTTP_HEAD;
}

static enum err in_start_cr(struct scan *s, uint8_t byte)
{
    return expect_lf(s, byte, SCAN_LINE);
}

/* SP or HTAB here would be obs-fold, ':' an empty name. */
static enum err in_line(struct scan *s, uint8_t byte)
{
    s->line.name = s->at;
    s->state = byte == '\r' ? SCAN_END_CR : SCAN_NAME;
    return byte == '\r' || scan_is_token(byte) ? OK : ERR_HTTP_HEAD;
}

static enum err in_name(struct scan *s, uint8_t byte)
{
    if (byte == ':') {
        s->line.colon = s->at;
        s->state = SCAN_VALUE;
        return OK;
    }
    return scan_is_token(byte) ? OK : ERR_HTTP_HEAD;
}

static enum err in_value(struct scan *s, uint8_t byte)
{
    if (byte == '\r') {
        s->line.end = s->at;
        s->state = SCAN_VALUE_CR;
        return OK;
    }
    return (class_of(byte) & TEXT) != 0 ? OK : ERR_HTTP_HEAD;
}

static enum err keep_mark(struct scan *s)
{
    if (s->count == s->cap) {
        uint32_t cap = s->cap == 0 ? FIRST_MARKS : s->cap * 2;
        struct scan_mark *moved = mem_resize(s->marks, cap * sizeof(*moved));

        if (moved == NULL) {
            return ERR_MEMORY;
        }
        s->marks = moved;
        s->cap = cap;
    }
    s->marks[s->count] = s->line;
    return OK;
}

static enum err in_value_cr(struct scan *s, uint8_t byte)
{
    enum err e = expect_lf(s, byte, SCAN_LINE);

    if (e == OK && s->count == HTTP_MAX_HEADERS) {
        e = ERR_HTTP_LARGE;
    }
    if (e == OK && s->keep_marks) {
        e = keep_mark(s);
    }
    s->count++;
    return e;
}

static enum err in_end_cr(struct scan *s, uint8_t byte)
{
    return expect_lf(s, byte, SCAN_DONE);
}

static enum err (*const STATES[])(struct scan *s, uint8_t byte) = {
    [SCAN_START] = in_start,   [SCAN_START_CR] = in_start_cr, [SCAN_LINE] = in_line,
    [SCAN_NAME] = in_name,     [SCAN_VALUE] = in_value,       [SCAN_VALUE_CR] = in_value_cr,
    [SCAN_END_CR] = in_end_cr,
};

void scan_begin(struct scan *s, bool is_head, uint32_t max_bytes)
{
    *s = (struct scan){
        .state = is_head ? SCAN_START : SCAN_LINE,
        .keep_marks = is_head,
        .max_bytes = max_bytes,
        .marks = s->marks,
        .cap = s->cap,
    };
}

/* Printable ASCII inside a value or start line changes nothing: most of a head is that. */
static size_t skip_text(const struct scan *s, struct span bytes)
{
    size_t room = s->max_bytes - s->at;
    size_t len = bytes.len < room ? bytes.len : room;
    size_t n = 0;

    if (s->state != SCAN_VALUE && s->state != SCAN_START) {
        return 0;
    }
    while (n < len && bytes.ptr[n] >= 0x20 && bytes.ptr[n] < 0x7f) {
        n++;
    }
    return n;
}

enum step scan_feed(struct scan *s, struct span bytes, size_t *used, enum err *e)
{
    size_t i = 0;
    enum err found = OK;

    while (i < bytes.len && s->state != SCAN_DONE && found == OK) {
        size_t run = skip_text(s, span_from(bytes, i));

        s->at += (uint32_t)run;
        i += run;
        if (i == bytes.len) {
            break;
        }
        found = s->at == s->max_bytes ? ERR_HTTP_LARGE : STATES[s->state](s, bytes.ptr[i]);
        s->at++;
        i++;
    }
    *used = i;
    if (found != OK) {
        *e = found;
        return STEP_ERR;
    }
    return s->state == SCAN_DONE ? STEP_DONE : STEP_MORE;
}

struct span scan_trim(struct span text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = span_from(text, 1);
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

void scan_fini(struct scan *s)
{
    mem_free(s->marks);
    *s = (struct scan){0};
}
