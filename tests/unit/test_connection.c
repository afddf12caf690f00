/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of a connection: exactly the edges of the drawing exist; each other
 * one, and each state without what it must hold, ends the program.
 */
#include "server/server_priv.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The drawing of connection.c, written down a second time. */
static const bool EDGES[CONNECTION_STATES][CONNECTION_STATES] = {
    [CONNECTION_HANDSHAKE] = {[CONNECTION_IDLE] = true, [CONNECTION_CLOSED] = true},
    [CONNECTION_IDLE] = {[CONNECTION_HEAD] = true, [CONNECTION_CLOSED] = true},
    [CONNECTION_HEAD] =
        {[CONNECTION_EXCHANGE] = true, [CONNECTION_FLUSH] = true, [CONNECTION_CLOSED] = true},
    [CONNECTION_EXCHANGE] = {[CONNECTION_FLUSH] = true, [CONNECTION_CLOSED] = true},
    [CONNECTION_FLUSH] = {[CONNECTION_IDLE] = true,
                          [CONNECTION_HEAD] = true,
                          [CONNECTION_LINGER] = true,
                          [CONNECTION_CLOSED] = true},
    [CONNECTION_LINGER] = {[CONNECTION_CLOSED] = true},
};

static struct loop *loop;

static bool needs_exchange(enum connection_state state)
{
    return state == CONNECTION_HEAD || state == CONNECTION_EXCHANGE || state == CONNECTION_FLUSH;
}

/* What must hold in `to`, made up: the pointers are compared with NULL only. */
static void try_edge(enum connection_state from, enum connection_state to, bool whole)
{
    static struct server server;
    static struct exchange_io x;
    struct connection c = {.server = &server, .state = from};

    server.loop = loop;
    c.x = needs_exchange(to) == whole ? &x : NULL;
    c.stream = to == CONNECTION_CLOSED ? NULL : (struct stream *)(void *)&x;
    connection_enter(&c, to);
    assert_int_equal(c.state, to);
}

/* True if the step ends the program with an assertion. */
static bool dies(enum connection_state from, enum connection_state to, bool whole)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO);
        try_edge(from, to, whole);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void takes_every_edge_of_the_drawing(void **state)
{
    (void)state;
    for (unsigned from = 0; from < CONNECTION_STATES; from++) {
        for (unsigned to = 0; to < CONNECTION_STATES; to++) {
            assert_int_equal(connection_has_edge(from, to), EDGES[from][to]);
            if (EDGES[from][to]) {
                try_edge(from, to, true);
            }
        }
    }
}

static void dies_on_every_other_edge(void **state)
{
    (void)state;
    for (unsigned from = 0; from < CONNECTION_STATES; from++) {
        for (unsigned to = 0; to < CONNECTION_STATES; to++) {
            if (!EDGES[from][to]) {
                assert_true(dies(from, to, true));
            }
        }
    }
}

static void dies_without_what_the_state_must_hold(void **state)
{
    (void)state;
    assert_true(dies(CONNECTION_HANDSHAKE, CONNECTION_IDLE, false));
    assert_true(dies(CONNECTION_IDLE, CONNECTION_HEAD, false));
    assert_true(dies(CONNECTION_HEAD, CONNECTION_EXCHANGE, false));
    assert_true(dies(CONNECTION_EXCHANGE, CONNECTION_FLUSH, false));
    assert_true(dies(CONNECTION_FLUSH, CONNECTION_LINGER, false));
}

static int setup(void **state)
{
    (void)state;
    return loop_new(&loop) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(&loop);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_edge_of_the_drawing),
        cmocka_unit_test(dies_on_every_other_edge),
        cmocka_unit_test(dies_without_what_the_state_must_hold),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
