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

/* A file with `because` holding every clause of a basis, or none of them. */
static bool check(struct fixture *f, enum basis b, bool filled)
{
    struct buf text;
    size_t put = 0;

    buf_init(&text, 1 << 16);
    buf_put_str(&text, "file: x\n");
    for (size_t i = 0; filled && i < basis_clause_count(); i++) {
        const struct clause_row *c = basis_clause(i);
        struct span words = span_str(c->words == NULL ? "article" : c->words);

        if (c->basis == b) {
            buf_put_str(&text, put++ == 0 ? "because:\n" : "");
            buf_printf(&text, "  %s: ", c->key);
            buf_put(&text, span_cut(&words, ' '));
            buf_put_byte(&text, '\n');
        }
    }
    arena_init(&f->arena, 1 << 20);
    diag_init(&f->diags, &f->arena);
    f->doc = (struct doc){.name = "a.yaml", .arena = &f->arena, .diags = &f->diags};
    assert_int_equal(doc_parse(&f->doc, buf_span(&text)), OK);
    buf_fini(&text);
    return basis_check(&f->doc, b, node_member(f->doc.root, "because"), f->doc.root);
}

static void every_clause_that_is_missing_is_named_with_its_paragraph(void **state)
{
    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        struct fixture f;
        size_t demanded = 0;

        (void)check(&f, (enum basis)b, false);
        const struct diag *d = f.diags.first;

        for (size_t i = 0; i < basis_clause_count(); i++) {
            const struct clause_row *c = basis_clause(i);

            if (c->basis != (enum basis)b) {
                continue;
            }
            demanded++;
            assert_non_null(d);
            assert_non_null(strstr(d->text, c->law));
            assert_non_null(strstr(d->text, c->key));
            d = d->next;
        }
        assert_int_equal(f.diags.errors, demanded);
        arena_fini(&f.arena);
    }
}

static void a_basis_with_all_its_clauses_passes(void **state)
{
    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        struct fixture f;

        assert_true(check(&f, (enum basis)b, true));
        assert_int_equal(f.diags.errors, 0);
        arena_fini(&f.arena);
    }
}

static void only_bases_that_bind_the_whole_contract_are_available(void **state)
{
    size_t available = 0;

    (void)state;
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        available += basis_row((enum basis)b)->available;
    }
    assert_int_equal(available, 4);
    assert_false(basis_row(BASIS_CONSENT)->available);
    assert_false(basis_row(BASIS_DIRECTORY)->available);
    assert_false(basis_row(BASIS_DE_IDENTIFIED)->available);
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
        cmocka_unit_test(only_bases_that_bind_the_whole_contract_are_available),
        cmocka_unit_test(the_guide_lists_every_basis_clause_and_transform),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
