/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange's state table: each allowed edge is taken, every other one dies. */
#include "proxy/exchange_priv.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Drawn from the picture in exchange.c, by hand: rows are from, columns are to. */
static const char *const ALLOWED[X_STATE_COUNT] = {
    /*               N D P F L E     (new, denying, pulling, failing, flushing, ended) */
    [X_NEW] = "011001",      /* D, P, E */
    [X_DENYING] = "000001",  /* E */
    [X_PULLING] = "000111",  /* F, L, E */
    [X_FAILING] = "000001",  /* E */
    [X_FLUSHING] = "010101", /* D, F, E */
    [X_ENDED] = "000000",
};

static bool dies(enum exchange_state from, enum exchange_state to)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        struct exchange x = {.state = from};
        struct rlimit none = {0, 0};

        (void)setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        exchange_enter(&x, to);
        _exit(x.state == to ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return false;
    }
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    return true;
}

static void takes_allowed_edges_and_dies_on_all_others(void **state)
{
    (void)state;
    for (int from = 0; from < X_STATE_COUNT; from++) {
        for (int to = 0; to < X_STATE_COUNT; to++) {
            assert_int_equal(dies((enum exchange_state)from, (enum exchange_state)to),
                             ALLOWED[from][to] != '1');
        }
    }
}

static void never_turns_to_an_error_answer_behind_a_head(void **state)
{
    (void)state;
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        struct exchange x = {.state = X_PULLING, .head_sent = true};
        struct rlimit none = {0, 0};

        (void)setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO);
        exchange_enter(&x, X_FAILING);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_allowed_edges_and_dies_on_all_others),
        cmocka_unit_test(never_turns_to_an_error_answer_behind_a_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
