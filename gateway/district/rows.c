/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcsv lexes, this file counts lines, keeps the cells of one row and refuses
 * what RFC 4180 does not know. libcsv reports every line end (CSV_REPALL_NL), so
 * lines are counted as: LF line ends, plus LFs within cells. A CR that ends a row
 * must be followed by its LF.
 */
#include "district/rows.h"

#include "base/buf.h"
#include "base/mem.h"

#include <csv.h>

enum { SLICE = 4096 };

struct rows {
    struct rows_events events;
    struct csv_parser lexer;
    struct buf text; /* the cells of the row, one behind the other */
    size_t ends[ROWS_MAX_CELLS];
    size_t count;
    unsigned line; /* of the row being read */
    bool after_cr; /* the last row ended with CR, its LF must follow */
    bool started;  /* the first bytes have been looked at */
    uint8_t head[3];
    size_t head_len;
    enum err failed;
    struct rows_fault fault;
};

static int never(unsigned char c)
{
    (void)c;
    return 0;
}

enum err rows_new(const struct rows_events *events, struct rows **out)
{
    struct rows *r = mem_alloc(sizeof(*r));

    if (r == NULL) {
        return ERR_MEMORY;
    }
    r->events = *events;
    r->line = 1;
    buf_init(&r->text, ROWS_MAX_ROW);
    if (csv_init(&r->lexer, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
        mem_free(r);
        return ERR_MEMORY;
    }
    csv_set_realloc_func(&r->lexer, mem_resize);
    csv_set_free_func(&r->lexer, mem_free);
    csv_set_space_func(&r->lexer, never);
    *out = r;
    return OK;
}

void rows_free(struct rows **r)
{
    if (*r != NULL) {
        csv_free(&(*r)->lexer);
        buf_fini(&(*r)->text);
        mem_free(*r);
        *r = NULL;
    }
}

const struct rows_fault *rows_fault(const struct rows *r)
{
    return &r->fault;
}

static unsigned count_lines(struct span text)
{
    unsigned n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '\n';
    }
    return n;
}

/* The first failure stands; the place is the cell that is being read. */
static void fail(struct rows *r, enum err e, const char *text)
{
    if (r->failed == OK) {
        r->failed = e;
        r->fault = (struct rows_fault){r->line + count_lines(buf_span(&r->text)),
                                       (unsigned)r->count + 1, text};
    }
}

static const char *what_is_wrong(struct span cell)
{
    if (cell.len > ROWS_MAX_CELL) {
        return "the cell is longer than 64 KiB";
    }
    for (size_t i = 0; i < cell.len; i++) {
        uint8_t c = cell.ptr[i];

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
            return "the cell has a control character";
        }
    }
    return span_is_utf8(cell) ? NULL : "the cell is not UTF-8";
}

static void on_cell(void *bytes, size_t len, void *ctx)
{
    struct rows *r = ctx;
    struct span cell = span_of(bytes, len);
    const char *wrong = what_is_wrong(cell);

    if (r->after_cr) {
        wrong = "a CR stands without its LF";
    } else if (r->count == ROWS_MAX_CELLS) {
        wrong = "the row has too many cells";
    }
    if (wrong != NULL) {
        fail(r, ERR_INPUT, wrong);
    }
    if (r->failed != OK) {
        return;
    }
    buf_put(&r->text, cell);
    if (buf_err(&r->text) != OK) {
        fail(r, buf_err(&r->text) == ERR_MEMORY ? ERR_MEMORY : ERR_INPUT,
             "the row is longer than 256 KiB");
        return;
    }
    r->ends[r->count++] = r->text.len;
}

static void give_row(struct rows *r)
{
    struct span cells[ROWS_MAX_CELLS];
    struct span text = buf_span(&r->text);
    size_t from = 0;

    for (size_t i = 0; i < r->count; i++) {
        cells[i] = span_sub(text, from, r->ends[i] - from);
        from = r->ends[i];
    }
    enum err e = r->events.row(r->events.ctx, &(struct rows_row){r->line, cells, r->count});

    if (e != OK) {
        fail(r, e, err_text(e));
    }
    r->line += count_lines(text);
    r->count = 0;
    buf_clear(&r->text);
}

/* `end` is the character that ended the line, -1 at the end of the file. */
static void on_row(int end, void *ctx)
{
    struct rows *r = ctx;
    bool blank = r->count == 0;

    if (r->failed != OK) {
        return;
    }
    if (r->after_cr && end != '\n') {
        fail(r, ERR_INPUT, "a CR stands without its LF");
        return;
    }
    if (!blank) {
        give_row(r);
    }
    r->after_cr = end == '\r';
    r->line += end == '\n';
}

static void lex(struct rows *r, struct span bytes)
{
    size_t used = csv_parse(&r->lexer, bytes.ptr, bytes.len, on_cell, on_row, r);

    if (used == bytes.len) {
        if (csv_get_buffer_size(&r->lexer) > ROWS_MAX_CELL * 2) {
            fail(r, ERR_INPUT, "the cell is longer than 64 KiB, or its quote is not closed");
        }
        return;
    }
    if (csv_error(&r->lexer) == CSV_EPARSE) {
        fail(r, ERR_INPUT, "a quote stands where none may be");
    } else {
        fail(r, ERR_MEMORY, err_text(ERR_MEMORY));
    }
}

/* Takes up to three bytes to see a byte order mark; true once that is settled. */
static bool settle_head(struct rows *r, struct span *bytes)
{
    while (r->head_len < sizeof(r->head) && bytes->len > 0) {
        r->head[r->head_len++] = bytes->ptr[0];
        *bytes = span_from(*bytes, 1);
    }
    return r->head_len == sizeof(r->head);
}

static void start(struct rows *r)
{
    struct span head = span_of(r->head, r->head_len);

    r->started = true;
    if (span_eq(head, SPAN("\xEF\xBB\xBF"))) {
        return;
    }
    if (head.len >= 2 &&
        (span_starts(head, SPAN("\xFF\xFE")) || span_starts(head, SPAN("\xFE\xFF")))) {
        fail(r, ERR_INPUT, "the file is UTF-16; it must be UTF-8");
        return;
    }
    lex(r, head);
}

enum err rows_feed(struct rows *r, struct span bytes)
{
    if (!r->started) {
        if (!settle_head(r, &bytes)) {
            return OK;
        }
        start(r);
    }
    while (bytes.len > 0 && r->failed == OK) {
        struct span slice = span_sub(bytes, 0, SLICE);

        lex(r, slice);
        bytes = span_from(bytes, slice.len);
    }
    return r->failed;
}

enum err rows_end(struct rows *r)
{
    if (!r->started) {
        start(r);
    }
    if (r->failed == OK && csv_fini(&r->lexer, on_cell, on_row, r) != 0) {
        fail(r, ERR_INPUT, "the quote is not closed");
    }
    if (r->failed == OK && r->after_cr) {
        fail(r, ERR_INPUT, "a CR stands without its LF");
    }
    return r->failed;
}
