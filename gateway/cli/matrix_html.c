/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix as a page for people who decide about agreements and read no code.
 */
#include "cli/matrix_html.h"

#include "cli/html.h"

enum { WORDS_BYTES = 256 * 1024 };

/* --- who ---------------------------------------------------------------------------------- */

/* "schools: riverside, lincoln; grades: 06, 07", as the file says it. */
static void put_where(struct buf *out, const struct node *where)
{
    if (where == NULL || where->first == NULL) {
        buf_put_str(out, "the whole district");
        return;
    }
    for (const struct node *m = where->first; m != NULL; m = m->next) {
        buf_put_str(out, m == where->first ? "" : "; ");
        html_text(out, m->key);
        for (const struct node *n = m->first; n != NULL; n = n->next) {
            buf_put_str(out, n == m->first ? ": " : ", ");
            html_text(out, n->text);
        }
    }
}

static void put_whose(struct buf *out, const struct matrix *m, size_t column)
{
    const struct agreement *a = m->columns[column];

    put_where(out, m->where[column]);
    buf_put_str(out, a->by_naming ? "; only students named one by one" : "");
    buf_put_str(out, a->by_consent ? "; only students with a signed consent" : "");
    buf_put_str(out, a->by_directory ? "; not who refused directory information" : "");
}

static void put_when(struct buf *out, const struct matrix *m, size_t column)
{
    const struct agreement *a = m->columns[column];

    matrix_put_date(out, a->from);
    buf_put_str(out, " to ");
    matrix_put_date(out, a->ends);
    if (!matrix_in_force(m, column)) {
        buf_put_str(out, m->day < a->from ? " (not yet in force)" : " (ended)");
    }
}

static void put_agreements(struct buf *out, const struct matrix *m)
{
    buf_put_str(out, "<h2>Who gets data, and why</h2>\n<div class=\"scroll\"><table>\n"
                     "<caption>One row for each agreement of the district.</caption>\n"
                     "<thead><tr><th scope=\"col\">Partner</th><th scope=\"col\">Agreement</th>"
                     "<th scope=\"col\">What for</th><th scope=\"col\">Allowed by</th>"
                     "<th scope=\"col\">Valid</th><th scope=\"col\">Whose data</th></tr></thead>\n"
                     "<tbody>\n");
    for (size_t i = 0; i < m->column_count; i++) {
        const struct agreement *a = m->columns[i];

        html_tagged(out, "<tr><th scope=\"row\">", a->partner_name, "</th>");
        html_tagged(out, "<td>", a->id, "</td>");
        html_tagged(out, "<td>", a->interest, "</td>");
        html_tagged(out, "<td>", a->basis, " (");
        html_tagged(out, "", span_str(basis_row(a->kind)->law), ")</td><td>");
        put_when(out, m, i);
        buf_put_str(out, "</td><td>");
        put_whose(out, m, i);
        buf_put_str(out, "</td></tr>\n");
    }
    buf_put_str(out, "</tbody></table></div>\n");
}

/* --- what ----------------------------------------------------------------------------------- */

static void put_columns(struct buf *out, const struct matrix *m)
{
    buf_put_str(out, "<thead><tr><th scope=\"col\">Information</th>");
    for (size_t i = 0; i < m->column_count; i++) {
        html_tagged(out, "<th scope=\"col\">", m->columns[i]->partner_name, "<br>");
        html_tagged(out, "", m->columns[i]->id, "</th>");
    }
    buf_put_str(out, "</tr></thead>\n");
}

static void put_row(struct buf *out, const struct matrix *m, size_t row, struct buf *words)
{
    buf_clear(words);
    matrix_put_row_name(words, &m->rows[row]);
    html_tagged(out, "<tr><th scope=\"row\">", buf_span(words), "</th>");
    for (size_t i = 0; i < m->column_count; i++) {
        buf_clear(words);
        matrix_put_cell(words, m, row, i);
        if (words->len == 0) {
            buf_put_str(out, "<td class=\"none\">nothing</td>");
        } else {
            html_tagged(out, "<td>", buf_span(words), "</td>");
        }
    }
    buf_put_str(out, "</tr>\n");
}

static const char *group_title(enum role role)
{
    static const char *const titles[ROLE_COUNT] = {
        [ROLE_STUDENT] = "About students", [ROLE_GUARDIAN] = "About parents and guardians",
        [ROLE_TEACHER] = "About teachers", [ROLE_STAFF] = "About other staff",
        [ROLE_NONE] = "About no person",
    };

    return titles[role];
}

static void put_elements(struct buf *out, const struct matrix *m)
{
    struct buf words;

    buf_init(&words, WORDS_BYTES);
    buf_put_str(out, "<h2>What they get</h2>\n<div class=\"scroll\"><table>\n<caption>One row for "
                     "each kind of information, in the words of the signed form. In brackets: what "
                     "becomes of it before it leaves.</caption>\n");
    put_columns(out, m);
    for (size_t i = 0; i < m->row_count; i++) {
        if (i == 0 || m->rows[i].role != m->rows[i - 1].role) {
            buf_put_str(out, i == 0 ? "<tbody>\n" : "</tbody>\n<tbody>\n");
            buf_printf(out, "<tr><th scope=\"rowgroup\" colspan=\"%zu\">%s</th></tr>\n",
                       m->column_count + 1, group_title(m->rows[i].role));
        }
        put_row(out, m, i, &words);
    }
    buf_put_str(out, m->row_count > 0 ? "</tbody></table></div>\n" : "</table></div>\n");
    out->failed = out->failed != OK ? out->failed : buf_err(&words);
    buf_fini(&words);
}

void matrix_put_html(struct buf *out, const struct matrix *m)
{
    buf_put_str(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    html_tagged(out, "", policy_district(m->policy), ": who gets which data</title>\n<style>");
    buf_put_str(out, html_style);
    html_tagged(
        out, "</style>\n</head>\n<body>\n<main>\n<h1>", policy_district(m->policy),
        ": who gets which data</h1>\n<p>This is what the district's agreements release on ");
    matrix_put_date(out, m->day);
    buf_put_str(out, ". Nothing else leaves. Restrictions of single students take away from it. "
                     "Every record that leaves carries its id, and the dates and status that "
                     "belong to it.</p>\n");
    put_agreements(out, m);
    put_elements(out, m);
    buf_put_str(out, "</main>\n</body>\n</html>\n");
}
