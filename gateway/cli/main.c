/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass: the tables of subcommands. A command is one word or two; the longest
 * match wins, and gets the arguments from its last word on.
 */
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/version.h"

#include <stdio.h>
#include <string.h>

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

static const struct command COMMANDS[] = {
    {"help", cmd_help, "this list; `hallpass help COMMAND` explains one"},
    {"audit list", cmd_audit_list, "entries of the record of disclosures"},
    {"audit show", cmd_audit_show, "one entry or exchange, in words and raw"},
    {"audit student", cmd_audit_student, "every disclosure of one student (34 CFR 99.32)"},
    {"district generate", cmd_district_generate, "write an invented district as CSV"},
    {"district import", cmd_district_import, "load a CSV bundle for `district serve`"},
    {"district serve", cmd_district_serve, "serve it as OneRoster 1.2 REST on a unix socket"},
    {"id code", cmd_id_code, "the code by which a partner knows a record"},
    {"id read", cmd_id_read, "whom or what a partner's code stands for"},
    {"key generate", cmd_key_generate, "make a partner's key pair"},
    {"key new", cmd_key_new, "make the district's master key"},
    {"serve", cmd_serve, "run the gateway"},
    {"stop", cmd_stop, "stop a partner, client, agreement or student at once"},
    {"token", cmd_token, "mint an access token with a partner's key"},
    {"version", cmd_version, "the version"},
};

static const struct command_table OWN_COMMANDS = {COMMANDS, sizeof(COMMANDS) / sizeof(COMMANDS[0])};

/* All there are, in the order of `hallpass help`. */
static const struct command_table *const TABLES[] = {&OWN_COMMANDS, &agreement_commands,
                                                     &policy_commands, &students_commands};

enum { TABLE_COUNT = sizeof(TABLES) / sizeof(TABLES[0]) };

/* How many words of `argv` the command's words are: 0 when they differ. */
static int match(const struct command *c, int argc, char **argv)
{
    const char *second = strchr(c->words, ' ');
    size_t first_len = second == NULL ? strlen(c->words) : (size_t)(second - c->words);

    if (argc < 1 || strlen(argv[0]) != first_len || strncmp(argv[0], c->words, first_len) != 0) {
        return 0;
    }
    if (second == NULL) {
        return 1;
    }
    return argc >= 2 && strcmp(argv[1], second + 1) == 0 ? 2 : 0;
}

/* A better match than one of `*words` words, or NULL. */
static const struct command *find_in(const struct command_table *t, int argc, char **argv,
                                     int *words)
{
    const struct command *best = NULL;

    for (size_t i = 0; i < t->count; i++) {
        int n = match(&t->rows[i], argc, argv);

        if (n > *words) {
            best = &t->rows[i];
            *words = n;
        }
    }
    return best;
}

static const struct command *find_command(int argc, char **argv, int *words)
{
    const struct command *best = NULL;

    *words = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const struct command *found = find_in(TABLES[i], argc, argv, words);

        best = found != NULL ? found : best;
    }
    return best;
}

static int print_commands(FILE *to)
{
    fputs("usage: hallpass COMMAND [OPTION...]\n\n", to);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        for (size_t k = 0; k < TABLES[i]->count; k++) {
            fprintf(to, "  %-20s %s\n", TABLES[i]->rows[k].words, TABLES[i]->rows[k].about);
        }
    }
    return 0;
}

static int unknown_command(const char *word)
{
    print_problem("there is no command '%s'; see 'hallpass help'", word);
    return 2;
}

static int cmd_help(int argc, char **argv)
{
    int words;
    const struct command *c = find_command(argc - 1, argv + 1, &words);
    char help[] = "--help";
    char *args[] = {argc > 0 ? argv[words] : NULL, help, NULL};

    if (argc == 1 || (c != NULL && c->run == cmd_help)) {
        return print_commands(stdout);
    }
    return c == NULL ? unknown_command(argv[1]) : c->run(2, args);
}

static int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("hallpass %s\n", HALLPASS_VERSION);
    return 0;
}

/* Full disks and closed pipes count: an answer nobody got is no success. */
static int finish(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return print_problem("cannot write to standard output");
    }
    return code;
}

int main(int argc, char **argv)
{
    int words;

    if (argc < 2) {
        print_commands(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0) {
        return finish(print_commands(stdout));
    }
    if (strcmp(argv[1], "--version") == 0) {
        return finish(cmd_version(0, NULL));
    }
    const struct command *c = find_command(argc - 1, argv + 1, &words);

    return c == NULL ? unknown_command(argv[1]) : finish(c->run(argc - words, argv + words));
}
