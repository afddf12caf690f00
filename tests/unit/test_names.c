/* SPDX-License-Identifier: Apache-2.0 */
#include "district/names.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PEOPLE = 4000, NAMES = PEOPLE * 4 };

struct name {
    char text[1024];
    size_t len;
};

static int compare(const void *a, const void *b)
{
    const struct name *x = a;
    const struct name *y = b;

    return span_cmp(span_of(x->text, x->len), span_of(y->text, y->len));
}

static void take(struct buf *out, struct name *into)
{
    assert_int_equal(buf_err(out), OK);
    assert_in_range(out->len, 1, sizeof(into->text));
    assert_true(span_is_utf8(buf_span(out)));
    memcpy(into->text, buf_span(out).ptr, out->len);
    into->len = out->len;
    buf_clear(out);
}

static void no_two_names_of_a_district_are_equal(void **state)
{
    struct name *all = mem_alloc_array(NAMES, sizeof(*all));
    struct buf out;
    size_t n = 0;

    (void)state;
    assert_non_null(all);
    buf_init(&out, 2000);
    for (uint32_t i = 1; i <= PEOPLE; i++) {
        for (int kind = CANARY_STUDENT; kind <= CANARY_GUARDIAN; kind++) {
            enum canary_kind k = (enum canary_kind)kind;

            names_given(&out, (struct canary){k, i, CANARY_GIVEN});
            take(&out, &all[n++]);
            names_family(&out, (struct canary){k, i, CANARY_FAMILY}, i / 2);
            take(&out, &all[n++]);
        }
    }
    qsort(all, n, sizeof(*all), compare);
    for (size_t i = 1; i < n; i++) {
        assert_true(compare(&all[i - 1], &all[i]) != 0);
    }
    buf_fini(&out);
    mem_free(all);
}

static size_t given_len(uint32_t number)
{
    struct buf out;

    buf_init(&out, 2000);
    names_given(&out, (struct canary){CANARY_STUDENT, number, CANARY_GIVEN});
    size_t len = out.len;

    buf_fini(&out);
    return len;
}

static void the_unusual_names_are_where_the_docs_say(void **state)
{
    (void)state;
    for (uint32_t base = 0; base < 2000; base += 400) {
        assert_int_equal(given_len(base + 7), 3); /* one ideograph */
        assert_int_equal(given_len(base + 9), 7); /* a letter and three marks of two bytes */
        assert_true(given_len(base + 11) > 400);
    }
}

static void every_third_middle_name_is_empty(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    for (uint32_t i = 1; i < 30; i++) {
        buf_clear(&out);
        names_middle(&out, (struct canary){CANARY_STUDENT, i, CANARY_MIDDLE});
        assert_true((out.len == 0) == (i % 3 == 0));
    }
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_names_of_a_district_are_equal),
        cmocka_unit_test(the_unusual_names_are_where_the_docs_say),
        cmocka_unit_test(every_third_middle_name_is_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
