/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partners' ids. The codes below were worked out by tests/support/ids.py, which
 * shares no code with this (Python's AES-SIV, whole numbers).
 */
#include "redact/idmap.h"

#include "base/digest.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 20000 };

static struct idmap *open_map(const char *scope, const char *owner, uint32_t epoch)
{
    uint8_t key[IDMAP_KEY_BYTES];
    struct idmap_bond bond = {span_str(scope), span_str(owner), epoch};
    struct idmap *m = NULL;

    for (unsigned i = 0; i < IDMAP_KEY_BYTES; i++) {
        key[i] = (uint8_t)i;
    }
    assert_int_equal(idmap_new(key, &bond, &m), OK);
    return m;
}

static struct idmap *acme(void)
{
    return open_map("partner", "acme", 1);
}

static enum ref_type type_named(const char *word)
{
    enum ref_type type = REF_NONE;

    assert_true(ref_of_word(span_str(word), &type));
    return type;
}

static const struct {
    const char *type;
    const char *id;
    const char *code;
} codes[] = {
    {"user", "1", "onzl7a4uxuwr4hsdoq46f3lj6zpfowasx3aedoi"},
    {"user", "0000123456", "mzh2dzap6r4dtqouxunxw6k2q6qkolcj4l6qhda"},
    {"user", "77777777777777777777777777777777777777777777777777777",
     "zjef4mqql3czamtwhanae2cqs2vvbr7byoep5zxost5iltb6oild26cyakds6ybi"},
    {"class", "2f1e4fb6-0000-4abc-8def-0123456789ab",
     "len7ygpfo6mq4yjez4ftdmzcwvvz6egkzzwx7eysrokt5fewm54lm"},
    {"class", "2F1E4FB6-0000-4ABC-8DEF-0123456789AB",
     "opivygcaj7qrq7yewip63wexs265ozb6gyh3ehchqvzbsuuzytlse"},
    {"enrollment", "stu-000123-c-17", "epo7oavz37ufjpslnadvbmrftrgsg56b2rwfxe3vk5ghctbxzj2a"},
    {"course", "ALG1-2026", "h3mtd5q4clixeopqjqdrsrmbo5qtljnn7tt2gry"},
    {"user", "anna_b", "lq7rizrbhndfklfatzhnpseq2rahjhqgbz3hdaa"},
    {"resource", "R_1_X", "bvincqwlewdyp7xkx5lieli232gakphveguecaq"},
    {"user", "Ana.B-c_9", "irzxwgdmcjuecwhw6syikcggq5u66ojgklooxfy"},
    {"user", "Zo\xC3\xAB/1 \xC3\xA9", "s5wdglyjuptammljhfbev2kmc34535a273ue62cjq3g3imhocvvq"},
    {"user", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "bvlxixaoagd2xtigo4zm4k4l6q4osqqawaknyhq6wmrc5jmj4tvyy4lgrdi2mecv"},
    {"user", "aBaBaBaBaBaBaBaBaBaBaBaBaBaBaB",
     "hvseggb253gvzvojhxl4forglf3gagi4pr2ilhldqzoppfzijd6aunarctm4z4zp"},
    {"demographics", "1", "onzl7a4uxuwr4hsdoq46f3lj6zpfowasx3aedoi"},
};

enum { CODES = sizeof(codes) / sizeof(codes[0]) };

static void I1_ids_have_the_codes_that_were_worked_out_apart(void **state)
{
    struct idmap *m = acme();
    struct idmap_text text;

    (void)state;
    for (size_t i = 0; i < CODES; i++) {
        enum ref_type type = type_named(codes[i].type);

        assert_true(idmap_encode(m, type, span_str(codes[i].id), &text));
        assert_true(span_eq_str(idmap_span(&text), codes[i].code));
        assert_true(idmap_decode(m, type, span_str(codes[i].code), &text));
        assert_true(span_eq_str(idmap_span(&text), codes[i].id));
    }
    idmap_free(&m);
}

static void I1_a_code_counts_for_its_type_owner_scope_and_epoch_alone(void **state)
{
    struct idmap *others[] = {open_map("partner", "acme2", 1), open_map("agreement", "acme", 1),
                              open_map("partner", "acme", 2)};
    struct idmap *m = acme();
    struct idmap_text code, text;

    (void)state;
    assert_true(idmap_encode(m, REF_USER, SPAN("stu-1"), &code));
    assert_true(idmap_decode(m, REF_USER, idmap_span(&code), &text));
    assert_true(idmap_decode(m, REF_DEMOGRAPHICS, idmap_span(&code), &text));
    assert_false(idmap_decode(m, REF_CLASS, idmap_span(&code), &text));
    assert_false(idmap_decode(m, REF_ENROLLMENT, idmap_span(&code), &text));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_false(idmap_decode(others[i], REF_USER, idmap_span(&code), &text));
        idmap_free(&others[i]);
    }
    idmap_free(&m);
}

static void I1_orgs_and_sessions_are_not_translated(void **state)
{
    static const enum ref_type kept[] = {REF_NONE, REF_ORG, REF_ACADEMIC_SESSION, REF_COUNT};
    struct idmap *m = acme();
    struct idmap_text text;

    (void)state;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        assert_false(idmap_fits(m, kept[i], SPAN("1")));
        assert_false(idmap_encode(m, kept[i], SPAN("1"), &text));
        assert_false(idmap_decode(m, kept[i], span_str(codes[0].code), &text));
    }
    idmap_free(&m);
}

static void I2_a_new_map_of_the_same_partner_gives_the_same_codes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct idmap *m = acme();
        struct idmap_text text;

        assert_true(idmap_encode(m, REF_USER, SPAN("1"), &text));
        assert_true(span_eq_str(idmap_span(&text), codes[0].code));
        idmap_free(&m);
    }
}

/* Random ids of a length, of the first `symbols` of an alphabet. */
static void random_id(uint8_t *out, size_t len, const char *alphabet)
{
    assert_int_equal(digest_random(out, len), OK);
    for (size_t i = 0; i < len && alphabet != NULL; i++) {
        out[i] = (uint8_t)alphabet[out[i] % strlen(alphabet)];
    }
}

static const struct {
    const char *alphabet;
    size_t most;
} kinds[] = {
    {"0123456789", 53},
    {"0123456789abcdefghijklmnopqrstuvwxyz-", 35},
    {"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-", 35},
    {"abcdefghijklmnopqrstuvwxyz_", 35},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZ_9", 35},
    {"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", 30},
    {NULL, 21},
};

static void I2_every_id_that_fits_comes_back_from_at_most_64_letters_and_digits(void **state)
{
    struct idmap *m = acme();
    uint8_t id[64];

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t kind = round % (sizeof(kinds) / sizeof(kinds[0]));
        size_t len = 1 + round / 7 % kinds[kind].most;
        struct idmap_text code, text;

        random_id(id, len, kinds[kind].alphabet);
        assert_true(idmap_fits(m, REF_USER, span_of(id, len)));
        assert_true(idmap_encode(m, REF_USER, span_of(id, len), &code));
        assert_true(code.len <= IDMAP_MAX_CODE);
        for (size_t i = 0; i < code.len; i++) {
            assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz0123456789", code.bytes[i]));
        }
        assert_true(idmap_decode(m, REF_USER, idmap_span(&code), &text));
        assert_true(span_eq(idmap_span(&text), span_of(id, len)));
    }
    idmap_free(&m);
}

static void I1_an_id_that_does_not_fit_has_no_code(void **state)
{
    static const char *const too_long[] = {"",
                                           "777777777777777777777777777777777777777777777777777777",
                                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                           "aBaBaBaBaBaBaBaBaBaBaBaBaBaBaBa",
                                           "a b c d e f g h i j k ",
                                           "2f1e4fb6-0000-4abc-8def-0123456789aB"};
    struct idmap *m = acme();
    struct idmap_text text = {.len = 99};

    (void)state;
    for (size_t i = 0; i < sizeof(too_long) / sizeof(too_long[0]); i++) {
        assert_false(idmap_fits(m, REF_USER, span_str(too_long[i])));
        assert_false(idmap_encode(m, REF_USER, span_str(too_long[i]), &text));
        assert_int_equal(text.len, 99);
    }
    idmap_free(&m);
}

static void R4_whatever_is_not_a_code_letter_for_letter_is_none(void **state)
{
    struct idmap *m = acme();
    struct idmap_text text;
    char room[128];

    (void)state;
    for (size_t c = 0; c < CODES; c++) {
        enum ref_type type = type_named(codes[c].type);
        size_t len = strlen(codes[c].code);

        for (size_t i = 0; i < len; i++) {
            memcpy(room, codes[c].code, len);
            room[i] = room[i] == 'a' ? 'b' : 'a';
            assert_false(idmap_decode(m, type, span_of(room, len), &text));
            room[i] = (char)(codes[c].code[i] - 32); /* upper case, or no letter at all */
            assert_false(idmap_decode(m, type, span_of(room, len), &text));
            assert_false(idmap_decode(m, type, span_of(codes[c].code, i), &text));
        }
        /* The bits that no letter needs are zero: a second spelling is none. */
        memcpy(room, codes[c].code, len);
        room[len - 1]++;
        assert_false(idmap_decode(m, type, span_of(room, len), &text));
        (void)snprintf(room, sizeof(room), "%sa", codes[c].code);
        assert_false(idmap_decode(m, type, span_str(room), &text));
        assert_false(idmap_decode(m, type, span_str(codes[c].id), &text)); /* the id itself */
    }
    idmap_free(&m);
}

static void R4_random_texts_are_no_codes(void **state)
{
    struct idmap *m = acme();
    struct idmap_text text;
    uint8_t room[80];

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t len = round % sizeof(room);

        random_id(room, len, round % 3 == 0 ? NULL : "abcdefghijklmnopqrstuvwxyz234567");
        assert_false(idmap_decode(m, REF_USER, span_of(room, len), &text));
    }
    idmap_free(&m);
}

static void says_so_when_memory_is_out(void **state)
{
    uint8_t key[IDMAP_KEY_BYTES] = {0};
    struct idmap_bond bond = {SPAN("partner"), SPAN("acme"), 1};
    struct idmap *m = NULL;

    (void)state;
    for (uint64_t at = 1; at <= 2; at++) {
        mem_fail_at(at);
        assert_int_equal(idmap_new(key, &bond, &m), ERR_MEMORY);
        assert_null(m);
    }
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(I1_ids_have_the_codes_that_were_worked_out_apart),
        cmocka_unit_test(I1_a_code_counts_for_its_type_owner_scope_and_epoch_alone),
        cmocka_unit_test(I1_orgs_and_sessions_are_not_translated),
        cmocka_unit_test(I2_a_new_map_of_the_same_partner_gives_the_same_codes),
        cmocka_unit_test(I2_every_id_that_fits_comes_back_from_at_most_64_letters_and_digits),
        cmocka_unit_test(I1_an_id_that_does_not_fit_has_no_code),
        cmocka_unit_test(R4_whatever_is_not_a_code_letter_for_letter_is_none),
        cmocka_unit_test(R4_random_texts_are_no_codes),
        cmocka_unit_test(says_so_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
