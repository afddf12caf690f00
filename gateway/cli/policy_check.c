/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy check`: every problem of a district's folder at once, and
 * what its agreements share, in a form that staff can hold against the contract.
 */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/options.h"
#include "cli/policy_open.h"
#include "cli/print.h"

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

/* --- what is shared ----------------------------------------------------------------- */

static bool is_structure(const struct program *p, const struct field *f)
{
    return f->grant[p->role].by == GRANT_STRUCTURE;
}

/* Fields of one transform: "    as-is    email, givenName". */
static void print_transform(const struct program *p, enum transform t)
{
    const char *before = transform_word(t);
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (!fieldset_has(&p->keep, f->number) || p->rules[i].transform != t ||
            is_structure(p, f)) {
            continue;
        }
        if (first) {
            printf("    %-11s ", before);
        }
        printf("%s%.*s", first ? "" : ", ", SPAN_ARGS(f->path));
        if (t == TRANSFORM_CONST) {
            printf(" %.*s", SPAN_ARGS(p->rules[i].constant));
        }
        first = false;
    }
    if (!first) {
        putchar('\n');
    }
}

static void print_structure(const struct program *p)
{
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (fieldset_has(&p->keep, f->number) && is_structure(p, f)) {
            printf("%s%.*s", first ? "    with it     " : ", ", SPAN_ARGS(f->path));
            first = false;
        }
    }
    if (!first) {
        putchar('\n');
    }
}

/* Withheld, but a client must find something there: a fixed value stands in. */
static void print_placeholders(const struct program *p)
{
    bool first = true;

    for (size_t i = 0; i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];

        if (!fieldset_has(&p->keep, f->number) && f->required && f->placeholder.len > 0 &&
            f->parent == CATALOG_ROOT) {
            printf("%s%.*s %.*s", first ? "    stand-in    " : ", ", SPAN_ARGS(f->path),
                   SPAN_ARGS(f->placeholder));
            first = false;
        }
    }
    if (!first) {
        putchar('\n');
    }
}

static void print_program(const struct program *p)
{
    printf("  %.*s", SPAN_ARGS(p->resource->name));
    if (p->role != ROLE_NONE) {
        printf(" (%s)", role_word(p->role));
    }
    putchar('\n');
    for (unsigned t = TRANSFORM_AS_IS; t < TRANSFORM_COUNT; t++) {
        print_transform(p, (enum transform)t);
    }
    print_structure(p);
    print_placeholders(p);
}

/* --- one agreement -------------------------------------------------------------------- */

static void print_date(int32_t date)
{
    printf("%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

static void print_set(const char *what, const struct fact_set *set, const char *none)
{
    printf("  %-11s ", what);
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        printf("%s%.*s", i == 0 ? "" : " ", SPAN_ARGS(set->items[i]));
    }
    puts(set == NULL ? none : "");
}

static void print_clients(const struct policy *p, const struct agreement *a)
{
    for (size_t i = 0; i < policy_client_count(p); i++) {
        const struct client *c = policy_client(p, i);

        if (span_eq(c->agreement, a->id)) {
            printf("  %-11s %.*s (%.*s)\n", "client", SPAN_ARGS(c->id), SPAN_ARGS(c->purpose));
        }
    }
}

/* The day of the answer: `day`, or the nearest one on which the agreement holds. */
static int32_t day_in_force(const struct agreement *a, int32_t day)
{
    return day < a->from ? a->from : day > a->ends ? a->ends : day;
}

static void print_head(const struct policy *p, const struct agreement *a, int32_t day)
{
    int32_t shown = day_in_force(a, day);

    printf("\n%.*s: %.*s, %.*s, ", SPAN_ARGS(a->id), SPAN_ARGS(a->partner_name),
           SPAN_ARGS(a->basis));
    print_date(a->from);
    printf(" to ");
    print_date(a->ends);
    if (shown != day) {
        printf(day < a->from ? " (not yet in force; as of " : " (ended; as of ");
        print_date(shown);
        putchar(')');
    }
    putchar('\n');
    print_set("schools", a->schools, "the whole district");
    print_set("grades", a->grades, "all");
    print_clients(p, a);
}

static void print_agreement(const struct policy *p, const struct agreement *a, int32_t day)
{
    const struct catalog *c = policy_catalog(p);
    int32_t shown = day_in_force(a, day);

    print_head(p, a, day);
    for (size_t i = 0; i < catalog_resource_count(c) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(c, i / ROLE_COUNT);
        const struct program *program = policy_program(p, a, r, (enum role)(i % ROLE_COUNT), shown);

        if (program != NULL) {
            print_program(program);
        }
    }
}

static void print_legend(void)
{
    puts("\nWhat becomes of a value:");
    for (unsigned t = TRANSFORM_AS_IS; t < TRANSFORM_COUNT; t++) {
        const struct transform_row *row = transform_row((enum transform)t);

        printf("  %-11s %s, %s, %s\n", row->word, row->reversible ? "reversible" : "not reversible",
               row->linkable ? "links records" : "does not link records",
               row->keeps_type ? "keeps its type" : "may change its type");
    }
    puts("  with it     structure that comes with every record of the resource\n"
         "  stand-in    a fixed value where a required one is withheld");
}

static void print_policy(const struct policy *p, int32_t day)
{
    printf("%.*s: %zu agreements, %zu clients; as of ", SPAN_ARGS(policy_district(p)),
           policy_agreement_count(p), policy_client_count(p));
    print_date(day);
    putchar('\n');
    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        print_agreement(p, policy_agreement(p, i), day);
    }
    print_legend();
}

/* --- the command ------------------------------------------------------------------------ */

static int report(const struct opened_policy *o, enum err e)
{
    if (e != OK) {
        return policy_open_failure(o, e);
    }
    print_diags(o->folder, &o->diags);
    print_policy(o->policy, o->day);
    return 0;
}

int cmd_policy_check(int argc, char **argv)
{
    struct opened_policy c = {0};
    const struct option_row rows[] = {
        {.name = "catalog",
         .value = "FILE",
         .text = &c.catalog_path,
         .help = "the catalog of the data standard (default: the one that comes with hallpass)"},
        {.name = "on",
         .value = "DATE",
         .text = &c.on,
         .help = "show what is shared on this day (default: today)"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &c.folder}};
    const struct options o = {"hallpass policy check",
                              "Checks a district's folder and shows what its agreements share.",
                              rows,
                              2,
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    code = report(&c, policy_open(&c));
    policy_close(&c);
    return code;
}
