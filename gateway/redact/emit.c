/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a record as it may leave: members in the order of the document, keys
 * from the catalog, kept strings byte for byte, references built anew, changed
 * values by their transform, and at the end of each object the placeholders of
 * required values that are not there. Only what is in `keep` and of its type is
 * ever copied; whatever fails on the way is taken back whole.
 *
 * Placeholders stand last, in the catalog's order, whether the source had the
 * value or not: their place must not tell (SAFETY R1). For the same reason an
 * object or list of which nothing is left is left out with its key.
 *
 * The functions call each other as deep as the catalog nests objects, never as
 * deep as the document does.
 */
#include "base/text.h"
#include "redact/redact_priv.h"
#include "redact/type.h"

static struct span entry_raw(const struct redactor *r, const struct entry *e)
{
    return span_of(r->view->base + e->from, e->to - e->from);
}

/* --- leaves: each returns false, with anything written, when the value must be dropped --- */

/* As it is: the quotes are the source's own, and a number's text too. */
static void put_as_is(struct redactor *r, const struct entry *e)
{
    unsigned quote = e->kind == ENTRY_STRING ? 1 : 0;

    out_put(&r->out, span_of(r->view->base + e->from - quote, e->to - e->from + 2 * quote));
}

/* The code of an id, which needs no escapes. */
static bool put_id(struct redactor *r, const struct field *f, struct span id)
{
    struct idmap_text code;

    if (!idmap_encode(r->setup.ids, f->ref, id, &code)) {
        return false;
    }
    out_put_byte(&r->out, '"');
    out_put(&r->out, idmap_span(&code));
    out_put_byte(&r->out, '"');
    return true;
}

/* A date-time without its time, still a date-time (SAFETY F6). */
static bool put_day(struct redactor *r, struct span text)
{
    out_put_byte(&r->out, '"');
    out_put(&r->out, span_sub(text, 0, 10)); /* digits and hyphens: the type has been checked */
    out_put(&r->out, SPAN("T00:00:00.000Z\""));
    return true;
}

/* The value as it is, in the form that the agreement's ids ask for. */
static bool put_unchanged(struct redactor *r, const struct field *f, const struct entry *e)
{
    if (fieldset_has(&r->layout.coded, f->number)) {
        return put_id(r, f, entry_value(r, e));
    }
    if (fieldset_has(&r->layout.cut, f->number)) {
        return put_day(r, entry_value(r, e));
    }
    put_as_is(r, e);
    return true;
}

/* An id of another record is a reference in all but form (SAFETY R5). */
static bool id_is_foreign(struct redactor *r, const struct field *f, struct span id)
{
    return f->type == TYPE_ID && f->number != r->layout.id &&
           !verdict_ref(r->setup.plan, &r->verdict, f->ref, id);
}

static bool fits(struct redactor *r, const struct field *f, const struct entry *e)
{
    if (field_is_literal(f)) {
        return e->kind == ENTRY_LITERAL && type_fits(f, entry_raw(r, e));
    }
    if (e->kind != ENTRY_STRING || f->type == TYPE_STRING) {
        return e->kind == ENTRY_STRING;
    }
    struct span text = entry_value(r, e);

    return type_fits(f, text) && !id_is_foreign(r, f, text);
}

static bool put_value(struct redactor *r, const struct field *f, const struct entry *e)
{
    if (!fits(r, f, e)) {
        return false;
    }
    if (r->verdict.rules[f->number].transform != TRANSFORM_AS_IS) {
        return transform_put(r, f, e);
    }
    return put_unchanged(r, f, e);
}

/* RFC 3986 2.3; an id of nothing else needs no encoding in a path. */
static bool is_unreserved(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_' && c != '~') {
            return false;
        }
    }
    return true;
}

static struct span base_of(const struct redactor *r, enum ref_type type)
{
    const struct span *bases = r->setup.href_bases;

    return bases != NULL && bases[type].len > 0 ? bases[type] : r->setup.href_base;
}

/* `raw` is the id as it stands in JSON. */
static void put_ref_bytes(struct redactor *r, const struct field *f, struct span id,
                          struct span raw)
{
    struct buf *out = &r->out;

    out_put(out, SPAN("{\"href\":\""));
    out_put(out, base_of(r, f->ref));
    out_put_byte(out, '/');
    out_put(out, span_str(ref_path(f->ref)));
    out_put_byte(out, '/');
    if (is_unreserved(id)) {
        out_put(out, id);
    } else {
        text_percent(out, id);
    }
    out_put(out, SPAN("\",\"sourcedId\":\""));
    out_put(out, raw);
    out_put(out, SPAN("\",\"type\":\""));
    out_put(out, span_str(ref_word(f->ref)));
    out_put(out, SPAN("\"}"));
}

static bool put_ref(struct redactor *r, const struct field *f, struct entry *e)
{
    if (r->verdict.rules[f->number].transform != TRANSFORM_AS_IS || !ref_stands(r, e)) {
        return false;
    }
    if (!fieldset_has(&r->layout.coded, f->number)) {
        put_ref_bytes(r, f, entry_value(r, e), entry_raw(r, e));
        return true;
    }
    struct idmap_text code;
    bool has_code = idmap_encode(r->setup.ids, f->ref, entry_value(r, e), &code);

    if (has_code) {
        put_ref_bytes(r, f, idmap_span(&code), idmap_span(&code));
    }
    return has_code;
}

/* --- objects and lists --- */

static bool put_object(struct redactor *r, size_t object);

/* One value of a field: the member's, or one item's of its list. */
static bool put_one(struct redactor *r, const struct field *f, struct entry *e)
{
    switch (f->kind) {
    case FIELD_VALUE:
        return put_value(r, f, e);
    case FIELD_REF:
        return put_ref(r, f, e);
    case FIELD_OBJECT:
        return e->kind == ENTRY_OBJECT && put_object(r, (size_t)(e - r->view->entries));
    }
    return false;
}

/* As put_one(); what fails is taken back and counted. */
static bool try_one(struct redactor *r, const struct field *f, struct entry *e)
{
    size_t mark = r->out.len;

    if (put_one(r, f, e)) {
        return true;
    }
    buf_cut(&r->out, mark);
    r->dropped += e->kind == ENTRY_BAD || f->kind != FIELD_OBJECT ? 1 : 0;
    return false;
}

static bool put_list(struct redactor *r, const struct field *f, const struct entry *list)
{
    struct entry *entries = r->view->entries;
    size_t count = 0;

    out_put_byte(&r->out, '[');
    for (size_t i = (size_t)(list - entries) + 1; i < list->next; i = entries[i].next) {
        size_t mark = r->out.len;

        if (count > 0) {
            out_put_byte(&r->out, ',');
        }
        if (try_one(r, f, &entries[i])) {
            count++;
        } else {
            buf_cut(&r->out, mark);
        }
    }
    out_put_byte(&r->out, ']');
    return count > 0;
}

/* `"key":`, with a comma in front unless it is the object's first. */
static void put_key(struct redactor *r, const struct field *f)
{
    struct buf *out = &r->out;
    uint8_t *at = buf_room(out, f->name.len + 4);

    if (at == NULL) {
        return;
    }
    size_t comma = at[-1] == '{' ? 0 : 1; /* the object's brace, or the last value's end */

    at[0] = ',';
    at[comma] = '"';
    memcpy(at + comma + 1, f->name.ptr, f->name.len);
    memcpy(at + comma + 1 + f->name.len, "\":", 2);
    buf_added(out, f->name.len + 3 + comma);
}

static bool put_member(struct redactor *r, const struct field *f, struct entry *e)
{
    size_t mark = r->out.len;

    put_key(r, f);
    if (e->kind == ENTRY_LIST ? put_list(r, f, e) : try_one(r, f, e)) {
        return true;
    }
    buf_cut(&r->out, mark);
    return false;
}

/* True if some leaf of the field was asked for, so that its absence shows. */
static bool is_asked(const struct redactor *r, const struct field *f)
{
    const struct resource *resource = r->view->resource;

    if (f->kind != FIELD_OBJECT) {
        return fieldset_has(&r->setup.plan->asked, f->number);
    }
    for (size_t i = 0; i < resource->field_count; i++) {
        const struct field *member = &resource->fields[i];

        if (member->parent == f->number && member->kind != FIELD_OBJECT && is_asked(r, member)) {
            return true;
        }
    }
    return false;
}

static void put_placeholders(struct redactor *r, uint16_t parent, const struct fieldset *done)
{
    for (size_t i = 0; i < r->layout.required_count; i++) {
        const struct field *f = &r->view->resource->fields[r->layout.required[i]];

        if (f->parent == parent && f->placeholder.len > 0 && !fieldset_has(done, f->number) &&
            is_asked(r, f)) {
            put_key(r, f);
            out_put(&r->out, f->placeholder);
        }
    }
}

/* False when the object may not stand or nothing of it is kept. */
static bool put_object(struct redactor *r, size_t object)
{
    struct entry *entries = r->view->entries;
    struct fieldset done = {{0}};
    size_t kept = 0;

    if (object != 0 && !object_stands(r, object)) {
        return false; /* the record itself has been judged */
    }
    out_put_byte(&r->out, '{');
    for (size_t i = object + 1; i < entries[object].next; i = entries[i].next) {
        if (!fieldset_has(&r->open, entries[i].field)) {
            continue;
        }
        const struct field *f = &r->view->resource->fields[entries[i].field];

        if (entries[i].kind != ENTRY_NULL && put_member(r, f, &entries[i])) {
            fieldset_add(&done, f->number);
            kept++;
        }
    }
    if (r->fill && (kept > 0 || object == 0)) {
        put_placeholders(r, entries[object].field, &done);
    }
    out_put_byte(&r->out, '}');
    return kept > 0 || object == 0;
}

enum err record_emit(struct redactor *r)
{
    buf_clear(&r->out);
    r->dropped = 0;
    for (unsigned w = 0; w < CATALOG_MAX_FIELDS / 64; w++) {
        r->open.word[w] = r->keep.word[w] | r->layout.objects.word[w];
    }
    (void)put_object(r, 0);
    return buf_err(&r->out) == ERR_TOO_BIG ? ERR_UP_RECORD_LARGE : buf_err(&r->out);
}
