/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader refuses, with the place it names. A small catalog is good; each
 * case changes one line of it.
 */
#include "policy/catalog.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MAX_LINES = 64, MAX_TEXT = 8192 };

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Numbers in front are the lines of the file. */
static const char *const good[] = {
    /* 1 */ "catalog: tiny",
    /* 2 */ "base: /v1",
    /* 3 */ "parameters: { collection: [limit, offset, filter], item: [fields] }",
    /* 4 */ "resources:",
    /* 5 */ "  people:",
    /* 6 */ "    record: person",
    /* 7 */ "    envelope: [people, person]",
    /* 8 */ "    paths: [/people, \"/people/{sourcedId}\"]",
    /* 9 */ "    id-of: user",
    /* 10 */ "    person: yes",
    /* 11 */ "    roles: [students, staff]",
    /* 12 */ "    subjects: [sourcedId]",
    /* 13 */ "records:",
    /* 14 */ "  person:",
    /* 15 */ "    sourcedId: { type: id, of: user, required: yes, class: d, grant: structure }",
    /* 16 */ "    mail: { type: email, students: Student Contact Information / Email }",
    /* 17 */
    ("    jobs: { type: object, list: yes, members: { word: { type: enum, words: [a], "
     "facts: [role], guards: item, grant: structure } } }"),
    /* 18 */ "    name: { type: string, required: yes, placeholder: '\"-\"', staff: Name }",
};

/* The good file with line `line` (1-based; 0: none) replaced. */
static struct span changed(unsigned line, const char *text)
{
    static char yaml[MAX_TEXT];
    size_t n = 0;
    for (unsigned i = 0; i < LEN(good); i++) {
        n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "%s\n", i + 1 == line ? text : good[i]);
    }
    return span_of(yaml, n);
}

/* Loads; the messages as one text, a line each. */
static enum err load(struct span yaml, char *messages, size_t cap)
{
    struct arena arena;
    struct diag_list diags;
    struct catalog *c = NULL;
    size_t n = 0;
    arena_init(&arena, 1 << 20);
    diag_init(&diags, &arena);
    messages[0] = '\0';
    enum err e = catalog_load("c.yaml", yaml, &diags, &c);
    for (const struct diag *d = diags.first; d != NULL; d = d->next) {
        n += (size_t)snprintf(messages + n, cap - n, "%s:%u:%u: %s\n", d->file, d->line, d->column,
                              d->text);
        assert_true(n < cap);
    }
    assert_true((c != NULL) == (e == OK));
    catalog_free(&c);
    arena_fini(&arena);
    return e;
}

static void loads_the_small_catalog(void **state)
{
    char messages[1024];
    (void)state;
    assert_int_equal(load(changed(0, NULL), messages, sizeof(messages)), OK);
    assert_string_equal(messages, "");
}

struct bad {
    unsigned line;
    const char *text;
    const char *message; /* how one of the messages starts, place included */
};

static void check(const struct bad *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char messages[MAX_TEXT];
        enum err e = load(changed(rows[i].line, rows[i].text), messages, sizeof(messages));
        if (e != ERR_INPUT || strstr(messages, rows[i].message) == NULL) {
            fail_msg("%s\n  gave %s\n%s  and not %s", rows[i].text, err_code(e), messages,
                     rows[i].message);
        }
    }
}

static void refuses_fields_that_do_not_add_up(void **state)
{
    static const struct bad rows[] = {
        {16, "    mail: { type: emial, staff: Email }", "c.yaml:16:19: \"emial\" is not a word"},
        {16, "    mail: { type: email }", "c.yaml:16:11: say who gets the field"},
        {16, "    mail: { type: email, staff: Mail }", "c.yaml:16:33: expected one word"},
        {16, "    mail: { type: email, staff: Student Name / First and/or Last }",
         "c.yaml:16:33: expected one word"},
        {16, "    mail: { type: email, students: Email }", "c.yaml:16:36: expected \"Category"},
        {16, "    mail: { type: email, students: Student Name / Email }",
         "c.yaml:16:36: expected \"Category"},
        {16, "    mail: { type: email, students: Staff / Email }",
         "c.yaml:16:36: expected \"Category"},
        {16, "    mail: { type: email, guardians: Student Name / First and/or Last }",
         "c.yaml:16:37: a guardian's own data"},
        {16, "    mail: { type: email, records: no }", "c.yaml:16:35: expected yes"},
        {16, "    mail: { type: email, of: org, staff: Email }", "c.yaml:16:30: only an id or ref"},
        {16, "    mail: { type: ref, staff: Email }", "an id or ref needs `of`"},
        {16, "    mail: { type: ref, of: school, staff: Email }",
         "c.yaml:16:28: expected a GUIDRef"},
        {16, "    mail: { type: enum, staff: Email }", "an enum needs its words"},
        {16, "    mail: { type: email, words: [a], staff: Email }", "words belong to an enum"},
        {16, "    mail: { type: email, extensible: yes, staff: Email }", "only an enum can be"},
        {16, "    mail: { type: email, class: h, staff: Email }", "c.yaml:16:33: expected a para"},
        {16, "    mail: { type: email, values: lots, staff: Email }",
         "c.yaml:16:34: \"lots\" is not a word for values"},
        {16, "    mail: { type: email, values: own, staff: Email }",
         "c.yaml:16:34: `many` goes with strings and e-mails, `own` with dates"},
        {16, "    mail: { type: date, values: many, staff: Email }", "`many` goes with strings"},
        {16, "    mail: { type: boolean, values: many, staff: Email }", "`many` goes with strings"},
        {16, "    mail: { type: enum, words: [a], values: many, staff: Email }",
         "`many` goes with strings"},
        {16, "    mail: { type: datetime, values: own, staff: Email }", "`own` with dates"},
        {16, "    mail: { type: ref, of: org, values: many, staff: Email }",
         "`many` goes with strings"},
        {16, "    mail: { type: email, labels: [homeless], staff: Email }",
         "\"homeless\" is not a word for labels"},
        {16, "    mail: { type: email, facts: [school], staff: Email }", "school marks an org"},
        {16, "    mail: { type: email, facts: [subject], staff: Email }",
         "\"subject\" is not a word for facts"},
        {16, "    mail: { type: object, staff: Email }", "an object has members"},
        {16,
         "    mail: { type: object, staff: Email, members: { a: { type: email, staff: Email } } }",
         "an object is granted by its members"},
        {16,
         "    mail: { type: email, members: { a: { type: email, staff: Email } }, staff: Email }",
         "an object has members, and nothing else"},
        {16, "    mail: { type: email, placeholder: '\"-\"', required: yes, staff: Email }",
         "only a required string or boolean has a placeholder"},
        {16, "    mail: { type: string, placeholder: '\"-\"', staff: Email }",
         "only a required string or boolean has a placeholder"},
        {16, "    mail: { type: boolean, placeholder: '\"-\"', required: yes, staff: Email }",
         "only a required string or boolean has a placeholder"},
        {16, "    mail: { type: string, placeholder: '\"a\"b\"', required: yes, staff: Email }",
         "only a required string or boolean has a placeholder"},
        {16, "    mail: { type: email, staff: Email, mask: yes }", "c.yaml:16:40: "},
        {16, "    mail: { type: email, staff: Email, staff: Name }", "c.yaml:16:40: "},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void refuses_to_open_what_no_catalog_may_open(void **state)
{
    static const struct bad rows[] = {
        {16, "    password: { type: string, staff: Username }", "a password is never released"},
        {16, "    Password: { type: string, grant: structure }", "a password is never released"},
        {16, "    metadata: { type: string, staff: Name }", "c.yaml:16:5: metadata is never"},
        {16, "    mail: { type: email, grant: all }", "\"all\" is not a word for grant"},
        {16, "    mail: { type: email, grant: structure, staff: Email }", "not both"},
        {16,
         "    userIds: { type: object, list: yes, members: { x: { type: string, staff: Name } } }",
         "members of userIds need a bar"},
        {16,
         "    userIds: { type: object, list: yes, members: { x: { type: string, bar: ssn-word, "
         "grant: structure } } }",
         "a field with a bar is not structure"},
        {16, "    mail: { type: string, bar: ssn-word, staff: Email }",
         "only a string in a list of objects can bar"},
        {17, "    job: { type: enum, words: [a], facts: [role], guards: item, grant: structure }",
         "only a role word in a list of objects can guard"},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void refuses_resources_that_hide_a_person(void **state)
{
    static const struct bad rows[] = {
        {12, "    subjects: none", "c.yaml:12:15: `none` is only for records about nobody"},
        {12, "    subjects: none", "`none`, but \"mail\" has an element of a student or guardian"},
        {12, "", "subjects"},
        {12, "    subjects: [name]", "\"name\" is no field that names a person"},
        {12, "    subjects: [nobody]", "\"nobody\" is no field that names a person"},
        {12, "    subjects: []", "c.yaml:12:15: "},
        {11, "    roles: [records]", "records about nobody say `subjects: none`"},
        {11, "    roles: [records, staff]", "no other role stands beside them"},
        {11, "    roles: [pupils]", "c.yaml:11:12: expected students, guardians"},
        {10, "    person: no", "`person: yes` goes with ids of users"},
        {9, "    id-of: org", "the record needs a required `sourcedId` that is an id of this"},
        {9, "    id-of: person", "c.yaml:9:12: expected a GUIDRef type"},
        {8, "    paths: [/people]", "c.yaml:8:12: expected [/name"},
        {8, "    paths: [/persons, \"/persons/{sourcedId}\"]", "expected [/name"},
        {8, "    paths: [/people, \"/people/{sourcedId}/x\"]", "expected [/name"},
        {7, "    envelope: [people]", "c.yaml:7:15: expected the key of many"},
        {6, "    record: persn", "there is no record \"persn\"; did you mean \"person\"?"},
        {3, "parameters: { collection: [limit, page], item: [fields] }",
         "\"page\" is no parameter"},
        {2, "base: v1", "c.yaml:2:7: expected a path"},
        {2, "base: /v1/", "c.yaml:2:7: expected a path"},
        {2, "base: \"/v 1\"", "c.yaml:2:7: expected a path"},
        {1, "catalogue: tiny", "c.yaml:1:1: "},
        {15, "    sourcedId: { type: id, of: user, grant: structure }",
         "needs a required `sourced"},
        {15, "    id: { type: id, of: user, required: yes, grant: structure }", "needs a required"},
    };
    (void)state;
    check(rows, LEN(rows));
}

static void reports_every_error_at_once(void **state)
{
    char messages[MAX_TEXT];
    (void)state;
    const char *text = "    mail: { type: emial, class: z, staff: Mail }";
    assert_int_equal(load(changed(16, text), messages, sizeof(messages)), ERR_INPUT);
    assert_non_null(strstr(messages, "c.yaml:16:19: "));
    assert_non_null(strstr(messages, "c.yaml:16:33: "));
    assert_non_null(strstr(messages, "c.yaml:16:43: "));
}

static void refuses_more_fields_than_a_set_can_hold(void **state)
{
    static char line[MAX_TEXT];
    char messages[MAX_TEXT];
    size_t n = (size_t)snprintf(line, sizeof(line), "    jobs: { type: object, members: {");
    (void)state;
    for (unsigned i = 0; i < CATALOG_MAX_FIELDS; i++) {
        n += (size_t)snprintf(line + n, sizeof(line) - n, "%s f%u: { type: string, staff: Name }",
                              i > 0 ? "," : "", i);
    }
    (void)snprintf(line + n, sizeof(line) - n, "} }");
    assert_int_equal(load(changed(17, line), messages, sizeof(messages)), ERR_INPUT);
    assert_non_null(strstr(messages, "c.yaml:14:3: a record has at most 128 fields"));
}

static void a_file_cut_before_its_first_field_ends_is_an_error(void **state)
{
    struct span whole = changed(0, NULL);
    char messages[MAX_TEXT];
    size_t end = 0;
    (void)state;
    while (!span_starts(span_from(whole, end), SPAN("}\n    mail:"))) {
        end++;
    }
    for (size_t cut = 0; cut <= end; cut++) {
        assert_int_equal(load(span_sub(whole, 0, cut), messages, sizeof(messages)), ERR_INPUT);
        assert_string_not_equal(messages, "");
    }
}

static void survives_every_failed_allocation(void **state)
{
    struct span yaml = changed(0, NULL);
    char messages[MAX_TEXT];
    enum err e = ERR_MEMORY;
    unsigned n = 0;
    (void)state;
    while (e != OK) {
        assert_true(++n < 1000);
        mem_fail_at(n);
        e = load(yaml, messages, sizeof(messages));
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
    }
    assert_true(n > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_the_small_catalog),
        cmocka_unit_test(refuses_fields_that_do_not_add_up),
        cmocka_unit_test(refuses_to_open_what_no_catalog_may_open),
        cmocka_unit_test(refuses_resources_that_hide_a_person),
        cmocka_unit_test(reports_every_error_at_once),
        cmocka_unit_test(refuses_more_fields_than_a_set_can_hold),
        cmocka_unit_test(a_file_cut_before_its_first_field_ends_is_an_error),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
