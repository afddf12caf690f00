/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass district generate | import | serve: the embedded data source.
 */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print.h"
#include "district/generate.h"
#include "district/import.h"
#include "district/town.h"

#include <inttypes.h>
#include <stdio.h>

int cmd_district_generate(int argc, char **argv)
{
    const char *folder = NULL;
    uint64_t students = 0;
    uint64_t seed = 1;
    const struct option_row rows[] = {
        {.name = "students",
         .value = "N",
         .number = &students,
         .max = TOWN_MAX_STUDENTS,
         .required = true,
         .help = "how many students (1 to 500,000)"},
        {.name = "seed", .value = "S", .number = &seed, .help = "another district (default 1)"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &folder}};
    const struct options o = {"hallpass district generate",
                              "Writes an invented district as a OneRoster 1.2 CSV bundle.",
                              rows,
                              2,
                              operands,
                              1};
    struct generate_counts counts;
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    enum err e = generate_district(folder, (uint32_t)students, seed, &counts);

    if (e != OK) {
        return print_failure(folder, e);
    }
    printf("%s: %" PRIu64 " students, %" PRIu64 " guardians, %" PRIu64 " staff, %" PRIu64
           " classes, %" PRIu64 " enrollments\n",
           folder, counts.students, counts.guardians, counts.staff, counts.classes,
           counts.enrollments);
    return 0;
}

enum { MAX_MESSAGES = 1024 * 1024 };

static int run_import(const char *bundle, const char *path, const char *url)
{
    struct arena arena;
    struct diag_list diags;
    struct import_counts counts;

    arena_init(&arena, MAX_MESSAGES);
    diag_init(&diags, &arena);
    enum err e = import_bundle(bundle, path, url, &diags, &counts);

    print_diags(NULL, &diags);
    if (e == OK) {
        printf("%s: %" PRIu64 " users (%" PRIu64 " students), %" PRIu64 " classes, %" PRIu64
               " enrollments\n",
               path, counts.users, counts.students, counts.classes, counts.enrollments);
    } else if (diags.errors > 0) {
        (void)print_error("%s: %u errors; nothing was imported", bundle, diags.errors);
    } else {
        (void)print_failure(bundle, e);
    }
    arena_fini(&arena);
    return e == OK ? 0 : 1;
}

int cmd_district_import(int argc, char **argv)
{
    const char *bundle = NULL;
    const char *path = NULL;
    const char *url = "http://localhost";
    const struct option_row rows[] = {
        {.name = "url",
         .value = "URL",
         .text = &url,
         .help = "what stands in front of every href (default http://localhost)"},
    };
    const struct operand_row operands[] = {{.name = "BUNDLE", .text = &bundle},
                                           {.name = "DB", .text = &path}};
    const struct options o = {"hallpass district import",
                              "Loads a OneRoster CSV bundle (folder or .zip) for `district serve`.",
                              rows,
                              1,
                              operands,
                              2};
    int code;

    return options_parse(&o, argc, argv, &code) ? run_import(bundle, path, url) : code;
}
