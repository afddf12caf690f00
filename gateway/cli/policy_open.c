/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading for the verbs of `hallpass policy`. It decides nothing about the
 * policy; it only brings catalog, folder, keys and calendar together.
 */
#include "cli/policy_open.h"

#include "base/clock.h"
#include "cli/config.h"
#include "cli/print.h"

enum { MESSAGE_BYTES = 16 * 1024 * 1024 };

static enum err load_catalog(struct opened_policy *o)
{
    if (o->catalog_path == NULL) {
        o->catalog_path = config_default_catalog(&o->arena);
    }
    if (o->catalog_path == NULL) {
        diag_add(&o->diags, DIAG_ERROR, "catalog", 0, 0,
                 "the catalog that comes with hallpass was not found; name one with "
                 "--catalog FILE");
        return ERR_INPUT;
    }
    return catalog_file_load(o->catalog_path, &o->diags, &o->catalog);
}

/* The zone is checked where it is used: only the machine knows its names. */
static enum err set_day(struct opened_policy *o)
{
    struct span zone = policy_time_zone(o->policy);
    enum err e = clock_set_zone((const char *)zone.ptr); /* NUL-terminated, see node.text */

    if (e != OK) {
        diag_add(&o->diags, DIAG_ERROR, "district.yaml", 0, 0,
                 "this machine does not know the time zone \"%.*s\"", (int)zone.len,
                 (const char *)zone.ptr);
        return ERR_INPUT;
    }
    o->day = o->day != 0 ? o->day : clock_local_date(clock_wall_ms());
    return OK;
}

enum err policy_open(struct opened_policy *o)
{
    arena_init(&o->arena, MESSAGE_BYTES);
    diag_init(&o->diags, &o->arena);
    if (o->on != NULL && !clock_parse_date(span_str(o->on), &o->day)) {
        return ERR_INPUT;
    }
    enum err e = load_catalog(o);

    if (e == OK) {
        e = district_folder_load(o->folder, o->catalog, &o->diags, &o->policy);
    }
    if (e == OK) {
        e = keyring_new(o->policy, &o->diags, &o->keyring);
    }
    return e == OK ? set_day(o) : e;
}

void policy_close(struct opened_policy *o)
{
    keyring_free(&o->keyring);
    policy_free(&o->policy);
    catalog_free(&o->catalog);
    arena_fini(&o->arena);
}

/* Messages about a catalog name its path; those about the district stand in its folder. */
static const char *folder_of_messages(const struct opened_policy *o)
{
    return o->catalog == NULL ? NULL : o->folder;
}

int policy_open_failure(const struct opened_policy *o, enum err e)
{
    if (o->on != NULL && o->day == 0) {
        print_problem("--on: '%s' is not a date of the form 2026-07-01", o->on);
        return 2;
    }
    print_diags(folder_of_messages(o), &o->diags);
    if (e != ERR_INPUT) {
        return print_failure(o->catalog == NULL ? "catalog" : o->folder, e);
    }
    if (o->catalog == NULL) {
        return 1;
    }
    return print_problem("%s: %u %s; this policy would be refused", o->folder, o->diags.errors,
                         o->diags.errors == 1 ? "error" : "errors");
}

int policy_open_or_say(struct opened_policy *o)
{
    enum err e = policy_open(o);

    return e == OK ? 0 : policy_open_failure(o, e);
}
