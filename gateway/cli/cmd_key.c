/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass key new`: the district's master key, from which the keys of ids,
 * aliases and codes are derived.
 */
#include "cli/commands.h"
#include "cli/master_key.h"
#include "cli/options.h"
#include "cli/print.h"

int cmd_key_new(int argc, char **argv)
{
    const char *path = NULL;
    const struct operand_row operands[] = {{.name = "FILE", .text = &path}};
    const struct options options = {
        .command = "hallpass key new",
        .about = "Makes the district's master key, mode 0600, for `master-key:` of hallpass.yaml.\n"
                 "A file that exists is not touched. Keep a copy in a safe place: without it\n"
                 "every alias, code and per-partner id becomes another one.",
        .operands = operands,
        .operand_count = 1,
    };
    int code;

    if (!options_parse(&options, argc, argv, &code)) {
        return code;
    }
    enum err e = master_key_create(path);

    if (e == ERR_EXISTS) {
        return print_problem("%s exists; keys are never overwritten", path);
    }
    return e == OK ? 0 : print_failure(path, e);
}
