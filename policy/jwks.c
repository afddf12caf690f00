/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JWK sets: a closed list of members goes out, so that nothing a partner's tool
 * added (and above all no private part) comes near the verifier.
 */
#include "policy/jwks.h"

#include "base/text.h"
#include "policy/nearest.h"

enum { MAX_SET_BYTES = 64 * 1024, MAX_KEYS = 16 };

enum member { MEMBER_UNKNOWN, MEMBER_PUBLIC, MEMBER_IGNORED, MEMBER_PRIVATE };

static const struct member_row {
    const char *name;
    enum member what;
} members[] = {
    {"kty", MEMBER_PUBLIC},      {"kid", MEMBER_PUBLIC},  {"alg", MEMBER_PUBLIC},
    {"use", MEMBER_PUBLIC},      {"crv", MEMBER_PUBLIC},  {"x", MEMBER_PUBLIC},
    {"y", MEMBER_PUBLIC},        {"n", MEMBER_PUBLIC},    {"e", MEMBER_PUBLIC},
    {"key_ops", MEMBER_IGNORED}, {"ext", MEMBER_IGNORED}, {"d", MEMBER_PRIVATE},
    {"p", MEMBER_PRIVATE},       {"q", MEMBER_PRIVATE},   {"dp", MEMBER_PRIVATE},
    {"dq", MEMBER_PRIVATE},      {"qi", MEMBER_PRIVATE},  {"oth", MEMBER_PRIVATE},
    {"k", MEMBER_PRIVATE},
};

static enum member member_of(struct span name)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        if (span_eq_str(name, members[i].name)) {
            return members[i].what;
        }
    }
    return MEMBER_UNKNOWN;
}

static bool put_member(const struct doc *d, const struct node *m, struct buf *out)
{
    struct span text;

    switch (member_of(m->key)) {
    case MEMBER_IGNORED:
        return true;
    case MEMBER_PRIVATE:
        doc_error_key(d, m,
                      "\"%s\" is private key material: only public keys may stand here; "
                      "this key is no longer secret and must be replaced",
                      shown_of(m->key).text);
        return false;
    case MEMBER_UNKNOWN:
        doc_error_key(d, m, "\"%s\" is not a member of a public JWK", shown_of(m->key).text);
        return false;
    case MEMBER_PUBLIC:
    default:
        break;
    }
    if (!doc_read_text(d, m, &text)) {
        return false;
    }
    buf_put_byte(out, ',');
    text_json_string(out, m->key);
    buf_put_byte(out, ':');
    text_json_string(out, text);
    return true;
}

static bool has_required(const struct doc *d, const struct node *key)
{
    static const char *const required[] = {"kty", "alg"};
    bool good = true;

    for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++) {
        if (node_member(key, required[i]) == NULL) {
            doc_error(d, key, "the key has no \"%s\"", required[i]);
            good = false;
        }
    }
    return good;
}

static bool put_key(const struct doc *d, const struct node *key, struct buf *out)
{
    if (!doc_is_map(d, key)) {
        return false;
    }
    bool good = has_required(d, key);
    size_t at = buf_span(out).len;

    for (const struct node *m = key->first; m != NULL; m = m->next) {
        good = put_member(d, m, out) && good;
    }
    if (buf_err(out) == OK && buf_span(out).len > at) {
        out->base[out->start + at] = '{'; /* the first comma */
        buf_put_byte(out, '}');
    }
    return good;
}

static bool put_keys(const struct doc *d, const struct node *keys, struct buf *out)
{
    bool good = true;

    buf_put_str(out, "{\"keys\":[");
    for (const struct node *k = keys->first; k != NULL; k = k->next) {
        if (k != keys->first) {
            buf_put_byte(out, ',');
        }
        good = put_key(d, k, out) && good;
    }
    buf_put_str(out, "]}");
    return good;
}

bool jwks_read(const struct doc *d, const struct node *set, struct span *json)
{
    static const struct doc_rule rules[] = {{"keys", doc_read_node, 0, true}};
    const struct node *keys = NULL;
    struct buf out;

    if (!doc_fill(d, set, rules, 1, &keys) || !doc_is_list(d, keys)) {
        return false;
    }
    if (keys->count > MAX_KEYS) {
        doc_error(d, keys, "a client may have at most 16 keys");
        return false;
    }
    buf_init(&out, MAX_SET_BYTES);
    bool good = put_keys(d, keys, &out);

    if (buf_err(&out) == ERR_MEMORY) {
        d->arena->overflow = true; /* what the reader's caller looks at */
        good = false;
    }
    if (good && buf_err(&out) != OK) {
        doc_error(d, set, "the key set is too large");
        good = false;
    }
    if (good) {
        *json = arena_copy(d->arena, buf_span(&out));
    }
    buf_fini(&out);
    return good;
}
