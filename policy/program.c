/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transforms' table and which values each of them can serve.
 */
#include "policy/program.h"

static const struct transform_row rows[TRANSFORM_COUNT] = {
#define TRANSFORM_ROW(sym, word, reversible, linkable, keeps)                                      \
    [sym] = {(word), (reversible), (linkable), (keeps)},
    TRANSFORM_TABLE(TRANSFORM_ROW)
#undef TRANSFORM_ROW
};

/* Words of the language that this version cannot carry out. */
static const char *const later[] = {"alias", "code", "year-month", "age", "band",
                                    "round", "zip3", "date-shift", "map"};

const struct transform_row *transform_row(enum transform t)
{
    return &rows[t];
}

const char *transform_word(enum transform t)
{
    return rows[t].word;
}

bool transform_of_word(struct span word, enum transform *out)
{
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        if (span_eq_str(word, rows[t].word)) {
            *out = (enum transform)t;
            return true;
        }
    }
    return false;
}

bool transform_is_later(struct span word)
{
    for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++) {
        if (span_eq_str(word, later[i])) {
            return true;
        }
    }
    return false;
}

enum transform_fit transform_fit(enum transform t, const struct field *f)
{
    bool text = f->kind == FIELD_VALUE && f->type == TYPE_STRING;
    bool date = f->kind == FIELD_VALUE && (f->type == TYPE_DATE || f->type == TYPE_DATETIME);

    switch (t) {
    case TRANSFORM_OMIT:
    case TRANSFORM_AS_IS:
        return FIT_KEEPS;
    case TRANSFORM_INITIAL:
        return text ? FIT_KEEPS : FIT_NEVER;
    case TRANSFORM_YEAR:
        return date ? FIT_CHANGES : FIT_NEVER;
    case TRANSFORM_MASK:
    case TRANSFORM_CONST:
        if (f->kind != FIELD_VALUE || f->type == TYPE_ID) {
            return FIT_NEVER;
        }
        return text ? FIT_KEEPS : FIT_CHANGES;
    default:
        return FIT_NEVER;
    }
}
