/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_BASIS_H
#define POLICY_BASIS_H

#include "policy/doc_read.h"

/*
 * The exceptions of FERPA an agreement can rest on, and the clauses each one
 * demands under `because:`. One typed table drives loader, messages, docs and
 * tests. Columns of a basis: symbol; word in files; paragraph of the law; what its
 * disclosures depend on; the paragraph that demands `destroy-within` (NULL: none);
 * the paragraph that exempts its disclosures from the record of 99.32 (NULL: none
 * does; everything is recorded in any case).
 */
#define BASIS_TABLE(B)                                                                             \
    B(BASIS_SCHOOL_OFFICIAL, "school-official", "34 CFR 99.31(a)(1)(i)(B)", BY_CONTRACT, NULL,     \
      "34 CFR 99.32(d)(2)")                                                                        \
    B(BASIS_TRANSFER, "transfer", "34 CFR 99.31(a)(2)", BY_NAMING, NULL, NULL)                     \
    B(BASIS_AUDIT, "audit-evaluation", "34 CFR 99.31(a)(3)", BY_CONTRACT,                          \
      "34 CFR 99.35(a)(3)(ii)(D)", NULL)                                                           \
    B(BASIS_AID, "financial-aid", "34 CFR 99.31(a)(4)", BY_NAMING, NULL, NULL)                     \
    B(BASIS_JUVENILE, "juvenile-justice", "34 CFR 99.31(a)(5)", BY_NAMING, NULL, NULL)             \
    B(BASIS_STUDIES, "studies", "34 CFR 99.31(a)(6)", BY_CONTRACT,                                 \
      "34 CFR 99.31(a)(6)(iii)(C)(4)", NULL)                                                       \
    B(BASIS_ACCREDITATION, "accreditation", "34 CFR 99.31(a)(7)", BY_CONTRACT, NULL, NULL)         \
    B(BASIS_DEPENDENT, "parent-of-dependent", "34 CFR 99.31(a)(8)", BY_NAMING, NULL, NULL)         \
    B(BASIS_JUDICIAL, "judicial", "34 CFR 99.31(a)(9)", BY_NAMING, NULL, NULL)                     \
    B(BASIS_EMERGENCY, "emergency", "34 CFR 99.31(a)(10)", BY_NAMING, NULL, NULL)                  \
    B(BASIS_DIRECTORY, "directory", "34 CFR 99.31(a)(11)", BY_DESIGNATION, NULL,                   \
      "34 CFR 99.32(d)(4)")                                                                        \
    B(BASIS_PARENT_OR_STUDENT, "parent-or-student", "34 CFR 99.31(a)(12)", BY_NAMING, NULL,        \
      "34 CFR 99.32(d)(1)")                                                                        \
    B(BASIS_CONSENT, "consent", "34 CFR 99.30", BY_CONSENT, NULL, "34 CFR 99.32(d)(3)")            \
    B(BASIS_CHILD_WELFARE, "child-welfare", "20 USC 1232g(b)(1)(L)", BY_NAMING, NULL, NULL)        \
    B(BASIS_DE_IDENTIFIED, "de-identified", "34 CFR 99.31(b)(1)", BY_RELEASE, NULL, NULL)          \
    B(BASIS_CODED, "coded-research", "34 CFR 99.31(b)(2)", BY_RELEASE, NULL, NULL)

enum basis {
#define BASIS_SYMBOL(sym, word, law, way, destroy, exempt) sym,
    BASIS_TABLE(BASIS_SYMBOL)
#undef BASIS_SYMBOL
        BASIS_COUNT
};

/* What a disclosure depends on besides the contract. */
enum basis_way {
    BY_CONTRACT,    /* nothing */
    BY_NAMING,      /* the district named the student for this agreement */
    BY_CONSENT,     /* a signed and dated consent of each student's (99.30) */
    BY_DESIGNATION, /* designated types, and nobody's refusal of them (99.37) */
    BY_RELEASE,     /* no student is identifiable; not available in this version */
};

struct basis_row {
    const char *word;
    const char *law;
    enum basis_way way;
    const char *destroy_law;
    const char *exempt_law;
};

enum clause_need {
    CLAUSE_MUST,
    CLAUSE_ONE, /* of the clauses of a basis that say so, exactly one stands */
    CLAUSE_MAY,
};

enum clause_type {
    CLAUSE_TEXT,
    CLAUSE_WORD,   /* one of `words` */
    CLAUSE_DATE,   /* 2026-03-02 */
    CLAUSE_TIME,   /* 2026-03-02T14:05, in the district's time */
    CLAUSE_LIST,   /* of text */
    CLAUSE_TWO,    /* a list of exactly two different names */
    CLAUSE_DIGEST, /* SHA-256, 64 digits 0-9 a-f */
};

/* One clause: its basis (BASIS_COUNT: any), key under `because:`, paragraph, what it says. */
struct clause_row {
    enum basis basis;
    const char *key;
    const char *law;
    const char *says;
    enum clause_need need;
    enum clause_type type;
    const char *words; /* of CLAUSE_WORD, separated by blanks; else NULL */
};

const struct basis_row *basis_row(enum basis b);
size_t basis_clause_count(void);
const struct clause_row *basis_clause(size_t i);

/* For struct doc_rule: the word of a basis into an enum basis. */
bool basis_read(const struct doc *d, const struct node *n, void *basis);

/*
 * Checks the members of `because` (NULL: there is none) against what the basis
 * demands; every lack is an error that quotes the paragraph. False if any.
 * `root` is the place of messages about what is missing. `excused`: what one of
 * its CLAUSE_ONE clauses would say holds already, so that none need stand.
 */
bool basis_check(const struct doc *d, enum basis b, const struct node *because,
                 const struct node *root, bool excused);

/* The date of a CLAUSE_DATE or CLAUSE_TIME under `because`, yyyymmdd; 0: none, or unreadable. */
int32_t basis_date(const struct node *because, const char *key);

/* True for 64 digits 0-9 a-f. */
bool basis_is_digest(struct span text);

#endif
