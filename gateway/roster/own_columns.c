/* SPDX-License-Identifier: Apache-2.0 */
/* One function a column, one table a file: what each cell may say, and what the law wants of it. */
#include "roster/own_read_priv.h"

#include "base/clock.h"
#include "policy/directory.h"

#include <stdio.h>

/* --- messages ----------------------------------------------------------------- */

static void refuse(struct own_reader *r, const struct cell *c, const char *text)
{
    own_complain(r, c->column, text, c->text, (struct shown){""});
}

static struct shown hint_of(struct span want, const char *const *words, size_t count)
{
    struct nearest n;

    nearest_init(&n, want);
    for (size_t i = 0; i < count; i++) {
        nearest_try(&n, span_str(words[i]));
    }
    return nearest_hint(&n);
}

/* The place of the cell's text among `words`, or -1 with a message. */
static int word_at(struct own_reader *r, const struct cell *c, const char *const *words,
                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_eq_str(c->text, words[i])) {
            return (int)i;
        }
    }
    own_complain(r, c->column, c->text.len == 0 ? "the cell is empty" : "is not known here",
                 c->text, hint_of(c->text, words, count));
    return -1;
}

/* --- columns ------------------------------------------------------------------ */

static struct span keep(struct own_reader *r, struct span text)
{
    return arena_copy(r->arena, text);
}

static void read_student(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (c->text.len == 0 || c->text.len > OWN_MAX_ID) {
        refuse(r, c, "must be a student's sourcedId");
        return;
    }
    out->student = keep(r, c->text);
}

static void read_type(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    const char *words[DIRECTORY_COUNT + 1];

    for (unsigned t = 0; t < DIRECTORY_COUNT; t++) {
        words[t] = directory_word((enum directory_type)t);
    }
    words[DIRECTORY_COUNT] = "all";
    int at = word_at(r, c, words, DIRECTORY_COUNT + 1);

    out->what = keep(r, c->text);
    out->all = at == DIRECTORY_COUNT;
    if (at >= 0 && !out->all) {
        out->elements = directory_elements((enum directory_type)at);
    }
}

/* "partner:<id>" or "agreement:<id>"; false for anything else. */
static bool read_named_party(struct own_reader *r, struct span text, struct own_row *out)
{
    static const char *const starts[] = {
        [OWN_PARTNER] = "partner:", [OWN_AGREEMENT] = "agreement:"};

    for (int p = OWN_PARTNER; p <= OWN_AGREEMENT; p++) {
        size_t len = strlen(starts[p]);

        if (span_starts(text, span_str(starts[p])) && text.len > len) {
            out->party = (enum own_party)p;
            out->party_id = keep(r, span_from(text, len));
            return true;
        }
    }
    return false;
}

static void read_scope(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (span_eq_str(c->text, "directory")) {
        return;
    }
    if (!read_named_party(r, c->text, out) || out->party != OWN_AGREEMENT) {
        refuse(r, c, "the scope is \"directory\", or \"agreement:\" and its id");
    } else if (!out->all) {
        refuse(r, c, "an opt-out from one agreement is of type \"all\"");
    }
}

static void read_from(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (!span_eq_str(c->text, "all") && !read_named_party(r, c->text, out)) {
        refuse(r, c, "it is \"all\", or \"partner:\" or \"agreement:\" and an id");
    }
}

static void read_party(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (!read_named_party(r, c->text, out)) {
        refuse(r, c,
               "a consent names its party: \"partner:\" or \"agreement:\" and an id (34 CFR "
               "99.30(b)(3))");
    }
}

static void read_agreement(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (c->text.len == 0) {
        refuse(r, c, "the agreement's id is missing");
        return;
    }
    out->party = OWN_AGREEMENT;
    out->party_id = keep(r, c->text);
}

/* What spreadsheets make of dates: 6/15/2026, 15.06.26, 15-Jun-26, 46188. */
static bool is_spreadsheet_date(struct span text)
{
    bool digits = text.len > 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '/' || c == '.' || (i > 0 && c == '-' && text.len < 10)) {
            return true;
        }
        digits = digits && c >= '0' && c <= '9';
    }
    return digits;
}

static int32_t read_date(struct own_reader *r, const struct cell *c)
{
    int32_t date = 0;

    if (c->text.len > 0 && !clock_parse_date(c->text, &date)) {
        refuse(r, c,
               is_spreadsheet_date(c->text)
                   ? "is a spreadsheet's form of a date; write YYYY-MM-DD and format the column "
                     "as text"
                   : "is not a day; write YYYY-MM-DD");
    }
    return date;
}

static int32_t need_date(struct own_reader *r, const struct cell *c, const char *missing)
{
    if (c->text.len == 0) {
        refuse(r, c, missing);
    }
    return read_date(r, c);
}

static void read_since(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    out->since = need_date(r, c, "the first day is missing; write YYYY-MM-DD");
}

static void read_signed(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    out->since = need_date(r, c, "a consent is signed and dated (34 CFR 99.30(a))");
}

static void read_until(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    out->until = read_date(r, c);
    if (out->until != 0 && out->until < out->since) {
        refuse(r, c, "is before the row's first day");
    }
}

static void read_revoked(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    out->revoked = read_date(r, c);
}

static void read_signer(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (c->text.len == 0) {
        refuse(r, c, "who signed is missing (34 CFR 99.30(a))");
    }
    out->signer = keep(r, c->text);
}

static void read_relation(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    static const char *const words[] = {"parent", "guardian", "student"};
    int at = word_at(r, c, words, sizeof(words) / sizeof(words[0]));

    out->relation = at < 0 ? OWN_PARENT : (enum own_relation)at;
}

static void read_method(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    static const char *const words[] = {"paper", "electronic"};

    (void)out;
    r->electronic = word_at(r, c, words, sizeof(words) / sizeof(words[0])) == 1;
}

static void read_authenticated(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    (void)out;
    if (r->electronic && c->text.len == 0) {
        refuse(r, c,
               "an electronic consent says how its signer was identified and authenticated (34 "
               "CFR 99.30(d)(1))");
    }
}

static void read_free(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    (void)r;
    (void)c;
    (void)out;
}

static void read_by(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    (void)out;
    if (c->text.len == 0) {
        refuse(r, c, "who named the student is missing");
    }
}

static void read_purpose(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (c->text.len == 0) {
        refuse(r, c, "a consent states its purpose (34 CFR 99.30(b)(2))");
    }
    out->purpose = keep(r, c->text);
}

/* --- lists of elements -------------------------------------------------------- */

static struct span trim(struct span text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = span_from(text, 1);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

static struct shown nearest_element(struct span want)
{
    struct nearest n;
    char line[256];
    struct shown hint = {""};

    nearest_init(&n, want);
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);
        int len =
            snprintf(line, sizeof(line), "%.*s / %.*s", (int)e->category.len,
                     (const char *)e->category.ptr, (int)e->brief.len, (const char *)e->brief.ptr);
        size_t before = n.distance;

        nearest_try(&n, span_of(line, len < 0 ? 0 : (size_t)len));
        if (n.distance < before) {
            hint = nearest_hint(&n); /* `line` is written over in the next turn */
        }
    }
    return hint;
}

/*
 * Length of the element at the start of `list`, up to a `;` or the end; 0 when there is none. One
 * printed element has a `;` of its own, so the longer reading is tried first.
 */
static size_t element_length(struct span list, const struct element **out)
{
    size_t first = span_find(list, ';');
    size_t ends[] = {first, first};

    if (first < list.len) {
        ends[0] = first + 1 + span_find(span_from(list, first + 1), ';');
    }
    for (size_t i = 0; i < 2; i++) {
        const struct element *e = element_parse(trim(span_sub(list, 0, ends[i])));

        if (e != NULL && element_is_ndpa(e)) {
            *out = e;
            return ends[i];
        }
    }
    return 0;
}

static void read_list(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    struct span rest = c->text;

    while (r->good && rest.len > 0) {
        const struct element *e = NULL;
        size_t len = element_length(rest, &e);
        struct span word = trim(span_sub(rest, 0, span_find(rest, ';')));

        if (len == 0) {
            own_complain(r, c->column,
                         word.len == 0 ? "an element is missing between two semicolons"
                                       : "is no \"Category / Element\" of Exhibit B",
                         word, nearest_element(word));
            return;
        }
        element_set_add(&out->elements, element_number(e));
        rest = span_from(rest, len + 1);
    }
}

static void read_elements(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    if (c->text.len == 0) {
        refuse(r, c, "a consent specifies the records it releases (34 CFR 99.30(b)(1))");
    }
    out->what = keep(r, c->text);
    read_list(r, c, out);
}

static void read_withhold(struct own_reader *r, const struct cell *c, struct own_row *out)
{
    out->what = keep(r, c->text);
    out->all = span_eq_str(c->text, "all");
    if (c->text.len == 0) {
        refuse(r, c, "what to withhold is missing: \"all\", or elements of Exhibit B");
    } else if (!out->all) {
        read_list(r, c, out);
    }
}

/* --- tables ------------------------------------------------------------------- */

typedef void read_column(struct own_reader *r, const struct cell *c, struct own_row *out);

/* In the order of the header. */
static read_column *const columns[OWN_FILE_COUNT][CELLS_MAX] = {
    [OWN_OPT_OUTS] = {read_student, read_type, read_scope, read_since, read_until},
    [OWN_CONSENTS] = {read_student, read_signer, read_relation, read_signed, read_until,
                      read_revoked, read_method, read_authenticated, read_free, read_party,
                      read_purpose, read_elements},
    [OWN_RESTRICTIONS] = {read_student, read_withhold, read_from, read_until},
    [OWN_NAMED] = {read_student, read_agreement, read_since, read_until, read_by},
};

size_t own_column_count(enum own_file file)
{
    size_t n = 0;

    while (n < CELLS_MAX && columns[file][n] != NULL) {
        n++;
    }
    return n;
}

void own_read_columns(struct own_reader *r, struct own_row *out)
{
    for (size_t i = 0; i < own_column_count(r->file); i++) {
        columns[r->file][i](r, &r->row.cells[i], out);
    }
}
