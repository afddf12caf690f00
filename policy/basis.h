/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_BASIS_H
#define POLICY_BASIS_H

#include "policy/doc_read.h"

/*
 * The exceptions of FERPA an agreement can rest on, and the clauses each one
 * demands under `because:`. Columns of a basis: symbol; word in files; paragraph
 * of the law; whether this version can enforce it; whether `destroy-within` is
 * demanded and by which paragraph (NULL: not).
 *
 * What "enforce" means: the bases marked true bind the contract as a whole, so
 * that clauses, dates and sharing are all there is to check. The others depend on
 * facts about each student (a consent, an opt-out, an order, a need) that this
 * version does not hold; they are read and checked, then refused.
 */
#define BASIS_TABLE(B)                                                                             \
    B(BASIS_SCHOOL_OFFICIAL, "school-official", "34 CFR 99.31(a)(1)(i)(B)", true, NULL)            \
    B(BASIS_TRANSFER, "transfer", "34 CFR 99.31(a)(2)", false, NULL)                               \
    B(BASIS_AUDIT, "audit-evaluation", "34 CFR 99.31(a)(3)", true, "34 CFR 99.35(a)(3)(ii)(D)")    \
    B(BASIS_AID, "financial-aid", "34 CFR 99.31(a)(4)", false, NULL)                               \
    B(BASIS_JUVENILE, "juvenile-justice", "34 CFR 99.31(a)(5)", false, NULL)                       \
    B(BASIS_STUDIES, "studies", "34 CFR 99.31(a)(6)", true, "34 CFR 99.31(a)(6)(iii)(C)(4)")       \
    B(BASIS_ACCREDITATION, "accreditation", "34 CFR 99.31(a)(7)", true, NULL)                      \
    B(BASIS_DEPENDENT, "parent-of-dependent", "34 CFR 99.31(a)(8)", false, NULL)                   \
    B(BASIS_JUDICIAL, "judicial", "34 CFR 99.31(a)(9)", false, NULL)                               \
    B(BASIS_EMERGENCY, "emergency", "34 CFR 99.31(a)(10)", false, NULL)                            \
    B(BASIS_DIRECTORY, "directory", "34 CFR 99.31(a)(11)", false, NULL)                            \
    B(BASIS_PARENT_OR_STUDENT, "parent-or-student", "34 CFR 99.31(a)(12)", false, NULL)            \
    B(BASIS_CONSENT, "consent", "34 CFR 99.30", false, NULL)                                       \
    B(BASIS_CHILD_WELFARE, "child-welfare", "20 USC 1232g(b)(1)(L)", false, NULL)                  \
    B(BASIS_DE_IDENTIFIED, "de-identified", "34 CFR 99.31(b)(1)", false, NULL)                     \
    B(BASIS_CODED, "coded-research", "34 CFR 99.31(b)(2)", false, NULL)

enum basis {
#define BASIS_SYMBOL(sym, word, law, can, destroy) sym,
    BASIS_TABLE(BASIS_SYMBOL)
#undef BASIS_SYMBOL
        BASIS_COUNT
};

struct basis_row {
    const char *word;
    const char *law;
    bool available;
    const char *destroy_law;
};

/* One clause: its basis (BASIS_COUNT: any), key under `because:`, paragraph, what it says. */
struct clause_row {
    enum basis basis;
    const char *key;
    const char *law;
    const char *says;
    bool required;
    const char *words; /* the values allowed, separated by blanks; NULL: any text */
};

const struct basis_row *basis_row(enum basis b);
size_t basis_clause_count(void);
const struct clause_row *basis_clause(size_t i);

/* For struct doc_rule: the word of a basis into an enum basis. */
bool basis_read(const struct doc *d, const struct node *n, void *basis);

/*
 * Checks the members of `because` (NULL: there is none) against what the basis
 * demands; every lack is an error that quotes the paragraph. False if any.
 * `root` is the place of messages about what is missing.
 */
bool basis_check(const struct doc *d, enum basis b, const struct node *because,
                 const struct node *root);

#endif
