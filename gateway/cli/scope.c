/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting the students in scope with the function that decides records.
 */
#include "cli/scope.h"

#include "policy/verdict.h"

static const struct query no_question = {.limit = QUERY_DEFAULT_LIMIT};

/* Named for everything and consenting to everything: what is left is `where`. */
static void open_facts(const void *ctx, struct span student, const struct own_question *q,
                       struct own_facts *out)
{
    (void)ctx;
    (void)student;
    (void)q;
    *out = (struct own_facts){.named = true, .consented = true};
    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        out->consents.word[w] = UINT64_MAX;
    }
}

/* A plan that asks nothing, for the rows alone. False: nothing is shared of students. */
static bool plan_rows(const struct request_facts *facts, struct plan *plan)
{
    const struct catalog *c = policy_catalog(facts->policy);
    struct refusal why;

    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        struct route route = {.resource = catalog_resource(c, i)};
        struct request_facts question = *facts;

        question.route = &route;
        if (route.resource->is_person &&
            policy_program(facts->policy, facts->agreement, route.resource, ROLE_STUDENT,
                           facts->local_date) != NULL &&
            verdict_request(&question, plan, &why) == OK) {
            return true;
        }
    }
    return false;
}

bool scope_count(const struct policy *p, const struct agreement *a, const struct roster *roster,
                 int32_t day, size_t *count)
{
    const struct roster_lens lens = {.roster = roster};
    const struct own_view own = {.complete = true, .facts = open_facts};
    struct roster_counts counts;
    struct roster_view view;
    struct plan plan;

    roster_view_init(&view, &lens);
    const struct request_facts facts = {.policy = p,
                                        .agreement = a,
                                        .roster = &view,
                                        .own = &own,
                                        .query = &no_question,
                                        .local_date = day};

    if (!plan_rows(&facts, &plan)) {
        return false;
    }
    *count = 0;
    roster_read_counts(roster, &counts);
    for (size_t i = 0; i < counts.students; i++) {
        struct span id = roster_student(roster, i);
        const struct record_facts record = {
            .id = id,
            .subjects = {.known = TRI_YES, .items = &id, .count = 1},
            .schools = {.known = TRI_UNKNOWN},
            .grades = {.known = TRI_UNKNOWN},
        };
        struct row_verdict row;

        verdict_row(&plan, &record, &row);
        *count += row.reason == ROW_RELEASED;
    }
    return true;
}
