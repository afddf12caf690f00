/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.csv: a property a line. Unknown properties are ignored, as the
 * binding allows; those we need must stand once.
 */
#include "district/manifest.h"

#include "district/rows.h"

#include <stdio.h>

#define FILE_NAME "manifest.csv"

enum file_state { STATE_MISSING, STATE_ABSENT, STATE_BULK, STATE_DELTA };

struct reading {
    struct diag_list *diags;
    struct rows *rows;
    uint8_t version;
    bool has_form;
    bool has_header;
    enum file_state states[TABLE_COUNT];
};

static void tell(struct reading *r, unsigned line, unsigned column, const char *text)
{
    diag_add(r->diags, DIAG_ERROR, FILE_NAME, line, column, "%s", text);
}

static void take_version(struct reading *r, const struct rows_row *row)
{
    struct span value = row->cells[1];

    if (r->version != 0) {
        tell(r, row->line, 1, "oneroster.version stands twice");
    } else if (span_eq(value, SPAN("1.1"))) {
        r->version = V11;
    } else if (span_eq(value, SPAN("1.2"))) {
        r->version = V12;
    } else {
        tell(r, row->line, 2, "oneroster.version must be 1.1 or 1.2");
    }
}

static void take_form(struct reading *r, const struct rows_row *row)
{
    r->has_form = true;
    if (!span_eq(row->cells[1], SPAN("1.0"))) {
        tell(r, row->line, 2, "manifest.version must be 1.0");
    }
}

static void take_file(struct reading *r, const struct rows_row *row)
{
    enum table_id id = layout_table(span_from(row->cells[0], 5));
    struct span value = row->cells[1];

    if (id == TABLE_NONE) {
        tell(r, row->line, 1, "the file is not one of OneRoster's");
    } else if (r->states[id] != STATE_MISSING) {
        tell(r, row->line, 1, "the file stands twice");
    } else if (span_eq(value, SPAN("absent"))) {
        r->states[id] = STATE_ABSENT;
    } else if (span_eq(value, SPAN("bulk"))) {
        r->states[id] = STATE_BULK;
    } else if (span_eq(value, SPAN("delta"))) {
        r->states[id] = STATE_DELTA;
        tell(r, row->line, 2, "delta files cannot be imported: the bundle is loaded whole");
    } else {
        tell(r, row->line, 2, "must be absent or bulk");
    }
}

static enum err on_row(void *ctx, const struct rows_row *row)
{
    struct reading *r = ctx;

    if (row->count != 2) {
        tell(r, row->line, 1, "a manifest row has two cells, propertyName and value");
    } else if (!r->has_header) {
        r->has_header = true;
        if (!span_eq(row->cells[0], SPAN("propertyName")) ||
            !span_eq(row->cells[1], SPAN("value"))) {
            tell(r, row->line, 1, "the header must be propertyName,value");
        }
    } else if (span_eq(row->cells[0], SPAN("oneroster.version"))) {
        take_version(r, row);
    } else if (span_eq(row->cells[0], SPAN("manifest.version"))) {
        take_form(r, row);
    } else if (span_starts(row->cells[0], SPAN("file."))) {
        take_file(r, row);
    }
    return OK;
}

static enum err on_bytes(void *ctx, struct span bytes)
{
    struct reading *r = ctx;

    return rows_feed(r->rows, bytes);
}

static enum err read_rows(struct reading *r, struct bundle *b)
{
    struct rows_events events = {on_row, r};
    enum err e = rows_new(&events, &r->rows);

    e = e != OK ? e : bundle_read(b, FILE_NAME, on_bytes, r);
    e = e != OK ? e : rows_end(r->rows);
    if (e == ERR_NOT_FOUND) {
        tell(r, 0, 0, "the bundle has no manifest.csv");
    } else if (e == ERR_INPUT && r->rows != NULL) {
        const struct rows_fault *f = rows_fault(r->rows);

        tell(r, f->line, f->column, f->text == NULL ? "the file cannot be read" : f->text);
    }
    rows_free(&r->rows);
    return e == ERR_NOT_FOUND ? ERR_INPUT : e;
}

/* The manifest and the folder must agree about each file that the version knows. */
static void check_file(struct reading *r, const struct bundle *b, enum table_id id)
{
    const struct table *t = &LAYOUT_TABLES[id];
    char name[64];

    if ((t->versions & r->version) == 0) {
        if (r->states[id] == STATE_BULK) {
            diag_add(r->diags, DIAG_ERROR, FILE_NAME, 0, 0, "this version has no file %s.csv",
                     t->name);
        }
        return;
    }
    (void)snprintf(name, sizeof(name), "%s.csv", t->name);
    if (r->states[id] == STATE_MISSING) {
        diag_add(r->diags, DIAG_ERROR, FILE_NAME, 0, 0, "the row file.%s is missing", t->name);
    } else if (r->states[id] == STATE_BULK && !bundle_has(b, name)) {
        diag_add(r->diags, DIAG_ERROR, name, 0, 0, "the manifest says bulk, but there is no file");
    } else if (r->states[id] == STATE_ABSENT && bundle_has(b, name)) {
        diag_add(r->diags, DIAG_WARNING, name, 0, 0,
                 "the manifest says absent; the file that is there is not read");
    }
}

enum err manifest_read(struct bundle *b, struct diag_list *diags, struct manifest *out)
{
    struct reading r = {.diags = diags};
    unsigned before = diags->errors;
    enum err e = read_rows(&r, b);

    if (e != OK) {
        return e;
    }
    if (r.version == 0) {
        tell(&r, 0, 0, "the row oneroster.version is missing");
    }
    if (!r.has_form) {
        tell(&r, 0, 0, "the row manifest.version is missing");
    }
    *out = (struct manifest){.version = r.version};
    for (int i = 0; i < TABLE_COUNT && r.version != 0; i++) {
        check_file(&r, b, (enum table_id)i);
        out->bulk[i] = r.states[i] == STATE_BULK;
    }
    return diags->errors == before ? OK : ERR_INPUT;
}
