/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of clauses. It follows 34 CFR Part 99; the words after each
 * paragraph are what the district's file must say in its own words, and are
 * shown in the message when it does not.
 */
#include "policy/basis.h"

#include "policy/nearest.h"

static const struct basis_row rows[BASIS_COUNT] = {
#define BASIS_ROW(sym, word, law, can, destroy) [sym] = {(word), (law), (can), (destroy)},
    BASIS_TABLE(BASIS_ROW)
#undef BASIS_ROW
};

static const struct clause_row clauses[] = {
    {BASIS_SCHOOL_OFFICIAL, "institutional-service", "34 CFR 99.31(a)(1)(i)(B)(1)",
     "which service the partner performs that the district would otherwise use employees for", true,
     NULL},
    {BASIS_SCHOOL_OFFICIAL, "direct-control", "34 CFR 99.31(a)(1)(i)(B)(2)",
     "where the contract puts use and maintenance of the records under the district's direct "
     "control",
     true, NULL},
    {BASIS_SCHOOL_OFFICIAL, "use-and-redisclosure", "34 CFR 99.31(a)(1)(i)(B)(3)",
     "where the contract binds the partner to 99.33(a) on use and redisclosure", true, NULL},
    {BASIS_TRANSFER, "enrollment-purpose", "34 CFR 99.31(a)(2)",
     "that the disclosure is for purposes of the student's enrollment or transfer", true, NULL},
    {BASIS_TRANSFER, "notice", "34 CFR 99.34(a)(1)",
     "how parents are notified, or that the annual notice covers transfers", true, NULL},
    {BASIS_AUDIT, "authorized-representative", "34 CFR 99.35(a)(3)(ii)(A)",
     "where the written agreement designates the partner as authorized representative, and of "
     "which authority",
     true, NULL},
    {BASIS_AUDIT, "data-and-purpose", "34 CFR 99.35(a)(3)(ii)(B)",
     "where it specifies the data, the audit or evaluation they serve, and the activity", true,
     NULL},
    {BASIS_AUDIT, "destruction", "34 CFR 99.35(a)(3)(ii)(C)",
     "where it requires destruction when the data are no longer needed", true, NULL},
    {BASIS_AUDIT, "safeguards", "34 CFR 99.35(a)(3)(ii)(E)",
     "where it sets policies that protect the data from further disclosure and other use", true,
     NULL},
    {BASIS_AID, "aid-purpose", "34 CFR 99.31(a)(4)(i)",
     "which determination about the aid (eligibility, amount, conditions, enforcement) needs the "
     "data",
     true, NULL},
    {BASIS_JUVENILE, "statute", "34 CFR 99.31(a)(5)(i)",
     "the State statute that allows the disclosure", true, NULL},
    {BASIS_JUVENILE, "certification", "34 CFR 99.38(b)",
     "where the officials certify in writing that they will not disclose further", true, NULL},
    {BASIS_STUDIES, "study-purpose", "34 CFR 99.31(a)(6)(i)", "what the study is for", true,
     "predictive-tests student-aid improve-instruction"},
    {BASIS_STUDIES, "purpose-and-scope", "34 CFR 99.31(a)(6)(iii)(C)(1)",
     "where the written agreement specifies purpose, scope, duration and the information", true,
     NULL},
    {BASIS_STUDIES, "use-limit", "34 CFR 99.31(a)(6)(iii)(C)(2)",
     "where it limits the use to the purpose of the study", true, NULL},
    {BASIS_STUDIES, "no-identification", "34 CFR 99.31(a)(6)(iii)(C)(3)",
     "where it keeps parents and students from being identified by others than representatives "
     "with legitimate interests",
     true, NULL},
    {BASIS_STUDIES, "destruction", "34 CFR 99.31(a)(6)(iii)(C)(4)",
     "where it requires destruction within a period", true, NULL},
    {BASIS_ACCREDITATION, "accrediting-function", "34 CFR 99.31(a)(7)",
     "which accrediting function the data serve", true, NULL},
    {BASIS_DEPENDENT, "dependency", "34 CFR 99.31(a)(8)",
     "how dependency under section 152 of the Internal Revenue Code is established", true, NULL},
    {BASIS_JUDICIAL, "order", "34 CFR 99.31(a)(9)(i)", "the judicial order or subpoena", true,
     NULL},
    {BASIS_JUDICIAL, "notice", "34 CFR 99.31(a)(9)(ii)",
     "the date of the notice to the parents, or why none may be given", true, NULL},
    {BASIS_EMERGENCY, "threat", "34 CFR 99.32(a)(5)(i)",
     "the articulable and significant threat to health or safety", true, NULL},
    {BASIS_EMERGENCY, "parties", "34 CFR 99.32(a)(5)(ii)",
     "the parties to whom the data are disclosed", true, NULL},
    {BASIS_CHILD_WELFARE, "agency", "20 USC 1232g(b)(1)(L)",
     "the agency that is legally responsible for the care of the student", true, NULL},
    {BASIS_DE_IDENTIFIED, "determined-by", "34 CFR 99.31(b)(1)",
     "who determined that no student is identifiable, and on which day", true, NULL},
    {BASIS_DE_IDENTIFIED, "method", "34 CFR 99.31(b)(1)", "the method of the determination", true,
     NULL},
    {BASIS_CODED, "research-purpose", "34 CFR 99.31(b)(2)", "the education research it serves",
     true, NULL},
    {BASIS_COUNT, "nsla", "42 USC 1758(b)(6)",
     "who may receive meal eligibility, and for which named program", false, NULL},
    {BASIS_COUNT, "ppra", "20 USC 1232h", "the consent or opt-out that covers survey answers",
     false, NULL},
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

static bool check_clause(const struct doc *d, const struct clause_row *c, const struct node *n)
{
    struct span text;

    if (!doc_read_text(d, n, &text)) {
        return false;
    }
    if (c->words != NULL && !is_among(text, c->words)) {
        doc_error(d, n, "\"%s\" is not one of: %s (%s)", shown_of(text).text, c->words, c->law);
        return false;
    }
    return true;
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

bool basis_check(const struct doc *d, enum basis b, const struct node *because,
                 const struct node *root)
{
    bool good = because == NULL || doc_is_map(d, because);

    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        const struct clause_row *c = &clauses[i];

        if (c->basis == b && node_member(because, c->key) == NULL) {
            doc_error(d, because == NULL ? root : because,
                      "because: lacks \"%s\": %s demands it, to say %s (%s)", c->key, rows[b].word,
                      c->says, c->law);
            good = false;
        }
    }
    if (because == NULL || because->kind != NODE_MAP) {
        return good;
    }
    for (const struct node *m = because->first; m != NULL; m = m->next) {
        good = check_member(d, b, m) && good;
    }
    return good;
}
