/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/basis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/program.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct doc doc;
};

/* A good value of a clause's type. */
static void put_value(struct buf *text, const struct clause_row *c)
{
    struct span words = span_str(c->words);

    switch (c->type) {
    case CLAUSE_WORD:
        buf_put(text, span_cut(&words, ' '));
        break;
    case CLAUSE_DATE:
        buf_put_str(text, "2026-03-02");
        break;
    case CLAUSE_TIME:
        buf_put_str(text, "2026-03-02T14:05");
        break;
    case CLAUSE_LIST:
    case CLAUSE_TWO:
        buf_put_str(text, "[Ann, Bob]");
        break;
    case CLAUSE_DIGEST:
        buf_put_str(text, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
        break;
    default:
        buf_put_str(text, "article");
        break;
    }
}

/* Everything a basis demands, and the `one`th of the clauses of which one must stand. */
static void put_clauses(struct buf *text, enum basis b, size_t one)
{
    size_t put = 0;

    for (size_t i = 0; i < basis_clause_count(); i++) {
        const struct clause_row *c = basis_clause(i);
        bool chosen = c->need == CLAUSE_MUST || (c->need == CLAUSE_ONE && one-- == 0);

        if (c->basis == b && chosen) {
            buf_put_str(text, put++ == 0 ? "because:\n" : "");
            buf_printf(text, "  %s: ", c->key);
            put_value(text, c);
            buf_put_byte(text, '\n');
        }
        one += c->basis != b && c->need == CLAUSE_ONE; /* not of this basis: not counted */
    }
}

/* Checks a file with these lines under `because`. */
static bool check_lines(struct fixture *f, enum basis b, const char *lines)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    buf_put_str(&text, "file: x\n");
    buf_put_str(&text, lines);
    arena_init(&f->arena, 1 << 20);
    diag_init(&f->diags, &f->arena);
    f->doc = (struct doc){.name = "a.yaml", .arena = &f->arena, .diags = &f->diags};
    assert_int_equal(doc_parse(&f->doc, buf_span(&text)), OK);
    buf_fini(&text);
    return basis_check(&f->doc, b, node_member(f->doc.root, "because"), f->doc.root, false);
}

static bool check_full(struct fixture *f, enum basis b, size_t one)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    put_clauses(&text, b, one);
    buf_put_byte(&text, 0);
    bool good = check_lines(f, b, (const char *)text.base);

    buf_fini(&text);
    return good;
}

static size_t ones_of(enum basis b)
{
    size_t n = 0;

    for (size_t i = 0; i < basis_clause_count(); i++) {
        n += basis_clause(i)->basis == b && basis_clause(i)->need == CLAUSE_ONE;
    }
    return n;
}

static bool is_quoted(const struct diag_list *diags, const struct clause_row *c)
{
    for (const struct diag *d = diags->first; d != NULL; d = d->next) {
        if (strstr(d->text, c->law) != NULL && strstr(d->text, c->key) != NULL) {
            return true;
        }
    }
    return false;
}

static void every_clause_that_is_missing_is_named_with_its_paragraph(void **state)
{
    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        struct fixture f;
        size_t demanded = ones_of((enum basis)b) > 0;

        (void)check_lines(&f, (enum basis)b, "");
        for (size_t i = 0; i < basis_clause_count(); i++) {
            const struct clause_row *c = basis_clause(i);

            if (c->basis == (enum basis)b && c->need != CLAUSE_MAY) {
                demanded += c->need == CLAUSE_MUST;
                assert_true(is_quoted(&f.diags, c));
            }
        }
        assert_int_equal(f.diags.errors, demanded);
        arena_fini(&f.arena);
    }
}

static void a_basis_with_all_its_clauses_passes(void **state)
{
    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        for (size_t one = 0; one == 0 || one < ones_of((enum basis)b); one++) {
            struct fixture f;

            assert_true(check_full(&f, (enum basis)b, one));
            assert_int_equal(f.diags.errors, 0);
            arena_fini(&f.arena);
        }
    }
}

static void d11_two_grounds_for_one_thing_contradict_each_other(void **state)
{
    struct fixture f;

    (void)state;
    assert_false(
        check_lines(&f, BASIS_JUDICIAL, "because: { order: x, notice: 2026-03-02, sealed: A }\n"));
    assert_non_null(strstr(f.diags.first->text, "cannot stand beside another ground"));
    arena_fini(&f.arena);
}

/* Each bad value gives exactly one message, which quotes the paragraph. */
static void values_of_the_wrong_type_are_refused(void **state)
{
    static const struct {
        enum basis basis;
        const char *lines;
        const char *quotes;
    } bad[] = {
        {BASIS_JUDICIAL, "because: { order: x, sealed: D }\n", "99.31(a)(9)(ii)"},
        {BASIS_JUDICIAL, "because: { order: x, notice: soon }\n", "99.31(a)(9)(ii)"},
        {BASIS_AID, "because: { aid-purpose: all }\n", "99.31(a)(4)(i)"},
    };
    static const char *const emergency[] = {"opened: 2026-03-02", "opened: 2026-03-02T24:00",
                                            "opened: 2026-03-02T14:60", "opened: 2026-03-02T14:05Z",
                                            "opened: 2026-02-30T14:05"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct fixture f;

        assert_false(check_lines(&f, bad[i].basis, bad[i].lines));
        assert_int_equal(f.diags.errors, 1);
        assert_non_null(strstr(f.diags.first->text, bad[i].quotes));
        arena_fini(&f.arena);
    }
    for (size_t i = 0; i < sizeof(emergency) / sizeof(*emergency); i++) {
        struct fixture f;
        char lines[300];

        (void)snprintf(lines, sizeof(lines),
                       "because: { threat-sha256: "
                       "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff, parties: "
                       "[a], operators: [a, b], %s }\n",
                       emergency[i]);
        assert_false(check_lines(&f, BASIS_EMERGENCY, lines));
        assert_int_equal(f.diags.errors, 1);
        arena_fini(&f.arena);
    }
}

static void dates_are_read_from_dates_and_times(void **state)
{
    struct fixture f;

    (void)state;
    (void)check_lines(&f, BASIS_EMERGENCY,
                      "because: { opened: 2026-03-02T14:05, parties: 2026-01-05, method: x }\n");
    const struct node *because = node_member(f.doc.root, "because");

    assert_int_equal(basis_date(because, "opened"), 20260302);
    assert_int_equal(basis_date(because, "parties"), 20260105);
    assert_int_equal(basis_date(because, "method"), 0);
    assert_int_equal(basis_date(because, "notice"), 0);
    assert_int_equal(basis_date(NULL, "notice"), 0);
    arena_fini(&f.arena);
}

static void d27_exemptions_from_the_record_are_those_of_the_law(void **state)
{
    size_t exempt = 0;

    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        exempt += basis_row((enum basis)b)->exempt_law != NULL;
    }
    assert_int_equal(exempt, 4);
    assert_string_equal(basis_row(BASIS_PARENT_OR_STUDENT)->exempt_law, "34 CFR 99.32(d)(1)");
    assert_string_equal(basis_row(BASIS_SCHOOL_OFFICIAL)->exempt_law, "34 CFR 99.32(d)(2)");
    assert_string_equal(basis_row(BASIS_CONSENT)->exempt_law, "34 CFR 99.32(d)(3)");
    assert_string_equal(basis_row(BASIS_DIRECTORY)->exempt_law, "34 CFR 99.32(d)(4)");
    assert_non_null(basis_row(BASIS_STUDIES)->destroy_law);
    assert_non_null(basis_row(BASIS_AUDIT)->destroy_law);
}

static void slurp(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    for (int c = getc(f); c != EOF; c = getc(f)) {
        buf_put_byte(out, (uint8_t)c);
    }
    (void)fclose(f);
    buf_put_byte(out, 0);
}

static void assert_documented(const struct buf *guide, const char *word)
{
    char quoted[100];

    (void)snprintf(quoted, sizeof(quoted), "`%s`", word);
    if (strstr((const char *)guide->base, quoted) == NULL) {
        fail_msg("docs/policy.md does not speak of %s", quoted);
    }
}

static void the_guide_lists_every_basis_clause_and_transform(void **state)
{
    struct buf guide;

    (void)state;
    buf_init(&guide, 1 << 20);
    slurp("docs/policy.md", &guide);
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        assert_documented(&guide, basis_row((enum basis)b)->word);
        assert_non_null(strstr((const char *)guide.base, basis_row((enum basis)b)->law));
    }
    for (size_t i = 0; i < basis_clause_count(); i++) {
        if (basis_clause(i)->basis != BASIS_COUNT) {
            assert_documented(&guide, basis_clause(i)->key);
        }
    }
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        assert_non_null(strstr((const char *)guide.base, transform_word((enum transform)t)));
    }
    buf_fini(&guide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_clause_that_is_missing_is_named_with_its_paragraph),
        cmocka_unit_test(a_basis_with_all_its_clauses_passes),
        cmocka_unit_test(d11_two_grounds_for_one_thing_contradict_each_other),
        cmocka_unit_test(values_of_the_wrong_type_are_refused),
        cmocka_unit_test(dates_are_read_from_dates_and_times),
        cmocka_unit_test(d27_exemptions_from_the_record_are_those_of_the_law),
        cmocka_unit_test(the_guide_lists_every_basis_clause_and_transform),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
