/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name shapes. The stems are common words of many languages and stand for
 * nobody. One-grapheme names cannot hold a word; they are unique by themselves
 * (an ideograph of CJK Extension A, or one letter with three combining marks).
 */
#include "district/names.h"

enum { SPECIAL_EVERY = 400, LONG_REPEATS = 24, MARKS = 112 };

/* Numbers modulo SPECIAL_EVERY of students with an unusual name. */
enum special { ONE_IDEOGRAPH = 7, ONE_MARKED = 9, VERY_LONG = 11, QUOTED = 13, FAMILY_ONE = 15 };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const PLAIN_GIVEN[] = {
    "Maya", "Owen",  "Ruby",  "Theo", "Nina", "Felix", "Clara", "Jonas", "Amina", "Leila",
    "Omar", "Priya", "Rohan", "Tala", "Kofi", "Zuri",  "Mateo", "Lucia", "Anya",  "Ivan",
};
static const char *const ACCENTED_GIVEN[] = {
    "Zo\xC3\xA9",
    "Jos\xC3\xA9",
    "Bj\xC3\xB6rn",
    "Ren\xC3\xA9",
    "S\xC3\xB8ren",
    "Chlo\xC3\xAB",
    "\xC5\x81ucja",
    "Ad\xC3\xA9la",
    "\xC3\x81ngel",
    "No\xC3\xABl",
    "Tr\xE1\xBA\xA7n",
    "\xC4\xB0rem",
    "\xC5\xA0t\xC4\x9Bp\xC3\xA1n",
    "\xCE\x91\xCE\xBD\xCE\xBD\xCE\xB1",
};
static const char *const CJK_GIVEN[] = {"\xE4\xBC\x9F", "\xE8\x8A\xB3", "\xE5\xA8\x9C",
                                        "\xE6\x95\x8F", "\xE9\x9D\x99", "\xE7\xA3\x8A"};
static const char *const PLAIN_FAMILY[] = {
    "Baker", "Stone",  "Rivers", "Garcia", "Okafor", "Haddad", "Kowalski", "Larsen", "Moreau",
    "Patel", "Santos", "Tanaka", "Usman",  "Vargas", "Weber",  "Yilmaz",   "Zeman",  "Fischer",
};
static const char *const ACCENTED_FAMILY[] = {
    "N\xC3\xBA\xC3\xB1"
    "ez",
    "M\xC3\xBCller",
    "Garc\xC3\xAD"
    "a",
    "Dvo\xC5\x99\xC3\xA1k",
    "Fran\xC3\xA7ois",
    "\xC3\x96zt\xC3\xBCrk",
    "Nguy\xE1\xBB\x85n",
    "\xC3\x85str\xC3\xB6m",
};
static const char *const CJK_FAMILY[] = {"\xE7\x8E\x8B", "\xE6\x9D\x8E", "\xE9\x99\x88",
                                         "\xE5\xBC\xA0", "\xE9\xAB\x98"};
static const char *const PARTICLES[] = {"van der", "de la", "al", "von", "bin", "dos"};

static const char *pick(const char *const *list, size_t count, uint32_t number)
{
    return list[number % count];
}

static void put_point(struct buf *out, uint32_t point)
{
    uint8_t two[2] = {(uint8_t)(0xC0 | point >> 6), (uint8_t)(0x80 | (point & 63))};
    uint8_t three[3] = {(uint8_t)(0xE0 | point >> 12), (uint8_t)(0x80 | (point >> 6 & 63)),
                        (uint8_t)(0x80 | (point & 63))};

    buf_put(out, point < 0x800 ? span_of(two, 2) : span_of(three, 3));
}

/* A letter under three marks of U+0300..U+036F: one grapheme (UAX 29), a number in base 112. */
static void put_marked(struct buf *out, uint32_t number)
{
    buf_put_byte(out, (uint8_t)('A' + number % 26));
    for (int i = 0; i < 3; i++) {
        put_point(out, 0x300 + number % MARKS);
        number /= MARKS;
    }
}

static void put_long(struct buf *out, struct canary c)
{
    for (int i = 0; i < LONG_REPEATS; i++) {
        buf_put_str(out, "Wolfeschlegelstein-");
    }
    canary_word(out, c, true);
}

static void put_quoted(struct buf *out, struct canary c)
{
    buf_put_str(out, "Ana \"Nana\\\" ");
    canary_word(out, c, true);
}

/* True if the number has an unusual given name, then written. */
static bool put_special(struct buf *out, struct canary c)
{
    if (c.kind != CANARY_STUDENT || c.field != CANARY_GIVEN) {
        return false;
    }
    switch (c.number % SPECIAL_EVERY) {
    case ONE_IDEOGRAPH:
        put_point(out, 0x3400 + c.number / SPECIAL_EVERY);
        return true;
    case ONE_MARKED:
        put_marked(out, c.number / SPECIAL_EVERY);
        return true;
    case VERY_LONG:
        put_long(out, c);
        return true;
    case QUOTED:
        put_quoted(out, c);
        return true;
    default:
        return false;
    }
}

/* A stem, what stands between, and the canary as a word. */
static void put_joined(struct buf *out, const char *stem, const char *between, struct canary c)
{
    buf_put_str(out, stem);
    buf_put_str(out, between);
    canary_word(out, c, true);
}

void names_given(struct buf *out, struct canary c)
{
    uint32_t n = c.number;

    if (put_special(out, c)) {
        return;
    }
    switch (n % 8) {
    case 2:
    case 3:
        put_joined(out, pick(ACCENTED_GIVEN, COUNT(ACCENTED_GIVEN), n / 8), " ", c);
        return;
    case 5:
        put_joined(out, pick(PLAIN_GIVEN, COUNT(PLAIN_GIVEN), n / 8), "-", c);
        return;
    case 6:
        buf_put_str(out, pick(CJK_GIVEN, COUNT(CJK_GIVEN), n / 8));
        canary_ideographs(out, c);
        return;
    default:
        put_joined(out, pick(PLAIN_GIVEN, COUNT(PLAIN_GIVEN), n / 8), " ", c);
    }
}

void names_family(struct buf *out, struct canary c, uint32_t family)
{
    if (c.kind == CANARY_STUDENT && c.field == CANARY_FAMILY &&
        c.number % SPECIAL_EVERY == FAMILY_ONE) {
        put_point(out, 0x4000 + c.number / SPECIAL_EVERY);
        return;
    }
    switch (family % 8) {
    case 1:
        put_joined(out, "O'", "", c);
        return;
    case 2:
        put_joined(out, pick(PLAIN_FAMILY, COUNT(PLAIN_FAMILY), family / 8), "-", c);
        return;
    case 3:
        put_joined(out, pick(ACCENTED_FAMILY, COUNT(ACCENTED_FAMILY), family / 8), " ", c);
        return;
    case 4:
        buf_put_str(out, pick(CJK_FAMILY, COUNT(CJK_FAMILY), family / 8));
        canary_ideographs(out, c);
        return;
    case 5:
        put_joined(out, pick(PARTICLES, COUNT(PARTICLES), family / 8), " ", c);
        return;
    default:
        put_joined(out, pick(PLAIN_FAMILY, COUNT(PLAIN_FAMILY), family / 8), " ", c);
    }
}

void names_middle(struct buf *out, struct canary c)
{
    if (c.number % 3 != 0) {
        canary_word(out, c, true);
    }
}
