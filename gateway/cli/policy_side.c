/* SPDX-License-Identifier: Apache-2.0 */
/* A path that is a folder is a folder; only what is none is asked of git. */
#include "cli/policy_side.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cli/config.h"
#include "cli/git.h"
#include "cli/print.h"

enum { MESSAGE_BYTES = 16 * 1024 * 1024 };

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool names_revision(const char *where)
{
    return strchr(where, ':') != NULL;
}

static enum err load_catalog(struct policy_side *s, struct arena *arena, struct diag_list *diags)
{
    const char *path = s->catalog_path != NULL ? s->catalog_path : config_default_catalog(arena);

    if (path == NULL) {
        diag_add(
            diags, DIAG_ERROR, "catalog", 0, 0,
            "the catalog that comes with hallpass was not found; name one with --catalog FILE");
        return ERR_INPUT;
    }
    return catalog_file_load(path, diags, &s->catalog);
}

static enum err read_files(struct policy_side *s, struct diag_list *diags)
{
    district_files_init(&s->files);
    return is_folder(s->where) || !names_revision(s->where)
               ? district_files_read(s->where, diags, &s->files)
               : git_read_files(s->where, diags, &s->files);
}

static enum err say(const struct policy_side *s, const struct diag_list *diags, enum err e)
{
    if (e == OK) {
        return OK;
    }
    int saved = errno;

    print_diags(s->catalog == NULL ? NULL : s->where, diags);
    errno = saved;
    if (e != ERR_INPUT) {
        print_failure(s->where, e);
    } else if (s->catalog != NULL) {
        print_problem("%s: %u %s; this policy would be refused", s->where, diags->errors,
                      diags->errors == 1 ? "error" : "errors");
    }
    return e;
}

enum err policy_side_open(struct policy_side *s)
{
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, MESSAGE_BYTES);
    diag_init(&diags, &arena);
    enum err e = load_catalog(s, &arena, &diags);

    e = e != OK ? e : read_files(s, &diags);
    e = e != OK ? e : district_files_load(&s->files, s->catalog, &diags, &s->policy);
    e = say(s, &diags, e);
    arena_fini(&arena);
    return e;
}

enum err policy_side_compile(struct policy_side *s, struct span catalog)
{
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, MESSAGE_BYTES);
    diag_init(&diags, &arena);
    enum err e = catalog_load("catalog", catalog, &diags, &s->catalog);

    e = e != OK ? e : district_files_load(&s->files, s->catalog, &diags, &s->policy);
    arena_fini(&arena);
    return e;
}

void policy_side_close(struct policy_side *s)
{
    policy_free(&s->policy);
    catalog_free(&s->catalog);
    district_files_fini(&s->files);
}

enum err policy_side_day(const struct policy_side *s, const char *on, int32_t *day)
{
    struct span zone = policy_time_zone(s->policy);

    if (on != NULL && !clock_parse_date(span_str(on), day)) {
        print_problem("'%s' is not a date of the form 2026-07-01", on);
        return ERR_INPUT;
    }
    if (clock_set_zone((const char *)zone.ptr) != OK) { /* NUL-terminated, see node.text */
        print_problem("%s: this machine does not know the time zone \"%.*s\"", s->where,
                      (int)zone.len, (const char *)zone.ptr);
        return ERR_INPUT;
    }
    *day = on != NULL ? *day : clock_local_date(clock_wall_ms());
    return OK;
}
