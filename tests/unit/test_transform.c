/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transforms' table: what it says of each, which fields each can serve, and
 * that the guide says the same.
 */
#include "policy/transform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "redact/field_keys.h"
#include "tests/support/catalog.h"

#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct catalog *catalog;

static int open_catalog(void **state)
{
    (void)state;
    catalog = test_catalog();
    return catalog == NULL ? -1 : 0;
}

static int close_catalog(void **state)
{
    (void)state;
    catalog_free(&catalog);
    return 0;
}

/* --- the guide --------------------------------------------------------------------------- */

/* The cells of a row of a Markdown table, without blanks around them. */
static size_t cut_cells(struct span line, struct span cells[8])
{
    size_t n = 0;

    (void)span_cut(&line, '|');
    while (line.ptr != NULL && n < 8) {
        struct span cell = span_cut(&line, '|');

        while (cell.len > 0 && cell.ptr[0] == ' ') {
            cell = span_from(cell, 1);
        }
        while (cell.len > 0 && cell.ptr[cell.len - 1] == ' ') {
            cell.len--;
        }
        cells[n++] = cell;
    }
    return n;
}

static bool says(struct span cell, bool yes, const char *if_yes, const char *if_no)
{
    return span_eq_str(cell, yes ? if_yes : if_no);
}

/* True if the line is this transform's row, and right. */
static bool is_row_of(struct span line, enum transform t)
{
    const struct transform_row *row = transform_row(t);
    struct span cells[8];
    char word[32];

    (void)snprintf(word, sizeof(word), "`%s`", row->word);
    return cut_cells(line, cells) == 6 && span_eq_str(cells[0], word) &&
           says(cells[2], row->reversible, "yes", "no") &&
           says(cells[3], row->linkable, "yes", "no") &&
           says(cells[4], row->keeps_type, "kept", "may change");
}

static void the_guides_table_is_the_table(void **state)
{
    struct buf guide;
    FILE *f = fopen("docs/policy.md", "r");
    unsigned found[TRANSFORM_COUNT] = {0};

    (void)state;
    assert_non_null(f);
    buf_init(&guide, 1 << 20);
    buf_added(&guide, fread(buf_room(&guide, 1 << 19), 1, 1 << 19, f));
    (void)fclose(f);
    struct span rest = buf_span(&guide);

    while (rest.ptr != NULL) {
        struct span line = span_cut(&rest, '\n');

        for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
            found[t] += is_row_of(line, (enum transform)t) ? 1 : 0;
        }
    }
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        if (found[t] != 1) {
            print_error("docs/policy.md has no row, or a wrong one, for `%s`\n",
                        transform_word((enum transform)t));
        }
        assert_int_equal(found[t], 1);
    }
    buf_fini(&guide);
}

/* The guide lists the fields that a code can serve. */
static void F4_the_guide_lists_the_strings_of_many_values(void **state)
{
    struct buf guide;
    FILE *f = fopen("docs/policy.md", "r");
    char path[128];
    size_t many = 0;

    (void)state;
    assert_non_null(f);
    buf_init(&guide, 1 << 20);
    buf_added(&guide, fread(buf_room(&guide, 1 << 19), 1, 1 << 19, f));
    buf_put_byte(&guide, 0);
    (void)fclose(f);
    const struct resource *users = catalog_find(catalog, SPAN("users"));

    for (size_t i = 0; i < users->field_count; i++) {
        (void)snprintf(path, sizeof(path), "`%.*s`", (int)users->fields[i].path.len,
                       (const char *)users->fields[i].path.ptr);
        if (users->fields[i].many_values) {
            many++;
            if (strstr((const char *)guide.base, path) == NULL) {
                print_error("docs/policy.md does not list %s\n", path);
            }
            assert_non_null(strstr((const char *)guide.base, path));
        }
    }
    assert_int_equal(many, 10);
    buf_fini(&guide);
}

/* --- fitting ------------------------------------------------------------------------------- */

static enum transform_fit fit(enum transform t, const char *resource, const char *path)
{
    const struct resource *r = catalog_find(catalog, span_str(resource));

    return transform_fit(t, r, resource_field(r, span_str(path)));
}

/* Whatever keys make of a value, few values would show through. */
static void F4_no_keyed_transform_serves_a_field_of_few_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);

        for (size_t k = 0; k < r->field_count; k++) {
            const struct field *f = &r->fields[k];
            bool text = f->kind == FIELD_VALUE && (f->type == TYPE_STRING || f->type == TYPE_EMAIL);

            assert_true(transform_fit(TRANSFORM_CODE, r, f) == FIT_NEVER ||
                        (text && f->many_values));
            assert_true(transform_fit(TRANSFORM_ALIAS, r, f) == FIT_NEVER || text);
            assert_true(transform_fit(TRANSFORM_DATE_SHIFT, r, f) == FIT_NEVER || f->own_date);
            assert_true(f->kind == FIELD_VALUE || transform_fit(TRANSFORM_MASK, r, f) == FIT_NEVER);
        }
    }
}

static void each_transform_serves_what_it_is_for(void **state)
{
    (void)state;
    assert_int_equal(fit(TRANSFORM_CODE, "users", "username"), FIT_KEEPS);
    assert_int_equal(fit(TRANSFORM_CODE, "users", "email"), FIT_CHANGES);
    assert_int_equal(fit(TRANSFORM_CODE, "users", "userIds.identifier"), FIT_KEEPS);
    assert_int_equal(fit(TRANSFORM_CODE, "users", "givenName"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_ALIAS, "users", "givenName"), FIT_KEEPS);
    assert_int_equal(fit(TRANSFORM_ALIAS, "users", "email"), FIT_KEEPS);
    assert_int_equal(fit(TRANSFORM_ALIAS, "users", "userIds.identifier"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_ALIAS, "users", "sourcedId"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_DATE_SHIFT, "demographics", "birthDate"), FIT_KEEPS);
    assert_int_equal(fit(TRANSFORM_DATE_SHIFT, "users", "roles.beginDate"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_DATE_SHIFT, "users", "dateLastModified"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_AGE, "demographics", "birthDate"), FIT_CHANGES);
    assert_int_equal(fit(TRANSFORM_BAND, "users", "grades"), FIT_CHANGES);
    assert_int_equal(fit(TRANSFORM_BAND, "demographics", "sex"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_MAP, "demographics", "sex"), FIT_CHANGES);
    assert_int_equal(fit(TRANSFORM_MAP, "users", "middleName"), FIT_KEEPS);
    assert_int_equal(fit(TRANSFORM_MAP, "demographics", "birthDate"), FIT_NEVER);
    assert_int_equal(fit(TRANSFORM_ZIP3, "users", "email"), FIT_NEVER);
}

/* --- the pure parts --------------------------------------------------------------------------- */

static void F3_the_school_year_turns_on_the_first_of_july(void **state)
{
    (void)state;
    assert_int_equal(school_year_september(20260630), 20250901);
    assert_int_equal(school_year_september(20260701), 20260901);
    assert_int_equal(school_year_september(20260901), 20260901);
    assert_int_equal(school_year_september(20260101), 20250901);
    assert_int_equal(transform_age(20120901, 20250901), 13);
    assert_int_equal(transform_age(20120902, 20250901), 12);
    assert_int_equal(transform_age(20250902, 20250901), -1);
    assert_int_equal(transform_age(18740831, 20250901), -1);
}

static void grades_have_an_order_up_to_13(void **state)
{
    const struct resource *r = catalog_find(catalog, SPAN("users"));
    const struct field *grades = resource_field(r, SPAN("grades"));

    (void)state;
    assert_int_equal(grade_rank(grades, SPAN("IT")), 0);
    assert_int_equal(grade_rank(grades, SPAN("KG")), 4);
    assert_int_equal(grade_rank(grades, SPAN("13")), 17);
    assert_int_equal(grade_rank(grades, SPAN("UG")), -1);
    assert_int_equal(grade_rank(grades, SPAN("6")), -1);
    assert_int_equal(grade_rank(resource_field(r, SPAN("username")), SPAN("06")), -1);
}

static void rules_are_equal_when_they_do_the_same(void **state)
{
    static const struct band one[] = {{0, TEXT("\"0-4\"")}, {5, TEXT("\"5+\"")}};
    static const struct band same[] = {{0, TEXT("\"0-4\"")}, {5, TEXT("\"5+\"")}};
    static const struct band other[] = {{0, TEXT("\"0-5\"")}, {6, TEXT("\"6+\"")}};
    static const struct map_pair pairs[] = {{TEXT("a"), TEXT("\"b\"")}, {TEXT("c"), TEXT("\"d\"")}};
    static const struct span own[] = {TEXT("k12.example"), TEXT("x.example")};
    static const struct transform_args args[] = {
        {.bands = one, .band_count = 2},
        {.bands = other, .band_count = 2},
        {.bands = one, .band_count = 1},
        {.pairs = pairs, .pair_count = 2},
        {.pairs = pairs, .pair_count = 1},
        {.step = 5},
        {.step = 10},
        {.days = 30},
        {.domain = TEXT("alias.invalid")},
        {.domain = TEXT("alias.invalid"), .domains = own, .domain_count = 1},
        {.domain = TEXT("alias.invalid"), .domains = own, .domain_count = 2},
        {.step = 0},
    };
    const struct transform_args twin = {.bands = same, .band_count = 2};
    struct field_rule a = {.transform = TRANSFORM_BAND, .args = &args[0]};
    struct field_rule b = {.transform = TRANSFORM_BAND, .args = &twin};

    (void)state;
    assert_true(field_rule_equal(&a, &b));
    b.transform = TRANSFORM_MAP;
    assert_false(field_rule_equal(&a, &b));
    b = (struct field_rule){.transform = TRANSFORM_BAND};
    assert_false(field_rule_equal(&a, &b));
    for (size_t i = 0; i < COUNT(args); i++) {
        for (size_t k = 0; k < COUNT(args); k++) {
            a.args = &args[i];
            b.args = &args[k];
            assert_int_equal(field_rule_equal(&a, &b), i == k);
        }
    }
}

static void shown_as(const struct field_rule *rule, const char *want)
{
    struct buf out;

    buf_init(&out, 4096);
    buf_put_str(&out, "..");
    field_rule_put(&out, rule);
    buf_put_byte(&out, 0);
    assert_string_equal((const char *)out.base + 2, want);
    buf_fini(&out);
}

static void rules_are_shown_with_their_arguments(void **state)
{
    static const struct band bands[] = {{0, TEXT("\"0-4\"")}, {5, TEXT("\"5+\"")}};
    static const struct map_pair pairs[] = {{TEXT("a"), TEXT("\"b\"")}};
    static const struct span own[] = {TEXT("k12.example")};
    static const struct transform_args band = {.bands = bands, .band_count = 2};
    static const struct transform_args step = {.step = 5};
    static const struct transform_args days = {.days = 30};
    static const struct transform_args map = {.pairs = pairs, .pair_count = 1};
    static const struct transform_args mail = {
        .domain = TEXT("alias.invalid"), .domains = own, .domain_count = 1};

    (void)state;
    shown_as(&(struct field_rule){.transform = TRANSFORM_BAND, .args = &band}, "band 0-4, 5+");
    shown_as(&(struct field_rule){.transform = TRANSFORM_ROUND, .args = &step}, "round 5");
    shown_as(&(struct field_rule){.transform = TRANSFORM_DATE_SHIFT, .args = &days},
             "date-shift at most 30 days");
    shown_as(&(struct field_rule){.transform = TRANSFORM_MAP, .args = &map}, "map a -> \"b\"");
    shown_as(&(struct field_rule){.transform = TRANSFORM_ALIAS, .args = &mail},
             "alias @k12.example stays, else @alias.invalid");
    shown_as(&(struct field_rule){.transform = TRANSFORM_CONST, .constant = TEXT("\"x\"")},
             "const \"x\"");
    shown_as(&(struct field_rule){.transform = TRANSFORM_CODE}, "code");
}

/* --- keys of fields ------------------------------------------------------------------------------
 */

static struct keys *master(void)
{
    static const uint8_t bytes[MASTER_KEY_BYTES] = {1};
    struct keys *k = NULL;

    assert_int_equal(keys_new(bytes, &k), OK);
    return k;
}

static void F4_every_partner_and_field_has_a_key_of_its_own(void **state)
{
    static const struct keyed_field fields[] = {
        {REF_USER, TEXT("email"), TEXT("user.email")},
        {REF_USER, TEXT("username"), TEXT("user.username")},
    };
    static const struct agreement agreements[] = {
        {.id = TEXT("a"), .partner = TEXT("acme"), .epoch = 1, .keyed = fields, .keyed_count = 2},
        {.id = TEXT("none"), .partner = TEXT("acme"), .epoch = 1},
        {.id = TEXT("b"), .partner = TEXT("acme"), .epoch = 1, .keyed = fields, .keyed_count = 1},
        {.id = TEXT("c"),
         .partner = TEXT("library"),
         .epoch = 1,
         .keyed = fields,
         .keyed_count = 2},
        {.id = TEXT("d"), .partner = TEXT("acme"), .epoch = 2, .keyed = fields, .keyed_count = 1},
        {.id = TEXT("e"),
         .partner = TEXT("acme"),
         .epoch = 1,
         .ids_for_agreement = true,
         .keyed = fields,
         .keyed_count = 1},
    };
    const struct agreement *list[COUNT(agreements)];
    struct field_keys *found = NULL;
    struct keys *k = master();
    uint8_t tags[8][PRF_BYTES];
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(agreements); i++) {
        list[i] = &agreements[COUNT(agreements) - 1 - i];
    }
    assert_int_equal(field_keys_from(list, COUNT(list), NULL, &found), ERR_INPUT);
    assert_int_equal(field_keys_from(list, COUNT(list), k, &found), OK);
    assert_null(field_keys_find(found, &agreements[1], REF_USER, SPAN("email")));
    assert_null(field_keys_find(found, &agreements[0], REF_ORG, SPAN("email")));
    assert_null(field_keys_find(found, &agreements[2], REF_USER, SPAN("username")));
    for (size_t i = 0; i < COUNT(agreements); i++) {
        for (size_t j = 0; j < agreements[i].keyed_count; j++) {
            const struct prf *p = field_keys_find(found, &agreements[i], REF_USER, fields[j].path);
            struct prf *mine = NULL;

            assert_non_null(p);
            assert_int_equal(prf_copy(p, &mine), OK);
            assert_int_equal(prf_run(mine, SPAN(""), SPAN("x"), tags[n++]), OK);
            prf_free(&mine);
        }
    }
    assert_int_equal(n, 7);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) { /* agreements a and b are one partner's */
            assert_int_equal(memcmp(tags[i], tags[j], PRF_BYTES) == 0, i == 2 && j == 0);
        }
    }
    field_keys_free(&found);
    assert_null(found);
    keys_free(&k);
}

static void keys_of_fields_stand_every_lack_of_memory(void **state)
{
    static const struct keyed_field fields[] = {{REF_USER, TEXT("email"), TEXT("user.email")}};
    static const struct agreement a = {
        .id = TEXT("a"), .partner = TEXT("acme"), .epoch = 1, .keyed = fields, .keyed_count = 1};
    const struct agreement *list[] = {&a};
    struct field_keys *found = NULL;
    struct keys *k = master();
    enum err e = ERR_MEMORY;
    uint64_t n = 0;

    (void)state;
    while (e == ERR_MEMORY) {
        assert_null(found);
        mem_fail_at(++n);
        e = field_keys_from(list, 1, k, &found);
    }
    mem_fail_at(0);
    assert_int_equal(e, OK);
    assert_true(n > 4);
    field_keys_free(&found);
    keys_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guides_table_is_the_table),
        cmocka_unit_test(F4_the_guide_lists_the_strings_of_many_values),
        cmocka_unit_test(F4_no_keyed_transform_serves_a_field_of_few_values),
        cmocka_unit_test(each_transform_serves_what_it_is_for),
        cmocka_unit_test(F3_the_school_year_turns_on_the_first_of_july),
        cmocka_unit_test(grades_have_an_order_up_to_13),
        cmocka_unit_test(rules_are_equal_when_they_do_the_same),
        cmocka_unit_test(rules_are_shown_with_their_arguments),
        cmocka_unit_test(F4_every_partner_and_field_has_a_key_of_its_own),
        cmocka_unit_test(keys_of_fields_stand_every_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
