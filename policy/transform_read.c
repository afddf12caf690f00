/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the arguments of transforms. Each argument belongs to one word, and a
 * number that would let the original through (round to 1, shift by a day) is
 * refused. What is read lives in the document's arena.
 */
#include "policy/share_priv.h"

#include "base/text.h"
#include "policy/nearest.h"

static struct arena *arena_of(const struct sharing *s)
{
    return s->file->doc->arena;
}

/* The JSON string of a text; false with a message at `n` when it is too long. */
static bool put_json(struct sharing *s, const struct node *n, struct span text, struct span *out)
{
    struct buf b;

    buf_init(&b, TRANSFORM_MAX_TEXT);
    text_json_string(&b, text);
    bool good = buf_err(&b) == OK;

    if (good) {
        *out = arena_copy(arena_of(s), buf_span(&b));
    } else if (buf_err(&b) == ERR_MEMORY) {
        arena_of(s)->overflow = true; /* what the reader's caller looks at */
    } else {
        sharing_complain(s, n, "the text is too long");
    }
    buf_fini(&b);
    return good;
}

static struct transform_args *new_args(const struct sharing *s, struct spec *out)
{
    struct transform_args *args = arena_alloc(arena_of(s), sizeof(*args));

    out->rule.args = args;
    return args;
}

/* --- one reader for each argument ------------------------------------------------------ */

typedef bool read_arg(struct sharing *s, const struct node *n, struct spec *out);

static bool read_value(struct sharing *s, const struct node *n, struct spec *out)
{
    struct span text;

    return doc_read_text(s->file->doc, n, &text) && put_json(s, n, text, &out->rule.constant);
}

static bool read_band(struct sharing *s, const struct node *n, struct spec *out)
{
    if (!doc_read_texts(s->file->doc, n, &out->bounds)) {
        return false;
    }
    if (out->bounds.count > TRANSFORM_MAX_BANDS) {
        sharing_complain(s, n, "there are at most %d bands", TRANSFORM_MAX_BANDS);
        return false;
    }
    return true;
}

static bool read_number(struct sharing *s, const struct node *n, uint64_t least, uint64_t most,
                        uint32_t *out)
{
    uint64_t value;

    if (!doc_read_u64(s->file->doc, n, &value)) {
        return false;
    }
    if (value < least || value > most) {
        sharing_complain(s, n, "expected a number from %u to %u", (unsigned)least, (unsigned)most);
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool read_round(struct sharing *s, const struct node *n, struct spec *out)
{
    struct transform_args *args = new_args(s, out);

    return args != NULL && read_number(s, n, 2, ROUND_MOST, &args->step);
}

static bool read_days(struct sharing *s, const struct node *n, struct spec *out)
{
    struct transform_args *args = new_args(s, out);

    return args != NULL &&
           read_number(s, n, DATE_SHIFT_LEAST_DAYS, DATE_SHIFT_MOST_DAYS, &args->days);
}

static bool read_map(struct sharing *s, const struct node *n, struct spec *out)
{
    struct transform_args *args = new_args(s, out);
    struct span text;

    if (!doc_is_map(s->file->doc, n)) {
        return false;
    }
    if (n->count > TRANSFORM_MAX_PAIRS) {
        sharing_complain(s, n, "a map has at most %d values", TRANSFORM_MAX_PAIRS);
        return false;
    }
    struct map_pair *pairs = arena_array(arena_of(s), n->count, sizeof(*pairs));
    bool good = args != NULL && pairs != NULL;

    for (const struct node *m = n->first; good && m != NULL; m = m->next) {
        struct map_pair *pair = &pairs[args->pair_count++];

        pair->from = m->key;
        good = doc_read_text(s->file->doc, m, &text) && put_json(s, m, text, &pair->json);
    }
    if (good) {
        args->pairs = pairs;
    }
    return good;
}

static bool read_keep(struct sharing *s, const struct node *n, struct spec *out)
{
    if (!doc_read_yes(s->file->doc, n, &out->keeps_domain)) {
        return false;
    }
    if (out->keeps_domain && s->file->district->domains.count == 0) {
        sharing_complain(s, n,
                         "keep-domain keeps the district's own domains alone: list them under "
                         "`domains:` in district.yaml");
        return false;
    }
    return true;
}

/* --- the table --------------------------------------------------------------------------- */

static const struct {
    const char *key;
    size_t offset; /* into struct raw_args */
    enum transform of;
    bool required;
    read_arg *read;
} table[] = {
    {"value", offsetof(struct raw_args, value), TRANSFORM_CONST, true, read_value},
    {"band", offsetof(struct raw_args, band), TRANSFORM_BAND, true, read_band},
    {"round", offsetof(struct raw_args, round), TRANSFORM_ROUND, true, read_round},
    {"map", offsetof(struct raw_args, map), TRANSFORM_MAP, true, read_map},
    {"max-days", offsetof(struct raw_args, max_days), TRANSFORM_DATE_SHIFT, true, read_days},
    {"keep-domain", offsetof(struct raw_args, keep_domain), TRANSFORM_ALIAS, false, read_keep},
};

static bool read_one(struct sharing *s, const struct node *n, const struct raw_args *raw, size_t i,
                     struct spec *out)
{
    const struct node *arg;
    bool mine = table[i].of == out->rule.transform;

    memcpy(&arg, (const char *)raw + table[i].offset, sizeof(const struct node *));
    if (arg != NULL && !mine) {
        sharing_complain(s, n, "`%s:` goes with `as: %s` alone", table[i].key,
                         transform_word(table[i].of));
        return false;
    }
    if (arg == NULL && mine && table[i].required) {
        sharing_complain(s, n, "%s needs an argument: write `{ as: %s, %s: ... }`",
                         transform_word(table[i].of), transform_word(table[i].of), table[i].key);
        return false;
    }
    if (arg != NULL && !table[i].read(s, arg, out)) {
        s->failed = true;
        return false;
    }
    return true;
}

bool args_read(struct sharing *s, const struct node *n, const struct raw_args *raw,
               struct spec *out)
{
    bool good = true;

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        good = read_one(s, n, raw, i, out) && good;
    }
    return good;
}

/* --- for one field ----------------------------------------------------------------------- */

/* A bound as a number, or as the place of a grade; false when it is neither. */
static bool bound_of(const struct field *f, struct span text, int32_t *out)
{
    enum { MOST = 1000000 };
    uint64_t number;

    if (f->type == TYPE_GRADE) {
        *out = grade_rank(f, text);
        return *out >= 0;
    }
    if (!span_to_u64(text, MOST, &number)) {
        return false;
    }
    *out = (int32_t)number;
    return true;
}

static void put_bound(struct buf *out, const struct field *f, int32_t at)
{
    if (f->type == TYPE_GRADE) {
        buf_put(out, f->words[at]);
    } else {
        buf_printf(out, "%d", (int)at);
    }
}

/* "6-8", "8" when the band is one wide, "9+" for the last. */
static bool put_label(struct sharing *s, const struct field *f, struct band *band,
                      const struct band *next)
{
    struct buf b;

    buf_init(&b, TRANSFORM_MAX_TEXT);
    put_bound(&b, f, band->from);
    if (next == NULL) {
        buf_put_byte(&b, '+');
    } else if (next->from > band->from + 1) {
        buf_put_byte(&b, '-');
        put_bound(&b, f, next->from - 1);
    }
    bool good = buf_err(&b) == OK && put_json(s, NULL, buf_span(&b), &band->json);

    arena_of(s)->overflow |= buf_err(&b) != OK;
    buf_fini(&b);
    return good;
}

static bool settle_bands(struct sharing *s, const struct spec *spec, const struct field *f,
                         struct transform_args *args)
{
    size_t n = spec->bounds.count;
    struct band *bands = arena_array(arena_of(s), n, sizeof(*bands));
    bool good = bands != NULL;

    for (size_t i = 0; good && i < n; i++) {
        bool read = bound_of(f, spec->bounds.items[i], &bands[i].from);

        good = read && (i == 0 || bands[i - 1].from < bands[i].from);
    }
    if (bands != NULL && !good) {
        sharing_complain(s, spec->at, "the bands of %.*s are %s in ascending order",
                         (int)f->path.len, (const char *)f->path.ptr,
                         f->type == TYPE_GRADE ? "grades from IT to 13" : "whole numbers");
    }
    for (size_t i = 0; good && i < n; i++) {
        good = put_label(s, f, &bands[i], i + 1 < n ? &bands[i + 1] : NULL);
    }
    args->bands = bands;
    args->band_count = n;
    return good;
}

static bool settle_alias(struct sharing *s, const struct spec *spec, const struct field *f,
                         struct transform_args *args)
{
    const struct district *d = s->file->district;

    if (f->type != TYPE_EMAIL) {
        if (spec->keeps_domain) {
            sharing_complain(s, spec->at, "keep-domain goes with e-mail addresses; %.*s is none",
                             (int)f->path.len, (const char *)f->path.ptr);
        }
        return !spec->keeps_domain;
    }
    args->domain = d->alias_domain;
    args->domains = spec->keeps_domain ? d->domains.items : NULL;
    args->domain_count = spec->keeps_domain ? d->domains.count : 0;
    return true;
}

bool args_settle(struct sharing *s, const struct spec *spec, const struct field *f,
                 struct field_rule *out)
{
    enum transform t = spec->rule.transform;

    if (t != TRANSFORM_BAND && t != TRANSFORM_ALIAS) {
        return true;
    }
    struct transform_args *args = arena_alloc(arena_of(s), sizeof(*args));

    if (args == NULL) {
        return false;
    }
    out->args = args;
    return t == TRANSFORM_BAND ? settle_bands(s, spec, f, args) : settle_alias(s, spec, f, args);
}
