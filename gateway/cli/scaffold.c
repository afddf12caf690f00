/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of new files. Comments explain; blanks are keys without a value, which
 * the syntax takes and `check` names one by one. A line under exhibit-b or share
 * is put in force by taking away its first "# ".
 */
#include "cli/scaffold.h"

#include "base/text.h"
#include "cli/wire.h"

enum { LINE = 96, MAX_SLUG = 64, WIRE_BYTES = 16 * 1024 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

struct span scaffold_id(struct span name, struct arena *arena)
{
    uint8_t slug[MAX_SLUG];
    size_t len = 0;

    for (size_t i = 0; i < name.len && len < MAX_SLUG; i++) {
        uint8_t c = name.ptr[i];
        uint8_t low = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
        bool word = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9');

        if (word) {
            slug[len++] = low;
        } else if (len > 0 && slug[len - 1] != '-') {
            slug[len++] = '-';
        }
    }
    while (len > 0 && slug[len - 1] == '-') {
        len--;
    }
    return arena_copy(arena, span_of(slug, len));
}

/* A comment, broken between words; `lead` stands before each line. */
static void put_comment(struct buf *out, const char *lead, struct span text)
{
    size_t column = 0;

    while (text.ptr != NULL) {
        struct span word = span_cut(&text, ' ');

        if (column > 0 && column + 1 + word.len > LINE) {
            buf_put_byte(out, '\n');
            column = 0;
        }
        buf_put_str(out, column == 0 ? lead : " ");
        column += (column == 0 ? strlen(lead) : 1) + word.len;
        buf_put(out, word);
    }
    buf_put_byte(out, '\n');
}

static void put_comment_str(struct buf *out, const char *lead, const char *text)
{
    put_comment(out, lead, span_str(text));
}

/* --- the partner ----------------------------------------------------------------------- */

void scaffold_put_partner(struct buf *out, const struct scaffold *s)
{
    static const char *const contacts[] = {"privacy", "breach", "technical"};

    buf_put_str(out, "partner: ");
    buf_put(out, s->partner);
    buf_put_str(out, "\nname: ");
    text_json_string(out, s->name);
    buf_put_str(out, "\ncontacts:\n");
    for (size_t i = 0; i < 3; i++) {
        buf_printf(out, "  %s:\n    name:\n    email:\n", contacts[i]);
    }
    buf_put_str(out, "\n# One registered key holder of the partner. The partner makes the key\n"
                     "# (hallpass key generate) and sends the public half, a JWK set, which goes\n"
                     "# beside this file.\n");
    buf_printf(out, "# clients:\n#   - id: %.*s\n#     agreement: %.*s\n", SPAN_ARGS(s->agreement),
               SPAN_ARGS(s->agreement));
    buf_printf(out,
               "#     purpose:          # one of the agreement's purposes\n"
               "#     keys: { file: %.*s-jwks.json }\n"
               "#     binding: none     # whoever holds a token can use it until it expires\n",
               SPAN_ARGS(s->partner));
}

/* --- contract and basis ------------------------------------------------------------------ */

static void put_head(struct buf *out, const struct scaffold *s)
{
    buf_put_str(out,
                "# Fill in what is blank; under exhibit-b and share take the first \"# \" away "
                "from the lines\n# that hold. `hallpass policy check` says what is still "
                "missing.\n");
    buf_printf(out, "agreement: %.*s\npartner: %.*s\n", SPAN_ARGS(s->agreement),
               SPAN_ARGS(s->partner));
    buf_put_str(out, "products: []        # NDPA Exhibit A\n"
                     "contract:\n"
                     "  form: ndpa-1.0\n"
                     "  ends:             # the last whole day, such as 2029-06-30\n"
                     "  documents:\n"
                     "    - is: original\n"
                     "      signed:       # 2026-06-15\n"
                     "      from:         # the day from which it holds\n"
                     "      file:         # contract.pdf, wherever the district keeps it\n"
                     "      sha256:       # sha256sum contract.pdf\n\n");
}

static const char *type_note(enum clause_type type)
{
    switch (type) {
    case CLAUSE_WORD:
        return "; one of: ";
    case CLAUSE_DATE:
        return "; a date, such as 2026-03-02";
    case CLAUSE_TIME:
        return "; a time, such as 2026-03-02T14:05";
    case CLAUSE_LIST:
        return "; a list, [one, another]";
    case CLAUSE_TWO:
        return "; two names, [one, another]";
    case CLAUSE_DIGEST:
        return "; sha256sum of the text, which stays out of this file";
    case CLAUSE_TEXT:
    default:
        return "";
    }
}

static const char *need_note(enum clause_need need)
{
    return need == CLAUSE_MUST  ? ""
           : need == CLAUSE_ONE ? "; exactly one of the clauses that say so"
                                : "; if it applies";
}

static void put_basis(struct buf *out, const struct scaffold *s)
{
    const struct basis_row *row = basis_row(s->basis);
    bool any = false;

    buf_printf(out, "basis: %s   # %s\n", row->word, row->law);
    for (size_t i = 0; i < basis_clause_count(); i++) {
        const struct clause_row *c = basis_clause(i);

        if (c->basis != s->basis) {
            continue;
        }
        buf_put_str(out, any ? "" : "because:\n");
        put_comment_str(out, "  # ", c->says);
        buf_printf(out, "  %s%s:   # %s%s%s%s\n", c->need == CLAUSE_MUST ? "" : "# ", c->key,
                   c->law, type_note(c->type), c->words == NULL ? "" : c->words,
                   need_note(c->need));
        any = true;
    }
    buf_put_str(out, "legitimate-interest:  # in words, for the record of disclosures\n"
                     "purposes: []          # ids, such as instruction; each client has one\n");
    buf_put_str(out, row->destroy_law != NULL
                         ? "destroy-within:       # 60 days after request (or: after end, after "
                           "last use)\n\n"
                         : "# destroy-within: 60 days after request\n\n");
}

/* --- Exhibit B ---------------------------------------------------------------------------- */

/* "      # students: user: givenName": what a box opens for one role, if anything. */
static bool put_wire(struct buf *out, const struct scaffold *s, enum role role,
                     const struct element *e)
{
    struct buf text;

    buf_init(&text, WIRE_BYTES);
    buf_printf(&text, "%s: ", role_word(role));
    size_t before = text.len;

    wire_put(&text, s->catalog, role, e);
    bool any = text.len > before;

    if (any) {
        put_comment(out, "  #   # ", buf_span(&text));
    }
    out->failed = out->failed == OK ? buf_err(&text) : out->failed;
    buf_fini(&text);
    return any;
}

/* Boxes that stand for the ids of records, whatever fields they open besides. */
static bool put_id_note(struct buf *out, const struct element *e)
{
    static const struct {
        const char *category, *brief, *note;
    } notes[] = {
        {"Student Identifiers", "Local ID number",
         "students: the sourcedId of every record, under ids: district-ids"},
        {"Student Identifiers", "Provider/App assigned student ID number",
         "students: what stands for sourcedId under ids: per-partner"},
        {"Parent/Guardian ID", "Parent ID number",
         "guardians: the sourcedId of every record, under ids: district-ids"},
    };

    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        if (element_find(span_str(notes[i].category), span_str(notes[i].brief)) == e) {
            put_comment_str(out, "  #   # ", notes[i].note);
            return true;
        }
    }
    return false;
}

/* A box and what it means; for teachers through the word that has it as its ceiling. */
static void put_meaning(struct buf *out, const struct scaffold *s, const struct element *e)
{
    bool any = put_id_note(out, e);

    any = put_wire(out, s, ROLE_STUDENT, e) || any;
    any = put_wire(out, s, ROLE_GUARDIAN, e) || any;
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *word = element_at(i);

        if (!element_is_ndpa(word) && element_ceiling(word, ROLE_TEACHER) == e) {
            any = put_wire(out, s, ROLE_TEACHER, word) || any;
        }
    }
    if (!any) {
        put_comment_str(out, "  #   # ", "nothing on the wire: the catalog has no field for it");
    }
}

static bool is_open(const struct element *e)
{
    static const struct span tail = {(const uint8_t *)"- please specify", 16};

    return e->element.len > tail.len &&
           span_eq(span_from(e->element, e->element.len - tail.len), tail);
}

static void put_box(struct buf *out, const struct scaffold *s, const struct element *e)
{
    put_meaning(out, s, e);
    if (is_open(e)) {
        buf_printf(out, "  #   - \"%.*s: ...\"\n", SPAN_ARGS(e->brief));
    } else {
        buf_printf(out, "  #   - %.*s\n", SPAN_ARGS(e->element));
    }
}

static void put_exhibit(struct buf *out, const struct scaffold *s)
{
    struct span category = {NULL, 0};

    buf_put_str(out,
                "# The boxes ticked on the signed form: the ceiling. Under each box stands what "
                "it opens, per\n# role and kind of record; what has a star is free text, "
                "granted only by its own name.\nexhibit-b:\n");
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (!element_is_ndpa(e)) {
            continue;
        }
        if (!span_eq(e->category, category)) {
            category = e->category;
            buf_printf(out, "  # %.*s:\n", SPAN_ARGS(category));
        }
        put_box(out, s, e);
    }
}

/* --- share ---------------------------------------------------------------------------------- */

static void put_people(struct buf *out, const struct scaffold *s, enum role role)
{
    struct span category = {NULL, 0};

    buf_printf(out, "  # %s:\n", role_word(role));
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (!element_is_ndpa(e) || span_eq(e->category, category)) {
            continue;
        }
        category = e->category;
        if (wire_has(s->catalog, role, category, NULL)) {
            buf_printf(out, "  #   %.*s: as-signed\n", SPAN_ARGS(category));
        }
    }
}

static void put_employees(struct buf *out, const struct scaffold *s, enum role role)
{
    buf_printf(out, "  # %s:\n", role_word(role));
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (!element_is_ndpa(e) && wire_has(s->catalog, role, e->category, e)) {
            (void)put_wire(out, s, role, e);
            buf_printf(out, "  #   %.*s: as-is\n", SPAN_ARGS(e->element));
        }
    }
}

static void put_records(struct buf *out, const struct scaffold *s)
{
    buf_put_str(out, "  # records:\n");
    for (size_t i = 0; i < catalog_resource_count(s->catalog); i++) {
        const struct resource *r = catalog_resource(s->catalog, i);
        struct buf text;

        if ((r->roles & ROLE_BIT(ROLE_NONE)) == 0) {
            continue;
        }
        buf_init(&text, WIRE_BYTES);
        wire_put_records(&text, r);
        put_comment(out, "  #   # ", buf_span(&text));
        buf_fini(&text);
        buf_printf(out, "  #   %.*s: as-is\n", SPAN_ARGS(r->name));
    }
}

/* What stands for the students' ids; some bases leave no choice. */
static void put_ids(struct buf *out, enum basis b)
{
    buf_put_str(out, "\n# Students must match all that is listed; left out, it is the whole "
                     "district.\n# where: { schools: [], grades: [] }\n"
                     "# limits: { requests-per-minute: 600, students-per-day: 1000 }\n\n");
    switch (b) {
    case BASIS_DIRECTORY:
        buf_put_str(out, "# Ids of this partner's own; the box is Student Identifiers / "
                         "Provider/App assigned\n# student ID number.\nids: per-partner\n");
        break;
    case BASIS_DE_IDENTIFIED:
    case BASIS_CODED:
        buf_put_str(out, "ids: random\n");
        break;
    default:
        buf_put_str(out, "# Or per-partner: ids of this partner's own; the box is Student "
                         "Identifiers /\n# Provider/App assigned student ID number.\n"
                         "ids: district-ids\n");
        break;
    }
}

static void put_share(struct buf *out, const struct scaffold *s)
{
    buf_put_str(
        out, "\n# What is sent: a subset of the ceiling, as narrow as the purpose allows. Instead "
             "of\n# as-signed a category can name its elements or fields, each with what becomes "
             "of it:\n#     Student Name: { givenName: as-is, familyName: initial }\nshare:\n");
    put_people(out, s, ROLE_STUDENT);
    put_people(out, s, ROLE_GUARDIAN);
    put_employees(out, s, ROLE_TEACHER);
    put_employees(out, s, ROLE_STAFF);
    put_records(out, s);
    put_ids(out, s->basis);
}

void scaffold_put_agreement(struct buf *out, const struct scaffold *s)
{
    put_head(out, s);
    put_basis(out, s);
    put_exhibit(out, s);
    put_share(out, s);
}
