/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One CSV file into its temporary table. A row with a fault is stored as far as
 * it can be, so that rows that point at it are not reported as well. Messages
 * name the column and never the value.
 */
#include "district/stage.h"

#include "base/buf.h"
#include "district/cell.h"
#include "district/rows.h"
#include "store/stmt.h"

#include <stdio.h>

struct loading {
    struct stage *stage;
    enum table_id id;
    const struct table *table;
    struct staged *staged;
    struct rows *rows;
    struct stmt *insert;
    struct stmt *insert_list;
    unsigned metadata_place[LAYOUT_MAX_METADATA];
    size_t width; /* cells of the header */
    bool header_seen;
    bool header_good;
};

static void tell(struct loading *l, unsigned line, unsigned column, const char *what,
                 const char *text)
{
    char file[64];

    (void)snprintf(file, sizeof(file), "%s.csv", l->table->name);
    diag_add(l->stage->diags, DIAG_ERROR, file, line, column, "%s %s", what, text);
}

/* As tell, with a name that stands in the file; unprintable bytes become '?'. */
static void tell_name(struct loading *l, unsigned line, unsigned column, struct span name,
                      const char *text)
{
    char safe[80];
    size_t n = 0;

    for (; n < name.len && n + 1 < sizeof(safe); n++) {
        safe[n] = name.ptr[n] > ' ' && name.ptr[n] < 0x7F ? (char)name.ptr[n] : '?';
    }
    safe[n] = '\0';
    tell(l, line, column, safe, text);
}

static enum err make_table(struct stage *s, enum table_id id)
{
    struct buf sql;

    buf_init(&sql, 4096);
    buf_printf(&sql, "CREATE TEMP TABLE raw_%s(id TEXT PRIMARY KEY, line INTEGER",
               LAYOUT_TABLES[id].name);
    for (size_t i = 1; i < LAYOUT_TABLES[id].column_count; i++) {
        buf_printf(&sql, ",c%zu TEXT", i);
    }
    for (size_t i = 0; i < s->tables[id].metadata_count; i++) {
        buf_printf(&sql, ",m%zu TEXT", i);
    }
    buf_put(&sql, SPAN(") WITHOUT ROWID"));
    buf_put_byte(&sql, 0);
    enum err e = buf_err(&sql);

    e = e != OK ? e : store_run(s->store, (const char *)buf_span(&sql).ptr);
    buf_fini(&sql);
    return e;
}

static enum err prepare_insert(struct loading *l)
{
    size_t values = l->table->column_count + 1 + l->staged->metadata_count;
    struct buf sql;

    buf_init(&sql, 4096);
    buf_printf(&sql, "INSERT INTO raw_%s VALUES(?", l->table->name);
    for (size_t i = 1; i < values; i++) {
        buf_put(&sql, SPAN(",?"));
    }
    buf_put(&sql, SPAN(")"));
    buf_put_byte(&sql, 0);
    enum err e = buf_err(&sql);

    e = e != OK ? e : stmt_prepare(l->stage->store, (const char *)buf_span(&sql).ptr, &l->insert);
    buf_fini(&sql);
    return e;
}

static void take_metadata(struct loading *l, const struct rows_row *row, unsigned at)
{
    struct staged *s = l->staged;
    struct span name = span_from(row->cells[at], 9);

    for (size_t i = 0; i < s->metadata_count; i++) {
        if (span_eq(s->metadata[i], name)) {
            tell_name(l, row->line, at + 1, row->cells[at], "stands twice in the header");
            return;
        }
    }
    if (name.len == 0 || s->metadata_count == LAYOUT_MAX_METADATA) {
        tell_name(l, row->line, at + 1, row->cells[at],
                  name.len == 0 ? "has no name" : "is one metadata column too many (32)");
        return;
    }
    l->metadata_place[s->metadata_count] = at + 1;
    s->metadata[s->metadata_count++] = arena_copy(l->stage->diags->arena, name);
}

static void take_column(struct loading *l, const struct rows_row *row, unsigned at)
{
    int column = layout_column(l->table, l->stage->version, row->cells[at]);

    if (column >= 0 && l->staged->place[column] == 0) {
        l->staged->place[column] = at + 1;
    } else if (column >= 0) {
        tell_name(l, row->line, at + 1, row->cells[at], "stands twice in the header");
    } else if (span_starts(row->cells[at], SPAN("metadata."))) {
        take_metadata(l, row, at);
    } else {
        tell_name(l, row->line, at + 1, row->cells[at], "is not a column of this file");
    }
}

static enum err take_header(struct loading *l, const struct rows_row *row)
{
    unsigned before = l->stage->diags->errors;

    l->header_seen = true;
    l->width = row->count;
    for (unsigned i = 0; i < row->count; i++) {
        take_column(l, row, i);
    }
    for (size_t i = 0; i < l->table->column_count; i++) {
        const struct column *c = &l->table->columns[i];

        if ((c->versions & l->stage->version) != 0 && l->staged->place[i] == 0) {
            tell(l, row->line, (unsigned)row->count, c->name, "is missing in the header");
        }
    }
    l->header_good = l->stage->diags->errors == before;
    enum err e = make_table(l->stage, l->id);

    return e != OK ? e : prepare_insert(l);
}

static enum err insert_list(struct loading *l, unsigned line, int column, struct span cell)
{
    enum err e = OK;
    struct span item;

    while (e == OK && cell_next(&cell, &item)) {
        stmt_bind_int(l->insert_list, 1, (int)l->id);
        stmt_bind_int(l->insert_list, 2, column);
        stmt_bind_int(l->insert_list, 3, line);
        stmt_bind_text(l->insert_list, 4, item);
        e = stmt_exec(l->insert_list);
    }
    return e;
}

static void bind_cell(struct loading *l, int at, struct span cell)
{
    if (cell.len == 0) {
        stmt_bind_null(l->insert, at);
    } else {
        stmt_bind_text(l->insert, at, cell);
    }
}

static enum err take_cell(struct loading *l, const struct rows_row *row, size_t column)
{
    const struct column *c = &l->table->columns[column];
    unsigned place = l->staged->place[column];
    struct span cell = place == 0 ? (struct span){NULL, 0} : row->cells[place - 1];
    const char *wrong = place == 0 ? NULL : cell_check(c, cell);

    if (wrong != NULL) {
        tell(l, row->line, place, c->name, wrong);
    }
    bind_cell(l, stage_at((int)column) + 1, cell);
    if (c->kind == CELL_REFS && cell.len > 0 && wrong == NULL) {
        return insert_list(l, row->line, (int)column, cell);
    }
    return OK;
}

static enum err store_row(struct loading *l, unsigned line)
{
    enum err e = stmt_exec(l->insert);

    if (e != ERR_EXISTS) {
        return e;
    }
    tell(l, line, l->staged->place[0], l->table->columns[0].name,
         "stands in an earlier row of the file");
    return OK;
}

static enum err take_row(void *ctx, const struct rows_row *row)
{
    struct loading *l = ctx;
    enum err e = OK;

    if (!l->header_seen) {
        return take_header(l, row);
    }
    if (!l->header_good) {
        return OK;
    }
    if (row->count != l->width) {
        tell(l, row->line, (unsigned)(row->count < l->width ? row->count : l->width), "the row has",
             row->count < l->width ? "fewer cells than the header" : "more cells than the header");
        return OK;
    }
    for (size_t i = 0; i < l->table->column_count && e == OK; i++) {
        e = take_cell(l, row, i);
    }
    stmt_bind_int(l->insert, 2, row->line);
    for (size_t i = 0; i < l->staged->metadata_count; i++) {
        bind_cell(l, stage_metadata_at(l->table, i) + 1, row->cells[l->metadata_place[i] - 1]);
    }
    if (e != OK || row->cells[l->staged->place[0] - 1].len == 0) {
        return e;
    }
    return store_row(l, row->line);
}

static enum err take_bytes(void *ctx, struct span bytes)
{
    struct loading *l = ctx;

    return rows_feed(l->rows, bytes);
}

/* A fault of the file's form is a message; the import fails by the count of messages. */
static enum err read_file(struct loading *l, struct bundle *b)
{
    struct rows_events events = {take_row, l};
    char file[64];

    (void)snprintf(file, sizeof(file), "%s.csv", l->table->name);
    enum err e = rows_new(&events, &l->rows);

    e = e != OK ? e : bundle_read(b, file, take_bytes, l);
    e = e != OK ? e : rows_end(l->rows);
    if (e == ERR_INPUT) {
        const struct rows_fault *f = rows_fault(l->rows);

        diag_add(l->stage->diags, DIAG_ERROR, file, f->line, f->column, "%s",
                 f->text == NULL ? "the file cannot be read" : f->text);
        e = OK;
    }
    if (e == OK && !l->header_seen) {
        diag_add(l->stage->diags, DIAG_ERROR, file, 1, 1, "the file has no header");
        e = make_table(l->stage, l->id);
    }
    return e;
}

enum err stage_init(struct stage *s)
{
    return store_run(s->store, "CREATE TEMP TABLE raw_list(tab INTEGER, col INTEGER,"
                               " line INTEGER, value TEXT)");
}

enum err stage_skip(struct stage *s, enum table_id id)
{
    return make_table(s, id);
}

enum err stage_load(struct stage *s, struct bundle *b, enum table_id id)
{
    struct loading l = {
        .stage = s, .id = id, .table = &LAYOUT_TABLES[id], .staged = &s->tables[id]};
    enum err e = stmt_prepare(s->store, "INSERT INTO raw_list VALUES(?,?,?,?)", &l.insert_list);

    l.staged->present = true;
    e = e != OK ? e : read_file(&l, b);
    rows_free(&l.rows);
    stmt_finish(&l.insert);
    stmt_finish(&l.insert_list);
    return e;
}
