/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy test`: the suites beside a policy, each case through the real
 * verdict and redactor; JUnit for pipelines, coverage of the policy's rules.
 */
#include "cli/commands.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/audit_words.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/policy_side.h"
#include "cli/print.h"
#include "cli/suite.h"

enum {
    MAX_SUITES = 1000,
    MAX_PATH_BYTES = 4096,
    MAX_SUITE_BYTES = 8 * 1024 * 1024,
    MAX_WHY = 256 * 1024,
    MAX_OUT = 64 * 1024 * 1024,
    MESSAGE_BYTES = 256 * 1024 * 1024,
};

struct testing {
    struct policy_side side;
    const char *suite; /* one file, or NULL: all of tests/ */
    const char *junit;
    const char *on;
    bool uncovered;
    bool json;
    int32_t day;
    struct arena arena;
    struct diag_list diags;
    const char *files[MAX_SUITES];
    size_t file_count;
    struct coverage *coverage;
    size_t passed;
    size_t failed;
    struct buf cases; /* the list of cases as JSON */
    struct buf xml;
};

/* --- files ----------------------------------------------------------------------------- */

static bool is_suite(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err add_file(struct testing *t, const char *folder, const char *name)
{
    char path[MAX_PATH_BYTES];
    int n = snprintf(path, sizeof(path), "%s/%s", folder, name);

    if (n < 0 || (size_t)n >= sizeof(path) || t->file_count == MAX_SUITES) {
        return ERR_TOO_BIG;
    }
    t->files[t->file_count] = (const char *)arena_copy(&t->arena, span_of(path, (size_t)n)).ptr;
    return t->files[t->file_count++] == NULL ? ERR_MEMORY : OK;
}

static enum err list_files(struct testing *t)
{
    char folder[MAX_PATH_BYTES];
    int n = snprintf(folder, sizeof(folder), "%s/tests", t->side.where);
    DIR *entries = n < 0 || (size_t)n >= sizeof(folder) ? NULL : opendir(folder);
    enum err e = OK;

    if (entries == NULL) {
        return ERR_IO;
    }
    for (struct dirent *d = readdir(entries); d != NULL && e == OK; d = readdir(entries)) {
        e = is_suite(d->d_name) ? add_file(t, folder, d->d_name) : OK;
    }
    (void)closedir(entries);
    qsort(t->files, t->file_count, sizeof(t->files[0]), by_name);
    return e;
}

/* --- outcomes -------------------------------------------------------------------------- */

static void put_xml(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '<' || c == '>' || c == '&' || c == '"') {
            buf_printf(out, "&#%u;", c);
        } else {
            buf_put_byte(out, c < 0x20 && c != '\n' ? '?' : c);
        }
    }
}

static void put_junit(struct testing *t, const struct suite *s, const struct suite_case *c,
                      struct span why)
{
    buf_put_str(&t->xml, "  <testcase classname=\"");
    put_xml(&t->xml, s->name);
    buf_put_str(&t->xml, "\" name=\"");
    put_xml(&t->xml, c->name);
    buf_put_str(&t->xml, why.len > 0 ? "\"><failure message=\"the policy differs\">" : "\"/>\n");
    if (why.len > 0) {
        put_xml(&t->xml, why);
        buf_put_str(&t->xml, "</failure></testcase>\n");
    }
}

static void put_json(struct testing *t, const struct suite *s, const struct suite_case *c,
                     struct span why)
{
    buf_put_str(&t->cases, t->cases.len > 0 ? ",{\"suite\":" : "{\"suite\":");
    text_json_string(&t->cases, s->name);
    buf_put_str(&t->cases, ",\"case\":");
    text_json_string(&t->cases, c->name);
    buf_printf(&t->cases, ",\"line\":%u,\"passed\":%s,\"why\":", c->at->line,
               why.len > 0 ? "false" : "true");
    text_json_string(&t->cases, why);
    buf_put_byte(&t->cases, '}');
}

static void print_case(const struct suite *s, const struct suite_case *c, struct span why)
{
    fputs(why.len > 0 ? "  FAIL  " : "  pass  ", stdout);
    words_put(stdout, c->name);
    putchar('\n');
    if (why.len > 0) {
        printf("        %s:%u\n", s->doc->name, c->at->line);
    }
    while (why.len > 0) {
        fputs("        ", stdout);
        words_put(stdout, span_cut(&why, '\n'));
        putchar('\n');
    }
}

static enum err run_case(struct testing *t, const struct suite *s, const struct suite_case *c)
{
    struct buf why;

    buf_init(&why, MAX_WHY);
    enum err e = suite_run(s, c, t->day, t->coverage, &why);

    if (e == OK) {
        t->passed += why.len == 0;
        t->failed += why.len > 0;
        put_junit(t, s, c, buf_span(&why));
        put_json(t, s, c, buf_span(&why));
        if (!t->json) {
            print_case(s, c, buf_span(&why));
        }
    }
    buf_fini(&why);
    return e;
}

/* --- suites ---------------------------------------------------------------------------- */

static enum err parse(struct testing *t, const char *path, struct doc *d)
{
    struct buf bytes;

    *d = (struct doc){.name = path, .arena = &t->arena, .diags = &t->diags};
    buf_init(&bytes, MAX_SUITE_BYTES);
    enum err e = file_read(path, &bytes);

    if (e == OK) {
        e = doc_parse(d, buf_span(&bytes));
    } else {
        print_failure(path, e);
    }
    buf_fini(&bytes);
    return e;
}

static enum err run_file(struct testing *t, const char *path)
{
    struct suite s = {.doc = NULL};
    struct doc d;
    enum err e = parse(t, path, &d);

    if (e != OK) {
        return e;
    }
    if (!suite_read(&d, t->side.policy, &s)) {
        return t->arena.overflow ? ERR_MEMORY : ERR_INPUT;
    }
    if (!t->json) {
        words_put(stdout, s.name);
        putchar('\n');
    }
    for (size_t i = 0; e == OK && i < s.case_count; i++) {
        e = run_case(t, &s, &s.cases[i]);
    }
    return e;
}

static enum err run_files(struct testing *t)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < t->file_count; i++) {
        e = run_file(t, t->files[i]);
    }
    return e;
}

/* --- the whole ---------------------------------------------------------------------------- */

static enum err write_junit(const struct testing *t)
{
    FILE *f = t->junit == NULL ? NULL : fopen(t->junit, "w");

    if (t->junit == NULL) {
        return OK;
    }
    if (f == NULL) {
        return ERR_IO;
    }
    fprintf(f,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"hallpass policy\" tests=\"%zu\" failures=\"%zu\">\n",
            t->passed + t->failed, t->failed);
    print_result(&t->xml, f);
    fputs("</testsuite>\n", f);
    bool bad = ferror(f) != 0;

    return fclose(f) != 0 || bad ? ERR_IO : OK;
}

static enum err finish(struct testing *t)
{
    struct buf rules;

    buf_init(&rules, MAX_OUT);
    coverage_put(t->coverage, t->day, t->uncovered, &rules);
    struct span line = buf_span(&rules);

    if (t->json) {
        printf("{\"passed\":%zu,\"failed\":%zu,\"cases\":[", t->passed, t->failed);
        print_result(&t->cases, stdout);
        struct buf text;

        buf_init(&text, MAX_OUT);
        text_json_string(&text, line);
        printf("],\"coverage\":%.*s}\n", (int)text.len, (const char *)buf_span(&text).ptr);
        buf_fini(&text);
    } else {
        printf("%zu passed, %zu failed; %.*s", t->passed, t->failed, (int)line.len,
               (const char *)line.ptr);
    }
    enum err e = buf_err(&rules) != OK ? buf_err(&rules) : buf_err(&t->cases);

    buf_fini(&rules);
    e = e != OK ? e : buf_err(&t->xml);
    return e != OK ? e : write_junit(t);
}

static int report(struct testing *t, enum err e)
{
    print_diags(NULL, &t->diags);
    if (e == OK) {
        e = finish(t);
    }
    if (e != OK) {
        return e == ERR_INPUT ? 1 : print_failure(t->junit != NULL ? t->junit : "the suites", e);
    }
    if (t->passed + t->failed == 0) {
        return print_problem("%s: there is no test", t->side.where);
    }
    return t->failed > 0 ? 1 : 0;
}

static int run(struct testing *t)
{
    enum err e = policy_side_open(&t->side);

    if (e != OK || policy_side_day(&t->side, t->on, &t->day) != OK) {
        return 1;
    }
    if (t->suite != NULL) {
        t->files[t->file_count++] = t->suite;
    } else if (list_files(t) != OK) {
        return print_problem("%s/tests: %s", t->side.where, strerror(errno));
    }
    e = coverage_new(t->side.policy, &t->coverage);
    e = e != OK ? e : run_files(t);
    return report(t, e);
}

static int run_all(struct testing *t)
{
    arena_init(&t->arena, MESSAGE_BYTES);
    diag_init(&t->diags, &t->arena);
    buf_init(&t->cases, MAX_OUT);
    buf_init(&t->xml, MAX_OUT);
    int code = run(t);

    coverage_free(&t->coverage);
    buf_fini(&t->xml);
    buf_fini(&t->cases);
    policy_side_close(&t->side);
    arena_fini(&t->arena);
    return code;
}

int cmd_policy_test(int argc, char **argv)
{
    static struct testing t = {.side = {.where = "."}};
    const struct option_row rows[] = {
        {.name = "suite", .value = "FILE", .text = &t.suite, .help = "only this suite"},
        {.name = "junit", .value = "FILE", .text = &t.junit, .help = "write a JUnit report"},
        {.name = "uncovered", .flag = &t.uncovered, .help = "list the rules no case has shown"},
        {.name = "on",
         .value = "DATE",
         .text = &t.on,
         .help = "the day of cases that name none (default: today)"},
        {.name = "catalog", .value = "FILE", .text = &t.side.catalog_path, .help = "another one"},
        {.name = "json", .flag = &t.json, .help = "one JSON object, for programs"},
    };
    const struct operand_row operands[] = {
        {.name = "DIR", .text = &t.side.where, .optional = true}};
    const struct options o = {"hallpass policy test",
                              "Runs the suites tests/*.yaml beside a policy. What a case does not\n"
                              "list must not leave.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    return options_parse(&o, argc, argv, &code) ? run_all(&t) : code;
}
