/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_EXPLAIN_PRIV_H
#define CLI_EXPLAIN_PRIV_H

#include "cli/jot.h"
#include "cli/policy_open.h"
#include "policy/explain.h"
#include "policy/verdict.h"
#include "roster/own.h"
#include "roster/roster.h"

/*
 * Parts of `policy explain`. Each says its piece twice: in sentences on standard
 * output, or as members of the JSON object that is open in `jot` (NULL: sentences).
 */
struct asking {
    struct opened_policy open;
    const char *client_id;
    const char *agreement_id;
    const char *request;
    const char *field;
    const char *student;
    const char *roster_path;   /* database of the embedded source, or NULL */
    const char *students_path; /* folder of students' own facts, or NULL */
    const struct client *client;
    struct roster *roster; /* NULL: nothing is known of anybody */
    struct own_set *own;   /* NULL: none are at hand */
    struct jot output;
    struct jot *jot; /* &output with --json; else NULL */
};

/* The verbs; the command's exit code. `e` explains one agreement. */
int explain_say_field(struct asking *a, const struct explanation *e);
int explain_say_request(struct asking *a, const struct explanation *e);
int explain_say_student(struct asking *a, const struct explanation *e);

/* Agreement, partner, basis with its paragraph, interest. JSON: members of the open object. */
void explain_say_agreement(const struct asking *a, const struct explanation *e);

/*
 * What becomes of the fields of one kind of record, those with the same fate
 * together. `asked` (may be NULL): other fields are left out of the answer by the
 * question itself. `left` (may be NULL): others are taken away by a student's own
 * facts. JSON: items of the open list.
 */
struct fate_question {
    const struct resource *resource;
    enum role role;
    const struct fieldset *asked;
    const struct fieldset *left;
    const struct field *only; /* NULL: all leaves */
};
void explain_say_fates(const struct asking *a, const struct explanation *e,
                       const struct fate_question *q);

/* Whose records: `where`, and what students' own facts do. JSON: items of the open list. */
void explain_say_scope(const struct asking *a, const struct explanation *e,
                       const struct resource *r, enum role role);

/* "agreements/acme-math.yaml:43:31", or nothing when `at` is NULL. */
struct place_text {
    char text[300];
};
struct place_text explain_place(const struct explanation *e, const struct node *at);

/*
 * Decides a request as the gateway would if everybody asked about were as the
 * agreement demands: known, in scope, named, consenting. What is then refused is
 * refused whoever is meant. Fills `w`; plan->roster and plan->own are gone with
 * the call and must be set anew before rows are decided. Errors: verdict_request().
 */
struct open_world {
    const struct agreement *agreement;
    struct span id; /* of the one person asked for */
    struct span child;
    role_mask roles;
};
enum err explain_open_verdict(const struct asking *a, struct open_world *w,
                              const struct request_facts *question, struct plan *plan,
                              struct refusal *why);

#endif
