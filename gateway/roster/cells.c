/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lexer for rows that people keep in spreadsheets. libcsv is not used here: it
 * stops for good at the first bad quote, and knows no columns.
 */
#include "roster/cells.h"

void cells_begin(struct cells *c, struct span bytes, struct arena *arena)
{
    bool marked = span_starts(bytes, SPAN("\xEF\xBB\xBF"));

    *c = (struct cells){.rest = span_from(bytes, marked ? 3 : 0), .arena = arena};
}

static unsigned characters(struct span text)
{
    unsigned n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += (text.ptr[i] & 0xC0) != 0x80;
    }
    return n;
}

static unsigned column_of(struct span line, size_t at)
{
    return characters(span_sub(line, 0, at)) + 1;
}

static void spoil(struct cells_row *row, struct span line, size_t at, const char *fault)
{
    row->fault = fault;
    row->fault_column = column_of(line, at);
}

/* What the text of any cell may not be; NULL when it is fine. */
static const char *what_is_wrong(struct span text)
{
    if (text.len > CELLS_MAX_CELL) {
        return "the cell is longer than 4,096 bytes";
    }
    if (!span_is_utf8(text)) {
        return "the cell is not UTF-8";
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\r') {
            return "a CR stands without its LF";
        }
        if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7F) {
            return "the cell has a control character";
        }
    }
    if (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ')) {
        return "the cell begins or ends with a blank";
    }
    return NULL;
}

static void add_cell(struct cells_row *row, struct span line, size_t at, struct span text)
{
    const char *wrong = what_is_wrong(text);

    if (wrong == NULL && row->count == CELLS_MAX) {
        wrong = "the row has too many cells";
    }
    if (wrong != NULL) {
        spoil(row, line, at, wrong);
        return;
    }
    row->cells[row->count++] = (struct cell){text, column_of(line, at)};
}

/* The text between the quotes at `at`; `*end` is behind the closing one. False: it has none. */
static bool find_close(struct span line, size_t at, size_t *end, bool *doubled)
{
    for (size_t i = at + 1; i < line.len; i++) {
        if (line.ptr[i] != '"') {
            continue;
        }
        if (i + 1 == line.len || line.ptr[i + 1] != '"') {
            *end = i + 1;
            return true;
        }
        *doubled = true;
        i++;
    }
    return false;
}

static struct span undouble(struct arena *arena, struct span text)
{
    uint8_t *out = arena_alloc(arena, text.len);
    size_t len = 0;

    for (size_t i = 0; out != NULL && i < text.len; i++) {
        out[len++] = text.ptr[i];
        i += text.ptr[i] == '"' ? 1 : 0;
    }
    return span_of(out, len);
}

/* One quoted cell; returns where it ends. */
static size_t read_quoted(struct cells *c, struct cells_row *row, struct span line, size_t at)
{
    bool doubled = false;
    size_t end = line.len;

    if (!find_close(line, at, &end, &doubled)) {
        spoil(row, line, at, "the quote is not closed on its line");
        return end;
    }
    struct span text = span_sub(line, at + 1, end - at - 2);

    text = doubled ? undouble(c->arena, text) : text;
    if (c->arena->overflow) {
        spoil(row, line, at, "there is too much to be read, or no memory is left");
    } else if (end < line.len && line.ptr[end] != ',') {
        spoil(row, line, end, "text stands behind the closing quote");
    } else {
        add_cell(row, line, at, text);
    }
    return end;
}

static size_t read_plain(struct cells_row *row, struct span line, size_t at)
{
    struct span text = span_from(line, at);

    text = span_sub(text, 0, span_find(text, ','));
    size_t quote = span_find(text, '"');

    if (quote < text.len) {
        spoil(row, line, at + quote, "a quote stands inside a cell that does not begin with one");
    } else {
        add_cell(row, line, at, text);
    }
    return at + text.len;
}

static void read_cells(struct cells *c, struct cells_row *row, struct span line)
{
    size_t at = 0;

    while (row->fault == NULL) {
        bool quoted = at < line.len && line.ptr[at] == '"';

        at = quoted ? read_quoted(c, row, line, at) : read_plain(row, line, at);
        if (at >= line.len) {
            return;
        }
        at++; /* the comma */
    }
}

static bool is_edge(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == 0x7F;
}

/* The first cell without quotes and blanks, as far as it can be told. */
static struct span guess_first(struct span line)
{
    struct span text = span_sub(line, 0, CELLS_MAX_CELL);

    text = span_sub(text, 0, span_find(text, ','));
    while (text.len > 0 && is_edge(text.ptr[0])) {
        text = span_from(text, 1);
    }
    while (text.len > 0 && is_edge(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* Cuts the next line off; CRLF or LF end it. */
static struct span next_line(struct cells *c, bool *cut)
{
    size_t end = span_find(c->rest, '\n');
    struct span line = span_sub(c->rest, 0, end);

    *cut = end == c->rest.len;
    c->rest = span_from(c->rest, *cut ? end : end + 1);
    c->line++;
    if (!*cut && line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

bool cells_next(struct cells *c, struct cells_row *row)
{
    bool cut = false;
    struct span line = {NULL, 0};

    while (line.len == 0 && c->rest.len > 0) {
        line = next_line(c, &cut);
    }
    if (line.len == 0) {
        return false;
    }
    *row = (struct cells_row){.line = c->line, .cut = cut};
    row->end_column = column_of(line, line.len);
    if (line.len > CELLS_MAX_LINE) {
        spoil(row, line, 0, "the line is longer than 64 KiB");
    } else {
        read_cells(c, row, line);
    }
    row->guess = row->fault == NULL ? (struct span){NULL, 0} : guess_first(line);
    return true;
}
