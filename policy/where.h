/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_WHERE_H
#define POLICY_WHERE_H

#include "policy/catalog.h"
#include "policy/district.h"

/*
 * `where:` of an agreement: whom and what it is limited to. Every list that is
 * there must be met; one that is not limits nothing. The word in files is also
 * the member of struct agreement.
 */
#define WHERE_TABLE(W)                                                                             \
    W(WHERE_SCHOOLS, schools)                                                                      \
    W(WHERE_GRADES, grades)                                                                        \
    W(WHERE_CLASSES, classes)                                                                      \
    W(WHERE_COURSES, courses)                                                                      \
    W(WHERE_TERMS, terms)                                                                          \
    W(WHERE_STATUSES, statuses)                                                                    \
    W(WHERE_PROGRAMS, programs)

enum where {
#define WHERE_SYMBOL(sym, member) sym,
    WHERE_TABLE(WHERE_SYMBOL)
#undef WHERE_SYMBOL
        WHERE_COUNT
};

/*
 * Reads the map into `out` (WHERE_COUNT lists, empty ones left out): schools by
 * alias or id into ids, grades by the catalog's words, classes, courses and terms
 * by the source's ids, statuses and programs by the values of the local fields
 * that district.yaml classifies as such; without such a field nobody's could be
 * known, which is an error. False if anything was one. Borrows from document and
 * arena.
 */
bool where_read(const struct doc *d, const struct node *map, const struct district *district,
                const struct catalog *catalog, struct texts *out);

#endif
