/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "policy/doc_read.h"
#include "policy/nearest.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct doc doc;
};

static enum err parse(struct fixture *f, struct span bytes)
{
    arena_init(&f->arena, 64u << 20);
    diag_init(&f->diags, &f->arena);
    f->doc = (struct doc){.name = "a.yaml", .arena = &f->arena, .diags = &f->diags};
    return doc_parse(&f->doc, bytes);
}

static void drop(struct fixture *f)
{
    arena_fini(&f->arena);
}

static void assert_refused(const char *text, unsigned line, unsigned column, const char *fragment)
{
    struct fixture f;

    assert_int_equal(parse(&f, span_str(text)), ERR_INPUT);
    assert_null(f.doc.root);
    assert_int_equal(f.diags.errors, 1);
    assert_non_null(strstr(f.diags.first->text, fragment));
    assert_int_equal(f.diags.first->line, line);
    assert_int_equal(f.diags.first->column, column);
    drop(&f);
}

static void reads_maps_lists_and_scalars_with_places(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(parse(&f, SPAN("a: NO\nlist:\n  - x\n  - { k: 'v' }\n")), OK);
    const struct node *a = node_member(f.doc.root, "a");
    const struct node *list = node_member(f.doc.root, "list");

    assert_true(span_eq_str(a->text, "NO"));
    assert_false(a->quoted);
    assert_int_equal(a->line, 1);
    assert_int_equal(a->column, 4);
    assert_int_equal(list->kind, NODE_LIST);
    assert_int_equal(list->count, 2);
    assert_int_equal(list->key_line, 2);
    const struct node *k = node_member(list->first->next, "k");

    assert_true(span_eq_str(k->text, "v"));
    assert_true(k->quoted);
    assert_int_equal(k->line, 4);
    assert_int_equal(k->key_column, 7);
    assert_null(node_member(list, "k"));
    assert_null(node_member(NULL, "k"));
    drop(&f);
}

static void reads_json_as_flow_style(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(
        parse(&f, SPAN("{\n\t\"keys\": [{\"kty\": \"EC\", \"n\": 1,\"u\":\"\\u00e9\"}]\r\n}")), OK);
    const struct node *key = node_member(f.doc.root, "keys")->first;

    assert_true(span_eq_str(node_member(key, "kty")->text, "EC"));
    assert_true(span_eq_str(node_member(key, "u")->text, "\xC3\xA9"));
    drop(&f);
}

static void keeps_members_in_the_order_of_the_file(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(parse(&f, SPAN("z: 1\na: 2\nm: 3\n")), OK);
    assert_true(span_eq_str(f.doc.root->first->key, "z"));
    assert_true(span_eq_str(f.doc.root->first->next->key, "a"));
    assert_true(span_eq_str(f.doc.root->first->next->next->key, "m"));
    drop(&f);
}

static void refuses_what_yaml_hides(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: 2\n\"a\": 3\n", 3, 1, "\"a\" stands twice; it is already in line 1");
    assert_refused("x:\n  <<: { a: 1 }\n", 2, 3, "merge keys");
    assert_refused("a: &x 1\n", 1, 4, "anchors");
    assert_refused("a: &x [1]\n", 1, 4, "anchors");
    assert_refused("a: &x { b: 1 }\n", 1, 4, "anchors");
    assert_refused("a: *x\n", 1, 4, "anchors");
    assert_refused("*x : 1\n", 1, 1, "anchors");
    assert_refused("a: !!str 1\n", 1, 4, "tags");
    assert_refused("a: !x [1]\n", 1, 4, "tags");
    assert_refused("a: !x { b: 1 }\n", 1, 4, "tags");
    assert_refused("a: ! 1\n", 1, 4, "tags");
    assert_refused("%YAML 1.1\n---\na: 1\n", 1, 1, "directives");
    assert_refused("a: 1\n---\nb: 1\n", 2, 1, "one document");
    assert_refused("? [a]\n: 1\n", 1, 3, "a key must be a word");
    assert_refused("", 1, 1, "empty");
    assert_refused("# only a comment\n", 1, 1, "empty");
    assert_refused("a: [1\n", 2, 1, "not valid YAML");
    assert_refused("a: 1\n b: 2\n", 2, 3, "not valid YAML");
}

static void refuses_characters_that_a_reviewer_cannot_see(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: x\xE2\x80\xAEy\n", 2, 5, "bidirectional");
    assert_refused("a: \xE2\x81\xA6\n", 1, 4, "bidirectional");
    assert_refused("a: \"x\\u202Ey\"\n", 1, 4, "bidirectional");
    assert_refused("\"\\u202Ey\": 1\n", 1, 1, "bidirectional");
    assert_refused("a: \"x\\0\"\n", 1, 4, "control");
    assert_refused("a: x\ry\n", 1, 5, "control");
    assert_refused("a: x\x01\n", 1, 5, "control");
    assert_refused("a: x\xC2\x85y\n", 1, 5, "line break");
    assert_refused("a: x\xE2\x80\x8By\n", 1, 5, "invisible");
    assert_refused("a: x\nb: \xC3(\n", 2, 4, "not UTF-8");
    assert_refused("a: \xED\xA0\x80\n", 1, 4, "not UTF-8");
    assert_refused("a: x\n\xC3", 2, 1, "not UTF-8");
    assert_refused("a: \xC3\xA9 \xE2\x80\xAE\n", 1, 6,
                   "bidirectional"); /* columns count characters */
}

static void allows_a_byte_order_mark_only_in_front(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(parse(&f, SPAN("\xEF\xBB\xBF"
                                    "a: 1\r\n")),
                     OK);
    assert_true(span_eq_str(node_member(f.doc.root, "a")->text, "1"));
    drop(&f);
    assert_refused("a: \xEF\xBB\xBF\n", 1, 4, "invisible");
}

static void put_repeated(struct buf *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        buf_put_str(b, text);
    }
}

static void refuses_depth_over_32(void **state)
{
    struct buf b;
    struct fixture f;

    (void)state;
    buf_init(&b, 1 << 20);
    put_repeated(&b, "[", 31);
    buf_put_str(&b, "x");
    put_repeated(&b, "]", 31);
    assert_int_equal(parse(&f, buf_span(&b)), OK);
    drop(&f);
    buf_clear(&b);
    put_repeated(&b, "[", 32);
    buf_put_str(&b, "x");
    put_repeated(&b, "]", 32);
    buf_put_byte(&b, 0);
    assert_refused((const char *)buf_span(&b).ptr, 1, 33, "32 deep");
    buf_fini(&b);
}

static void refuses_more_than_the_limit_of_values(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 22);
    put_repeated(&b, "- x\n", DOC_MAX_NODES - 1);
    struct fixture f;

    assert_int_equal(parse(&f, buf_span(&b)), OK);
    assert_int_equal(f.doc.root->count, DOC_MAX_NODES - 1);
    drop(&f);
    put_repeated(&b, "- x\n", 1);
    buf_put_byte(&b, 0);
    assert_refused((const char *)buf_span(&b).ptr, DOC_MAX_NODES, 3, "100,000 values");
    buf_fini(&b);
}

static void refuses_a_map_with_too_many_members(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 22);
    for (int i = 0; i <= DOC_MAX_MEMBERS; i++) {
        buf_printf(&b, "k%d: 1\n", i);
    }
    buf_put_byte(&b, 0);
    assert_refused((const char *)buf_span(&b).ptr, DOC_MAX_MEMBERS + 1, 1, "4,096 members");
    buf_fini(&b);
}

static void survives_every_failed_allocation(void **state)
{
    const struct span text = SPAN("a: [1, 2, { b: c }]\n");
    bool passed = false;

    (void)state;
    for (uint64_t n = 1; !passed && n < 100; n++) {
        struct fixture f;

        mem_fail_at(n);
        enum err e = parse(&f, text);

        mem_fail_at(0);
        passed = e == OK;
        assert_true(passed || e == ERR_MEMORY);
        assert_true(passed || f.doc.root == NULL);
        drop(&f);
    }
    assert_true(passed);
}

static void never_reads_past_a_file_cut_anywhere(void **state)
{
    const struct span text = SPAN("a: \"\xC3\xA9\\u00e9\"\nb: [1, { c: 'd' }]\ne: |\n  block\n");

    (void)state;
    for (size_t n = 0; n <= text.len; n++) {
        struct fixture f;
        char *copy = mem_copy(text.ptr, n);
        char *exact = mem_alloc(n);

        assert_non_null(copy);
        assert_non_null(exact);
        memcpy(exact, copy, n);
        enum err e = parse(&f, span_of(exact, n));

        assert_true(e == OK || (e == ERR_INPUT && f.diags.errors == 1));
        drop(&f);
        mem_free(copy);
        mem_free(exact);
    }
}

struct thing {
    struct span name;
    struct span id;
    struct texts words;
    const struct node *raw;
    uint64_t number;
    int32_t day;
    bool on;
};

static const struct doc_rule thing_rules[] = {
    {"name", doc_read_text, offsetof(struct thing, name), true},
    {"id", doc_read_id, offsetof(struct thing, id), false},
    {"words", doc_read_texts, offsetof(struct thing, words), false},
    {"raw", doc_read_node, offsetof(struct thing, raw), false},
    {"number", doc_read_u64, offsetof(struct thing, number), false},
    {"day", doc_read_date, offsetof(struct thing, day), true},
    {"on", doc_read_yes, offsetof(struct thing, on), false},
};

static bool fill(struct fixture *f, const char *text, struct thing *out)
{
    assert_int_equal(parse(f, span_str(text)), OK);
    return doc_fill(&f->doc, f->doc.root, thing_rules, 7, out);
}

static void fills_a_struct_from_a_table(void **state)
{
    struct fixture f;
    struct thing t = {0};

    (void)state;
    assert_true(fill(&f,
                     "name: NO\nid: a-1\nwords: [x, y]\nraw: {q: 1}\nnumber: 12\n"
                     "day: 2026-07-01\non: yes\n",
                     &t));
    assert_true(span_eq_str(t.name, "NO"));
    assert_true(span_eq_str(t.id, "a-1"));
    assert_int_equal(t.words.count, 2);
    assert_true(span_eq_str(t.words.items[1], "y"));
    assert_int_equal(t.raw->kind, NODE_MAP);
    assert_int_equal(t.number, 12);
    assert_int_equal(t.day, 20260701);
    assert_true(t.on);
    drop(&f);
}

static void assert_message(const struct diag *d, unsigned line, unsigned column, const char *text)
{
    assert_non_null(d);
    assert_string_equal(d->text, text);
    assert_int_equal(d->line, line);
    assert_int_equal(d->column, column);
}

static void reports_every_problem_of_a_map_at_once(void **state)
{
    struct fixture f;
    struct thing t = {.number = 7, .day = 3, .on = true};

    (void)state;
    assert_false(
        fill(&f, "nmae: x\nid: A\nwords: x\nnumber: 1.5\non: maybe\nday: 2026-02-30\n", &t));
    const struct diag *d = f.diags.first;

    assert_message(d, 1, 1, "\"name\" is missing");
    assert_message(d->next, 1, 1, "\"nmae\" is not known here; did you mean \"name\"?");
    d = d->next->next;
    assert_message(d, 2, 5, "\"A\" is not an id: 1 to 64 of a-z, 0-9 and -, not starting with -");
    assert_message(d->next, 3, 8, "expected a list");
    d = d->next->next;
    assert_message(d, 4, 9, "\"1.5\" is not a whole number");
    assert_message(d->next, 5, 5, "\"maybe\" is neither yes nor no");
    assert_message(d->next->next, 6, 6, "\"2026-02-30\" is not a date of the form 2026-07-01");
    assert_int_equal(f.diags.errors, 7);
    assert_int_equal(t.number, 7);
    assert_int_equal(t.day, 3);
    assert_true(t.on);
    drop(&f);
}

static void takes_nothing_for_text(void **state)
{
    static const char *const empty[] = {
        "name:\nday: 2026-01-01\n", "name: ~\nday: 2026-01-01\n", "name: null\nday: 2026-01-01\n",
        "name: ''\nday: 2026-01-01\n", "name: [x]\nday: 2026-01-01\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
        struct fixture f;
        struct thing t = {0};

        assert_false(fill(&f, empty[i], &t));
        assert_null(t.name.ptr);
        assert_int_equal(f.diags.errors, 1);
        drop(&f);
    }
}

static void suggests_the_nearest_word_and_only_a_near_one(void **state)
{
    struct nearest n;

    (void)state;
    nearest_init(&n, SPAN("familyname"));
    nearest_try(&n, SPAN("givenName"));
    nearest_try(&n, SPAN("familyName"));
    assert_string_equal(nearest_hint(&n).text, "; did you mean \"familyName\"?");
    nearest_init(&n, SPAN("Language information"));
    nearest_try(&n, SPAN("Language information (native, or primary)"));
    assert_non_null(strstr(nearest_hint(&n).text, "Language information"));
    nearest_init(&n, SPAN("zebra"));
    nearest_try(&n, SPAN("familyName"));
    assert_string_equal(nearest_hint(&n).text, "");
}

static void shows_long_text_cut_at_a_character(void **state)
{
    char text[200];

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text + 59, "\xC3\xA9", 2);
    struct shown shown = shown_of(span_of(text, sizeof(text)));

    assert_int_equal(strlen(shown.text), 62);
    assert_string_equal(shown.text + 58, "a...");
    assert_string_equal(shown_of(SPAN("a\nb")).text, "a b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_maps_lists_and_scalars_with_places),
        cmocka_unit_test(reads_json_as_flow_style),
        cmocka_unit_test(keeps_members_in_the_order_of_the_file),
        cmocka_unit_test(refuses_what_yaml_hides),
        cmocka_unit_test(refuses_characters_that_a_reviewer_cannot_see),
        cmocka_unit_test(allows_a_byte_order_mark_only_in_front),
        cmocka_unit_test(refuses_depth_over_32),
        cmocka_unit_test(refuses_more_than_the_limit_of_values),
        cmocka_unit_test(refuses_a_map_with_too_many_members),
        cmocka_unit_test(survives_every_failed_allocation),
        cmocka_unit_test(never_reads_past_a_file_cut_anywhere),
        cmocka_unit_test(fills_a_struct_from_a_table),
        cmocka_unit_test(reports_every_problem_of_a_map_at_once),
        cmocka_unit_test(takes_nothing_for_text),
        cmocka_unit_test(suggests_the_nearest_word_and_only_a_near_one),
        cmocka_unit_test(shows_long_text_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
