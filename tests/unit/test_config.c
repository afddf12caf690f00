/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct config config;
};

#define TLS     "tls: { certificate: a.pem, key: /k.pem }\n"
#define SOURCE  "source: { address: 'unix:source.sock' }\n"
#define LEDGER  "ledger: { directory: ledger, origin: g.example.org/d/1 }\n"
#define URL     "public-url: https://g.example.org\n"
#define REST    "state: state\ncatalog: c.yaml\n"
#define MINIMAL "district: policy\nlisten: '0.0.0.0:8443'\n" URL TLS SOURCE LEDGER REST

static enum err read_text(struct fixture *f, const char *yaml)
{
    arena_init(&f->arena, 1 << 20);
    diag_init(&f->diags, &f->arena);
    memset(&f->config, 0x5A, sizeof(f->config));
    return config_read("/etc/hallpass/hallpass.yaml", span_str(yaml), &f->arena, &f->diags,
                       &f->config);
}

static void reads_the_shortest_file_and_fills_defaults(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(read_text(&f, MINIMAL), OK);
    assert_string_equal(f.config.district, "/etc/hallpass/policy");
    assert_string_equal(f.config.catalog, "/etc/hallpass/c.yaml");
    assert_string_equal(f.config.listen, "0.0.0.0:8443");
    assert_string_equal(f.config.tls_certificate, "/etc/hallpass/a.pem");
    assert_string_equal(f.config.tls_key, "/k.pem");
    assert_string_equal(f.config.public_url, "https://g.example.org");
    assert_string_equal(f.config.resource, "https://g.example.org");
    assert_null(f.config.admin);
    assert_string_equal(f.config.control, "/etc/hallpass/state/control");
    assert_string_equal(f.config.source_address, "unix:/etc/hallpass/source.sock");
    assert_string_equal(f.config.source_server_name, "localhost");
    assert_null(f.config.source_tls_ca);
    assert_string_equal(f.config.ledger_directory, "/etc/hallpass/ledger");
    assert_string_equal(f.config.ledger_origin, "g.example.org/d/1");
    assert_false(f.config.ledger_unsafe_storage);
    assert_string_equal(f.config.state, "/etc/hallpass/state");
    assert_int_equal(f.config.workers, 0);
    assert_null(f.config.master_key);
    arena_fini(&f.arena);
}

static void reads_every_key(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(
        read_text(&f, "district: /d\ncatalog: /c.yaml\nlisten: '[::]:443'\n" TLS
                      "public-url: https://g.example.org:8443/api\nresource: urn:district:data\n"
                      "admin: 127.0.0.1:9464\ncontrol: /run/hallpass.sock\n"
                      "source:\n  address: 192.0.2.7:443\n  server-name: sis.example.org\n"
                      "  tls-ca: ca.pem\n"
                      "ledger: { directory: /l, origin: x, unsafe-storage: yes }\n"
                      "state: /s\nstudents: /t\nworkers: 4\nmaster-key: keys/master\n"),
        OK);
    assert_string_equal(f.config.resource, "urn:district:data");
    assert_string_equal(f.config.students, "/t");
    assert_string_equal(f.config.admin, "127.0.0.1:9464");
    assert_string_equal(f.config.control, "/run/hallpass.sock");
    assert_string_equal(f.config.master_key, "/etc/hallpass/keys/master");
    assert_string_equal(f.config.source_address, "192.0.2.7:443");
    assert_string_equal(f.config.source_server_name, "sis.example.org");
    assert_string_equal(f.config.source_tls_ca, "/etc/hallpass/ca.pem");
    assert_true(f.config.ledger_unsafe_storage);
    assert_int_equal(f.config.workers, 4);
    arena_fini(&f.arena);
}

static void takes_paths_from_the_working_directory_for_a_bare_name(void **state)
{
    static const char *const names[] = {"hallpass.yaml", "./hallpass.yaml"};
    static const char *const tails[] = {"/policy", "/./policy"};
    struct fixture f;
    char here[PATH_MAX];
    char expected[PATH_MAX + 16];

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    for (size_t i = 0; i < 2; i++) {
        arena_init(&f.arena, 1 << 20);
        diag_init(&f.diags, &f.arena);
        assert_int_equal(config_read(names[i], SPAN(MINIMAL), &f.arena, &f.diags, &f.config), OK);
        (void)snprintf(expected, sizeof(expected), "%s%s", here, tails[i]);
        assert_string_equal(f.config.district, expected);
        /* sockets are bound by absolute paths alone */
        assert_int_equal(f.config.control[0], '/');
        assert_true(strncmp(f.config.source_address, "unix:/", 6) == 0);
        arena_fini(&f.arena);
    }
}

/* `yaml` has exactly one problem, on `line`, whose message holds `fragment`. */
static void refuses(const char *yaml, unsigned line, const char *fragment)
{
    struct fixture f;
    struct config untouched;

    memset(&untouched, 0x5A, sizeof(untouched));
    assert_int_equal(read_text(&f, yaml), ERR_INPUT);
    assert_memory_equal(&f.config, &untouched, sizeof(untouched));
    assert_int_equal(f.diags.errors, 1);
    assert_int_equal(f.diags.first->line, line);
    if (strstr(f.diags.first->text, fragment) == NULL) {
        fail_msg("\"%s\" does not hold \"%s\"", f.diags.first->text, fragment);
    }
    arena_fini(&f.arena);
}

static void refuses_bad_addresses(void **state)
{
    const char *bad[] = {"8443",          "'8443'",        "':8443'",        "0.0.0.0",
                         "'0.0.0.0:'",    "0.0.0.0:x",     "0.0.0.0:65536",  "'::1:80'",
                         "'[::1]'",       "'[::g]:80'",    "'[]:80'",        "localhost:8443",
                         "example.org:1", "unix:/a",       "0.0.0.0:08443",  "256.0.0.1:80",
                         "1.2.3:80",      "'0.0.0.0 :80'", "'[0.0.0.0]:80'", "0.0.0.0:-1"};
    char yaml[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(yaml, sizeof(yaml), "district: d\nlisten: %s\n" URL TLS SOURCE LEDGER REST,
                 bad[i]);
        refuses(yaml, 2, "IP address and a port");
    }
}

static void refuses_students_own_facts_in_the_policys_folder(void **state)
{
    struct fixture f;

    (void)state;
    refuses("students: policy\n" MINIMAL, 1, "do not lie in the policy's folder");
    refuses("students: policy/students\n" MINIMAL, 1, "do not lie in the policy's folder");
    assert_int_equal(read_text(&f, "students: policy-students\n" MINIMAL), OK);
    assert_string_equal(f.config.students, "/etc/hallpass/policy-students");
    arena_fini(&f.arena);
}

static void refuses_an_admin_door_that_others_can_reach(void **state)
{
    const char *bad[] = {"0.0.0.0:9464", "'[::]:9464'", "192.0.2.1:9464", "128.0.0.1:1"};
    char yaml[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(yaml, sizeof(yaml), "admin: %s\n" MINIMAL, bad[i]);
        refuses(yaml, 1, "loopback");
    }
}

static void refuses_a_source_in_the_clear_over_a_network(void **state)
{
    (void)state;
    refuses(
        "source: { address: 192.0.2.7:80 }\ndistrict: d\nlisten: '0.0.0.0:1'\n" URL TLS LEDGER REST,
        1, "in the clear");
    refuses(
        "source: { address: 192.0.2.7:80, tls-ca: a }\ndistrict: d\nlisten: '0.0.0.0:1'\n" URL TLS
            LEDGER REST,
        1, "server-name");
    refuses("source: { address: 'unix:a', tls-ca: a }\ndistrict: d\nlisten: '0.0.0.0:1'\n" URL TLS
                LEDGER REST,
            1, "no meaning");
}

static void refuses_bad_public_urls(void **state)
{
    const char *bad[] = {"http://a.example",      "https://",
                         "https://a.example/",    "https://a.example/b/",
                         "https://a.example?x=1", "'https://a.example#x'",
                         "https://u@a.example",   "https://a b.example",
                         "https://a.example:x",   "https://a.example//b",
                         "https://.example",      "HTTPS://a.example",
                         "https://a.example/%2e", "https://a.example:99999"};
    char yaml[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(yaml, sizeof(yaml),
                 "public-url: %s\ndistrict: d\nlisten: '0.0.0.0:1'\n" TLS SOURCE LEDGER REST,
                 bad[i]);
        refuses(yaml, 1, "https://HOST");
    }
}

static void refuses_values_of_the_wrong_kind(void **state)
{
    (void)state;
    refuses("workers: 0\n" MINIMAL, 1, "1 to 256");
    refuses("workers: 257\n" MINIMAL, 1, "1 to 256");
    refuses("workers: many\n" MINIMAL, 1, "whole number");
    refuses("resource: a b\n" MINIMAL, 1, "visible");
    refuses("control: [a]\n" MINIMAL, 1, "list");
    refuses("secret: x\n" MINIMAL, 1, "secret");
}

static void refuses_socket_paths_that_do_not_fit(void **state)
{
    char yaml[1024];

    (void)state;
    snprintf(yaml, sizeof(yaml), "control: /%0107d\n" MINIMAL, 0);
    refuses(yaml, 1, "at most 107");
    snprintf(yaml, sizeof(yaml), "admin: unix:/%0107d\n" MINIMAL, 0);
    refuses(yaml, 1, "at most 107");
}

static void refuses_origins_that_no_checkpoint_can_carry(void **state)
{
    (void)state;
    refuses("ledger: { directory: l, origin: a+b }\ndistrict: d\nlisten: '0.0.0.0:1'\n" URL TLS
                SOURCE REST,
            1, "without blanks or +");
}

static void names_every_missing_key_at_once(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(read_text(&f, "catalog: c\nworkers: x\nlisten: y\n"), ERR_INPUT);
    /* district tls public-url source ledger state, and two bad values */
    assert_int_equal(f.diags.errors, 8);
    arena_fini(&f.arena);
}

static void refuses_text_that_is_no_map(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(read_text(&f, "- a\n"), ERR_INPUT);
    arena_fini(&f.arena);
    assert_int_equal(read_text(&f, ""), ERR_INPUT);
    arena_fini(&f.arena);
}

static void a_missing_file_is_an_io_error_with_errno(void **state)
{
    struct fixture f;

    (void)state;
    arena_init(&f.arena, 1 << 20);
    diag_init(&f.diags, &f.arena);
    errno = 0;
    assert_int_equal(config_load("/nowhere/hallpass.yaml", &f.arena, &f.diags, &f.config), ERR_IO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(f.diags.errors, 0);
    arena_fini(&f.arena);
}

static void every_failed_allocation_is_an_error(void **state)
{
    struct fixture f;
    enum err e = ERR_MEMORY;
    uint64_t n = 0;

    (void)state;
    while (e != OK && n < 1000) {
        mem_fail_at(++n);
        e = read_text(&f, MINIMAL);
        mem_fail_at(0);
        arena_fini(&f.arena);
    }
    assert_int_equal(e, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_shortest_file_and_fills_defaults),
        cmocka_unit_test(reads_every_key),
        cmocka_unit_test(takes_paths_from_the_working_directory_for_a_bare_name),
        cmocka_unit_test(refuses_bad_addresses),
        cmocka_unit_test(refuses_students_own_facts_in_the_policys_folder),
        cmocka_unit_test(refuses_an_admin_door_that_others_can_reach),
        cmocka_unit_test(refuses_a_source_in_the_clear_over_a_network),
        cmocka_unit_test(refuses_bad_public_urls),
        cmocka_unit_test(refuses_values_of_the_wrong_kind),
        cmocka_unit_test(refuses_socket_paths_that_do_not_fit),
        cmocka_unit_test(refuses_origins_that_no_checkpoint_can_carry),
        cmocka_unit_test(names_every_missing_key_at_once),
        cmocka_unit_test(refuses_text_that_is_no_map),
        cmocka_unit_test(a_missing_file_is_an_io_error_with_errno),
        cmocka_unit_test(every_failed_allocation_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
