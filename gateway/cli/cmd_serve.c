/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass serve: the gateway. Started in this order, ended in the reverse one:
 * config, rules (policy and keys), ledger, state, doors, workers, roster. Until the
 * first roster is loaded partners get 503 and /readyz says why.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/gateway.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/serve_students.h"
#include "cli/version.h"
#include "net/listener.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_BYTES = 1024 * 1024 };

static void on_signal(void *ctx, int number)
{
    struct gateway *g = ctx;

    if (number == SIGHUP) {
        if (gateway_reload(g) == OK) {
            gateway_sync_roster(g);
        }
        return;
    }
    gateway_drain_workers(g);
}

static enum err open_tls(struct gateway *g)
{
    const struct config *c = g->config;
    const char *why = NULL;
    struct tls_server_setup setup = {.certificate_file = c->tls_certificate,
                                     .key_file = c->tls_key};
    enum err e = tls_server_new(&setup, &g->tls, &why);

    if (e == OK && c->source_tls_ca != NULL) {
        e = tls_client_new(c->source_tls_ca, &g->source_tls, &why);
    }
    if (e != OK) {
        (void)print_problem("TLS: %s", why == NULL ? err_text(e) : why);
    }
    return e;
}

static enum err open_ledger(struct gateway *g)
{
    const struct config *c = g->config;
    struct ledger_setup setup = {.directory = c->ledger_directory,
                                 .origin = c->ledger_origin,
                                 .version = HALLPASS_VERSION,
                                 .unsafe_storage = c->ledger_unsafe_storage};

    if (mkdir(c->ledger_directory, 0700) != 0 && access(c->ledger_directory, F_OK) != 0) {
        (void)print_failure(c->ledger_directory, ERR_IO);
        return ERR_IO;
    }
    enum err e = ledger_open(&setup, &g->ledger);

    if (e != OK) {
        (void)print_failure("ledger", e);
    }
    return e;
}

/* What agreements have used up today and in the last minute. */
static enum err open_limits(struct gateway *g)
{
    struct ledger_state ledger;
    enum err e = limits_new(&g->limits);

    if (e != OK) {
        return e;
    }
    ledger_read_state(g->ledger, &ledger);
    struct limits_past past = {.directory = g->config->ledger_directory,
                               .size = ledger.size,
                               .wall_ms = clock_wall_ms(),
                               .mono_ms = clock_mono_ms()};
    int64_t took_ms = past.mono_ms;

    e = limits_load(g->limits, &past);
    if (e != OK) {
        (void)print_failure("ledger", e);
        return e;
    }
    took_ms = clock_mono_ms() - took_ms;
    log_event(LOG_INFO, "limits-loaded", LOG_NUM("entries", past.size), LOG_NUM("ms", took_ms));
    return OK;
}

/* Workers share their port; nobody else may. */
static enum err check_free(const char *address)
{
    enum err e = address == NULL ? OK : listener_probe(address);

    if (e == ERR_EXISTS) {
        (void)print_problem("%s: another program listens there", address);
    }
    return e;
}

static enum err open_source(struct gateway *g)
{
    struct pool_setup pool = {.address = g->config->source_address,
                              .tls = g->source_tls,
                              .server_name = g->config->source_server_name,
                              .max_connections = 2};

    return pool_new(g->loop, &pool, &g->pool);
}

static enum err check_rules(struct gateway *g, struct rules **rules)
{
    enum err e = gateway_load_rules(g, rules);

    if (e == OK) {
        struct span zone = policy_time_zone((*rules)->policy);
        char *name = mem_copy(zone.ptr, zone.len);

        e = name == NULL ? ERR_MEMORY : clock_set_zone(name);
        e = e != OK ? e : gateway_check_folder(g->config, (*rules)->policy);
        mem_free(name);
    }
    return e;
}

/* Idle clients must not use up the descriptors that source and ledger need. */
static void raise_file_limit(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) {
        return;
    }
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        log_event(LOG_WARN, "file-limit", LOG_NUM("most", files.rlim_max));
    }
}

static enum err start(struct gateway *g, struct rules *rules)
{
    enum err e = loop_new(&g->loop);

    e = e != OK ? e : signals_new(g->loop, on_signal, g, &g->signals);
    e = e != OK ? e : open_ledger(g);
    e = e != OK ? e : open_limits(g);
    e = e != OK ? e : gateway_open_state(g);
    e = e != OK ? e : world_box_new(&g->worlds);
    if (e != OK) {
        rules_unref(&rules);
        return e;
    }
    e = gateway_adopt(g, rules, &(struct adopter){.action = "start"});
    e = e != OK ? e : gateway_open_students(g);
    e = e != OK ? e : open_source(g);
    e = e != OK ? e : check_free(g->config->listen);
    e = e != OK ? e : check_free(g->config->admin);
    e = e != OK ? e : gateway_open_doors(g);
    return e != OK ? e : gateway_start_workers(g);
}

static void stop(struct gateway *g)
{
    gateway_join_workers(g);
    gateway_close_doors(g);
    gateway_stop_sync(g);
    signals_free(&g->signals);
    if (g->worlds != NULL) {
        world_box_free(&g->worlds);
    }
    rules_unref(&g->rules);
    roster_unref(&g->roster);
    enum err e = ledger_close(&g->ledger);

    if (e != OK) {
        (void)print_failure("ledger", e);
        g->exit_code = 1;
    }
    gateway_close_students(g);
    stops_close(&g->stops);
    limits_free(&g->limits);
    tls_context_free(&g->tls);
    tls_context_free(&g->source_tls);
    if (g->loop != NULL) {
        loop_free(&g->loop);
    }
}

static void count_workers(struct gateway *g)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    g->worker_count = g->config->workers > 0 ? g->config->workers : (unsigned)(cpus > 0 ? cpus : 1);
    g->worker_count = g->worker_count > MAX_WORKERS ? MAX_WORKERS : g->worker_count;
}

static int serve(struct gateway *g, bool only_check)
{
    struct rules *rules = NULL;
    enum err e = check_rules(g, &rules);

    e = e != OK ? e : open_tls(g);
    if (only_check || e != OK) {
        rules_unref(&rules);
        tls_context_free(&g->tls);
        tls_context_free(&g->source_tls);
        return e == OK ? 0 : 1;
    }
    count_workers(g);
    raise_file_limit();
    e = start(g, rules);
    if (e == OK) {
        gateway_sync_roster(g);
        loop_run(g->loop);
    } else {
        (void)print_failure("serve", e);
        g->exit_code = 1;
        if (g->workers_left > 0) { /* some workers run already: let them end in order */
            gateway_drain_workers(g);
            loop_run(g->loop);
        }
    }
    stop(g);
    return g->exit_code;
}

int cmd_serve(int argc, char **argv)
{
    const char *path = "hallpass.yaml";
    bool check = false;
    struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &path, .help = "settings (hallpass.yaml)"},
        {.name = "check", .flag = &check, .help = "check settings and policy, then exit"},
    };
    struct options options = {.command = "hallpass serve",
                              .about = "Runs the gateway until SIGTERM; SIGHUP reloads the policy.",
                              .rows = rows,
                              .row_count = 2};
    struct config config = {0};
    struct diag_list diags;
    struct arena arena;
    int code = 1;

    if (!options_parse(&options, argc, argv, &code)) {
        return code;
    }
    arena_init(&arena, CONFIG_BYTES);
    diag_init(&diags, &arena);
    enum err e = config_load(path, &arena, &diags, &config);
    struct gateway *g = mem_alloc(sizeof(*g));

    print_diags(NULL, &diags);
    if (e != OK || g == NULL) {
        code = diags.errors > 0 ? 1 : print_failure(path, e != OK ? e : ERR_MEMORY);
    } else {
        g->config = &config;
        code = serve(g, check);
    }
    mem_free(g);
    arena_fini(&arena);
    return code;
}
