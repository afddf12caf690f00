/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy new`: the two files of a new agreement, to fill in. Files that
 * exist are not touched.
 */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/config.h"
#include "cli/district_folder.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/scaffold.h"

enum { WORK_BYTES = 1024 * 1024, TEXT_BYTES = 1024 * 1024, MAX_PATH = 4096 };

struct request {
    const char *ndpa;
    const char *partner;
    const char *agreement;
    const char *basis;
    const char *print;
    const char *catalog_path;
    const char *folder;
};

static int usage(const char *text, const char *value)
{
    print_problem("policy new: %s '%s'", text, value);
    return 2;
}

static bool is_id(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= 64 && text[0] != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool find_basis(const char *word, enum basis *out)
{
    for (unsigned b = 0; b < BASIS_COUNT; b++) {
        if (strcmp(basis_row((enum basis)b)->word, word) == 0) {
            *out = (enum basis)b;
            return true;
        }
    }
    return false;
}

/* What was asked for as a scaffold; 0 or an exit code, with everything said. */
static int settle(const struct request *r, struct arena *arena, struct scaffold *out)
{
    if (strcmp(r->ndpa, "1.0") != 0) {
        return usage("the one form known is --ndpa 1.0, not", r->ndpa);
    }
    if (r->basis != NULL && !find_basis(r->basis, &out->basis)) {
        return usage("--basis: FERPA knows no", r->basis);
    }
    if (r->agreement != NULL && !is_id(r->agreement)) {
        return usage("--agreement takes an id, 1 to 64 of a-z, 0-9 and -, not", r->agreement);
    }
    out->name = span_str(r->partner);
    out->partner = scaffold_id(out->name, arena);
    out->agreement = r->agreement != NULL ? span_str(r->agreement) : out->partner;
    if (out->partner.len == 0 || !span_is_utf8(out->name)) {
        return usage("--partner: no id can be made of", r->partner);
    }
    return 0;
}

/* A name may hold what no file may; better said here than by the next `check`. */
static bool can_be_read(const char *name, struct span text)
{
    struct arena arena;
    struct diag_list diags;
    struct doc d = {.name = name, .arena = &arena, .diags = &diags};

    arena_init(&arena, WORK_BYTES);
    diag_init(&diags, &arena);
    bool good = doc_parse(&d, text) == OK;

    print_diags(NULL, &diags);
    arena_fini(&arena);
    return good;
}

static bool join(const struct request *r, const char *name, char path[MAX_PATH])
{
    int n = snprintf(path, MAX_PATH, "%s/%s", r->folder, name);

    return n >= 0 && n < MAX_PATH;
}

/* A district's first agreement finds no folder for its kind of file. */
static int create(const struct request *r, bool agreement, const char *name, struct span text)
{
    char path[MAX_PATH];

    if (!join(r, name, path) || !join(r, agreement ? "agreements" : "partners", path)) {
        return print_problem("%s: the path is too long", r->folder);
    }
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return print_failure(r->folder, ERR_IO);
    }
    (void)join(r, name, path);
    enum err e = file_create(path, 0644, text);

    if (e == ERR_EXISTS) {
        printf("%s is there already and was left as it is\n", path);
        return 0;
    }
    if (e != OK) {
        return print_failure(path, e);
    }
    printf("%s\n", path);
    return 0;
}

static int write_one(const struct request *r, const struct scaffold *s, bool agreement)
{
    struct span id = agreement ? s->agreement : s->partner;
    char name[100];
    struct buf text;

    (void)snprintf(name, sizeof(name), "%s/%.*s.yaml", agreement ? "agreements" : "partners",
                   (int)id.len, (const char *)id.ptr);
    buf_init(&text, TEXT_BYTES);
    if (agreement) {
        scaffold_put_agreement(&text, s);
    } else {
        scaffold_put_partner(&text, s);
    }
    int code = 0;

    if (buf_err(&text) != OK) {
        code = print_failure(name, buf_err(&text));
    } else if (!can_be_read(name, buf_span(&text))) {
        code = usage("--partner: no file can hold", r->partner);
    } else if (r->print != NULL) {
        (void)fwrite(text.base + text.start, 1, text.len, stdout);
    } else {
        code = create(r, agreement, name, buf_span(&text));
    }
    buf_fini(&text);
    return code;
}

static int write_files(const struct request *r, const struct scaffold *s)
{
    bool partner = r->print == NULL || strcmp(r->print, "partner") == 0;
    bool agreement = r->print == NULL || strcmp(r->print, "agreement") == 0;
    int code = partner ? write_one(r, s, false) : 0;

    return code == 0 && agreement ? write_one(r, s, true) : code;
}

static int run(const struct request *r, struct arena *arena)
{
    struct scaffold s = {.basis = BASIS_SCHOOL_OFFICIAL};
    const char *path = r->catalog_path != NULL ? r->catalog_path : config_default_catalog(arena);
    struct catalog *catalog = NULL;
    struct diag_list diags;
    int code = settle(r, arena, &s);

    if (code != 0) {
        return code;
    }
    if (path == NULL) {
        return print_problem("the catalog that comes with hallpass was not found; name one with "
                             "--catalog FILE");
    }
    diag_init(&diags, arena);
    enum err e = catalog_file_load(path, &diags, &catalog);

    print_diags(NULL, &diags);
    s.catalog = catalog;
    code = e == OK ? write_files(r, &s) : e == ERR_INPUT ? 1 : print_failure(path, e);
    catalog_free(&catalog);
    return code;
}

/* Either a folder to write to, or one of the files to print. */
static int check_target(const struct request *r)
{
    if ((r->print == NULL) == (r->folder == NULL)) {
        print_problem("policy new: takes either DIR or --print (try 'hallpass policy new --help')");
        return 2;
    }
    if (r->print != NULL && strcmp(r->print, "partner") != 0 &&
        strcmp(r->print, "agreement") != 0) {
        return usage("--print takes partner or agreement, not", r->print);
    }
    return 0;
}

int cmd_policy_new(int argc, char **argv)
{
    struct request r = {0};
    const struct option_row rows[] = {
        {.name = "ndpa",
         .value = "1.0",
         .text = &r.ndpa,
         .required = true,
         .help = "the form that was signed: the National Data Privacy Agreement"},
        {.name = "partner",
         .value = "NAME",
         .text = &r.partner,
         .required = true,
         .help = "the organization's name; its id is made of it"},
        {.name = "agreement",
         .value = "ID",
         .text = &r.agreement,
         .help = "the agreement's id (default: the partner's)"},
        {.name = "basis",
         .value = "WORD",
         .text = &r.basis,
         .help = "the exception of FERPA (default: school-official)"},
        {.name = "print",
         .value = "WHICH",
         .text = &r.print,
         .help = "print the file (partner or agreement) instead of making both in DIR"},
        {.name = "catalog",
         .value = "FILE",
         .text = &r.catalog_path,
         .help = "the catalog of the data standard (default: the one that comes with hallpass)"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &r.folder, .optional = true}};
    const struct options o = {"hallpass policy new",
                              "Makes the two files of a new agreement in a district's folder, "
                              "with every box of Exhibit B ready to be ticked.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    struct arena arena;
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    arena_init(&arena, WORK_BYTES);
    code = check_target(&r);
    code = code == 0 ? run(&r, &arena) : code;
    arena_fini(&arena);
    return code;
}
