/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass audit list | show | student: reading the record of disclosures. The
 * ledger is opened read-only, whether a gateway runs or not; the index is brought
 * up to date first. An officer's own reading is not yet an entry (SAFETY G6).
 */
#include "cli/audit_words.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print.h"
#include "ledger/entry.h"
#include "ledger/index.h"
#include "ledger/leaf.h"
#include "ledger/view.h"

#include <inttypes.h>
#include <string.h>

struct audit {
    struct reader *reader;
    struct index *index;
    bool json;
};

static void close_audit(struct audit *a)
{
    ledger_index_close(&a->index);
    reader_close(&a->reader);
}

static enum err open_audit(const char *directory, struct audit *a)
{
    enum err e = reader_open(directory, &a->reader);

    e = e != OK ? e : ledger_index_open(directory, true, &a->index);
    e = e != OK ? e : ledger_index_update(a->index, a->reader);
    if (e != OK) {
        close_audit(a);
    }
    return e;
}

/* Reads entry and view, the caller's; the leaf lives until the next read. */
static enum err read_view(struct audit *a, uint64_t index, struct reader_entry *entry,
                          struct view **out)
{
    enum err e = reader_get(a->reader, index, entry);

    return e != OK ? e : view_read(entry->leaf, out);
}

static void put_raw(struct span leaf)
{
    words_put(stdout, leaf);
    putchar('\n');
}

/* --- list */

static void put_member(const struct view *v, const char *key, const char *otherwise)
{
    struct span text = view_text(v, key);

    words_put(stdout, text.len > 0 ? text : span_str(otherwise));
}

/* What is worth a line's end for this kind of entry. */
static void put_detail(const struct view *v)
{
    static const char *const keys[] = {"route", "reason", "field", "action", "end", "cause"};
    int64_t subjects = view_subject_count(v);
    int64_t status = view_number(v, "status", 0);

    if (subjects > 0) {
        printf("  %" PRId64 " student%s", subjects, subjects == 1 ? "" : "s");
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (view_text(v, keys[i]).len > 0) {
            fputs("  ", stdout);
            put_member(v, keys[i], "");
        }
    }
    if (status > 0) {
        printf("  status %" PRId64, status);
    }
}

static void put_line(const struct view *v)
{
    struct span kind = view_text(v, "kind");

    put_member(v, "time", "?");
    fputs("  ", stdout);
    put_member(v, "id", "?");
    printf("  %-10.*s  ", (int)kind.len, (const char *)kind.ptr);
    put_member(v, "partner", "-");
    fputs("  ", stdout);
    put_member(v, "resource", "-");
    put_detail(v);
    putchar('\n');
}

static enum err list_one(struct audit *a, uint64_t index)
{
    struct reader_entry entry;
    struct view *v = NULL;
    enum err e = read_view(a, index, &entry, &v);

    if (e != OK) {
        return e;
    }
    if (a->json) {
        put_raw(entry.leaf);
    } else {
        put_line(v);
    }
    view_free(&v);
    return OK;
}

static enum err list_all(struct audit *a, const struct index_query *q)
{
    struct index_hits hits = {0};
    enum err e = ledger_index_find(a->index, q, &hits);

    for (size_t i = hits.count; i > 0 && e == OK; i--) {
        e = list_one(a, hits.at[i - 1]);
    }
    ledger_index_hits_fini(&hits);
    return e;
}

/* "2026-11-23" (from 00:00 UTC) or "2026-11-23T14:00:00.000Z". */
static bool read_since(const char *text, int64_t *ms)
{
    char whole[] = "0000-00-00T00:00:00.000Z";
    size_t len = strlen(text);

    if (len != 10 && len != sizeof(whole) - 1) {
        return false;
    }
    memcpy(whole, text, len);
    return leaf_parse_time(span_of(whole, sizeof(whole) - 1), ms);
}

int cmd_audit_list(int argc, char **argv)
{
    const char *ledger = NULL, *partner = NULL, *kind = NULL, *since = NULL;
    struct audit a = {0};
    struct index_query q = {.limit = 50};
    const struct option_row rows[] = {
        {.name = "ledger",
         .value = "DIR",
         .text = &ledger,
         .required = true,
         .help = "folder of the ledger"},
        {.name = "partner", .value = "ID", .text = &partner, .help = "only this partner's"},
        {.name = "kind", .value = "KIND", .text = &kind, .help = "only request, denied, ..."},
        {.name = "since",
         .value = "DATE",
         .text = &since,
         .help = "from this date (UTC) or RFC 3339 time on"},
        {.name = "limit",
         .value = "N",
         .number = &q.limit,
         .help = "the newest N (default 50; 0: all)"},
        {.name = "json", .flag = &a.json, .help = "the entries' own bytes, one on a line"},
    };
    const struct options o = {.command = "hallpass audit list",
                              .about = "Lists entries of the ledger, the newest last.",
                              .rows = rows,
                              .row_count = sizeof(rows) / sizeof(rows[0])};
    enum entry_kind known;
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (since != NULL && !read_since(since, &q.since_ms)) {
        print_problem("--since: not a date: %s", since);
        return 2;
    }
    if (kind != NULL && !entry_kind_of(span_str(kind), &known)) {
        print_problem("--kind: there is no such kind: %s", kind);
        return 2;
    }
    q.partner = span_str(partner);
    q.kind = span_str(kind);
    enum err e = open_audit(ledger, &a);

    e = e != OK ? e : list_all(&a, &q);
    close_audit(&a);
    return e == OK ? 0 : print_failure(ledger, e);
}

/* --- show */

static void on_member(void *ctx, const char *key, struct span text)
{
    (void)ctx;
    if (strcmp(key, "kind") != 0 && strcmp(key, "salt") != 0) {
        printf("  %-10s ", key);
        words_put(stdout, text);
        putchar('\n');
    }
}

static enum err put_entry(const struct view *v)
{
    enum entry_kind kind;

    words_put(stdout, view_text(v, "kind"));
    if (entry_kind_of(view_text(v, "kind"), &kind)) {
        printf(": %s", entry_kind_text(kind));
    }
    putchar('\n');
    return view_each(v, on_member, NULL);
}

static enum err show_one(struct audit *a, uint64_t index)
{
    struct reader_entry entry;
    struct view *v = NULL;
    enum err e = read_view(a, index, &entry, &v);

    e = e != OK ? e : put_entry(v);
    if (e == OK) {
        put_raw(entry.leaf);
        putchar('\n');
    }
    view_free(&v);
    return e;
}

static enum err show_exchange(struct audit *a, struct span exchange)
{
    struct index_query q = {.exchange = exchange};
    struct index_hits hits = {0};
    enum err e = ledger_index_find(a->index, &q, &hits);

    if (e == OK && hits.count == 0) {
        e = ERR_NOT_FOUND;
    }
    for (size_t i = hits.count; i > 0 && e == OK; i--) {
        e = show_one(a, hits.at[i - 1]);
    }
    ledger_index_hits_fini(&hits);
    return e;
}

/* An entry's id is a number of at most 12 digits, an exchange's 32 hexadecimal ones. */
static enum err show(struct audit *a, const char *id)
{
    struct span text = span_str(id);
    uint64_t index = 0;

    if (text.len > ENTRY_ID_DIGITS) {
        return show_exchange(a, text);
    }
    while (text.len > 1 && text.ptr[0] == '0') {
        text = span_from(text, 1);
    }
    return span_to_u64(text, UINT64_MAX, &index) ? show_one(a, index) : ERR_NOT_FOUND;
}

int cmd_audit_show(int argc, char **argv)
{
    const char *ledger = NULL, *id = NULL;
    struct audit a = {0};
    const struct option_row rows[] = {
        {.name = "ledger",
         .value = "DIR",
         .text = &ledger,
         .required = true,
         .help = "folder of the ledger"},
    };
    const struct operand_row operands[] = {{.name = "ID", .text = &id}};
    const struct options o = {"hallpass audit show",
                              "Shows one entry by its id, or all of an exchange by the value of "
                              "its Hallpass-Exchange header.",
                              rows,
                              1,
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    enum err e = open_audit(ledger, &a);

    if (e != OK) {
        return print_failure(ledger, e);
    }
    e = show(&a, id);
    close_audit(&a);
    return e == OK ? 0 : print_failure(id, e);
}
