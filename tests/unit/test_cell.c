/* SPDX-License-Identifier: Apache-2.0 */
#include "district/cell.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const WORDS[] = {"active", "tobedeleted", NULL};

struct sample {
    enum cell_kind kind;
    const char *value;
    bool good;
};

static const struct sample SAMPLES[] = {
    {CELL_ID, "stu-1", true},
    {CELL_ID, "a b", false},
    {CELL_ID, "a,b", false},
    {CELL_ID, "a/b", false},
    {CELL_ID, "a\\b", false},
    {CELL_ID, "..", false},
    {CELL_ID, ".", false},
    {CELL_ID, "...", true},
    {CELL_TEXT, " anything, at all ", true},
    {CELL_TEXTS, "a", true},
    {CELL_TEXTS, "a, b ,c", true},
    {CELL_TEXTS, "a,", false},
    {CELL_TEXTS, ",a", false},
    {CELL_TEXTS, "a, ,b", false},
    {CELL_CLOSED, "active", true},
    {CELL_CLOSED, "Active", false},
    {CELL_CLOSED, "ext:active", false},
    {CELL_WORD, "tobedeleted", true},
    {CELL_WORD, "ext:later", true},
    {CELL_WORD, "ext:", false},
    {CELL_WORD, "activ", false},
    {CELL_WORDS, "active,ext:x", true},
    {CELL_WORDS, "active,x", false},
    {CELL_BOOLEAN, "true", true},
    {CELL_BOOLEAN, "false", true},
    {CELL_BOOLEAN, "TRUE", false},
    {CELL_BOOLEAN, "1", false},
    {CELL_BOOLEAN, " true", false},
    {CELL_DATE, "2024-02-29", true},
    {CELL_DATE, "2023-02-29", false},
    {CELL_DATE, "2023-2-9", false},
    {CELL_DATE, "2/9/2023", false},
    {CELL_DATE, "2023-02-09T00:00:00Z", false},
    {CELL_INSTANT, "2026-08-03T06:00:00Z", true},
    {CELL_INSTANT, "2026-08-03T06:00:00.1Z", true},
    {CELL_INSTANT, "2026-08-03T06:00:00.123456+02:00", true},
    {CELL_INSTANT, "2026-08-03T06:00:00-05:30", true},
    {CELL_INSTANT, "2026-08-03T06:00:60Z", true},
    {CELL_INSTANT, "2026-08-03T24:00:00Z", false},
    {CELL_INSTANT, "2026-08-03T06:60:00Z", false},
    {CELL_INSTANT, "2026-08-03T06:00:00", false},
    {CELL_INSTANT, "2026-08-03T06:00:00.Z", false},
    {CELL_INSTANT, "2026-08-03 06:00:00Z", false},
    {CELL_INSTANT, "2026-08-03T06:00:00z", false},
    {CELL_INSTANT, "2026-08-03T06:00:00+0200", false},
    {CELL_INSTANT, "2026-08-03", false},
    {CELL_YEAR, "2027", true},
    {CELL_YEAR, "27", false},
    {CELL_YEAR, "20 7", false},
    {CELL_YEAR, "02027", false},
    {CELL_REF, "school-01", true},
    {CELL_REF, "school 01", false},
    {CELL_REFS, "a,b", true},
    {CELL_REFS, "a,b c", false},
    {CELL_REFS, "a,", false},
    {CELL_USER_IDS, "{ldap:x}", true},
    {CELL_USER_IDS, "{ldap:x},{SSN:1:2}", true},
    {CELL_USER_IDS, " {ldap:x} , {a:b} ", true},
    {CELL_USER_IDS, "ldap:x", false},
    {CELL_USER_IDS, "{ldap:x", false},
    {CELL_USER_IDS, "{ldap}", false},
    {CELL_USER_IDS, "{:x}", false},
    {CELL_USER_IDS, "{ldap:}", false},
    {CELL_USER_IDS, "{ldap:x},", false},
    {CELL_USER_IDS, "{ldap:x}{a:b}", false},
    {CELL_USER_IDS, "{ldap:x},y", false},
};

static void each_kind_takes_its_values_and_no_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++) {
        const struct sample *s = &SAMPLES[i];
        struct column c = {"x", s->kind, false, VBOTH, WORDS, TABLE_NONE};
        const char *wrong = cell_check(&c, span_str(s->value));

        if ((wrong == NULL) != s->good) {
            fail_msg("kind %d, value '%s': %s", (int)s->kind, s->value,
                     wrong == NULL ? "taken" : wrong);
        }
    }
}

static void every_kind_may_be_empty_unless_it_is_required(void **state)
{
    (void)state;
    for (int kind = CELL_ID; kind <= CELL_USER_IDS; kind++) {
        struct column c = {"x", (enum cell_kind)kind, false, VBOTH, WORDS, TABLE_NONE};

        assert_null(cell_check(&c, span_of("", 0)));
        c.required = true;
        assert_string_equal(cell_check(&c, span_of("", 0)), "must not be empty");
    }
}

static void an_id_has_at_most_255_bytes(void **state)
{
    static const struct column c = {"x", CELL_ID, true, VBOTH, NULL, TABLE_NONE};
    char text[256];

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_null(cell_check(&c, span_of(text, 255)));
    assert_non_null(cell_check(&c, span_of(text, 256)));
}

static void lists_are_taken_apart_in_order(void **state)
{
    struct span rest = SPAN("a, b ,,c");
    static const char *const items[] = {"a", "b", "", "c"};
    struct span item;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_true(cell_next(&rest, &item));
        assert_true(span_eq_str(item, items[i]));
    }
    assert_false(cell_next(&rest, &item));
}

static void user_ids_are_taken_apart_at_the_first_colon(void **state)
{
    struct span rest = SPAN("{a:1},{b:2:3}");
    struct span type, identifier;

    (void)state;
    assert_true(cell_next_user_id(&rest, &type, &identifier));
    assert_true(span_eq_str(type, "a") && span_eq_str(identifier, "1"));
    assert_true(cell_next_user_id(&rest, &type, &identifier));
    assert_true(span_eq_str(type, "b") && span_eq_str(identifier, "2:3"));
    assert_false(cell_next_user_id(&rest, &type, &identifier));
    assert_int_equal(rest.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_takes_its_values_and_no_others),
        cmocka_unit_test(every_kind_may_be_empty_unless_it_is_required),
        cmocka_unit_test(an_id_has_at_most_255_bytes),
        cmocka_unit_test(lists_are_taken_apart_in_order),
        cmocka_unit_test(user_ids_are_taken_apart_at_the_first_colon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
