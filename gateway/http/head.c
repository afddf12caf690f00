/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   HEAD --no body-------------------------------> END --end()--> DONE
 *     | '--length--> BODY --all of it---------------^
 *     | '--until close--> REST --eof()--------------^
 *     '--chunked--> SIZE --size > 0--> DATA --> DATA_END --> SIZE
 *                      '--size 0--> TRAILER --empty line----^
 *
 * Our scanner and rules read first; what they take goes to llhttp, which must
 * agree. Chunk extensions and trailers are checked, bounded and dropped before
 * llhttp. No pointer into the caller's bytes is kept; heads are copied.
 */
#include "http/head.h"

#include "base/buf.h"
#include "base/mem.h"
#include "http/lexer.h"
#include "http/rules.h"
#include "http/scan.h"

enum { MAX_TRAILERS = 8 * 1024, MAX_SIZE_DIGITS = 16, FIRST_HEADERS = 16 };

enum phase {
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_REST,
    PHASE_SIZE,
    PHASE_DATA,
    PHASE_DATA_END,
    PHASE_TRAILER,
    PHASE_END,
    PHASE_DONE
};

/* Where in a chunk's size line the parser stands. */
enum size_at { SIZE_DIGITS, SIZE_EXTENSION, SIZE_CR };

struct http_parser {
    bool response;
    bool head_only;
    bool paused;
    enum phase phase;
    enum err failed; /* sticks */
    struct http_events events;
    struct scan scan;
    struct lexer *lexer;
    struct buf bytes;            /* the head as received */
    struct http_header *headers; /* heap */
    size_t header_cap;
    struct http_head head;
    uint64_t left; /* of the body or chunk */
    enum size_at size_at;
    uint8_t digits[MAX_SIZE_DIGITS];
    size_t digit_count;
    size_t extension; /* bytes of this chunk's */
    bool data_cr;     /* the CR after a chunk's data was seen */
};

static enum err framing_error(const struct http_parser *p)
{
    return p->response ? ERR_UP_FRAMING : ERR_HTTP_FRAMING;
}

/* The scanner and llhttp speak of requests; a response has one word for a bad head. */
static enum err head_error(const struct http_parser *p, enum err e)
{
    return p->response && e != ERR_MEMORY ? ERR_UP_HEAD : e;
}

/* --- the head */

static enum err make_header_room(struct http_parser *p, size_t count)
{
    size_t cap = p->header_cap == 0 ? FIRST_HEADERS : p->header_cap;

    while (cap < count) {
        cap *= 2;
    }
    if (cap == p->header_cap) {
        return OK;
    }
    struct http_header *moved = mem_resize(p->headers, cap * sizeof(*moved));

    if (moved == NULL) {
        return ERR_MEMORY;
    }
    p->headers = moved;
    p->header_cap = cap;
    return OK;
}

/* A response's oddly named headers are not shown; a request's are shown to the rules. */
static enum err list_headers(struct http_parser *p, struct span block)
{
    enum err e = make_header_room(p, p->scan.count);

    p->head = (struct http_head){.headers = p->headers};
    for (uint32_t i = 0; e == OK && i < p->scan.count; i++) {
        const struct scan_mark *m = &p->scan.marks[i];
        struct span name = span_sub(block, m->name, m->colon - m->name);

        if (!p->response || rules_is_plain_name(name)) {
            p->headers[p->head.header_count++] = (struct http_header){
                .name = name,
                .value = scan_trim(span_sub(block, m->colon + 1, m->end - m->colon - 1))};
        }
    }
    return e;
}

static bool second_reader_agrees(struct http_parser *p, struct span block, struct span start_line)
{
    struct lexer_head found = {
        .block = block,
        .marks = p->scan.marks,
        .mark_count = p->scan.count,
        .status = p->head.status,
        .is_chunked = p->head.framing == HTTP_CHUNKED,
        .is_until_close = p->head.framing == HTTP_UNTIL_CLOSE,
        .content_length = p->head.framing == HTTP_LENGTH ? p->head.content_length : 0,
    };

    found.method = span_cut(&start_line, ' ');
    found.target = span_cut(&start_line, ' ');
    lexer_begin(p->lexer, p->head_only || p->head.status == 304);
    return lexer_agrees(p->lexer, &found);
}

static enum phase phase_after_head(const struct http_head *head)
{
    switch (head->framing) {
    case HTTP_CHUNKED:
        return PHASE_SIZE;
    case HTTP_UNTIL_CLOSE:
        return PHASE_REST;
    case HTTP_LENGTH:
        return head->content_length > 0 ? PHASE_BODY : PHASE_END;
    case HTTP_NO_BODY:
        break;
    }
    return PHASE_END;
}

static enum err judge_head(struct http_parser *p)
{
    struct span block = buf_span(&p->bytes);
    struct span start_line = span_sub(block, 0, p->scan.start_end);
    enum err e = list_headers(p, block);

    if (e == OK) {
        e = p->response ? rules_response(start_line, p->head_only, &p->head)
                        : rules_request(start_line, &p->head);
    }
    if (e == OK && !second_reader_agrees(p, block, start_line)) {
        e = head_error(p, ERR_HTTP_HEAD);
    }
    if (e != OK) {
        return e;
    }
    p->left = p->head.content_length;
    p->phase = phase_after_head(&p->head);
    return p->events.head(p->events.ctx, &p->head);
}

static enum err take_head(struct http_parser *p, struct span bytes, size_t *used)
{
    enum err e = OK;
    enum step step = scan_feed(&p->scan, bytes, used, &e);

    if (step == STEP_ERR) {
        return head_error(p, e);
    }
    buf_put(&p->bytes, span_sub(bytes, 0, *used));
    if (buf_err(&p->bytes) != OK) {
        return ERR_MEMORY;
    }
    return step == STEP_DONE ? judge_head(p) : OK;
}

/* --- bodies */

static enum err pass_body(struct http_parser *p, struct span bytes, bool last)
{
    if (!lexer_takes_body(p->lexer, bytes, last)) {
        return framing_error(p);
    }
    return p->events.body(p->events.ctx, bytes);
}

static struct span piece_of(const struct http_parser *p, struct span bytes)
{
    return bytes.len > p->left ? span_sub(bytes, 0, (size_t)p->left) : bytes;
}

static enum err take_body(struct http_parser *p, struct span bytes, size_t *used)
{
    struct span piece = piece_of(p, bytes);

    p->left -= piece.len;
    *used = piece.len;
    p->phase = p->left == 0 ? PHASE_END : PHASE_BODY;
    return pass_body(p, piece, p->left == 0);
}

static enum err take_rest(struct http_parser *p, struct span bytes, size_t *used)
{
    *used = bytes.len;
    return pass_body(p, bytes, false);
}

static enum err take_data(struct http_parser *p, struct span bytes, size_t *used)
{
    struct span piece = piece_of(p, bytes);

    p->left -= piece.len;
    *used = piece.len;
    p->phase = p->left == 0 ? PHASE_DATA_END : PHASE_DATA;
    return pass_body(p, piece, false);
}

static void begin_size(struct http_parser *p)
{
    p->phase = PHASE_SIZE;
    p->size_at = SIZE_DIGITS;
    p->digit_count = 0;
    p->extension = 0;
    p->data_cr = false;
}

static enum err take_data_end(struct http_parser *p, struct span bytes, size_t *used)
{
    *used = 1;
    if (!p->data_cr && bytes.ptr[0] == '\r') {
        p->data_cr = true;
        return OK;
    }
    if (!p->data_cr || bytes.ptr[0] != '\n' || !lexer_takes_crlf(p->lexer, false)) {
        return framing_error(p);
    }
    begin_size(p);
    return OK;
}

/* --- size lines: hex digits, perhaps ';' and an extension, CRLF */

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    uint8_t lower = byte | 0x20;

    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static enum err end_size(struct http_parser *p)
{
    uint64_t size = 0;

    for (size_t i = 0; i < p->digit_count; i++) {
        size = size << 4 | (uint64_t)hex_value(p->digits[i]);
    }
    if (size > INT64_MAX || !lexer_takes_size(p->lexer, span_of(p->digits, p->digit_count), size)) {
        return framing_error(p);
    }
    p->left = size;
    p->phase = PHASE_DATA;
    if (size == 0) {
        p->phase = PHASE_TRAILER;
        scan_begin(&p->scan, false, MAX_TRAILERS);
    }
    return OK;
}

static bool take_digit(struct http_parser *p, uint8_t byte)
{
    if (hex_value(byte) >= 0) {
        if (p->digit_count == MAX_SIZE_DIGITS) {
            return false;
        }
        p->digits[p->digit_count++] = byte;
        return true;
    }
    p->size_at = byte == '\r' ? SIZE_CR : SIZE_EXTENSION;
    return p->digit_count > 0 && (byte == '\r' || byte == ';');
}

static bool take_extension(struct http_parser *p, uint8_t byte)
{
    if (byte == '\r') {
        p->size_at = SIZE_CR;
        return true;
    }
    p->extension++;
    return p->extension <= HTTP_MAX_EXTENSION && (byte == '\t' || (byte >= 0x20 && byte < 0x7f));
}

static enum err take_size(struct http_parser *p, struct span bytes, size_t *used)
{
    uint8_t byte = bytes.ptr[0];

    *used = 1;
    switch (p->size_at) {
    case SIZE_DIGITS:
        return take_digit(p, byte) ? OK : framing_error(p);
    case SIZE_EXTENSION:
        return take_extension(p, byte) ? OK : framing_error(p);
    case SIZE_CR:
        break;
    }
    return byte == '\n' ? end_size(p) : framing_error(p);
}

static enum err take_trailer(struct http_parser *p, struct span bytes, size_t *used)
{
    enum err e = OK;
    enum step step = scan_feed(&p->scan, bytes, used, &e);

    if (step == STEP_MORE) {
        return OK;
    }
    if (step == STEP_ERR || !lexer_takes_crlf(p->lexer, true)) {
        return framing_error(p);
    }
    p->phase = PHASE_END;
    return OK;
}

static enum err take_end(struct http_parser *p, struct span bytes, size_t *used)
{
    (void)bytes;
    *used = 0;
    p->phase = PHASE_DONE;
    return p->events.end(p->events.ctx);
}

static enum err (*const PHASES[])(struct http_parser *p, struct span bytes, size_t *used) = {
    [PHASE_HEAD] = take_head, [PHASE_BODY] = take_body,       [PHASE_REST] = take_rest,
    [PHASE_SIZE] = take_size, [PHASE_DATA] = take_data,       [PHASE_DATA_END] = take_data_end,
    [PHASE_END] = take_end,   [PHASE_TRAILER] = take_trailer,
};

/* --- the parser */

enum err http_parser_new(bool response, const struct http_events *events, struct http_parser **out)
{
    struct http_parser *p = mem_alloc(sizeof(*p));

    if (p == NULL) {
        return ERR_MEMORY;
    }
    p->response = response;
    p->events = *events;
    buf_init(&p->bytes, HTTP_MAX_HEAD);
    enum err e = lexer_new(response, &p->lexer);

    if (e != OK) {
        http_parser_free(&p);
        return e;
    }
    http_parser_next(p, false);
    *out = p;
    return OK;
}

void http_parser_free(struct http_parser **p)
{
    if (*p == NULL) {
        return;
    }
    struct http_parser *old = *p;

    buf_wipe(&old->bytes); /* heads hold tokens */
    scan_fini(&old->scan);
    mem_free(old->headers);
    lexer_free(&old->lexer);
    mem_free(old);
    *p = NULL;
}

void http_parser_next(struct http_parser *p, bool head_only)
{
    p->head_only = head_only;
    p->paused = false;
    p->failed = OK;
    p->head = (struct http_head){0};
    begin_size(p);
    p->phase = PHASE_HEAD;
    mem_wipe(p->bytes.base, p->bytes.len); /* it held a token */
    buf_clear(&p->bytes);
    scan_begin(&p->scan, true, HTTP_MAX_HEAD);
}

enum err http_parser_feed(struct http_parser *p, struct span bytes, size_t *used)
{
    *used = 0;
    p->paused = false;
    while (p->failed == OK && !p->paused && p->phase != PHASE_DONE &&
           (*used < bytes.len || p->phase == PHASE_END)) {
        size_t taken = 0;

        p->failed = PHASES[p->phase](p, span_from(bytes, *used), &taken);
        *used += taken;
    }
    return p->failed;
}

void http_parser_pause(struct http_parser *p)
{
    p->paused = true;
}

enum err http_parser_eof(struct http_parser *p)
{
    size_t used = 0;

    if (p->failed != OK || p->phase == PHASE_DONE || http_parser_is_idle(p)) {
        return p->failed;
    }
    if (p->phase == PHASE_END || p->phase == PHASE_REST) {
        p->failed = take_end(p, (struct span){0}, &used);
    } else {
        p->failed = p->response ? ERR_UP_TRUNCATED : ERR_HTTP_FRAMING;
    }
    return p->failed;
}

bool http_parser_is_idle(const struct http_parser *p)
{
    return p->failed == OK && p->phase == PHASE_HEAD && p->scan.at == 0;
}

bool http_parser_is_done(const struct http_parser *p)
{
    return p->phase == PHASE_DONE;
}

size_t http_head_count(const struct http_head *head, const char *name)
{
    struct span wanted = span_str(name);
    size_t count = 0;

    for (size_t i = 0; i < head->header_count; i++) {
        count += span_eq_nocase(head->headers[i].name, wanted);
    }
    return count;
}

bool http_head_one(const struct http_head *head, const char *name, struct span *value)
{
    struct span wanted = span_str(name);

    if (http_head_count(head, name) != 1) {
        return false;
    }
    for (size_t i = 0; i < head->header_count; i++) {
        if (span_eq_nocase(head->headers[i].name, wanted)) {
            *value = head->headers[i].value;
        }
    }
    return true;
}
