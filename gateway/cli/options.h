/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One command's options as a table; parsing and usage text come from it.
 *
 *     struct option_row rows[] = {
 *         {.name = "client", .value = "ID", .text = &client, .required = true, .help = "..."},
 *         {.name = "seconds", .value = "N", .number = &seconds, .max = 300, .help = "..."},
 *         {.name = "force", .flag = &force, .help = "..."},
 *     };
 *
 * Accepted forms: --name VALUE, --name=VALUE, --flag; `--` ends the options. An
 * option that stands twice is wrong usage, and so is an unknown one. `--help`
 * is understood everywhere.
 */
struct option_row {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for its value in the usage; NULL for a flag */
    const char *help;  /* one line */
    bool *flag;        /* exactly one of flag, text, number is set; targets keep their */
    const char **text; /* value (the default) when the option is not given; text points */
    uint64_t *number;  /* into argv */
    uint64_t max;      /* of number; 0: no maximum */
    bool required;
};

/* A positional argument. Optional ones stand last. */
struct operand_row {
    const char *name; /* "DIR" */
    const char **text;
    bool optional;
};

struct options {
    const char *command; /* "hallpass token" */
    const char *about;   /* one or more sentences, may be NULL */
    const struct option_row *rows;
    size_t row_count;
    const struct operand_row *operands;
    size_t operand_count;
};

/*
 * Reads argv[1..]. True: go on. False: everything is said already (usage on
 * standard output for --help, one line on standard error for wrong usage);
 * return `*exit_code`, which is 0 or 2.
 */
bool options_parse(const struct options *o, int argc, char **argv, int *exit_code)
    __attribute__((warn_unused_result));

#endif
