/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that are served, and the pass over each collection in the order of
 * ids that fills them. Names of tables and columns come from our own layout,
 * never from the bundle.
 */
#include "district/build.h"

#include "district/build_priv.h"

#include <stdio.h>

enum { MAX_DOC = 1024 * 1024, MAX_SQL = 8192 };

static bool is_single(const struct member *m)
{
    return m->reach == REACH_ONE || m->reach == REACH_QUICK;
}

/* Tables of the collection; `slots` learns which parameter a member's value is. */
static enum err make_tables(struct builder *b, struct buf *sql)
{
    const struct shape *s = b->shape;
    int next = 4;

    buf_printf(sql,
               "CREATE TABLE %s(at INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
               " views INTEGER NOT NULL",
               s->name);
    for (size_t i = 1; i < s->member_count; i++) {
        if (is_single(&s->members[i])) {
            buf_printf(sql, ",f_%s TEXT", s->members[i].path);
            b->slot[i] = next++;
        }
    }
    buf_printf(sql,
               ");CREATE TABLE %s_docs(at INTEGER PRIMARY KEY, doc TEXT NOT NULL);"
               "CREATE TABLE %s_items(field INTEGER, value TEXT, at INTEGER,"
               " PRIMARY KEY(field, value, at)) WITHOUT ROWID;",
               s->name, s->name);
    buf_put_byte(sql, 0);
    return buf_err(sql) != OK ? buf_err(sql)
                              : store_run(b->setup->stage->store, (const char *)buf_span(sql).ptr);
}

static enum err make_indexes(struct builder *b)
{
    const struct shape *s = b->shape;
    enum err e = OK;

    for (size_t i = 0; i < s->member_count && e == OK; i++) {
        char sql[256];

        if (s->members[i].reach == REACH_QUICK) {
            (void)snprintf(sql, sizeof(sql), "CREATE INDEX %s_%s ON %s(f_%s, at, views)", s->name,
                           s->members[i].path, s->name, s->members[i].path);
            e = store_run(b->setup->stage->store, sql);
        }
    }
    return e;
}

static enum err prepare(struct builder *b, struct stmt **out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum err prepare(struct builder *b, struct stmt **out, const char *format, ...)
{
    char sql[1024];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(sql, sizeof(sql), format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof(sql)) {
        return ERR_INTERNAL;
    }
    return stmt_prepare(b->setup->stage->store, sql, out);
}

static enum err prepare_row(struct builder *b, struct buf *sql)
{
    buf_clear(sql);
    buf_printf(sql, "INSERT INTO %s VALUES(?,?,?", b->shape->name);
    for (size_t i = 0; i < b->shape->member_count; i++) {
        if (b->slot[i] != 0) {
            buf_put(sql, SPAN(",?"));
        }
    }
    buf_put(sql, SPAN(")"));
    buf_put_byte(sql, 0);
    return buf_err(sql) != OK ? buf_err(sql)
                              : stmt_prepare(b->setup->stage->store,
                                             (const char *)buf_span(sql).ptr, &b->insert_row);
}

/* Parameters of these: 1 the record's id, 2 whether it is deleted itself. */
static enum err prepare_lookups(struct builder *b, enum shape_id id)
{
    static const struct {
        const char *table;
        const char *resource;
        const char *owner;
    } links[SHAPE_COUNT] = {
        [SHAPE_CLASSES] = {"classResources", "c5", "c4"},
        [SHAPE_COURSES] = {"courseResources", "c5", "c4"},
        [SHAPE_USERS] = {"userResources", "c6", "c3"},
    };
    static const char *const parents[SHAPE_COUNT] = {[SHAPE_ORGS] = "c6", [SHAPE_SESSIONS] = "c7"};
    const char *table = LAYOUT_TABLES[b->shape->table].name;
    enum err e = OK;

    if (parents[id] != NULL) {
        e = prepare(b, &b->children,
                    "SELECT id FROM raw_%s WHERE %s=?1 AND ?2 IS NOT NULL ORDER BY id", table,
                    parents[id]);
    }
    if (e == OK && links[id].table != NULL) {
        e = prepare(b, &b->links,
                    "SELECT DISTINCT %s FROM raw_%s WHERE %s=?1 AND"
                    " (?2 OR c1 IS NOT 'tobedeleted') ORDER BY 1",
                    links[id].resource, links[id].table, links[id].owner);
    }
    if (e == OK && id == SHAPE_USERS) {
        e = prepare(b, &b->roles,
                    "SELECT c4,c5,c8,c9,c6,c7 FROM raw_roles WHERE c3=?1 AND"
                    " (?2 OR c1 IS NOT 'tobedeleted') ORDER BY c4, id");
    }
    if (e == OK && id == SHAPE_USERS) {
        e = prepare(b, &b->profiles,
                    "SELECT id,c4,c5,c6,c7,c8,c9,c10 FROM raw_userProfiles WHERE c3=?1 AND"
                    " (?2 OR c1 IS NOT 'tobedeleted') ORDER BY id");
    }
    return e != OK ? e : prepare(b, &b->org_type, "SELECT c4 FROM raw_orgs WHERE id=?1");
}

static enum err prepare_all(struct builder *b, enum shape_id id)
{
    const char *name = b->shape->name;
    struct buf sql;

    buf_init(&sql, MAX_SQL);
    enum err e = make_tables(b, &sql);

    e = e != OK ? e : prepare_row(b, &sql);
    e = e != OK ? e : prepare(b, &b->insert_doc, "INSERT INTO %s_docs VALUES(?,?)", name);
    e = e != OK ? e
                : prepare(b, &b->insert_item, "INSERT OR IGNORE INTO %s_items VALUES(?,?,?)", name);
    e = e != OK ? e : prepare_lookups(b, id);
    e = e != OK ? e
                : prepare(b, &b->select, "SELECT * FROM raw_%s ORDER BY id",
                          LAYOUT_TABLES[b->shape->table].name);
    buf_fini(&sql);
    return e;
}

static void finish(struct builder *b)
{
    struct stmt **all[] = {&b->select,   &b->insert_row, &b->insert_doc, &b->insert_item, &b->roles,
                           &b->profiles, &b->children,   &b->links,      &b->org_type};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        stmt_finish(all[i]);
    }
    buf_fini(&b->doc);
}

static enum err enter_metadata_names(struct builder *b)
{
    struct stmt *st = NULL;
    enum err e =
        stmt_prepare(b->setup->stage->store, "INSERT INTO metadata_names VALUES(?,?,?)", &st);

    for (size_t i = 0; i < b->staged->metadata_count && e == OK; i++) {
        stmt_bind_text(st, 1, span_str(b->shape->name));
        stmt_bind_int(st, 2, SHAPE_FIRST_METADATA + (int)i);
        stmt_bind_text(st, 3, b->staged->metadata[i]);
        e = stmt_exec(st);
    }
    stmt_finish(&st);
    return e;
}

static enum err build_shape(const struct build_setup *setup, enum shape_id id)
{
    struct builder b = {
        .setup = setup, .shape = &SHAPES[id], .staged = &setup->stage->tables[SHAPES[id].table]};
    bool row = true;

    buf_init(&b.doc, MAX_DOC);
    enum err e = prepare_all(&b, id);

    while (e == OK && row) {
        e = stmt_step(b.select, &row);
        if (e == OK && row) {
            e = build_record(&b);
        }
    }
    e = e != OK ? e : make_indexes(&b);
    e = e != OK ? e : enter_metadata_names(&b);
    finish(&b);
    return e;
}

enum err build_all(const struct build_setup *setup)
{
    enum err e = store_run(setup->stage->store,
                           "CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL);"
                           "CREATE TABLE metadata_names(shape TEXT, number INTEGER, name TEXT);");

    for (int id = 0; id < SHAPE_COUNT && e == OK; id++) {
        e = build_shape(setup, (enum shape_id)id);
    }
    return e;
}
