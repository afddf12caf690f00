/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `policy check` says beside the loader: it knows the day, and may know the
 * students.
 */
#include "cli/check_priv.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/scope.h"
#include "policy/ending.h"
#include "policy/explain.h"

enum { SOON_DAYS = 60, EXPLAIN_BYTES = 16 * 1024 * 1024 };

static void warn(struct check *c, const struct explanation *e, const char *path, const char *text)
{
    const struct node *at = explain_member(e, path);

    diag_add(&c->open.diags, DIAG_WARNING, e->doc.name, at == NULL ? 0 : at->line,
             at == NULL ? 0 : at->column, "%s", text);
}

/* Days from one date of the calendar to a later one, at most `most` + 1. */
static int days_until(int32_t from, int32_t to, int most)
{
    int days = 0;
    int32_t at = from;

    while (at < to && days <= most && clock_add_days(from, days + 1, &at)) {
        days++;
    }
    return days;
}

/* What `ended:` says the loader has said; here the contract ran out by itself. */
static void warn_ended(struct check *c, const struct explanation *e)
{
    struct ending end;
    char text[200];

    policy_ending(c->open.policy, e->agreement, &end);
    if (end.on != 0) {
        return;
    }
    if (end.due == 0) {
        warn(c, e, "contract.ends",
             "the agreement has ended; the file stays until destruction is certified");
        return;
    }
    (void)snprintf(text, sizeof(text),
                   "the agreement has ended; destruction is due by %04d-%02d-%02d, and the file "
                   "stays until it is certified",
                   (int)(end.due / 10000), (int)(end.due / 100 % 100), (int)(end.due % 100));
    warn(c, e, "contract.ends", text);
}

static void warn_ending(struct check *c, const struct explanation *e)
{
    const struct agreement *a = e->agreement;
    char text[200];

    if (c->open.day > a->ends) {
        warn_ended(c, e);
        return;
    }
    int days = days_until(c->open.day, a->ends, SOON_DAYS);

    if (days <= SOON_DAYS && agreement_in_force(a, c->open.day)) {
        (void)snprintf(text, sizeof(text), "the agreement ends in %d day%s", days,
                       days == 1 ? "" : "s");
        warn(c, e, "contract.ends", days == 0 ? "today is the agreement's last day" : text);
    }
}

struct grouped grouped_number(uint64_t n)
{
    struct grouped out = {{'\0'}};
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
    size_t at = 0;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out.text[at++] = ',';
        }
        out.text[at++] = digits[i];
    }
    out.text[at] = '\0';
    return out;
}

/* Without a roster only a bound is known: no more than the district has. */
static void warn_limit(struct check *c, const struct explanation *e)
{
    const struct agreement *a = e->agreement;
    size_t students = (size_t)c->enrolled;
    char text[300];

    if (a->students_per_day == 0 || (c->roster == NULL && c->enrolled == 0)) {
        return;
    }
    if (c->roster != NULL && !scope_count(c->open.policy, a, c->roster, c->open.day, &students)) {
        return;
    }
    if (c->roster == NULL && explain_member(e, "where") != NULL) {
        return; /* part of the district: who knows how many */
    }
    if (a->students_per_day < students) {
        (void)snprintf(text, sizeof(text),
                       "%s students are in scope, but only %s a day may be sent: the partner "
                       "needs several days for all",
                       grouped_number(students).text, grouped_number(a->students_per_day).text);
        warn(c, e, "limits.students-per-day", text);
    }
}

enum err check_warn(struct check *c)
{
    const struct policy *p = c->open.policy;
    enum err failed = OK;

    for (size_t i = 0; i < policy_agreement_count(p) && failed == OK; i++) {
        struct explanation e;
        struct arena arena;

        arena_init(&arena, EXPLAIN_BYTES);
        failed = explain_agreement(p, policy_agreement(p, i), &arena, &e);
        if (failed == OK) {
            warn_ending(c, &e);
            warn_limit(c, &e);
        }
        arena_fini(&arena);
    }
    return failed;
}
