/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents. Members are written in the order of the shape; what is empty is
 * left out. While a value is written it is also entered where filters look:
 * single values in the record's row, list values among its items.
 *
 * Rows of roles, profiles and resource links that are marked tobedeleted are
 * left out, unless the record is marked itself.
 */
#include "base/text.h"
#include "district/build_priv.h"
#include "district/cell.h"

static void keep(struct builder *b, enum err e)
{
    b->failed = b->failed != OK ? b->failed : e;
}

/* --- pieces of JSON */

static void put_comma(struct builder *b)
{
    struct span doc = buf_span(&b->doc);

    if (doc.len > 0 && doc.ptr[doc.len - 1] != '{' && doc.ptr[doc.len - 1] != '[') {
        buf_put_byte(&b->doc, ',');
    }
}

static void put_key(struct builder *b, struct span key)
{
    put_comma(b);
    text_json_string(&b->doc, key);
    buf_put_byte(&b->doc, ':');
}

/* The last part of a dotted path. */
static struct span leaf(const char *path)
{
    const char *dot = strrchr(path, '.');

    return span_str(dot == NULL ? path : dot + 1);
}

static void put_ref(struct builder *b, enum shape_id to, struct span id)
{
    struct buf *doc = &b->doc;

    buf_put(doc, SPAN("{\"href\":\""));
    buf_put(doc, b->setup->url);
    buf_put_str(doc, to == SHAPE_RESOURCES ? "/ims/oneroster/resources/v1p2" : SHAPE_BASE_PATH);
    buf_put_byte(doc, '/');
    buf_put_str(doc, shape_ref_segment(to));
    buf_put_byte(doc, '/');
    text_percent(doc, id);
    buf_put(doc, SPAN("\",\"sourcedId\":"));
    text_json_string(doc, id);
    buf_put(doc, SPAN(",\"type\":\""));
    buf_put_str(doc, shape_ref_word(to));
    buf_put(doc, SPAN("\"}"));
}

static void put_value(struct builder *b, const struct member *m, struct span value)
{
    if (m->ref != SHAPE_NONE) {
        put_ref(b, m->ref, value);
    } else {
        text_json_string(&b->doc, value);
    }
}

/* Enters one value of a list for filters. */
static void enter(struct builder *b, int number, struct span value)
{
    if (b->failed != OK) {
        return;
    }
    stmt_bind_int(b->insert_item, 1, number);
    stmt_bind_text(b->insert_item, 2, value);
    stmt_bind_int(b->insert_item, 3, b->at);
    keep(b, stmt_exec(b->insert_item));
}

static const struct member *member_of(const struct builder *b, const char *path, int *number)
{
    *number = shape_member(b->shape, span_str(path));
    return &b->shape->members[*number];
}

/* "key":value of an object in a list, when there is a value; entered if filters may see it. */
static void put_part(struct builder *b, const char *path, struct span value)
{
    int number;
    const struct member *m = member_of(b, path, &number);

    if (value.len == 0) {
        return;
    }
    put_key(b, leaf(path));
    put_value(b, m, value);
    if (m->reach == REACH_MANY) {
        enter(b, number, value);
    }
}

/* --- members, one function for each origin */

static void put_list(struct builder *b, int number, struct span cell)
{
    const struct member *m = &b->shape->members[number];
    struct span item;

    buf_put_byte(&b->doc, '[');
    while (cell_next(&cell, &item)) {
        put_comma(b);
        put_value(b, m, item);
        enter(b, number, item);
    }
    buf_put_byte(&b->doc, ']');
}

static void put_user_ids(struct builder *b, struct span cell)
{
    struct span type, identifier;

    buf_put_byte(&b->doc, '[');
    while (cell_next_user_id(&cell, &type, &identifier)) {
        put_comma(b);
        buf_put_byte(&b->doc, '{');
        put_part(b, "userIds.type", type);
        put_part(b, "userIds.identifier", identifier);
        buf_put_byte(&b->doc, '}');
    }
    buf_put_byte(&b->doc, ']');
}

static struct span cell_of(const struct builder *b, const struct member *m, enum cell_kind *kind)
{
    const struct table *t = &LAYOUT_TABLES[b->shape->table];
    const char *name = m->column == NULL ? m->path : m->column;
    int column = layout_column(t, VBOTH, span_str(name));
    struct span cell = stmt_bytes(b->select, stage_at(column));

    *kind = t->columns[column].kind;
    if (cell.len == 0 && span_eq_str(span_str(name), "status")) {
        return SPAN("active");
    }
    if (cell.len == 0 && span_eq_str(span_str(name), "dateLastModified")) {
        return b->setup->now;
    }
    return cell;
}

static void put_column(struct builder *b, int number)
{
    const struct member *m = &b->shape->members[number];
    enum cell_kind kind;
    struct span cell = cell_of(b, m, &kind);

    if (b->slot[number] != 0 && cell.len > 0) {
        stmt_bind_text(b->insert_row, b->slot[number], cell);
    }
    if (cell.len == 0) {
        return;
    }
    put_key(b, span_str(m->path));
    if (kind == CELL_TEXTS || kind == CELL_WORDS || kind == CELL_REFS) {
        put_list(b, number, cell);
    } else if (kind == CELL_USER_IDS) {
        put_user_ids(b, cell);
    } else {
        put_value(b, m, cell);
    }
}

static void put_metadata(struct builder *b, int number)
{
    const struct table *t = &LAYOUT_TABLES[b->shape->table];
    size_t before = b->doc.len;
    bool any = false;

    put_key(b, span_str(b->shape->members[number].path));
    buf_put_byte(&b->doc, '{');
    for (size_t i = 0; i < b->staged->metadata_count; i++) {
        struct span value = stmt_bytes(b->select, stage_metadata_at(t, i));

        if (value.len > 0) {
            any = true;
            put_key(b, b->staged->metadata[i]);
            text_json_string(&b->doc, value);
            enter(b, SHAPE_FIRST_METADATA + (int)i, value);
        }
    }
    buf_put_byte(&b->doc, '}');
    if (!any && buf_err(&b->doc) == OK) {
        buf_cut(&b->doc, before);
    }
}

/* A list of what a statement finds for the record's id, each row written by `put`. */
static void put_rows(struct builder *b, int number, struct stmt *st,
                     void (*put)(struct builder *b, int number, struct stmt *st))
{
    size_t before = b->doc.len;
    bool row = true;
    bool any = false;

    put_key(b, span_str(b->shape->members[number].path));
    buf_put_byte(&b->doc, '[');
    stmt_bind_text(st, 1, stmt_bytes(b->select, 0));
    stmt_bind_int(st, 2, b->deleted ? 1 : 0);
    while (b->failed == OK && row) {
        keep(b, stmt_step(st, &row));
        if (b->failed == OK && row) {
            any = true;
            put_comma(b);
            put(b, number, st);
        }
    }
    stmt_reset(st);
    buf_put_byte(&b->doc, ']');
    if (!any && buf_err(&b->doc) == OK) {
        buf_cut(&b->doc, before);
    }
}

static void put_id_row(struct builder *b, int number, struct stmt *st)
{
    put_value(b, &b->shape->members[number], stmt_bytes(st, 0));
    enter(b, number, stmt_bytes(st, 0));
}

static void put_children(struct builder *b, int number)
{
    put_rows(b, number, b->children, put_id_row);
}

static void put_links(struct builder *b, int number)
{
    put_rows(b, number, b->links, put_id_row);
}

static void see_role(struct builder *b, struct span role)
{
    b->views |= span_eq(role, SPAN("student")) ? VIEW_STUDENT : 0;
    b->views |= span_eq(role, SPAN("teacher")) ? VIEW_TEACHER : 0;
}

static void put_role_row(struct builder *b, int number, struct stmt *st)
{
    (void)number;
    see_role(b, stmt_bytes(st, 1));
    buf_put_byte(&b->doc, '{');
    put_part(b, "roles.roleType", stmt_bytes(st, 0));
    put_part(b, "roles.role", stmt_bytes(st, 1));
    put_part(b, "roles.org", stmt_bytes(st, 2));
    put_part(b, "roles.userProfile", stmt_bytes(st, 3));
    put_part(b, "roles.beginDate", stmt_bytes(st, 4));
    put_part(b, "roles.endDate", stmt_bytes(st, 5));
    buf_put_byte(&b->doc, '}');
}

/* 1.1 knows one kind of administrator, 1.2 tells them apart by place. */
static struct span role_of_11(struct builder *b, struct span role, struct span org)
{
    bool row = false;
    bool school = false;

    if (!span_eq(role, SPAN("administrator"))) {
        return role;
    }
    stmt_bind_text(b->org_type, 1, org);
    keep(b, stmt_step(b->org_type, &row));
    school = b->failed == OK && row && span_eq(stmt_bytes(b->org_type, 0), SPAN("school"));
    stmt_reset(b->org_type);
    return school ? SPAN("siteAdministrator") : SPAN("districtAdministrator");
}

/* 1.1: one role, at each org of the list; the first is the primary one. */
static void put_roles_11(struct builder *b, int number)
{
    const struct table *t = &LAYOUT_TABLES[TABLE_USERS];
    struct span role = stmt_bytes(b->select, stage_at(layout_column(t, V11, SPAN("role"))));
    struct span orgs =
        stmt_bytes(b->select, stage_at(layout_column(t, V11, SPAN("orgSourcedIds"))));
    struct span org;
    bool first = true;

    put_key(b, span_str(b->shape->members[number].path));
    buf_put_byte(&b->doc, '[');
    while (cell_next(&orgs, &org)) {
        struct span word = role_of_11(b, role, org);

        put_comma(b);
        see_role(b, word);
        buf_put_byte(&b->doc, '{');
        put_part(b, "roles.roleType", first ? SPAN("primary") : SPAN("secondary"));
        put_part(b, "roles.role", word);
        put_part(b, "roles.org", org);
        buf_put_byte(&b->doc, '}');
        first = false;
    }
    buf_put_byte(&b->doc, ']');
}

static void put_roles(struct builder *b, int number)
{
    if (b->setup->stage->version == V11) {
        put_roles_11(b, number);
    } else {
        put_rows(b, number, b->roles, put_role_row);
    }
}

static void put_profile_row(struct builder *b, int number, struct stmt *st)
{
    (void)number;
    buf_put_byte(&b->doc, '{');
    put_part(b, "userProfiles.profileId", stmt_bytes(st, 0));
    put_part(b, "userProfiles.profileType", stmt_bytes(st, 1));
    put_part(b, "userProfiles.vendorId", stmt_bytes(st, 2));
    put_part(b, "userProfiles.applicationId", stmt_bytes(st, 3));
    put_part(b, "userProfiles.description", stmt_bytes(st, 4));
    if (!stmt_is_null(st, 5) || !stmt_is_null(st, 6) || !stmt_is_null(st, 7)) {
        buf_put(&b->doc, SPAN(",\"credentials\":[{"));
        put_part(b, "userProfiles.credentials.type", stmt_bytes(st, 5));
        put_part(b, "userProfiles.credentials.username", stmt_bytes(st, 6));
        put_part(b, "userProfiles.credentials.password", stmt_bytes(st, 7));
        buf_put(&b->doc, SPAN("}]"));
    }
    buf_put_byte(&b->doc, '}');
}

static void put_profiles(struct builder *b, int number)
{
    put_rows(b, number, b->profiles, put_profile_row);
}

static void (*const PUTS[])(struct builder *b, int number) = {
    [FROM_COLUMN] = put_column, [FROM_METADATA] = put_metadata, [FROM_CHILDREN] = put_children,
    [FROM_ROLES] = put_roles,   [FROM_PROFILES] = put_profiles, [FROM_LINKS] = put_links,
};

/* Orgs and sessions are in a view by their type. */
static void see_type(struct builder *b)
{
    const struct table *t = &LAYOUT_TABLES[b->shape->table];

    if (b->shape != &SHAPES[SHAPE_ORGS] && b->shape != &SHAPES[SHAPE_SESSIONS]) {
        return;
    }
    struct span type = stmt_bytes(b->select, stage_at(layout_column(t, VBOTH, SPAN("type"))));

    b->views |= span_eq(type, SPAN("school")) || span_eq(type, SPAN("term")) ? VIEW_SCHOOL : 0;
    b->views |= span_eq(type, SPAN("gradingPeriod")) ? VIEW_PERIOD : 0;
}

enum err build_record(struct builder *b)
{
    buf_clear(&b->doc);
    b->at++;
    b->views = VIEW_ALL;
    b->deleted = span_eq(stmt_bytes(b->select, 2), SPAN("tobedeleted"));
    see_type(b);
    buf_put_byte(&b->doc, '{');
    for (size_t i = 0; i < b->shape->member_count; i++) {
        if (b->shape->members[i].from != FROM_OBJECT) {
            PUTS[b->shape->members[i].from](b, (int)i);
        }
    }
    buf_put_byte(&b->doc, '}');
    keep(b, buf_err(&b->doc));
    stmt_bind_int(b->insert_row, 1, b->at);
    stmt_bind_text(b->insert_row, 2, stmt_bytes(b->select, 0));
    stmt_bind_int(b->insert_row, 3, b->views);
    stmt_bind_int(b->insert_doc, 1, b->at);
    stmt_bind_text(b->insert_doc, 2, buf_span(&b->doc));
    b->failed = b->failed != OK ? b->failed : stmt_exec(b->insert_row);
    b->failed = b->failed != OK ? b->failed : stmt_exec(b->insert_doc);
    stmt_reset(b->insert_row); /* values of this record must not stay bound for the next */
    return b->failed;
}
