/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_TRANSFORM_H
#define POLICY_TRANSFORM_H

#include "base/buf.h"
#include "policy/catalog.h"

/*
 * What becomes of a released value (DESIGN 8, SAFETY F2-F4). Columns: symbol; word
 * in files; whether the original can be worked out of the result; whether equal
 * results join records (to each other, or to those of another day); whether the
 * result is always of the field's type; whether a key of the district's is used.
 */
#define TRANSFORM_TABLE(T)                                                                         \
    T(TRANSFORM_OMIT, "omit", false, false, true, false)                                           \
    T(TRANSFORM_AS_IS, "as-is", true, true, true, false)                                           \
    T(TRANSFORM_INITIAL, "initial", false, false, true, false)                                     \
    T(TRANSFORM_MASK, "mask", false, false, false, false)                                          \
    T(TRANSFORM_ALIAS, "alias", false, true, true, true)                                           \
    T(TRANSFORM_CODE, "code", false, true, false, true)                                            \
    T(TRANSFORM_CONST, "const", false, false, false, false)                                        \
    T(TRANSFORM_YEAR, "year", false, true, false, false)                                           \
    T(TRANSFORM_YEAR_MONTH, "year-month", false, true, false, false)                               \
    T(TRANSFORM_AGE, "age", false, true, false, false)                                             \
    T(TRANSFORM_BAND, "band", false, true, false, false)                                           \
    T(TRANSFORM_ROUND, "round", false, true, true, false)                                          \
    T(TRANSFORM_ZIP3, "zip3", false, true, true, false)                                            \
    T(TRANSFORM_DATE_SHIFT, "date-shift", false, true, true, true)                                 \
    T(TRANSFORM_MAP, "map", true, true, false, false)

enum transform {
#define TRANSFORM_SYMBOL(sym, word, reversible, linkable, keeps, keyed) sym,
    TRANSFORM_TABLE(TRANSFORM_SYMBOL)
#undef TRANSFORM_SYMBOL
        TRANSFORM_COUNT
};

enum { TRANSFORM_MAX_BANDS = 32, TRANSFORM_MAX_PAIRS = 128, TRANSFORM_MAX_TEXT = 256 };
enum { DATE_SHIFT_LEAST_DAYS = 7, DATE_SHIFT_MOST_DAYS = 365, ROUND_MOST = 1000000 };

/* Values from `from` up to the next band. Grades count by their place in the catalog's list. */
struct band {
    int32_t from;
    struct span json; /* `"6-8"`, quotes included */
};

struct map_pair {
    struct span from;
    struct span json; /* the JSON string, quotes included */
};

/* Arguments; each belongs to one transform. They live as long as the policy. */
struct transform_args {
    const struct band *bands; /* TRANSFORM_BAND: ascending */
    size_t band_count;
    const struct map_pair *pairs; /* TRANSFORM_MAP: what is not listed is dropped */
    size_t pair_count;
    uint32_t step;              /* TRANSFORM_ROUND: to multiples of this */
    uint32_t days;              /* TRANSFORM_DATE_SHIFT: at most this far, never 0 days */
    struct span domain;         /* TRANSFORM_ALIAS of an e-mail: what stands behind the @ */
    const struct span *domains; /* the district's own, which may stay there instead */
    size_t domain_count;
};

struct field_rule {
    enum transform transform;          /* TRANSFORM_OMIT unless granted */
    struct span constant;              /* TRANSFORM_CONST: the JSON value, quotes included */
    const struct transform_args *args; /* NULL for transforms without any */
};

/* True if both do the same to every value. */
bool field_rule_equal(const struct field_rule *a, const struct field_rule *b);

/* Appends the word and its arguments, for people: "band 0-4, 5-9, 10+", "round 5". */
void field_rule_put(struct buf *out, const struct field_rule *rule);

/* The arguments alone; nothing for a transform without any. */
void field_rule_put_args(struct buf *out, const struct field_rule *rule);

/* What a transform does to a value, for people who decide about it (DESIGN 8). */
struct transform_row {
    const char *word;
    bool reversible;
    bool linkable;
    bool keeps_type;
    bool keyed;
};
const struct transform_row *transform_row(enum transform t);

const char *transform_word(enum transform t);
bool transform_of_word(struct span word, enum transform *out);

/* Whether a transform can serve a field, and whether the result is still of its type. */
enum transform_fit { FIT_NEVER, FIT_CHANGES, FIT_KEEPS };
enum transform_fit transform_fit(enum transform t, const struct resource *r, const struct field *f);

/* For FIT_NEVER: why, to go on "... cannot be applied to x.y: "; NULL when there is no more to say.
 */
const char *transform_objection(enum transform t, const struct resource *r, const struct field *f);

/* The place of a grade in the order IT to 13; -1 for words without a place in it (UG, Other). */
int grade_rank(const struct field *f, struct span word);

/* 1 September of the school year, which begins on 1 July, that a day lies in (SAFETY F3). */
int32_t school_year_september(int32_t date);

/* Whole years from one yyyymmdd to another; -1 when `birth` is later, or over 150 years before. */
int transform_age(int32_t birth, int32_t on);

#endif
