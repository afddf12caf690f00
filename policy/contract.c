/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract behind an agreement: its documents in the order they were signed,
 * and the boxes of Exhibit B. An amendment's boxes count from the amendment's
 * own date, whatever `exhibit-b`, which shows the form as it reads today, says.
 */
#include "policy/agreement_priv.h"

#include "policy/nearest.h"

struct raw_contract {
    struct span form;
    int32_t ends;
    const struct node *documents;
};

static const struct doc_rule contract_rules[] = {
    {"form", doc_read_text, offsetof(struct raw_contract, form), true},
    {"ends", doc_read_date, offsetof(struct raw_contract, ends), true},
    {"documents", doc_read_node, offsetof(struct raw_contract, documents), true},
};

static const struct doc_rule document_rules[] = {
    {"is", doc_read_text, offsetof(struct document, is), true},
    {"signed", doc_read_date, offsetof(struct document, signed_on), true},
    {"from", doc_read_date, offsetof(struct document, from), true},
    {"file", doc_read_text, offsetof(struct document, file), true},
    {"sha256", doc_read_text, offsetof(struct document, sha256), true},
    {"adds", doc_read_node, offsetof(struct document, adds), false},
};

/* --- documents ------------------------------------------------------------------ */

static bool is_sha256(struct span text)
{
    enum { HEX_DIGITS = 64 };
    bool good = text.len == HEX_DIGITS;

    for (size_t i = 0; good && i < text.len; i++) {
        good = (text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
               (text.ptr[i] >= 'a' && text.ptr[i] <= 'f');
    }
    return good;
}

static bool check_document(const struct doc *d, const struct node *n, const struct document *doc)
{
    bool good = true;

    if (doc->sha256.len > 0 && !is_sha256(doc->sha256)) {
        doc_error(d, node_member(n, "sha256"),
                  "a SHA-256 digest is 64 digits 0-9 a-f; `sha256sum FILE` prints it");
        good = false;
    }
    if (doc->signed_on > 0 && doc->from > 0 && doc->signed_on > doc->from) {
        doc_error(d, node_member(n, "from"), "a document cannot take effect before it is signed");
        good = false;
    }
    return good;
}

/* The first document is the original and alone so; the others follow in time. */
static bool check_order(const struct doc *d, const struct node *n, const struct agreement_file *out,
                        const struct document *doc)
{
    bool first = out->document_count == 0;
    bool original = span_eq_str(doc->is, "original");

    if (doc->is.len > 0 && first != original) {
        doc_error(d, node_member(n, "is"),
                  first ? "the first document must be the \"original\""
                        : "only the first document can be the \"original\"");
        return false;
    }
    if (!first && doc->from > 0 && doc->from < out->documents[out->document_count - 1].from) {
        doc_error(d, node_member(n, "from"), "documents stand in the order of their dates");
        return false;
    }
    if (first && doc->adds != NULL) {
        doc_error_key(d, doc->adds, "an original adds nothing; its boxes stand in exhibit-b");
        return false;
    }
    return true;
}

static bool read_documents(const struct doc *d, const struct node *list, struct agreement_file *out)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    struct document *docs = arena_array(d->arena, list->count, sizeof(*docs));
    bool good = docs != NULL;

    out->documents = docs;
    for (const struct node *n = list->first; docs != NULL && n != NULL; n = n->next) {
        struct document *doc = &docs[out->document_count];

        good = doc_fill(d, n, document_rules, 6, doc) && good;
        good = check_document(d, n, doc) && good;
        good = check_order(d, n, out, doc) && good;
        out->document_count++;
    }
    return good;
}

static bool check_form(const struct doc *d, const struct node *n, struct span form)
{
    if (form.len == 0 || span_eq_str(form, "ndpa-1.0") || span_eq_str(form, "own")) {
        return true;
    }
    doc_error(d, node_member(n, "form"), "\"%s\" is not a form this version knows: ndpa-1.0 or own",
              shown_of(form).text);
    return false;
}

static bool check_dates(const struct doc *d, const struct node *n, const struct agreement_file *a)
{
    bool good = true;

    for (size_t i = 0; i < a->document_count; i++) {
        if (a->ends > 0 && a->documents[i].from > a->ends) {
            doc_error(d, node_member(n, "ends"), "the contract ends before \"%s\" takes effect",
                      shown_of(a->documents[i].is).text);
            good = false;
        }
    }
    return good;
}

bool contract_read(const struct doc *d, const struct node *n, struct agreement_file *out)
{
    struct raw_contract raw = {0};
    bool good = doc_fill(d, n, contract_rules, 3, &raw);

    out->form = raw.form;
    out->ends = raw.ends;
    if (raw.documents != NULL) {
        good = read_documents(d, raw.documents, out) && good;
    }
    out->from = out->document_count > 0 ? out->documents[0].from : 0;
    good = check_form(d, n, raw.form) && good;
    return check_dates(d, n, out) && good;
}

/* --- Exhibit B ------------------------------------------------------------------ */

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
    struct tick *ticks = arena_array(d->arena, out->tick_count + 1, sizeof(*ticks));

    if (ticks == NULL) {
        return false;
    }
    if (agreement_ticked(out, e) != 0) {
        doc_error(d, n, "this box is ticked twice");
        return false;
    }
    if (out->tick_count > 0) {
        memcpy(ticks, out->ticks, out->tick_count * sizeof(*ticks));
    }
    ticks[out->tick_count] = (struct tick){e, out->from};
    out->ticks = ticks;
    out->tick_count++;
    return true;
}

static bool read_category(const struct doc *d, const struct node *m, struct agreement_file *out)
{
    struct span text;
    bool good = true;

    if (!category_is_known(m->key) || span_eq_str(m->key, "Staff")) {
        unknown_category(d, m);
        return false;
    }
    if (!doc_is_list(d, m)) {
        return false;
    }
    for (const struct node *n = m->first; n != NULL; n = n->next) {
        bool read = doc_read_text(d, n, &text);
        const struct element *e = read ? element_find(m->key, text) : NULL;

        if (read && e == NULL) {
            unknown_element(d, n, m->key);
        }
        good = e != NULL && add_tick(d, n, e, out) && good;
    }
    return good;
}

/* An added box counts from its amendment, which must come after the tick is known. */
static bool apply_addition(const struct doc *d, const struct node *n, int32_t from,
                           const struct agreement_file *out)
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
    for (size_t i = 0; i < out->tick_count; i++) {
        if (out->ticks[i].element == e) {
            out->ticks[i].from = from;
            return true;
        }
    }
    doc_error(d, n, "the amendment adds \"%s\", but exhibit-b does not tick it",
              shown_of(text).text);
    return false;
}

static bool apply_amendments(const struct doc *d, const struct agreement_file *out)
{
    bool good = true;

    for (size_t i = 1; i < out->document_count; i++) {
        const struct document *doc = &out->documents[i];

        if (doc->adds == NULL) {
            continue;
        }
        if (!doc_is_list(d, doc->adds)) {
            good = false;
            continue;
        }
        for (const struct node *n = doc->adds->first; n != NULL; n = n->next) {
            good = apply_addition(d, n, doc->from, out) && good;
        }
    }
    return good;
}

bool exhibit_read(const struct doc *d, const struct node *n, struct agreement_file *out)
{
    bool good = n == NULL || doc_is_map(d, n);

    if (n != NULL && n->kind == NODE_MAP) {
        for (const struct node *m = n->first; m != NULL; m = m->next) {
            good = read_category(d, m, out) && good;
        }
    }
    return apply_amendments(d, out) && good;
}
