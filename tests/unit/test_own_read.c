/* SPDX-License-Identifier: Apache-2.0 */
/* Students' own facts as files: strict, every fault with its place, good rows kept. */
#include "roster/own_read.h"

#include "policy/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MEMORY = 1 << 20 };

#define OPT_OUTS     "student,type,scope,since,until\n"
#define RESTRICTIONS "student,withhold,from,until\n"
#define NAMED        "student,agreement,since,until,by\n"
#define CONSENTS                                                                                   \
    "student,signer,relation,signed,expires,revoked,method,authenticated-as,evidence,party,"       \
    "purpose,elements\n"
#define NAME "Student Name / First and/or Last"

struct reading {
    struct arena arena;
    struct diag_list diags;
    struct own_sheet sheet;
};

static void read_bytes(struct reading *r, enum own_file file, struct span bytes)
{
    arena_init(&r->arena, MEMORY);
    diag_init(&r->diags, &r->arena);
    assert_int_equal(own_read(&(struct own_text){file, own_file_name(file), bytes}, &r->arena,
                              &r->diags, &r->sheet),
                     OK);
    assert_int_equal(r->sheet.whole, r->diags.errors == 0);
}

static void read_text(struct reading *r, enum own_file file, const char *text)
{
    read_bytes(r, file, span_str(text));
}

static void end(struct reading *r)
{
    arena_fini(&r->arena);
}

static bool says(const struct reading *r, unsigned line, unsigned column, const char *part)
{
    for (const struct diag *d = r->diags.first; d != NULL; d = d->next) {
        if (d->line == line && d->column == column && strstr(d->text, part) != NULL) {
            return true;
        }
    }
    for (const struct diag *d = r->diags.first; d != NULL; d = d->next) {
        print_message("%s:%u:%u: %s\n", d->file, d->line, d->column, d->text);
    }
    return false;
}

#define assert_says(r, line, column, part) assert_true(says((r), (line), (column), (part)))

static unsigned number_of(const char *line)
{
    return element_number(element_parse(span_str(line)));
}

static void a_header_alone_is_a_whole_file_without_rows(void **state)
{
    struct reading r;

    (void)state;
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        char text[256];

        (void)snprintf(text, sizeof(text), "%s\n", own_file_header((enum own_file)f));
        read_text(&r, (enum own_file)f, text);
        assert_true(r.sheet.whole);
        assert_int_equal(r.sheet.count, 0);
        end(&r);
    }
}

static void reads_an_opt_out_of_each_kind(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_OPT_OUTS,
              OPT_OUTS "s1,all,directory,2026-08-01,\n"
                       "s2,email,directory,2026-08-01,2027-06-30\n"
                       "s3,all,agreement:acme-math,2026-08-01,\n"
                       ",,,,\n");
    assert_true(r.sheet.whole);
    assert_int_equal(r.sheet.count, 3);
    const struct own_row *row = r.sheet.rows;

    assert_true(span_eq_str(row[0].student, "s1"));
    assert_true(row[0].all && row[0].party == OWN_EVERYBODY);
    assert_int_equal(row[0].since, 20260801);
    assert_int_equal(row[0].until, 0);
    assert_false(row[1].all);
    assert_int_equal(row[1].until, 20270630);
    assert_true(
        element_set_has(&row[1].elements, number_of("Student Contact Information / Email")));
    assert_true(row[2].party == OWN_AGREEMENT && span_eq_str(row[2].party_id, "acme-math"));
    assert_int_equal(row[2].line, 4);
    end(&r);
}

static void reads_a_restriction_with_its_elements(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_RESTRICTIONS,
              RESTRICTIONS "s1,all,all,\n"
                           "\"s \"\"2\"\"\",\"" NAME "; Demographics / Date of Birth\","
                           "partner:acme,2027-01-31\n"
                           "s3,\"Student work / Student generated content; writing, pictures, "
                           "etc.;" NAME "\",all,\n");
    assert_true(r.sheet.whole);
    const struct own_row *row = r.sheet.rows;

    assert_true(row[0].all);
    assert_true(span_eq_str(row[1].student, "s \"2\""));
    assert_true(row[1].party == OWN_PARTNER && span_eq_str(row[1].party_id, "acme"));
    assert_true(element_set_has(&row[1].elements, number_of(NAME)));
    assert_true(element_set_has(&row[1].elements, number_of("Demographics / Date of Birth")));
    assert_true(
        element_set_has(&row[2].elements, number_of("Student work / Student generated content")));
    assert_true(element_set_has(&row[2].elements, number_of(NAME)));
    end(&r);
}

#define CONSENT(signer, signed, method, as, party, purpose, elements)                              \
    CONSENTS "s1," signer ",parent," signed ",,," method "," as ",folder 7," party "," purpose     \
                                            "," elements "\n"

static void d1_reads_a_complete_consent(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_CONSENTS,
              CONSENTS "s1,Ada B.,guardian,2026-08-15,2027-06-30,2027-01-10,electronic,parent "
                       "portal,ref 7,agreement:club,after-school," NAME "\n");
    assert_true(r.sheet.whole);
    const struct own_row *row = r.sheet.rows;

    assert_int_equal(row->relation, OWN_GUARDIAN);
    assert_int_equal(row->since, 20260815);
    assert_int_equal(row->until, 20270630);
    assert_int_equal(row->revoked, 20270110);
    assert_true(span_eq_str(row->purpose, "after-school"));
    assert_true(row->party == OWN_AGREEMENT && span_eq_str(row->party_id, "club"));
    end(&r);
}

static void d1_a_consent_that_lacks_a_part_is_no_consent(void **state)
{
    static const struct {
        const char *text, *says;
        unsigned column;
    } cases[] = {
        {CONSENT("", "2026-08-15", "paper", "", "partner:p", "x", NAME), "99.30(a)", 4},
        {CONSENT("A", "", "paper", "", "partner:p", "x", NAME), "99.30(a)", 13},
        {CONSENT("A", "2026-08-15", "paper", "", "", "x", NAME), "99.30(b)(3)", 42},
        {CONSENT("A", "2026-08-15", "paper", "", "all", "x", NAME), "99.30(b)(3)", 42},
        {CONSENT("A", "2026-08-15", "paper", "", "partner:p", "", NAME), "99.30(b)(2)", 52},
        {CONSENT("A", "2026-08-15", "paper", "", "partner:p", "x", ""), "99.30(b)(1)", 54},
        {CONSENT("A", "2026-08-15", "", "", "partner:p", "x", NAME), "empty", 26},
    };
    struct reading r;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_text(&r, OWN_CONSENTS, cases[i].text);
        assert_says(&r, 2, cases[i].column, cases[i].says);
        assert_int_equal(r.sheet.count, 1);
        assert_true(r.sheet.rows[0].bad);
        end(&r);
    }
}

static void d2_an_electronic_consent_says_how_its_signer_was_authenticated(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_CONSENTS,
              CONSENT("A", "2026-08-15", "electronic", "", "partner:p", "x", NAME));
    assert_says(&r, 2, 37, "99.30(d)(1)");
    end(&r);
    read_text(&r, OWN_CONSENTS,
              CONSENT("A", "2026-08-15", "electronic", "portal", "partner:p", "x", NAME));
    assert_true(r.sheet.whole);
    end(&r);
}

static void reads_a_naming(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_NAMED, NAMED "s1,move-42,2026-08-15,2026-09-15,registrar\n");
    assert_true(r.sheet.whole);
    assert_true(span_eq_str(r.sheet.rows[0].party_id, "move-42"));
    end(&r);
    read_text(&r, OWN_NAMED, NAMED "s1,,2026-08-15,,\n");
    assert_says(&r, 2, 4, "agreement");
    assert_says(&r, 2, 17, "who named");
    end(&r);
}

static void all_problems_are_told_at_once_with_place_and_nearest_word(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_OPT_OUTS,
              OPT_OUTS "s1,emial,directory,2026-08-01,\n"
                       "s\xC3\xA9"
                       "2,name,dir,2026-08-01,2026-07-01\n"
                       "s3,name,agreement:x,2026-08-01,\n"
                       "s4,name\n"
                       "s5,name,directory,2026-08-01,,x\n"
                       ",name,directory,2026-08-01,\n"
                       "s7,all,directory,,\n"
                       "s8,name,directory,2026-02-29,\n");
    assert_says(&r, 2, 4, "did you mean \"email\"");
    assert_says(&r, 3, 10, "\"dir\" the scope is");
    assert_says(&r, 3, 25, "before");
    assert_says(&r, 4, 9, "type \"all\"");
    assert_says(&r, 5, 8, "too few");
    assert_says(&r, 6, 31, "too many");
    assert_says(&r, 7, 1, "sourcedId");
    assert_says(&r, 8, 18, "missing");
    assert_says(&r, 9, 19, "not a day");
    assert_int_equal(r.diags.errors, 9);
    end(&r);
    read_text(&r, OWN_RESTRICTIONS,
              RESTRICTIONS "s1,Student Name / First and/or Lst,al,\n"
                           "s2,\"" NAME ";;" NAME "\",all,\n"
                           "s3,,all,\n"
                           "s4,Staff / Name,all,\n");
    assert_says(&r, 2, 4, "did you mean \"Student Name / First and/or Last\"");
    assert_says(&r, 2, 36, "\"al\"");
    assert_says(&r, 3, 4, "between two semicolons");
    assert_says(&r, 4, 4, "what to withhold");
    assert_says(&r, 5, 4, "no \"Category / Element\"");
    end(&r);
}

static void s2_dates_of_spreadsheets_are_refused_in_plain_words(void **state)
{
    static const char *const dates[] = {"6/15/2026", "15.06.2026", "15-Jun-26", "46188", "6-15-26"};
    struct reading r;
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        (void)snprintf(text, sizeof(text), OPT_OUTS "s1,all,directory,%s,\n", dates[i]);
        read_text(&r, OWN_OPT_OUTS, text);
        assert_says(&r, 2, 18, "is a spreadsheet's form of a date; write YYYY-MM-DD");
        end(&r);
    }
    read_text(&r, OWN_OPT_OUTS, OPT_OUTS "s1,all,directory,2026-06-15 00:00,\n");
    assert_says(&r, 2, 18, "is not a day");
    end(&r);
}

static void s2_reads_bom_crlf_and_quotes(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_OPT_OUTS,
              "\xEF\xBB\xBF\"student\",type,scope,since,until\r\n"
              "\r\n\"s1\",\"all\",\"directory\",\"2026-08-01\",\"\"\r\n");
    assert_true(r.sheet.whole);
    assert_int_equal(r.sheet.count, 1);
    assert_int_equal(r.sheet.rows[0].line, 3);
    end(&r);
    read_bytes(&r, OWN_OPT_OUTS, SPAN("\xFF\xFEs\0t\0"));
    assert_says(&r, 1, 1, "UTF-16");
    end(&r);
    read_text(&r, OWN_OPT_OUTS, "");
    assert_says(&r, 1, 1, "empty");
    end(&r);
    read_text(&r, OWN_OPT_OUTS, "student,typ,scope,since,until\ns1,all,directory,2026-08-01,\n");
    assert_says(&r, 1, 9, "\"type\"");
    assert_int_equal(r.sheet.count, 0);
    end(&r);
}

static void s1_a_bad_row_keeps_its_student_and_spoils_no_other_row(void **state)
{
    struct reading r;

    (void)state;
    read_text(&r, OWN_OPT_OUTS,
              OPT_OUTS "s1,\"all,directory,2026-08-01,\n"
                       "\"s2,all,directory,2026-08-01,\n"
                       "s3,al\xFFl,directory,2026-08-01,\n"
                       " s4,all,directory,2026-08-01,\n"
                       "s5,all,directory,2026-08-01,\rs\n"
                       "s6\"x,all,directory,2026-08-01,\n"
                       "s7,all,directory,2026-08-01,\n");
    static const char *const ids[] = {"s1", "s2", "s3", "s4", "s5", "s6\"x", "s7"};

    assert_int_equal(r.sheet.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_true(span_eq_str(r.sheet.rows[i].student, ids[i]));
        assert_int_equal(r.sheet.rows[i].bad, i < 6);
    }
    assert_says(&r, 2, 4, "not closed");
    assert_says(&r, 3, 1, "not closed");
    assert_says(&r, 4, 4, "UTF-8");
    assert_says(&r, 5, 1, "blank");
    assert_says(&r, 6, 29, "CR");
    assert_says(&r, 7, 3, "quote");
    assert_false(r.sheet.whole);
    end(&r);
}

/* Only a file cut exactly behind a line end can pass for whole; nothing of it widens. */
static void cut_everywhere(enum own_file file, const char *text)
{
    struct reading whole, part;
    size_t len = strlen(text);

    read_text(&whole, file, text);
    assert_true(whole.sheet.whole);
    for (size_t cut = 0; cut < len; cut++) {
        read_bytes(&part, file, span_of(text, cut));
        bool may_pass = cut > 0 && text[cut - 1] == '\n';

        assert_int_equal(part.sheet.whole, may_pass);
        assert_true(part.sheet.count <= whole.sheet.count);
        for (size_t i = 0; i + 1 < part.sheet.count; i++) {
            assert_false(part.sheet.rows[i].bad);
            assert_true(span_eq(part.sheet.rows[i].student, whole.sheet.rows[i].student));
            assert_int_equal(part.sheet.rows[i].until, whole.sheet.rows[i].until);
        }
        end(&part);
    }
    end(&whole);
}

static void s2_a_file_cut_at_any_byte_is_seen_or_only_lacks_rows(void **state)
{
    (void)state;
    cut_everywhere(OWN_OPT_OUTS, OPT_OUTS "s1,all,directory,2026-08-01,\r\n"
                                          "s2,\"email\",directory,2026-08-01,2027-06-30\n");
    cut_everywhere(OWN_RESTRICTIONS, RESTRICTIONS "s1,all,all,2027-01-01\n"
                                                  "s2,\"" NAME "\",partner:a,\n");
    cut_everywhere(OWN_NAMED, NAMED "s1,a,2026-08-01,2026-09-01,me\ns2,a,2026-08-01,,me\n");
    cut_everywhere(OWN_CONSENTS, CONSENTS
                   "s1,A,parent,2026-08-15,2027-01-01,2026-12-01,paper,,f,partner:p,x," NAME
                   ";" NAME "\n");
}

static void is_bounded(void **state)
{
    static char text[70000];
    struct reading r;

    (void)state;
    (void)snprintf(text, sizeof(text), OPT_OUTS "s1,%05000d,directory,2026-08-01,\n", 0);
    read_text(&r, OWN_OPT_OUTS, text);
    assert_says(&r, 2, 4, "longer than 4,096 bytes");
    end(&r);
    (void)snprintf(text, sizeof(text), OPT_OUTS "s1,%066000d,directory,2026-08-01,\n", 0);
    read_text(&r, OWN_OPT_OUTS, text);
    assert_says(&r, 2, 1, "longer than 64 KiB");
    assert_true(span_eq_str(r.sheet.rows[0].student, "s1"));
    end(&r);
    struct own_sheet sheet = {.count = 7};

    arena_init(&r.arena, 300);
    diag_init(&r.diags, &r.arena);
    assert_int_equal(
        own_read(&(struct own_text){OWN_OPT_OUTS, "o", span_str(OPT_OUTS "s1,all,directory,\n")},
                 &r.arena, &r.diags, &sheet),
        ERR_MEMORY);
    assert_int_equal(sheet.count, 7);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_alone_is_a_whole_file_without_rows),
        cmocka_unit_test(reads_an_opt_out_of_each_kind),
        cmocka_unit_test(reads_a_restriction_with_its_elements),
        cmocka_unit_test(d1_reads_a_complete_consent),
        cmocka_unit_test(d1_a_consent_that_lacks_a_part_is_no_consent),
        cmocka_unit_test(d2_an_electronic_consent_says_how_its_signer_was_authenticated),
        cmocka_unit_test(reads_a_naming),
        cmocka_unit_test(all_problems_are_told_at_once_with_place_and_nearest_word),
        cmocka_unit_test(s2_dates_of_spreadsheets_are_refused_in_plain_words),
        cmocka_unit_test(s2_reads_bom_crlf_and_quotes),
        cmocka_unit_test(s1_a_bad_row_keeps_its_student_and_spoils_no_other_row),
        cmocka_unit_test(s2_a_file_cut_at_any_byte_is_seen_or_only_lacks_rows),
        cmocka_unit_test(is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
