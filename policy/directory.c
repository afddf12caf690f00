/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directory information by the words of 34 CFR 99.3. A login id is directory
 * information only if it cannot by itself give access to records (99.3); the
 * student's number in the district never is, and carries no type.
 */
#include "policy/directory.h"

static const char *const words[DIRECTORY_COUNT] = {
#define DIRECTORY_WORD(sym, word, listed) [sym] = (word),
    DIRECTORY_TABLE(DIRECTORY_WORD)
#undef DIRECTORY_WORD
};

static const struct {
    enum directory_type type;
    const char *element; /* "Category / Element" */
} carriers[] = {
    {DIRECTORY_NAME, "Student Name / First and/or Last"},
    {DIRECTORY_ADDRESS, "Student Contact Information / Address"},
    {DIRECTORY_TELEPHONE, "Student Contact Information / Phone"},
    {DIRECTORY_EMAIL, "Student Contact Information / Email"},
    {DIRECTORY_BIRTH, "Demographics / Date of Birth"},
    {DIRECTORY_BIRTH, "Demographics / Place of Birth"},
    {DIRECTORY_GRADE, "Enrollment / Student grade level"},
    {DIRECTORY_ENROLLMENT, "Enrollment / Student school enrollment"},
    {DIRECTORY_ACTIVITIES, "Student Program Membership / Academic or extracurricular activities a "
                           "student may belong to or participate in"},
    {DIRECTORY_LOGIN, "Student Identifiers / Student app username"},
};

const char *directory_word(enum directory_type type)
{
    return words[type];
}

bool directory_of_word(struct span word, enum directory_type *out)
{
    for (unsigned t = 0; t < DIRECTORY_COUNT; t++) {
        if (span_eq_str(word, words[t])) {
            *out = (enum directory_type)t;
            return true;
        }
    }
    return false;
}

struct element_set directory_elements(enum directory_type type)
{
    struct element_set set = {{0}};

    for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++) {
        const struct element *e = element_parse(span_str(carriers[i].element));

        if (carriers[i].type == type && e != NULL) {
            element_set_add(&set, element_number(e));
        }
    }
    return set;
}
