/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of students: bytes worked out by hand, every size class of a number, sets
 * of the shapes that occur, and what must not be read. The roots were computed
 * by tests/support/ledger.py, which shares no code with the gateway.
 */
#include "base/mem.h"
#include "base/text.h"
#include "ledger/dictionary.h"
#include "ledger/merkle.h"
#include "ledger/subjects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct subject *numbered(const uint32_t *numbers, size_t count)
{
    struct subject *list = mem_alloc_array(count, sizeof(*list));

    assert_non_null(list);
    for (size_t i = 0; i < count; i++) {
        list[i].number = numbers[i];
    }
    return list;
}

static void check_bytes(const uint32_t *numbers, size_t count, struct span want)
{
    struct subject *list = numbered(numbers, count);
    uint32_t back[8] = {0};
    struct buf out;

    buf_init(&out, 1024);
    assert_int_equal(subjects_encode(&out, list, count), OK);
    assert_true(span_eq(buf_span(&out), want));
    assert_int_equal(subjects_decode(buf_span(&out), count, back), OK);
    assert_memory_equal(back, numbers, count * sizeof(back[0]));
    buf_fini(&out);
    mem_free(list);
}

static void small_sets_are_these_bytes(void **state)
{
    (void)state;
    check_bytes((const uint32_t[]){1}, 1, SPAN("\x01\x01"));
    check_bytes((const uint32_t[]){127}, 1, SPAN("\x01\x7f"));
    check_bytes((const uint32_t[]){128}, 1, SPAN("\x01\x80\x01"));
    check_bytes((const uint32_t[]){1, 2, 130}, 3, SPAN("\x01\x01\x01\x80\x01"));
    check_bytes((const uint32_t[]){300, 301}, 2, SPAN("\x01\xac\x02\x01"));
}

static void every_size_of_number_comes_back(void **state)
{
    (void)state;
    check_bytes((const uint32_t[]){(1 << 14) - 1}, 1, SPAN("\x01\xff\x7f"));
    check_bytes((const uint32_t[]){1 << 14}, 1, SPAN("\x01\x80\x80\x01"));
    check_bytes((const uint32_t[]){(1 << 21) - 1}, 1, SPAN("\x01\xff\xff\x7f"));
    check_bytes((const uint32_t[]){1 << 21}, 1, SPAN("\x01\x80\x80\x80\x01"));
    check_bytes((const uint32_t[]){(1 << 28) - 1}, 1, SPAN("\x01\xff\xff\xff\x7f"));
    check_bytes((const uint32_t[]){1 << 28}, 1, SPAN("\x01\x80\x80\x80\x80\x01"));
    check_bytes((const uint32_t[]){UINT32_MAX}, 1, SPAN("\x01\xff\xff\xff\xff\x0f"));
    check_bytes((const uint32_t[]){1, UINT32_MAX}, 2, SPAN("\x01\x01\xfe\xff\xff\xff\x0f"));
}

/* Encodes the numbers from, from + step, ...; the blob's length. */
static size_t round_trip(uint32_t from, uint32_t step, size_t count)
{
    struct subject *list = mem_alloc_array(count, sizeof(*list));
    uint32_t *back = mem_alloc_array(count, sizeof(*back));
    struct buf out;

    assert_true(list != NULL && back != NULL);
    for (size_t i = 0; i < count; i++) {
        list[i].number = from + (uint32_t)i * step;
    }
    buf_init(&out, 64 << 20);
    assert_int_equal(subjects_encode(&out, list, count), OK);
    assert_int_equal(subjects_decode(buf_span(&out), count, back), OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(back[i], list[i].number);
    }
    size_t len = buf_span(&out).len;

    buf_fini(&out);
    mem_free(list);
    mem_free(back);
    return len;
}

static void large_sets_shrink_where_they_can(void **state)
{
    (void)state;
    assert_int_equal(round_trip(5, 1, 30), 31); /* a class: plain */
    assert_true(round_trip(1, 1, 10000) < 120); /* a school in roster order */
    assert_true(round_trip(1, 1, 200000) < 1200);
    assert_true(round_trip(1, 20, 10000) < 120);
    (void)round_trip(1, 200, 48);
    (void)round_trip(1, 200, 49);
}

static void refuses_what_was_never_written(void **state)
{
    uint32_t out[4] = {9, 9, 9, 9};

    (void)state;
    assert_int_equal(subjects_decode(SPAN(""), 0, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x03\x01"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01\x01\x01"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01\x00"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01\x81\x00"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01\x80"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01\xff\xff\xff\xff\x1f"), 1, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x01\xff\xff\xff\xff\x0f\x01"), 2, out), ERR_INPUT);
    assert_int_equal(subjects_decode(SPAN("\x02\xff\xff"), 1, out), ERR_INPUT);
}

static void refuses_a_deflated_set_that_grows_or_goes_on(void **state)
{
    static uint32_t out[10000];
    struct subject *list = mem_alloc_array(10000, sizeof(*list));
    struct buf blob;

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        list[i].number = i + 1;
    }
    buf_init(&blob, 1 << 20);
    assert_int_equal(subjects_encode(&blob, list, 10000), OK);
    assert_int_equal(buf_span(&blob).ptr[0], 2);
    assert_int_equal(subjects_decode(buf_span(&blob), 9999, out), ERR_INPUT);
    assert_int_equal(subjects_decode(buf_span(&blob), 10, out), ERR_INPUT);
    struct span cut = span_sub(buf_span(&blob), 0, buf_span(&blob).len - 1);

    assert_int_equal(subjects_decode(cut, 10000, out), ERR_INPUT);
    buf_put_byte(&blob, 0);
    assert_int_equal(subjects_decode(buf_span(&blob), 10000, out), ERR_INPUT);
    buf_fini(&blob);
    mem_free(list);
}

static void check_root(size_t count, const char *hex)
{
    struct subject list[] = {
        {1, SPAN("ann")}, {2, SPAN("bob")}, {3, SPAN("cy")}, {7, SPAN("dee")}, {9, SPAN("eve")}};
    uint8_t seed[SUBJECT_SEED_BYTES];
    uint8_t root[DIGEST_BYTES], want[DIGEST_BYTES];

    for (size_t i = 0; i < sizeof(seed); i++) {
        seed[i] = (uint8_t)i;
    }
    assert_int_equal(text_hex_decode(span_str(hex), want, sizeof(want)), OK);
    assert_int_equal(subjects_root(seed, list, count, root), OK);
    assert_memory_equal(root, want, sizeof(root));
}

static void roots_are_those_of_an_independent_program(void **state)
{
    (void)state;
    check_root(1, "8c26ab49872475084c19af5e425d9c4d2b768ae5b5b5d640328a4bb6853980e2");
    check_root(2, "772f29e679987f7153274647b6ff4d00661c50d45e7ed059af5e86c290e77fbc");
    check_root(3, "7a3def76884f8f732a7cf2c154568e909725088a033da46b82c05ce257f3bb97");
    check_root(5, "d8b319efc2319c3b3fe20c2f8c2e2e337a54512b77ae37e0cdd89a1076296e16");
}

/* ledger-formats 2.7: leaves "entry-0" to "entry-6". */
static void the_tree_gives_the_golden_roots(void **state)
{
    static const char *const want[] = {
        [1] = "40766b2033429026f53d54502679a839706b4741f8dcaf3a8bba5f41b5ffe075",
        [2] = "2f27a5082c1d42afa488ac350a9fc4390c084f54f71ecdff859e98db8429b479",
        [3] = "a64bf26e09128f6fe2fe6f8b2d8c801e166b57c047a7cd9b2b809e7a96a2f1cb",
        [5] = "1aa68d3074905a581f84cbbd0f753794904fd80451bc4c13e69d9a53bc59502c",
        [7] = "9139601cc1ca8ab2a7a0c2c134c04845f2b1ba549a83d6c845cfcda439cc585d"};
    uint8_t hash[DIGEST_BYTES], bytes[DIGEST_BYTES];
    struct digest *d = NULL;
    struct merkle m;
    char leaf[8];

    (void)state;
    assert_int_equal(digest_new(&d), OK);
    merkle_init(&m);
    for (unsigned i = 0; i < 7; i++) {
        snprintf(leaf, sizeof(leaf), "entry-%u", i);
        assert_int_equal(merkle_leaf(d, span_str(leaf), SPAN(""), hash), OK);
        assert_int_equal(merkle_add(&m, d, hash), OK);
        assert_int_equal(merkle_root(&m, d, hash), OK);
        if (want[i + 1] != NULL) {
            assert_int_equal(text_hex_decode(span_str(want[i + 1]), bytes, sizeof(bytes)), OK);
            assert_memory_equal(hash, bytes, sizeof(hash));
        }
    }
    digest_free(&d);
}

static void packing_sorts_and_drops_duplicates(void **state)
{
    struct packer *p = NULL;
    struct packed packed;
    uint8_t root[DIGEST_BYTES];
    uint32_t numbers[3];

    (void)state;
    assert_int_equal(packer_new(&p), OK);
    struct subject *list = packer_list(p, 4);

    list[0] = (struct subject){7, SPAN("dee")};
    list[1] = (struct subject){1, SPAN("ann")};
    list[2] = (struct subject){7, SPAN("dee")};
    list[3] = (struct subject){2, SPAN("bob")};
    assert_int_equal(packer_pack(p, 4, &packed), OK);
    assert_int_equal(packed.count, 3);
    assert_int_equal(subjects_decode(packed.blob, 3, numbers), OK);
    assert_int_equal(numbers[2], 7);
    assert_int_equal(subjects_root(packed.seed, list, 3, root), OK);
    assert_memory_equal(root, packed.root, sizeof(root));
    packer_free(&p);
}

static void packing_survives_each_allocation_that_fails(void **state)
{
    enum err e = ERR_MEMORY;

    (void)state;
    for (uint64_t n = 1; e != OK && n < 200; n++) {
        struct packer *p = NULL;
        struct packed packed;
        struct subject *list = NULL;

        mem_fail_at(n);
        e = packer_new(&p);
        list = e == OK ? packer_list(p, 100) : NULL;
        for (uint32_t i = 0; list != NULL && i < 100; i++) {
            list[i] = (struct subject){100 - i, SPAN("x")};
        }
        e = list == NULL ? ERR_MEMORY : packer_pack(p, 100, &packed);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
        packer_free(&p);
    }
    assert_int_equal(e, OK);
}

static void the_dictionary_numbers_in_order_of_appearance(void **state)
{
    struct dictionary *d = NULL;
    struct span ids[] = {SPAN("b"), SPAN("a"), SPAN("b"), SPAN("c")};
    struct subject out[4];
    struct dictionary_row row;

    (void)state;
    assert_int_equal(dictionary_new(&d), OK);
    assert_int_equal(dictionary_number(d, ids, 4, out), OK);
    assert_int_equal(out[0].number, 1);
    assert_int_equal(out[1].number, 2);
    assert_int_equal(out[2].number, 1);
    assert_int_equal(out[3].number, 3);
    assert_int_equal(dictionary_size(d), 3);
    dictionary_get(d, 3, &row);
    assert_true(span_eq(row.id, SPAN("c")));
    dictionary_free(&d);
}

static void the_dictionary_grows_and_finds_again(void **state)
{
    struct dictionary *d = NULL;
    struct subject one;
    char name[16];

    (void)state;
    assert_int_equal(dictionary_new(&d), OK);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 20000; i++) {
            snprintf(name, sizeof(name), "student-%u", i);
            struct span id = span_str(name);

            assert_int_equal(dictionary_number(d, &id, 1, &one), OK);
            assert_int_equal(one.number, i + 1);
        }
    }
    dictionary_free(&d);
}

static void the_dictionary_loads_rows_in_order_only(void **state)
{
    struct dictionary *d = NULL;
    struct dictionary_row row = {.number = 1, .id = SPAN("a")};
    struct span id = SPAN("b");
    struct subject out;

    (void)state;
    assert_int_equal(dictionary_new(&d), OK);
    assert_int_equal(dictionary_load(d, &row), OK);
    assert_int_equal(dictionary_load(d, &row), ERR_INPUT);
    row.number = 2;
    assert_int_equal(dictionary_load(d, &row), ERR_INPUT); /* "a" again */
    row.id = span_of(NULL, 0);                             /* erased */
    assert_int_equal(dictionary_load(d, &row), OK);
    row.number = 4;
    assert_int_equal(dictionary_load(d, &row), ERR_INPUT);
    assert_int_equal(dictionary_number(d, &id, 1, &out), OK);
    assert_int_equal(out.number, 3);
    dictionary_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sets_are_these_bytes),
        cmocka_unit_test(every_size_of_number_comes_back),
        cmocka_unit_test(large_sets_shrink_where_they_can),
        cmocka_unit_test(refuses_what_was_never_written),
        cmocka_unit_test(refuses_a_deflated_set_that_grows_or_goes_on),
        cmocka_unit_test(roots_are_those_of_an_independent_program),
        cmocka_unit_test(the_tree_gives_the_golden_roots),
        cmocka_unit_test(packing_sorts_and_drops_duplicates),
        cmocka_unit_test(packing_survives_each_allocation_that_fails),
        cmocka_unit_test(the_dictionary_numbers_in_order_of_appearance),
        cmocka_unit_test(the_dictionary_grows_and_finds_again),
        cmocka_unit_test(the_dictionary_loads_rows_in_order_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
