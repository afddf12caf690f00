/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and listening sockets: ports that are shared, paths that are guarded. */
#include "net/address.h"
#include "net/listener.h"
#include "tests/support/folder.h"
#include "tests/support/visitor.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop *loop;
static struct folder folder;
static char path[96];
static char address[160];
static int taken[8];
static size_t taken_count;

static void on_accepted(void *ctx, int fd)
{
    (void)ctx;
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    taken[taken_count++] = fd;
}

static enum err listen_on(const char *where, unsigned max, struct listener **out)
{
    struct listener_setup setup = {where, max, on_accepted, NULL};

    return listener_new(loop, &setup, out);
}

static void drop_taken(void)
{
    while (taken_count > 0) {
        (void)close(taken[--taken_count]);
    }
}

/* --- addresses */

static void reads_addresses_and_writes_them_back(void **state)
{
    static const char *const GOOD[] = {"127.0.0.1:8443", "0.0.0.0:0", "[::1]:65535", "[::]:1"};

    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct address a;
        char text[ADDRESS_TEXT_MAX];

        assert_int_equal(address_parse(GOOD[i], &a), OK);
        assert_false(a.is_unix);
        address_format(&a.storage, text);
        assert_string_equal(text, GOOD[i]);
    }
}

static void refuses_what_is_no_address(void **state)
{
    static const char *const BAD[] = {
        "",
        "127.0.0.1",
        "127.0.0.1:",
        ":8443",
        "localhost:80",
        "1.2.3:80",
        "[::1]",
        "[::1]:",
        "[::1:80",
        "::1:80",
        "127.0.0.1:-1",
        "unix:",
        "unix:relative",
        "127.0.0.1:65536",
        "127.0.0.1:080",
        "127.0.0.1:8x",
        "[127.0.0.1]:80",
        "127.0.0.1:80 ",
        " 127.0.0.1:80",
    };
    char longest[200] = "unix:/";

    (void)state;
    memset(longest + 6, 'a', 107);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct address a = {.len = 77};

        if (address_parse(BAD[i], &a) != ERR_INPUT) {
            fail_msg("'%s' was taken", BAD[i]);
        }
        assert_int_equal(a.len, 77);
    }
    struct address a;

    assert_int_equal(address_parse(longest, &a), ERR_INPUT);
    longest[6 + 106] = '\0';
    assert_int_equal(address_parse(longest, &a), OK);
    assert_true(a.is_unix);
}

/* --- TCP */

static void shares_a_port_between_workers(void **state)
{
    struct listener *a = NULL;
    struct listener *b = NULL;
    char same[64];

    (void)state;
    assert_int_equal(listen_on("127.0.0.1:0", 8, &a), OK);
    assert_true(listener_port(a) > 0);
    (void)snprintf(same, sizeof(same), "127.0.0.1:%u", listener_port(a));
    assert_int_equal(listen_on(same, 8, &b), OK);
    assert_int_equal(listener_port(a), listener_port(b));
    listener_free(&a);
    listener_free(&b);
    assert_null(a);
    assert_int_equal(listen_on("192.0.2.1:80", 8, &a), ERR_IO); /* not ours */
    assert_int_equal(listen_on("nonsense", 8, &a), ERR_INPUT);
    assert_null(a);
}

static void accepts_no_more_than_its_limit_until_one_is_released(void **state)
{
    struct listener *l = NULL;
    struct visitor first;
    struct visitor second;

    (void)state;
    assert_int_equal(listen_on("127.0.0.1:0", 1, &l), OK);
    visitor_open(&first, loop, listener_port(l), 0);
    visitor_open(&second, loop, listener_port(l), 0);
    TURN_UNTIL(loop, taken_count == 1);
    for (unsigned i = 0; i < 5; i++) {
        loop_turn(loop, 5);
    }
    assert_int_equal(taken_count, 1);
    listener_released(l);
    TURN_UNTIL(loop, taken_count == 2);
    visitor_close(&first);
    visitor_close(&second);
    drop_taken();
    listener_free(&l);
}

/* --- unix paths */

static void makes_a_path_that_only_its_owner_may_use(void **state)
{
    struct listener *l = NULL;
    struct stat st;
    mode_t before = umask(0);

    (void)state;
    assert_int_equal(listen_on(address, 8, &l), OK);
    (void)umask(before);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(listener_port(l), 0);
    listener_free(&l);
    assert_int_not_equal(lstat(path, &st), 0); /* removed */
}

static void does_not_take_a_path_from_one_who_listens(void **state)
{
    struct listener *l = NULL;
    struct listener *second = NULL;
    struct stat st;

    (void)state;
    assert_int_equal(listen_on(address, 8, &l), OK);
    assert_int_equal(listen_on(address, 8, &second), ERR_EXISTS);
    assert_null(second);
    assert_int_equal(lstat(path, &st), 0);
    listener_free(&l);
}

static void replaces_the_socket_of_a_dead_one(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct listener *l = NULL;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    (void)close(fd);
    assert_int_equal(listen_on(address, 8, &l), OK);
    listener_free(&l);
}

static void replaces_nothing_that_is_no_socket(void **state)
{
    struct listener *l = NULL;
    struct stat st;
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    (void)state;
    (void)close(fd);
    assert_int_equal(listen_on(address, 8, &l), ERR_EXISTS);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_null(l);
}

static void leaves_a_path_that_became_anothers(void **state)
{
    struct listener *l = NULL;
    struct stat st;

    (void)state;
    assert_int_equal(listen_on(address, 8, &l), OK);
    assert_true(folder_mishap(path, MISHAP_REPLACE));
    listener_free(&l);
    assert_int_equal(lstat(path, &st), 0);
}

static int setup(void **state)
{
    (void)state;
    if (!folder_open(&folder)) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/socket", folder.path);
    (void)snprintf(address, sizeof(address), "unix:%s", path);
    return loop_new(&loop) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(&loop);
    folder_close(&folder);
    return 0;
}

#define OWN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses_and_writes_them_back),
        cmocka_unit_test(refuses_what_is_no_address),
        OWN(shares_a_port_between_workers),
        OWN(accepts_no_more_than_its_limit_until_one_is_released),
        OWN(makes_a_path_that_only_its_owner_may_use),
        OWN(does_not_take_a_path_from_one_who_listens),
        OWN(replaces_the_socket_of_a_dead_one),
        OWN(replaces_nothing_that_is_no_socket),
        OWN(leaves_a_path_that_became_anothers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
