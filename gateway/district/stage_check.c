/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks across files, as queries over the temporary tables. They run once all
 * files are in, so that files and rows may stand in any order.
 */
#include "base/buf.h"
#include "district/stage.h"
#include "store/stmt.h"

#include <stdio.h>

/* Runs a query that gives the lines at fault. */
static enum err tell_lines(struct stage *s, const char *sql, const struct table *t, size_t column,
                           const char *text)
{
    const struct staged *staged = &s->tables[t - LAYOUT_TABLES];
    struct stmt *st = NULL;
    bool row = true;
    char file[64];

    (void)snprintf(file, sizeof(file), "%s.csv", t->name);
    enum err e = stmt_prepare(s->store, sql, &st);

    while (e == OK && row) {
        e = stmt_step(st, &row);
        if (e == OK && row) {
            diag_add(s->diags, DIAG_ERROR, file, (unsigned)stmt_int(st, 0), staged->place[column],
                     "%s %s", t->columns[column].name, text);
        }
    }
    stmt_finish(&st);
    return e;
}

static enum err check_refs(struct stage *s, enum table_id id, size_t column)
{
    const struct table *t = &LAYOUT_TABLES[id];
    const struct column *c = &t->columns[column];
    const char *target = LAYOUT_TABLES[c->target].name;
    char sql[512];
    char text[96];
    char name[32] = "id";

    if (column > 0) {
        (void)snprintf(name, sizeof(name), "c%zu", column);
    }
    if (c->kind == CELL_REFS) {
        (void)snprintf(sql, sizeof(sql),
                       "SELECT line FROM raw_list AS l WHERE tab=%d AND col=%zu AND NOT EXISTS"
                       "(SELECT 1 FROM raw_%s AS t WHERE t.id=l.value) ORDER BY line",
                       (int)id, column, target);
    } else {
        (void)snprintf(sql, sizeof(sql),
                       "SELECT line FROM raw_%s AS r WHERE r.%s IS NOT NULL AND NOT EXISTS"
                       "(SELECT 1 FROM raw_%s AS t WHERE t.id=r.%s) ORDER BY line",
                       t->name, name, target, name);
    }
    (void)snprintf(text, sizeof(text), "names no row of %s.csv", target);
    return tell_lines(s, sql, t, column, text);
}

static enum err check_all_refs(struct stage *s)
{
    enum err e = OK;

    for (int id = 0; id < TABLE_LOADED; id++) {
        const struct table *t = &LAYOUT_TABLES[id];

        for (size_t i = 0; i < t->column_count && e == OK && s->tables[id].present; i++) {
            if (t->columns[i].target != TABLE_NONE && s->tables[id].place[i] != 0) {
                e = check_refs(s, (enum table_id)id, i);
            }
        }
    }
    return e;
}

/* Rows from which their own parents never end: walk down from the roots, tell the rest. */
static enum err check_tree(struct stage *s, enum table_id id)
{
    const struct table *t = &LAYOUT_TABLES[id];
    int parent = layout_column(t, VBOTH, SPAN("parentSourcedId"));
    char sql[512];

    (void)snprintf(sql, sizeof(sql),
                   "WITH RECURSIVE ok(id) AS (SELECT id FROM raw_%s WHERE c%d IS NULL UNION "
                   "SELECT r.id FROM ok JOIN raw_%s AS r ON r.c%d=ok.id) "
                   "SELECT line FROM raw_%s AS r WHERE r.id NOT IN (SELECT id FROM ok) "
                   "AND EXISTS(SELECT 1 FROM raw_%s AS p WHERE p.id=r.c%d) ORDER BY line",
                   t->name, parent, t->name, parent, t->name, t->name, parent);
    return tell_lines(s, sql, t, (size_t)parent, "makes a row its own ancestor");
}

/* A row of `from` that is not deleted must have one that is not in roles.csv. */
static enum err check_roles(struct stage *s)
{
    const struct table *roles = &LAYOUT_TABLES[TABLE_ROLES];
    int user = layout_column(roles, V12, SPAN("userSourcedId"));
    char sql[512];

    if (s->version != V12) {
        return OK;
    }
    (void)snprintf(sql, sizeof(sql),
                   "SELECT line FROM raw_users AS u WHERE NOT EXISTS(SELECT 1 FROM raw_roles AS r "
                   "WHERE r.c%d=u.id AND (r.c1 IS NOT 'tobedeleted' OR u.c1 IS 'tobedeleted')) "
                   "ORDER BY line",
                   user);
    return tell_lines(s, sql, &LAYOUT_TABLES[TABLE_USERS], 0, "has no role in roles.csv");
}

enum err stage_check(struct stage *s)
{
    /* The builder looks these up by what they belong to. */
    enum err e = store_run(s->store, "CREATE INDEX temp.roles_of ON raw_roles(c3);"
                                     "CREATE INDEX temp.profiles_of ON raw_userProfiles(c3);"
                                     "CREATE INDEX temp.orgs_of ON raw_orgs(c6);"
                                     "CREATE INDEX temp.sessions_of ON raw_academicSessions(c7);"
                                     "CREATE INDEX temp.of_class ON raw_classResources(c4);"
                                     "CREATE INDEX temp.of_course ON raw_courseResources(c4);"
                                     "CREATE INDEX temp.of_user ON raw_userResources(c3);");

    e = e != OK ? e : check_all_refs(s);
    e = e != OK ? e : check_tree(s, TABLE_ORGS);
    e = e != OK ? e : check_tree(s, TABLE_SESSIONS);
    return e != OK ? e : check_roles(s);
}
