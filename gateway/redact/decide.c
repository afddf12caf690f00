/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the index of a record to its verdict. Facts are taken by the catalog's
 * marks alone. What is malformed makes a fact unknown, and unknown withholds
 * (invariant 6): a value is never repaired, guessed or taken from elsewhere.
 */
#include <assert.h>

#include "redact/literal.h"
#include "redact/redact_priv.h"
#include "redact/type.h"

struct entry *entry_member(const struct redactor *r, size_t object, uint16_t field)
{
    struct entry *entries = r->view->entries;

    for (size_t i = object + 1; i < entries[object].next; i = entries[i].next) {
        if (entries[i].field == field) {
            return &entries[i];
        }
    }
    return NULL;
}

struct span entry_value(struct redactor *r, const struct entry *e)
{
    struct span raw = span_of(r->view->base + e->from, e->to - e->from);

    if ((e->flags & ENTRY_ESCAPED) == 0) {
        return raw;
    }
    assert(raw.len <= r->texts.cap - r->texts_kept); /* prepare_texts() has made room */
    uint8_t *at = r->texts.base + r->texts_kept;

    return span_of(at, literal_unescape(raw, at));
}

/* As entry_value(), and the text stays until the record is done. */
static struct span kept_text(struct redactor *r, const struct entry *e)
{
    struct span text = entry_value(r, e);

    if ((e->flags & ENTRY_ESCAPED) != 0) {
        r->texts_kept += text.len;
    }
    return text;
}

/*
 * Makes room for what a record's strings can mean: each fact once, its id once
 * more, and one text at a time beside them, none longer than the record.
 */
static enum err prepare_texts(struct redactor *r)
{
    buf_clear(&r->texts);
    r->texts_kept = 0;
    if (r->view->escapes) {
        (void)buf_room(&r->texts, 3 * (size_t)r->view->length);
    }
    return buf_err(&r->texts) == OK ? OK : ERR_MEMORY;
}

/* The record's sourcedId; empty when it has none or a malformed one. */
static struct span own_id(struct redactor *r)
{
    const struct entry *e = r->layout.id == CATALOG_ROOT ? NULL : entry_member(r, 0, r->layout.id);

    if (e == NULL || e->kind != ENTRY_STRING) {
        return SPAN("");
    }
    struct span id = kept_text(r, e);

    return type_is_id(id) ? id : SPAN("");
}

static void clear_list(struct fact_list *list)
{
    list->count = 0;
    list->unknown = false;
}

static void add_fact(struct fact_list *list, bool marked, struct span text)
{
    if (marked && list->count == list->cap) {
        list->unknown = true;
    } else if (marked) {
        list->items[list->count++] = text;
    }
}

static struct fact_set list_set(const struct fact_list *list)
{
    return (struct fact_set){list->unknown ? TRI_UNKNOWN : TRI_YES, list->items, list->count};
}

/* Something stood where facts stand, and it was not of their form. */
static void spoil(struct redactor *r, uint8_t marks, struct record_facts *facts)
{
    r->subjects.unknown |= (marks & FACT_SUBJECT) != 0;
    r->schools.unknown |= (marks & FACT_SCHOOL) != 0;
    r->grades.unknown |= (marks & FACT_GRADE) != 0;
    r->classes.unknown |= (marks & FACT_CLASS) != 0;
    r->statuses.unknown |= (marks & FACT_STATUS) != 0;
    r->programs.unknown |= (marks & FACT_PROGRAM) != 0;
    facts->roles_unknown |= (marks & FACT_ROLE) != 0;
}

static void take_role(struct span word, struct record_facts *facts)
{
    enum role role;

    if (role_of_word(word, &role)) {
        facts->roles |= ROLE_BIT(role);
    } else {
        facts->roles_unknown = true;
    }
}

static void take_fact(struct redactor *r, const struct entry *e, struct record_facts *facts)
{
    const struct field *f = &r->view->resource->fields[e->field];
    struct span text = kept_text(r, e);

    if (f->type == TYPE_ID || f->kind == FIELD_REF ? !type_is_id(text) : text.len == 0) {
        spoil(r, f->facts, facts);
        return;
    }
    add_fact(&r->subjects, (f->facts & FACT_SUBJECT) != 0, text);
    add_fact(&r->schools, (f->facts & FACT_SCHOOL) != 0, text);
    add_fact(&r->grades, (f->facts & FACT_GRADE) != 0, text);
    add_fact(&r->classes, (f->facts & FACT_CLASS) != 0, text);
    add_fact(&r->statuses, (f->facts & FACT_STATUS) != 0, text);
    add_fact(&r->programs, (f->facts & FACT_PROGRAM) != 0, text);
    if ((f->facts & FACT_ROLE) != 0) {
        take_role(text, facts);
    }
}

/* An object that can hold a role word and does not: somebody's role is not known. */
static bool lacks_role(const struct redactor *r, size_t object)
{
    const struct field *fields = r->view->resource->fields;

    for (size_t i = 0; i < r->layout.role_count; i++) {
        const struct field *f = &fields[r->layout.roles[i]];
        bool here = f->parent == r->view->entries[object].field;
        const struct entry *e = here ? entry_member(r, object, f->number) : NULL;

        if (here && (e == NULL || e->kind == ENTRY_NULL)) {
            return true;
        }
    }
    return false;
}

static void take_entry(struct redactor *r, size_t at, struct record_facts *facts)
{
    const struct entry *e = &r->view->entries[at];
    uint8_t marks = e->field == CATALOG_ROOT ? FACT_ROLE : r->layout.facts[e->field];

    if (marks == 0) {
        return;
    }
    if (e->kind == ENTRY_STRING || e->kind == ENTRY_REF) {
        take_fact(r, e, facts);
    } else if (e->kind == ENTRY_BAD) {
        spoil(r, marks, facts);
    } else if (e->kind == ENTRY_OBJECT && (marks & FACT_ROLE) != 0) {
        facts->roles_unknown |= lacks_role(r, at);
    }
}

/* Where a role or a subject must be named and none is, it is unknown. */
static void miss_facts(struct redactor *r, struct record_facts *facts)
{
    uint8_t marks = r->layout.marks;

    facts->roles_unknown |= (marks & FACT_ROLE) != 0 && facts->roles == 0;
    r->subjects.unknown |= (marks & FACT_SUBJECT) != 0 && r->subjects.count == 0;
}

static struct record_facts take_facts(struct redactor *r)
{
    struct record_facts facts = {.id = own_id(r)};

    clear_list(&r->subjects);
    clear_list(&r->schools);
    clear_list(&r->grades);
    clear_list(&r->classes);
    clear_list(&r->statuses);
    clear_list(&r->programs);
    for (size_t i = 0; i < r->view->count; i++) {
        take_entry(r, i, &facts);
    }
    miss_facts(r, &facts);
    facts.subjects = list_set(&r->subjects);
    facts.schools = list_set(&r->schools);
    facts.grades = list_set(&r->grades);
    facts.classes = list_set(&r->classes);
    facts.statuses = list_set(&r->statuses);
    facts.programs = list_set(&r->programs);
    return facts;
}

/* The agreement limits what the record says, and the record's word on it cannot be read. */
static enum row_reason judge_spoilt(const struct redactor *r)
{
    const struct agreement *a = r->setup.plan->agreement;

    if (r->schools.unknown && a->schools != NULL) {
        return ROW_SCHOOL;
    }
    if (r->grades.unknown && a->grades != NULL) {
        return ROW_GRADE;
    }
    bool spoilt = (r->statuses.unknown && a->statuses != NULL) ||
                  (r->programs.unknown && a->programs != NULL);
    return spoilt ? ROW_STATUS : ROW_RELEASED;
}

/* A record that has no id of the partner's is not known to it. */
static bool own_id_has_form(const struct redactor *r)
{
    return r->layout.id == CATALOG_ROOT ||
           id_has_form(r, &r->view->resource->fields[r->layout.id], r->id);
}

void record_withhold(struct redactor *r, enum row_reason reason)
{
    r->verdict.reason = reason;
    if (reason != ROW_RELEASED) {
        r->verdict.roles = 0;
        r->verdict.subject_count = 0;
        r->verdict.keep = (struct fieldset){{0}};
        r->verdict.match = r->verdict.keep;
    }
}

enum err record_decide(struct redactor *r)
{
    r->view = &r->walker;
    enum err e = prepare_texts(r);

    if (e != OK) {
        return e;
    }
    struct record_facts facts = take_facts(r);

    r->id = facts.id;
    verdict_row(r->setup.plan, &facts, &r->verdict);
    if (r->verdict.reason == ROW_RELEASED) {
        record_withhold(r, judge_spoilt(r));
    }
    if (r->verdict.reason == ROW_RELEASED && !own_id_has_form(r)) {
        record_withhold(r, ROW_ID);
    }
    if (r->verdict.reason == ROW_RELEASED && !object_stands(r, 0)) {
        record_withhold(r, ROW_REF);
    }
    return OK;
}
