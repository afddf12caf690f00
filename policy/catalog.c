/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Catalogs: the top of the file and the lookups. A catalog is one arena; names
 * and words are views of the document's text in it. Fields and resources are read
 * in catalog_field.c and catalog_resource.c.
 */
#include "policy/catalog.h"

#include "base/mem.h"
#include "policy/catalog_priv.h"

enum { CATALOG_MAX_BYTES = 32 * 1024 * 1024 };

/* --- lookups ----------------------------------------------------------------- */

/* Length, first, middle and last byte tell the keys of a record apart nearly always. */
static inline unsigned slot_of(uint16_t parent, struct span key)
{
    uint32_t h = (uint32_t)key.len;
    if (key.len > 0) {
        h |= (uint32_t)key.ptr[0] << 8 | (uint32_t)key.ptr[key.len / 2] << 16 |
             (uint32_t)key.ptr[key.len - 1] << 24;
    }
    h ^= (uint32_t)parent * 0x85EBCA6BU;
    return (h * 0x9E3779B1U) >> (32 - MEMBER_SLOT_BITS);
}

void member_index_add(struct member_index *m, const struct field *fields, uint16_t number)
{
    unsigned at = slot_of(fields[number].parent, fields[number].name);
    while (m->slot[at] != 0) {
        at = (at + 1) % MEMBER_SLOTS;
    }
    m->slot[at] = (uint16_t)(number + 1);
}

const struct field *resource_member(const struct resource *r, uint16_t parent, struct span key)
{
    unsigned at = slot_of(parent, key);
    while (r->members->slot[at] != 0) {
        const struct field *f = &r->fields[r->members->slot[at] - 1];
        if (f->parent == parent && span_eq(f->name, key)) {
            return f;
        }
        at = (at + 1) % MEMBER_SLOTS;
    }
    return NULL;
}

const struct field *resource_field(const struct resource *r, struct span path)
{
    for (size_t i = 0; i < r->field_count; i++) {
        if (span_eq(r->fields[i].path, path)) {
            return &r->fields[i];
        }
    }
    return NULL;
}

struct span catalog_name(const struct catalog *c)
{
    return c->name;
}

struct span catalog_base(const struct catalog *c)
{
    return c->base;
}

size_t catalog_resource_count(const struct catalog *c)
{
    return c->resource_count;
}

const struct resource *catalog_resource(const struct catalog *c, size_t i)
{
    return i < c->resource_count ? &c->resources[i] : NULL;
}

const struct resource *catalog_find(const struct catalog *c, struct span name)
{
    for (size_t i = 0; i < c->resource_count; i++) {
        if (span_eq(c->resources[i].name, name)) {
            return &c->resources[i];
        }
    }
    return NULL;
}

/* The number of segments of a base that stand in front; 0: others do. */
static size_t base_segments(struct span base, const struct span *segments, size_t n)
{
    struct span rest = span_from(base, 1);
    size_t at = 0;
    while (rest.ptr != NULL && rest.len > 0) {
        if (at == n || !span_eq(span_cut(&rest, '/'), segments[at])) {
            return 0;
        }
        at++;
    }
    return at;
}

bool catalog_route(const struct catalog *c, const struct span *segments, size_t n,
                   struct route *out)
{
    if (n < 1 || n > 2 || (n == 2 && segments[1].len == 0)) {
        return false;
    }
    const struct resource *r = catalog_find(c, segments[0]);
    if (r == NULL) {
        return false;
    }
    bool item = n == 2;
    *out = (struct route){
        .resource = r,
        .item = item,
        .id = item ? segments[1] : span_of(NULL, 0),
        .template = item ? r->item_path : r->collection_path,
    };
    return true;
}

bool catalog_route_path(const struct catalog *c, const struct span *segments, size_t n,
                        struct route *out)
{
    for (size_t i = 0; i < c->resource_count; i++) {
        size_t at = base_segments(c->resources[i].base, segments, n);
        struct route route;
        if (at > 0 && catalog_route(c, segments + at, n - at, &route) &&
            route.resource == &c->resources[i]) {
            *out = route;
            return true;
        }
    }
    return false;
}

/* --- reading ----------------------------------------------------------------- */

struct top_form {
    struct span catalog, base;
    const struct node *parameters, *resources, *records;
};

static const struct doc_rule top_rules[] = {
    {"catalog", doc_read_text, offsetof(struct top_form, catalog), true},
    {"base", doc_read_text, offsetof(struct top_form, base), true},
    {"parameters", doc_read_node, offsetof(struct top_form, parameters), true},
    {"resources", doc_read_node, offsetof(struct top_form, resources), true},
    {"records", doc_read_node, offsetof(struct top_form, records), true},
};

static const struct {
    const char *word;
    uint8_t bit;
} param_words[] = {
    {"limit", PARAM_LIMIT},   {"offset", PARAM_OFFSET | PARAM_CURSOR},
    {"sort", PARAM_SORT},     {"orderBy", PARAM_ORDER_BY},
    {"filter", PARAM_FILTER}, {"fields", PARAM_FIELDS},
};

static bool read_params(const struct doc *d, const struct node *n, void *bits)
{
    struct texts words = {0};
    uint8_t found = 0;
    if (!doc_read_texts(d, n, &words)) {
        return false;
    }
    for (size_t i = 0; i < words.count; i++) {
        size_t k = 0;
        while (k < sizeof(param_words) / sizeof(param_words[0]) &&
               !span_eq_str(words.items[i], param_words[k].word)) {
            k++;
        }
        if (k == sizeof(param_words) / sizeof(param_words[0])) {
            doc_error(d, n, "\"%.40s\" is no parameter of OneRoster", words.items[i].ptr);
            return false;
        }
        found |= param_words[k].bit;
    }
    *(uint8_t *)bits = found;
    return true;
}

static const struct doc_rule param_rules[] = {
    {"collection", read_params, offsetof(struct catalog_reader, collection_params), true},
    {"item", read_params, offsetof(struct catalog_reader, item_params), true},
};

/* "/a/b": starts with a slash, does not end with one, and needs no percent-encoding. */
bool catalog_is_path(struct span text)
{
    if (text.len < 2 || text.ptr[0] != '/' || text.ptr[text.len - 1] == '/') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '/' && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return true;
}

static void read_records(struct catalog_reader *r, const struct node *map)
{
    if (!doc_is_map(&r->doc, map)) {
        return;
    }
    r->records = arena_array(&r->catalog->arena, map->count, sizeof(*r->records));
    if (r->records == NULL) {
        return;
    }
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        catalog_read_record(r, n, &r->records[r->record_count++]);
    }
}

static void read_resources(struct catalog_reader *r, const struct node *map)
{
    struct catalog *c = r->catalog;
    if (!doc_is_map(&r->doc, map)) {
        return;
    }
    c->resources = arena_array(&c->arena, map->count, sizeof(*c->resources));
    if (c->resources == NULL) {
        return;
    }
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        catalog_read_resource(r, n, &c->resources[c->resource_count++]);
    }
}

static void read_top(struct catalog_reader *r)
{
    struct top_form top = {0};
    if (!doc_fill(&r->doc, r->doc.root, top_rules, sizeof(top_rules) / sizeof(top_rules[0]),
                  &top)) {
        return;
    }
    if (!catalog_is_path(top.base)) {
        doc_error(&r->doc, node_member(r->doc.root, "base"),
                  "expected a path such as /ims/oneroster/rostering/v1p2");
    }
    r->catalog->name = top.catalog;
    r->catalog->base = top.base;
    (void)doc_fill(&r->doc, top.parameters, param_rules,
                   sizeof(param_rules) / sizeof(param_rules[0]), r);
    read_records(r, top.records);
    read_resources(r, top.resources);
}

enum err catalog_load(const char *name, struct span yaml, struct diag_list *diags,
                      struct catalog **out)
{
    struct catalog *c = mem_alloc(sizeof(*c));
    if (c == NULL) {
        return ERR_MEMORY;
    }
    arena_init(&c->arena, CATALOG_MAX_BYTES);
    struct catalog_reader reader = {
        .doc = {.name = name, .arena = &c->arena, .diags = diags},
        .catalog = c,
    };
    unsigned before = diags->errors;
    enum err e = doc_parse(&reader.doc, yaml);
    if (e == OK) {
        read_top(&reader);
        e = c->arena.overflow ? ERR_MEMORY : diags->errors > before ? ERR_INPUT : OK;
    }
    if (e != OK) {
        catalog_free(&c);
        return e;
    }
    *out = c;
    return OK;
}

void catalog_free(struct catalog **c)
{
    if (*c == NULL) {
        return;
    }
    arena_fini(&(*c)->arena);
    mem_free(*c);
    *c = NULL;
}
