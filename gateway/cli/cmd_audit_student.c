/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass audit student: what 34 CFR 99.32 lets a parent see. For each
 * disclosure: when, to whom, what, for which purpose, on which basis, and whether
 * it went out. Other students of the same answer are not shown, nor counted.
 */
#include "base/text.h"
#include "cli/audit_words.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print.h"
#include "ledger/entry.h"
#include "ledger/index.h"
#include "ledger/view.h"

#include <stdio.h>

enum { MAX_LINE = 128 * 1024 };

struct account {
    struct reader *reader;
    struct index *index;
    size_t shown;
    bool json;
};

/* The caller's. */
static enum err read_view(struct account *a, uint64_t index, struct view **out)
{
    struct reader_entry entry;
    enum err e = reader_get(a->reader, index, &entry);

    return e != OK ? e : view_read(entry.leaf, out);
}

/* --- which fields */

static void put_fields(const struct view *set)
{
    struct span path = view_item(set, "fields", 0);

    for (size_t i = 1; path.ptr != NULL; i++) {
        words_put_field(stdout, path);
        path = view_item(set, "fields", i);
        fputs(path.ptr != NULL ? ", " : "", stdout);
    }
}

static void put_roles(const struct view *set)
{
    struct span role = view_item(set, "role", 0);

    for (size_t i = 1; role.ptr != NULL; i++) {
        fputs(i == 1 ? " (of a " : " or ", stdout);
        words_put(stdout, role);
        role = view_item(set, "role", i);
        fputs(role.ptr == NULL ? ")" : "", stdout);
    }
}

static enum err put_set(struct account *a, struct span name)
{
    struct index_hits hits = {0};
    struct view *set = NULL;
    enum err e = ledger_index_of_set(a->index, name, &hits);

    if (e == OK && hits.count > 0) {
        e = read_view(a, hits.at[0], &set);
    }
    ledger_index_hits_fini(&hits);
    if (e != OK) {
        return e;
    }
    fputs("  fields     ", stdout);
    if (set != NULL) {
        put_fields(set);
        put_roles(set);
    } else {
        words_put(stdout, name);
        fputs(" (a set that this ledger does not describe)", stdout);
    }
    putchar('\n');
    view_free(&set);
    return OK;
}

/* A disclosure names one set, or a list of them: one for each group of roles. */
static enum err put_sets(struct account *a, const struct view *disclosure)
{
    struct span name = view_item(disclosure, "fields", 0);
    enum err e = OK;

    for (size_t i = 1; name.ptr != NULL && e == OK; i++) {
        e = put_set(a, name);
        name = view_item(disclosure, "fields", i);
    }
    return e;
}

/* --- whether it went out */

/* The outcome of an exchange, the caller's; NULL when there is none. */
static enum err read_outcome(struct account *a, struct span exchange, struct view **out)
{
    struct index_query q = {
        .kind = span_str(entry_kind_name(ENTRY_OUTCOME)), .exchange = exchange, .limit = 1};
    struct index_hits hits = {0};
    enum err e = ledger_index_find(a->index, &q, &hits);

    if (e == OK && hits.count > 0) {
        e = read_view(a, hits.at[0], out);
    }
    ledger_index_hits_fini(&hits);
    return e;
}

static const char *delivery_of(const struct view *disclosure, const struct view *outcome,
                               bool restarted)
{
    if (outcome == NULL) {
        return restarted ? "counts as delivered: the gateway stopped before the answer ended"
                         : "the answer has not ended yet";
    }
    if (view_number(disclosure, "batch", 1) > view_number(outcome, "batches", 0)) {
        return "NOT DELIVERED: the answer ended before these records left";
    }
    return "delivered";
}

static enum err put_delivery(struct account *a, uint64_t index, const struct view *disclosure)
{
    struct view *outcome = NULL;
    bool restarted = false;
    enum err e = read_outcome(a, view_text(disclosure, "exchange"), &outcome);

    e = e != OK ? e : ledger_index_restarted_after(a->index, index, &restarted);
    if (e == OK) {
        printf("  outcome    %s\n", delivery_of(disclosure, outcome, restarted));
    }
    view_free(&outcome);
    return e;
}

/* --- one disclosure */

static void put_row(const char *label, struct span text)
{
    if (text.len > 0) {
        printf("  %-10s ", label);
        words_put(stdout, text);
        putchar('\n');
    }
}

static void put_head(const struct view *v)
{
    words_put(stdout, view_text(v, "time"));
    fputs("  entry ", stdout);
    words_put(stdout, view_text(v, "id"));
    putchar('\n');
    put_row("to", view_text(v, "partner"));
    put_row("agreement", view_text(v, "agreement"));
    put_row("purpose", view_text(v, "purpose"));
    put_row("interest", view_text(v, "interest"));
    put_row("basis", view_text(v, "basis"));
    put_row("records", view_text(v, "resource"));
}

/* One object on a line: what put_head() shows, with the exchange; no count of other students. */
static enum err put_json(const struct view *v)
{
    static const char *const keys[] = {"time",    "id",       "exchange", "partner",  "agreement",
                                       "purpose", "interest", "basis",    "resource", "route"};
    struct buf line;

    buf_init(&line, MAX_LINE);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        buf_printf(&line, "%s\"%s\":", i == 0 ? "{" : ",", keys[i]);
        text_json_string(&line, view_text(v, keys[i]));
    }
    buf_put_str(&line, "}\n");
    enum err e = buf_err(&line);

    if (e == OK) {
        (void)fwrite(line.base + line.start, 1, line.len, stdout);
    }
    buf_fini(&line);
    return e;
}

static enum err put_words(struct account *a, uint64_t index, const struct view *v)
{
    put_head(v);
    enum err e = put_sets(a, v);

    e = e != OK ? e : put_delivery(a, index, v);
    putchar('\n');
    return e;
}

static enum err put_disclosure(struct account *a, uint64_t index)
{
    struct view *v = NULL;
    enum err e = read_view(a, index, &v);

    if (e == OK && span_eq_str(view_text(v, "kind"), entry_kind_name(ENTRY_DISCLOSURE))) {
        e = a->json ? put_json(v) : put_words(a, index, v);
        a->shown++;
    }
    view_free(&v);
    return e;
}

static enum err put_all(struct account *a, const char *id)
{
    struct index_hits hits = {0};
    uint32_t number = 0;
    enum err e = reader_number_of(a->reader, span_str(id), &number);

    if (e == ERR_NOT_FOUND) {
        return OK;
    }
    e = e != OK ? e : ledger_index_of_subject(a->index, number, &hits);
    for (size_t i = 0; i < hits.count && e == OK; i++) {
        e = put_disclosure(a, hits.at[i]);
    }
    ledger_index_hits_fini(&hits);
    return e;
}

int cmd_audit_student(int argc, char **argv)
{
    const char *ledger = NULL, *id = NULL;
    struct account a = {0};
    const struct option_row rows[] = {
        {.name = "ledger",
         .value = "DIR",
         .text = &ledger,
         .required = true,
         .help = "folder of the ledger"},
        {.name = "json", .flag = &a.json, .help = "one JSON object a line, for programs"},
    };
    const struct operand_row operands[] = {{.name = "ID", .text = &id}};
    const struct options o = {"hallpass audit student",
                              "Shows every disclosure of one student's records (34 CFR 99.32); "
                              "ID is the id in the district's source.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    enum err e = reader_open(ledger, &a.reader);

    e = e != OK ? e : ledger_index_open(ledger, true, &a.index);
    e = e != OK ? e : ledger_index_update(a.index, a.reader);
    e = e != OK ? e : put_all(&a, id);
    if (e == OK && !a.json) {
        printf("%zu disclosure%s of this student\n", a.shown, a.shown == 1 ? "" : "s");
    }
    ledger_index_close(&a.index);
    reader_close(&a.reader);
    return e == OK ? 0 : print_failure(ledger, e);
}
