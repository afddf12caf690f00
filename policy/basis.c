/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of clauses. It follows 34 CFR Part 99; the words after each
 * paragraph are what the district's file must say in its own words, and are
 * shown in the message when it does not.
 */
#include "policy/basis.h"

#include <stdio.h>

#include "base/clock.h"
#include "policy/nearest.h"

static const struct basis_row rows[BASIS_COUNT] = {
#define BASIS_ROW(sym, word, law, way, destroy, exempt)                                            \
    [sym] = {(word), (law), (way), (destroy), (exempt)},
    BASIS_TABLE(BASIS_ROW)
#undef BASIS_ROW
};

static const struct clause_row clauses[] = {
    {BASIS_SCHOOL_OFFICIAL, "institutional-service", "34 CFR 99.31(a)(1)(i)(B)(1)",
     "which service the partner performs that the district would otherwise use employees for",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_SCHOOL_OFFICIAL, "direct-control", "34 CFR 99.31(a)(1)(i)(B)(2)",
     "where the contract puts use and maintenance of the records under the district's direct "
     "control",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_SCHOOL_OFFICIAL, "use-and-redisclosure", "34 CFR 99.31(a)(1)(i)(B)(3)",
     "where the contract binds the partner to 99.33(a) on use and redisclosure", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_TRANSFER, "enrollment-purpose", "34 CFR 99.31(a)(2)",
     "that the disclosure is for purposes of the student's enrollment or transfer", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_TRANSFER, "notice", "34 CFR 99.34(a)(1)",
     "how the attempt is made to notify the parent or eligible student", CLAUSE_ONE, CLAUSE_TEXT,
     NULL},
    {BASIS_TRANSFER, "initiated-by", "34 CFR 99.34(a)(1)(i)",
     "who initiated the disclosure, so that no notice is needed", CLAUSE_ONE, CLAUSE_WORD,
     "parent eligible-student"},
    {BASIS_AUDIT, "authority", "34 CFR 99.31(a)(3)",
     "whose authorized representative the partner is", CLAUSE_MUST, CLAUSE_WORD,
     "comptroller-general attorney-general secretary state-authority local-authority"},
    {BASIS_AUDIT, "authorized-representative", "34 CFR 99.35(a)(3)(ii)(A)",
     "where the written agreement designates the partner as authorized representative", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_AUDIT, "data-and-purpose", "34 CFR 99.35(a)(3)(ii)(B)",
     "where it specifies the data, the audit or evaluation they serve, and the activity",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_AUDIT, "destruction", "34 CFR 99.35(a)(3)(ii)(C)",
     "where it requires destruction when the data are no longer needed", CLAUSE_MUST, CLAUSE_TEXT,
     NULL},
    {BASIS_AUDIT, "safeguards", "34 CFR 99.35(a)(3)(ii)(E)",
     "where it sets policies that protect the data from further disclosure and other use",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_AID, "aid-purpose", "34 CFR 99.31(a)(4)(i)",
     "which determination about the aid needs the data", CLAUSE_MUST, CLAUSE_WORD,
     "eligibility amount conditions enforcement"},
    {BASIS_JUVENILE, "statute", "34 CFR 99.31(a)(5)(i)",
     "the State statute that allows the disclosure", CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_JUVENILE, "certification", "34 CFR 99.38(b)",
     "where the officials certify in writing that they will not disclose further", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_STUDIES, "study-purpose", "34 CFR 99.31(a)(6)(i)", "what the study is for", CLAUSE_MUST,
     CLAUSE_WORD, "predictive-tests student-aid improve-instruction"},
    {BASIS_STUDIES, "purpose-and-scope", "34 CFR 99.31(a)(6)(iii)(C)(1)",
     "where the written agreement specifies purpose, scope, duration and the information",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_STUDIES, "use-limit", "34 CFR 99.31(a)(6)(iii)(C)(2)",
     "where it limits the use to the purpose of the study", CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_STUDIES, "no-identification", "34 CFR 99.31(a)(6)(iii)(C)(3)",
     "where it keeps parents and students from being identified by others than representatives "
     "with legitimate interests",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_STUDIES, "destruction", "34 CFR 99.31(a)(6)(iii)(C)(4)",
     "where it requires destruction within a period", CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_ACCREDITATION, "accrediting-function", "34 CFR 99.31(a)(7)",
     "which accrediting function the data serve", CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_DEPENDENT, "dependency", "34 CFR 99.31(a)(8)",
     "how dependency under section 152 of the Internal Revenue Code is established", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_JUDICIAL, "order", "34 CFR 99.31(a)(9)(i)",
     "the judicial order or lawfully issued subpoena", CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_JUDICIAL, "notice", "34 CFR 99.31(a)(9)(ii)",
     "on which day the parent or eligible student was notified", CLAUSE_ONE, CLAUSE_DATE, NULL},
    {BASIS_JUDICIAL, "sealed", "34 CFR 99.31(a)(9)(ii)",
     "which of (A), (B) and (C) forbids the notice", CLAUSE_ONE, CLAUSE_WORD, "A B C"},
    {BASIS_JUDICIAL, "parent-is-party", "20 USC 1232g(b)(2)(B)",
     "the proceeding on child abuse, neglect or dependency to which the parent is a party",
     CLAUSE_ONE, CLAUSE_TEXT, NULL},
    {BASIS_EMERGENCY, "threat-sha256", "34 CFR 99.32(a)(5)(i)",
     "the digest of the text of the articulable and significant threat, which stands outside the "
     "policy",
     CLAUSE_MUST, CLAUSE_DIGEST, NULL},
    {BASIS_EMERGENCY, "parties", "34 CFR 99.32(a)(5)(ii)",
     "the parties to whom the data are disclosed", CLAUSE_MUST, CLAUSE_LIST, NULL},
    {BASIS_EMERGENCY, "opened", "34 CFR 99.36",
     "when the emergency agreement was opened, in the district's time", CLAUSE_MUST, CLAUSE_TIME,
     NULL},
    {BASIS_EMERGENCY, "operators", "house rule", "which two people opened it", CLAUSE_MUST,
     CLAUSE_TWO, NULL},
    {BASIS_EMERGENCY, "compliance-officer", "house rule",
     "which officer agreed to another one within 30 days", CLAUSE_MAY, CLAUSE_TEXT, NULL},
    {BASIS_CHILD_WELFARE, "agency", "20 USC 1232g(b)(1)(L)",
     "the agency or tribal organization that is legally responsible for the care and protection of "
     "the student",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_CHILD_WELFARE, "case-plan", "20 USC 1232g(b)(1)(L)",
     "by what its representative has the right to access the student's case plan", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_DE_IDENTIFIED, "determined-by", "34 CFR 99.31(b)(1)",
     "who determined that no student is identifiable", CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_DE_IDENTIFIED, "determined-on", "34 CFR 99.31(b)(1)", "on which day that was determined",
     CLAUSE_MUST, CLAUSE_DATE, NULL},
    {BASIS_DE_IDENTIFIED, "method", "34 CFR 99.31(b)(1)", "the method of the determination",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_CODED, "research-purpose", "34 CFR 99.31(b)(2)", "the education research it serves",
     CLAUSE_MUST, CLAUSE_TEXT, NULL},
    {BASIS_CODED, "code-use", "34 CFR 99.31(b)(2)(ii)",
     "where the code is limited to identifying records for education research", CLAUSE_MUST,
     CLAUSE_TEXT, NULL},
    {BASIS_COUNT, "nsla", "42 USC 1758(b)(6)",
     "who may receive meal eligibility, and for which named program", CLAUSE_MAY, CLAUSE_TEXT,
     NULL},
    {BASIS_COUNT, "ppra", "20 USC 1232h", "the consent or opt-out that covers survey answers",
     CLAUSE_MAY, CLAUSE_TEXT, NULL},
};

enum { CLAUSE_COUNT = sizeof(clauses) / sizeof(*clauses) };

const struct basis_row *basis_row(enum basis b)
{
    return &rows[b];
}

size_t basis_clause_count(void)
{
    return CLAUSE_COUNT;
}

const struct clause_row *basis_clause(size_t i)
{
    return &clauses[i];
}

bool basis_read(const struct doc *d, const struct node *n, void *basis)
{
    struct span word;
    struct nearest near;

    if (!doc_read_text(d, n, &word)) {
        return false;
    }
    nearest_init(&near, word);
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        if (span_eq_str(word, rows[b].word)) {
            *(enum basis *)basis = (enum basis)b;
            return true;
        }
        nearest_try(&near, span_str(rows[b].word));
    }
    doc_error(d, n, "\"%s\" is no basis that FERPA knows%s", shown_of(word).text,
              nearest_hint(&near).text);
    return false;
}

static bool concerns(const struct clause_row *c, enum basis b)
{
    return c->basis == b || c->basis == BASIS_COUNT;
}

static bool is_among(struct span word, const char *words)
{
    struct span rest = span_str(words);

    while (rest.ptr != NULL) {
        if (span_eq(span_cut(&rest, ' '), word)) {
            return true;
        }
    }
    return false;
}

bool basis_is_digest(struct span text)
{
    enum { HEX_DIGITS = 64 };
    bool good = text.len == HEX_DIGITS;

    for (size_t i = 0; good && i < text.len; i++) {
        good = (text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
               (text.ptr[i] >= 'a' && text.ptr[i] <= 'f');
    }
    return good;
}

/* "2026-03-02T14:05", without zone: it is the district's. */
static bool is_time(struct span text, int32_t *date)
{
    bool good = text.len == 16 && text.ptr[10] == 'T' && text.ptr[13] == ':' &&
                clock_parse_date(span_sub(text, 0, 10), date);
    static const uint8_t places[] = {11, 12, 14, 15};

    for (size_t i = 0; good && i < sizeof(places); i++) {
        good = text.ptr[places[i]] >= '0' && text.ptr[places[i]] <= '9';
    }
    return good && (text.ptr[11] - '0') * 10 + text.ptr[12] - '0' < 24 && text.ptr[14] < '6';
}

int32_t basis_date(const struct node *because, const char *key)
{
    const struct node *n = node_member(because, key);
    int32_t date = 0;

    if (n == NULL || n->kind != NODE_SCALAR) {
        return 0;
    }
    return clock_parse_date(n->text, &date) || is_time(n->text, &date) ? date : 0;
}

static bool check_two(const struct doc *d, const struct node *n, const struct clause_row *c)
{
    struct texts names = {0};

    if (!doc_read_texts(d, n, &names)) {
        return false;
    }
    if (names.count == 2 && !span_eq_nocase(names.items[0], names.items[1])) {
        return true;
    }
    doc_error(d, n, "expected two different names, to say %s (%s)", c->says, c->law);
    return false;
}

/* What a clause that is one line of text must look like; NULL: it does. */
static const char *text_fault(const struct clause_row *c, struct span text)
{
    int32_t date;

    switch (c->type) {
    case CLAUSE_WORD:
        return is_among(text, c->words) ? NULL : c->words;
    case CLAUSE_DATE:
        return clock_parse_date(text, &date) ? NULL : "a date of the form 2026-03-02";
    case CLAUSE_TIME:
        return is_time(text, &date) ? NULL
                                    : "a time of the form 2026-03-02T14:05, in the district's zone";
    case CLAUSE_DIGEST:
        return basis_is_digest(text) ? NULL : "a SHA-256 digest of 64 digits 0-9 a-f";
    default:
        return NULL;
    }
}

static bool check_clause(const struct doc *d, const struct clause_row *c, const struct node *n)
{
    struct texts list;
    struct span text;

    if (c->type == CLAUSE_LIST) {
        return doc_read_texts(d, n, &list);
    }
    if (c->type == CLAUSE_TWO) {
        return check_two(d, n, c);
    }
    if (!doc_read_text(d, n, &text)) {
        return false;
    }
    const char *fault = text_fault(c, text);

    if (fault != NULL) {
        doc_error(d, n, "\"%s\" is not %s%s (%s)", shown_of(text).text,
                  c->type == CLAUSE_WORD ? "one of: " : "", fault, c->law);
    }
    return fault == NULL;
}

static bool check_member(const struct doc *d, enum basis b, const struct node *m)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        if (!concerns(&clauses[i], b)) {
            continue;
        }
        if (span_eq_str(m->key, clauses[i].key)) {
            return check_clause(d, &clauses[i], m);
        }
        nearest_try(&near, span_str(clauses[i].key));
    }
    doc_error_key(d, m, "\"%s\" is no clause of the basis %s%s", shown_of(m->key).text,
                  rows[b].word, nearest_hint(&near).text);
    return false;
}

static bool check_demanded(const struct doc *d, enum basis b, const struct node *because,
                           const struct node *root)
{
    bool good = true;

    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        const struct clause_row *c = &clauses[i];

        if (c->basis == b && c->need == CLAUSE_MUST && node_member(because, c->key) == NULL) {
            doc_error(d, because == NULL ? root : because,
                      "because: lacks \"%s\": %s demands it, to say %s (%s)", c->key, rows[b].word,
                      c->says, c->law);
            good = false;
        }
    }
    return good;
}

/* Of the clauses of which exactly one must stand: the next from `i` on, or NULL. */
static const struct clause_row *next_one(enum basis b, size_t *i)
{
    for (; *i < CLAUSE_COUNT; (*i)++) {
        if (clauses[*i].basis == b && clauses[*i].need == CLAUSE_ONE) {
            return &clauses[(*i)++];
        }
    }
    return NULL;
}

static void lacks_one(const struct doc *d, enum basis b, const struct node *at)
{
    char text[700] = "";
    size_t len = 0;
    size_t i = 0;

    for (const struct clause_row *c = next_one(b, &i); c != NULL; c = next_one(b, &i)) {
        int n = snprintf(text + len, sizeof(text) - len, "%s\"%s\", to say %s (%s)",
                         len == 0 ? "" : "; or ", c->key, c->says, c->law);

        len += n > 0 && (size_t)n < sizeof(text) - len ? (size_t)n : 0;
    }
    doc_error(d, at, "because: %s demands one of these: %s", rows[b].word, text);
}

static bool check_one(const struct doc *d, enum basis b, const struct node *because,
                      const struct node *root, bool excused)
{
    const struct node *found = NULL;
    bool any = false;
    size_t i = 0;

    for (const struct clause_row *c = next_one(b, &i); c != NULL; c = next_one(b, &i)) {
        const struct node *m = node_member(because, c->key);

        any = true;
        if (m != NULL && found != NULL) {
            doc_error_key(d, m, "\"%s\" cannot stand beside another ground of its kind", c->key);
            return false;
        }
        found = m != NULL ? m : found;
    }
    if (any && found == NULL && !excused) {
        lacks_one(d, b, because == NULL ? root : because);
        return false;
    }
    return true;
}

bool basis_check(const struct doc *d, enum basis b, const struct node *because,
                 const struct node *root, bool excused)
{
    bool good = because == NULL || doc_is_map(d, because);

    good = check_demanded(d, b, because, root) && good;
    good = check_one(d, b, because, root, excused) && good;
    if (because == NULL || because->kind != NODE_MAP) {
        return good;
    }
    for (const struct node *m = because->first; m != NULL; m = m->next) {
        good = check_member(d, b, m) && good;
    }
    return good;
}
