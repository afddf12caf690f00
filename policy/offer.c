/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepting a general offer of terms. Of the offer's file only contract, purposes,
 * Exhibit B and share are read: schools, ids and dates of use are the other
 * district's affair. What it shares and our catalog does not know opens nothing.
 */
#include "policy/offer.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"
#include "policy/agreement_priv.h"
#include "policy/nearest.h"

/* Three years, added to a date yyyymmdd. */
enum { OFFER_LASTS = 30000 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

static bool refuse(const struct sharing *mine, const struct node *at, const char *text)
{
    doc_error(mine->file->doc, at, "%s (NDPA Exhibit E)", text);
    return false;
}

static bool is_pinned(const struct policy_file *offer, struct span sha256)
{
    uint8_t digest[DIGEST_BYTES];
    struct buf hex;

    if (digest_of(offer->bytes, digest) != OK) {
        return false;
    }
    buf_init(&hex, 2 * DIGEST_BYTES);
    text_hex(&hex, span_of(digest, sizeof(digest)));
    bool same = buf_err(&hex) == OK && span_eq(buf_span(&hex), sha256);

    buf_fini(&hex);
    return same;
}

static bool check_term(const struct sharing *mine, const struct agreement_file *theirs)
{
    if (mine->file->document_count == 0 || theirs->document_count == 0) {
        return false; /* said already */
    }
    int32_t offered = theirs->documents[0].signed_on;
    int32_t accepted = mine->file->documents[0].signed_on;

    if (accepted < offered) {
        return refuse(mine, mine->file->offer_at, "the offer is signed after its acceptance");
    }
    return accepted <= offered + OFFER_LASTS ||
           refuse(mine, mine->file->offer_at,
                  "an offer can be accepted for three years; this one "
                  "is older");
}

static bool has_tick(const struct agreement_file *a, const struct tick *t)
{
    for (size_t i = 0; i < a->tick_count; i++) {
        if (a->ticks[i].element == t->element && span_eq(a->ticks[i].detail, t->detail)) {
            return true;
        }
    }
    return false;
}

static bool check_boxes(const struct sharing *mine, const struct agreement_file *theirs)
{
    bool good = true;

    for (size_t i = 0; i < mine->file->tick_count; i++) {
        const struct tick *t = &mine->file->ticks[i];

        if (!has_tick(theirs, t)) {
            doc_error(mine->file->doc, node_member(mine->file->doc->root, "exhibit-b"),
                      "the offer \"%s\" does not tick %s / %s, so that who accepts it cannot "
                      "(NDPA Exhibit E)",
                      shown_of(mine->file->offer).text, shown_of(t->element->category).text,
                      shown_of(t->element->brief).text);
            good = false;
        }
    }
    return good;
}

static bool has_text(const struct node *list, struct span text)
{
    for (const struct node *n = list == NULL ? NULL : list->first; n != NULL; n = n->next) {
        if (n->kind == NODE_SCALAR && span_eq(n->text, text)) {
            return true;
        }
    }
    return false;
}

static bool check_purposes(const struct sharing *mine, const struct node *theirs)
{
    const struct texts *purposes = &mine->file->purposes;
    bool good = true;

    for (size_t i = 0; i < purposes->count; i++) {
        if (!has_text(theirs, purposes->items[i])) {
            good = refuse(mine, node_member(mine->file->doc->root, "purposes"),
                          "a purpose that the offer does not have");
        }
    }
    return good;
}

/* --- what is shared ----------------------------------------------------------------- */

static bool is_within(const struct cell *mine, const struct cell *theirs)
{
    if (mine->at == NULL || mine->rule.transform == TRANSFORM_OMIT) {
        return true;
    }
    return theirs != NULL && theirs->at != NULL &&
           (theirs->rule.transform == TRANSFORM_AS_IS ||
            field_rule_equal(&mine->rule, &theirs->rule));
}

static void check_cells(struct sharing *mine, const struct sharing *theirs, size_t resource,
                        enum role role)
{
    const struct resource *r = catalog_resource(mine->catalog, resource);
    const struct cell *a = sharing_cells(mine, resource, role);
    const struct cell *b = sharing_cells(theirs, resource, role);

    for (size_t i = 0; a != NULL && i < r->field_count; i++) {
        if (!is_within(&a[i], b == NULL ? NULL : &b[i])) {
            sharing_complain(mine, a[i].at,
                             "the offer \"%.*s\" does not share %.*s.%.*s like this, so that who "
                             "accepts it cannot (NDPA Exhibit E)",
                             SPAN_ARGS(mine->file->offer), SPAN_ARGS(r->name),
                             SPAN_ARGS(r->fields[i].path));
        }
    }
    if (role == ROLE_NONE && mine->opened[resource] != NULL && theirs->opened[resource] == NULL) {
        sharing_complain(mine, mine->opened[resource],
                         "the offer \"%.*s\" does not share %.*s (NDPA Exhibit E)",
                         SPAN_ARGS(mine->file->offer), SPAN_ARGS(r->name));
    }
}

/* Their own faults are not ours to mend: what cannot be read opens nothing. */
static bool check_share(struct sharing *mine, const struct agreement_file *theirs)
{
    struct agreement_file file = *theirs;
    struct doc doc = *theirs->doc;
    struct diag_list unheard;
    struct sharing s;

    diag_init(&unheard, mine->scratch);
    doc.diags = &unheard;
    file.doc = &doc;
    (void)share_read(&file, mine->catalog, mine->scratch, &s);
    if (mine->scratch->overflow) {
        return false;
    }
    for (size_t i = 0; i < catalog_resource_count(mine->catalog) * ROLE_COUNT; i++) {
        check_cells(mine, &s, i / ROLE_COUNT, (enum role)(i % ROLE_COUNT));
    }
    return !mine->failed;
}

/* --- the whole ------------------------------------------------------------------------ */

static bool read_offer(const struct doc *d, struct agreement_file *out)
{
    const struct node *contract = node_member(d->root, "contract");
    const struct node *basis = node_member(d->root, "basis");

    out->because = node_member(d->root, "because");
    out->share = node_member(d->root, "share");
    if (contract == NULL || basis == NULL || out->share == NULL) {
        doc_error(d, d->root, "an offer is an agreement's file: contract, basis and share");
        return false;
    }
    bool good = contract_read(d, contract, out);

    good = exhibit_read(d, node_member(d->root, "exhibit-b"), out) && good;
    return basis_read(d, basis, &out->basis) && good;
}

bool offer_check(const struct policy_file *offer, struct sharing *mine)
{
    const struct agreement_file *file = mine->file;

    if (offer == NULL) {
        doc_error(file->doc, node_member(file->offer_at, "agreement"),
                  "there is no file offers/%s.yaml (NDPA Exhibit E)", shown_of(file->offer).text);
        return false;
    }
    if (!is_pinned(offer, file->offer_sha256)) {
        return refuse(mine, node_member(file->offer_at, "sha256"),
                      "this is not the digest of the offer's file");
    }
    struct doc doc = {.name = offer->name, .arena = mine->scratch, .diags = file->doc->diags};
    struct agreement_file theirs = {.doc = &doc, .district = file->district, .basis = BASIS_COUNT};

    if (doc_parse(&doc, offer->bytes) != OK || !read_offer(&doc, &theirs)) {
        return false;
    }
    bool good = check_term(mine, &theirs);

    good = check_boxes(mine, &theirs) && good;
    good = check_purposes(mine, node_member(doc.root, "purposes")) && good;
    return check_share(mine, &theirs) && good;
}
