/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One student under one agreement. With a roster the same function decides that
 * decides records; without one, what it would look at is said.
 */
#include "cli/explain_priv.h"

#include <stdio.h>

static const struct reason {
    const char *says;
    const char *paths[4]; /* of the file: the first that is there decided */
} REASONS[ROW_REASON_COUNT] = {
    [ROW_RELEASED] = {"Records about the student leave", {"share"}},
    [ROW_ROLE] = {"Nothing is shared of students", {"share"}},
    [ROW_SUBJECT] = {"The roster knows no student with this id", {NULL}},
    [ROW_SCHOOL] = {"The student is at no school that is listed", {"where.schools"}},
    [ROW_GRADE] = {"The student is in no grade that is listed", {"where.grades"}},
    [ROW_STOPPED] = {"The student is stopped, or a restriction withholds everything", {NULL}},
    [ROW_FILTER] = {"The question does not match", {NULL}},
    [ROW_REF] = {"A required reference is out of scope", {"where"}},
    [ROW_PLACE] = {"The student is in no class, course or term that is listed",
                   {"where.classes", "where.courses", "where.terms"}},
    [ROW_STATUS] = {"The student has no status or program that is listed",
                    {"where.statuses", "where.programs"}},
    [ROW_NAMED] = {"The student is not named for this agreement", {"basis"}},
    [ROW_CONSENT] = {"No valid consent covers this agreement, purpose and day", {"basis"}},
    [ROW_REFUSED] = {"The student's directory information was refused", {"basis"}},
    [ROW_OWN] = {"Students' own facts are not held whole, so that nobody's records leave", {NULL}},
};

static const struct node *place_of(const struct explanation *e, enum row_reason reason)
{
    const struct node *found = NULL;

    for (size_t i = 0; i < 4 && found == NULL && REASONS[reason].paths[i] != NULL; i++) {
        found = explain_member(e, REASONS[reason].paths[i]);
    }
    return found;
}

/* One kind of record about the student. */
struct kind {
    const struct resource *resource;
    struct plan plan; /* for anybody whom the agreement takes in */
    struct row_verdict row;
};

/* Plans a list, or where a basis allows no list, one record. */
static enum err plan_kind(const struct asking *a, const struct explanation *e, struct kind *k)
{
    static const struct query query = {.limit = QUERY_DEFAULT_LIMIT};
    struct route route = {.resource = k->resource, .id = span_str(a->student)};
    struct open_world world = {0};
    struct refusal why = {0};
    const struct request_facts facts = {.policy = a->open.policy,
                                        .agreement = e->agreement,
                                        .purpose = a->client == NULL ? (struct span){NULL, 0}
                                                                     : a->client->purpose,
                                        .route = &route,
                                        .query = &query,
                                        .local_date = a->open.day};
    enum err verdict = explain_open_verdict(a, &world, &facts, &k->plan, &why);

    if (verdict == ERR_RESOURCE) {
        route.item = true;
        verdict = explain_open_verdict(a, &world, &facts, &k->plan, &why);
    }
    return verdict;
}

/* A member of staff whose children are students is none. */
static bool is_student(const struct asking *a)
{
    struct person_facts person = {0};

    roster_lookup_person(a->roster, span_str(a->student), &person);
    return person.known && (person.roles & ROLE_BIT(ROLE_STUDENT)) != 0;
}

/* Decides a record of this kind of which no more is known than whose it is. */
static void judge(const struct asking *a, struct kind *k)
{
    const struct roster_lens lens = {.roster = a->roster};
    struct span id = span_str(a->student);
    struct roster_view view;
    struct own_view own = own_view_none;
    const struct record_facts facts = {.id = id,
                                       .subjects = {.known = TRI_YES, .items = &id, .count = 1},
                                       .schools = {.known = TRI_UNKNOWN},
                                       .grades = {.known = TRI_UNKNOWN}};

    if (!is_student(a)) {
        k->row = (struct row_verdict){.reason = ROW_SUBJECT};
        return;
    }
    roster_view_init(&view, &lens);
    if (a->own != NULL) {
        own_set_view(a->own, &own);
    }
    k->plan.roster = &view;
    k->plan.own = &own;
    verdict_row(&k->plan, &facts, &k->row);
    k->plan.roster = NULL; /* the views end here */
    k->plan.own = NULL;
}

/* The next kind of record that is shared of students, from resource `*at` on. */
static bool next_kind(const struct asking *a, const struct explanation *e, size_t *at,
                      struct kind *k)
{
    const struct catalog *c = policy_catalog(a->open.policy);

    for (; *at < catalog_resource_count(c); ++*at) {
        k->resource = catalog_resource(c, *at);
        if (policy_program(a->open.policy, e->agreement, k->resource, ROLE_STUDENT, a->open.day) !=
                NULL &&
            plan_kind(a, e, k) == OK) {
            ++*at;
            return true;
        }
    }
    return false;
}

/* --- saying it ------------------------------------------------------------------------------ */

static void say_verdict(const struct asking *a, const struct explanation *e, const char *verdict,
                        const char *says, const struct node *at)
{
    if (a->jot != NULL) {
        jot_key_str(a->jot, "verdict", verdict);
        jot_key_str(a->jot, "says", says);
        jot_key_place(a->jot, "by", e->doc.name, at);
        return;
    }
    printf("%s", says);
    printf(at == NULL ? ".\n" : " (%s).\n", explain_place(e, at).text);
}

static void say_reason(const struct asking *a, const struct explanation *e, enum row_reason reason)
{
    bool unseen = a->own == NULL && policy_has_student_files(a->open.policy);

    say_verdict(a, e, row_reason_word(reason), REASONS[reason].says, place_of(e, reason));
    if (reason == ROW_RELEASED && unseen && a->jot == NULL) {
        puts("Opt-outs, consents and restrictions were not looked at (--students).");
    }
}

static void say_depends(const struct asking *a, const struct explanation *e, const struct kind *k)
{
    say_verdict(a, e, "depends",
                "What leaves of the student depends on the roster and the student's own facts",
                NULL);
    if (a->jot != NULL) {
        jot_key(a->jot, "scope");
        jot_open(a->jot, '[');
    } else {
        puts(" Whose records");
    }
    explain_say_scope(a, e, k->resource, ROLE_STUDENT);
    if (a->jot != NULL) {
        jot_close(a->jot, ']');
    }
}

static void say_fields(const struct asking *a, const struct explanation *e, struct kind *k)
{
    struct fate_question q = {.resource = k->resource, .role = ROLE_STUDENT};

    if (a->roster != NULL) {
        judge(a, k);
        q.left = &k->row.keep;
    }
    if (a->roster != NULL && k->row.reason != ROW_RELEASED) {
        return;
    }
    if (a->jot == NULL) {
        printf(" %.*s\n", (int)k->resource->name.len, (const char *)k->resource->name.ptr);
    }
    explain_say_fates(a, e, &q);
}

/* Before the agreement begins or after its end, nothing leaves of anybody. */
static const char *nothing(const struct explanation *e, int32_t day)
{
    if (day < e->agreement->from) {
        return "Nothing leaves: the agreement is not in force yet";
    }
    if (e->agreement->barred_until != 0 && day <= e->agreement->barred_until) {
        return "Nothing leaves: the partner is barred on this day";
    }
    return !agreement_in_force(e->agreement, day)
               ? "Nothing leaves: the agreement has ended"
               : "Nothing leaves: no record about students is shared";
}

static void say_first(const struct asking *a, const struct explanation *e, struct kind *k)
{
    size_t at = 0;

    if (!next_kind(a, e, &at, k)) {
        say_verdict(a, e, "nothing-shared", nothing(e, a->open.day), NULL);
    } else if (a->roster != NULL) {
        judge(a, k);
        say_reason(a, e, k->row.reason);
    } else {
        say_depends(a, e, k);
    }
}

int explain_say_student(struct asking *a, const struct explanation *e)
{
    struct kind k;
    size_t at = 0;

    explain_say_agreement(a, e);
    say_first(a, e, &k);
    if (a->jot != NULL) {
        jot_key(a->jot, "fields");
        jot_open(a->jot, '[');
    }
    while (next_kind(a, e, &at, &k)) {
        say_fields(a, e, &k);
    }
    if (a->jot != NULL) {
        jot_close(a->jot, ']');
    }
    return 0;
}
