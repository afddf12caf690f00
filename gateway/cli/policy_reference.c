/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy reference`: the words of the policy language as a page, from the
 * very tables that the loader reads by. docs/policy-reference.md is its output.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/options.h"
#include "policy/basis.h"
#include "policy/directory.h"
#include "policy/transform.h"
#include "policy/vocabulary.h"

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

static const char *const ways[] = {
    [BY_CONTRACT] = "the contract alone",
    [BY_NAMING] = "the district names each student",
    [BY_CONSENT] = "each student's consent",
    [BY_DESIGNATION] = "designated types that nobody refused",
    [BY_RELEASE] = "not available in this version",
};

static const char *const needs[] = {
    [CLAUSE_MUST] = "yes",
    [CLAUSE_ONE] = "one of these",
    [CLAUSE_MAY] = "if it applies",
};

static const char *const types[] = {
    [CLAUSE_TEXT] = "text",          [CLAUSE_WORD] = "a word",       [CLAUSE_DATE] = "date",
    [CLAUSE_TIME] = "date and time", [CLAUSE_LIST] = "list of text", [CLAUSE_TWO] = "two names",
    [CLAUSE_DIGEST] = "SHA-256",
};

/* --- bases ------------------------------------------------------------------------------- */

static void print_basis_rows(void)
{
    printf("## Bases\n\n"
           "What `basis:` can be; the paragraph that demands `destroy-within`, and the one that "
           "exempts\ndisclosures from the record of 99.32 (they are recorded in any case).\n\n"
           "| Basis | Law | Rests on | `destroy-within` | Exempt by |\n|---|---|---|---|---|\n");
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        const struct basis_row *row = basis_row((enum basis)b);

        printf("| `%s` | %s | %s | %s | %s |\n", row->word, row->law, ways[row->way],
               row->destroy_law == NULL ? "-" : row->destroy_law,
               row->exempt_law == NULL ? "-" : row->exempt_law);
    }
}

static void print_words(const char *words)
{
    printf(": `");
    for (; *words != '\0'; words++) {
        if (*words == ' ') {
            printf("` `");
        } else {
            (void)putchar(*words);
        }
    }
    printf("`");
}

static void print_clause(const struct clause_row *c)
{
    const char *basis = c->basis == BASIS_COUNT ? "any" : basis_row(c->basis)->word;

    printf("| `%s` | `%s` | %s | %s | %s", basis, c->key, needs[c->need], c->law, types[c->type]);
    if (c->words != NULL) {
        print_words(c->words);
    }
    printf(" | %s |\n", c->says);
}

static void print_clauses(void)
{
    printf("\n## Clauses\n\nThe keys under `because:`.\n\n"
           "| Basis | Key | Needed | Law | Form | Says |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < basis_clause_count(); i++) {
        print_clause(basis_clause(i));
    }
}

/* --- directory information --------------------------------------------------------------- */

static void print_carriers(const struct element_set *set)
{
    bool any = false;

    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (element_set_has(set, (unsigned)i)) {
            printf("%s%.*s / %.*s", any ? "; " : "", SPAN_ARGS(e->category), SPAN_ARGS(e->brief));
            any = true;
        }
    }
    printf("%s", any ? "" : "none");
}

static void print_directory(void)
{
    printf("\n## Directory information\n\nThe types that `directory-information: types` and "
           "opt-outs name (34 CFR 99.3), and the elements\nthat carry each.\n\n"
           "| Type | Elements |\n|---|---|\n");
    for (unsigned t = 0; t < DIRECTORY_COUNT; t++) {
        struct element_set set = directory_elements((enum directory_type)t);

        printf("| `%s` | ", directory_word((enum directory_type)t));
        print_carriers(&set);
        printf(" |\n");
    }
}

/* --- transforms and elements ------------------------------------------------------------- */

static void print_transforms(void)
{
    printf("\n## Transforms\n\nWhat becomes of a value. [policy.md](policy.md) explains each.\n\n"
           "| Word | Reversible | Links | Type | Needs the master key |\n|---|---|---|---|---|\n");
    for (unsigned t = 0; t < TRANSFORM_COUNT; t++) {
        const struct transform_row *row = transform_row((enum transform)t);

        printf("| `%s` | %s | %s | %s | %s |\n", row->word, row->reversible ? "yes" : "no",
               row->linkable ? "yes" : "no", row->keeps_type ? "kept" : "may change",
               row->keyed ? "yes" : "no");
    }
}

static void print_elements(void)
{
    printf("\n## Elements\n\nThe lines of Exhibit B (NDPA v1) as `exhibit-b` and `share` name "
           "them; either form is\nunderstood. `Staff` is ours and stands directly under `teachers` "
           "and `staff`.\n\n| Category | Element | As on the form |\n|---|---|---|\n");
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);
        bool same = span_eq(e->element, e->brief);

        printf("| %.*s | %.*s | %.*s |\n", SPAN_ARGS(e->category), SPAN_ARGS(e->brief),
               same ? 1 : (int)e->element.len, same ? "-" : (const char *)e->element.ptr);
    }
}

int cmd_policy_reference(int argc, char **argv)
{
    const struct options o = {"hallpass policy reference",
                              "Prints the words of the policy language as a page in Markdown: "
                              "bases with their clauses, directory types, transforms, elements.",
                              NULL,
                              0,
                              NULL,
                              0};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    printf("# Reference: the words of a policy\n\nMade by `hallpass policy reference` from the "
           "tables that the loader reads by; a test keeps this page\nequal to them.\n\n");
    print_basis_rows();
    print_clauses();
    print_directory();
    print_transforms();
    print_elements();
    return 0;
}
