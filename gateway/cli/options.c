/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table-driven options. At most 64 options for a command: which ones were given
 * is one word of bits. No abbreviations and no short options: a script that was
 * right once stays right.
 */
#include "cli/options.h"

#include "base/span.h"
#include "cli/print.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MAX_OPTIONS = 64, HELP_COLUMN = 26 };

/* What one run has seen so far. */
struct parse {
    const struct options *o;
    int argc;
    char **argv;
    int at; /* index of the argument being read */
    uint64_t seen;
    size_t operands;
};

static void print_synopsis(const struct options *o)
{
    printf("usage: %s", o->command);
    for (size_t i = 0; i < o->row_count; i++) {
        const struct option_row *r = &o->rows[i];
        const char *space = r->value == NULL ? "" : " ";
        const char *value = r->value == NULL ? "" : r->value;

        printf(r->required ? " --%s%s%s" : " [--%s%s%s]", r->name, space, value);
    }
    for (size_t i = 0; i < o->operand_count; i++) {
        printf(o->operands[i].optional ? " [%s]" : " %s", o->operands[i].name);
    }
    printf("\n");
}

static void print_usage(const struct options *o)
{
    print_synopsis(o);
    if (o->about != NULL) {
        printf("\n%s\n", o->about);
    }
    if (o->row_count > 0) {
        printf("\n");
    }
    for (size_t i = 0; i < o->row_count; i++) {
        const struct option_row *r = &o->rows[i];
        int used = printf("  --%s%s%s", r->name, r->value == NULL ? "" : " ",
                          r->value == NULL ? "" : r->value);

        printf("%*s%s\n", used < HELP_COLUMN ? HELP_COLUMN - used : 2, "", r->help);
    }
}

static int wrong(const struct parse *p, const char *text, struct span name)
{
    print_problem("%s: %s%.*s (try '%s --help')", p->o->command + strlen("hallpass "), text,
                  (int)name.len, (const char *)name.ptr, p->o->command);
    return 2;
}

static const struct option_row *find_row(const struct options *o, struct span name)
{
    for (size_t i = 0; i < o->row_count; i++) {
        if (span_eq_str(name, o->rows[i].name)) {
            return &o->rows[i];
        }
    }
    return NULL;
}

static int store(const struct parse *p, const struct option_row *r, const char *value)
{
    uint64_t max = r->max == 0 ? INT64_MAX : r->max;

    if (r->text != NULL) {
        *r->text = value;
        return 0;
    }
    if (!span_to_u64(span_str(value), max, r->number)) {
        print_problem("%s: --%s takes a whole number from 0 to %llu (try '%s --help')",
                      p->o->command + strlen("hallpass "), r->name, (unsigned long long)max,
                      p->o->command);
        return 2;
    }
    return 0;
}

static int read_value(struct parse *p, const struct option_row *r, const char *inline_value)
{
    if (r->flag != NULL) {
        *r->flag = true;
        return inline_value == NULL ? 0 : wrong(p, "takes no value: --", span_str(r->name));
    }
    if (inline_value != NULL) {
        return store(p, r, inline_value);
    }
    if (p->at + 1 >= p->argc) {
        return wrong(p, "needs a value: --", span_str(r->name));
    }
    p->at++;
    return store(p, r, p->argv[p->at]);
}

static int read_option(struct parse *p, const char *arg)
{
    const char *equals = strchr(arg, '=');
    struct span name = span_of(arg, equals == NULL ? strlen(arg) : (size_t)(equals - arg));
    const struct option_row *r = find_row(p->o, name);

    if (r == NULL) {
        return wrong(p, "unknown option --", name);
    }
    uint64_t bit = (uint64_t)1 << (r - p->o->rows);

    if ((p->seen & bit) != 0) {
        return wrong(p, "given twice: --", name);
    }
    p->seen |= bit;
    return read_value(p, r, equals == NULL ? NULL : equals + 1);
}

static int read_operand(struct parse *p, const char *arg)
{
    if (p->operands >= p->o->operand_count) {
        return wrong(p, "unexpected argument ", span_str(arg));
    }
    *p->o->operands[p->operands++].text = arg;
    return 0;
}

static int check_complete(const struct parse *p)
{
    for (size_t i = 0; i < p->o->row_count; i++) {
        if (p->o->rows[i].required && (p->seen >> i & 1) == 0) {
            return wrong(p, "missing --", span_str(p->o->rows[i].name));
        }
    }
    if (p->operands < p->o->operand_count && !p->o->operands[p->operands].optional) {
        return wrong(p, "missing ", span_str(p->o->operands[p->operands].name));
    }
    return 0;
}

static int read_all(struct parse *p)
{
    bool only_operands = false;
    int code = 0;

    for (p->at = 1; p->at < p->argc && code == 0; p->at++) {
        const char *arg = p->argv[p->at];

        if (only_operands || strncmp(arg, "-", 1) != 0 || strcmp(arg, "-") == 0) {
            code = read_operand(p, arg);
        } else if (strcmp(arg, "--") == 0) {
            only_operands = true;
        } else if (strncmp(arg, "--", 2) == 0) {
            code = read_option(p, arg + 2);
        } else {
            code = wrong(p, "unknown option ", span_str(arg));
        }
    }
    return code != 0 ? code : check_complete(p);
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            return true;
        }
    }
    return false;
}

bool options_parse(const struct options *o, int argc, char **argv, int *exit_code)
{
    struct parse p = {.o = o, .argc = argc, .argv = argv};

    assert(o->row_count <= MAX_OPTIONS);
    if (wants_help(argc, argv)) {
        print_usage(o);
        *exit_code = 0;
        return false;
    }
    *exit_code = read_all(&p);
    return *exit_code == 0;
}
