/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy VERB`: the table of verbs. Each has a file of its own.
 */
#include "cli/commands.h"

/* In the order in which staff meet them. */
static const struct command ROWS[] = {
    {"policy new", cmd_policy_new, "the files of a new agreement, to fill in"},
    {"policy check", cmd_policy_check, "check a district's folder, show what is shared"},
    {"policy explain", cmd_policy_explain, "why a request, field or student is decided so"},
    {"policy matrix", cmd_policy_matrix, "which partner gets which element, as a table or a page"},
    {"policy coverage", cmd_policy_coverage, "every field: granted, denied or never mentioned"},
    {"policy parse", cmd_policy_parse, "one file as a tree of values with their places"},
    {"policy schema", cmd_policy_schema, "JSON Schemas of the files, for editors"},
    {"policy reference", cmd_policy_reference, "the words of the language, as a page"},
    {"policy diff", cmd_policy_diff, "what a change widens or narrows, for each partner"},
    {"policy test", cmd_policy_test, "the suites beside a policy: what may leave, and what not"},
    {"policy apply", cmd_policy_apply, "put the folder's policy in force, and record who did"},
    {"policy show", cmd_policy_show, "the policy that was in force on a day"},
    {"policy replay", cmd_policy_replay, "what a ledger holds, decided again under a policy"},
    {"policy used", cmd_policy_used, "what is shared, and what of it anybody ever got"},
    {"policy publish", cmd_policy_publish, "the pages that the law has districts publish"},
};

const struct command_table policy_commands = {ROWS, sizeof(ROWS) / sizeof(ROWS[0])};
