/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar (RFC 8259) and the envelope. Cases are worked by hand after the
 * RFC; those with a y_ or n_ name are known by it from the JSONTestSuite of N.
 * Seriot. Each stands as a value inside a record, where nobody knows its key,
 * so that skipping is as strict as reading; and each is fed whole and by bytes.
 */
#include "tests/support/redact_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct world world;
static struct run run;
static struct redactor *redactor;

static int setup(void **state)
{
    (void)state;
    if (!world_open(&world)) {
        return -1;
    }
    world_plan(&world, "users");
    run_init(&run);
    redactor = world_redactor(&world, &run);
    return redactor == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    redactor_free(&redactor);
    run_fini(&run);
    world_close(&world);
    return 0;
}

static void assert_ends(struct span body, enum err want, const char *name)
{
    for (size_t step = 1; step <= body.len + 1; step += body.len + (body.len == 0)) {
        run_body(&run, redactor, body, step);
        if (run.end != want) {
            print_error("%s (step %zu): %s, not %s\n", name, step, err_code(run.end),
                        err_code(want));
        }
        assert_int_equal(run.end, want);
    }
}

/* The value as an unknown member, as an unneeded known one, and as a nested item. */
static void assert_value(const char *value, size_t len, enum err want)
{
    static const char *const frames[][2] = {
        {"{\"users\":[{\"sourcedId\":\"stu-0\",\"x\":", "}]}"},
        {"{\"users\":[{\"sourcedId\":\"stu-0\",\"metadata\":{\"a\":[0,", "]},\"y\":1}]}"},
        {"{\"users\":[{\"givenName\":", ",\"sourcedId\":\"stu-0\"}]}"},
        {"{\"users\":[{\"roles\":", ",\"sourcedId\":\"stu-0\"}]}"},
        {"{\"users\":[{\"agents\":[", "],\"sourcedId\":\"stu-0\"}]}"},
        {"{\"users\":[{\"primaryOrg\":{\"sourcedId\":", "},\"sourcedId\":\"stu-0\"}]}"},
    };
    char body[1024];

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        size_t head = strlen(frames[i][0]);
        size_t tail = strlen(frames[i][1]);

        assert_true(head + len + tail <= sizeof(body));
        memcpy(body, frames[i][0], head);
        memcpy(body + head, value, len);
        memcpy(body + head + len, frames[i][1], tail);
        assert_ends(span_of(body, head + len + tail), want, value);
    }
}

#define VALUE(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

struct value {
    const char *text;
    size_t len;
};

static const struct value sound[] = {
    VALUE("0"),
    VALUE("-0"),
    VALUE("1"),
    VALUE("-1"),
    VALUE("123456789012345678901234567890"),
    VALUE("0.1"),
    VALUE("-0.0"),
    VALUE("1e1"),
    VALUE("1E1"),
    VALUE("1e+1"),
    VALUE("1E-1"),
    VALUE("0e1"),
    VALUE("0e+1"),
    VALUE("123.456e78"),
    VALUE("123e65"),
    VALUE("1.5e-0005"),
    VALUE("true"),
    VALUE("false"),
    VALUE("null"),
    VALUE("\"\""),
    VALUE("\"a\""),
    VALUE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    VALUE("\"\\u0060\\u012a\\u12AB\""),
    VALUE("\"\\uD801\\udc37\""),
    VALUE("\"\\ud83d\\ude39\\ud83d\\udc8d\""),
    VALUE("\"\\u0000\""),
    VALUE("\"\\uFFFF\""),
    VALUE("\"\\uDBFF\\uDFFF\""),
    VALUE("\"\\\\u0000\""),
    VALUE("\"\x7F\""),
    VALUE("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""),
    VALUE("\"\xE2\x80\xA8\""),
    VALUE("\"\xF4\x8F\xBF\xBF\""),
    VALUE("\"\xEF\xBF\xBF\""),
    VALUE("\"\\u2028\xE2\x80\xA9/\""),
    VALUE("{}"),
    VALUE("[]"),
    VALUE("{\"a\":1}"),
    VALUE("{\"\":0}"),
    VALUE("{\"a\":1,\"a\":2}"),
    VALUE("{\"a\":[]}"),
    VALUE("{\"\\u0000\":0}"),
    VALUE("[[]]"),
    VALUE("[1,null,\"a\",{}]"),
    VALUE(" [ 1 , 2 ] "),
    VALUE("\t{\n\"a\"\r:\t1\n}\n"),
    VALUE("[1\n,2]"),
    VALUE("[ ]"),
    VALUE("[\"\\\\\",\"\\\"\"]"),
    VALUE("{\"a\" : { \"b\" : [ ] } }"),
    VALUE("1 "),
};

static void accepts_every_form_of_the_grammar(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sound) / sizeof(sound[0]); i++) {
        assert_value(sound[i].text, sound[i].len, OK);
    }
}

static const struct value bad_literals[] = {
    VALUE("01"),
    VALUE("-01"),
    VALUE("-"),
    VALUE("+1"),
    VALUE("1."),
    VALUE(".1"),
    VALUE("-.1"),
    VALUE("1.e1"),
    VALUE("0.e1"),
    VALUE("1e"),
    VALUE("1e+"),
    VALUE("1E-"),
    VALUE("1eE2"),
    VALUE("1.2.3"),
    VALUE("1e1.5"),
    VALUE("0x1"),
    VALUE("0x42"),
    VALUE("1_000"),
    VALUE("1a"),
    VALUE("-1x"),
    VALUE("--1"),
    VALUE("1-1"),
    VALUE("NaN"),
    VALUE("-NaN"),
    VALUE("Infinity"),
    VALUE("-Infinity"),
    VALUE("inf"),
    VALUE("1 000"),
    VALUE("\xEF\xBC\x91"),
    VALUE("1\xC2\xA0"),
    VALUE("True"),
    VALUE("TRUE"),
    VALUE("tru"),
    VALUE("truee"),
    VALUE("nul"),
    VALUE("nulll"),
    VALUE("fals"),
    VALUE("undefined"),
    VALUE("a"),
    VALUE("'a'"),
    VALUE("\x01"),
    VALUE("\x7F"),
    VALUE("\\"),
    VALUE("\\n"),
    VALUE("\\\""),
    VALUE("*"),
    VALUE("//"),
    VALUE("/**/1"),
    VALUE("1/*c*/"),
    VALUE("1//"),
    VALUE("\xEF\xBB\xBF"),
    VALUE("1\x0C"),
    VALUE("\x0B"),
    VALUE("true false"),
    VALUE("1 2"),
    VALUE("1\"a\""),
    VALUE("\"a\"1"),
    VALUE("\"a\"\"b\""),
    VALUE("1{}"),
    VALUE("null[]"),
    VALUE("<x>"),
    VALUE("#"),
    VALUE("1\xC3\xA9"),

    VALUE("-\"a\""),
    VALUE("- 1"),
    VALUE("0 .1"),
    VALUE("00"),
    VALUE("-00"),
};

static void refuses_every_other_number_and_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_literals) / sizeof(bad_literals[0]); i++) {
        assert_value(bad_literals[i].text, bad_literals[i].len, ERR_UP_JSON);
    }
}

static const struct value bad_strings[] = {
    VALUE("\"\\x00\""),
    VALUE("\"\\a\""),
    VALUE("\"\\v\""),
    VALUE("\"\\0\""),
    VALUE("\"\\'\""),
    VALUE("\"\\ \""),
    VALUE("\"\\U0041\""),
    VALUE("\"\\u\""),
    VALUE("\"\\u0\""),
    VALUE("\"\\u00\""),
    VALUE("\"\\u00A\""),
    VALUE("\"\\u00G0\""),
    VALUE("\"\\u 041\""),
    VALUE("\"\\u+041\""),
    VALUE("\"\\uD800\""),
    VALUE("\"\\uDC00\""),
    VALUE("\"\\uD800\\u\""),
    VALUE("\"\\uD800\\u1\""),
    VALUE("\"\\uD800\\uD800\""),
    VALUE("\"\\uD800\\n\""),
    VALUE("\"\\uD800x\""),
    VALUE("\"\\uD800\\\\\""),
    VALUE("\"\\uD800\\\\uDC00\""),
    VALUE("\"\\uDC00\\uD800\""),
    VALUE("\"\\uDFFF\""),
    VALUE("\"\\uD800\\uE000\""),
    VALUE("\"a\nb\""),
    VALUE("\"a\tb\""),
    VALUE("\"a\rb\""),
    VALUE("\"\x01\""),
    VALUE("\"\x1F\""),
    VALUE("\"\0\""),
    VALUE("\"\xC0\x80\""),
    VALUE("\"\xC1\xBF\""),
    VALUE("\"\xE0\x80\x80\""),
    VALUE("\"\xED\xA0\x80\""),
    VALUE("\"\xED\xBF\xBF\""),
    VALUE("\"\xF0\x80\x80\x80\""),
    VALUE("\"\xF4\x90\x80\x80\""),
    VALUE("\"\xF8\x88\x80\x80\x80\""),
    VALUE("\"\x80\""),
    VALUE("\"\xFF\""),
    VALUE("\"\xC3\""),
    VALUE("\"\xE2\x82\""),
    VALUE("\"\xF0\x9F\x98\""),
    VALUE("\"\\\xC3\xA9\""),
    VALUE("\"\\\n\""),
    VALUE("\"\\\"a"),
    VALUE("'\"'"),
};

static void refuses_every_other_string(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_strings) / sizeof(bad_strings[0]); i++) {
        assert_value(bad_strings[i].text, bad_strings[i].len, ERR_UP_JSON);
    }
}

static const struct value bad_structures[] = {
    VALUE("[1,]"),
    VALUE("[,1]"),
    VALUE("[,]"),
    VALUE("[1,,2]"),
    VALUE("[1 2]"),
    VALUE("[1:2]"),
    VALUE("[1;2]"),
    VALUE("[\"a\":1]"),
    VALUE("{\"a\":1,}"),
    VALUE("{,}"),
    VALUE("{,\"a\":1}"),
    VALUE("{\"a\"}"),
    VALUE("{\"a\":}"),
    VALUE("{\"a\" 1}"),
    VALUE("{\"a\",1}"),
    VALUE("{\"a\"::1}"),
    VALUE("{:1}"),
    VALUE("{a:1}"),
    VALUE("{'a':1}"),
    VALUE("{1:1}"),
    VALUE("{null:1}"),
    VALUE("{[]:1}"),
    VALUE("{\"a\":1,,\"b\":2}"),
    VALUE("{\"a\":1 \"b\":2}"),
    VALUE("{\"a\":1:2}"),
    VALUE("{\"a\":\"b\",\"c\"}"),
    VALUE("[}"),
    VALUE("{]"),
    VALUE("[1}"),
    VALUE("{\"a\":1]"),
    VALUE("[[]"),
    VALUE("[]]"),

    VALUE("]"),
    VALUE("}"),
    VALUE(":"),
    VALUE(","),
    VALUE("[\"a\""),
    VALUE("{\"a"),
    VALUE("{\"a\":\"x\",\"b\":\"y\",}"),
    VALUE("{\"a\":\"x\",\"b\":\"y\":\"z\"}"),
    VALUE("{\"a\\x\":1}"),
    VALUE("{\"\\uD800\":1}"),
    VALUE("{\"a\":\"x\"\"b\":\"y\"}"),
    VALUE("[1] [2]"),
    VALUE("{} {}"),
    VALUE("[\"a\",\n\"b]"),
    VALUE("{\"a\":\"b\"}/**/"),
};

static void refuses_every_other_structure(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_structures) / sizeof(bad_structures[0]); i++) {
        assert_value(bad_structures[i].text, bad_structures[i].len, ERR_UP_JSON);
    }
}

static void assert_body(const char *text, enum err want)
{
    assert_ends(span_str(text), want, text);
}

static void takes_the_envelope_of_the_catalog_and_no_other(void **state)
{
    (void)state;
    assert_body("{\"users\":[]}", OK);
    assert_body(" \n{ \"users\" : [ ] } \t\r\n", OK);
    assert_body("{\"\\u0075sers\":[]}", OK);
    assert_body("{}", ERR_UP_ENVELOPE);
    assert_body("{\"user\":{}}", ERR_UP_ENVELOPE);
    assert_body("{\"Users\":[]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\\u0000\":[]}", ERR_UP_ENVELOPE);
    assert_body("{\"\":[]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":{}}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":null}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":\"\"}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":0}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":x}", ERR_UP_JSON);
    assert_body("[]", ERR_UP_ENVELOPE);
    assert_body("\"users\"", ERR_UP_ENVELOPE);
    assert_body("12", ERR_UP_ENVELOPE);
    assert_body("null", ERR_UP_ENVELOPE);
    assert_body("[{\"users\":[]}]", ERR_UP_ENVELOPE);
    assert_body("{\"data\":{\"users\":[]}}", ERR_UP_ENVELOPE);
}

static void takes_records_only_as_objects_in_the_one_list(void **state)
{
    (void)state;
    assert_body("{\"users\":[[]]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[[{\"sourcedId\":\"stu-0\"}]]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[1]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[\"a\"]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[null]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[{},null]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[{},]}", ERR_UP_JSON);
    assert_body("{\"users\":[{}{}]}", ERR_UP_JSON);
    assert_int_equal(run.records, 1);
}

static void ends_at_a_second_member_beside_the_records(void **state)
{
    (void)state;
    assert_body("{\"users\":[],\"totalCount\":3}", ERR_UP_ENVELOPE);
    assert_body("{\"totalCount\":3,\"users\":[]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[],\"users\":[]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[],\"\\u0075sers\":[{\"sourcedId\":\"stu-0\"}]}", ERR_UP_ENVELOPE);
    assert_body("{\"users\":[],}", ERR_UP_JSON);
    assert_body("{\"users\":[{}],\"warnings\":[]}", ERR_UP_ENVELOPE);
    assert_int_equal(run.records, 1);
}

static void needs_the_whole_document_and_nothing_behind_it(void **state)
{
    const char whole[] = "{\"users\":[{\"sourcedId\":\"stu-0\",\"a\":[1,true]}]}";
    char text[128];

    (void)state;
    assert_body(whole, OK);
    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        assert_ends(span_of(whole, len), ERR_UP_JSON, "cut");
    }
    for (unsigned c = 0; c < 256; c++) {
        bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';

        memcpy(text, whole, sizeof(whole) - 1);
        text[sizeof(whole) - 1] = (char)c;
        assert_ends(span_of(text, sizeof(whole)), space ? OK : ERR_UP_JSON, "behind");
        text[0] = (char)c;
        memcpy(text + 1, whole, sizeof(whole) - 1);
        run_body(&run, redactor, span_of(text, sizeof(whole)), 1);
        assert_int_equal(run.end == OK, space);
    }
}

static void refuses_byte_order_marks_and_other_encodings(void **state)
{
    static const char utf16[] = "\xFF\xFE{\0\"\0u\0";

    (void)state;
    assert_body("\xEF\xBB\xBF{\"users\":[]}", ERR_UP_JSON);
    assert_ends(span_of(utf16, sizeof(utf16) - 1), ERR_UP_JSON, "utf-16");
    assert_ends(span_of("{\0\"\0u\0", 6), ERR_UP_JSON, "utf-16 without mark");
}

static void takes_sixty_four_levels_and_not_one_more(void **state)
{
    char body[512];

    (void)state;
    for (unsigned inner = 60; inner <= 64; inner++) {
        size_t len = (size_t)snprintf(body, sizeof(body), "{\"users\":[{\"x\":");

        memset(body + len, '[', inner);
        memset(body + len + inner, ']', inner);
        len += 2 * (size_t)inner;
        len += (size_t)snprintf(body + len, sizeof(body) - len, "}]}");
        assert_ends(span_of(body, len), 3 + inner <= REDACT_MAX_DEPTH ? OK : ERR_UP_JSON, "depth");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_every_form_of_the_grammar),
        cmocka_unit_test(refuses_every_other_number_and_word),
        cmocka_unit_test(refuses_every_other_string),
        cmocka_unit_test(refuses_every_other_structure),
        cmocka_unit_test(takes_the_envelope_of_the_catalog_and_no_other),
        cmocka_unit_test(takes_records_only_as_objects_in_the_one_list),
        cmocka_unit_test(ends_at_a_second_member_beside_the_records),
        cmocka_unit_test(needs_the_whole_document_and_nothing_behind_it),
        cmocka_unit_test(refuses_byte_order_marks_and_other_encodings),
        cmocka_unit_test(takes_sixty_four_levels_and_not_one_more),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
