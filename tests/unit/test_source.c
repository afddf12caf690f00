/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded source in one process: generated, imported, opened, asked; and each failing. */
#include "district/source.h"

#include "base/mem.h"
#include "district/generate.h"
#include "district/import.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { STUDENTS = 40, MAX_ALLOCATIONS = 20000 };

struct rig {
    struct folder csv;
    struct folder out;
    char db[96];
};

static int set_up(void **state)
{
    static struct rig rig;
    struct generate_counts counts;

    *state = &rig;
    if (!folder_open(&rig.csv) || !folder_open(&rig.out)) {
        return -1;
    }
    (void)snprintf(rig.db, sizeof(rig.db), "%s/db", rig.out.path);
    return generate_district(rig.csv.path, STUDENTS, 3, &counts) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    const struct rig *rig = *state;

    folder_close(&rig->csv);
    folder_close(&rig->out);
    return 0;
}

static enum err import(const struct rig *rig)
{
    struct import_counts counts = {0};
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, 1 << 20);
    diag_init(&diags, &arena);
    enum err e = import_bundle(rig->csv.path, rig->db, "http://x", &diags, &counts);

    assert_int_equal(diags.errors, 0);
    assert_true(e != OK || counts.students == STUDENTS);
    arena_fini(&arena);
    return e;
}

/* Bundles are small, so few of the allocations are the same place again. */
static void an_import_survives_every_failing_allocation(void **state)
{
    const struct rig *rig = *state;
    enum err e = ERR_MEMORY;
    uint64_t n = 1;

    for (; e != OK && n < MAX_ALLOCATIONS; n += 1 + n / 16) {
        mem_fail_at(n);
        e = import(rig);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true(e == OK || access(rig->db, F_OK) != 0);
    }
    assert_int_equal(e, OK);
    assert_int_equal(import(rig), OK); /* over the old one */
}

static struct ask question(const char *view)
{
    struct ask ask = {.limit = 10};

    for (size_t i = 0; i < VIEW_COUNT; i++) {
        if (span_eq_str(span_str(view), VIEWS[i].segment)) {
            ask.view = &VIEWS[i];
        }
    }
    return ask;
}

/* Opens, finds a page by a filter, reads its documents. */
static enum err use(const char *db, const struct ask *ask, size_t *bytes)
{
    struct source *s = NULL;
    struct source_page page = {0};
    struct buf text;

    buf_init(&text, 1 << 20);
    enum err e = source_open(db, &s);

    e = e != OK ? e : source_find(s, ask, &page);
    for (size_t i = 0; i < page.count && e == OK; i++) {
        e = source_document(s, ask, page.places[i], &text);
    }
    *bytes = text.len;
    mem_free(page.places);
    buf_fini(&text);
    source_close(&s);
    assert_null(s);
    return e;
}

static void reading_survives_every_failing_allocation(void **state)
{
    const struct rig *rig = *state;
    struct ask ask = question("students");
    enum err e = ERR_MEMORY;
    size_t whole = 0;
    size_t bytes = 0;

    ask.clause_count = 1;
    ask.clauses[0] =
        (struct ask_clause){{&SHAPES[SHAPE_USERS].members[1], 1}, ASK_NE, SPAN("tobedeleted")};
    ask.fields[ask.field_count++] = SPAN("givenName");
    assert_int_equal(use(rig->db, &ask, &whole), OK);
    assert_true(whole > 10);
    for (uint64_t n = 1; e != OK && n < MAX_ALLOCATIONS; n++) {
        mem_fail_at(n);
        e = use(rig->db, &ask, &bytes);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
    }
    assert_int_equal(e, OK);
    assert_int_equal(bytes, whole);
}

static void a_total_is_counted_once_and_told_apart_by_value(void **state)
{
    const struct rig *rig = *state;
    struct ask ask = question("users");
    struct source *s = NULL;
    static const char *const words[] = {"student", "teacher", "student", "aide", "teacher"};
    uint64_t totals[5];

    assert_int_equal(source_open(rig->db, &s), OK);
    int role = shape_member(&SHAPES[SHAPE_USERS], SPAN("roles.role"));

    ask.clause_count = 1;
    for (size_t i = 0; i < 5; i++) {
        struct source_page page;

        ask.clauses[0] = (struct ask_clause){
            {&SHAPES[SHAPE_USERS].members[role], role}, ASK_EQ, span_str(words[i])};
        assert_int_equal(source_find(s, &ask, &page), OK);
        totals[i] = page.total;
        mem_free(page.places);
    }
    assert_int_equal(totals[0], STUDENTS);
    assert_int_equal(totals[2], STUDENTS);
    assert_int_equal(totals[1], totals[4]);
    assert_int_not_equal(totals[1], totals[0]);
    assert_int_equal(totals[3], 11); /* one at each school, and student 17 */
    source_close(&s);
}

static void an_id_is_found_in_its_view_alone(void **state)
{
    const struct rig *rig = *state;
    struct ask students = question("students");
    struct ask teachers = question("teachers");
    struct source *s = NULL;
    uint32_t place = 4711;

    assert_int_equal(source_open(rig->db, &s), OK);
    assert_int_equal(source_find_id(s, teachers.view, SPAN("stu-0000001"), &place), ERR_RECORD);
    assert_int_equal(source_find_id(s, students.view, SPAN("stu-000000"), &place), ERR_RECORD);
    assert_int_equal(place, 4711);
    assert_int_equal(source_find_id(s, students.view, SPAN("stu-0000001"), &place), OK);
    assert_int_not_equal(place, 4711);
    source_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_import_survives_every_failing_allocation),
        cmocka_unit_test(reading_survives_every_failing_allocation),
        cmocka_unit_test(a_total_is_counted_once_and_told_apart_by_value),
        cmocka_unit_test(an_id_is_found_in_its_view_alone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
