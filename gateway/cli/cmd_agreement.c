/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass agreement end|directive|certificate|status: the end of a contract in
 * its file (NDPA Exhibit D).
 */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "cli/agreement_change.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/policy_open.h"
#include "cli/print.h"
#include "policy/day.h"
#include "policy/ending.h"

enum { CERTIFICATE_BYTES = 64 * 1024 * 1024 };

/* Says so and returns false when it is none. */
static bool is_date(const char *option, const char *text)
{
    int32_t date;

    if (clock_parse_date(span_str(text), &date)) {
        return true;
    }
    (void)print_problem("--%s: '%s' is not a date of the form 2027-04-01", option, text);
    return false;
}

/* An agreement's id is a plain word, and so no path. */
static bool is_id(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (n > 0 && n <= 64 && id[n] == '\0') {
        return true;
    }
    (void)print_problem("'%s' is no id of an agreement", id);
    return false;
}

#define CATALOG_HELP "the catalog of the data standard (default: the one that comes with hallpass)"

/* --- end --------------------------------------------------------------------------------- */

static int cmd_agreement_end(int argc, char **argv)
{
    struct agreement_change c = {0};
    const char *on = NULL;
    const struct option_row rows[] = {
        {.name = "on",
         .value = "DATE",
         .text = &on,
         .required = true,
         .help = "the first day without any disclosure, in the district's time"},
        {.name = "catalog", .value = "FILE", .text = &c.catalog_path, .help = CATALOG_HELP}};
    const struct operand_row operands[] = {{.name = "ID", .text = &c.id},
                                           {.name = "DIR", .text = &c.folder}};
    const struct options o = {"hallpass agreement end",
                              "Writes into an agreement's file that it ends before its time.",
                              rows,
                              2,
                              operands,
                              2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (!is_id(c.id) || !is_date("on", on)) {
        return 2;
    }
    buf_put_str(agreement_change_add(&c, "on"), on);
    return agreement_change_run(&c);
}

/* --- directive ----------------------------------------------------------------------------- */

struct directive {
    const char *by, *on, *nature, *categories;
};

static bool directive_is_sound(const struct directive *d)
{
    if (strcmp(d->nature, "destruction") != 0 && strcmp(d->nature, "transfer") != 0) {
        (void)print_problem("--nature: expected destruction or transfer");
        return false;
    }
    return is_date("on", d->on);
}

static void put_categories(struct buf *out, const char *list)
{
    struct span rest = span_str(list);
    bool first = true;

    buf_put_str(out, ", categories: [");
    while (rest.ptr != NULL) {
        buf_put_str(out, first ? "" : ", ");
        text_json_string(out, span_cut(&rest, ';'));
        first = false;
    }
    buf_put_byte(out, ']');
}

static void put_directive(struct buf *out, const struct directive *d)
{
    buf_put_str(out, "{ by: ");
    text_json_string(out, span_str(d->by));
    buf_printf(out, ", on: %s, nature: %s, extent: %s", d->on, d->nature,
               d->categories == NULL ? "complete" : "partial");
    if (d->categories != NULL) {
        put_categories(out, d->categories);
    }
    buf_put_str(out, " }");
}

static int cmd_agreement_directive(int argc, char **argv)
{
    struct agreement_change c = {0};
    struct directive d = {.nature = "destruction"};
    bool ends = false;
    const struct option_row rows[] = {
        {.name = "by", .value = "NAME", .text = &d.by, .required = true, .help = "who directs it"},
        {.name = "on", .value = "DATE", .text = &d.on, .required = true, .help = "on which day"},
        {.name = "nature",
         .value = "WORD",
         .text = &d.nature,
         .help = "destruction (default) or transfer"},
        {.name = "categories",
         .value = "LIST",
         .text = &d.categories,
         .help = "of Exhibit B, separated by \";\"; without it the directive is complete"},
        {.name = "end",
         .flag = &ends,
         .help = "the agreement ends on the same day, and its file does not say so yet"},
        {.name = "catalog", .value = "FILE", .text = &c.catalog_path, .help = CATALOG_HELP}};
    const struct operand_row operands[] = {{.name = "ID", .text = &c.id},
                                           {.name = "DIR", .text = &c.folder}};
    const struct options o = {"hallpass agreement directive",
                              "Writes the directive for disposition of data (NDPA Exhibit D) into "
                              "an agreement's file. Nothing leaves from its day on.",
                              rows,
                              6,
                              operands,
                              2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (!is_id(c.id) || !directive_is_sound(&d)) {
        return 2;
    }
    if (ends) {
        buf_put_str(agreement_change_add(&c, "on"), d.on);
    }
    put_directive(agreement_change_add(&c, "directive"), &d);
    return agreement_change_run(&c);
}

/* --- certificate ---------------------------------------------------------------------------- */

static enum err put_certificate(struct buf *out, const char *on, const char *path)
{
    const char *slash = strrchr(path, '/');
    uint8_t digest[DIGEST_BYTES];
    struct buf bytes;

    buf_init(&bytes, CERTIFICATE_BYTES);
    enum err e = file_read(path, &bytes);

    e = e != OK ? e : digest_of(buf_span(&bytes), digest);
    buf_fini(&bytes);
    if (e != OK) {
        return e;
    }
    buf_printf(out, "{ on: %s, file: ", on);
    text_json_string(out, span_str(slash == NULL ? path : slash + 1));
    buf_put_str(out, ", sha256: ");
    text_hex(out, span_of(digest, sizeof(digest)));
    buf_put_str(out, " }");
    return buf_err(out);
}

static int cmd_agreement_certificate(int argc, char **argv)
{
    struct agreement_change c = {0};
    const char *on = NULL, *path = NULL;
    const struct option_row rows[] = {
        {.name = "on",
         .value = "DATE",
         .text = &on,
         .required = true,
         .help = "the day that the partner certified"},
        {.name = "file",
         .value = "FILE",
         .text = &path,
         .required = true,
         .help = "the certificate; its name and digest are written"},
        {.name = "catalog", .value = "FILE", .text = &c.catalog_path, .help = CATALOG_HELP}};
    const struct operand_row operands[] = {{.name = "ID", .text = &c.id},
                                           {.name = "DIR", .text = &c.folder}};
    const struct options o = {
        "hallpass agreement certificate",
        "Writes into an ended agreement's file that the partner certified the "
        "destruction or transfer of the data.",
        rows,
        3,
        operands,
        2};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (!is_id(c.id) || !is_date("on", on)) {
        return 2;
    }
    enum err e = put_certificate(agreement_change_add(&c, "certificate"), on, path);

    if (e != OK) {
        agreement_change_drop(&c);
        return print_failure(path, e);
    }
    return agreement_change_run(&c);
}

/* --- status ----------------------------------------------------------------------------------- */

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr
#define DATE_ARGS(d) (int)((d) / 10000), (int)((d) / 100 % 100), (int)((d) % 100)

static void print_due(const struct ending *e, int32_t day)
{
    const char *what = e->transfer ? "transfer" : "destruction";

    if (e->certified_on != 0) {
        printf("certified on %04d-%02d-%02d\n", DATE_ARGS(e->certified_on));
    } else if (e->due == 0) {
        puts("waits for the district's directive");
    } else if (day > e->due) {
        printf("%s was due by %04d-%02d-%02d, %d days ago, and is not certified\n", what,
               DATE_ARGS(e->due), (int)day_between(e->due, day));
    } else {
        printf("%s is due by %04d-%02d-%02d, in %d days\n", what, DATE_ARGS(e->due),
               (int)day_between(day, e->due));
    }
}

/* True if something is overdue. */
static bool print_ended(const struct policy *p, const struct agreement *a, int32_t day)
{
    struct ending e;
    bool stopped = a->stopped_on != 0 && day >= a->stopped_on;

    if (day <= a->ends && !stopped) {
        return false;
    }
    policy_ending(p, a, &e);
    printf("%.*s: ended; ", SPAN_ARGS(a->id));
    print_due(&e, day);
    return e.certified_on == 0 && e.due != 0 && day > e.due;
}

static int cmd_agreement_status(int argc, char **argv)
{
    struct opened_policy open = {.folder = NULL};
    const struct option_row rows[] = {
        {.name = "on",
         .value = "DATE",
         .text = &open.on,
         .help = "as of this day (default: today)"},
        {.name = "catalog", .value = "FILE", .text = &open.catalog_path, .help = CATALOG_HELP}};
    const struct operand_row operands[] = {{.name = "DIR", .text = &open.folder}};
    const struct options o = {"hallpass agreement status",
                              "Lists ended agreements and the days left for their destruction; "
                              "exits with 1 when one is overdue.",
                              rows,
                              2,
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    code = policy_open_or_say(&open);
    for (size_t i = 0; open.policy != NULL && i < policy_agreement_count(open.policy); i++) {
        code |= print_ended(open.policy, policy_agreement(open.policy, i), open.day);
    }
    policy_close(&open);
    return code;
}

static const struct command COMMANDS[] = {
    {"agreement end", cmd_agreement_end, "write that an agreement ends"},
    {"agreement directive", cmd_agreement_directive, "write what becomes of its data"},
    {"agreement certificate", cmd_agreement_certificate, "write that the partner certified it"},
    {"agreement status", cmd_agreement_status, "ended agreements and the days left"},
};

const struct command_table agreement_commands = {COMMANDS, sizeof(COMMANDS) / sizeof(COMMANDS[0])};
