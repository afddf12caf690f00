/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass stop: asks the running gateway over its command socket. When none
 * runs, which the ledger's writer lock proves, it does the same itself. It needs
 * no valid policy (SAFETY S6) and reads none.
 */
#include "admin/client.h"
#include "admin/command.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/stop_now.h"
#include "cli/version.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

enum { CONFIG_BYTES = 1024 * 1024, REPLY_BYTES = 65536, MESSAGE_BYTES = 8192, MAX_PATH = 4096 };

#define PATIENCE_MS 20000

static void report(const struct stop_order *order, bool changed)
{
    printf("%s %.*s: %s\n", stop_kind_word(order->kind), (int)order->who.len,
           (const char *)order->who.ptr,
           !changed      ? (order->undo ? "was not stopped" : "was stopped already")
           : order->undo ? "no longer stopped"
                         : "stopped");
}

/* --- a gateway runs */

static int report_refusal(struct span body)
{
    json_t *root = json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(root, "text"));
    int code =
        print_problem("the gateway did not do it: %s", text == NULL ? "no reason given" : text);

    json_decref(root);
    return code;
}

/* True if a gateway was asked, whatever it said; `*code` is then the exit code. */
static bool ask_gateway(const struct config *config, const struct stop_order *order, int *code)
{
    struct admin_reply reply = {0};
    struct buf message;

    buf_init(&message, MESSAGE_BYTES);
    buf_init(&reply.body, REPLY_BYTES);
    stop_command_write(&message, span_str(stop_kind_word(order->kind)), order->who, order->undo);
    enum err e = buf_err(&message);

    e = e != OK ? e : admin_send(config->control, "/stop", buf_span(&message), PATIENCE_MS, &reply);
    if (e == OK && reply.status == 200) {
        report(order, true);
        *code = 0;
    } else if (e == OK) {
        *code = report_refusal(buf_span(&reply.body));
    } else if (e != ERR_CLOSED) {
        *code = print_failure(config->control, e);
    }
    buf_fini(&reply.body);
    buf_fini(&message);
    return e != ERR_CLOSED;
}

/* --- none runs */

static enum err open_ledger(const struct config *config, struct ledger **out)
{
    const struct ledger_setup setup = {
        .directory = config->ledger_directory,
        .origin = config->ledger_origin,
        .version = HALLPASS_VERSION,
        .unsafe_storage = config->ledger_unsafe_storage,
    };

    return ledger_open(&setup, out);
}

static enum err open_stops(const struct config *config, struct stops **out)
{
    char path[MAX_PATH];
    int n = snprintf(path, sizeof(path), "%s/%s", config->state, STOPS_FILE);

    return n < 0 || (size_t)n >= sizeof(path) ? ERR_INPUT : stops_open(path, out);
}

static int do_it(const struct config *config, struct ledger *ledger, const struct stop_order *order)
{
    struct stops *stops = NULL;
    bool changed = false;
    enum err e = open_stops(config, &stops);

    if (e != OK) {
        return print_failure(config->state, e);
    }
    e = stop_now(stops, ledger, order, &changed);
    stops_close(&stops);
    if (e != OK) {
        return print_failure("the order could not be made durable and recorded", e);
    }
    report(order, changed);
    return 0;
}

static int do_it_ourselves(const struct config *config, const struct stop_order *order)
{
    struct ledger *ledger = NULL;
    enum err e = open_ledger(config, &ledger);

    if (e == ERR_LOCKED) {
        return print_problem("a gateway writes the ledger in %s, but does not listen on %s",
                             config->ledger_directory, config->control);
    }
    if (e != OK) {
        return print_failure(config->ledger_directory, e);
    }
    int code = do_it(config, ledger, order);

    e = ledger_close(&ledger);
    return e == OK ? code : print_failure(config->ledger_directory, e);
}

static int carry_out(const char *path, const struct stop_order *order)
{
    struct arena arena;
    struct diag_list diags;
    struct config config;
    int code = 1;

    arena_init(&arena, CONFIG_BYTES);
    diag_init(&diags, &arena);
    enum err e = config_load(path, &arena, &diags, &config);

    print_diags(NULL, &diags);
    if (e == OK && !ask_gateway(&config, order, &code)) {
        code = do_it_ourselves(&config, order);
    } else if (e != OK && diags.errors == 0) {
        code = print_failure(path, e);
    }
    arena_fini(&arena);
    return code;
}

int cmd_stop(int argc, char **argv)
{
    const char *config = "hallpass.yaml", *what = NULL, *who = NULL;
    bool undo = false;
    const struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &config, .help = "default: hallpass.yaml"},
        {.name = "undo", .flag = &undo, .help = "take the stop back; the policy decides again"},
    };
    const struct operand_row operands[] = {{.name = "KIND", .text = &what},
                                           {.name = "ID", .text = &who}};
    const struct options options = {
        .command = "hallpass stop",
        .about = "Stops a partner, client, agreement or student at once, running answers\n"
                 "included. KIND is one of these words. Needs no valid policy.",
        .rows = rows,
        .row_count = 2,
        .operands = operands,
        .operand_count = 2,
    };
    struct stop_order order = {.uid = (uint32_t)geteuid()};
    int code;

    if (!options_parse(&options, argc, argv, &code)) {
        return code;
    }
    order.undo = undo;
    order.who = span_str(who);
    if (!stop_kind_of_word(span_str(what), &order.kind) || order.who.len == 0 ||
        order.who.len > COMMAND_MAX_WHO || !span_is_utf8(order.who)) {
        print_problem("stop: KIND is partner, client, agreement or student; ID is not empty");
        return 2;
    }
    return carry_out(config, &order);
}
