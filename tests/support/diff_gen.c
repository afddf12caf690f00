/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/diff_gen.h"

#include <stdio.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { MAX_TEXT = 16 * 1024 };

/* A field under a line of `share`; names may be cut to an initial. */
struct line {
    const char *role;
    const char *under;
    const char *field;
    bool name;
};

static const struct line lines[] = {
    {"students", "Student Name", "givenName", true},
    {"students", "Student Name", "familyName", true},
    {"students", "Student Contact Information", "email", false},
    {"students", "Student Contact Information", "phone", false},
    {"students", "Enrollment", "grades", false},
    {"students", "Enrollment", "primaryOrg", false},
    {"students", "Parent/Guardian ID", "agents", false},
    {"students", "Demographics", "birthDate", false},
    {"students", "Demographics", "sex", false},
    {"guardians", "Parent/Guardian Name", "givenName", true},
    {"guardians", "Parent/Guardian Name", "familyName", true},
    {"guardians", "Parent/Guardian Contact Information", "email", false},
    {"guardians", "Parent/Guardian Contact Information", "phone", false},
    {"guardians", "Parent/Guardian ID", "agents", false},
    {"teachers", "Name", "givenName", true},
    {"teachers", "Name", "familyName", true},
    {"teachers", "Email", "email", false},
    {"teachers", "Phone", "phone", false},
    {"staff", "Name", "givenName", true},
    {"staff", "Name", "familyName", true},
    {"staff", "Email", "email", false},
    {"staff", "Phone", "phone", false},
};

/* Whole lines of `share` that are there or not. */
static const struct {
    const char *role;
    const char *text;
} wholes[] = {
    {"students", "    Schedule: as-signed\n"},
    {"teachers", "    Schools: as-is\n"},
    {"teachers", "    Classes: as-is\n"},
    {"staff", "    Schools: as-is\n"},
    {"records", "    orgs: as-is\n"},
    {"records", "    academicSessions: { title: as-is, parent: as-is, children: as-is }\n"},
    {"records", "    courses: { title: as-is, courseCode: as-is, grades: as-is, subjects: as-is, "
                "org: as-is }\n"},
    {"records",
     "    classes: { title: as-is, classCode: as-is, classType: as-is, grades: as-is }\n"},
};

enum { AT_WHOLES = COUNT(lines), AT_SCHOOLS = AT_WHOLES + COUNT(wholes), AT_GRADES, AT_DATES };

static const char *const schools[] = {"", "alder", "birch", "alder, birch", "alder, birch, cedar"};
static const char *const grades[] = {"", "\"06\"", "\"06\", \"07\"", "\"06\", \"07\", \"08\""};

static const char *const roles[] = {"students", "guardians", "teachers", "staff", "records"};

static unsigned options(size_t at)
{
    if (at < COUNT(lines)) {
        return 8;
    }
    return at == AT_SCHOOLS ? COUNT(schools) : at == AT_GRADES ? COUNT(grades) : 3;
}

static uint8_t draw(struct gen *g, size_t at)
{
    return (uint8_t)gen_below(g, options(at));
}

void shape_random(struct gen *g, struct shape *s)
{
    *s = (struct shape){{0}};
    for (size_t i = 0; i <= AT_DATES; i++) {
        s->choice[i] = draw(g, i);
    }
}

void shape_change(struct gen *g, struct shape *s)
{
    for (unsigned n = 1 + gen_below(g, 3); n > 0; n--) {
        size_t at = gen_below(g, AT_DATES + 1);

        s->choice[at] = draw(g, at);
    }
}

/* --- the text ------------------------------------------------------------------------ */

static const char *word_of(const struct line *l, uint8_t choice)
{
    switch (choice) {
    case 0:
    case 1:
        return NULL;
    case 2:
        return "{ as: mask, accept-type-change: yes }";
    case 3:
        return "{ as: const, value: \"see office\", accept-type-change: yes }";
    case 4:
        return l->name ? "initial" : "as-is";
    default:
        return "as-is";
    }
}

/* References cannot be masked; a birth date may be cut to its year. */
static const char *rule_of(const struct line *l, uint8_t choice)
{
    bool ref = strcmp(l->field, "agents") == 0 || strcmp(l->field, "primaryOrg") == 0;

    if (ref) {
        return choice < 3 ? NULL : "as-is";
    }
    if (strcmp(l->field, "birthDate") == 0 && choice > 4) {
        return choice == 5   ? "{ as: year, accept-type-change: yes }"
               : choice == 6 ? "{ as: year-month, accept-type-change: yes }"
                             : "as-is";
    }
    return word_of(l, choice);
}

static void put_lines(const struct shape *s, const char *role, struct buf *out)
{
    const char *under = "";

    for (size_t i = 0; i < COUNT(lines); i++) {
        const char *rule =
            strcmp(lines[i].role, role) == 0 ? rule_of(&lines[i], s->choice[i]) : NULL;

        if (rule == NULL) {
            continue;
        }
        if (strcmp(under, lines[i].under) != 0) {
            buf_printf(out, "    %s:\n", lines[i].under);
        }
        under = lines[i].under;
        buf_printf(out, "      %s: %s\n", lines[i].field, rule);
    }
    for (size_t i = 0; i < COUNT(wholes); i++) {
        if (strcmp(wholes[i].role, role) == 0 && s->choice[AT_WHOLES + i] > 0) {
            buf_put_str(out, wholes[i].text);
        }
    }
}

static void put_share(const struct shape *s, struct buf *out)
{
    struct buf part;

    buf_init(&part, MAX_TEXT);
    buf_put_str(out, "share:\n");
    for (size_t i = 0; i < COUNT(roles); i++) {
        buf_clear(&part);
        put_lines(s, roles[i], &part);
        if (part.len > 0) {
            buf_printf(out, "  %s:\n", roles[i]);
            buf_put(out, buf_span(&part));
        }
    }
    buf_fini(&part);
}

static void put_where(const struct shape *s, struct buf *out)
{
    const char *in = schools[s->choice[AT_SCHOOLS]];
    const char *of = grades[s->choice[AT_GRADES]];

    if (in[0] == '\0' && of[0] == '\0') {
        return;
    }
    buf_put_str(out, "where:\n");
    if (in[0] != '\0') {
        buf_printf(out, "  schools: [%s]\n", in);
    }
    if (of[0] != '\0') {
        buf_printf(out, "  grades: [%s]\n", of);
    }
}

static const char head[] =
    "agreement: acme-math\n"
    "partner: acme\n"
    "products: [Test]\n"
    "contract:\n"
    "  form: ndpa-1.0\n"
    "  ends: %s\n"
    "  documents:\n"
    "    - { is: original, signed: 2024-06-15, from: 2024-07-01, file: a.pdf, sha256: "
    "3f5d6a2be0e8c1ed4f9a7b6c5d8e0f1a2b3c4d5e6f708192a3b4c5d6e7f80912 }\n"
    "basis: school-official\n"
    "because: { institutional-service: a, direct-control: b, use-and-redisclosure: c }\n"
    "legitimate-interest: Tests\n"
    "purposes: [instruction]\n"
    "destroy-within: 60 days after request\n"
    "exhibit-b:\n"
    "  Student Name: [First and/or Last]\n"
    "  Enrollment: [Student school enrollment, Student grade level]\n"
    "  Schedule: [Student scheduled courses, Teacher names]\n"
    "  Demographics: [Date of Birth, Gender]\n"
    "  Student Identifiers: [Local ID number]\n"
    "  Student Contact Information: [Email, Phone]\n"
    "  Parent/Guardian ID: [Parent ID number]\n"
    "  Parent/Guardian Name: [First and/or Last]\n"
    "  Parent/Guardian Contact Information: [Email, Phone]\n"
    "ids: district-ids\n";

void shape_put(const struct shape *s, struct policy_kit *k)
{
    static const char *const ends[] = {"2034-06-30", "2029-06-30", "2031-01-31"};
    struct buf text;

    buf_init(&text, MAX_TEXT);
    buf_printf(&text, head, ends[s->choice[AT_DATES]]);
    put_share(s, &text);
    put_where(s, &text);
    buf_put_byte(&text, '\0');
    policy_kit_set(k, "agreements/acme-math.yaml", (const char *)text.base);
    buf_fini(&text);
}
