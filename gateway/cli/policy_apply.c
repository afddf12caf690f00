/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy apply`: the policy in the district's folder is checked, compared
 * with the one in force, and put in force by the running gateway, which decides all
 * of it again by itself and records who answers for it (SAFETY P3). Where no gateway
 * runs, which the ledger's writer lock proves, the entry is written here and the next
 * start finds it agreed to.
 */
#include "cli/commands.h"

#include <jansson.h>
#include <stdio.h>

#include "admin/client.h"
#include "admin/command.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "cli/config.h"
#include "cli/diff_print.h"
#include "cli/options.h"
#include "cli/policy_adopt.h"
#include "cli/policy_side.h"
#include "cli/policy_store.h"
#include "cli/print.h"
#include "cli/version.h"

enum {
    CONFIG_BYTES = 1024 * 1024,
    MAX_DIFF = 1024 * 1024 * 1024,
    REPLY_BYTES = 65536,
    MESSAGE_BYTES = 8192,
};

#define PATIENCE_MS 60000

struct applying {
    const char *config_path;
    const char *by;
    const char *second;
    struct config config;
    struct policy_side now;
    struct policy_side was;
    struct policy_mark last;
    char digest[STORE_NAME_BYTES];
    bool first; /* nothing was in force before */
    bool blind; /* what was in force cannot be read any more */
    size_t widened;
};

/* --- what it changes --------------------------------------------------------------------- */

static enum err show_changes(struct applying *a)
{
    int32_t today = clock_local_date(clock_wall_ms());
    struct diff diff;
    struct arena arena;

    arena_init(&arena, MAX_DIFF);
    enum err e = policy_diff(a->was.policy, a->now.policy, today, &arena, &diff);
    const struct diff_report report = {
        .was = a->was.policy, .now = a->now.policy, .diff = &diff, .since = today};

    if (e == OK) {
        a->widened = diff.of_kind[DIFF_WIDENED];
        e = diff_print_words(&report);
    }
    arena_fini(&arena);
    return e;
}

static enum err compare(struct applying *a)
{
    a->was.where = "the policy in force";
    enum err e = policy_last_in_force(a->config.state, &a->was, &a->last);

    if (e == OK) {
        return show_changes(a);
    }
    if (e != ERR_NOT_FOUND) {
        return e;
    }
    a->first = a->last.text[0] == '\0';
    a->blind = !a->first;
    puts(a->first ? "Nothing was in force before."
                  : "What is in force cannot be read any more: everything counts as wider.");
    return OK;
}

static bool lacks_second(const struct applying *a)
{
    const struct policy *rule = a->blind ? a->now.policy : a->was.policy;
    bool wider = a->blind || a->widened > 0;
    bool other = a->second != NULL && !span_eq_nocase(span_str(a->by), span_str(a->second));

    return !a->first && wider && policy_widening_needs_second(rule) && !other;
}

/* --- a gateway runs ------------------------------------------------------------------------ */

static int report_refusal(struct span body)
{
    json_t *root = json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(root, "text"));
    int code = print_problem("the gateway did not put it in force: %s",
                             text == NULL ? "no reason given" : text);

    json_decref(root);
    return code;
}

/* True if a gateway was asked, whatever it said. */
static bool ask_gateway(const struct applying *a, int *code)
{
    struct admin_reply reply = {0};
    struct buf message;

    buf_init(&message, MESSAGE_BYTES);
    buf_init(&reply.body, REPLY_BYTES);
    apply_command_write(&message, span_str(a->by), span_str(a->second), span_str(a->digest));
    enum err e = buf_err(&message);

    e = e != OK ? e
                : admin_send(a->config.control, "/apply", buf_span(&message), PATIENCE_MS, &reply);
    if (e == OK && reply.status == 200) {
        printf("in force: %s\n", a->digest);
        *code = 0;
    } else if (e == OK) {
        *code = report_refusal(buf_span(&reply.body));
    } else if (e != ERR_CLOSED) {
        *code = print_failure(a->config.control, e);
    }
    buf_fini(&reply.body);
    buf_fini(&message);
    return e != ERR_CLOSED;
}

/* --- none runs ------------------------------------------------------------------------------ */

static int record_ourselves(const struct applying *a)
{
    const struct config *c = &a->config;
    const struct ledger_setup setup = {
        .directory = c->ledger_directory,
        .origin = c->ledger_origin,
        .version = HALLPASS_VERSION,
        .unsafe_storage = c->ledger_unsafe_storage,
    };
    struct adoption adoption = {
        .state = c->state,
        .folder = c->district,
        .catalog = c->catalog,
        .action = "apply",
        .by = span_str(a->by),
        .second = span_str(a->second),
        .now = a->now.policy,
        .was = a->was.policy,
    };
    enum err e = ledger_open(&setup, &adoption.ledger);

    if (e == ERR_LOCKED) {
        return print_problem("a gateway writes the ledger in %s, but does not listen on %s",
                             c->ledger_directory, c->control);
    }
    e = e != OK ? e : policy_adopt(&adoption);
    enum err closed = adoption.ledger == NULL ? OK : ledger_close(&adoption.ledger);

    e = e != OK ? e : closed;
    if (e != OK) {
        return print_failure("the policy could not be recorded", e);
    }
    printf("no gateway runs; in force from its next start: %s\n", a->digest);
    return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void set_digest(struct applying *a)
{
    uint8_t digest[DIGEST_BYTES];
    struct buf hex;

    policy_digest(a->now.policy, digest);
    buf_init(&hex, STORE_NAME_BYTES);
    text_hex(&hex, span_of(digest, sizeof(digest)));
    memcpy(a->digest, buf_span(&hex).ptr, buf_err(&hex) == OK ? hex.len : 0);
    buf_fini(&hex);
}

static int apply(struct applying *a)
{
    int32_t today;
    int code = 1;

    a->now.where = a->config.district;
    a->now.catalog_path = a->config.catalog;
    if (policy_side_open(&a->now) != OK || policy_side_day(&a->now, NULL, &today) != OK) {
        return 1;
    }
    set_digest(a);
    enum err e = compare(a);

    if (e != OK) {
        return print_failure(a->config.state, e);
    }
    if (lacks_second(a)) {
        return print_problem("it widens, and the policy in force wants a second person: "
                             "--second NAME, somebody else than %s",
                             a->by);
    }
    return ask_gateway(a, &code) ? code : record_ourselves(a);
}

static int run(struct applying *a)
{
    struct arena arena;
    struct diag_list diags;
    int code = 1;

    arena_init(&arena, CONFIG_BYTES);
    diag_init(&diags, &arena);
    enum err e = config_load(a->config_path, &arena, &diags, &a->config);

    print_diags(NULL, &diags);
    if (e == OK) {
        code = apply(a);
    } else if (diags.errors == 0) {
        code = print_failure(a->config_path, e);
    }
    policy_side_close(&a->was);
    policy_side_close(&a->now);
    arena_fini(&arena);
    return code;
}

static bool is_name(const char *name)
{
    struct span text = span_str(name);
    bool good = text.len > 0 && text.len <= ADOPT_MAX_NAME && span_is_utf8(text);

    for (size_t i = 0; i < text.len; i++) {
        good = good && text.ptr[i] >= 0x20 && text.ptr[i] != 0x7F;
    }
    return good;
}

int cmd_policy_apply(int argc, char **argv)
{
    struct applying a = {.config_path = "hallpass.yaml"};
    const struct option_row rows[] = {
        {.name = "as",
         .value = "NAME",
         .text = &a.by,
         .required = true,
         .help = "who answers for it; goes into the ledger"},
        {.name = "second", .value = "NAME", .text = &a.second, .help = "who agreed"},
        {.name = "config",
         .value = "FILE",
         .text = &a.config_path,
         .help = "default: hallpass.yaml"},
    };
    const struct options o = {
        .command = "hallpass policy apply",
        .about = "Checks the district's folder, shows what it changes against the policy in\n"
                 "force, and puts it in force.",
        .rows = rows,
        .row_count = sizeof(rows) / sizeof(rows[0])};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    if (!is_name(a.by) || (a.second != NULL && !is_name(a.second))) {
        print_problem("--as, --second: a name of at most 200 bytes, without control characters");
        return 2;
    }
    return run(&a);
}
