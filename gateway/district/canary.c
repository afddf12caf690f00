/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: 3 bits of kind, 21 of number and 6 of field are scrambled within 30
 * bits by two odd multiplications and a xor-shift, each of which can be undone,
 * so that neighbours look nothing alike and still every token names its origin.
 */
#include "district/canary.h"

static const char CONSONANTS[] = "bdfghjklmnprstvz";
static const char VOWELS[] = "aeio";

enum { CODE_BITS = 30, SYLLABLES = 5 };

#define CODE_MASK    ((1u << CODE_BITS) - 1)
#define MULTIPLY     0x2545F491u
#define MULTIPLY_INV 0x01444C71u /* MULTIPLY * MULTIPLY_INV = 1 modulo 2^30 */

static uint32_t shift(uint32_t x)
{
    return x ^ (x >> (CODE_BITS / 2));
}

uint32_t canary_code(struct canary c)
{
    uint32_t plain = (uint32_t)c.kind << 27 | c.number << 6 | (uint32_t)c.field;

    return (shift((plain * MULTIPLY) & CODE_MASK) * MULTIPLY) & CODE_MASK;
}

struct canary canary_origin(uint32_t code)
{
    uint32_t plain = (shift((code * MULTIPLY_INV) & CODE_MASK) * MULTIPLY_INV) & CODE_MASK;

    return (struct canary){(enum canary_kind)(plain >> 27), plain >> 6 & CANARY_MAX_NUMBER,
                           (enum canary_field)(plain & 63)};
}

void canary_word(struct buf *out, struct canary c, bool capital)
{
    uint32_t code = canary_code(c);
    char word[2 * SYLLABLES];

    for (unsigned i = 0; i < SYLLABLES; i++) {
        uint32_t syllable = code >> (6 * (SYLLABLES - 1 - i)) & 63;

        word[2 * i] = CONSONANTS[syllable >> 2];
        word[2 * i + 1] = VOWELS[syllable & 3];
    }
    if (capital) {
        word[0] = (char)(word[0] - 'a' + 'A');
    }
    buf_put(out, span_of(word, sizeof(word)));
}

void canary_digits(struct buf *out, struct canary c)
{
    buf_printf(out, "%010u", canary_code(c));
}

void canary_ideographs(struct buf *out, struct canary c)
{
    uint32_t code = canary_code(c);

    for (unsigned i = 0; i < 3; i++) {
        uint32_t point = 0x4E00 + i * 0x400 + (code >> (20 - 10 * i) & 0x3FF);
        uint8_t utf8[3] = {(uint8_t)(0xE0 | point >> 12), (uint8_t)(0x80 | (point >> 6 & 63)),
                           (uint8_t)(0x80 | (point & 63))};

        buf_put(out, span_of(utf8, sizeof(utf8)));
    }
}

static bool read_syllable(uint8_t consonant, uint8_t vowel, uint32_t *out)
{
    const char *c = consonant == 0 ? NULL : strchr(CONSONANTS, consonant);
    const char *v = vowel == 0 ? NULL : strchr(VOWELS, vowel);

    if (c == NULL || v == NULL) {
        return false;
    }
    *out = (uint32_t)(c - CONSONANTS) << 2 | (uint32_t)(v - VOWELS);
    return true;
}

bool canary_read_word(struct span text, uint32_t *code)
{
    uint32_t value = 0;

    if (text.len != (size_t)2 * SYLLABLES) {
        return false;
    }
    for (size_t i = 0; i < SYLLABLES; i++) {
        uint8_t lead = text.ptr[2 * i];
        uint32_t syllable;

        if (i == 0 && lead >= 'A' && lead <= 'Z') {
            lead = (uint8_t)(lead | 0x20);
        }
        if (!read_syllable(lead, text.ptr[2 * i + 1], &syllable)) {
            return false;
        }
        value = value << 6 | syllable;
    }
    *code = value;
    return true;
}
