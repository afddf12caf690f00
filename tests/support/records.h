/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_RECORDS_H
#define SUPPORT_RECORDS_H

#include "base/mem.h"
#include "roster/builder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Short ways to feed source records to a builder, and to say what a set must hold. */

static inline struct resource collection_of(const char *name)
{
    return (struct resource){.name = span_str(name), .collection = span_str(name)};
}

/* Adds a page written with ' for ". */
static inline enum err feed(struct roster_builder *b, const char *name, const char *text)
{
    const struct resource resource = collection_of(name);
    char *page = mem_copy(text, strlen(text));
    size_t rows = 0;

    if (page == NULL) {
        return ERR_MEMORY;
    }
    for (char *c = page; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    enum err e = roster_builder_add(b, &resource, span_str(page), &rows);

    mem_free(page);
    return e;
}

/* "oak elm" in any order, "?" for unknown. */
static inline void expect_set(const struct fact_set *set, const char *words)
{
    struct span rest = span_str(words);
    size_t n = 0;

    if (words[0] == '?') {
        assert_int_not_equal(set->known, TRI_YES);
        assert_int_equal(set->count, 0);
        return;
    }
    assert_int_equal(set->known, TRI_YES);
    for (; rest.len > 0; n++) {
        struct span word = span_cut(&rest, ' ');
        bool found = false;

        for (size_t i = 0; i < set->count; i++) {
            found = found || span_eq(set->items[i], word);
        }
        assert_true(found);
    }
    assert_int_equal(set->count, n);
}

#endif
