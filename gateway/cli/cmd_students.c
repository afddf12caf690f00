/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass students check|status|vanished|confirm: `check` reads a folder as the gateway
 * would, offline; the others ask the running gateway over its command socket.
 */
#include "admin/client.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/policy_open.h"
#include "cli/print.h"
#include "cli/roster_file.h"
#include "cli/students_folder.h"
#include "roster/own_judge.h"

#include <jansson.h>
#include <stdio.h>

enum { CONFIG_BYTES = 1024 * 1024, REPLY_BYTES = 256 * 1024 };

#define PATIENCE_MS 20000

/* --- check -------------------------------------------------------------------- */

static void show_counts(const struct students_reading *r)
{
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        size_t bad = 0;

        for (size_t i = 0; i < r->sheets[f].count; i++) {
            bad += r->sheets[f].rows[i].bad;
        }
        printf("%-17s %s, %zu good row%s\n", own_file_name((enum own_file)f),
               r->offer.sheets[f] == NULL ? "missing"
               : r->sheets[f].whole       ? "whole"
                                          : "broken",
               r->sheets[f].count - bad, r->sheets[f].count - bad == 1 ? "" : "s");
    }
}

/* What a folder is held against, when it is given. */
struct against {
    struct opened_policy open;
    const char *roster_path;
    struct roster *roster;
};

static void show_faults(const struct own_judged *judged, const char *folder)
{
    size_t all = judged->unknown_students + judged->unknown_parties;

    for (size_t i = 0; i < judged->fault_count; i++) {
        const struct own_fault *f = &judged->faults[i];

        fprintf(stderr, "%s/%s:%u:1: the row %s\n", folder, own_file_name(f->file), f->line,
                f->text);
    }
    if (all > judged->fault_count) {
        (void)print_problem("%zu more such rows are not shown", all - judged->fault_count);
    }
}

/* The rows that policy and roster know nothing of. `*faults` is their number. */
static enum err judge(const struct against *a, const char *folder, const struct students_reading *r,
                      size_t *faults)
{
    const struct own_checks checks = {a->roster, a->open.policy, a->open.day};
    struct own_list lists[OWN_FILE_COUNT] = {0}, none = {0};
    struct own_judged judged = {0};
    struct ids known = {0};
    enum err e = ids_init(&known);

    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        const struct own_merge how = {.file = (enum own_file)f, .today = a->open.day};

        e = own_merge(&none, &r->sheets[f], &how, &lists[f]);
    }
    e = e != OK ? e : own_judge_rows(lists, &checks, &known, &judged);
    if (e == OK) {
        show_faults(&judged, folder);
        *faults = judged.unknown_students + judged.unknown_parties;
    }
    own_judged_fini(&judged);
    ids_fini(&known);
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        own_list_fini(&lists[f]);
    }
    return e;
}

static int check(const char *folder, const struct against *a)
{
    struct students_folder f = {.path = folder};
    struct students_reading reading;
    struct diag_list diags;
    struct arena arena;
    size_t faults = 0;

    arena_init(&arena, STUDENTS_FOLDER_BYTES);
    enum err e = students_folder_read(&f, &arena, &diags, &reading);

    print_diags(folder, &diags);
    if (e == OK && a->open.policy != NULL) {
        e = judge(a, folder, &reading, &faults);
    }
    if (e == OK) {
        show_counts(&reading);
    } else {
        (void)print_failure(folder, e);
    }
    arena_fini(&arena);
    return e == OK && diags.errors + faults == 0 ? 0 : 1;
}

static int check_against(const char *folder, struct against *a)
{
    int code = a->open.folder == NULL ? 0 : policy_open_or_say(&a->open);

    if (code == 0 && a->roster_path != NULL) {
        enum err e = roster_of_database(a->roster_path, a->open.policy, &a->roster);

        code = e == OK ? 0 : print_failure(a->roster_path, e);
    }
    code = code == 0 ? check(folder, a) : code;
    roster_unref(&a->roster);
    if (a->open.folder != NULL) {
        policy_close(&a->open);
    }
    return code;
}

int cmd_students_check(int argc, char **argv)
{
    struct against a = {.roster_path = NULL};
    const char *folder = NULL;
    const struct option_row rows[] = {
        {.name = "district",
         .value = "DIR",
         .text = &a.open.folder,
         .help = "tell rows about partners and agreements that this policy does not declare"},
        {.name = "roster",
         .value = "DB",
         .text = &a.roster_path,
         .help = "tell ids that this database of `district import` does not know"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &folder}};
    const struct options o = {
        "hallpass students check",
        "Reads the files of students' own facts in DIR as the gateway would,\n"
        "and shows every problem.",
        rows,
        sizeof(rows) / sizeof(rows[0]),
        operands,
        1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (a.roster_path != NULL && a.open.folder == NULL) {
        print_problem("students check: --roster needs --district, whose catalog it is read by");
        return 2;
    }
    return check_against(folder, &a);
}

/* --- asking the gateway ------------------------------------------------------- */

/* What is done with a good answer: its text, and the same as JSON. */
typedef int show_answer(struct span text, const json_t *root);

static int refused(const json_t *root)
{
    const char *text = json_string_value(json_object_get(root, "text"));

    return print_problem("the gateway did not do it: %s", text == NULL ? "no reason given" : text);
}

static int ask(const struct config *config, const char *path, show_answer *show)
{
    struct admin_reply reply = {0};

    buf_init(&reply.body, REPLY_BYTES);
    enum err e = admin_send(config->control, path, SPAN("{}"), PATIENCE_MS, &reply);
    struct span body = buf_span(&reply.body);
    json_t *root =
        e != OK ? NULL : json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    int code;

    if (e == ERR_CLOSED) {
        code = print_problem("no gateway listens on %s", config->control);
    } else if (e != OK) {
        code = print_failure(config->control, e);
    } else {
        code = reply.status == 200 && root != NULL ? show(body, root) : refused(root);
    }
    json_decref(root);
    buf_fini(&reply.body);
    return code;
}

static int with_config(const char *file, const char *path, show_answer *show)
{
    struct arena arena;
    struct diag_list diags;
    struct config config;
    int code = 1;

    arena_init(&arena, CONFIG_BYTES);
    diag_init(&diags, &arena);
    enum err e = config_load(file, &arena, &diags, &config);

    print_diags(NULL, &diags);
    if (e == OK) {
        code = ask(&config, path, show);
    } else if (diags.errors == 0) {
        code = print_failure(file, e);
    }
    arena_fini(&arena);
    return code;
}

/* --- status ------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "?" : text;
}

static long long number_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void show_file(const json_t *file)
{
    long long vanished = number_of(file, "vanished"), errors = number_of(file, "errors");

    printf("%-17s %-7s %6lld rows in force", text_of(file, "name"), text_of(file, "state"),
           number_of(file, "rows"));
    if (vanished > 0) {
        printf(", %lld of them no longer in the file", vanished);
    }
    if (errors > 0) {
        printf(", %lld error%s when it was read", errors, errors == 1 ? "" : "s");
    }
    putchar('\n');
}

static void show_fault(const json_t *fault)
{
    long long line = number_of(fault, "line");

    if (line > 0) {
        printf("%s:%lld: %s\n", text_of(fault, "file"), line, text_of(fault, "text"));
    } else {
        printf("%s: a row that stands there no more %s\n", text_of(fault, "file"),
               text_of(fault, "text"));
    }
}

static int exit_code(const json_t *root)
{
    bool good = json_is_true(json_object_get(root, "complete")) &&
                strcmp(text_of(root, "state"), "good") == 0 &&
                number_of(root, "unknown_students") + number_of(root, "unknown_parties") == 0;
    size_t i;
    const json_t *file;

    json_array_foreach(json_object_get(root, "files"), i, file)
    {
        good = good && number_of(file, "errors") + number_of(file, "vanished") == 0;
    }
    return good ? 0 : 1;
}

static int show_status(struct span text, const json_t *root)
{
    const json_t *item;
    size_t i;

    (void)text;
    json_array_foreach(json_object_get(root, "files"), i, item)
    {
        show_file(item);
    }
    json_array_foreach(json_object_get(root, "faults"), i, item)
    {
        show_fault(item);
    }
    if (!json_is_true(json_object_get(root, "complete"))) {
        printf("Not complete: records about students are withheld.\n");
    }
    if (!json_is_true(json_object_get(root, "used"))) {
        printf("Not used: district.yaml says `student-facts: none`.\n");
    }
    return exit_code(root);
}

static int show_json(struct span text, const json_t *root)
{
    (void)fwrite(text.ptr, 1, text.len, stdout);
    return exit_code(root);
}

int cmd_students_status(int argc, char **argv)
{
    const char *config = "hallpass.yaml";
    bool json = false;
    const struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &config, .help = "default: hallpass.yaml"},
        {.name = "json", .flag = &json, .help = "one JSON object, for programs"},
    };
    const struct options o = {.command = "hallpass students status",
                              .about = "Shows what the running gateway holds of students' own\n"
                                       "facts: counts and lines, no student. Exits with 1 when\n"
                                       "something is amiss.",
                              .rows = rows,
                              .row_count = 2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    return with_config(config, "/students", json ? show_json : show_status);
}

/* --- vanished ----------------------------------------------------------------- */

static int show_vanished(struct span text, const json_t *root)
{
    const json_t *rows = json_object_get(root, "rows"), *row;
    long long more = number_of(root, "vanished") - (long long)json_array_size(rows);
    size_t i;

    (void)text;
    json_array_foreach(rows, i, row)
    {
        printf("%s: %s\n", text_of(row, "file"), text_of(row, "row"));
    }
    if (more > 0) {
        printf("%lld more are not shown\n", more);
    }
    return 0;
}

int cmd_students_vanished(int argc, char **argv)
{
    const char *config = "hallpass.yaml";
    const struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &config, .help = "default: hallpass.yaml"},
    };
    const struct options o = {.command = "hallpass students vanished",
                              .about =
                                  "Shows opt-outs and restrictions that stand in the files\n"
                                  "no more and are in force. That they were shown is recorded.",
                              .rows = rows,
                              .row_count = 1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    return with_config(config, "/students-vanished", show_vanished);
}

/* --- confirm ------------------------------------------------------------------ */

static int show_confirmed(struct span text, const json_t *root)
{
    long long rows = number_of(root, "rows");

    (void)text;
    printf("%lld row%s that stood in the files no more %s let go\n", rows, rows == 1 ? "" : "s",
           rows == 1 ? "is" : "are");
    return 0;
}

int cmd_students_confirm(int argc, char **argv)
{
    const char *config = "hallpass.yaml";
    const struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &config, .help = "default: hallpass.yaml"},
    };
    const struct options o = {.command = "hallpass students confirm",
                              .about = "Confirms that opt-outs and restrictions which stand in\n"
                                       "the files no more are meant to be gone.",
                              .rows = rows,
                              .row_count = 1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    return with_config(config, "/students-confirm", show_confirmed);
}

static const struct command ROWS[] = {
    {"students check", cmd_students_check, "check a folder of opt-outs, consents, restrictions"},
    {"students status", cmd_students_status, "what the running gateway holds of them"},
    {"students vanished", cmd_students_vanished, "the rows that vanished from the files"},
    {"students confirm", cmd_students_confirm, "let go of rows that vanished from the files"},
};

const struct command_table students_commands = {ROWS, sizeof(ROWS) / sizeof(ROWS[0])};
