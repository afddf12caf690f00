/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transforms, applied to single values (SAFETY F2-F4). Each function writes what
 * may leave and returns true, or returns false, with anything written, and the
 * value is dropped. None of them falls back to the value (invariant 4): what has
 * no argument, no key, no form or no subject is dropped.
 */
#include "base/clock.h"
#include "base/text.h"
#include "redact/grapheme.h"
#include "redact/redact_priv.h"

enum { CODE_CHARS = 26 }; /* 128 bits, five to a character */

static const struct transform_args *args_of(const struct redactor *r, const struct field *f)
{
    return r->verdict.rules[f->number].args;
}

static void put_quoted(struct redactor *r, struct span text)
{
    out_put_byte(&r->out, '"');
    out_put(&r->out, text);
    out_put_byte(&r->out, '"');
}

static bool put_placeholder(struct redactor *r, const struct field *f)
{
    if (f->placeholder.len == 0) {
        return false;
    }
    out_put(&r->out, f->placeholder);
    return true;
}

/* SAFETY F4: of a name that is one grapheme the initial would be the name. */
static bool put_initial(struct redactor *r, const struct field *f, struct span text)
{
    size_t len = grapheme_first(text);

    if (grapheme_is_all(text)) {
        return put_placeholder(r, f);
    }
    text_json_string(&r->out, span_sub(text, 0, len));
    buf_cut(&r->out, r->out.len - (buf_err(&r->out) == OK ? 1 : 0));
    out_put(&r->out, SPAN(".\""));
    return true;
}

static bool put_mask(struct redactor *r, const struct field *f, struct span text)
{
    (void)f;
    (void)text;
    out_put(&r->out, SPAN("\"***\""));
    return true;
}

static bool put_const(struct redactor *r, const struct field *f, struct span text)
{
    struct span constant = r->verdict.rules[f->number].constant;

    (void)text;
    if (constant.len == 0) {
        return false;
    }
    out_put(&r->out, constant);
    return true;
}

/* --- keyed ------------------------------------------------------------------------- */

/*
 * The function of the field's key on a text. The transform's word stands in front
 * of it, so that results of two transforms never meet. False without a key.
 */
static bool run_key(struct redactor *r, const struct field *f, struct span use, struct span text,
                    uint8_t tag[PRF_BYTES])
{
    struct prf *prf = r->keyed[f->number];

    return prf != NULL && prf_run(prf, use, text, tag) == OK;
}

/* Lower-case letters and the digits 2 to 7 (RFC 4648 6), without padding. */
static void put_tag(struct redactor *r, const uint8_t tag[PRF_BYTES])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint8_t text[CODE_CHARS];
    unsigned bits = 0;
    unsigned have = 0;
    size_t at = 0;

    for (size_t i = 0; i < CODE_CHARS; i++) {
        if (have < 5) {
            bits = bits << 8 | (at < PRF_BYTES ? tag[at] : 0);
            at++;
            have += 8;
        }
        have -= 5;
        text[i] = (uint8_t)digits[bits >> have & 31];
    }
    out_put(&r->out, span_of(text, sizeof(text)));
}

/* An empty text would have the code that stands most often. */
static bool put_code(struct redactor *r, const struct field *f, struct span text)
{
    uint8_t tag[PRF_BYTES];

    if (text.len == 0 || !run_key(r, f, SPAN("code\0"), text, tag)) {
        return false;
    }
    out_put_byte(&r->out, '"');
    put_tag(r, tag);
    out_put_byte(&r->out, '"');
    return true;
}

/* What stands behind the @: the district's own domain if it may stay, else the one for aliases. */
static struct span alias_domain(const struct transform_args *args, struct span address)
{
    struct span domain = span_from(address, span_find(address, '@') + 1);

    for (size_t i = 0; i < args->domain_count; i++) {
        if (span_eq_nocase(domain, args->domains[i])) {
            return args->domains[i];
        }
    }
    return args->domain;
}

/*
 * Made from the record's id and not from the value: one alias for one person,
 * whatever the value was, is or how many share it.
 */
static bool put_alias(struct redactor *r, const struct field *f, struct span text)
{
    const struct transform_args *args = args_of(r, f);
    struct span domain = SPAN("");
    uint8_t tag[PRF_BYTES];

    if (f->type == TYPE_EMAIL) {
        domain = args == NULL ? SPAN("") : alias_domain(args, text);
        if (domain.len == 0) {
            return false;
        }
    }
    if (r->id.len == 0 || !run_key(r, f, SPAN("alias\0"), r->id, tag)) {
        return false;
    }
    out_put(&r->out, SPAN("\"u"));
    put_tag(r, tag);
    if (domain.len > 0) {
        out_put_byte(&r->out, '@');
        out_put(&r->out, domain);
    }
    out_put_byte(&r->out, '"');
    return true;
}

static void put_date(struct redactor *r, int32_t date)
{
    uint8_t text[] = "0000-00-00";
    static const uint8_t places[] = {9, 8, 6, 5, 3, 2, 1, 0};

    for (size_t i = 0; i < sizeof(places); i++) {
        text[places[i]] = (uint8_t)('0' + date % 10);
        date /= 10;
    }
    put_quoted(r, span_of(text, 10));
}

/* -most .. -1 and 1 .. most, each as likely as the next. */
static int32_t shift_of(const uint8_t tag[PRF_BYTES], uint32_t most)
{
    uint64_t number = 0;

    for (size_t i = 0; i < sizeof(number); i++) {
        number = number << 8 | tag[i];
    }
    int32_t step = (int32_t)(number % (2 * (uint64_t)most));

    return step < (int32_t)most ? step - (int32_t)most : step - (int32_t)most + 1;
}

/* All dates of one student in one field move by the same number of days. */
static bool put_shifted(struct redactor *r, const struct field *f, struct span text)
{
    const struct transform_args *args = args_of(r, f);
    uint8_t tag[PRF_BYTES];
    int32_t date;

    if (args == NULL || args->days == 0 || f->type != TYPE_DATE || r->verdict.subject_count != 1 ||
        !clock_parse_date(text, &date) ||
        !run_key(r, f, SPAN("date-shift\0"), r->verdict.subjects[0], tag) ||
        !clock_add_days(date, shift_of(tag, args->days), &date)) {
        return false;
    }
    put_date(r, date);
    return true;
}

/* --- parts of dates --------------------------------------------------------------------- */

static bool is_dated(const struct field *f)
{
    return f->type == TYPE_DATE || f->type == TYPE_DATETIME;
}

/* The first `len` bytes of a date, whose form has been checked. */
static bool put_date_part(struct redactor *r, struct span text, size_t len, bool fits)
{
    if (fits) {
        put_quoted(r, span_sub(text, 0, len));
    }
    return fits;
}

static bool put_year(struct redactor *r, const struct field *f, struct span text)
{
    return put_date_part(r, text, 4, is_dated(f) || f->type == TYPE_YEAR);
}

static bool put_year_month(struct redactor *r, const struct field *f, struct span text)
{
    return put_date_part(r, text, 7, is_dated(f));
}

/* SAFETY F3: as of 1 September of the school year, so that no birthday shows. */
static bool age_of(const struct redactor *r, struct span text, int32_t *age)
{
    int32_t today = r->setup.plan->local_date;
    int32_t birth;

    if (today == 0 || !clock_parse_date(text, &birth)) {
        return false;
    }
    *age = transform_age(birth, school_year_september(today));
    return *age >= 0;
}

static void put_number(struct redactor *r, int64_t number)
{
    uint8_t text[20];
    size_t at = sizeof(text);
    uint64_t left = number < 0 ? (uint64_t)-number : (uint64_t)number;

    do {
        text[--at] = (uint8_t)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    out_put(&r->out, number < 0 ? SPAN("\"-") : SPAN("\""));
    out_put(&r->out, span_of(text + at, sizeof(text) - at));
    out_put_byte(&r->out, '"');
}

static bool put_age(struct redactor *r, const struct field *f, struct span text)
{
    int32_t age;

    if (f->type != TYPE_DATE || !age_of(r, text, &age)) {
        return false;
    }
    put_number(r, age);
    return true;
}

/* --- numbers ------------------------------------------------------------------------------- */

/* Digits from `at` on, at most `most` of them: how many, and their value. */
static size_t read_digits(struct span text, size_t at, size_t most, int64_t *value)
{
    size_t n = 0;

    *value = 0;
    while (n < most && at + n < text.len && text.ptr[at + n] >= '0' && text.ptr[at + n] <= '9') {
        *value = *value * 10 + (text.ptr[at + n] - '0');
        n++;
    }
    return n;
}

static bool number_of(const struct redactor *r, const struct field *f, struct span text,
                      int64_t *out)
{
    enum { MOST_DIGITS = 9 };
    int32_t number = -1;

    if (f->type == TYPE_GRADE) {
        *out = grade_rank(f, text);
        return *out >= 0;
    }
    if (f->type == TYPE_DATE) {
        bool good = age_of(r, text, &number);

        *out = number;
        return good;
    }
    return text.len > 0 && read_digits(text, 0, MOST_DIGITS, out) == text.len;
}

static bool put_band(struct redactor *r, const struct field *f, struct span text)
{
    const struct transform_args *args = args_of(r, f);
    const struct band *found = NULL;
    int64_t number;

    if (args == NULL || !number_of(r, f, text, &number)) {
        return false;
    }
    for (size_t i = 0; i < args->band_count && args->bands[i].from <= number; i++) {
        found = &args->bands[i];
    }
    if (found != NULL) {
        out_put(&r->out, found->json);
    }
    return found != NULL;
}

/* "-12.5": sign, whole part and whether what is behind the point is at least a half. */
static bool read_decimal(struct span text, bool *minus, int64_t *whole, bool *half)
{
    enum { MOST_WHOLE = 12, MOST_BEHIND = 12 };
    size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    size_t digits = read_digits(text, at, MOST_WHOLE, whole);
    int64_t behind;

    *minus = at == 1;
    *half = false;
    at += digits;
    if (digits > 0 && at < text.len && text.ptr[at] == '.') {
        size_t n = read_digits(text, at + 1, MOST_BEHIND, &behind);

        *half = n > 0 && text.ptr[at + 1] >= '5';
        at += n > 0 ? n + 1 : 0;
    }
    return digits > 0 && at == text.len;
}

/* To the nearest multiple; a value half way between two goes away from zero. */
static bool put_rounded(struct redactor *r, const struct field *f, struct span text)
{
    const struct transform_args *args = args_of(r, f);
    int64_t whole;
    bool minus;
    bool half;

    if (args == NULL || args->step < 2 || !read_decimal(text, &minus, &whole, &half)) {
        return false;
    }
    int64_t rest = whole % args->step;
    bool up = 2 * rest + (half ? 1 : 0) >= args->step;

    whole += up ? args->step - rest : -rest;
    put_number(r, minus ? -whole : whole);
    return true;
}

/* --- words ------------------------------------------------------------------------------------ */

/* 12345 or 12345-6789 (or nine digits). */
static bool is_zip(struct span text)
{
    int64_t value;
    size_t first = read_digits(text, 0, 9, &value);

    if (first == text.len) {
        return first == 5 || first == 9;
    }
    return first == 5 && text.len == 10 && text.ptr[5] == '-' &&
           read_digits(text, 6, 4, &value) == 4;
}

/*
 * Three digits stand for at least 20,000 people, but for these, which become 000
 * (45 CFR 164.514(b)(2)(i)(B), as HHS listed them).
 */
static bool is_small_zip(struct span first)
{
    static const char small[] = "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 "
                                "893";

    for (size_t i = 0; i + 3 < sizeof(small); i += 4) {
        if (memcmp(first.ptr, small + i, 3) == 0) {
            return true;
        }
    }
    return false;
}

static bool put_zip3(struct redactor *r, const struct field *f, struct span text)
{
    (void)f;
    if (!is_zip(text)) {
        return false;
    }
    struct span first = span_sub(text, 0, 3);

    put_quoted(r, is_small_zip(first) ? SPAN("000") : first);
    return true;
}

static bool put_mapped(struct redactor *r, const struct field *f, struct span text)
{
    const struct transform_args *args = args_of(r, f);

    for (size_t i = 0; args != NULL && i < args->pair_count; i++) {
        if (span_eq(args->pairs[i].from, text)) {
            out_put(&r->out, args->pairs[i].json);
            return true;
        }
    }
    return false;
}

typedef bool put_fn(struct redactor *r, const struct field *f, struct span text);

static put_fn *const PUT[TRANSFORM_COUNT] = {
    [TRANSFORM_INITIAL] = put_initial,
    [TRANSFORM_MASK] = put_mask,
    [TRANSFORM_ALIAS] = put_alias,
    [TRANSFORM_CODE] = put_code,
    [TRANSFORM_CONST] = put_const,
    [TRANSFORM_YEAR] = put_year,
    [TRANSFORM_YEAR_MONTH] = put_year_month,
    [TRANSFORM_AGE] = put_age,
    [TRANSFORM_BAND] = put_band,
    [TRANSFORM_ROUND] = put_rounded,
    [TRANSFORM_ZIP3] = put_zip3,
    [TRANSFORM_DATE_SHIFT] = put_shifted,
    [TRANSFORM_MAP] = put_mapped,
};

bool transform_put(struct redactor *r, const struct field *f, const struct entry *e)
{
    unsigned t = r->verdict.rules[f->number].transform;

    return t < TRANSFORM_COUNT && PUT[t] != NULL && PUT[t](r, f, entry_value(r, e));
}
