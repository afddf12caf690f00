/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change is made in memory, the whole policy is checked with it, and only then
 * is the file replaced, at once. Nothing that stands in the file is replaced or
 * lost; a file that somebody else changed meanwhile stays as it is.
 */
#include "cli/agreement_change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/district_folder.h"
#include "cli/ended_edit.h"
#include "cli/files.h"
#include "cli/print.h"

enum { MESSAGE_BYTES = 16 * 1024 * 1024, NAME_BYTES = 300, VALUE_BYTES = 8000 };

/* One run: what was asked for, and what it needs. */
struct run {
    const struct agreement_change *asked;
    struct arena arena;
    struct diag_list diags;
    struct district_files files;
    char name[NAME_BYTES]; /* "agreements/ID.yaml" */
};

static struct policy_file *find_file(struct run *r)
{
    (void)snprintf(r->name, sizeof(r->name), "agreements/%s.yaml", r->asked->id);
    for (size_t i = 0; i < r->files.count; i++) {
        if (strcmp(r->files.files[i].name, r->name) == 0) {
            return &r->files.files[i];
        }
    }
    return NULL;
}

/* --- the edit ------------------------------------------------------------------------ */

static int edit_failed(const struct run *r, const char *key, enum err e)
{
    if (e == ERR_EXISTS) {
        return print_problem("%s already says `%s` under `ended:`; nothing is ever replaced, edit "
                             "the file by hand if it is wrong",
                             r->name, key);
    }
    if (e == ERR_INPUT) {
        return print_problem("%s cannot take another line: write `ended:` with one key on each "
                             "line, not in braces",
                             r->name);
    }
    return print_failure(r->name, e);
}

/* The text with one addition, copied into the change's arena. */
static int add_one(struct run *r, struct policy_file *f, const struct agreement_addition *a)
{
    struct buf out;

    buf_init(&out, DISTRICT_MAX_FILE);
    enum err e = buf_err(&a->value);

    e = e != OK ? e : ended_add(f->bytes, a->key, buf_span(&a->value), &out);
    int code = e == OK ? 0 : edit_failed(r, a->key, e);

    if (e == OK) {
        f->bytes = arena_copy(&r->files.arena, buf_span(&out));
        code = f->bytes.ptr == NULL ? print_failure(r->name, ERR_MEMORY) : 0;
    }
    buf_fini(&out);
    return code;
}

/* --- the check ----------------------------------------------------------------------- */

static int check_whole(struct run *r)
{
    const char *path =
        r->asked->catalog_path != NULL ? r->asked->catalog_path : config_default_catalog(&r->arena);
    struct catalog *catalog = NULL;
    struct policy *policy = NULL;

    if (path == NULL) {
        return print_problem("the catalog that comes with hallpass was not found; name one with "
                             "--catalog FILE");
    }
    enum err e = catalog_file_load(path, &r->diags, &catalog);

    e = e != OK ? e : district_files_load(&r->files, catalog, &r->diags, &policy);
    if (e != OK) {
        print_diags(r->asked->folder, &r->diags);
        (void)(e == ERR_INPUT ? print_problem("nothing was changed: this policy would be refused")
                              : print_failure(r->asked->folder, e));
    }
    policy_free(&policy);
    catalog_free(&catalog);
    return e == OK ? 0 : 1;
}

/* --- the file ------------------------------------------------------------------------- */

static enum err sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    enum err e = fd >= 0 && fsync(fd) == 0 ? OK : ERR_IO;

    if (fd >= 0) {
        (void)close(fd);
    }
    return e;
}

/* What was read must still stand there: somebody else may be editing. */
static bool is_still(const char *path, struct span was)
{
    struct buf now;

    buf_init(&now, DISTRICT_MAX_FILE + 1);
    bool same = file_read(path, &now) == OK && span_eq(buf_span(&now), was);

    buf_fini(&now);
    return same;
}

static int replace_file(const struct run *r, struct span was, struct span now)
{
    char path[4096], beside[4096], folder[4096];
    struct stat st;
    int n = snprintf(path, sizeof(path), "%s/%s", r->asked->folder, r->name);
    int m =
        snprintf(beside, sizeof(beside), "%s/agreements/.%s.new", r->asked->folder, r->asked->id);

    (void)snprintf(folder, sizeof(folder), "%s/agreements", r->asked->folder);
    if (n < 0 || m < 0 || (size_t)n >= sizeof(path) || (size_t)m >= sizeof(beside)) {
        return print_problem("the folder's name is too long");
    }
    if (lstat(path, &st) != 0) {
        return print_failure(path, ERR_IO);
    }
    enum err e = file_create(beside, st.st_mode & 0777, now);

    if (e != OK) {
        return print_failure(beside, e);
    }
    if (!is_still(path, was)) {
        (void)unlink(beside);
        return print_problem("%s was changed meanwhile; nothing was written", path);
    }
    if (rename(beside, path) != 0 || sync_folder(folder) != OK) {
        int code = print_failure(path, ERR_IO);

        (void)unlink(beside);
        return code;
    }
    return 0;
}

/* --- one change ------------------------------------------------------------------------ */

static int change_read(struct run *r)
{
    enum err e = district_files_read(r->asked->folder, &r->diags, &r->files);
    struct policy_file *f = e == OK ? find_file(r) : NULL;

    if (e != OK || f == NULL) {
        print_diags(r->asked->folder, &r->diags);
        return e != OK ? print_failure(r->asked->folder, e)
                       : print_problem("there is no %s", r->name);
    }
    struct span was = f->bytes;
    int code = 0;

    for (size_t i = 0; i < r->asked->count && code == 0; i++) {
        code = add_one(r, f, &r->asked->additions[i]);
    }
    code = code != 0 ? code : check_whole(r);
    return code != 0 ? code : replace_file(r, was, f->bytes);
}

int agreement_change_run(struct agreement_change *c)
{
    struct run r = {.asked = c};

    arena_init(&r.arena, MESSAGE_BYTES);
    diag_init(&r.diags, &r.arena);
    district_files_init(&r.files);
    int code = change_read(&r);

    district_files_fini(&r.files);
    arena_fini(&r.arena);
    agreement_change_drop(c);
    return code;
}

struct buf *agreement_change_add(struct agreement_change *c, const char *key)
{
    struct agreement_addition *a = &c->additions[c->count++];

    a->key = key;
    buf_init(&a->value, VALUE_BYTES);
    return &a->value;
}

void agreement_change_drop(struct agreement_change *c)
{
    for (size_t i = 0; i < c->count; i++) {
        buf_fini(&c->additions[i].value);
    }
    c->count = 0;
}
