/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_PROGRAM_H
#define POLICY_PROGRAM_H

#include "policy/catalog.h"

/*
 * A field program: what one agreement releases of one resource for one role.
 * Immutable, made when the policy loads. `fields=` and students' own facts only
 * narrow `keep` further, by bitsets (DESIGN 8). The redactor executes it.
 */

/* Columns: symbol, word in files, reversible, linkable, keeps the type. */
#define TRANSFORM_TABLE(T)                                                                         \
    T(TRANSFORM_OMIT, "omit", false, false, true)                                                  \
    T(TRANSFORM_AS_IS, "as-is", true, true, true)                                                  \
    T(TRANSFORM_INITIAL, "initial", false, false, true)                                            \
    T(TRANSFORM_MASK, "mask", false, false, false)                                                 \
    T(TRANSFORM_CONST, "const", false, false, false)                                               \
    T(TRANSFORM_YEAR, "year", false, true, false)

enum transform {
#define TRANSFORM_SYMBOL(sym, word, reversible, linkable, keeps) sym,
    TRANSFORM_TABLE(TRANSFORM_SYMBOL)
#undef TRANSFORM_SYMBOL
        TRANSFORM_COUNT
};

struct field_rule {
    enum transform transform; /* TRANSFORM_OMIT unless granted */
    struct span constant;     /* TRANSFORM_CONST: the JSON value, quotes included */
};

struct program {
    const struct resource *resource;
    enum role role;
    struct fieldset keep;           /* leaves with a rule other than omit, and structure */
    const struct field_rule *rules; /* resource->field_count of them */
    const uint8_t *elements;        /* by field: element_number() of its grant, or ELEMENT_NONE */
};

/* What a transform does to a value, for people who decide about it (DESIGN 8). */
struct transform_row {
    const char *word;
    bool reversible;
    bool linkable; /* equal values stay equal, so that records can be joined by it */
    bool keeps_type;
};
const struct transform_row *transform_row(enum transform t);

const char *transform_word(enum transform t);
bool transform_of_word(struct span word, enum transform *out);

/* True for words of the language that this version knows but cannot carry out. */
bool transform_is_later(struct span word);

/* Whether a transform can serve a field, and whether the result is still of its type. */
enum transform_fit { FIT_NEVER, FIT_CHANGES, FIT_KEEPS };
enum transform_fit transform_fit(enum transform t, const struct field *f);

#endif
