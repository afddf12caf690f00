/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a district's folder as one policy: read every file, check what crosses
 * files, compile. Everything read goes on as far as it can, so that all problems
 * show at once; one error anywhere and there is no policy.
 *
 * This file owns the memory: one arena for what the policy keeps, one for the
 * compile of each agreement.
 */
#include "policy/policy_priv.h"

#include "base/mem.h"
#include "policy/catalog_extend.h"
#include "policy/nearest.h"
#include "policy/neighbours.h"
#include "policy/offer.h"

enum { MAX_KEPT = 256 * 1024 * 1024, MAX_SCRATCH = 64 * 1024 * 1024 };

/* One policy_load(). */
struct load {
    struct policy *p;
    struct diag_list *diags;
    const struct policy_file *files;
    size_t file_count;
    bool has_district;
    enum err failed; /* other than ERR_INPUT, which the messages tell */
};

/* --- files -------------------------------------------------------------------------- */

static bool is_in(struct span name, struct span folder, struct span tail)
{
    return name.len > folder.len + tail.len && span_starts(name, folder) &&
           span_eq(span_from(name, name.len - tail.len), tail) &&
           span_find(span_from(name, folder.len), '/') == name.len - folder.len;
}

/* "acme-math" of "agreements/acme-math.yaml". */
static struct span stem(const struct policy_file *f)
{
    struct span name = span_str(f->name);
    size_t slash = span_find(name, '/');

    name = span_from(name, slash + 1);
    return span_sub(name, 0, name.len - strlen(".yaml"));
}

static bool is_partner(const struct policy_file *f)
{
    return is_in(span_str(f->name), SPAN("partners/"), SPAN(".yaml"));
}

static bool is_agreement(const struct policy_file *f)
{
    return is_in(span_str(f->name), SPAN("agreements/"), SPAN(".yaml"));
}

static bool is_offer(const struct policy_file *f)
{
    return is_in(span_str(f->name), SPAN("offers/"), SPAN(".yaml"));
}

static bool is_district(const struct policy_file *f)
{
    return span_eq_str(span_str(f->name), "district.yaml");
}

static bool is_key_file(const struct policy_file *f)
{
    return is_in(span_str(f->name), SPAN("partners/"), SPAN(".json"));
}

static size_t count_files(const struct load *l, bool (*is)(const struct policy_file *))
{
    size_t n = 0;

    for (size_t i = 0; i < l->file_count; i++) {
        n += is(&l->files[i]);
    }
    return n;
}

static void whole_file(const struct load *l, const char *name, const char *text)
{
    diag_add(l->diags, DIAG_ERROR, name, 0, 0, "%s", text);
}

static void check_names(const struct load *l)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct policy_file *f = &l->files[i];

        if (!is_district(f) && !is_partner(f) && !is_agreement(f) && !is_key_file(f) &&
            !is_offer(f)) {
            whole_file(l, f->name,
                       "a district has district.yaml, partners/ID.yaml, agreements/ID.yaml and "
                       "offers/ID.yaml");
        }
    }
    if (count_files(l, is_district) != 1) {
        whole_file(l, "district.yaml", "the file is missing");
    }
}

/* Parses one file; NULL with messages (or l->failed) when it cannot be read. */
static const struct doc *parse(struct load *l, const struct policy_file *f)
{
    struct doc *d = arena_alloc(&l->p->arena, sizeof(*d));
    struct span name = arena_copy(&l->p->arena, span_str(f->name));

    if (d == NULL || name.ptr == NULL) {
        return NULL; /* the arena remembers */
    }
    *d = (struct doc){.name = (const char *)name.ptr, .arena = &l->p->arena, .diags = l->diags};
    enum err e = doc_parse(d, f->bytes);

    if (e != OK && e != ERR_INPUT) {
        l->failed = e;
    }
    return e == OK ? d : NULL;
}

static void check_stem(const struct doc *d, const struct policy_file *f, struct span id)
{
    if (id.len > 0 && !span_eq(stem(f), id)) {
        doc_error(d, d->root, "the file's name says \"%s\", its content \"%s\"",
                  shown_of(stem(f)).text, shown_of(id).text);
    }
}

/* The file says by which standard it is meant; another catalog would grant other fields. */
static void check_catalog(const struct load *l, const struct doc *d)
{
    struct span named = l->p->district.catalog, have = catalog_name(l->p->catalog);

    if (named.len > 0 && !span_eq(named, have)) {
        doc_error(d, node_member(d->root, "catalog"),
                  "this file is written for the catalog \"%s\", but the one loaded is \"%s\"; the "
                  "gateway's `catalog:` and the tools' --catalog name the file",
                  shown_of(named).text, shown_of(have).text);
    }
}

static void read_district(struct load *l)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct doc *d = is_district(&l->files[i]) ? parse(l, &l->files[i]) : NULL;

        if (d != NULL) {
            (void)district_read(d, &l->p->district);
            check_catalog(l, d);
            (void)catalog_extend(l->p->catalog, d, &l->p->district.local_fields, &l->p->catalog);
            l->has_district = true;
        }
    }
}

static void read_partners(struct load *l)
{
    const struct key_files keys = {l->files, l->file_count};
    struct policy *p = l->p;

    p->partners = arena_array(&p->arena, count_files(l, is_partner) + 1, sizeof(*p->partners));
    for (size_t i = 0; p->partners != NULL && i < l->file_count; i++) {
        const struct doc *d = is_partner(&l->files[i]) ? parse(l, &l->files[i]) : NULL;

        if (d != NULL) {
            (void)partner_read(d, &keys, &p->partners[p->partner_count]);
            check_stem(d, &l->files[i], p->partners[p->partner_count].id);
            p->partner_count++;
        }
    }
}

static void read_agreement(struct load *l, const struct policy_file *f, const struct doc *d)
{
    struct policy *p = l->p;
    struct agreement_file *file = &p->files[p->agreement_count];
    struct compiled *c = &p->agreements[p->agreement_count++];

    (void)agreement_read(d, &p->district, p->catalog, file);
    check_stem(d, f, file->id);
    enum err e = compiled_show(c, file, f->bytes);

    l->failed = e == OK ? l->failed : e;
}

static void read_agreements(struct load *l)
{
    struct policy *p = l->p;
    size_t n = count_files(l, is_agreement) + 1;

    p->files = arena_array(&p->arena, n, sizeof(*p->files));
    p->agreements = arena_array(&p->arena, n, sizeof(*p->agreements));
    for (size_t i = 0; p->files != NULL && p->agreements != NULL && i < l->file_count; i++) {
        const struct doc *d = is_agreement(&l->files[i]) ? parse(l, &l->files[i]) : NULL;

        if (d != NULL && l->has_district) { /* else every school would seem unknown */
            read_agreement(l, &l->files[i], d);
        }
    }
}

/* --- what crosses files --------------------------------------------------------------- */

static const struct partner *find_partner(const struct policy *p, struct span id)
{
    for (size_t i = 0; i < p->partner_count; i++) {
        if (span_eq(p->partners[i].id, id)) {
            return &p->partners[i];
        }
    }
    return NULL;
}

/* True unless a file was not readable, so that what it declares is not known. */
static bool all_read(const struct load *l, bool (*is)(const struct policy_file *), size_t have)
{
    return count_files(l, is) == have;
}

static void check_agreement_partner(struct load *l, size_t i)
{
    const struct agreement_file *file = &l->p->files[i];
    const struct partner *partner = find_partner(l->p, file->partner);
    struct nearest near;

    if (partner != NULL) {
        l->p->agreements[i].shown.partner_name = partner->name;
        l->p->agreements[i].shown.barred_until = partner->barred_until;
        return;
    }
    if (file->partner.len == 0 || !all_read(l, is_partner, l->p->partner_count)) {
        return;
    }
    nearest_init(&near, file->partner);
    for (size_t k = 0; k < l->p->partner_count; k++) {
        nearest_try(&near, l->p->partners[k].id);
    }
    doc_error(file->doc, file->partner_at, "there is no partner \"%s\"%s",
              shown_of(file->partner).text, nearest_hint(&near).text);
}

static bool has_purpose(const struct agreement *a, struct span purpose)
{
    for (size_t i = 0; i < a->purpose_count; i++) {
        if (span_eq(a->purposes[i], purpose)) {
            return true;
        }
    }
    return false;
}

static void unknown_agreement(const struct load *l, const struct partner *owner, size_t i)
{
    struct span id = owner->clients[i].agreement;
    struct nearest near;

    if (id.len == 0 || !all_read(l, is_agreement, l->p->agreement_count)) {
        return;
    }
    nearest_init(&near, id);
    for (size_t k = 0; k < l->p->agreement_count; k++) {
        nearest_try(&near, l->p->agreements[k].shown.id);
    }
    doc_error(owner->doc, owner->places[i].agreement, "there is no agreement \"%s\"%s",
              shown_of(id).text, nearest_hint(&near).text);
}

static void check_client(const struct load *l, const struct partner *owner, size_t i)
{
    const struct client *c = &owner->clients[i];
    const struct agreement *a = policy_find_agreement(l->p, c->agreement);

    if (a == NULL) {
        unknown_agreement(l, owner, i);
        return;
    }
    if (a->partner.len > 0 && !span_eq(a->partner, owner->id)) {
        doc_error(owner->doc, owner->places[i].agreement,
                  "agreement \"%s\" is another partner's (\"%s\")", shown_of(c->agreement).text,
                  shown_of(a->partner).text);
    }
    if (c->purpose.len > 0 && a->purpose_count > 0 && !has_purpose(a, c->purpose)) {
        doc_error(owner->doc, owner->places[i].purpose,
                  "\"%s\" is not among the purposes of agreement \"%s\"", shown_of(c->purpose).text,
                  shown_of(c->agreement).text);
    }
}

static void gather_client(const struct load *l, const struct partner *owner, size_t i)
{
    const struct client *c = &owner->clients[i];

    if (c->id.len > 0 && policy_find_client(l->p, c->id) != NULL) {
        doc_error(owner->doc, owner->places[i].id, "there are two clients \"%s\"",
                  shown_of(c->id).text);
    }
    l->p->clients[l->p->client_count++] = *c;
}

static void check_partners(struct load *l)
{
    size_t total = 0;

    for (size_t i = 0; i < l->p->partner_count; i++) {
        total += l->p->partners[i].client_count;
    }
    l->p->clients = arena_array(&l->p->arena, total + 1, sizeof(*l->p->clients));
    for (size_t i = 0; l->p->clients != NULL && i < l->p->partner_count; i++) {
        for (size_t k = 0; k < l->p->partners[i].client_count; k++) {
            check_client(l, &l->p->partners[i], k);
            gather_client(l, &l->p->partners[i], k);
        }
    }
}

/* --- compiling ------------------------------------------------------------------------ */

/* True unless it accepts an offer and is wider than that. */
static bool accepts(const struct load *l, struct sharing *s)
{
    const struct policy_file *offer = NULL;

    if (s->file->offer_at == NULL) {
        return true;
    }
    for (size_t i = 0; i < l->file_count; i++) {
        const struct policy_file *f = &l->files[i];

        offer = is_offer(f) && span_eq(stem(f), s->file->offer) ? f : offer;
    }
    return offer_check(offer, s);
}

static void compile(struct load *l, size_t i, struct arena *scratch)
{
    const struct agreement_file *file = &l->p->files[i];
    struct sharing s;

    check_agreement_partner(l, i);
    if (file->share == NULL) {
        return;
    }
    if (share_read(file, l->p->catalog, scratch, &s) && accepts(l, &s)) {
        struct compiled *c = &l->p->agreements[i];

        compiled_class(c, &s);
        (void)(compile_programs(&s, &l->p->arena, &c->table) &&
               compile_keyed(&c->table, &l->p->arena, &c->shown));
    }
    l->failed = scratch->overflow ? ERR_MEMORY : l->failed;
    arena_reset(scratch);
}

static void compile_all(struct load *l)
{
    struct arena scratch;

    arena_init(&scratch, MAX_SCRATCH);
    for (size_t i = 0; i < l->p->agreement_count; i++) {
        compile(l, i, &scratch);
    }
    arena_fini(&scratch);
}

/* --- the whole ------------------------------------------------------------------------- */

static void read_all(struct load *l)
{
    check_names(l);
    read_district(l);
    read_partners(l);
    read_agreements(l);
    check_partners(l);
    compile_all(l);
    neighbours_check(l->p);
}

enum err policy_load(const struct policy_file *files, size_t n, const struct catalog *catalog,
                     struct diag_list *diags, struct policy **out)
{
    struct policy *p = mem_alloc(sizeof(*p));
    struct load l = {.p = p, .diags = diags, .files = files, .file_count = n};
    unsigned before = diags->errors;

    if (p == NULL) {
        return ERR_MEMORY;
    }
    arena_init(&p->arena, MAX_KEPT);
    p->catalog = catalog;
    read_all(&l);
    enum err e = l.failed == OK ? policy_digest_files(p, files, n, diags) : l.failed;

    if (e == OK && p->arena.overflow) {
        e = ERR_MEMORY;
    }
    if (e == OK && diags->errors > before) {
        e = ERR_INPUT;
    }
    if (e != OK) {
        policy_free(&p);
        return e;
    }
    *out = p;
    return OK;
}
