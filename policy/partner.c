/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a partner's file. Its clients' keys stand inline or in a JSON file
 * beside it, named without any path so that no file outside can be meant.
 */
#include "policy/partner.h"

#include "policy/jwks.h"
#include "policy/nearest.h"

enum { MAX_TOKEN_SECONDS = 300 };

struct raw_partner {
    struct span id;
    struct span name;
    int32_t barred_until;
    const struct node *contacts;
    const struct node *clients;
};

static const struct doc_rule partner_rules[] = {
    {"partner", doc_read_id, offsetof(struct raw_partner, id), true},
    {"name", doc_read_text, offsetof(struct raw_partner, name), true},
    {"contacts", doc_read_node, offsetof(struct raw_partner, contacts), true},
    {"clients", doc_read_node, offsetof(struct raw_partner, clients), false},
    {"barred-until", doc_read_date, offsetof(struct raw_partner, barred_until), false},
};

/* --- contacts ------------------------------------------------------------------- */

struct contacts {
    const struct node *who[3];
};

static const struct doc_rule contacts_rules[] = {
    {"privacy", doc_read_node, offsetof(struct contacts, who[0]), true},
    {"breach", doc_read_node, offsetof(struct contacts, who[1]), true},
    {"technical", doc_read_node, offsetof(struct contacts, who[2]), true},
};

struct contact {
    struct span name;
    struct span email;
    struct span phone;
};

static const struct doc_rule contact_rules[] = {
    {"name", doc_read_text, offsetof(struct contact, name), true},
    {"email", doc_read_text, offsetof(struct contact, email), true},
    {"phone", doc_read_text, offsetof(struct contact, phone), false},
};

static bool read_contact(const struct doc *d, const struct node *n)
{
    struct contact c = {0};

    if (!doc_fill(d, n, contact_rules, 3, &c)) {
        return false;
    }
    size_t at = span_find(c.email, '@');

    if (at == 0 || at + 1 >= c.email.len) {
        doc_error(d, node_member(n, "email"), "\"%s\" is not an e-mail address",
                  shown_of(c.email).text);
        return false;
    }
    return true;
}

static bool read_contacts(const struct doc *d, const struct node *n)
{
    struct contacts c = {{NULL, NULL, NULL}};
    bool good = doc_fill(d, n, contacts_rules, 3, &c);

    for (size_t i = 0; i < 3; i++) {
        good = (c.who[i] == NULL || read_contact(d, c.who[i])) && good;
    }
    return good;
}

/* --- keys ----------------------------------------------------------------------- */

static bool is_plain_name(struct span name)
{
    const struct span tail = SPAN(".json");
    bool good = name.len > tail.len && name.len <= 100 && name.ptr[0] != '.' &&
                span_eq(span_from(name, name.len - tail.len), tail);

    for (size_t i = 0; good && i < name.len; i++) {
        uint8_t c = name.ptr[i];

        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    }
    return good;
}

static const struct policy_file *find_file(const struct key_files *keys, struct span name)
{
    const struct span folder = SPAN("partners/");

    for (size_t i = 0; i < keys->count; i++) {
        struct span have = span_str(keys->files[i].name);

        if (span_starts(have, folder) && span_eq(span_from(have, folder.len), name)) {
            return &keys->files[i];
        }
    }
    return NULL;
}

static bool read_key_file(const struct doc *d, const struct node *n, const struct key_files *keys,
                          struct span *json)
{
    struct span name;

    if (!doc_read_text(d, n, &name)) {
        return false;
    }
    if (!is_plain_name(name)) {
        doc_error(d, n, "\"%s\" is not the plain name of a .json file beside this one",
                  shown_of(name).text);
        return false;
    }
    const struct policy_file *f = find_file(keys, name);

    if (f == NULL) {
        doc_error(d, n, "there is no file \"%s\" beside this one", shown_of(name).text);
        return false;
    }
    struct doc set = {.name = f->name, .arena = d->arena, .diags = d->diags};

    return doc_parse(&set, f->bytes) == OK && jwks_read(&set, set.root, json);
}

static bool read_keys(const struct doc *d, const struct node *n, const struct key_files *keys,
                      struct span *json)
{
    const struct node *file = node_member(n, "file");
    const struct node *url = node_member(n, "url");

    if (url != NULL) {
        doc_error_key(d, url,
                      "key sets by URL are not available in this version; write the keys "
                      "out or name a file");
        return false;
    }
    if (file == NULL) {
        return jwks_read(d, n, json);
    }
    if (n->count != 1) {
        doc_error(d, n, "with \"file\" nothing else may stand here");
        return false;
    }
    return read_key_file(d, file, keys, json);
}

/* --- clients -------------------------------------------------------------------- */

struct raw_client {
    struct span id;
    struct span agreement;
    struct span purpose;
    struct span binding;
    struct span environment;
    uint64_t max_token_s;
    const struct node *keys;
    const struct node *addresses;
};

static const struct doc_rule client_rules[] = {
    {"id", doc_read_id, offsetof(struct raw_client, id), true},
    {"agreement", doc_read_id, offsetof(struct raw_client, agreement), true},
    {"purpose", doc_read_id, offsetof(struct raw_client, purpose), true},
    {"keys", doc_read_node, offsetof(struct raw_client, keys), true},
    {"binding", doc_read_text, offsetof(struct raw_client, binding), false},
    {"environment", doc_read_text, offsetof(struct raw_client, environment), false},
    {"max-token-seconds", doc_read_u64, offsetof(struct raw_client, max_token_s), false},
    {"addresses", doc_read_node, offsetof(struct raw_client, addresses), false},
};

static bool check_binding(const struct doc *d, const struct node *n, const struct raw_client *c)
{
    const struct node *at = node_member(n, "binding");

    if (at == NULL) {
        doc_error(d, n,
                  "\"binding\" is missing: binding tokens to a certificate or key is not "
                  "available in this version, so write `binding: none` to accept that a "
                  "stolen token works until it expires");
        return false;
    }
    if (!span_eq_str(c->binding, "none")) {
        doc_error(d, at, "binding \"%s\" is not available in this version; only `none` is",
                  shown_of(c->binding).text);
        return false;
    }
    doc_warn(d, at,
             "tokens of this client are not bound to a certificate or key: whoever holds "
             "one can use it until it expires");
    return true;
}

static bool check_client(const struct doc *d, const struct node *n, const struct raw_client *c)
{
    bool good = check_binding(d, n, c);

    if (c->max_token_s == 0 || c->max_token_s > MAX_TOKEN_SECONDS) {
        doc_error(d, node_member(n, "max-token-seconds"), "tokens may live for 1 to 300 seconds");
        good = false;
    }
    if (c->environment.len > 0 && !span_eq_str(c->environment, "production")) {
        doc_error(d, node_member(n, "environment"),
                  "environment \"%s\" is not available in this version; only `production` is",
                  shown_of(c->environment).text);
        good = false;
    }
    if (c->addresses != NULL) {
        doc_error_key(d, c->addresses,
                      "lists of addresses are not available in this version; a "
                      "client would be let in from anywhere");
        good = false;
    }
    return good;
}

static bool read_client(const struct doc *d, const struct node *n, const struct key_files *keys,
                        struct partner *out)
{
    struct raw_client raw = {.max_token_s = MAX_TOKEN_SECONDS};
    struct client *c = &out->clients[out->client_count];
    bool good = doc_fill(d, n, client_rules, sizeof(client_rules) / sizeof(*client_rules), &raw);

    if (n->kind != NODE_MAP) {
        return false;
    }
    good = check_client(d, n, &raw) && good;
    if (raw.keys != NULL) {
        good = read_keys(d, raw.keys, keys, &c->keys) && good;
        c->line = raw.keys->key_line;
        c->column = raw.keys->key_column;
    }
    c->id = raw.id;
    c->agreement = raw.agreement;
    c->purpose = raw.purpose;
    c->partner = out->id;
    c->max_token_s = (uint32_t)raw.max_token_s;
    c->file = span_str(d->name);
    out->places[out->client_count++] = (struct client_place){
        node_member(n, "id"), node_member(n, "agreement"), node_member(n, "purpose")};
    return good;
}

static bool read_clients(const struct doc *d, const struct node *list, const struct key_files *keys,
                         struct partner *out)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    bool good = true;

    out->clients = arena_array(d->arena, list->count, sizeof(*out->clients));
    out->places = arena_array(d->arena, list->count, sizeof(*out->places));
    if (out->clients == NULL || out->places == NULL) {
        return false;
    }
    for (const struct node *n = list->first; n != NULL; n = n->next) {
        good = read_client(d, n, keys, out) && good;
    }
    return good;
}

bool partner_read(const struct doc *d, const struct key_files *keys, struct partner *out)
{
    struct raw_partner raw = {0};
    bool good = doc_fill(d, d->root, partner_rules, 5, &raw);

    *out = (struct partner){
        .doc = d, .id = raw.id, .name = raw.name, .barred_until = raw.barred_until};
    if (raw.contacts != NULL) {
        good = read_contacts(d, raw.contacts) && good;
    }
    if (raw.clients != NULL) {
        good = read_clients(d, raw.clients, keys, out) && good;
    }
    return good;
}
