/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the fields of one record kind. What a catalog says must add up: every
 * combination that would mean nothing, or would open what DESIGN 7 closes, is
 * refused with its place.
 */
#include "policy/catalog_priv.h"
#include "policy/nearest.h"
#include "policy/vocabulary.h"

struct field_form {
    struct span type, of, class, guards, bar, placeholder, grant, values;
    struct span roles[ROLE_COUNT];
    struct texts words, facts, labels;
    bool list, required, extensible, by_name;
    const struct node *members;
};

#define FORM(member)    offsetof(struct field_form, member)
#define FORM_ROLE(role) (FORM(roles) + (role) * sizeof(struct span))

static const struct doc_rule field_rules[] = {
    {"type", doc_read_text, FORM(type), true},
    {"of", doc_read_text, FORM(of), false},
    {"words", doc_read_texts, FORM(words), false},
    {"extensible", doc_read_yes, FORM(extensible), false},
    {"list", doc_read_yes, FORM(list), false},
    {"required", doc_read_yes, FORM(required), false},
    {"members", doc_read_node, FORM(members), false},
    {"class", doc_read_text, FORM(class), false},
    {"labels", doc_read_texts, FORM(labels), false},
    {"values", doc_read_text, FORM(values), false},
    {"facts", doc_read_texts, FORM(facts), false},
    {"guards", doc_read_text, FORM(guards), false},
    {"bar", doc_read_text, FORM(bar), false},
    {"placeholder", doc_read_text, FORM(placeholder), false},
    {"grant", doc_read_text, FORM(grant), false},
    {"by-name", doc_read_yes, FORM(by_name), false},
    {"students", doc_read_text, FORM_ROLE(ROLE_STUDENT), false},
    {"guardians", doc_read_text, FORM_ROLE(ROLE_GUARDIAN), false},
    {"teachers", doc_read_text, FORM_ROLE(ROLE_TEACHER), false},
    {"staff", doc_read_text, FORM_ROLE(ROLE_STAFF), false},
    {"records", doc_read_text, FORM_ROLE(ROLE_NONE), false},
};

/* A word of a file and what it stands for. */
struct word {
    const char *word;
    int value;
};

enum { KIND_SHIFT = 8 }; /* type words carry kind and type */

static const struct word type_words[] = {
    {"string", TYPE_STRING},
    {"id", TYPE_ID},
    {"boolean", TYPE_BOOLEAN},
    {"enum", TYPE_ENUM},
    {"date", TYPE_DATE},
    {"datetime", TYPE_DATETIME},
    {"year", TYPE_YEAR},
    {"email", TYPE_EMAIL},
    {"grade", TYPE_GRADE},
    {"moment", TYPE_MOMENT},
    {"number", TYPE_NUMBER},
    {"flag", TYPE_FLAG},
    {"ref", FIELD_REF << KIND_SHIFT | TYPE_ID},
    {"object", FIELD_OBJECT << KIND_SHIFT},
};
static const struct word fact_words[] = {
    {"school", FACT_SCHOOL}, {"grade", FACT_GRADE}, {"role", FACT_ROLE}, {"class", FACT_CLASS}};
static const struct word label_words[] = {{"idea", LABEL_IDEA},
                                          {"nsla", LABEL_NSLA},
                                          {"mckinney-vento", LABEL_HOMELESS},
                                          {"ppra", LABEL_PPRA}};
static const struct word bar_words[] = {{"ssn-word", BAR_SSN_WORD}, {"ssn-number", BAR_SSN_NUMBER}};
enum { VALUES_MANY = 1, VALUES_OWN = 2 };

static const struct word value_words[] = {{"many", VALUES_MANY}, {"own", VALUES_OWN}};
static const struct word guard_words[] = {{"item", true}};
static const struct word grant_words[] = {{"never", GRANT_NEVER}, {"structure", GRANT_STRUCTURE}};

#define WORDS(table) table, sizeof(table) / sizeof((table)[0])

/* CEDS grade levels, as OneRoster 1.2 lists them. */
#define LEVEL(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct span grade_levels[] = {
    LEVEL("IT"), LEVEL("PR"), LEVEL("PK"),  LEVEL("TK"),  LEVEL("KG"),       LEVEL("01"),
    LEVEL("02"), LEVEL("03"), LEVEL("04"),  LEVEL("05"),  LEVEL("06"),       LEVEL("07"),
    LEVEL("08"), LEVEL("09"), LEVEL("10"),  LEVEL("11"),  LEVEL("12"),       LEVEL("13"),
    LEVEL("PS"), LEVEL("UG"), LEVEL("ABE"), LEVEL("ASE"), LEVEL("AdultESL"), LEVEL("Other"),
};

/* One field being read: where it is, what the file says, what becomes of it. */
struct field_reader {
    struct catalog_reader *r;
    const struct node *node;
    const struct field_form *form;
    const struct field *outer; /* the object it is a member of, or NULL */
    struct field *field;
};

static void complain(const struct field_reader *f, const char *key, const char *text)
{
    const struct node *at = node_member(f->node, key);
    doc_error(&f->r->doc, at != NULL ? at : f->node, "%s", text);
}

/* The value of a word; -1 with a message when it is none of the table. */
static int word_value(const struct field_reader *f, const char *key, struct span text,
                      const struct word *words, size_t n)
{
    struct nearest near;
    nearest_init(&near, text);
    for (size_t i = 0; i < n; i++) {
        if (span_eq_str(text, words[i].word)) {
            return words[i].value;
        }
        nearest_try(&near, span_str(words[i].word));
    }
    const struct node *at = node_member(f->node, key);
    doc_error(&f->r->doc, at, "\"%s\" is not a word for %s%s", shown_of(text).text, key,
              nearest_hint(&near).text);
    return -1;
}

/* The bits of a list of words; words that are none leave their message and no bit. */
static uint8_t word_bits(const struct field_reader *f, const char *key, const struct texts *list,
                         const struct word *words, size_t n)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < list->count; i++) {
        int value = word_value(f, key, list->items[i], words, n);
        bits |= value < 0 ? 0 : (uint8_t)value;
    }
    return bits;
}

static void read_words(const struct field_reader *f)
{
    const struct field_form *form = f->form;
    bool is_enum = f->field->kind == FIELD_VALUE && f->field->type == TYPE_ENUM;
    if (is_enum != (form->words.count > 0)) {
        complain(f, "words", is_enum ? "an enum needs its words" : "words belong to an enum");
    }
    if (form->extensible && !is_enum) {
        complain(f, "extensible", "only an enum can be extensible");
    }
    f->field->extensible = form->extensible;
    f->field->words = form->words.items;
    f->field->word_count = form->words.count;
    if (f->field->type == TYPE_GRADE) {
        f->field->words = grade_levels;
        f->field->word_count = sizeof(grade_levels) / sizeof(grade_levels[0]);
    }
}

static void read_type(const struct field_reader *f)
{
    const struct field_form *form = f->form;
    int value = word_value(f, "type", form->type, WORDS(type_words));
    if (value < 0) {
        return;
    }
    f->field->kind = (enum field_kind)(value >> KIND_SHIFT);
    f->field->type = (enum field_type)(value & ((1 << KIND_SHIFT) - 1));
    bool names = f->field->type == TYPE_ID;
    if (names != (form->of.len > 0)) {
        complain(f, "of", names ? "an id or ref needs `of`" : "only an id or ref has `of`");
    } else if (names && !ref_of_word(form->of, &f->field->ref)) {
        complain(f, "of", "expected a GUIDRef type such as org, class or user");
    }
    if ((f->field->kind == FIELD_OBJECT) != (form->members != NULL)) {
        complain(f, "members", "an object has members, and nothing else has");
    }
    read_words(f);
}

/* `true` where nothing can be said against this fact on this field. */
static bool fact_fits(const struct field_reader *f)
{
    const struct field *field = f->field;
    bool org = field->type == TYPE_ID && field->ref == REF_ORG && field->kind != FIELD_OBJECT;
    bool class = field->kind == FIELD_REF && field->ref == REF_CLASS;
    return ((field->facts & FACT_SCHOOL) == 0 || org) &&
           ((field->facts & FACT_CLASS) == 0 || class) &&
           ((field->facts & FACT_GRADE) == 0 || field->type == TYPE_GRADE) &&
           ((field->facts & FACT_ROLE) == 0 || field->type == TYPE_ENUM);
}

static void read_guards(const struct field_reader *f)
{
    bool in_item = f->outer != NULL && f->outer->list;
    if (f->form->guards.len > 0 &&
        word_value(f, "guards", f->form->guards, WORDS(guard_words)) >= 0) {
        f->field->guards_item = true;
        if (!in_item || (f->field->facts & FACT_ROLE) == 0) {
            complain(f, "guards", "only a role word in a list of objects can guard its item");
        }
    }
    if (f->form->bar.len > 0) {
        int bar = word_value(f, "bar", f->form->bar, WORDS(bar_words));
        f->field->bar = bar < 0 ? BAR_NONE : (enum field_bar)bar;
        if (!in_item || f->field->kind != FIELD_VALUE || f->field->type != TYPE_STRING) {
            complain(f, "bar", "only a string in a list of objects can bar its item");
        }
    } else if (f->outer != NULL && span_eq_str(f->outer->name, "userIds")) {
        complain(f, "bar", "members of userIds need a bar: an SSN could stand there");
    }
}

/* What is known of a field's values: keyed transforms rest on it (SAFETY F4). */
static void read_values(const struct field_reader *f)
{
    struct field *field = f->field;
    int values =
        f->form->values.len > 0 ? word_value(f, "values", f->form->values, WORDS(value_words)) : 0;
    bool text = field->type == TYPE_STRING || field->type == TYPE_EMAIL;
    bool fits =
        field->kind == FIELD_VALUE && (values == VALUES_MANY ? text : field->type == TYPE_DATE);

    field->many_values = values == VALUES_MANY;
    field->own_date = values == VALUES_OWN;
    if (values > 0 && !fits) {
        complain(f, "values", "`many` goes with strings and e-mails, `own` with dates");
    }
}

static void read_marks(const struct field_reader *f)
{
    const struct field_form *form = f->form;
    f->field->list = form->list;
    f->field->required = form->required;
    f->field->labels = word_bits(f, "labels", &form->labels, WORDS(label_words));
    f->field->facts = word_bits(f, "facts", &form->facts, WORDS(fact_words));
    if (!fact_fits(f)) {
        complain(f, "facts", "school marks an org, grade a grade, role an enum of role words");
    }
    f->field->ferpa_class = form->class.len == 1 ? (char)form->class.ptr[0] : '-';
    if (form->class.len > 0 && (f->field->ferpa_class < 'a' || f->field->ferpa_class > 'g')) {
        complain(f, "class", "expected a paragraph a to g of \"personally identifiable\" in 99.3");
    }
    read_values(f);
    read_guards(f);
}

/* A JSON string without escapes that is a value of the field's own type. */
static bool placeholder_fits(const struct field *field, struct span text)
{
    if (text.len < 2 || text.ptr[0] != '"' || text.ptr[text.len - 1] != '"') {
        return false;
    }
    struct span inner = span_sub(text, 1, text.len - 2);
    for (size_t i = 0; i < inner.len; i++) {
        if (inner.ptr[i] < 0x20 || inner.ptr[i] == '"' || inner.ptr[i] == '\\') {
            return false;
        }
    }
    if (field->type == TYPE_BOOLEAN) {
        return span_eq_str(inner, "true") || span_eq_str(inner, "false");
    }
    return field->type == TYPE_STRING && inner.len > 0;
}

static void read_placeholder(const struct field_reader *f)
{
    if (f->form->placeholder.len == 0) {
        return;
    }
    bool scalar = f->field->kind == FIELD_VALUE && !f->field->list && f->field->required;
    if (!scalar || !placeholder_fits(f->field, f->form->placeholder)) {
        complain(f, "placeholder",
                 "only a required string or boolean has a placeholder, such as '\"-\"'");
    }
    f->field->placeholder = f->form->placeholder;
}

/* Splits "Student Name / First and/or Last"; text without " / " is all element. */
static void split_element(struct span text, struct span *category, struct span *element)
{
    for (size_t i = 0; i < text.len; i++) {
        if (span_starts(span_from(text, i), SPAN(" / "))) {
            *category = span_sub(text, 0, i);
            *element = span_from(text, i + 3);
            return;
        }
    }
    *category = SPAN("Staff");
    *element = text;
}

/* What a role gets the field by; the element must be one of the vocabulary and of the role. */
static void read_role(const struct field_reader *f, enum role role)
{
    struct span category, word;
    struct field_grant *grant = &f->field->grant[role];
    grant->by = f->form->by_name ? GRANT_NAME : GRANT_ELEMENT;
    if (role == ROLE_NONE) { /* its category is the resource's name, which is known later */
        if (!span_eq_str(f->form->roles[role], "yes")) {
            complain(f, role_word(role), "expected yes");
        }
        return;
    }
    split_element(f->form->roles[role], &category, &word);
    const struct element *element = element_find(category, word);
    bool of_staff = role == ROLE_TEACHER || role == ROLE_STAFF;
    if (element == NULL || element_is_ndpa(element) == of_staff) {
        complain(f, role_word(role),
                 of_staff ? "expected one word for staff data, such as Name or Email"
                          : "expected \"Category / Element\" of Exhibit B");
        return;
    }
    if (role == ROLE_GUARDIAN && !span_starts(element->category, SPAN("Parent/Guardian "))) {
        complain(f, role_word(role), "a guardian's own data is in the Parent/Guardian categories");
        return;
    }
    grant->category = element->category;
    grant->element = element->element;
}

static bool names_roles(const struct field_form *form)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (form->roles[i].len > 0) {
            return true;
        }
    }
    return false;
}

static void read_whole_grant(const struct field_reader *f)
{
    int by = word_value(f, "grant", f->form->grant, WORDS(grant_words));
    for (size_t i = 0; by >= 0 && i < ROLE_COUNT; i++) {
        f->field->grant[i].by = (enum grant_by)by;
    }
    if (names_roles(f->form) || f->form->by_name) {
        complain(f, "grant", "a field has either `grant` or roles, not both");
    }
    if (f->field->bar != BAR_NONE && by == GRANT_STRUCTURE) {
        complain(f, "grant", "a field with a bar is not structure");
    }
}

static void read_grants(const struct field_reader *f)
{
    bool whole = f->form->grant.len > 0;
    bool roles = names_roles(f->form);
    if (f->field->kind == FIELD_OBJECT) {
        if (whole || roles || f->form->by_name || f->field->facts != 0) {
            complain(f, "type", "an object is granted by its members");
        }
        return;
    }
    if (whole) {
        read_whole_grant(f);
    } else if (!roles) {
        complain(f, "grant", "say who gets the field: roles, or `grant: structure` or `never`");
    }
    for (size_t i = 0; !whole && i < ROLE_COUNT; i++) {
        if (f->form->roles[i].len > 0) {
            read_role(f, (enum role)i);
        }
    }
    if (field_name_is_secret(f->field->name) && !span_eq_str(f->form->grant, "never")) {
        complain(f, "grant", "a password is never released: expected `grant: never`");
    }
}

static size_t count_fields(const struct node *map)
{
    size_t n = 0;
    for (const struct node *m = map->first; m != NULL; m = m->next) {
        const struct node *members = node_member(m, "members");
        n += 1 + (members != NULL ? count_fields(members) : 0);
    }
    return n;
}

static struct span path_of(struct catalog_reader *r, const struct field *outer, struct span name)
{
    if (outer == NULL) {
        return name;
    }
    uint8_t *text = arena_alloc(&r->catalog->arena, outer->path.len + 1 + name.len);
    if (text == NULL) {
        return name;
    }
    memcpy(text, outer->path.ptr, outer->path.len);
    text[outer->path.len] = '.';
    memcpy(text + outer->path.len + 1, name.ptr, name.len);
    return span_of(text, outer->path.len + 1 + name.len);
}

static void read_fields(struct catalog_reader *r, const struct node *map, const struct field *outer,
                        struct record_kind *out);

static void read_field(struct catalog_reader *r, const struct node *n, const struct field *outer,
                       struct record_kind *out)
{
    struct field_form form = {0};
    struct field *field = &out->fields[out->field_count];
    *field = (struct field){
        .number = (uint16_t)out->field_count++,
        .parent = outer != NULL ? outer->number : CATALOG_ROOT,
        .name = n->key,
        .path = path_of(r, outer, n->key),
    };
    if (!doc_fill(&r->doc, n, field_rules, sizeof(field_rules) / sizeof(field_rules[0]), &form)) {
        return;
    }
    if (span_eq_str(n->key, "metadata")) {
        doc_error_key(&r->doc, n, "metadata is never in a catalog: its keys are local fields");
    }
    struct field_reader f = {.r = r, .node = n, .form = &form, .outer = outer, .field = field};
    read_type(&f);
    read_marks(&f);
    read_placeholder(&f);
    read_grants(&f);
    if (form.members != NULL) {
        read_fields(r, form.members, field, out);
    }
}

static void read_fields(struct catalog_reader *r, const struct node *map, const struct field *outer,
                        struct record_kind *out)
{
    if (!doc_is_map(&r->doc, map)) {
        return;
    }
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        read_field(r, n, outer, out);
    }
}

void catalog_read_record(struct catalog_reader *r, const struct node *n, struct record_kind *out)
{
    *out = (struct record_kind){.name = n->key};
    size_t count = count_fields(n);
    if (count > CATALOG_MAX_FIELDS) {
        doc_error_key(&r->doc, n, "a record has at most %d fields", CATALOG_MAX_FIELDS);
        return;
    }
    out->fields = arena_array(&r->catalog->arena, count, sizeof(*out->fields));
    if (out->fields != NULL) {
        read_fields(r, n, NULL, out);
    }
}
