/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boxes of Exhibit B. `exhibit-b` lists every box that was ever ticked; an
 * amendment's `adds` and `removes` say from which day one counts, and until when.
 * A box whose first amendment adds it did not count before.
 */
#include "policy/agreement_priv.h"

#include "policy/nearest.h"

/* --- asking ----------------------------------------------------------------------- */

/* A field that the form's own line must name: "reading fluency (users.metadata.fluency)". */
static bool names_field(struct span detail, struct span field)
{
    if (span_eq(detail, field)) {
        return true;
    }
    size_t tail = field.len + 2;

    return detail.len > tail && detail.ptr[detail.len - tail] == '(' &&
           detail.ptr[detail.len - 1] == ')' &&
           span_eq(span_sub(detail, detail.len - tail + 1, field.len), field);
}

static bool is_line(const struct tick *t, const struct line *line)
{
    if (t->element != line->element) {
        return false;
    }
    bool by_name = line->field.len > 0 && element_is_open(t->element);

    return !by_name || names_field(t->detail, line->field);
}

static bool counts_on(const struct agreement_file *a, size_t tick, int32_t date)
{
    bool on = a->ticks[tick].from_start;

    for (size_t i = 0; i < a->change_count; i++) {
        if (a->changes[i].tick == tick && a->changes[i].on <= date) {
            on = a->changes[i].adds;
        }
    }
    return on;
}

bool agreement_ticks(const struct agreement_file *a, const struct line *line, int32_t date)
{
    for (size_t i = 0; i < a->tick_count; i++) {
        if (is_line(&a->ticks[i], line) && counts_on(a, i, date)) {
            return true;
        }
    }
    return line->element == NULL;
}

int32_t agreement_ticks_from(const struct agreement_file *a, const struct line *line, int32_t date)
{
    int32_t first = a->from;
    bool on = agreement_ticks(a, line, first);

    for (size_t i = 0; i < a->change_count && (!on || a->changes[i].on <= date); i++) {
        bool next = agreement_ticks(a, line, a->changes[i].on);

        first = next && !on ? a->changes[i].on : first;
        on = next;
    }
    return on ? first : 0;
}

bool agreement_ever_ticks(const struct agreement_file *a, const struct line *line)
{
    for (size_t i = 0; i < a->tick_count; i++) {
        if (is_line(&a->ticks[i], line)) {
            return true;
        }
    }
    return line->element == NULL;
}

/* --- exhibit-b -------------------------------------------------------------------- */

/* The number of a box, or SIZE_MAX. */
static size_t find_tick(const struct agreement_file *a, const struct element *e, struct span detail)
{
    for (size_t i = 0; i < a->tick_count; i++) {
        if (a->ticks[i].element == e && span_eq(a->ticks[i].detail, detail)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void unknown_category(const struct doc *d, const struct node *m)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (size_t i = 0; i < element_count(); i++) {
        if (element_is_ndpa(element_at(i))) {
            nearest_try(&near, element_at(i)->category);
        }
    }
    doc_error_key(d, m, "\"%s\" is no category of Exhibit B%s", shown_of(m->key).text,
                  nearest_hint(&near).text);
}

static void unknown_element(const struct doc *d, const struct node *n, struct span category)
{
    struct nearest near;

    nearest_init(&near, n->text);
    for (size_t i = 0; i < element_count(); i++) {
        if (span_eq(element_at(i)->category, category)) {
            nearest_try(&near, element_at(i)->brief);
        }
    }
    doc_error(d, n, "\"%s\" is no element of %s%s", shown_of(n->text).text, shown_of(category).text,
              nearest_hint(&near).text);
}

static bool add_tick(const struct doc *d, const struct node *n, const struct element *e,
                     struct agreement_file *out)
{
    struct span detail = element_detail(n->text);

    if (find_tick(out, e, detail) != SIZE_MAX) {
        doc_error(d, n, "this box is ticked twice");
        return false;
    }
    out->ticks[out->tick_count++] = (struct tick){e, detail, true};
    return true;
}

static bool read_box(const struct doc *d, const struct node *n, struct span category,
                     struct agreement_file *out)
{
    struct span text;

    if (!doc_read_text(d, n, &text)) {
        return false;
    }
    const struct element *e = element_find(category, text);

    if (e == NULL) {
        unknown_element(d, n, category);
        return false;
    }
    return add_tick(d, n, e, out);
}

static bool read_category(const struct doc *d, const struct node *m, struct agreement_file *out)
{
    bool good = true;

    if (!category_is_known(m->key) || span_eq_str(m->key, "Staff")) {
        unknown_category(d, m);
        return false;
    }
    if (!doc_is_list(d, m)) {
        return false;
    }
    for (const struct node *n = m->first; n != NULL; n = n->next) {
        good = read_box(d, n, m->key, out) && good;
    }
    return good;
}

/* --- amendments ------------------------------------------------------------------- */

/* The state of a box after all changes known so far; no change yet: what `adds` makes of it. */
static bool follows(const struct doc *d, const struct node *n, const struct tick_change *c,
                    struct agreement_file *out)
{
    const struct tick_change *last = NULL;

    for (size_t i = 0; i < out->change_count; i++) {
        last = out->changes[i].tick == c->tick ? &out->changes[i] : last;
    }
    if (last == NULL) {
        out->ticks[c->tick].from_start = !c->adds;
        return true;
    }
    if (last->on == c->on) {
        doc_error(d, n, "\"%s\" changes twice on one day", shown_of(n->text).text);
        return false;
    }
    if (last->adds == c->adds) {
        doc_error(d, n,
                  c->adds ? "\"%s\" is ticked already when this amendment adds it"
                          : "\"%s\" is not ticked any more when this amendment removes it",
                  shown_of(n->text).text);
        return false;
    }
    return true;
}

static bool add_change(const struct doc *d, const struct node *n, int32_t on, bool adds,
                       struct agreement_file *out)
{
    struct span text;

    if (!doc_read_text(d, n, &text)) {
        return false;
    }
    const struct element *e = element_parse(text);

    if (e == NULL) {
        doc_error(d, n, "\"%s\" is not \"Category / Element\" of Exhibit B", shown_of(text).text);
        return false;
    }
    const struct tick_change c = {find_tick(out, e, element_detail(text)), on, adds};

    if (c.tick == SIZE_MAX) {
        doc_error(d, n, "the amendment %s \"%s\", but exhibit-b does not tick it%s",
                  adds ? "adds" : "removes", shown_of(text).text,
                  adds ? "" : ": leave the box there, it counts until the day before");
        return false;
    }
    if (!follows(d, n, &c, out)) {
        return false;
    }
    out->changes[out->change_count++] = c;
    return true;
}

static bool apply(const struct doc *d, const struct node *list, int32_t on, bool adds,
                  struct agreement_file *out)
{
    bool good = list == NULL || doc_is_list(d, list);

    if (list == NULL || list->kind != NODE_LIST) {
        return good;
    }
    for (const struct node *n = list->first; n != NULL; n = n->next) {
        good = add_change(d, n, on, adds, out) && good;
    }
    return good;
}

static size_t count_items(const struct node *n)
{
    return n == NULL || n->kind != NODE_LIST ? 0 : n->count;
}

static bool apply_amendments(const struct doc *d, struct agreement_file *out)
{
    size_t most = 1;
    bool good = true;

    for (size_t i = 0; i < out->document_count; i++) {
        most += count_items(out->documents[i].adds) + count_items(out->documents[i].removes);
    }
    out->changes = arena_array(d->arena, most, sizeof(*out->changes));
    for (size_t i = 1; out->changes != NULL && i < out->document_count; i++) {
        const struct document *doc = &out->documents[i];

        good = apply(d, doc->adds, doc->from, true, out) && good;
        good = apply(d, doc->removes, doc->from, false, out) && good;
    }
    return out->changes != NULL && good;
}

static size_t count_boxes(const struct node *map)
{
    size_t boxes = 1;

    for (const struct node *m = map->first; m != NULL; m = m->next) {
        boxes += m->count;
    }
    return boxes;
}

bool exhibit_read(const struct doc *d, const struct node *n, struct agreement_file *out)
{
    bool good = n == NULL || doc_is_map(d, n);

    if (n != NULL && n->kind == NODE_MAP) {
        out->ticks = arena_array(d->arena, count_boxes(n), sizeof(*out->ticks));
        for (const struct node *m = n->first; out->ticks != NULL && m != NULL; m = m->next) {
            good = read_category(d, m, out) && good;
        }
    }
    return apply_amendments(d, out) && good;
}
