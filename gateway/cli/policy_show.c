/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy show --at DATE`: the policy that was in force then. When and by
 * whom comes from the ledger; the text from the store, and it is shown only if it
 * is the very text that the entry commits to.
 */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/audit_words.h"
#include "cli/config.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/policy_store.h"
#include "cli/print.h"
#include "ledger/index.h"
#include "ledger/leaf.h"
#include "ledger/view.h"

enum { CONFIG_BYTES = 1024 * 1024, MAX_TEXT = 256 * 1024 * 1024, MAX_PATH = 4096 };

struct showing {
    const char *config_path;
    const char *at;
    const char *out;
    bool diff;
    int64_t at_ms;
    struct config config;
    struct reader *reader;
    struct index *index;
};

/* --- which entry ---------------------------------------------------------------------------- */

static bool puts_in_force(const struct view *v)
{
    static const char *const actions[] = {"start", "reload", "apply"};
    bool any = false;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        any = any || span_eq_str(view_text(v, "action"), actions[i]);
    }
    return any && view_text(v, "digest").len > 0;
}

static bool is_by_then(const struct showing *s, const struct view *v)
{
    int64_t ms;

    return leaf_parse_time(view_text(v, "time"), &ms) && ms <= s->at_ms;
}

/* The newest one up to then; ERR_NOT_FOUND. */
static enum err find_entry(struct showing *s, struct view **out)
{
    const struct index_query q = {.kind = SPAN("policy")};
    struct index_hits hits = {0};
    enum err e = ledger_index_find(s->index, &q, &hits);
    bool found = false;

    for (size_t i = 0; e == OK && !found && i < hits.count; i++) {
        struct reader_entry entry;

        e = reader_get(s->reader, hits.at[i], &entry);
        e = e != OK ? e : view_read(entry.leaf, out);
        found = e == OK && puts_in_force(*out) && is_by_then(s, *out);
        if (e == OK && !found) {
            view_free(out);
        }
    }
    ledger_index_hits_fini(&hits);
    return e != OK || found ? e : ERR_NOT_FOUND;
}

/* --- showing -------------------------------------------------------------------------------- */

static void print_member(const char *what, struct span text)
{
    if (text.len > 0) {
        printf("%-10s ", what);
        words_put(stdout, text);
        putchar('\n');
    }
}

static void print_head(const struct view *v)
{
    static const char *const members[] = {"action", "by",      "second", "digest",
                                          "was",    "catalog", "diff"};
    int64_t widened = view_number(v, "widened", -1);

    print_member("in force", view_text(v, "time"));
    print_member("entry", view_text(v, "id"));
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        print_member(members[i], view_text(v, members[i]));
    }
    if (widened >= 0) {
        printf("%-10s %" PRId64 " widened, %" PRId64 " narrowed\n", "changes", widened,
               view_number(v, "narrowed", 0));
    }
}

static void print_files(const struct district_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        struct span text = files->files[i].bytes;

        printf("\n==> %s <==\n", files->files[i].name);
        while (text.len > 0) {
            words_put(stdout, span_cut(&text, '\n'));
            putchar('\n');
        }
    }
}

static enum err make_folder(const char *out, const char *sub)
{
    char path[MAX_PATH];
    int n = snprintf(path, sizeof(path), "%s%s", out, sub);

    return n > 0 && n < MAX_PATH && mkdir(path, 0755) == 0 ? OK : ERR_IO;
}

/* Into a folder that is not there yet. Names come from a policy that was loaded: two levels. */
static enum err write_files(const struct district_files *files, const char *out)
{
    char path[MAX_PATH];
    enum err e = make_folder(out, "");

    e = e != OK ? e : make_folder(out, "/partners");
    e = e != OK ? e : make_folder(out, "/agreements");
    for (size_t i = 0; e == OK && i < files->count; i++) {
        int n = snprintf(path, sizeof(path), "%s/%s", out, files->files[i].name);

        e = n > 0 && n < MAX_PATH ? file_create(path, 0644, files->files[i].bytes) : ERR_TOO_BIG;
    }
    return e;
}

static enum err show_text(const struct showing *s, struct span text)
{
    struct district_files files;

    district_files_init(&files);
    enum err e = policy_text_read(text, &files);

    if (e == OK && s->out != NULL) {
        e = write_files(&files, s->out);
    } else if (e == OK) {
        print_files(&files);
    }
    district_files_fini(&files);
    return e;
}

static int show(const struct showing *s, const struct view *v)
{
    const char *what = s->diff ? "diff" : "digest";
    struct span name = view_text(v, what);
    struct buf bytes;

    print_head(v);
    if (name.len == 0) {
        return print_problem("this entry has no comparison: it put nothing else in force");
    }
    buf_init(&bytes, MAX_TEXT);
    enum err e = policy_store_get(s->config.state, name, &bytes);

    if (e == OK && s->diff) {
        words_put(stdout, span_sub(buf_span(&bytes), 0, bytes.len - 1)); /* one line */
        putchar('\n');
    } else if (e == OK) {
        e = show_text(s, buf_span(&bytes));
    }
    buf_fini(&bytes);
    if (e == ERR_NOT_FOUND) {
        return print_problem("its text is not in %s/policies any more", s->config.state);
    }
    if (e == ERR_INPUT) {
        return print_problem("the text in %s/policies is not the one that was recorded",
                             s->config.state);
    }
    return e == OK ? 0 : print_failure(s->out != NULL ? s->out : s->config.state, e);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A date means its end, in UTC. */
static bool read_time(const char *text, int64_t *ms)
{
    char whole[] = "0000-00-00T23:59:59.999Z";
    size_t len = strlen(text);

    if (len != 10 && len != sizeof(whole) - 1) {
        return false;
    }
    memcpy(whole, text, len);
    return leaf_parse_time(span_of(whole, sizeof(whole) - 1), ms);
}

static int find_and_show(struct showing *s)
{
    const char *directory = s->config.ledger_directory;
    struct view *v = NULL;
    enum err e = reader_open(directory, &s->reader);

    e = e != OK ? e : ledger_index_open(directory, true, &s->index);
    e = e != OK ? e : ledger_index_update(s->index, s->reader);
    e = e != OK ? e : find_entry(s, &v);
    int code = e == OK              ? show(s, v)
               : e == ERR_NOT_FOUND ? print_problem("no policy was in force then")
                                    : print_failure(directory, e);

    view_free(&v);
    ledger_index_close(&s->index);
    reader_close(&s->reader);
    return code;
}

static int run(struct showing *s)
{
    struct arena arena;
    struct diag_list diags;
    int code = 1;

    arena_init(&arena, CONFIG_BYTES);
    diag_init(&diags, &arena);
    enum err e = config_load(s->config_path, &arena, &diags, &s->config);

    print_diags(NULL, &diags);
    if (e == OK) {
        code = find_and_show(s);
    } else if (diags.errors == 0) {
        code = print_failure(s->config_path, e);
    }
    arena_fini(&arena);
    return code;
}

int cmd_policy_show(int argc, char **argv)
{
    struct showing s = {.config_path = "hallpass.yaml", .at_ms = INT64_MAX};
    const struct option_row rows[] = {
        {.name = "at",
         .value = "DATE",
         .text = &s.at,
         .help = "at the end of this day (UTC), or at this RFC 3339 time (default: now)"},
        {.name = "out", .value = "DIR", .text = &s.out, .help = "write the files to a new folder"},
        {.name = "diff", .flag = &s.diff, .help = "what it changed, as JSON, instead of its text"},
        {.name = "config",
         .value = "FILE",
         .text = &s.config_path,
         .help = "default: hallpass.yaml"},
    };
    const struct options o = {
        .command = "hallpass policy show",
        .about = "Shows the policy that was in force then, with who put it in force.",
        .rows = rows,
        .row_count = sizeof(rows) / sizeof(rows[0])};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (s.at != NULL && !read_time(s.at, &s.at_ms)) {
        print_problem("--at: '%s' is not a date or time", s.at);
        return 2;
    }
    return run(&s);
}
