/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing, sealing, spelling. An id is packed into words of 64 bits: each holds so
 * many symbols of its alphabet as digits of a number, zero for "no more"; the
 * topmost three bits of the first word name the alphabet. A UUID is 17 bytes: its
 * case and its bits. Unpacking trusts its input: it has been authenticated.
 */
#include "redact/idmap.h"

#include "base/mem.h"
#include "redact/siv.h"

#include <stdio.h>

enum {
    WORD = 8,
    MAX_WORDS = 3,
    FORM_SHIFT = 61,
    UUID_CHARS = 36,
    UUID_PACKED = 17,
    MAX_PACKED = MAX_WORDS * WORD,
    NO_SYMBOL = 255
};

/* Kinds of bytes that an id can hold. */
enum { HAS_DIGIT = 1, HAS_LOWER = 2, HAS_UPPER = 4, HAS_HYPHEN = 8, HAS_LINE = 16, HAS_STOP = 32 };
enum { HAS_OTHER = 64 };

#define DIGITS "0123456789"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * The alphabets, by their number in a packed id: the first that has all bytes of an
 * id is its. `base` is one more than there are symbols; `first` and `each` symbols
 * fit into the first word's 61 bits and into 64. Codes live for years: rows are
 * only ever added, at the end.
 */
static const struct form {
    const char *symbols; /* NULL: any byte */
    unsigned base;
    uint8_t kinds;
    uint8_t first;
    uint8_t each;
} forms[] = {
    {DIGITS, 11, HAS_DIGIT, 17, 18},
    {DIGITS LOWER "-", 38, HAS_DIGIT | HAS_LOWER | HAS_HYPHEN, 11, 12},
    {DIGITS UPPER "-", 38, HAS_DIGIT | HAS_UPPER | HAS_HYPHEN, 11, 12},
    {DIGITS LOWER "_", 38, HAS_DIGIT | HAS_LOWER | HAS_LINE, 11, 12},
    {DIGITS UPPER "_", 38, HAS_DIGIT | HAS_UPPER | HAS_LINE, 11, 12},
    {DIGITS LOWER UPPER "-_.", 66, HAS_OTHER - 1, 10, 10},
    {NULL, 257, 2 * HAS_OTHER - 1, 7, 7},
};

enum { FORM_COUNT = sizeof(forms) / sizeof(forms[0]) };

struct idmap {
    struct siv *siv;
    struct siv_bound bound[REF_COUNT];
    uint8_t kind[256];               /* HAS_... of a byte */
    uint8_t hex[256];                /* the value of a hexadecimal digit, or 16 */
    uint8_t symbol[FORM_COUNT][256]; /* the number of a byte in an alphabet, from 0 */
};

/* --- types ----------------------------------------------------------------------- */

/* The type whose codes a type shares; REF_NONE for those that are not translated. */
static enum ref_type type_of(enum ref_type type)
{
    if ((unsigned)type >= REF_COUNT || ref_keeps_id(type)) {
        return REF_NONE;
    }
    return type == REF_DEMOGRAPHICS ? REF_USER : type;
}

static enum err bind(struct idmap *m, const struct idmap_bond *bond)
{
    char epoch[16];
    enum err e = OK;
    int len = snprintf(epoch, sizeof(epoch), "%lu", (unsigned long)bond->epoch);

    for (unsigned type = REF_NONE + 1; e == OK && type < REF_COUNT; type++) {
        struct span parts[] = {bond->scope, bond->owner, span_str(ref_word((enum ref_type)type)),
                               span_of(epoch, (size_t)len)};

        e = siv_bind(m->siv, parts, sizeof(parts) / sizeof(parts[0]), &m->bound[type]);
    }
    return e;
}

/* --- packing --------------------------------------------------------------------- */

static uint8_t kind_of(unsigned c)
{
    if (c >= '0' && c <= '9') {
        return HAS_DIGIT;
    }
    if (c >= 'a' && c <= 'z') {
        return HAS_LOWER;
    }
    if (c >= 'A' && c <= 'Z') {
        return HAS_UPPER;
    }
    return c == '-' ? HAS_HYPHEN : c == '_' ? HAS_LINE : c == '.' ? HAS_STOP : HAS_OTHER;
}

static void make_tables(struct idmap *m)
{
    for (unsigned c = 0; c < 256; c++) {
        m->kind[c] = kind_of(c);
        m->hex[c] = 16;
        m->symbol[FORM_COUNT - 1][c] = (uint8_t)c;
    }
    for (unsigned i = 0; i < 16; i++) {
        m->hex[(uint8_t) "0123456789abcdef"[i]] = (uint8_t)i;
        m->hex[(uint8_t) "0123456789ABCDEF"[i]] = (uint8_t)i;
    }
    for (size_t f = 0; f + 1 < FORM_COUNT; f++) {
        for (unsigned i = 0; forms[f].symbols[i] != '\0'; i++) {
            m->symbol[f][(uint8_t)forms[f].symbols[i]] = (uint8_t)i;
        }
    }
}

static size_t form_of(const struct idmap *m, struct span id)
{
    unsigned kinds = 0;
    size_t f = 0;

    for (size_t i = 0; i < id.len; i++) {
        kinds |= m->kind[id.ptr[i]];
    }
    while ((kinds & ~(unsigned)forms[f].kinds) != 0) {
        f++;
    }
    return f;
}

/* Where a UUID has hyphens. */
#define HYPHENS (UINT64_C(1) << 8 | UINT64_C(1) << 13 | UINT64_C(1) << 18 | UINT64_C(1) << 23)

/* 8-4-4-4-12 hexadecimal digits, letters all of one case: their case and bits. */
static bool pack_uuid(const struct idmap *m, struct span id, uint8_t out[UUID_PACKED])
{
    unsigned kinds = 0, bad = 0, digits = 0;

    for (unsigned i = 0; i < UUID_CHARS && id.len == UUID_CHARS; i++) {
        uint8_t c = id.ptr[i];

        if ((HYPHENS >> i & 1) != 0) {
            bad |= c != '-';
            continue;
        }
        out[1 + digits / 2] = (uint8_t)(out[1 + digits / 2] << 4 | (m->hex[c] & 15));
        kinds |= m->kind[c];
        bad |= m->hex[c] & 16;
        digits++;
    }
    out[0] = (kinds & HAS_UPPER) != 0;
    return digits > 0 && bad == 0 && (kinds & (HAS_UPPER | HAS_LOWER)) != (HAS_UPPER | HAS_LOWER);
}

static void put_word(uint8_t *at, uint64_t word)
{
    for (unsigned i = 0; i < WORD; i++) {
        at[i] = (uint8_t)(word >> (56 - 8 * i));
    }
}

static uint64_t get_word(const uint8_t *at)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < WORD; i++) {
        word = word << 8 | at[i];
    }
    return word;
}

/* One word: `room` symbols from `at` on, as many as there are. */
static uint64_t word_of(const struct idmap *m, size_t f, struct span id, size_t at, size_t room)
{
    uint64_t word = 0;

    for (size_t i = at; i < at + room; i++) {
        word = word * forms[f].base + (i < id.len ? m->symbol[f][id.ptr[i]] + 1u : 0);
    }
    return word;
}

static size_t most_of(const struct form *form)
{
    return form->first + (MAX_WORDS - 1u) * form->each;
}

bool idmap_fits(const struct idmap *m, enum ref_type type, struct span id)
{
    uint8_t packed[UUID_PACKED] = {0};

    return type_of(type) != REF_NONE && id.len > 0 &&
           (id.len <= most_of(&forms[form_of(m, id)]) || pack_uuid(m, id, packed));
}

/* Returns the number of bytes, or 0: it does not fit. */
static size_t pack(const struct idmap *m, struct span id, uint8_t out[MAX_PACKED])
{
    size_t words = 0;

    if (pack_uuid(m, id, out)) {
        return UUID_PACKED;
    }
    size_t f = form_of(m, id);

    if (id.len > most_of(&forms[f])) {
        return 0;
    }
    for (size_t at = 0; at < id.len; words++) {
        size_t room = words == 0 ? forms[f].first : forms[f].each;
        uint64_t word = word_of(m, f, id, at, room);

        put_word(out + words * WORD, words == 0 ? word | (uint64_t)f << FORM_SHIFT : word);
        at += room;
    }
    return words * WORD;
}

static void unpack_uuid(const uint8_t *packed, struct idmap_text *out)
{
    const char *hex = packed[0] == 0 ? "0123456789abcdef" : "0123456789ABCDEF";
    unsigned digits = 0;

    for (out->len = 0; out->len < UUID_CHARS; out->len++) {
        bool hyphen = out->len == 8 || out->len == 13 || out->len == 18 || out->len == 23;

        if (hyphen) {
            out->bytes[out->len] = '-';
        } else {
            out->bytes[out->len] =
                (uint8_t)hex[packed[1 + digits / 2] >> (digits % 2 == 0 ? 4 : 0) & 15];
            digits++;
        }
    }
}

/* Takes the last digit. Bases known beforehand make it a multiplication. */
static unsigned take_digit(uint64_t *word, unsigned base)
{
    uint64_t w = *word;

    switch (base) {
    case 11:
        *word = w / 11;
        return (unsigned)(w % 11);
    case 38:
        *word = w / 38;
        return (unsigned)(w % 38);
    case 66:
        *word = w / 66;
        return (unsigned)(w % 66);
    default:
        *word = w / base;
        return (unsigned)(w % base);
    }
}

/* Appends the symbols of one word. */
static void unpack_word(const struct form *form, uint64_t word, size_t room, struct idmap_text *out)
{
    uint8_t symbols[IDMAP_MAX_ID] = {0};
    size_t count = 0;

    for (size_t i = room; i-- > 0;) {
        unsigned digit = take_digit(&word, form->base);

        symbols[i] = form->symbols == NULL || digit == 0 ? (uint8_t)(digit - 1)
                                                         : (uint8_t)form->symbols[digit - 1];
        count += digit != 0;
    }
    memcpy(out->bytes + out->len, symbols, count);
    out->len += count;
}

static bool unpack(struct span packed, struct idmap_text *out)
{
    out->len = 0;
    if (packed.len == UUID_PACKED) {
        unpack_uuid(packed.ptr, out);
        return true;
    }
    size_t f = packed.ptr[0] >> 5;

    if (packed.len % WORD != 0 || f >= FORM_COUNT) {
        return false;
    }
    for (size_t at = 0; at < packed.len; at += WORD) {
        uint64_t word = get_word(packed.ptr + at);
        uint64_t value = at == 0 ? word & (((uint64_t)1 << FORM_SHIFT) - 1) : word;

        unpack_word(&forms[f], value, at == 0 ? forms[f].first : forms[f].each, out);
    }
    return out->len > 0;
}

/* --- spelling -------------------------------------------------------------------- */

/* RFC 4648 6 in lower case. */
static void spell(struct span bytes, struct idmap_text *out)
{
    static const char letters[] = LOWER "234567";
    uint64_t bits = 0;
    unsigned have = 0;

    out->len = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        bits = bits << 8 | bytes.ptr[i];
        for (have += 8; have >= 5; have -= 5) {
            out->bytes[out->len++] = (uint8_t)letters[bits >> (have - 5) & 31];
        }
    }
    if (have > 0) {
        out->bytes[out->len++] = (uint8_t)letters[bits << (5 - have) & 31];
    }
}

static unsigned letter_value(uint8_t c)
{
    if (c >= 'a' && c <= 'z') {
        return c - (unsigned)'a';
    }
    return c >= '2' && c <= '7' ? c - (unsigned)'2' + 26 : NO_SYMBOL;
}

/* False for any text that spell() does not write. `out` has room for IDMAP_MAX_CODE letters. */
static bool unspell(struct span text, uint8_t *out, size_t *len)
{
    uint64_t bits = 0;
    unsigned have = 0;

    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned value = letter_value(text.ptr[i]);

        if (value == NO_SYMBOL) {
            return false;
        }
        bits = bits << 5 | value;
        have += 5;
        if (have >= 8) {
            have -= 8;
            out[(*len)++] = (uint8_t)(bits >> have);
        }
    }
    return have < 5 && (bits & (((uint64_t)1 << have) - 1)) == 0;
}

/* --- the map --------------------------------------------------------------------- */

enum err idmap_new(const uint8_t key[IDMAP_KEY_BYTES], const struct idmap_bond *bond,
                   struct idmap **out)
{
    struct idmap *m = mem_alloc(sizeof(*m));

    if (m == NULL) {
        return ERR_MEMORY;
    }
    enum err e = siv_new(span_of(key, IDMAP_KEY_BYTES), &m->siv);

    e = e != OK ? e : bind(m, bond);
    if (e != OK) {
        idmap_free(&m);
        return e;
    }
    make_tables(m);
    *out = m;
    return OK;
}

void idmap_free(struct idmap **m)
{
    if (*m != NULL) {
        siv_free(&(*m)->siv);
        mem_free(*m);
        *m = NULL;
    }
}

bool idmap_encode(struct idmap *m, enum ref_type type, struct span id, struct idmap_text *out)
{
    enum ref_type shared = type_of(type);
    uint8_t packed[MAX_PACKED] = {0}, sealed[MAX_PACKED + SIV_BLOCK];
    size_t len = shared == REF_NONE ? 0 : pack(m, id, packed);

    if (len == 0 || siv_seal(m->siv, &m->bound[shared], span_of(packed, len), sealed) != OK) {
        return false;
    }
    spell(span_of(sealed, len + SIV_BLOCK), out);
    return true;
}

bool idmap_decode(struct idmap *m, enum ref_type type, struct span code, struct idmap_text *out)
{
    enum ref_type shared = type_of(type);
    uint8_t sealed[IDMAP_MAX_CODE], packed[IDMAP_MAX_CODE];
    size_t len = 0;

    if (shared == REF_NONE || code.len > IDMAP_MAX_CODE || !unspell(code, sealed, &len) ||
        len < SIV_BLOCK + WORD || len > SIV_BLOCK + MAX_PACKED ||
        siv_open(m->siv, &m->bound[shared], span_of(sealed, len), packed) != OK) {
        return false;
    }
    return unpack(span_of(packed, len - SIV_BLOCK), out);
}
