/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of the matrix in plain words, for people who know neither JSON nor FERPA.
 */
#include "cli/matrix.h"

/* What becomes of a value; a transform without words of its own is named as in files. */
static const char *const rule_words[TRANSFORM_COUNT] = {
    [TRANSFORM_AS_IS] = "",
    [TRANSFORM_INITIAL] = "first letter only",
    [TRANSFORM_MASK] = "hidden",
    [TRANSFORM_ALIAS] = "a stand-in instead",
    [TRANSFORM_CODE] = "a code instead",
    [TRANSFORM_CONST] = "always the same text",
    [TRANSFORM_YEAR] = "year only",
    [TRANSFORM_YEAR_MONTH] = "year and month only",
    [TRANSFORM_AGE] = "age in years instead",
    [TRANSFORM_BAND] = "a range instead",
    [TRANSFORM_ROUND] = "rounded",
    [TRANSFORM_ZIP3] = "first three digits only",
    [TRANSFORM_DATE_SHIFT] = "moved by some days",
    [TRANSFORM_MAP] = "translated by a list",
};

void matrix_put_date(struct buf *out, int32_t date)
{
    buf_printf(out, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
               (int)(date % 100));
}

/* "preferredFirstName" as "preferred first name"; the last part of a dotted path. */
static void put_field_words(struct buf *out, struct span path)
{
    bool after_lower = false;

    while (span_find(path, '.') < path.len) {
        path = span_from(path, span_find(path, '.') + 1);
    }
    for (size_t i = 0; i < path.len; i++) {
        uint8_t c = path.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';

        if (upper && after_lower) {
            buf_put_byte(out, ' ');
        }
        buf_put_byte(out, upper ? (uint8_t)(c + 32) : c);
        after_lower = !upper;
    }
}

static void put_field(struct buf *out, const struct matrix_field *f)
{
    const char *words = rule_words[f->rule.transform];

    if (f->from != 0) {
        buf_put_str(out, "from ");
        matrix_put_date(out, f->from);
        buf_put_str(out, ": ");
    }
    put_field_words(out, f->field->path);
    if (words == NULL) {
        words = transform_word(f->rule.transform);
    }
    if (*words != '\0') {
        buf_printf(out, " (%s)", words);
    }
}

static void put_ids(struct buf *out, enum ids_mode mode)
{
    switch (mode) {
    case IDS_PER_PARTNER:
        buf_put_str(out, "ids that only this partner gets");
        break;
    case IDS_RANDOM:
        buf_put_str(out, "random codes");
        break;
    case IDS_DISTRICT:
    default:
        buf_put_str(out, "the district's own ids");
        break;
    }
}

void matrix_put_cell(struct buf *out, const struct matrix *m, size_t row, size_t column)
{
    const struct matrix_cell *cell = matrix_cell(m, row, column);

    if (cell->state == MATRIX_IDS) {
        put_ids(out, m->columns[column]->ids);
        return;
    }
    for (const struct matrix_field *f = cell->fields; f != NULL; f = f->next) {
        buf_put_str(out, f == cell->fields ? "" : "; ");
        put_field(out, f);
    }
    if (cell->fields == NULL && cell->state != MATRIX_NONE) {
        buf_put_str(out, "that it exists");
    }
}

void matrix_put_row_name(struct buf *out, const struct matrix_row *row)
{
    if (row->resource != NULL) {
        buf_put(out, row->resource->name);
    } else if (row->element == NULL) {
        buf_put_str(out, "record ids");
    } else if (!element_is_ndpa(row->element)) {
        buf_put(out, row->element->brief);
    } else {
        buf_put(out, row->element->category);
        buf_put_str(out, " / ");
        buf_put(out, row->element->brief);
    }
}
