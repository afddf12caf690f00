/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stddef.h>

/*
 * The subcommands, one file each. argv[0] is the command's last word; the rest
 * are its own arguments. They print errors themselves ("hallpass: ...", one
 * line, standard error) and return the exit code: 0, 1 failed, 2 wrong usage.
 */
int cmd_serve(int argc, char **argv);             /* hallpass serve */
int cmd_stop(int argc, char **argv);              /* hallpass stop */
int cmd_token(int argc, char **argv);             /* hallpass token */
int cmd_key_generate(int argc, char **argv);      /* hallpass key generate */
int cmd_key_new(int argc, char **argv);           /* hallpass key new */
int cmd_district_generate(int argc, char **argv); /* hallpass district generate */
int cmd_district_import(int argc, char **argv);   /* hallpass district import */
int cmd_district_serve(int argc, char **argv);    /* hallpass district serve */
int cmd_id_read(int argc, char **argv);           /* hallpass id read */
int cmd_id_code(int argc, char **argv);           /* hallpass id code */
int cmd_audit_list(int argc, char **argv);        /* hallpass audit list */
int cmd_audit_show(int argc, char **argv);        /* hallpass audit show */
int cmd_audit_student(int argc, char **argv);     /* hallpass audit student */

int cmd_students_check(int argc, char **argv);    /* hallpass students check */
int cmd_students_status(int argc, char **argv);   /* hallpass students status */
int cmd_students_vanished(int argc, char **argv); /* hallpass students vanished */
int cmd_students_confirm(int argc, char **argv);  /* hallpass students confirm */

/* policy_VERB.c each */
int cmd_policy_check(int argc, char **argv);     /* hallpass policy check */
int cmd_policy_parse(int argc, char **argv);     /* hallpass policy parse */
int cmd_policy_schema(int argc, char **argv);    /* hallpass policy schema */
int cmd_policy_coverage(int argc, char **argv);  /* hallpass policy coverage */
int cmd_policy_matrix(int argc, char **argv);    /* hallpass policy matrix */
int cmd_policy_explain(int argc, char **argv);   /* hallpass policy explain */
int cmd_policy_new(int argc, char **argv);       /* hallpass policy new */
int cmd_policy_diff(int argc, char **argv);      /* hallpass policy diff */
int cmd_policy_test(int argc, char **argv);      /* hallpass policy test */
int cmd_policy_apply(int argc, char **argv);     /* hallpass policy apply */
int cmd_policy_show(int argc, char **argv);      /* hallpass policy show */
int cmd_policy_replay(int argc, char **argv);    /* hallpass policy replay */
int cmd_policy_used(int argc, char **argv);      /* hallpass policy used */
int cmd_policy_publish(int argc, char **argv);   /* hallpass policy publish */
int cmd_policy_reference(int argc, char **argv); /* hallpass policy reference */

/* A row of a table of commands: one word or two, in the order of `hallpass help`. */
struct command {
    const char *words;
    int (*run)(int argc, char **argv);
    const char *about;
};

struct command_table {
    const struct command *rows;
    size_t count;
};

/* The verbs of `hallpass policy`. */
extern const struct command_table policy_commands;

/* The verbs of `hallpass agreement`. */
extern const struct command_table agreement_commands;

/* The verbs of `hallpass students`. */
extern const struct command_table students_commands;

#endif
