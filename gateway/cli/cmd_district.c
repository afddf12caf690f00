/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass district generate | import | serve: the embedded data source.
 */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print.h"
#include "district/generate.h"
#include "district/import.h"
#include "district/rest.h"
#include "district/town.h"
#include "net/signals.h"
#include "server/server.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cmd_district_generate(int argc, char **argv)
{
    const char *folder = NULL;
    uint64_t students = 0;
    uint64_t seed = 1;
    const struct option_row rows[] = {
        {.name = "students",
         .value = "N",
         .number = &students,
         .max = TOWN_MAX_STUDENTS,
         .required = true,
         .help = "how many students (1 to 500,000)"},
        {.name = "seed", .value = "S", .number = &seed, .help = "another district (default 1)"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &folder}};
    const struct options o = {"hallpass district generate",
                              "Writes an invented district as a OneRoster 1.2 CSV bundle.",
                              rows,
                              2,
                              operands,
                              1};
    struct generate_counts counts;
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    enum err e = generate_district(folder, (uint32_t)students, seed, &counts);

    if (e != OK) {
        return print_failure(folder, e);
    }
    printf("%s: %" PRIu64 " students, %" PRIu64 " guardians, %" PRIu64 " staff, %" PRIu64
           " classes, %" PRIu64 " enrollments\n",
           folder, counts.students, counts.guardians, counts.staff, counts.classes,
           counts.enrollments);
    return 0;
}

enum { MAX_MESSAGES = 1024 * 1024 };

static int run_import(const char *bundle, const char *path, const char *url)
{
    struct arena arena;
    struct diag_list diags;
    struct import_counts counts;

    arena_init(&arena, MAX_MESSAGES);
    diag_init(&diags, &arena);
    enum err e = import_bundle(bundle, path, url, &diags, &counts);

    print_diags(NULL, &diags);
    if (e == OK) {
        printf("%s: %" PRIu64 " users (%" PRIu64 " students), %" PRIu64 " classes, %" PRIu64
               " enrollments\n",
               path, counts.users, counts.students, counts.classes, counts.enrollments);
    } else if (diags.errors > 0) {
        (void)print_problem("%s: %u error%s; nothing was imported", bundle, diags.errors,
                            diags.errors == 1 ? "" : "s");
    } else {
        (void)print_failure(bundle, e);
    }
    arena_fini(&arena);
    return e == OK ? 0 : 1;
}

int cmd_district_import(int argc, char **argv)
{
    const char *bundle = NULL;
    const char *path = NULL;
    const char *url = "http://localhost";
    const struct option_row rows[] = {
        {.name = "url",
         .value = "URL",
         .text = &url,
         .help = "what stands in front of every href (default http://localhost)"},
    };
    const struct operand_row operands[] = {{.name = "BUNDLE", .text = &bundle},
                                           {.name = "DB", .text = &path}};
    const struct options o = {"hallpass district import",
                              "Loads a OneRoster CSV bundle (folder or .zip) for `district serve`.",
                              rows,
                              1,
                              operands,
                              2};
    int code;

    return options_parse(&o, argc, argv, &code) ? run_import(bundle, path, url) : code;
}

/* --- serve */

enum { DRAIN_MS = 5000, MAX_ADDRESS = 256 };

struct serving {
    struct loop *loop;
    struct signals *signals;
    struct source *source;
    struct rest *rest;
    struct server *server;
    bool stopping;
};

static void on_drained(void *ctx)
{
    struct serving *x = ctx;

    signals_free(&x->signals);
    loop_stop(x->loop);
}

/* SIGTERM and SIGINT: answers that run end, within DRAIN_MS. */
static void on_signal(void *ctx, int number)
{
    struct serving *x = ctx;

    if (number != SIGHUP && !x->stopping) {
        x->stopping = true;
        server_drain(x->server, DRAIN_MS, on_drained, x);
    }
}

static enum err start(struct serving *x, const char *path, const char *address)
{
    enum err e = source_open(path, &x->source);

    e = e != OK ? e : loop_new(&x->loop);
    e = e != OK ? e : signals_new(x->loop, on_signal, x, &x->signals);
    e = e != OK ? e : rest_new(x->source, (uint32_t)geteuid(), &x->rest);
    if (e != OK) {
        return e;
    }
    struct handler handler = rest_handler(x->rest);
    const struct server_setup setup = {
        .address = address, .handler = &handler, .error_body = rest_error_body};

    return server_new(x->loop, &setup, &x->server);
}

static void stop(struct serving *x)
{
    server_free(&x->server);
    signals_free(&x->signals);
    rest_free(&x->rest);
    source_close(&x->source);
    if (x->loop != NULL) {
        loop_stop(x->loop);
        loop_run(x->loop); /* closes what the loop still holds */
        loop_free(&x->loop);
    }
}

static int tell_start(const struct serving *x, const char *path, const char *address, enum err e)
{
    if (x->source != NULL) {
        return print_failure(address, e);
    }
    if (e == ERR_INPUT || e == ERR_STORE) {
        return print_problem("%s: not a database that `hallpass district import` made", path);
    }
    return print_failure(path, e);
}

static int run_serve(const char *path, const char *address)
{
    struct serving x = {0};
    enum err e = start(&x, path, address);

    if (e == OK) {
        printf("serving %s on %s\n", path, address);
        (void)fflush(stdout);
        loop_run(x.loop);
    } else {
        (void)tell_start(&x, path, address, e);
    }
    stop(&x);
    return e == OK ? 0 : 1;
}

/* Listeners take absolute paths only; people type relative ones. False: too long, or no folder. */
static bool make_absolute(const char *listen, char out[MAX_ADDRESS])
{
    const char *path = listen + strlen("unix:");
    char folder[MAX_ADDRESS] = "";

    if (path[0] != '/' && getcwd(folder, sizeof(folder)) == NULL) {
        return false;
    }
    int n = snprintf(out, MAX_ADDRESS, "unix:%s%s%s", folder, path[0] == '/' ? "" : "/", path);

    return n > 0 && n < MAX_ADDRESS;
}

int cmd_district_serve(int argc, char **argv)
{
    const char *path = NULL;
    const char *listen = NULL;
    char fallback[MAX_ADDRESS], address[MAX_ADDRESS];
    const struct option_row rows[] = {
        {.name = "listen",
         .value = "unix:PATH",
         .text = &listen,
         .help = "the socket, made with mode 0600 (default unix:DB.sock)"},
    };
    const struct operand_row operands[] = {{.name = "DB", .text = &path}};
    const struct options o = {"hallpass district serve",
                              "Serves an imported district as OneRoster 1.2 REST.",
                              rows,
                              1,
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    (void)snprintf(fallback, sizeof(fallback), "unix:%s.sock", path);
    listen = listen == NULL ? fallback : listen;
    if (strncmp(listen, "unix:", 5) != 0) {
        (void)print_problem(
            "district serve: --listen takes unix:PATH only; the source has no login");
        return 2;
    }
    return make_absolute(listen, address) ? run_serve(path, address)
                                          : print_failure(listen, ERR_TOO_BIG);
}
