/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields in sentences: what leaves, as what, by which line and element; and why
 * the others do not.
 */
#include "cli/explain_priv.h"

#include <stdio.h>

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

enum { RULE_BYTES = 64 * 1024 };

/* The fates of one kind of record. */
struct told {
    const struct explanation *e;
    const struct fate_question *q;
    struct field_fate fates[CATALOG_MAX_FIELDS];
    bool done[CATALOG_MAX_FIELDS];
};

struct place_text explain_place(const struct explanation *e, const struct node *at)
{
    struct place_text p = {{'\0'}};

    if (at != NULL) {
        (void)snprintf(p.text, sizeof(p.text), "%s:%u:%u", e->doc.name, at->line, at->column);
    }
    return p;
}

static bool is_asked(const struct fate_question *q, unsigned field)
{
    return q->asked == NULL || fieldset_has(q->asked, field);
}

static bool is_left(const struct fate_question *q, unsigned field)
{
    return q->left == NULL || fieldset_has(q->left, field);
}

static bool leaves(const struct told *t, unsigned i)
{
    enum fate fate = t->fates[i].fate;

    return (fate == FATE_SENT || fate == FATE_STRUCTURE) && is_asked(t->q, i) && is_left(t->q, i);
}

/* --- sentences ------------------------------------------------------------------------ */

static void print_date(int32_t date)
{
    printf("%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

/* "band [0, 5, 10]": the word with its arguments; `out` is the caller's to buf_fini(). */
static struct span rule_text(const struct field_rule *rule, struct buf *out)
{
    buf_init(out, RULE_BYTES);
    field_rule_put(out, rule);
    return buf_span(out);
}

static void print_rule(const struct field_rule *rule)
{
    const struct transform_row *row = transform_row(rule->transform);
    struct buf text;

    if (rule->transform == TRANSFORM_AS_IS) {
        fputs("as it is", stdout);
        return;
    }
    struct span words = rule_text(rule, &text);

    printf("changed by %.*s", SPAN_ARGS(words));
    buf_fini(&text);
    printf(" (%s; %s%s)", row->reversible ? "the value can be got back" : "not reversible",
           row->linkable ? "records can be joined by it" : "no joining by it",
           row->keyed ? "; keyed" : "");
}

/* ", by FILE:LINE:COLUMN, as Category / Element". */
static void print_grounds(const struct explanation *e, const struct field_fate *f)
{
    if (f->at != NULL) {
        printf(", by %s", explain_place(e, f->at).text);
    }
    if (f->element != NULL) {
        printf(", as %.*s / %.*s", SPAN_ARGS(f->element->category), SPAN_ARGS(f->element->brief));
    }
}

static void print_unmentioned(const struct explanation *e, const struct field_fate *f)
{
    fputs("withheld: share does not name it", stdout);
    if (f->box == NULL) {
        return;
    }
    printf(", and exhibit-b %s %.*s / %.*s", f->ticked != NULL ? "ticks" : "does not tick",
           SPAN_ARGS(f->box->category), SPAN_ARGS(f->box->brief));
    if (f->ticked != NULL) {
        printf(" (%s)", explain_place(e, f->ticked).text);
    }
}

static void print_withheld(const struct told *t, const struct field_fate *f)
{
    switch (f->fate) {
    case FATE_OMITTED:
        printf("withheld: omit says so, by %s", explain_place(t->e, f->at).text);
        break;
    case FATE_LATER:
        fputs("withheld until ", stdout);
        print_date(f->from);
        fputs("; from that day on sent ", stdout);
        print_rule(&f->rule);
        print_grounds(t->e, f);
        break;
    case FATE_PAST:
        fputs("withheld: it is shared, but not any more on this day", stdout);
        print_grounds(t->e, f);
        break;
    case FATE_UNSHARED:
        fputs("withheld: no record of this kind is shared", stdout);
        break;
    case FATE_NEVER:
        fputs("withheld: the catalog lets no agreement share it here", stdout);
        break;
    case FATE_SENT:
    case FATE_STRUCTURE:
        fputs(t->q->left == NULL ? "not asked for"
                                 : "withheld: the student's own facts take it away",
              stdout);
        break;
    case FATE_UNMENTIONED:
    case FATE_COUNT:
    default:
        print_unmentioned(t->e, f);
        break;
    }
}

/* Ids that are another for each partner (SAFETY I1), and dates cut to the day beside them (F6). */
static const char *id_note(const struct told *t, const struct field *f)
{
    bool id = f->kind == FIELD_REF || f->type == TYPE_ID;
    bool place = f->ref == REF_ORG || f->ref == REF_ACADEMIC_SESSION;

    if (t->e->agreement->ids == IDS_DISTRICT) {
        return "";
    }
    if (id && !place) {
        return ", with ids that only this partner gets";
    }
    return span_eq_str(f->path, "dateLastModified") ? ", cut to the day" : "";
}

static void print_fate(const struct told *t, unsigned i)
{
    const struct field_fate *f = &t->fates[i];
    const struct field *field = &t->q->resource->fields[i];

    if (!leaves(t, i)) {
        print_withheld(t, f);
    } else if (f->fate == FATE_STRUCTURE) {
        printf("sent with every record, as it is%s", id_note(t, field));
    } else {
        fputs("sent ", stdout);
        print_rule(&f->rule);
        fputs(id_note(t, field), stdout);
        print_grounds(t->e, f);
    }
    if (f->stand_in && is_asked(t->q, i)) {
        printf("; %.*s stands in its place, because clients demand a value",
               SPAN_ARGS(field->placeholder));
    }
    puts(".");
}

static bool is_same(const struct told *t, unsigned i, unsigned k)
{
    const struct field_fate *a = &t->fates[i];
    const struct field_fate *b = &t->fates[k];
    const struct field *fields = t->q->resource->fields;

    return a->fate == b->fate && leaves(t, i) == leaves(t, k) && a->at == b->at &&
           a->element == b->element && a->from == b->from && field_rule_equal(&a->rule, &b->rule) &&
           a->stand_in == b->stand_in && id_note(t, &fields[i]) == id_note(t, &fields[k]) &&
           (!a->stand_in || span_eq(fields[i].placeholder, fields[k].placeholder));
}

/* "  a, b, c: " of all fields with the fate of field `i`. */
static void print_names(struct told *t, unsigned i)
{
    fputs("  ", stdout);
    for (unsigned k = i; k < t->q->resource->field_count; k++) {
        if (!t->done[k] && is_same(t, i, k)) {
            printf("%s%.*s", k == i ? "" : ", ", SPAN_ARGS(t->q->resource->fields[k].path));
            t->done[k] = true;
        }
    }
    fputs(": ", stdout);
}

/* --- JSON ------------------------------------------------------------------------------- */

static void jot_element(struct jot *j, const char *key, const struct element *e)
{
    jot_key(j, key);
    if (e == NULL) {
        jot_str(j, NULL);
        return;
    }
    jot_open(j, '{');
    jot_key_text(j, "category", e->category);
    jot_key_text(j, "element", e->element);
    jot_close(j, '}');
}

static void jot_rule(struct jot *j, const struct field_fate *f)
{
    const struct transform_row *row = transform_row(f->rule.transform);
    bool sent = f->fate == FATE_SENT || f->fate == FATE_LATER;

    jot_key_str(j, "as", sent ? row->word : NULL);
    if (sent) {
        struct buf text;

        jot_key_text(j, "rule", rule_text(&f->rule, &text));
        buf_fini(&text);
        jot_key_bool(j, "reversible", row->reversible);
        jot_key_bool(j, "linkable", row->linkable);
        jot_key_bool(j, "keeps-type", row->keeps_type);
    }
}

static void jot_fate(struct jot *j, const struct told *t, unsigned i)
{
    const struct field_fate *f = &t->fates[i];

    jot_open(j, '{');
    jot_key_text(j, "resource", t->q->resource->name);
    jot_key_str(j, "role", role_word(t->q->role));
    jot_key_text(j, "field", t->q->resource->fields[i].path);
    jot_key_bool(j, "leaves", leaves(t, i));
    jot_key_str(j, "fate", fate_word(f->fate));
    jot_key_bool(j, "asked", is_asked(t->q, i));
    jot_key_bool(j, "left", is_left(t->q, i));
    jot_rule(j, f);
    jot_key(j, "from");
    jot_date(j, f->from);
    jot_key_bool(j, "stand-in", f->stand_in);
    jot_key_place(j, "by", t->e->doc.name, f->at);
    jot_element(j, "element", f->element);
    jot_element(j, "box", f->box);
    jot_key_place(j, "ticked", t->e->doc.name, f->ticked);
    jot_close(j, '}');
}

void explain_say_fates(const struct asking *a, const struct explanation *e,
                       const struct fate_question *q)
{
    struct told t = {.e = e, .q = q};

    for (unsigned i = 0; i < q->resource->field_count; i++) {
        const struct field *f = &q->resource->fields[i];

        t.done[i] = f->kind == FIELD_OBJECT || (q->only != NULL && q->only != f);
        t.fates[i] = explain_field(e, q->resource, q->role, f, a->open.day);
    }
    for (unsigned i = 0; i < q->resource->field_count; i++) {
        if (t.done[i]) {
            continue;
        }
        if (a->jot != NULL) {
            jot_fate(a->jot, &t, i);
            continue;
        }
        print_names(&t, i);
        print_fate(&t, i);
    }
}

/* --- one field of everything -------------------------------------------------------------- */

/* "users.email" or "email": the field of this resource that is meant, or NULL. */
static const struct field *meant(const struct resource *r, struct span word)
{
    if (word.len > r->name.len && span_starts(word, r->name) && word.ptr[r->name.len] == '.') {
        const struct field *f = resource_field(r, span_from(word, r->name.len + 1));

        return f != NULL && f->kind != FIELD_OBJECT ? f : NULL;
    }
    const struct field *f = resource_field(r, word);

    return f != NULL && f->kind != FIELD_OBJECT ? f : NULL;
}

static void say_role(const struct asking *a, const struct explanation *e,
                     const struct fate_question *q)
{
    if (a->jot == NULL) {
        printf(" %.*s%s%s%s\n", SPAN_ARGS(q->resource->name), q->role == ROLE_NONE ? "" : " (",
               q->role == ROLE_NONE ? "" : role_word(q->role), q->role == ROLE_NONE ? "" : ")");
    }
    explain_say_fates(a, e, q);
}

int explain_say_field(struct asking *a, const struct explanation *e)
{
    const struct catalog *c = policy_catalog(a->open.policy);

    explain_say_agreement(a, e);
    if (a->jot != NULL) {
        jot_key(a->jot, "fields");
        jot_open(a->jot, '[');
    }
    for (size_t i = 0; i < catalog_resource_count(c) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(c, i / ROLE_COUNT);
        const struct fate_question q = {.resource = r,
                                        .role = (enum role)(i % ROLE_COUNT),
                                        .only = meant(r, span_str(a->field))};

        if (q.only != NULL && (r->roles & ROLE_BIT(q.role)) != 0) {
            say_role(a, e, &q);
        }
    }
    if (a->jot != NULL) {
        jot_close(a->jot, ']');
    }
    return 0;
}
