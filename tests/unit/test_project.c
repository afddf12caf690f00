/* SPDX-License-Identifier: Apache-2.0 */
#include "district/project.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char DOC[] = "{\"a\":\"1\",\"b\":{\"c\":\"x\\\"}\",\"d\":\"y\"},\"e\":[{\"f\":\"1\","
                          "\"g\":[{\"h\":\"2\",\"i\":\"3\"}]},{\"g\":[]}],\"j\":[\"k\",\"l\"]}";

struct sample {
    const char *names; /* comma list */
    const char *want;
};

static const struct sample SAMPLES[] = {
    {"a", "{\"a\":\"1\"}"},
    {"j,a", "{\"a\":\"1\",\"j\":[\"k\",\"l\"]}"},
    {"b", "{\"b\":{\"c\":\"x\\\"}\",\"d\":\"y\"}}"},
    {"b.d", "{\"b\":{\"d\":\"y\"}}"},
    {"b.c,b", "{\"b\":{\"c\":\"x\\\"}\",\"d\":\"y\"}}"},
    {"e.f", "{\"e\":[{\"f\":\"1\"},{}]}"},
    {"e.g.i", "{\"e\":[{\"g\":[{\"i\":\"3\"}]},{\"g\":[]}]}"},
    {"e.g", "{\"e\":[{\"g\":[{\"h\":\"2\",\"i\":\"3\"}]},{\"g\":[]}]}"},
    {"none", "{}"},
    {"b.none", "{\"b\":{}}"},
    {"a.b", "{}"},
    {"bb,b.dd,e.ff", "{\"b\":{},\"e\":[{},{}]}"},
};

static size_t split(const char *names, struct span out[8])
{
    struct span rest = span_str(names);
    size_t n = 0;

    while (rest.ptr != NULL && n < 8) {
        out[n++] = span_cut(&rest, ',');
    }
    return n;
}

static void keeps_what_is_named_in_the_records_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++) {
        struct span names[8];
        size_t n = split(SAMPLES[i].names, names);
        struct buf out;

        buf_init(&out, 1000);
        buf_put_str(&out, "x,");
        assert_int_equal(project_record(&out, span_str(DOC), names, n), OK);
        buf_consume(&out, 2);
        if (!span_eq_str(buf_span(&out), SAMPLES[i].want)) {
            fail_msg("%s: %.*s", SAMPLES[i].names, (int)out.len, (const char *)buf_span(&out).ptr);
        }
        buf_fini(&out);
    }
}

static void refuses_documents_of_another_form(void **state)
{
    static const char *const bad[] = {
        "",           "[]",         "\"a\"",          "{\"a\":\"1\"", "{\"a\"}",
        "{\"a\":1}",  "{\"a\":",    "{\"a\":\"1\"}x", "{a:\"1\"}",    "{\"a\":[\"1\"",
        "{\"a\":\"1", "{\"a\":[{]}"};
    struct span name = SPAN("a");

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(project_record(&out, span_str(bad[i]), &name, 1), ERR_INPUT);
        buf_fini(&out);
    }
}

static void every_cut_of_a_document_is_refused(void **state)
{
    struct span name = SPAN("e.g.i");

    (void)state;
    for (size_t len = 0; len < sizeof(DOC) - 1; len++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(project_record(&out, span_of(DOC, len), &name, 1), ERR_INPUT);
        buf_fini(&out);
    }
}

static void a_full_buffer_is_an_error(void **state)
{
    struct span name = SPAN("b");
    struct buf out;

    (void)state;
    buf_init(&out, 10);
    assert_int_equal(project_record(&out, span_str(DOC), &name, 1), ERR_TOO_BIG);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_named_in_the_records_order),
        cmocka_unit_test(refuses_documents_of_another_form),
        cmocka_unit_test(every_cut_of_a_document_is_refused),
        cmocka_unit_test(a_full_buffer_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
