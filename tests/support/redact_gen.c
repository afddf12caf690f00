/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random OneRoster documents. Values are mostly right, so that most records are
 * released and the odd ones are seen beside them.
 */
#include "tests/support/redact_gen.h"

#include <stdio.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

void gen_seed(struct gen *g, uint64_t seed)
{
    g->state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

unsigned gen_below(struct gen *g, unsigned n)
{
    g->state ^= g->state << 13;
    g->state ^= g->state >> 7;
    g->state ^= g->state << 17;
    return (unsigned)((g->state >> 11) % n);
}

static bool odd(struct gen *g)
{
    return gen_below(g, g->mess) == 0;
}

static void put(struct gen *g, const char *text)
{
    buf_put_str(g->out, text);
}

static void space(struct gen *g)
{
    static const char *const spaces[] = {" ", "\n", "\t", "\r\n", "    ", " \n\t "};

    if (odd(g)) {
        put(g, spaces[gen_below(g, COUNT(spaces))]);
    }
}

/* One character of a string, in one of its spellings. */
static void put_char(struct gen *g, const char *text, size_t len)
{
    uint8_t c = (uint8_t)text[0];

    if (c == '"' || c == '\\') {
        buf_put_byte(g->out, '\\');
    }
    if (c < 0x20 || (len == 1 && odd(g) && odd(g))) {
        buf_cut(g->out, g->out->len - (c == '"' || c == '\\' ? 1 : 0));
        buf_printf(g->out, gen_below(g, 2) == 0 ? "\\u%04x" : "\\u%04X", c);
        return;
    }
    buf_put(g->out, span_of(text, len));
}

static void put_string(struct gen *g, const char *text)
{
    buf_put_byte(g->out, '"');
    for (size_t at = 0; text[at] != '\0';) {
        uint8_t c = (uint8_t)text[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

        put_char(g, text + at, len);
        at += len;
    }
    buf_put_byte(g->out, '"');
}

/* A string of escapes and characters of every length. */
static void put_wild_string(struct gen *g)
{
    static const char *const parts[] = {
        "a",
        "Zo\xC3\xAB",
        "\\u0000",
        "\\n",
        "\\\\",
        "\\\"",
        "\\/",
        "\\ud83d\\ude00",
        "\xF0\x9F\x98\x80",
        "\xE6\xBC\xA2",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\\u0022",
        " ",
        "e\xCC\x81",
        "\\u00e9",
        "\x7F",
        "givenName",
        "012345678901234567890123456789012345678901234567890123456789",
    };

    buf_put_byte(g->out, '"');
    for (unsigned n = gen_below(g, 6); n > 0; n--) {
        put(g, parts[gen_below(g, COUNT(parts))]);
    }
    buf_put_byte(g->out, '"');
}

static void put_any(struct gen *g, unsigned depth);

static void put_many(struct gen *g, unsigned depth, bool object)
{
    static const char *const keys[] = {"a", "sourcedId", "givenName", "", "roles", "href"};
    unsigned first = gen_below(g, COUNT(keys));
    unsigned n = gen_below(g, 4);

    put(g, object ? "{" : "[");
    space(g);
    for (unsigned i = 0; i < n; i++) {
        put(g, i > 0 ? "," : "");
        space(g);
        if (object) {
            put_string(g, keys[(first + i) % COUNT(keys)]);
            space(g);
            put(g, ":");
            space(g);
        }
        put_any(g, depth + 1);
        space(g);
    }
    put(g, object ? "}" : "]");
}

static void put_any(struct gen *g, unsigned depth)
{
    static const char *const plain[] = {"null",        "true",   "false",     "0",    "-1.5e3",
                                        "12345678901", "\"06\"", "\"stu-1\"", "\"\"", "1E-2",
                                        "\"student\"", "[]",     "{}"};

    switch (gen_below(g, depth > 5 ? 2 : 4)) {
    case 0:
        put(g, plain[gen_below(g, COUNT(plain))]);
        return;
    case 1:
        put_wild_string(g);
        return;
    case 2:
        put_many(g, depth, true);
        return;
    default:
        put_many(g, depth, false);
    }
}

static void put_id(struct gen *g, enum ref_type ref)
{
    static const char *const people[] = {"stu", "stu", "stu",  "stu",  "par",
                                         "tea", "adm", "both", "ghost"};
    static const char *const orgs[] = {"school-0", "school-1", "school-0", "school-2",
                                       "district", "school/1", "nowhere"};
    char id[32];

    switch (ref) {
    case REF_ORG:
        put_string(g, orgs[gen_below(g, COUNT(orgs))]);
        return;
    case REF_USER:
    case REF_DEMOGRAPHICS:
        (void)snprintf(id, sizeof(id), "%s-%u", people[gen_below(g, COUNT(people))],
                       gen_below(g, 42));
        break;
    case REF_CLASS:
    case REF_COURSE:
        (void)snprintf(id, sizeof(id), "%s-%u", ref_word(ref), gen_below(g, 4));
        break;
    default:
        (void)snprintf(id, sizeof(id), "x-%u", gen_below(g, 1000));
    }
    put_string(g, id);
}

static void put_ref(struct gen *g, const struct field *f)
{
    unsigned first = gen_below(g, 3);

    put(g, "{");
    for (unsigned i = 0; i < 3; i++) {
        space(g);
        put(g, i > 0 ? "," : "");
        space(g);
        if ((first + i) % 3 == 0) {
            put(g, "\"sourcedId\":");
            put_id(g, f->ref);
        } else if ((first + i) % 3 == 1) {
            put(g, "\"href\": \"https://source.internal/x?y=\\u007b\"");
        } else {
            put(g, "\"type\":\"whatever\"");
        }
    }
    put(g, odd(g) ? ",\"more\":{\"sourcedId\":\"stu-1\"}}" : "}");
}

static void put_text_of(struct gen *g, const struct field *f)
{
    static const char *const names[] = {"Ana",
                                        "Zo\xC3\xAB",
                                        "\xE6\xBC\xA2\xE5\xAD\x97",
                                        "O\"Neil\\",
                                        "X",
                                        "e\xCC\x81t\xC3\xA9",
                                        "",
                                        "Jos\xC3\xA9 Mar\303\255a",
                                        "\xED\x95\x9C\xEA\xB8\x80",
                                        "\xF0\x9F\x98\x80Smile",
                                        "60614",
                                        "03601-0001",
                                        "12.5",
                                        "-7",
                                        "13",
                                        "e\xCC\x81"};
    static const char *const dates[] = {"2012-02-29", "2013-02-29", "2026-01-31",
                                        "2012-12-01", "31/01/2026", ""};
    static const char *const times[] = {"2026-01-31T10:20:30Z", "2026-01-31T10:20:30.123+01:00",
                                        "2026-01-31", "2026-01-31T25:20:30Z"};
    static const char *const mails[] = {"a@b.example", "no mail", "x@y@z", "z@example.org"};
    static const char *const years[] = {"2026", "26", "2o26"};

    switch (f->type) {
    case TYPE_ID:
        put_id(g, f->ref);
        return;
    case TYPE_BOOLEAN:
        put_string(g, odd(g) ? "yes" : gen_below(g, 2) == 0 ? "true" : "false");
        return;
    case TYPE_DATE:
        put_string(g, dates[gen_below(g, COUNT(dates))]);
        return;
    case TYPE_DATETIME:
        put_string(g, times[gen_below(g, COUNT(times))]);
        return;
    case TYPE_EMAIL:
        put_string(g, mails[gen_below(g, COUNT(mails))]);
        return;
    case TYPE_YEAR:
        put_string(g, years[gen_below(g, COUNT(years))]);
        return;
    default:
        put_string(g, names[gen_below(g, COUNT(names))]);
    }
}

static void put_word_of(struct gen *g, const struct field *f)
{
    char word[64];
    struct span w = f->words[gen_below(g, (unsigned)f->word_count)];

    (void)snprintf(word, sizeof(word), "%.*s", (int)w.len, (const char *)w.ptr);
    put_string(g, odd(g) ? "ext:other-1" : odd(g) ? "unheard of" : word);
}

static void put_members(struct gen *g, uint16_t parent, unsigned depth);

static void put_one(struct gen *g, const struct field *f, unsigned depth)
{
    if (odd(g) && odd(g)) {
        put_any(g, 3);
    } else if (f->kind == FIELD_OBJECT) {
        put_members(g, f->number, depth + 1);
    } else if (f->kind == FIELD_REF) {
        put_ref(g, f);
    } else if (f->word_count > 0) {
        put_word_of(g, f);
    } else {
        put_text_of(g, f);
    }
}

static void put_field(struct gen *g, const struct field *f, unsigned depth)
{
    if (!f->list || (odd(g) && odd(g))) {
        put_one(g, f, depth);
        return;
    }
    unsigned n = gen_below(g, 4);

    put(g, "[");
    for (unsigned i = 0; i < n; i++) {
        put(g, i > 0 ? "," : "");
        space(g);
        put_one(g, f, depth);
        space(g);
    }
    put(g, "]");
}

static void put_key(struct gen *g, struct span name)
{
    char key[64];

    (void)snprintf(key, sizeof(key), "%.*s", (int)name.len, (const char *)name.ptr);
    put_string(g, key);
    space(g);
    put(g, ":");
    space(g);
}

static void put_unknown(struct gen *g)
{
    static const char *const keys[] = {
        "metadata",         "GivenName",  "givenname", "givenName ", "", "ssn",
        "givenName\\u0001", "roles.role", "users",     "\xC3\xA9",   "x"};

    buf_put_byte(g->out, '"');
    put(g, keys[gen_below(g, COUNT(keys))]);
    put(g, "\":");
    put_any(g, 0);
}

/* Structure and facts stand nearly always, the rest half the time. */
static bool stands(struct gen *g, const struct field *f)
{
    bool wanted = f->required || f->facts != 0;

    return wanted ? !odd(g) || !odd(g) : gen_below(g, 2) == 0;
}

static void put_members(struct gen *g, uint16_t parent, unsigned depth)
{
    const struct resource *r = g->resource;
    unsigned n = (unsigned)r->field_count;
    unsigned first = gen_below(g, n);
    size_t start = g->out->len + 1;

    put(g, "{");
    for (unsigned i = 0; i < n; i++) {
        const struct field *f = &r->fields[(first + i) % n];

        if (f->parent != parent || !stands(g, f)) {
            continue;
        }
        put(g, g->out->len > start ? "," : "");
        put_key(g, f->name);
        put_field(g, f, depth);
        if (depth == 0 && odd(g) && odd(g) && odd(g)) {
            put(g, ",");
            put_key(g, f->name);
            put(g, "null");
            g->twice_record = g->twice_record == 0 ? g->records : g->twice_record;
        }
        if (odd(g)) {
            put(g, ",");
            put_unknown(g);
        }
        space(g);
    }
    put(g, "}");
}

void gen_document(struct gen *g, unsigned max_records, bool item)
{
    unsigned n = item ? 1 : gen_below(g, max_records + 1);

    g->twice_record = 0;
    g->records = 0;
    space(g);
    put(g, "{");
    space(g);
    put_key(g, item ? g->resource->item : g->resource->collection);
    put(g, item ? "" : "[");
    for (unsigned i = 0; i < n; i++) {
        put(g, i > 0 ? "," : "");
        space(g);
        g->records++;
        put_members(g, CATALOG_ROOT, 0);
        space(g);
    }
    put(g, item ? "}" : "]}");
    space(g);
}

/* --- the benchmark ------------------------------------------------------------- */

#define REF(name, kind, id)                                                                        \
    "\"" name "\":{\"href\":\"https://sis.internal/ims/oneroster/rostering/v1p2/" kind "s/" id     \
    "\",\"sourcedId\":\"" id "\",\"type\":\"" kind "\"}"

static void put_plain_user(struct buf *out, unsigned i)
{
    buf_printf(
        out,
        "{\"sourcedId\":\"stu-%u\",\"status\":\"active\",\"dateLastModified\":"
        "\"2026-08-%02uT04:05:06.000Z\",\"userMasterIdentifier\":\"um-%08u\",\"username\":\"u%u\","
        "\"userIds\":[{\"type\":\"state\",\"identifier\":\"%010u\"}],\"enabledUser\":\"true\",",
        i % 40, 1 + i % 28, i, i, i * 7919u);
    buf_printf(
        out,
        "\"givenName\":\"Given%u\",\"familyName\":\"Family%u\",\"middleName\":\"M%u\","
        "\"preferredFirstName\":\"Pref%u\",\"pronouns\":\"they/them\",\"roles\":[{\"roleType\":"
        "\"primary\",\"role\":\"student\"," REF("org", "org", "school-0") "}],",
        i, i, i % 26, i);
    buf_printf(out,
               "\"primaryOrg\":{\"href\":\"https://sis.internal/ims/oneroster/rostering/v1p2/orgs/"
               "school-0\""
               ",\"sourcedId\":\"school-0\",\"type\":\"org\"},\"identifier\":\"%09u\",\"email\":"
               "\"given%u@example.org\",\"sms\":\"+1555%07u\",\"phone\":\"+1555%07u\",\"grades\":["
               "\"%02u\"],",
               i, i, i % 10000000, i % 10000000, 6 + i % 3);
    buf_printf(out, "\"password\":\"x%08x\",\"metadata\":{\"a\":\"%u\",\"b\":true}}", i * 31u, i);
}

void gen_plain_users(struct buf *out, unsigned users)
{
    buf_put_str(out, "{\"users\":[");
    for (unsigned i = 0; i < users; i++) {
        buf_put_str(out, i > 0 ? "," : "");
        put_plain_user(out, i);
    }
    buf_put_str(out, "]}");
}
