/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two admin doors: status over loopback, commands over a unix socket.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cli/admin_secret.h"
#include "cli/gateway.h"
#include "cli/serve_students.h"
#include "cli/stop_now.h"

#include <stdio.h>

enum { MAX_PATH = 4096, READY_PARTS = 4 };

static void on_stop(void *ctx, const struct admin_stop *stop, struct admin_call *call)
{
    struct gateway *g = ctx;
    struct stop_order order = {.who = stop->who, .undo = stop->undo, .uid = stop->uid};
    bool changed = false;
    enum err e = stop_kind_of_word(stop->what, &order.kind) ? OK : ERR_INPUT;

    e = e != OK ? e : stop_now(g->stops, g->ledger, &order, &changed);
    log_event(LOG_WARN, "stop-command", LOG_STR("action", stop->undo ? "resume" : "stop"),
              LOG_STR("what", stop_kind_word(order.kind)), LOG_STR("result", err_code(e)),
              LOG_NUM("uid", stop->uid));
    admin_answer(call, e, e == OK || stop->undo ? NULL : "it may act already; see the log");
}

static void on_reload(void *ctx, struct admin_call *call)
{
    struct gateway *g = ctx;
    enum err e = gateway_reload(g);

    if (e == OK) {
        gateway_sync_roster(g);
    }
    admin_answer(call, e, e == OK ? NULL : "the policy in force stays; see the log");
}

static void on_students(void *ctx, struct admin_call *call)
{
    gateway_tell_students(ctx, call);
}

static void on_vanished(void *ctx, uint32_t uid, struct admin_call *call)
{
    gateway_show_vanished(ctx, uid, call);
}

static void on_confirm(void *ctx, uint32_t uid, struct admin_call *call)
{
    gateway_confirm_students(ctx, uid, call);
}

/* Without them whole, records about students are withheld; what is amiss in some rows is a note. */
static struct admin_part students_part(const struct gateway *g)
{
    struct students_state s;

    gateway_read_students(g, &s);
    return (struct admin_part){.name = "student-facts",
                               .good = !s.wanted || s.complete,
                               .reason = g->own == NULL ? "not-configured" : "incomplete",
                               .note = s.problems > 0   ? "problems"
                                       : s.vanished > 0 ? "rows-vanished"
                                                        : NULL};
}

static void on_apply(void *ctx, const struct admin_apply *apply, struct admin_call *call)
{
    struct gateway *g = ctx;
    const struct adopter who = {.action = "apply", .by = apply->by, .second = apply->second};
    enum err e = gateway_apply(g, &who, apply->digest);

    if (e == OK) {
        gateway_sync_roster(g);
    }
    log_event(LOG_WARN, "apply-command", LOG_STR("result", err_code(e)),
              LOG_NUM("uid", apply->uid));
    admin_answer(call, e,
                 e == ERR_INPUT ? "the gateway finds another policy there, or refuses it; the one "
                                  "in force stays"
                                : NULL);
}

static size_t on_state(void *ctx, struct admin_part parts[ADMIN_MAX_PARTS])
{
    struct gateway *g = ctx;
    struct ledger_state ledger;

    ledger_read_state(g->ledger, &ledger);
    /* A refused policy leaves the old one in force, which serves well: the metric tells of it. */
    parts[0] = (struct admin_part){"policy", g->rules != NULL, err_code(g->policy_state), NULL};
    parts[1] = (struct admin_part){"roster", g->roster != NULL && g->roster_state == OK,
                                   err_code(g->roster_state), NULL};
    parts[2] =
        (struct admin_part){"ledger", ledger.refusing == OK, err_code(ledger.refusing), NULL};
    parts[3] = students_part(g);
    return READY_PARTS;
}

#define READ_COUNT(name, metric, help)                                                             \
    static int64_t read_##name(const void *ctx)                                                    \
    {                                                                                              \
        const struct gateway *g = ctx;                                                             \
        int64_t sum = 0;                                                                           \
                                                                                                   \
        for (unsigned i = 0; i < g->worker_count; i++) {                                           \
            if (g->workers[i].proxy != NULL) { /* else the start failed half-way */                \
                sum += (int64_t)atomic_load(&proxy_read_counts(g->workers[i].proxy)->name);        \
            }                                                                                      \
        }                                                                                          \
        return sum;                                                                                \
    }
PROXY_COUNT_TABLE(READ_COUNT)

static int64_t read_ledger_size(const void *ctx)
{
    struct ledger_state s;

    ledger_read_state(((const struct gateway *)ctx)->ledger, &s);
    return (int64_t)s.size;
}

static int64_t read_ledger_commits(const void *ctx)
{
    struct ledger_state s;

    ledger_read_state(((const struct gateway *)ctx)->ledger, &s);
    return (int64_t)s.commits;
}

static int64_t read_ledger_queued(const void *ctx)
{
    struct ledger_state s;

    ledger_read_state(((const struct gateway *)ctx)->ledger, &s);
    return (int64_t)s.queued;
}

static int64_t read_ledger_reserved(const void *ctx)
{
    struct ledger_state s;

    ledger_read_state(((const struct gateway *)ctx)->ledger, &s);
    return (int64_t)s.reserved;
}

static int64_t read_roster_age(const void *ctx)
{
    const struct gateway *g = ctx;

    return g->roster == NULL ? -1 : (clock_wall_ms() - g->roster_ms) / 1000;
}

static int64_t read_policy_refused(const void *ctx)
{
    return ((const struct gateway *)ctx)->policy_state == OK ? 0 : 1;
}

static int64_t read_students(const void *ctx)
{
    const struct gateway *g = ctx;
    struct roster_counts counts = {0};

    if (g->roster != NULL) {
        roster_read_counts(g->roster, &counts);
    }
    return (int64_t)counts.students;
}

#define READ_STUDENTS(name, value)                                                                 \
    static int64_t read_facts_##name(const void *ctx)                                              \
    {                                                                                              \
        struct students_state s;                                                                   \
                                                                                                   \
        gateway_read_students(ctx, &s);                                                            \
        return (int64_t)(value);                                                                   \
    }
READ_STUDENTS(complete, !s.wanted || s.complete)
READ_STUDENTS(rows, s.rows)
READ_STUDENTS(problems, s.problems)
READ_STUDENTS(vanished, s.vanished)

static void fill_metrics(struct gateway *g)
{
#define METRIC_ROW(name, metric, help) {metric, NULL, help, METRIC_COUNTER, read_##name, g},
    const struct metric rows[] = {
        PROXY_COUNT_TABLE(METRIC_ROW){"hallpass_ledger_entries", NULL, "entries durable",
                                      METRIC_GAUGE, read_ledger_size, g},
        {"hallpass_ledger_commits_total", NULL, "commits since start", METRIC_COUNTER,
         read_ledger_commits, g},
        {"hallpass_ledger_queued", NULL, "entries waiting or being written", METRIC_GAUGE,
         read_ledger_queued, g},
        {"hallpass_policy_refused", NULL,
         "1 while the files last loaded were refused and older ones are in force", METRIC_GAUGE,
         read_policy_refused, g},
        {"hallpass_ledger_reserved", NULL, "places in the queue that exchanges hold; 0 when idle",
         METRIC_GAUGE, read_ledger_reserved, g},
        {"hallpass_roster_age_seconds", NULL, "since the last whole load; -1 before the first",
         METRIC_GAUGE, read_roster_age, g},
        {"hallpass_student_facts_complete", NULL,
         "0 while records about students are withheld for want of students' own facts",
         METRIC_GAUGE, read_facts_complete, g},
        {"hallpass_student_facts_rows", NULL, "rows of students' own facts in force", METRIC_GAUGE,
         read_facts_rows, g},
        {"hallpass_student_facts_problems", NULL,
         "errors in the files of students' own facts, and rows about what nobody knows",
         METRIC_GAUGE, read_facts_problems, g},
        {"hallpass_student_facts_vanished_rows", NULL,
         "rows that stand in the files no more and wait to be confirmed", METRIC_GAUGE,
         read_facts_vanished, g},
        {"hallpass_roster_students", NULL, "students that the roster knows", METRIC_GAUGE,
         read_students, g},
    };

    g->metric_count = sizeof(rows) / sizeof(rows[0]);
    memcpy(g->metrics, rows, sizeof(rows));
}

static enum err open_door(struct gateway *g, const char *address, bool commands,
                          struct admin **admin, struct server **server)
{
    static const char *const hosts[] = {"127.0.0.1", "[::1]", "localhost", NULL};
    struct admin_setup setup = {
        .ops = {on_stop, on_reload, on_apply, on_state, on_students, on_vanished, on_confirm, g},
        .commands = commands,
        .hosts = commands ? NULL : hosts,
        .secret = commands ? SPAN("") : buf_span(&g->admin_secret)};
    enum err e = admin_new(&setup, admin);

    e = e != OK ? e : admin_add_metrics(*admin, g->metrics, g->metric_count);
    if (e == OK) {
        struct server_setup door = {
            .address = address, .handler = admin_handler(*admin), .takes_body = true};

        e = server_new(g->loop, &door, server);
    }
    if (e != OK) {
        log_event(LOG_ERROR, "admin-door-failed", LOG_STR("address", address),
                  LOG_STR("reason", err_code(e)));
    }
    return e;
}

static enum err load_secret(struct gateway *g)
{
    buf_init(&g->admin_secret, ADMIN_SECRET_BYTES + 1);
    enum err e = admin_secret_load(g->config->state, &g->admin_secret);

    if (e != OK) {
        log_event(LOG_ERROR, "admin-secret-failed", LOG_STR("reason", err_code(e)));
    }
    return e;
}

enum err gateway_open_doors(struct gateway *g)
{
    char control[MAX_PATH];
    int n = snprintf(control, sizeof(control), "unix:%s", g->config->control);

    fill_metrics(g);
    if (n < 0 || (size_t)n >= sizeof(control)) {
        return ERR_INPUT;
    }
    enum err e = open_door(g, control, true, &g->control, &g->control_server);

    if (e == OK && g->config->admin != NULL) {
        e = load_secret(g);
        e = e != OK ? e : open_door(g, g->config->admin, false, &g->admin, &g->admin_server);
    }
    if (e == OK && g->config->admin != NULL) {
        log_event(LOG_INFO, "admin-listening", LOG_STR("address", g->config->admin),
                  LOG_NUM("port", server_port(g->admin_server)));
    }
    return e;
}

void gateway_close_doors(struct gateway *g)
{
    server_free(&g->admin_server);
    server_free(&g->control_server);
    if (g->admin != NULL) {
        admin_free(&g->admin);
    }
    if (g->control != NULL) {
        admin_free(&g->control);
    }
    buf_wipe(&g->admin_secret);
}
