/* SPDX-License-Identifier: Apache-2.0 */
/* Both doors behind the real server, asked by the real client and by hand. */
#include "admin/admin.h"

#include "admin/client.h"
#include "base/mem.h"
#include "server/server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct door {
    struct loop_item closing; /* first: the item is the door */
    struct loop *loop;
    struct server *server;
    struct admin *admin;
    struct timer later;
    struct admin_call *waiting;
    char folder[64];
    char path[96];
    unsigned port;
    pthread_t thread;
    char said[256]; /* what ops were asked */
    enum err outcome;
    bool answer_later, ledger_good;
    atomic_int stops, answers;
};

static void answer_now(void *ctx)
{
    struct door *d = ctx;

    admin_answer(d->waiting, d->outcome, NULL);
    atomic_fetch_add(&d->answers, 1);
}

static void on_stop(void *ctx, const struct admin_stop *stop, struct admin_call *call)
{
    struct door *d = ctx;

    (void)snprintf(d->said, sizeof(d->said), "%.*s %.*s %s by %u", (int)stop->what.len,
                   (const char *)stop->what.ptr, (int)stop->who.len, (const char *)stop->who.ptr,
                   stop->undo ? "resume" : "stop", stop->uid);
    d->waiting = call;
    atomic_fetch_add(&d->stops, 1);
    if (!d->answer_later) {
        answer_now(d);
        return;
    }
    enum err e = timer_arm(&d->later, d->loop, 30, answer_now, d);

    assert(e == OK);
    (void)e;
}

static void on_reload(void *ctx, struct admin_call *call)
{
    (void)ctx;
    admin_answer(call, ERR_INPUT, "line 3 of \"district.yaml\"");
}

static void on_apply(void *ctx, const struct admin_apply *apply, struct admin_call *call)
{
    struct door *d = ctx;

    (void)snprintf(d->said, sizeof(d->said), "%s by %s and %s as %u", apply->digest, apply->by,
                   apply->second, apply->uid);
    admin_answer(call, d->outcome, NULL);
}

static void on_students(void *ctx, struct admin_call *call)
{
    (void)ctx;
    admin_answer_json(call, SPAN("{\"rows\":7}\n"));
}

static void on_vanished(void *ctx, uint32_t uid, struct admin_call *call)
{
    (void)ctx;
    (void)uid;
    admin_answer_json(call, SPAN("{\"rows\":[]}\n"));
}

static void on_confirm(void *ctx, uint32_t uid, struct admin_call *call)
{
    struct door *d = ctx;

    (void)snprintf(d->said, sizeof(d->said), "confirm by %u", uid);
    admin_answer(call, ERR_NOT_READY, "a file is broken");
}

static size_t on_state(void *ctx, struct admin_part parts[ADMIN_MAX_PARTS])
{
    const struct door *d = ctx;

    parts[0] = (struct admin_part){"policy", true, NULL, "rows"};
    parts[1] = (struct admin_part){"ledger", d->ledger_good, "ledger-full", NULL};
    return 2;
}

static int64_t read_number(const void *ctx)
{
    return *(const int64_t *)ctx;
}

static const int64_t seven = 7, minus = -1;

static const struct metric table[] = {
    {"hallpass_rows_total", "reason=\"school\"", "Rows withheld.", METRIC_COUNTER, read_number,
     &seven},
    {"hallpass_rows_total", "reason=\"grade\"", "Rows withheld.", METRIC_COUNTER, read_number,
     &seven},
    {"hallpass_open", NULL, "Open connections.", METRIC_GAUGE, read_number, &minus},
};

static void *serve(void *ctx)
{
    struct door *d = ctx;

    loop_run(d->loop);
    return NULL;
}

static void open_door(struct door *d, bool commands)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]", NULL};
    char address[128] = "127.0.0.1:0";
    const struct admin_setup setup = {
        .ops = {on_stop, on_reload, on_apply, on_state, on_students, on_vanished, on_confirm, d},
        .commands = commands,
        .hosts = commands ? NULL : hosts,
        .secret = commands ? SPAN("") : SPAN("open sesame")};

    (void)snprintf(d->folder, sizeof(d->folder), "/tmp/hallpass-admin-XXXXXX");
    assert_non_null(mkdtemp(d->folder));
    (void)snprintf(d->path, sizeof(d->path), "%s/control", d->folder);
    if (commands) {
        (void)snprintf(address, sizeof(address), "unix:%s", d->path);
    }
    assert_int_equal(loop_new(&d->loop), OK);
    assert_int_equal(admin_new(&setup, &d->admin), OK);
    assert_int_equal(admin_add_metrics(d->admin, table, 3), OK);
    const struct server_setup server = {
        .address = address, .handler = admin_handler(d->admin), .takes_body = true};

    assert_int_equal(server_new(d->loop, &server, &d->server), OK);
    d->port = server_port(d->server);
    assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
}

static void on_closing(struct loop_item *item)
{
    struct door *d = (struct door *)item;

    server_free(&d->server);
    loop_stop(d->loop);
}

static void close_door(struct door *d)
{
    d->closing.run = on_closing;
    loop_post(d->loop, &d->closing);
    assert_int_equal(pthread_join(d->thread, NULL), 0);
    timer_stop(&d->later);
    admin_free(&d->admin);
    loop_free(&d->loop);
    (void)unlink(d->path);
    (void)rmdir(d->folder);
}

/* One request by hand over TCP; the whole answer. */
static void ask(const struct door *d, const char *request, char *answer, size_t cap)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)d->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t len = 0;
    ssize_t n = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    while (n > 0 && len < cap - 1) {
        n = recv(fd, answer + len, cap - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    answer[len] = '\0';
    (void)close(fd);
}

static void expect_with(const struct door *d, const char *authorization, const char *line,
                        const char *start)
{
    char request[1024], answer[8192];

    (void)snprintf(request, sizeof(request),
                   "%s HTTP/1.1\r\nHost: localhost\r\n%sConnection: close\r\n\r\n", line,
                   authorization);
    ask(d, request, answer, sizeof(answer));
    if (strncmp(answer, start, strlen(start)) != 0) {
        fail_msg("%s gave\n%s", authorization, answer);
    }
}

static void expect(const struct door *d, const char *line, const char *host, const char *start,
                   const char *inside)
{
    char request[1024], answer[8192];

    (void)snprintf(request, sizeof(request),
                   "%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer open sesame\r\n"
                   "Connection: close\r\n\r\n",
                   line, host);
    ask(d, request, answer, sizeof(answer));
    if (strncmp(answer, start, strlen(start)) != 0 || strstr(answer, inside) == NULL) {
        fail_msg("%s gave\n%s", line, answer);
    }
}

static void shows_health_readiness_and_metrics(void **state)
{
    static struct door d;

    (void)state;
    d = (struct door){.ledger_good = true};
    open_door(&d, false);
    expect(&d, "GET /healthz", "localhost", "HTTP/1.1 200 ", "\r\n\r\n{\"alive\":true}\n");
    expect(&d, "GET /readyz", "LOCALHOST:80", "HTTP/1.1 200 ",
           "{\"ready\":true,\"parts\":[{\"name\":\"policy\",\"good\":true,\"note\":\"rows\"},{"
           "\"name\":\"ledger\","
           "\"good\":true}]}");
    expect(&d, "GET /metrics", "[::1]:9", "HTTP/1.1 200 ",
           "\r\n\r\n# HELP hallpass_rows_total Rows withheld.\n"
           "# TYPE hallpass_rows_total counter\n"
           "hallpass_rows_total{reason=\"school\"} 7\n"
           "hallpass_rows_total{reason=\"grade\"} 7\n"
           "# HELP hallpass_open Open connections.\n"
           "# TYPE hallpass_open gauge\nhallpass_open -1\n");
    expect(&d, "HEAD /healthz", "127.0.0.1", "HTTP/1.1 200 ", "no-store");
    close_door(&d);
}

static void is_not_ready_when_one_part_is_not(void **state)
{
    static struct door d;

    (void)state;
    d = (struct door){0};
    open_door(&d, false);
    expect(&d, "GET /readyz", "localhost", "HTTP/1.1 503 ",
           "{\"ready\":false,\"parts\":[{\"name\":\"policy\",\"good\":true,\"note\":\"rows\"},{"
           "\"name\":\"ledger\","
           "\"good\":false,\"reason\":\"ledger-full\"}]}");
    expect(&d, "GET /healthz", "localhost", "HTTP/1.1 200 ", "alive");
    close_door(&d);
}

static void a6_answers_only_hosts_on_the_list(void **state)
{
    static struct door d;

    (void)state;
    d = (struct door){0};
    open_door(&d, false);
    expect(&d, "GET /metrics", "evil.example", "HTTP/1.1 403 ", "\"forbidden\"");
    expect(&d, "GET /metrics", "localhost.evil.example", "HTTP/1.1 403 ", "\"forbidden\"");
    expect(&d, "GET /metrics", "[::2]:80", "HTTP/1.1 403 ", "\"forbidden\"");
    expect(&d, "GET /nothing", "evil.example", "HTTP/1.1 403 ", "\"forbidden\"");
    close_door(&d);
}

static void a6_asks_for_the_secret_over_tcp(void **state)
{
    static const char *const bad[] = {
        "",
        "Authorization: Bearer open sesam\r\n",
        "Authorization: Bearer open sesame \"\r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Basic open sesame\r\n",
        "Authorization: open sesame\r\n",
        "Authorization: Bearer open sesame\r\nAuthorization: Bearer open sesame\r\n",
    };
    static struct door d;

    (void)state;
    d = (struct door){0};
    open_door(&d, false);
    expect_with(&d, "authorization: bearer open sesame\r\n", "GET /healthz", "HTTP/1.1 200 ");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect_with(&d, bad[i], "GET /healthz", "HTTP/1.1 401 ");
        expect_with(&d, bad[i], "GET /readyz", "HTTP/1.1 401 ");
        expect_with(&d, bad[i], "GET /metrics", "HTTP/1.1 401 ");
        expect_with(&d, bad[i], "GET /nothing", "HTTP/1.1 401 ");
    }
    close_door(&d);
}

static void has_no_other_paths_and_methods(void **state)
{
    static struct door d;

    (void)state;
    d = (struct door){0};
    open_door(&d, false);
    expect(&d, "GET /nothing", "localhost", "HTTP/1.1 404 ", "unknown-path");
    expect(&d, "GET /healthz/x", "localhost", "HTTP/1.1 404 ", "unknown-path");
    expect(&d, "GET /healthz?x=y", "localhost", "HTTP/1.1 404 ", "unknown-path");
    expect(&d, "POST /healthz", "localhost", "HTTP/1.1 405 ", "method");
    expect(&d, "POST /stop", "localhost", "HTTP/1.1 404 ", "unknown-path");
    expect(&d, "POST /reload", "localhost", "HTTP/1.1 404 ", "unknown-path");
    close_door(&d);
    assert_int_equal(atomic_load(&d.stops), 0);
}

/* --- commands */

static void command(const struct door *d, const char *path, const char *json, unsigned status,
                    const char *inside)
{
    struct admin_reply reply = {0};

    buf_init(&reply.body, 65536);
    assert_int_equal(admin_send(d->path, path, span_str(json), 10000, &reply), OK);
    buf_put_byte(&reply.body, 0);
    if (reply.status != status || strstr((const char *)reply.body.base, inside) == NULL) {
        fail_msg("%s gave %u %s", json, reply.status, reply.body.base);
    }
    buf_fini(&reply.body);
}

static void a7_passes_on_a_stop_with_the_peers_uid(void **state)
{
    static struct door d;
    char said[256];
    struct stat st;

    (void)state;
    for (int later = 0; later < 2; later++) {
        d = (struct door){.answer_later = later == 1};
        open_door(&d, true);
        assert_int_equal(stat(d.path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        command(&d, "/stop", "{\"what\":\"student\",\"who\":\"s 1\\u00e9\"}", 200,
                "{\"done\":true}");
        (void)snprintf(said, sizeof(said), "student s 1\xc3\xa9 stop by %u", (unsigned)getuid());
        assert_string_equal(d.said, said);
        d.outcome = ERR_LEDGER;
        command(&d, "/stop", "{\"what\":\"partner\",\"who\":\"acme\",\"undo\":true}", 503,
                "{\"done\":false,\"code\":\"ledger\",\"text\":\"the ledger cannot write\"}");
        (void)snprintf(said, sizeof(said), "partner acme resume by %u", (unsigned)getuid());
        assert_string_equal(d.said, said);
        close_door(&d);
    }
}

static const char *const bad_stops[] = {
    "x",
    "[]",
    "{}",
    "{\"what\":\"student\"}",
    "{\"who\":\"a\"}",
    "{\"what\":\"student\",\"who\":\"\"}",
    "{\"what\":\"student\",\"who\":7}",
    "{\"what\":\"school\",\"who\":\"a\"}",
    "{\"what\":\"student\",\"who\":\"a\",\"undo\":1}",
    "{\"what\":\"student\",\"who\":\"a\",\"force\":true}",
    "{\"what\":\"student\",\"who\":\"a\",\"who\":\"b\"}",
    "{\"what\":\"student\",\"who\":\"a\\u0000b\"}",
    "{\"what\":\"student\",\"who\":\"a\"} x",
};

static void a7_takes_a_closed_set_of_messages(void **state)
{
    static struct door d;

    (void)state;
    d = (struct door){0};
    open_door(&d, true);
    for (size_t i = 0; i < sizeof(bad_stops) / sizeof(bad_stops[0]); i++) {
        command(&d, "/stop", bad_stops[i], 400, "\"code\":\"input\"");
    }
    command(&d, "/stop", "", 400, "\"code\":\"input\"");
    command(&d, "/reload", "{\"a\":1}", 400, "\"code\":\"input\"");
    command(&d, "/reload", "{}", 400, "line 3 of \\\"district.yaml\\\"");
    command(&d, "/students", "{\"a\":1}", 400, "\"code\":\"input\"");
    command(&d, "/students", "{}", 200, "{\"rows\":7}");
    command(&d, "/students-vanished", "{}", 200, "{\"rows\":[]}");
    command(&d, "/students-confirm", "[]", 400, "\"code\":\"input\"");
    command(&d, "/students-confirm", "{}", 503, "a file is broken");
    command(&d, "/start", "{}", 404, "unknown-path");
    command(&d, "/metrics", "{}", 405, "method");
    close_door(&d);
    assert_int_equal(atomic_load(&d.stops), 0);
}

static void refuses_a_message_that_is_too_long(void **state)
{
    static struct door d;
    static char json[ADMIN_MAX_BODY + 2];

    (void)state;
    d = (struct door){0};
    memset(json, ' ', ADMIN_MAX_BODY + 1);
    open_door(&d, true);
    command(&d, "/stop", json, 413, "body-too-large");
    close_door(&d);
}

static void lives_on_when_the_client_leaves_before_the_answer(void **state)
{
    static struct door d;
    struct admin_reply reply = {0};

    (void)state;
    d = (struct door){.answer_later = true};
    buf_init(&reply.body, 65536);
    open_door(&d, true);
    assert_int_equal(
        admin_send(d.path, "/stop", SPAN("{\"what\":\"client\",\"who\":\"c\"}"), 5, &reply),
        ERR_DEADLINE);
    while (atomic_load(&d.answers) == 0) {
        (void)sched_yield();
    }
    command(&d, "/stop", "{\"what\":\"client\",\"who\":\"c\"}", 200, "{\"done\":true}");
    close_door(&d);
    buf_fini(&reply.body);
}

static void says_that_no_gateway_is_there(void **state)
{
    struct admin_reply reply = {0};

    (void)state;
    buf_init(&reply.body, 65536);
    assert_int_equal(admin_send("/nonexistent/control", "/stop", SPAN("{}"), 1000, &reply),
                     ERR_CLOSED);
    assert_int_equal(reply.status, 0);
    buf_fini(&reply.body);
}

static void takes_neither_hosts_nor_a_secret_for_the_command_door(void **state)
{
    static const char *const hosts[] = {"localhost", NULL};
    struct admin *a = NULL;
    struct admin_setup setup = {
        .ops = {.stop = on_stop, .reload = on_reload, .apply = on_apply, .state = on_state},
        .commands = true};

    (void)state;
    setup.hosts = hosts;
    assert_int_equal(admin_new(&setup, &a), ERR_INPUT);
    setup.hosts = NULL;
    setup.secret = SPAN("s");
    assert_int_equal(admin_new(&setup, &a), ERR_INPUT);
    assert_null(a);
    setup.secret = SPAN("");
    assert_int_equal(admin_new(&setup, &a), OK);
    for (int i = 0; i < ADMIN_MAX_TABLES; i++) {
        assert_int_equal(admin_add_metrics(a, table, 1), OK);
    }
    assert_int_equal(admin_add_metrics(a, table, 1), ERR_TOO_BIG);
    admin_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_health_readiness_and_metrics),
        cmocka_unit_test(is_not_ready_when_one_part_is_not),
        cmocka_unit_test(a6_answers_only_hosts_on_the_list),
        cmocka_unit_test(a6_asks_for_the_secret_over_tcp),
        cmocka_unit_test(has_no_other_paths_and_methods),
        cmocka_unit_test(a7_passes_on_a_stop_with_the_peers_uid),
        cmocka_unit_test(a7_takes_a_closed_set_of_messages),
        cmocka_unit_test(refuses_a_message_that_is_too_long),
        cmocka_unit_test(lives_on_when_the_client_leaves_before_the_answer),
        cmocka_unit_test(says_that_no_gateway_is_there),
        cmocka_unit_test(takes_neither_hosts_nor_a_secret_for_the_command_door),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
