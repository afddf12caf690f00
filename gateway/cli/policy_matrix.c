/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy matrix`: which partner gets which element, as a table on the
 * terminal, for a spreadsheet, as a page, or for programs.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/csv.h"
#include "cli/jot.h"
#include "cli/matrix_html.h"
#include "cli/options.h"
#include "cli/policy_open.h"
#include "cli/print.h"

enum {
    MATRIX_BYTES = 512 * 1024 * 1024,
    OUTPUT_BYTES = 256 * 1024 * 1024,
    TEXT_BYTES = 256 * 1024,
    TERMINAL_WIDTH = 100,
    NAME_WIDTH = 52,
    LEAST_WIDTH = 8,
};

/* --- terminal ------------------------------------------------------------------------------ */

static size_t column_width(const struct matrix *m, size_t column)
{
    size_t len = m->columns[column]->id.len;

    return (len < LEAST_WIDTH ? LEAST_WIDTH : len) + 2;
}

/* Where the block of columns that starts at `from` ends. */
static size_t block_end(const struct matrix *m, size_t from)
{
    size_t width = NAME_WIDTH;
    size_t at = from;

    while (at < m->column_count && (at == from || width + column_width(m, at) <= TERMINAL_WIDTH)) {
        width += column_width(m, at++);
    }
    return at;
}

static void put_padded(struct buf *out, struct span text, size_t width)
{
    buf_put(out, text);
    for (size_t i = text.len; i < width; i++) {
        buf_put_byte(out, ' ');
    }
}

static void end_line(struct buf *out)
{
    while (out->len > 0 && out->base[out->start + out->len - 1] == ' ') {
        buf_cut(out, out->len - 1);
    }
    buf_put_byte(out, '\n');
}

static bool row_is_shown(const struct matrix *m, size_t row, size_t from, size_t to)
{
    bool any = false;

    for (size_t c = from; c < to; c++) {
        any |= matrix_cell(m, row, c)->state != MATRIX_NONE;
    }
    return any;
}

static void put_text_row(struct buf *out, const struct matrix *m, size_t row, const size_t range[2])
{
    struct buf name;

    buf_init(&name, TEXT_BYTES);
    buf_put_str(&name, "  ");
    matrix_put_row_name(&name, &m->rows[row]);
    if (name.len > NAME_WIDTH - 2) {
        buf_cut(&name, NAME_WIDTH - 5);
        buf_put_str(&name, "...");
    }
    put_padded(out, buf_span(&name), NAME_WIDTH);
    buf_fini(&name);
    for (size_t c = range[0]; c < range[1]; c++) {
        put_padded(out, span_str(matrix_state_word(matrix_cell(m, row, c)->state)),
                   column_width(m, c));
    }
    end_line(out);
}

static void put_block(struct buf *out, const struct matrix *m, const size_t range[2])
{
    const char *group = "";

    put_padded(out, SPAN(""), NAME_WIDTH);
    for (size_t c = range[0]; c < range[1]; c++) {
        put_padded(out, m->columns[c]->id, column_width(m, c));
    }
    end_line(out);
    for (size_t i = 0; i < m->row_count; i++) {
        if (!row_is_shown(m, i, range[0], range[1])) {
            continue;
        }
        if (strcmp(group, role_word(m->rows[i].role)) != 0) {
            group = role_word(m->rows[i].role);
            buf_printf(out, "%s\n", group);
        }
        put_text_row(out, m, i, range);
    }
}

static void put_text_head(struct buf *out, const struct matrix *m)
{
    buf_put(out, policy_district(m->policy));
    buf_put_str(out, ": who gets what on ");
    matrix_put_date(out, m->day);
    buf_put_byte(out, '\n');
    for (size_t c = 0; c < m->column_count; c++) {
        const struct agreement *a = m->columns[c];

        buf_put_str(out, "  ");
        buf_put(out, a->id);
        buf_put_str(out, ": ");
        buf_put(out, a->partner_name);
        buf_put_str(out, ", ");
        buf_put(out, a->basis);
        buf_put_str(out, matrix_in_force(m, c) ? ", until " : ", not in force, until ");
        matrix_put_date(out, a->ends);
        buf_put_byte(out, '\n');
    }
}

static void put_terminal(struct buf *out, const struct matrix *m)
{
    put_text_head(out, m);
    for (size_t from = 0; from < m->column_count;) {
        const size_t range[2] = {from, block_end(m, from)};

        buf_put_byte(out, '\n');
        put_block(out, m, range);
        from = range[1];
    }
    buf_put_str(out, "\nwhole: every field of the element, as it is   part: some of its fields\n"
                     "changed: shortened, coded or hidden   mixed: some as they are, some changed\n"
                     "later: from a day to come   ids: what stands for the person\n");
}

/* --- CSV ---------------------------------------------------------------------------------------
 */

static void put_csv_head(struct buf *out, const struct matrix *m, struct buf *text)
{
    csv_put(out, SPAN("about"), true);
    csv_put(out, SPAN("information"), false);
    for (size_t c = 0; c < m->column_count; c++) {
        buf_clear(text);
        buf_put(text, m->columns[c]->partner_name);
        buf_put_str(text, " (");
        buf_put(text, m->columns[c]->id);
        buf_put_byte(text, ')');
        csv_put(out, buf_span(text), false);
    }
    csv_end(out);
}

static void put_csv(struct buf *out, const struct matrix *m)
{
    struct buf text;

    buf_init(&text, TEXT_BYTES);
    put_csv_head(out, m, &text);
    for (size_t i = 0; i < m->row_count; i++) {
        csv_put(out, span_str(role_word(m->rows[i].role)), true);
        buf_clear(&text);
        matrix_put_row_name(&text, &m->rows[i]);
        csv_put(out, buf_span(&text), false);
        for (size_t c = 0; c < m->column_count; c++) {
            buf_clear(&text);
            matrix_put_cell(&text, m, i, c);
            csv_put(out, buf_span(&text), false);
        }
        csv_end(out);
    }
    out->failed = out->failed != OK ? out->failed : buf_err(&text);
    buf_fini(&text);
}

/* --- JSON --------------------------------------------------------------------------------------
 */

static void jot_column(struct jot *j, const struct matrix *m, size_t column)
{
    const struct agreement *a = m->columns[column];

    jot_open(j, '{');
    jot_key_text(j, "agreement", a->id);
    jot_key_text(j, "partner", a->partner);
    jot_key_text(j, "partner-name", a->partner_name);
    jot_key_text(j, "basis", a->basis);
    jot_key(j, "from");
    jot_date(j, a->from);
    jot_key(j, "ends");
    jot_date(j, a->ends);
    jot_key_bool(j, "in-force", matrix_in_force(m, column));
    jot_close(j, '}');
}

static void jot_cell(struct jot *j, const struct matrix_cell *cell)
{
    jot_open(j, '{');
    jot_key_str(j, "state", cell->state == MATRIX_NONE ? "none" : matrix_state_word(cell->state));
    jot_key(j, "fields");
    jot_open(j, '[');
    for (const struct matrix_field *f = cell->fields; f != NULL; f = f->next) {
        jot_open(j, '{');
        jot_key_text(j, "field", f->field->path);
        jot_key_str(j, "as", transform_word(f->rule.transform));
        jot_key(j, "from");
        jot_date(j, f->from);
        jot_close(j, '}');
    }
    jot_close(j, ']');
    jot_close(j, '}');
}

static void jot_row(struct jot *j, const struct matrix *m, size_t row)
{
    const struct matrix_row *r = &m->rows[row];
    struct buf name;

    buf_init(&name, TEXT_BYTES);
    matrix_put_row_name(&name, r);
    jot_open(j, '{');
    jot_key_str(j, "role", role_word(r->role));
    jot_key_text(j, "information", buf_span(&name));
    jot_key(j, "cells");
    jot_open(j, '[');
    for (size_t c = 0; c < m->column_count; c++) {
        jot_cell(j, matrix_cell(m, row, c));
    }
    jot_close(j, ']');
    jot_close(j, '}');
    buf_fini(&name);
}

static int print_json(const struct matrix *m)
{
    struct jot j;

    jot_init(&j);
    jot_open(&j, '{');
    jot_key_text(&j, "district", policy_district(m->policy));
    jot_key(&j, "day");
    jot_date(&j, m->day);
    jot_key(&j, "columns");
    jot_open(&j, '[');
    for (size_t c = 0; c < m->column_count; c++) {
        jot_column(&j, m, c);
    }
    jot_close(&j, ']');
    jot_key(&j, "rows");
    jot_open(&j, '[');
    for (size_t i = 0; i < m->row_count; i++) {
        jot_row(&j, m, i);
    }
    jot_close(&j, ']');
    jot_close(&j, '}');
    int code = jot_print(&j, 0);

    jot_fini(&j);
    return code;
}

/* --- the command ---------------------------------------------------------------------------------
 */

struct forms {
    bool csv, html, json;
};

static int print_text(const struct matrix *m, const struct forms *forms)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES);
    if (forms->csv) {
        put_csv(&out, m);
    } else if (forms->html) {
        matrix_put_html(&out, m);
    } else {
        put_terminal(&out, m);
    }
    enum err e = buf_err(&out);

    if (e == OK) {
        (void)fwrite(out.base + out.start, 1, out.len, stdout);
    }
    buf_fini(&out);
    return e == OK ? 0 : print_failure("matrix", e);
}

static int run(struct opened_policy *o, const struct forms *forms)
{
    struct matrix m;
    struct arena arena;
    int code = policy_open_or_say(o);

    arena_init(&arena, MATRIX_BYTES);
    if (code == 0) {
        enum err e = matrix_make(o->policy, o->day, &arena, &m);

        code = e != OK       ? print_failure(o->folder, e)
               : forms->json ? print_json(&m)
                             : print_text(&m, forms);
    }
    arena_fini(&arena);
    policy_close(o);
    return code;
}

int cmd_policy_matrix(int argc, char **argv)
{
    struct opened_policy p = {0};
    struct forms forms = {0};
    const struct option_row rows[] = {
        {.name = "csv", .flag = &forms.csv, .help = "for a spreadsheet"},
        {.name = "html", .flag = &forms.html, .help = "as one page for a browser or a printer"},
        {.name = "json", .flag = &forms.json, .help = "for programs"},
        {.name = "on", .value = "DATE", .text = &p.on, .help = "on this day (default: today)"},
        {.name = "catalog",
         .value = "FILE",
         .text = &p.catalog_path,
         .help = "the catalog of the data standard (default: the one that comes with hallpass)"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &p.folder}};
    const struct options o = {"hallpass policy matrix",
                              "Shows which partner gets which element of Exhibit B.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (forms.csv + forms.html + forms.json > 1) {
        print_problem("policy matrix: only one of --csv, --html and --json can be");
        return 2;
    }
    return run(&p, &forms);
}
