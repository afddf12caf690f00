/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy check`: every problem and warning of a district's folder at
 * once, what its agreements share, by what they could be joined.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/check_priv.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/roster_file.h"
#include "cli/scope.h"

/* --- JSON ---------------------------------------------------------------------------------- */

static void jot_message(struct jot *j, const struct diag *d)
{
    jot_open(j, '{');
    jot_key_str(j, "level", d->level == DIAG_WARNING ? "warning" : "error");
    jot_key_str(j, "file", d->file);
    jot_key(j, "line");
    jot_number(j, d->line);
    jot_key(j, "column");
    jot_number(j, d->column);
    jot_key_str(j, "text", d->text);
    jot_close(j, '}');
}

static void jot_messages(struct jot *j, const struct diag_list *list)
{
    jot_key(j, "errors");
    jot_number(j, list->errors);
    jot_key(j, "warnings");
    jot_number(j, list->warnings);
    jot_key(j, "messages");
    jot_open(j, '[');
    for (const struct diag *d = list->first; d != NULL; d = d->next) {
        jot_message(j, d);
    }
    jot_close(j, ']');
}

static void jot_agreement(struct jot *j, const struct check *c, const struct agreement *a)
{
    size_t students;

    jot_open(j, '{');
    jot_key_text(j, "agreement", a->id);
    jot_key_text(j, "partner", a->partner);
    jot_key_text(j, "basis", a->basis);
    jot_key(j, "from");
    jot_date(j, a->from);
    jot_key(j, "ends");
    jot_date(j, a->ends);
    jot_key(j, "students-in-scope");
    if (c->roster != NULL && scope_count(c->open.policy, a, c->roster, c->open.day, &students)) {
        jot_number(j, students);
    } else {
        jot_str(j, NULL);
    }
    jot_close(j, '}');
}

static enum err jot_policy(struct jot *j, const struct check *c)
{
    const struct policy *p = c->open.policy;

    jot_key_text(j, "district", policy_district(p));
    jot_key(j, "day");
    jot_date(j, c->open.day);
    jot_key(j, "agreements");
    jot_open(j, '[');
    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        jot_agreement(j, c, policy_agreement(p, i));
    }
    jot_close(j, ']');
    check_print_transforms(j);
    return check_print_joins(c, j);
}

static int report_json(const struct check *c, enum err e)
{
    struct jot j;

    if (e != OK && e != ERR_INPUT) {
        return policy_open_failure(&c->open, e);
    }
    jot_init(&j);
    jot_open(&j, '{');
    jot_key_bool(&j, "good", e == OK);
    jot_messages(&j, &c->open.diags);
    enum err failed = e == OK ? jot_policy(&j, c) : OK;

    jot_close(&j, '}');
    int code =
        failed != OK ? print_failure(c->open.folder, failed) : jot_print(&j, e == OK ? 0 : 1);

    jot_fini(&j);
    return code;
}

/* --- text ---------------------------------------------------------------------------------- */

static int report_text(const struct check *c, enum err e)
{
    if (e != OK) {
        return policy_open_failure(&c->open, e);
    }
    print_diags(c->open.folder, &c->open.diags);
    check_print_policy(c);
    e = check_print_joins(c, NULL);
    check_print_transforms(NULL);
    return e == OK ? 0 : print_failure(c->open.folder, e);
}

/* --- the command ----------------------------------------------------------------------------- */

static int run(struct check *c)
{
    enum err e = policy_open(&c->open);

    if (c->open.on != NULL && c->open.day == 0) {
        return policy_open_failure(&c->open, e);
    }
    if (e == OK && c->roster_path != NULL) {
        enum err read = roster_of_database(c->roster_path, c->open.policy, &c->roster);

        if (read != OK) {
            return print_failure(c->roster_path, read);
        }
    }
    e = e == OK ? check_warn(c) : e;
    return c->json ? report_json(c, e) : report_text(c, e);
}

int cmd_policy_check(int argc, char **argv)
{
    struct check c = {.roster_path = NULL};
    const struct option_row rows[] = {
        {.name = "catalog",
         .value = "FILE",
         .text = &c.open.catalog_path,
         .help = "the catalog of the data standard (default: the one that comes with hallpass)"},
        {.name = "on",
         .value = "DATE",
         .text = &c.open.on,
         .help = "show what is shared on this day (default: today)"},
        {.name = "roster",
         .value = "DB",
         .text = &c.roster_path,
         .help = "count the students in scope in this database of `district import`"},
        {.name = "enrolled",
         .value = "N",
         .number = &c.enrolled,
         .help = "students of the district, to hold limits against without a database"},
        {.name = "json", .flag = &c.json, .help = "messages and joins as one JSON object"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &c.open.folder}};
    const struct options o = {"hallpass policy check",
                              "Checks a district's folder and shows what its agreements share.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    code = run(&c);
    roster_unref(&c.roster);
    policy_close(&c.open);
    return code;
}
