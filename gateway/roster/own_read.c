/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From cells to rows. A row with any fault keeps its student alone, so that the
 * student can be withheld (SAFETY S1).
 */
#include "roster/own_read.h"

#include "roster/own_read_priv.h"

static const struct {
    const char *name, *header;
    bool narrows;
} files[OWN_FILE_COUNT] = {
#define OWN_FILE_ROW(sym, name, header, narrows) [sym] = {name, header, narrows},
    OWN_FILE_TABLE(OWN_FILE_ROW)
#undef OWN_FILE_ROW
};

const char *own_file_name(enum own_file file)
{
    return files[file].name;
}

const char *own_file_header(enum own_file file)
{
    return files[file].header;
}

bool own_file_narrows(enum own_file file)
{
    return files[file].narrows;
}

/* --- messages ----------------------------------------------------------------- */

void own_complain(struct own_reader *r, unsigned column, const char *text, struct span shown,
                  struct shown hint)
{
    r->good = false;
    if (shown.len > 0) {
        diag_add(r->diags, DIAG_ERROR, r->name, r->row.line, column, "\"%s\" %s%s",
                 shown_of(shown).text, text, hint.text);
    } else {
        diag_add(r->diags, DIAG_ERROR, r->name, r->row.line, column, "%s%s", text, hint.text);
    }
}

/* --- rows --------------------------------------------------------------------- */

static bool is_blank(const struct cells_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].text.len > 0) {
            return false;
        }
    }
    return row->fault == NULL;
}

static bool has_shape(struct own_reader *r, size_t wanted)
{
    const struct cells_row *row = &r->row;

    if (row->fault != NULL) {
        own_complain(r, row->fault_column, row->fault, SPAN(""), (struct shown){""});
    } else if (row->count < wanted) {
        own_complain(r, row->end_column, "the row has too few cells", SPAN(""), (struct shown){""});
    } else if (row->count > wanted) {
        own_complain(r, row->cells[wanted].column, "the row has too many cells", SPAN(""),
                     (struct shown){""});
    }
    return r->good;
}

/* A bad row keeps what may be its student. */
static void spoil_row(struct own_reader *r, struct own_row *out)
{
    struct span id = r->row.count > 0 ? r->row.cells[0].text : r->row.guess;
    bool told = id.len > 0 && id.len <= OWN_MAX_ID && span_is_utf8(id);

    *out = (struct own_row){.file = r->file, .line = r->row.line, .bad = true};
    out->student = told ? arena_copy(r->arena, id) : (struct span){NULL, 0};
}

static void read_row(struct own_reader *r, struct own_row *out)
{
    size_t wanted = own_column_count(r->file);

    r->good = true;
    r->electronic = false;
    *out = (struct own_row){.file = r->file, .line = r->row.line};
    if (has_shape(r, wanted)) {
        own_read_columns(r, out);
    }
    if (!r->good) {
        spoil_row(r, out);
    }
}

/* --- files -------------------------------------------------------------------- */

static void say(struct own_reader *r, unsigned line, unsigned column, const char *text)
{
    diag_add(r->diags, DIAG_ERROR, r->name, line, column, "%s", text);
}

/* Without its header a file cannot be read at all. */
static bool read_header(struct own_reader *r, const struct cells_row *row)
{
    struct span rest = span_str(files[r->file].header);

    r->row = *row;
    r->good = true;
    for (size_t i = 0; r->good && rest.ptr != NULL; i++) {
        struct span want = span_cut(&rest, ',');

        if (i >= row->count || !span_eq(row->cells[i].text, want)) {
            diag_add(r->diags, DIAG_ERROR, r->name, row->line,
                     i < row->count ? row->cells[i].column : row->end_column,
                     "the first line must be \"%s\": \"%.*s\" stands not where it must",
                     files[r->file].header, (int)want.len, (const char *)want.ptr);
            return false;
        }
    }
    return has_shape(r, own_column_count(r->file));
}

static size_t count_lines(struct span bytes)
{
    size_t n = 1;

    for (size_t i = 0; i < bytes.len; i++) {
        n += bytes.ptr[i] == '\n';
    }
    return n;
}

static void read_rows(struct own_reader *r, struct cells *cells, struct own_row *rows,
                      struct own_sheet *out)
{
    struct cells_row row;

    while (cells_next(cells, &row)) {
        struct own_row *next = &rows[out->count];

        if (out->count == OWN_MAX_ROWS) {
            say(r, row.line, 1, "the file has more than 500,000 rows; these are not read");
            return;
        }
        if (row.cut) {
            say(r, row.line, row.end_column,
                "the last line has no line end: the file may be cut off");
        }
        if (is_blank(&row)) {
            continue;
        }
        r->row = row;
        read_row(r, next);
        out->count += next->student.len > 0;
    }
}

static bool begins_well(struct own_reader *r, struct span bytes)
{
    if (bytes.len > OWN_MAX_FILE) {
        say(r, 0, 0, "the file is larger than 64 MiB");
    } else if (span_starts(bytes, SPAN("\xFF\xFE")) || span_starts(bytes, SPAN("\xFE\xFF"))) {
        say(r, 1, 1, "the file is UTF-16; save it as UTF-8");
    } else {
        return true;
    }
    return false;
}

static void read_file(struct own_reader *r, struct span bytes, struct own_row *rows,
                      struct own_sheet *out)
{
    struct cells cells;
    struct cells_row header;

    if (!begins_well(r, bytes)) {
        return;
    }
    cells_begin(&cells, bytes, r->arena);
    if (!cells_next(&cells, &header)) {
        say(r, 1, 1, "the file is empty; without any rows it has its header line");
    } else if (read_header(r, &header)) {
        if (header.cut) {
            say(r, header.line, header.end_column,
                "the last line has no line end: the file may be cut off");
        }
        read_rows(r, &cells, rows, out);
    }
}

enum err own_read(const struct own_text *in, struct arena *arena, struct diag_list *diags,
                  struct own_sheet *out)
{
    struct own_reader r = {.file = in->file, .name = in->name, .arena = arena, .diags = diags};
    size_t most = count_lines(in->bytes);
    unsigned errors = diags->errors;
    struct own_sheet sheet = {0};

    most = most > OWN_MAX_ROWS ? OWN_MAX_ROWS : most;
    struct own_row *rows = arena_array(arena, most + 1, sizeof(*rows));

    if (rows == NULL) {
        return ERR_MEMORY;
    }
    read_file(&r, in->bytes, rows, &sheet);
    if (arena->overflow) {
        return ERR_MEMORY;
    }
    sheet.rows = rows;
    sheet.whole = diags->errors == errors;
    *out = sheet;
    return OK;
}
