/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: slow, by tree, by name. Where the redactor walks entries, this
 * asks the catalog for each field of each object.
 */
#include "tests/support/redact_oracle.h"

#include "tests/support/redact_oracle_priv.h"

#include <stdio.h>

enum { LOAD = JSON_ALLOW_NUL, DUMP = JSON_COMPACT | JSON_ENCODE_ANY };

static struct idmap *codes;

void oracle_translate(struct idmap *ids)
{
    codes = ids;
}

/* True if a field's ids leave as codes. */
static bool is_coded(const struct work *w, const struct field *f)
{
    bool id = f->kind == FIELD_REF || f->type == TYPE_ID;

    return w->plan->agreement->ids != IDS_DISTRICT && id && f->ref != REF_ORG &&
           f->ref != REF_ACADEMIC_SESSION;
}

/* What the partner knows an id by; empty when there is nothing. */
static struct span known_as(const struct work *w, const struct field *f, struct span id)
{
    static struct idmap_text code;

    if (!is_coded(w, f)) {
        return id;
    }
    return idmap_encode(codes, f->ref, id, &code) ? idmap_span(&code) : SPAN("");
}

/* --- judging --------------------------------------------------------------------- */

static bool ref_stands(const struct work *w, const struct field *f, const json_t *ref)
{
    struct span id = ref_id(ref);

    return id.len > 0 && known_as(w, f, id).len > 0 && verdict_ref(w->plan, &w->row, f->ref, id);
}

static bool refs_stand(const struct work *w, const struct field *f, const json_t *value)
{
    size_t at;
    const json_t *item;

    if (!f->list) {
        return ref_stands(w, f, value);
    }
    json_array_foreach(value, at, item)
    {
        if (ref_stands(w, f, item)) {
            return true;
        }
    }
    return false;
}

static bool stands(const struct work *w, const json_t *object, uint16_t parent);

/* A required list of objects needs an item that stands. */
static bool objects_stand(const struct work *w, const struct field *f, const json_t *value)
{
    size_t at;
    const json_t *item;

    if (!f->list) {
        return json_is_object(value) && stands(w, value, f->number);
    }
    json_array_foreach(value, at, item)
    {
        if (json_is_object(item) && stands(w, item, f->number)) {
            return true;
        }
    }
    return false;
}

static bool stands(const struct work *w, const json_t *object, uint16_t parent)
{
    for (size_t i = 0; i < field_count(w); i++) {
        const struct field *f = field_at(w, i);
        const json_t *value = f->parent == parent ? member(object, f) : NULL;

        if (f->parent != parent) {
            continue;
        }
        if (f->kind == FIELD_REF && f->required && !refs_stand(w, f, value)) {
            return false;
        }
        if (f->kind == FIELD_OBJECT && f->required && !objects_stand(w, f, value)) {
            return false;
        }
        if (f->guards_item &&
            (!json_is_string(value) || !verdict_role_item(w->row.roles, text_of(value)))) {
            return false;
        }
        if (f->bar != BAR_NONE && (!json_is_string(value) || field_bars_item(f, text_of(value)))) {
            return false;
        }
    }
    return true;
}

/* --- releasing ------------------------------------------------------------------- */

json_t *oracle_placeholder(const struct field *f)
{
    return f->placeholder.len == 0 ? NULL
                                   : json_loadb((const char *)f->placeholder.ptr,
                                                f->placeholder.len, JSON_DECODE_ANY, NULL);
}

static json_t *unchanged(const struct work *w, const struct field *f, struct span text)
{
    char day[32];

    if (is_coded(w, f)) {
        return json_stringn((const char *)known_as(w, f, text).ptr, known_as(w, f, text).len);
    }
    if (w->plan->agreement->ids != IDS_DISTRICT && span_eq(f->path, SPAN("dateLastModified"))) {
        (void)snprintf(day, sizeof(day), "%.10sT00:00:00.000Z", (const char *)text.ptr);
        return json_string(day);
    }
    return json_stringn((const char *)text.ptr, text.len);
}

static json_t *leaf(const struct work *w, const struct field *f, const json_t *value)
{
    const struct field_rule *rule = &w->row.rules[f->number];

    if (!json_is_string(value) || !type_fits(f, text_of(value))) {
        return NULL;
    }
    return rule->transform == TRANSFORM_AS_IS ? unchanged(w, f, text_of(value))
                                              : oracle_change(w, f, text_of(value));
}

static json_t *reference(const struct work *w, const struct field *f, const json_t *value)
{
    struct buf href;

    if (!ref_stands(w, f, value)) {
        return NULL;
    }
    struct span id = known_as(w, f, ref_id(value));

    buf_init(&href, 4096);
    buf_printf(&href, "https://hallpass/v1p2/%s/", ref_path(f->ref));
    for (size_t i = 0; i < id.len; i++) {
        uint8_t c = id.ptr[i];
        bool plain = c < 0x80 && c > 0x20 && strchr("\"%/\\<>?#{}|^`[]@!$&'()*+,;=:", c) == NULL;

        buf_printf(&href, plain ? "%c" : "%%%02X", c);
    }
    json_t *out = json_pack("{s:s%,s:s%,s:s}", "href", href.base, href.len, "sourcedId", id.ptr,
                            id.len, "type", ref_word(f->ref));
    buf_fini(&href);
    return out;
}

static json_t *release(const struct work *w, const json_t *object, uint16_t parent);

static json_t *one(const struct work *w, const struct field *f, const json_t *value)
{
    if (f->kind == FIELD_REF) {
        return reference(w, f, value);
    }
    if (f->kind == FIELD_VALUE) {
        return leaf(w, f, value);
    }
    if (!json_is_object(value) || !stands(w, value, f->number)) {
        return NULL;
    }
    json_t *out = release(w, value, f->number);

    if (json_object_size(out) > 0) {
        return out;
    }
    json_decref(out);
    return NULL;
}

static json_t *all(const struct work *w, const struct field *f, const json_t *value)
{
    json_t *out = json_array();
    size_t at;
    const json_t *item;

    json_array_foreach(value, at, item)
    {
        json_t *kept = one(w, f, item);

        if (kept != NULL) {
            (void)json_array_append_new(out, kept);
        }
    }
    if (json_array_size(out) > 0) {
        return out;
    }
    json_decref(out);
    return NULL;
}

static bool shown(const struct work *w, const struct field *f, const struct fieldset *set)
{
    bool found = f->kind != FIELD_OBJECT && fieldset_has(set, f->number);

    for (size_t i = 0; i < field_count(w); i++) {
        found |= field_at(w, i)->parent == f->number && shown(w, field_at(w, i), set);
    }
    return found;
}

static void add_placeholders(const struct work *w, uint16_t parent, json_t *out)
{
    for (size_t i = 0; i < field_count(w); i++) {
        const struct field *f = field_at(w, i);

        if (f->parent == parent && f->required && f->placeholder.len > 0 &&
            json_object_get(out, name_of(f)) == NULL && shown(w, f, &w->plan->asked)) {
            (void)json_object_set_new(out, name_of(f), oracle_placeholder(f));
        }
    }
}

static json_t *release(const struct work *w, const json_t *object, uint16_t parent)
{
    json_t *out = json_object();
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        const struct field *f = resource_member(w->plan->resource, parent, span_str(key));

        if (f == NULL || json_is_null(value) || !shown(w, f, &w->keep) ||
            (f->list && !json_is_array(value))) {
            continue;
        }
        json_t *kept = f->list ? all(w, f, value) : one(w, f, value);

        if (kept != NULL) {
            (void)json_object_set_new(out, key, kept);
        }
    }
    if (w->fill && (parent == CATALOG_ROOT || json_object_size(out) > 0)) {
        add_placeholders(w, parent, out);
    }
    return out;
}

/* --- the filter ------------------------------------------------------------------ */

/* Counts the values of a field in what was released, and those that match. */
static void count(const struct clause *c, const struct resource *r, const json_t *object,
                  uint16_t parent, size_t counts[2])
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        json_t *value = f->parent == parent ? member(object, f) : NULL;
        size_t n = f->list ? json_array_size(value) : value != NULL;

        for (size_t at = 0; at < n; at++) {
            const json_t *item = f->list ? json_array_get(value, at) : value;

            if (f->kind == FIELD_OBJECT) {
                count(c, r, item, f->number, counts);
            } else if (f == c->field) {
                counts[0]++;
                counts[1] += clause_matches(c, f->kind == FIELD_REF ? ref_id(item) : text_of(item));
            }
        }
    }
}

static bool matches(const struct work *w, const json_t *record)
{
    const struct query *q = w->plan->query;
    struct work all_shown = *w;
    unsigned held = 0;

    all_shown.keep = w->row.match;
    all_shown.fill = false;
    json_t *out = release(&all_shown, record, CATALOG_ROOT);

    for (unsigned i = 0; i < q->clause_count; i++) {
        const struct clause *c = &q->clauses[i];
        size_t counts[2] = {0, 0};

        count(c, w->plan->resource, out, CATALOG_ROOT, counts);
        held += c->op == FILTER_NE ? counts[0] > 0 && counts[1] == counts[0] : counts[1] > 0;
    }
    json_decref(out);
    return q->any ? held > 0 : held == q->clause_count;
}

/* --- records --------------------------------------------------------------------- */

static struct fact_set set_of(const struct facts *x, unsigned kind)
{
    return (struct fact_set){x->bad[kind] ? TRI_UNKNOWN : TRI_YES, x->items[kind], x->count[kind]};
}

static enum row_reason decide(struct work *w, const json_t *record, struct span id)
{
    struct facts x = {.roles = 0};
    unsigned marks = 0;

    for (size_t i = 0; i < field_count(w); i++) {
        marks |= field_at(w, i)->facts;
    }
    oracle_facts(w, record, CATALOG_ROOT, &x);
    x.bad[0] |= (marks & FACT_SUBJECT) != 0 && x.count[0] == 0;
    x.bad[3] |= (marks & FACT_ROLE) != 0 && x.roles == 0;
    struct record_facts facts = {.id = id,
                                 .subjects = set_of(&x, 0),
                                 .schools = set_of(&x, 1),
                                 .grades = set_of(&x, 2),
                                 .roles = x.roles,
                                 .roles_unknown = x.bad[3]};

    verdict_row(w->plan, &facts, &w->row);
    if (w->row.reason != ROW_RELEASED) {
        return w->row.reason;
    }
    if (x.bad[1] && w->plan->agreement->schools != NULL) {
        return ROW_SCHOOL;
    }
    if (x.bad[2] && w->plan->agreement->grades != NULL) {
        return ROW_GRADE;
    }
    const struct field *own = resource_field(w->plan->resource, SPAN("sourcedId"));

    if (known_as(w, own, id).len == 0) {
        return ROW_ID;
    }
    if (!stands(w, record, CATALOG_ROOT)) {
        return ROW_REF;
    }
    return w->plan->query->clause_count > 0 && !matches(w, record) ? ROW_FILTER : ROW_RELEASED;
}

static void log_record(struct buf *log, enum row_reason reason, struct span id, json_t *record)
{
    size_t len = record == NULL ? 0 : json_dumpb(record, NULL, 0, DUMP);

    buf_printf(log, "%s %.*s ", row_reason_word(reason), (int)id.len, (const char *)id.ptr);
    if (len > 0 && buf_room(log, len) != NULL) {
        buf_added(log, json_dumpb(record, (char *)buf_room(log, len), len, DUMP));
    }
    buf_put_byte(log, '\n');
    json_decref(record);
}

static void run_record_tree(const struct plan *plan, const json_t *record, struct buf *log)
{
    struct work w = {.plan = plan};
    struct span id = ref_id(record); /* a record names itself by the same key */
    w.id = id;
    enum row_reason reason = decide(&w, record, id);

    w.keep = w.row.keep;
    w.fill = true;
    log_record(log, reason, id, reason == ROW_RELEASED ? release(&w, record, CATALOG_ROOT) : NULL);
}

bool oracle_run(const struct plan *plan, struct span body, size_t max_records, struct buf *log)
{
    json_t *root = json_loadb((const char *)body.ptr, body.len, LOAD, NULL);
    char key[64] = "";
    struct span name = plan->item ? plan->resource->item : plan->resource->collection;

    memcpy(key, name.ptr, name.len);
    json_t *records = json_object_get(root, key);
    size_t n = plan->item ? 1 : json_array_size(records);

    for (size_t i = 0; root != NULL && i < n && i < max_records; i++) {
        run_record_tree(plan, plan->item ? records : json_array_get(records, i), log);
    }
    json_decref(root);
    return root != NULL;
}

enum err oracle_record(void *ctx, const struct redact_record *record)
{
    bool released = record->reason == ROW_RELEASED;
    json_t *tree = released ? json_loadb((const char *)record->bytes.ptr, record->bytes.len,
                                         LOAD | JSON_REJECT_DUPLICATES, NULL)
                            : NULL;

    if (released != (tree != NULL) || (!released && record->bytes.len > 0)) {
        return ERR_INTERNAL;
    }
    log_record(ctx, record->reason, record->id, tree);
    return OK;
}
