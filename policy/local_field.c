/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading `local-fields:` of district.yaml. The field's place in a catalog is
 * settled in catalog_extend.c; here a classification must add up by itself.
 */
#include "policy/local_field.h"

#include "policy/nearest.h"

struct raw_local {
    struct span field;
    struct span element;
    struct span of;
    struct span class;
    struct span label;
    struct span fact;
    struct span type;
    struct texts words;
};

static const struct doc_rule local_rules[] = {
    {"field", doc_read_text, offsetof(struct raw_local, field), true},
    {"element", doc_read_text, offsetof(struct raw_local, element), false},
    {"of", doc_read_text, offsetof(struct raw_local, of), false},
    {"class", doc_read_text, offsetof(struct raw_local, class), true},
    {"label", doc_read_text, offsetof(struct raw_local, label), false},
    {"fact", doc_read_text, offsetof(struct raw_local, fact), false},
    {"type", doc_read_text, offsetof(struct raw_local, type), false},
    {"words", doc_read_texts, offsetof(struct raw_local, words), false},
};

enum { RULES = sizeof(local_rules) / sizeof(*local_rules) };

struct word {
    const char *word;
    int value;
};

static const struct word label_words[] = {{"idea", LABEL_IDEA},
                                          {"nsla", LABEL_NSLA},
                                          {"mckinney-vento", LABEL_HOMELESS},
                                          {"ppra", LABEL_PPRA},
                                          {NULL, 0}};
static const struct word fact_words[] = {
    {"status", FACT_STATUS}, {"program", FACT_PROGRAM}, {NULL, 0}};
static const struct word type_words[] = {{"text", TYPE_STRING},
                                         {"date", TYPE_DATE},
                                         {"boolean", TYPE_BOOLEAN},
                                         {"year", TYPE_YEAR},
                                         {"datetime", TYPE_DATETIME},
                                         {"word", TYPE_ENUM},
                                         {NULL, 0}};
static const struct word role_words[] = {{"students", ROLE_STUDENT}, {"guardians", ROLE_GUARDIAN},
                                         {"teachers", ROLE_TEACHER}, {"staff", ROLE_STAFF},
                                         {"records", ROLE_NONE},     {NULL, 0}};

/* The value of a word, `none` when nothing is written, -1 with a message. */
static int word_of(const struct doc *d, const struct node *n, const char *key,
                   const struct word *words, int none)
{
    const struct node *at = node_member(n, key);
    struct nearest near;

    if (at == NULL || at->kind != NODE_SCALAR) {
        return none; /* said already when it is no word */
    }
    nearest_init(&near, at->text);
    for (const struct word *w = words; w->word != NULL; w++) {
        if (span_eq_str(at->text, w->word)) {
            return w->value;
        }
        nearest_try(&near, span_str(w->word));
    }
    doc_error(d, at, "\"%s\" is not a word for %s%s", shown_of(at->text).text, key,
              nearest_hint(&near).text);
    return -1;
}

static bool is_key_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ':';
}

/* "users.metadata.bus": the kind of record, the word, and one key without dots. */
static bool read_place(const struct doc *d, const struct node *n, struct span text,
                       struct local_field *out)
{
    struct span rest = text;

    out->field = text;
    out->resource = span_cut(&rest, '.');
    bool good = span_starts(rest, SPAN("metadata."));

    out->key = good ? span_from(rest, strlen("metadata.")) : rest;
    good = good && out->key.len > 0 && out->key.len <= 64 && !field_name_is_secret(out->key) &&
           !field_name_is_ssn(out->key);
    for (size_t i = 0; good && i < out->key.len; i++) {
        good = is_key_byte(out->key.ptr[i]);
    }
    if (!good) {
        doc_error(
            d, node_member(n, "field"),
            "\"%s\" is not of the form users.metadata.bus: a kind of record, \"metadata\" and "
            "one key of letters, digits, - _ or : (no password and no social security number)",
            shown_of(text).text);
    }
    return good;
}

static bool read_role(const struct doc *d, const struct node *n, struct local_field *out)
{
    int role = word_of(d, n, "of", role_words, ROLE_STUDENT);

    out->role = role < 0 ? ROLE_STUDENT : (enum role)role;
    return role >= 0;
}

static struct span whole_element(struct arena *arena, struct span word)
{
    const struct span head = SPAN("Staff / ");
    uint8_t *text = arena_alloc(arena, head.len + word.len);

    if (text == NULL) {
        return word;
    }
    memcpy(text, head.ptr, head.len);
    memcpy(text + head.len, word.ptr, word.len);
    return span_of(text, head.len + word.len);
}

/* True if the element is one that this role's data can have (SAFETY F1). */
static bool element_fits(const struct element *e, enum role role)
{
    bool staff = role == ROLE_TEACHER || role == ROLE_STAFF;

    return e != NULL && element_is_ndpa(e) != staff &&
           !span_eq_str(e->element, "Student app passwords") &&
           (role != ROLE_GUARDIAN || span_starts(e->category, SPAN("Parent/Guardian ")));
}

static bool read_element(const struct doc *d, const struct node *n, struct span text,
                         struct local_field *out)
{
    const struct node *at = node_member(n, "element");
    bool staff = out->role == ROLE_TEACHER || out->role == ROLE_STAFF;

    if ((out->role == ROLE_NONE) != (text.len == 0)) {
        doc_error(d, at == NULL ? n : at,
                  out->role == ROLE_NONE ? "records about nobody have no element"
                                         : "\"element\" is missing");
        return false;
    }
    if (out->role == ROLE_NONE) {
        return true;
    }
    out->element = element_parse(staff ? whole_element(d->arena, text) : text);
    if (element_fits(out->element, out->role)) {
        return true;
    }
    out->element = NULL;
    doc_error(d, at, "\"%s\" is not %s", shown_of(text).text,
              staff                        ? "a word for staff data, such as Name or Email"
              : out->role == ROLE_GUARDIAN ? "\"Category / Element\" of a Parent/Guardian category"
                                           : "a category and element of Exhibit B (\"Category / "
                                             "Element\")");
    return false;
}

static bool read_class(const struct doc *d, const struct node *n, struct span class,
                       struct local_field *out)
{
    if (class.len == 1 && class.ptr[0] >= 'a' && class.ptr[0] <= 'g') {
        out->ferpa_class = (char)class.ptr[0];
        return true;
    }
    if (class.len > 0) {
        doc_error(d, node_member(n, "class"),
                  "\"%s\" is not a paragraph, a to g, of personally identifiable information in "
                  "34 CFR 99.3",
                  shown_of(class).text);
    }
    return false;
}

static bool read_type(const struct doc *d, const struct node *n, const struct texts *words,
                      struct local_field *out)
{
    int type = word_of(d, n, "type", type_words, words->count > 0 ? TYPE_ENUM : TYPE_STRING);

    out->type = type < 0 ? TYPE_STRING : (enum field_type)type;
    out->words = *words;
    if ((out->type == TYPE_ENUM) != (words->count > 0)) {
        const struct node *at = node_member(n, "words");

        doc_error(d, at == NULL ? n : at,
                  words->count > 0 ? "`words:` goes with `type: word` alone"
                                   : "`type: word` needs the `words:` that can stand there");
        return false;
    }
    return type >= 0;
}

static bool read_marks(const struct doc *d, const struct node *n, struct local_field *out)
{
    int label = word_of(d, n, "label", label_words, 0);
    int fact = word_of(d, n, "fact", fact_words, 0);

    out->labels = label < 0 ? 0 : (uint8_t)label;
    out->facts = fact < 0 ? 0 : (uint8_t)fact;
    if (out->facts != 0 && (out->role != ROLE_STUDENT || !span_eq_str(out->resource, "users"))) {
        doc_error(d, node_member(n, "fact"),
                  "a status or program is a fact of students, in a field of users");
        return false;
    }
    return label >= 0 && fact >= 0;
}

static bool read_local(const struct doc *d, const struct node *n, struct local_field *out)
{
    struct raw_local raw = {0};
    bool good = doc_fill(d, n, local_rules, RULES, &raw);

    *out = (struct local_field){.at = n};
    if (n->kind != NODE_MAP) {
        return false;
    }
    good = (raw.field.len == 0 || read_place(d, n, raw.field, out)) && good;
    good = read_role(d, n, out) && good;
    good = read_element(d, n, raw.element, out) && good;
    good = read_class(d, n, raw.class, out) && good;
    good = read_type(d, n, &raw.words, out) && good;
    return read_marks(d, n, out) && good;
}

static bool stands_twice(const struct doc *d, const struct local_fields *l,
                         const struct local_field *one)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct local_field *o = &l->items[i];

        if (span_eq(o->resource, one->resource) && span_eq(o->key, one->key) &&
            o->role == one->role) {
            doc_error(d, one->at, "this field is classified twice; it already is in line %u",
                      o->at->line);
            return true;
        }
    }
    return false;
}

bool local_fields_read(const struct doc *d, const struct node *list, struct local_fields *out)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    struct local_field *items = arena_array(d->arena, list->count, sizeof(*items));
    bool good = items != NULL;

    *out = (struct local_fields){items, 0};
    for (const struct node *n = list->first; items != NULL && n != NULL; n = n->next) {
        bool read = read_local(d, n, &items[out->count]);

        read = read && !stands_twice(d, out, &items[out->count]);
        out->count += read;
        good = read && good;
    }
    return good;
}

const struct local_field *local_field_of_fact(const struct local_fields *l, uint8_t fact)
{
    for (size_t i = 0; i < l->count; i++) {
        if ((l->items[i].facts & fact) != 0) {
            return &l->items[i];
        }
    }
    return NULL;
}
