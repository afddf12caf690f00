/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract behind an agreement: its documents in the order they were signed,
 * and its last whole day.
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
    {"removes", doc_read_node, offsetof(struct document, removes), false},
};

/* --- documents ------------------------------------------------------------------ */

static bool check_document(const struct doc *d, const struct node *n, const struct document *doc)
{
    bool good = true;

    if (doc->sha256.len > 0 && !basis_is_digest(doc->sha256)) {
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
    const struct node *change = doc->adds != NULL ? doc->adds : doc->removes;

    if (first && change != NULL) {
        doc_error_key(d, change,
                      "an original adds and removes nothing; its boxes stand in exhibit-b");
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

        good = doc_fill(d, n, document_rules, 7, doc) && good;
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
