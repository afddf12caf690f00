/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transforms' table, which values each of them can serve, and the pure parts
 * of what they compute. Every "no" here is for good: what a value cannot bear is
 * refused when the policy loads, not mended when a record passes.
 */
#include "policy/transform.h"

static const struct transform_row rows[TRANSFORM_COUNT] = {
#define TRANSFORM_ROW(sym, word, reversible, linkable, keeps, keyed)                               \
    [sym] = {(word), (reversible), (linkable), (keeps), (keyed)},
    TRANSFORM_TABLE(TRANSFORM_ROW)
#undef TRANSFORM_ROW
};

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

/* --- fitting ------------------------------------------------------------------------ */

/* One value for each record: neither it nor an object that holds it is a list. */
static bool is_single(const struct resource *r, const struct field *f)
{
    bool list = f->list;

    for (uint16_t at = f->parent; at != CATALOG_ROOT; at = r->fields[at].parent) {
        list |= r->fields[at].list;
    }
    return !list;
}

static enum transform_fit keeps_if(bool keeps)
{
    return keeps ? FIT_KEEPS : FIT_CHANGES;
}

/* Texts that some transforms read a form out of: what is not of it is dropped. */
static enum transform_fit fit_text(enum transform t, const struct resource *r,
                                   const struct field *f)
{
    switch (t) {
    case TRANSFORM_ALIAS:
        return is_single(r, f) ? FIT_KEEPS : FIT_NEVER;
    case TRANSFORM_CODE:
        return f->many_values ? keeps_if(f->type == TYPE_STRING) : FIT_NEVER;
    case TRANSFORM_INITIAL:
    case TRANSFORM_BAND:
    case TRANSFORM_ROUND:
    case TRANSFORM_ZIP3:
        return f->type == TYPE_STRING ? FIT_KEEPS : FIT_NEVER;
    case TRANSFORM_MASK:
    case TRANSFORM_CONST:
    case TRANSFORM_MAP:
        return keeps_if(f->type == TYPE_STRING);
    default:
        return FIT_NEVER;
    }
}

static enum transform_fit fit_date(enum transform t, const struct field *f)
{
    switch (t) {
    case TRANSFORM_YEAR:
    case TRANSFORM_YEAR_MONTH:
    case TRANSFORM_MASK:
    case TRANSFORM_CONST:
        return FIT_CHANGES;
    case TRANSFORM_AGE:
    case TRANSFORM_BAND:
        return f->type == TYPE_DATE && f->own_date ? FIT_CHANGES : FIT_NEVER;
    case TRANSFORM_DATE_SHIFT:
        return f->type == TYPE_DATE && f->own_date ? FIT_KEEPS : FIT_NEVER;
    default:
        return FIT_NEVER;
    }
}

/* Enums, grades, years and booleans: few values, each of them a word. */
static enum transform_fit fit_word(enum transform t, const struct field *f)
{
    switch (t) {
    case TRANSFORM_MASK:
    case TRANSFORM_CONST:
    case TRANSFORM_MAP:
        return FIT_CHANGES;
    case TRANSFORM_BAND:
        return f->type == TYPE_GRADE || f->type == TYPE_YEAR ? FIT_CHANGES : FIT_NEVER;
    default:
        return FIT_NEVER;
    }
}

enum transform_fit transform_fit(enum transform t, const struct resource *r, const struct field *f)
{
    if (t == TRANSFORM_OMIT || t == TRANSFORM_AS_IS) {
        return FIT_KEEPS;
    }
    if (f->kind != FIELD_VALUE) {
        return FIT_NEVER;
    }
    switch (f->type) {
    case TYPE_STRING:
    case TYPE_EMAIL:
        return fit_text(t, r, f);
    case TYPE_DATE:
    case TYPE_DATETIME:
        return fit_date(t, f);
    case TYPE_ENUM:
    case TYPE_GRADE:
    case TYPE_YEAR:
    case TYPE_BOOLEAN:
        return fit_word(t, f);
    case TYPE_ID:
    case TYPE_MOMENT:
    case TYPE_NUMBER:
    case TYPE_FLAG:
        return FIT_NEVER;
    }
    return FIT_NEVER;
}

static bool is_text(const struct field *f)
{
    return f->kind == FIELD_VALUE && (f->type == TYPE_STRING || f->type == TYPE_EMAIL);
}

const char *transform_objection(enum transform t, const struct resource *r, const struct field *f)
{
    bool few = f->kind == FIELD_VALUE && f->type != TYPE_ID;

    if (t == TRANSFORM_CODE && is_text(f)) {
        return "the catalog does not know it to have 2^20 possible values or more, so that "
               "counting could tell them";
    }
    if (few && (t == TRANSFORM_CODE || (t == TRANSFORM_ALIAS && !is_text(f)))) {
        return "it has fewer than 2^20 possible values, so that counting would tell them";
    }
    if (t == TRANSFORM_DATE_SHIFT && f->kind == FIELD_VALUE &&
        (f->type == TYPE_DATE || f->type == TYPE_DATETIME)) {
        return "many records share its days (a school calendar), so that one known day would "
               "undo the shift";
    }
    if (t == TRANSFORM_ALIAS && is_text(f) && !is_single(r, f)) {
        return "it can hold several values, which would all get the same alias";
    }
    if ((t == TRANSFORM_AGE || t == TRANSFORM_BAND) && f->type == TYPE_DATE) {
        return "it is no day of a person's own, such as a birth date";
    }
    return NULL;
}

/* --- comparing and showing ------------------------------------------------------------ */

static bool bands_equal(const struct transform_args *a, const struct transform_args *b)
{
    bool same = a->band_count == b->band_count;

    for (size_t i = 0; same && i < a->band_count; i++) {
        same = a->bands[i].from == b->bands[i].from && span_eq(a->bands[i].json, b->bands[i].json);
    }
    return same;
}

static bool pairs_equal(const struct transform_args *a, const struct transform_args *b)
{
    bool same = a->pair_count == b->pair_count;

    for (size_t i = 0; same && i < a->pair_count; i++) {
        same = span_eq(a->pairs[i].from, b->pairs[i].from) &&
               span_eq(a->pairs[i].json, b->pairs[i].json);
    }
    return same;
}

static bool domains_equal(const struct transform_args *a, const struct transform_args *b)
{
    bool same = a->domain_count == b->domain_count && span_eq(a->domain, b->domain);

    for (size_t i = 0; same && i < a->domain_count; i++) {
        same = span_eq(a->domains[i], b->domains[i]);
    }
    return same;
}

static bool args_equal(const struct transform_args *a, const struct transform_args *b)
{
    if (a == b || a == NULL || b == NULL) {
        return a == b;
    }
    return a->step == b->step && a->days == b->days && bands_equal(a, b) && pairs_equal(a, b) &&
           domains_equal(a, b);
}

bool field_rule_equal(const struct field_rule *a, const struct field_rule *b)
{
    return a->transform == b->transform && span_eq(a->constant, b->constant) &&
           args_equal(a->args, b->args);
}

static void put_bands(struct buf *out, const struct transform_args *args)
{
    for (size_t i = 0; i < args->band_count; i++) {
        struct span json = args->bands[i].json;

        buf_put_str(out, i == 0 ? "" : ", ");
        buf_put(out, span_sub(json, 1, json.len - 2));
    }
}

static void put_pairs(struct buf *out, const struct transform_args *args)
{
    for (size_t i = 0; i < args->pair_count; i++) {
        buf_put_str(out, i == 0 ? "" : ", ");
        buf_put(out, args->pairs[i].from);
        buf_put_str(out, " -> ");
        buf_put(out, args->pairs[i].json);
    }
}

static void put_domains(struct buf *out, const struct transform_args *args)
{
    for (size_t i = 0; i < args->domain_count; i++) {
        buf_put_byte(out, '@');
        buf_put(out, args->domains[i]);
        buf_put_str(out, " stays, else ");
    }
    if (args->domain.len > 0) {
        buf_put_byte(out, '@');
        buf_put(out, args->domain);
    }
}

void field_rule_put_args(struct buf *out, const struct field_rule *rule)
{
    const struct transform_args *args = rule->args;

    buf_put(out, rule->constant);
    if (args == NULL) {
        return;
    }
    if (args->step > 0) {
        buf_printf(out, "%u", args->step);
    }
    if (args->days > 0) {
        buf_printf(out, "at most %u days", args->days);
    }
    put_domains(out, args);
    put_bands(out, args);
    put_pairs(out, args);
}

void field_rule_put(struct buf *out, const struct field_rule *rule)
{
    size_t before;

    buf_put_str(out, transform_word(rule->transform));
    buf_put_byte(out, ' ');
    before = out->len;
    field_rule_put_args(out, rule);
    if (out->len == before && before > 0) {
        buf_cut(out, before - 1);
    }
}

/* --- grades and ages ------------------------------------------------------------------- */

int grade_rank(const struct field *f, struct span word)
{
    for (size_t i = 0; f->type == TYPE_GRADE && i < f->word_count; i++) {
        if (span_eq(f->words[i], word)) {
            return (int)i;
        }
        if (span_eq_str(f->words[i], "13")) {
            break;
        }
    }
    return -1;
}

int32_t school_year_september(int32_t date)
{
    int32_t year = date / 10000;

    return (date % 10000 >= 701 ? year : year - 1) * 10000 + 901;
}

int transform_age(int32_t birth, int32_t on)
{
    enum { MOST_YEARS = 150 };
    int32_t years = on / 10000 - birth / 10000 - (on % 10000 < birth % 10000 ? 1 : 0);

    return birth > on || years > MOST_YEARS ? -1 : years;
}
