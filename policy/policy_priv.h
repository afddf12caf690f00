/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_POLICY_PRIV_H
#define POLICY_POLICY_PRIV_H

#include "base/digest.h"
#include "policy/compile.h"
#include "policy/partner.h"
#include "policy/policy.h"

/* What an agreement is inside; `shown` stands first so that its address is this one's. */
struct compiled {
    struct agreement shown;
    struct fact_set where[WHERE_COUNT];
    struct program_table table;
};

struct policy {
    struct arena arena;
    const struct catalog *catalog;
    struct district district;
    struct partner *partners;
    size_t partner_count;
    struct agreement_file *files; /* as read; good or not; one for each agreement */
    struct compiled *agreements;
    size_t agreement_count;
    struct client *clients;
    size_t client_count;
    uint8_t digest[DIGEST_BYTES];
};

/* Where an agreement of this policy stands among its files. */
size_t policy_agreement_number(const struct policy *p, const struct agreement *a);

/* Sets p->digest; a name that stands twice is a message. Errors: those of digest_new(). */
enum err policy_digest_files(struct policy *p, const struct policy_file *files, size_t n,
                             struct diag_list *diags) MUST_CHECK;

/* A share with a field labelled `idea` makes every disclosure one of that class (300.614). */
void compiled_class(struct compiled *c, const struct sharing *s);

/*
 * Fills c->shown from the file as read, but for what other files say (the
 * partner's name). Errors: those of digest_of() over `bytes`, the file's own.
 */
enum err compiled_show(struct compiled *c, const struct agreement_file *file,
                       struct span bytes) MUST_CHECK;

#endif
