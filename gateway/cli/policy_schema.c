/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy schema`: the JSON Schemas (draft 2020-12) of the files of a
 * district, for editors. They say which keys and words there are; what holds
 * between them only `check` knows.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/config.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/print.h"

enum { PATHS_BYTES = 64 * 1024, SCHEMA_BYTES = 1024 * 1024 };

static const struct kind {
    const char *name;
    const char *file; /* below what config_shared_file() knows */
    const char *describes;
} KINDS[] = {
    {"district", "schema/district.json", "district.yaml"},
    {"partner", "schema/partner.json", "partners/ID.yaml"},
    {"agreement", "schema/agreement.json", "agreements/ID.yaml"},
    {"suite", "schema/suite.json", "tests/NAME.yaml"},
};

enum { KIND_COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

static int not_found(const char *file)
{
    return print_problem("%s, which comes with hallpass, was not found", file);
}

static int list_kinds(struct arena *arena)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const char *path = config_shared_file(arena, KINDS[i].file);

        if (path == NULL) {
            return not_found(KINDS[i].file);
        }
        printf("%-10s %-20s %s\n", KINDS[i].name, KINDS[i].describes, path);
    }
    return 0;
}

static int print_schema(struct arena *arena, const struct kind *kind)
{
    const char *path = config_shared_file(arena, kind->file);
    struct buf bytes;

    if (path == NULL) {
        return not_found(kind->file);
    }
    buf_init(&bytes, SCHEMA_BYTES);
    enum err e = file_read(path, &bytes);

    if (e == OK) {
        (void)fwrite(bytes.base + bytes.start, 1, bytes.len, stdout);
    }
    buf_fini(&bytes);
    return e == OK ? 0 : print_failure(path, e);
}

static int run(struct arena *arena, const char *name)
{
    if (name == NULL) {
        return list_kinds(arena);
    }
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(KINDS[i].name, name) == 0) {
            return print_schema(arena, &KINDS[i]);
        }
    }
    print_problem("policy schema: '%s' is not one of: district partner agreement suite", name);
    return 2;
}

int cmd_policy_schema(int argc, char **argv)
{
    const char *name = NULL;
    const struct operand_row operands[] = {{.name = "KIND", .text = &name, .optional = true}};
    const struct options o = {"hallpass policy schema",
                              "Prints the JSON Schema of a kind of file (district, partner, "
                              "agreement, suite); without KIND, where they are.",
                              NULL,
                              0,
                              operands,
                              1};
    struct arena arena;
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    arena_init(&arena, PATHS_BYTES);
    code = run(&arena, name);
    arena_fini(&arena);
    return code;
}
