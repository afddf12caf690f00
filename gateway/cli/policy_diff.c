/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy diff`: what a change widens, narrows or leaves, for each partner,
 * from compiled programs (SAFETY P2). The exit code lets a pipeline stop at what is
 * wider than before.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/diff_print.h"
#include "cli/options.h"
#include "cli/policy_side.h"
#include "cli/print.h"

enum { MAX_DIFF = 1024 * 1024 * 1024, MAX_JSON = 1024 * 1024 * 1024, EXIT_WIDENED = 3 };

struct comparison {
    struct policy_side was;
    struct policy_side now;
    const char *on;
    bool json;
    bool all;
};

static enum err print_json(const struct diff_report *r)
{
    struct buf out;

    buf_init(&out, MAX_JSON);
    enum err e = diff_put_json(r, &out);

    if (e == OK) {
        print_result(&out, stdout);
    }
    buf_fini(&out);
    return e;
}

static int compare(const struct comparison *c, int32_t since, struct arena *arena)
{
    struct diff diff;
    struct diff_report report = {
        .was = c->was.policy, .now = c->now.policy, .diff = &diff, .since = since, .all = c->all};
    enum err e = policy_diff(c->was.policy, c->now.policy, since, arena, &diff);

    if (e == OK) {
        e = c->json ? print_json(&report) : diff_print_words(&report);
    }
    if (e != OK) {
        return print_failure("the comparison", e);
    }
    return diff.of_kind[DIFF_WIDENED] > 0 ? EXIT_WIDENED : 0;
}

static int run(struct comparison *c)
{
    struct arena arena;
    int32_t since = 0;
    enum err e = policy_side_open(&c->was);

    e = e != OK ? e : policy_side_open(&c->now);
    e = e != OK ? e : policy_side_day(&c->now, c->on, &since);
    if (e != OK) {
        return 1;
    }
    arena_init(&arena, MAX_DIFF);
    int code = compare(c, since, &arena);

    arena_fini(&arena);
    return code;
}

int cmd_policy_diff(int argc, char **argv)
{
    struct comparison c = {.json = false};
    const struct option_row rows[] = {
        {.name = "catalog", .value = "FILE", .text = &c.now.catalog_path, .help = "of both"},
        {.name = "old-catalog",
         .value = "FILE",
         .text = &c.was.catalog_path,
         .help = "of OLD, if it is another one"},
        {.name = "on",
         .value = "DATE",
         .text = &c.on,
         .help = "compare from this day on (default: today)"},
        {.name = "all", .flag = &c.all, .help = "name the unchanged fields too"},
        {.name = "json", .flag = &c.json, .help = "one JSON object, for programs"},
    };
    const struct operand_row operands[] = {{.name = "OLD", .text = &c.was.where},
                                           {.name = "NEW", .text = &c.now.where}};
    const struct options o = {
        "hallpass policy diff",
        "Compares two policies, folders or REVISION:PATH of git. Exits with 3 when anything is\n"
        "widened; what cannot be proven narrower counts as widened.",
        rows,
        sizeof(rows) / sizeof(rows[0]),
        operands,
        2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    c.was.catalog_path = c.was.catalog_path != NULL ? c.was.catalog_path : c.now.catalog_path;
    code = run(&c);
    policy_side_close(&c.now);
    policy_side_close(&c.was);
    return code;
}
