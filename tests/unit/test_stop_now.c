/* SPDX-License-Identifier: Apache-2.0 */
/* Which half of a stop stands when the other fails. */
#include "cli/stop_now.h"

#include "base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64];
    struct stops *stops;
    struct ledger *ledger;
};

/* Removes the files whose names start so. */
static void clear(const char *folder, const char *start)
{
    DIR *d = opendir(folder);
    const struct dirent *file;

    while (d != NULL && (file = readdir(d)) != NULL) {
        if (file->d_name[0] != '.' && strncmp(file->d_name, start, strlen(start)) == 0) {
            (void)unlinkat(dirfd(d), file->d_name, 0);
        }
    }
    if (d != NULL) {
        (void)closedir(d);
    }
}

static int set_up(void **state)
{
    struct place *p = mem_alloc(sizeof(*p));
    char path[96];

    if (p == NULL) {
        return -1;
    }
    (void)snprintf(p->folder, sizeof(p->folder), "/tmp/hallpass-stop-XXXXXX");
    if (mkdtemp(p->folder) == NULL) {
        return -1;
    }
    const struct ledger_setup setup = {
        .directory = p->folder, .origin = "test/1", .unsafe_storage = true, .ballast_bytes = 65536};

    (void)snprintf(path, sizeof(path), "%s/" STOPS_FILE, p->folder);
    *state = p;
    return ledger_open(&setup, &p->ledger) == OK && stops_open(path, &p->stops) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    stops_close(&p->stops);
    (void)!ledger_close(&p->ledger);
    clear(p->folder, "");
    (void)rmdir(p->folder);
    mem_free(p);
    return 0;
}

static uint64_t entries(const struct place *p)
{
    struct ledger_state s;

    ledger_read_state(p->ledger, &s);
    return s.size;
}

static void s6_stops_and_takes_back_with_an_entry_each(void **state)
{
    struct place *p = *state;
    struct stop_order order = {.kind = STOP_STUDENT, .who = SPAN("s1")};
    uint64_t before = entries(p);
    bool changed = false;

    assert_int_equal(stop_now(p->stops, p->ledger, &order, &changed), OK);
    assert_true(changed);
    assert_true(stops_has(p->stops, STOP_STUDENT, SPAN("s1")));
    assert_true(entries(p) > before);
    before = entries(p);
    assert_int_equal(stop_now(p->stops, p->ledger, &order, &changed), OK);
    assert_false(changed);
    assert_true(entries(p) > before);
    before = entries(p);
    order.undo = true;
    assert_int_equal(stop_now(p->stops, p->ledger, &order, &changed), OK);
    assert_true(changed);
    assert_false(stops_has(p->stops, STOP_STUDENT, SPAN("s1")));
    assert_true(entries(p) > before);
}

static void s6_stays_narrow_when_the_ledger_cannot_write(void **state)
{
    struct place *p = *state;
    struct stop_order order = {.kind = STOP_PARTNER, .who = SPAN("acme")};
    bool changed = true;

    assert_int_equal(stop_now(p->stops, p->ledger, &order, &changed), OK);
    clear(p->folder, "ledger-");
    order.undo = true;
    changed = true;
    assert_int_not_equal(stop_now(p->stops, p->ledger, &order, &changed), OK);
    assert_true(stops_has(p->stops, STOP_PARTNER, SPAN("acme")));
    order = (struct stop_order){.kind = STOP_CLIENT, .who = SPAN("acme-app")};
    assert_int_not_equal(stop_now(p->stops, p->ledger, &order, &changed), OK);
    assert_true(stops_has(p->stops, STOP_CLIENT, SPAN("acme-app")));
    assert_true(changed);
}

static void refuses_an_order_about_nobody(void **state)
{
    struct place *p = *state;
    struct stop_order order = {.kind = STOP_PARTNER, .who = SPAN("")};
    uint64_t before = entries(p);
    bool changed = true;

    assert_int_equal(stop_now(p->stops, p->ledger, &order, &changed), ERR_INPUT);
    order.undo = true;
    assert_int_equal(stop_now(p->stops, p->ledger, &order, &changed), ERR_INPUT);
    assert_int_equal(entries(p), before);
    assert_true(changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(s6_stops_and_takes_back_with_an_entry_each, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(s6_stays_narrow_when_the_ledger_cannot_write, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(refuses_an_order_about_nobody, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
