/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DIRECTORY_H
#define POLICY_DIRECTORY_H

#include "policy/vocabulary.h"

/*
 * The types of directory information: the words that 34 CFR 99.3 lists, and which
 * elements of Exhibit B carry each. A district designates types in district.yaml
 * (99.37(a)); opt-outs and limits name them.
 */

/* Columns: symbol, word in files, named by 99.3 (else `designated-because` is needed). */
#define DIRECTORY_TABLE(T)                                                                         \
    T(DIRECTORY_NAME, "name", true)                                                                \
    T(DIRECTORY_ADDRESS, "address", true)                                                          \
    T(DIRECTORY_TELEPHONE, "telephone", true)                                                      \
    T(DIRECTORY_EMAIL, "email", true)                                                              \
    T(DIRECTORY_PHOTOGRAPH, "photograph", true)                                                    \
    T(DIRECTORY_BIRTH, "date-and-place-of-birth", true)                                            \
    T(DIRECTORY_MAJOR, "major-field-of-study", true)                                               \
    T(DIRECTORY_GRADE, "grade-level", true)                                                        \
    T(DIRECTORY_ENROLLMENT, "enrollment", true)                                                    \
    T(DIRECTORY_DATES, "dates-of-attendance", true)                                                \
    T(DIRECTORY_ACTIVITIES, "activities", true)                                                    \
    T(DIRECTORY_TEAM, "weight-and-height", true)                                                   \
    T(DIRECTORY_AWARDS, "awards", true)                                                            \
    T(DIRECTORY_PREVIOUS, "previous-school", true)                                                 \
    T(DIRECTORY_LOGIN, "login-id", true)

enum directory_type {
#define DIRECTORY_SYMBOL(sym, word, listed) sym,
    DIRECTORY_TABLE(DIRECTORY_SYMBOL)
#undef DIRECTORY_SYMBOL
        DIRECTORY_COUNT
};

const char *directory_word(enum directory_type type);
bool directory_of_word(struct span word, enum directory_type *out);

/* The elements that carry a type; empty for what no catalog has a field of. */
struct element_set directory_elements(enum directory_type type);

#endif
