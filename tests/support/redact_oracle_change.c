/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle's transforms: text in, JSON out, with other means than the
 * redactor's (a fresh HKDF and CMAC for every value, C's calendar, 128-bit
 * decimals).
 */
#include "base/digest.h"
#include "base/mem.h"
#include "redact/grapheme.h"
#include "tests/support/redact_oracle_priv.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static json_t *json_of(struct span json)
{
    return json_loadb((const char *)json.ptr, json.len, JSON_DECODE_ANY, NULL);
}

static json_t *initial(const struct field *f, struct span text)
{
    size_t len = grapheme_first(text);
    char room[80];

    if (grapheme_is_all(text)) {
        return oracle_placeholder(f);
    }
    memcpy(room, text.ptr, len);
    room[len] = '.';
    return json_stringn(room, len + 1);
}

/* --- keys ------------------------------------------------------------------------------ */

/* HKDF (RFC 5869) of the master key 00 01 .. 1f for partner "acme", epoch 1: one block. */
static void field_key(const struct work *w, const struct field *f, uint8_t key[32])
{
    static const uint8_t salt[32];
    uint8_t master[32], inner[32];
    char info[256];
    int len = snprintf(info, sizeof(info), "hallpass%cfield%cacme%c%c%s.%.*s%c1%c", 0, 0, 0, 0,
                       ref_word(w->plan->resource->ref), (int)f->path.len,
                       (const char *)f->path.ptr, 0, 1);

    for (int i = 0; i < 32; i++) {
        master[i] = (uint8_t)i;
    }
    if (digest_hmac(span_of(salt, 32), span_of(master, 32), inner) != OK ||
        digest_hmac(span_of(inner, 32), span_of(info, (size_t)len), key) != OK) {
        abort();
    }
}

static void tag_of(const struct work *w, const struct field *f, const char *use, struct span text,
                   uint8_t tag[16])
{
    uint8_t key[32];
    uint8_t *message = mem_alloc(strlen(use) + 1 + text.len);
    size_t len = 0;

    if (message == NULL) {
        abort();
    }
    field_key(w, f, key);
    memcpy(message, use, strlen(use) + 1);
    if (text.len > 0) {
        memcpy(message + strlen(use) + 1, text.ptr, text.len);
    }
    if (EVP_Q_mac(NULL, "CMAC", NULL, "AES-256-CBC", NULL, key, 32, message,
                  strlen(use) + 1 + text.len, tag, 16, &len) == NULL) {
        abort();
    }
    mem_free(message);
}

/* Bit by bit. */
static void spell(const uint8_t tag[16], char out[27])
{
    for (unsigned i = 0; i < 26; i++) {
        unsigned digit = 0;

        for (unsigned bit = 5 * i; bit < 5 * i + 5; bit++) {
            digit = digit * 2 + (bit < 128 ? tag[bit / 8] >> (7 - bit % 8) & 1 : 0);
        }
        out[i] = (char)(digit < 26 ? 'a' + digit : '2' + digit - 26);
    }
    out[26] = '\0';
}

static json_t *code(const struct work *w, const struct field *f, struct span text)
{
    uint8_t tag[16];
    char out[27];

    if (text.len == 0) {
        return NULL;
    }
    tag_of(w, f, "code", text, tag);
    spell(tag, out);
    return json_string(out);
}

static json_t *alias(const struct work *w, const struct field *f, struct span text)
{
    const struct transform_args *args = w->row.rules[f->number].args;
    uint8_t tag[16];
    char out[27];

    (void)text;
    tag_of(w, f, "alias", w->id, tag);
    spell(tag, out);
    if (f->type != TYPE_EMAIL) {
        return json_sprintf("u%s", out);
    }
    return json_sprintf("u%s@%.*s", out, (int)args->domain.len, (const char *)args->domain.ptr);
}

/* --- dates ------------------------------------------------------------------------------ */

static bool date_of(struct span text, struct tm *out)
{
    int year, month, day;
    char room[11] = "";

    memcpy(room, text.ptr, text.len < 10 ? text.len : 10);
    *out = (struct tm){.tm_hour = 12};
    if (sscanf(room, "%4d-%2d-%2d", &year, &month, &day) != 3) {
        return false;
    }
    out->tm_year = year - 1900;
    out->tm_mon = month - 1;
    out->tm_mday = day;
    return true;
}

static json_t *shifted(const struct work *w, const struct field *f, struct span text)
{
    const struct transform_args *args = w->row.rules[f->number].args;
    uint64_t number = 0;
    uint8_t tag[16];
    struct tm date;
    char out[32];

    if (w->row.subject_count != 1 || !date_of(text, &date)) {
        return NULL;
    }
    tag_of(w, f, "date-shift", w->row.subjects[0], tag);
    for (int i = 0; i < 8; i++) {
        number = number * 256 + tag[i];
    }
    int step = (int)(number % (2 * args->days)) - (int)args->days;
    time_t at = timegm(&date) + (time_t)(step < 0 ? step : step + 1) * 86400;

    (void)strftime(out, sizeof(out), "%Y-%m-%d", gmtime(&at));
    return json_string(out);
}

/* On 1 September 2025: today is 5 January 2026. -1: not yet born. */
static int age_of(struct span text)
{
    struct tm date;
    int age;

    if (!date_of(text, &date)) {
        return -1;
    }
    age = 2025 - (date.tm_year + 1900);
    return age - (date.tm_mon > 8 || (date.tm_mon == 8 && date.tm_mday > 1) ? 1 : 0);
}

static json_t *age(struct span text)
{
    int years = age_of(text);

    return years < 0 || years > 150 ? NULL : json_sprintf("%d", years);
}

/* --- numbers and words -------------------------------------------------------------------- */

static bool all_digits(struct span text, size_t least, size_t most)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("0123456789", text.ptr[i]) == NULL || text.ptr[i] == 0) {
            return false;
        }
    }
    return text.len >= least && text.len <= most;
}

static json_t *band(const struct work *w, const struct field *f, struct span text)
{
    const struct transform_args *args = w->row.rules[f->number].args;
    long number = -1;

    if (f->type == TYPE_DATE) {
        number = age_of(text) > 150 ? -1 : age_of(text);
    } else if (f->type == TYPE_GRADE) {
        for (size_t i = 0; i < 18; i++) { /* IT to 13 */
            number = span_eq(f->words[i], text) ? (long)i : number;
        }
    } else if (all_digits(text, 1, 9)) {
        number = strtol((const char *)text.ptr, NULL, 10); /* jansson's text ends with a NUL */
    }
    for (size_t i = args->band_count; number >= 0 && i > 0; i--) {
        if (args->bands[i - 1].from <= number) {
            return json_of(args->bands[i - 1].json);
        }
    }
    return NULL;
}

__extension__ typedef __int128 wide;

static json_t *rounded(const struct work *w, const struct field *f, struct span text)
{
    long long step = w->row.rules[f->number].args->step;
    struct span rest = text.len > 0 && text.ptr[0] == '-' ? span_from(text, 1) : text;
    bool minus = rest.len < text.len;
    struct span whole = span_cut(&rest, '.');
    long long unit = 1;
    wide scaled = 0;

    if (!all_digits(whole, 1, 12) || (rest.ptr != NULL && !all_digits(rest, 1, 12))) {
        return NULL;
    }
    for (size_t i = 0; i < whole.len + rest.len; i++) {
        scaled = scaled * 10 + (i < whole.len ? whole.ptr[i] : rest.ptr[i - whole.len]) - '0';
        unit *= i < whole.len ? 1 : 10;
    }
    long long times = (long long)((2 * scaled + (wide)unit * step) / (2 * (wide)unit * step));

    return json_sprintf("%lld", (minus ? -1 : 1) * times * step);
}

static json_t *zip3(struct span text)
{
    static const char small[] = "036,059,063,102,203,556,692,790,821,823,830,831,878,879,884,890,"
                                "893";
    char first[4] = "";
    struct span rest = text;
    struct span five = span_cut(&rest, '-');
    bool good = rest.ptr != NULL ? all_digits(five, 5, 5) && all_digits(rest, 4, 4)
                                 : all_digits(text, 5, 5) || all_digits(text, 9, 9);

    if (!good) {
        return NULL;
    }
    memcpy(first, text.ptr, 3);
    return json_string(strstr(small, first) != NULL ? "000" : first);
}

static json_t *mapped(const struct work *w, const struct field *f, struct span text)
{
    const struct transform_args *args = w->row.rules[f->number].args;
    json_t *out = NULL;

    for (size_t i = 0; i < args->pair_count; i++) {
        if (out == NULL && span_eq(args->pairs[i].from, text)) {
            out = json_of(args->pairs[i].json);
        }
    }
    return out;
}

static json_t *part(const struct field *f, struct span text, size_t len)
{
    bool dated = f->type == TYPE_DATE || f->type == TYPE_DATETIME;

    return dated || (len == 4 && f->type == TYPE_YEAR) ? json_stringn((const char *)text.ptr, len)
                                                       : NULL;
}

json_t *oracle_change(const struct work *w, const struct field *f, struct span text)
{
    const struct field_rule *rule = &w->row.rules[f->number];

    switch (rule->transform) {
    case TRANSFORM_INITIAL:
        return initial(f, text);
    case TRANSFORM_MASK:
        return json_string("***");
    case TRANSFORM_CONST:
        return json_of(rule->constant);
    case TRANSFORM_YEAR:
        return part(f, text, 4);
    case TRANSFORM_YEAR_MONTH:
        return part(f, text, 7);
    case TRANSFORM_ALIAS:
        return alias(w, f, text);
    case TRANSFORM_CODE:
        return code(w, f, text);
    case TRANSFORM_DATE_SHIFT:
        return shifted(w, f, text);
    case TRANSFORM_AGE:
        return age(text);
    case TRANSFORM_BAND:
        return band(w, f, text);
    case TRANSFORM_ROUND:
        return rounded(w, f, text);
    case TRANSFORM_ZIP3:
        return zip3(text);
    case TRANSFORM_MAP:
        return mapped(w, f, text);
    default:
        return NULL;
    }
}
