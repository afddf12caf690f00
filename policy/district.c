/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading district.yaml. Some members only declare (annual notice, local
 * fields): they are checked here, and agreements that rest on them look again.
 *
 * This version acts on no students' own facts (opt-outs, consents, restrictions),
 * so that nothing but an explicit `none` is accepted for them (SAFETY S1).
 */
#include "policy/district.h"

#include "policy/nearest.h"
#include "policy/vocabulary.h"

/* The file as read; what needs more than one value is looked at afterwards. */
struct raw {
    struct district district;
    struct span source;
    const struct node *schools;
    const struct node *notice;
    const struct node *directory;
    const struct node *local_fields;
    const struct node *defaults;
    const struct node *student_facts;
};

/* The directory information that 34 CFR 99.3 names; other types need a reason (SAFETY L3). */
static const char *const named_types[] = {
    "name",        "address", "telephone",       "email",      "photograph",          "birth-date",
    "birth-place", "major",   "grade-level",     "enrollment", "dates-of-attendance", "activities",
    "athletics",   "awards",  "previous-school",
};

enum { NAMED_TYPES = sizeof(named_types) / sizeof(*named_types) };

/* --- schools ------------------------------------------------------------------ */

const struct school *district_school(const struct district *d, struct span word)
{
    for (size_t i = 0; i < d->school_count; i++) {
        if (span_eq(d->schools[i].alias, word) || span_eq(d->schools[i].id, word)) {
            return &d->schools[i];
        }
    }
    return NULL;
}

static bool read_schools(const struct doc *d, const struct node *map, struct district *out)
{
    if (!doc_is_map(d, map)) {
        return false;
    }
    struct school *schools = arena_array(d->arena, map->count, sizeof(*schools));
    bool good = schools != NULL;

    out->schools = schools;
    for (const struct node *m = map->first; schools != NULL && m != NULL; m = m->next) {
        struct school s = {.alias = m->key};

        good = doc_read_text(d, m, &s.id) && good;
        if (s.id.len > 0 &&
            (district_school(out, s.id) != NULL || district_school(out, s.alias) != NULL)) {
            doc_error(d, m, "the school \"%s\" has two aliases", shown_of(s.id).text);
            good = false;
        }
        schools[out->school_count++] = s;
    }
    return good;
}

/* --- notices ------------------------------------------------------------------ */

static const struct doc_rule notice_rules[] = {
    {"published", doc_read_date, offsetof(struct annual_notice, published), true},
    {"school-official", doc_read_text, offsetof(struct annual_notice, school_official), false},
    {"legitimate-educational-interest", doc_read_text,
     offsetof(struct annual_notice, legitimate_interest), false},
    {"covers-transfers", doc_read_yes, offsetof(struct annual_notice, covers_transfers), false},
};

struct directory {
    int32_t published;
    int32_t opt_out_until;
    const struct node *types;
    const struct node *limited_to;
};

static const struct doc_rule directory_rules[] = {
    {"published", doc_read_date, offsetof(struct directory, published), true},
    {"opt-out-until", doc_read_date, offsetof(struct directory, opt_out_until), true},
    {"types", doc_read_node, offsetof(struct directory, types), true},
    {"limited-to", doc_read_node, offsetof(struct directory, limited_to), false},
};

struct designated {
    struct span type;
    struct span because;
};

static const struct doc_rule designated_rules[] = {
    {"type", doc_read_text, offsetof(struct designated, type), true},
    {"designated-because", doc_read_text, offsetof(struct designated, because), false},
};

static bool is_never_directory(struct span type)
{
    static const char *const never[] = {"ssn", "social-security-number", "student-number",
                                        "student-id"};

    for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
        if (span_eq_nocase(type, span_str(never[i]))) {
            return true;
        }
    }
    return false;
}

static bool check_type(const struct doc *d, const struct node *n, struct designated t)
{
    struct nearest near;

    if (is_never_directory(t.type)) {
        doc_error(d, n, "\"%s\" can never be directory information (34 CFR 99.3)",
                  shown_of(t.type).text);
        return false;
    }
    nearest_init(&near, t.type);
    for (size_t i = 0; i < NAMED_TYPES; i++) {
        if (span_eq_str(t.type, named_types[i])) {
            return true;
        }
        nearest_try(&near, span_str(named_types[i]));
    }
    if (t.because.len > 0) {
        return true;
    }
    doc_error(d, n, "34 CFR 99.3 does not name \"%s\"; say why with designated-because%s",
              shown_of(t.type).text, nearest_hint(&near).text);
    return false;
}

static bool read_types(const struct doc *d, const struct node *list)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    bool good = true;

    for (const struct node *n = list->first; n != NULL; n = n->next) {
        struct designated t = {0};
        bool read = n->kind == NODE_MAP ? doc_fill(d, n, designated_rules, 2, &t)
                                        : doc_read_text(d, n, &t.type);

        good = read && check_type(d, n, t) && good;
    }
    return good;
}

static bool read_directory(const struct doc *d, const struct node *n)
{
    struct directory dir = {0};
    bool good = doc_fill(d, n, directory_rules, 4, &dir);
    struct texts limited = {0};

    if (dir.types != NULL) {
        good = read_types(d, dir.types) && good;
    }
    if (dir.limited_to != NULL) {
        good = doc_read_texts(d, dir.limited_to, &limited) && good;
    }
    return good;
}

/* --- local fields --------------------------------------------------------------- */

struct local_field {
    struct span field;
    struct span element;
    struct span class;
    struct span label;
};

static const struct doc_rule local_rules[] = {
    {"field", doc_read_text, offsetof(struct local_field, field), true},
    {"element", doc_read_text, offsetof(struct local_field, element), true},
    {"class", doc_read_text, offsetof(struct local_field, class), true},
    {"label", doc_read_text, offsetof(struct local_field, label), false},
};

static bool check_label(const struct doc *d, const struct node *n, struct span label)
{
    static const char *const labels[] = {"idea", "nsla", "mckinney-vento", "ppra"};

    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        if (span_eq_str(label, labels[i])) {
            return true;
        }
    }
    doc_error(d, n, "\"%s\" is not one of: idea nsla mckinney-vento ppra", shown_of(label).text);
    return label.len == 0;
}

static bool check_local(const struct doc *d, const struct node *n, const struct local_field *l)
{
    bool good = true;

    if (!span_starts(l->field, SPAN("metadata."))) {
        doc_error(d, node_member(n, "field"), "a local field starts with \"metadata.\"");
        good = false;
    }
    if (element_parse(l->element) == NULL) {
        doc_error(d, node_member(n, "element"),
                  "\"%s\" is not a category and element of Exhibit B (\"Category / Element\")",
                  shown_of(l->element).text);
        good = false;
    }
    if (l->class.len != 1 || l->class.ptr[0] < 'a' || l->class.ptr[0] > 'g') {
        doc_error(d, node_member(n, "class"),
                  "\"%s\" is not a paragraph, a to g, of personally identifiable information in "
                  "34 CFR 99.3",
                  shown_of(l->class).text);
        good = false;
    }
    return (l->label.len == 0 || check_label(d, node_member(n, "label"), l->label)) && good;
}

static bool read_local_fields(const struct doc *d, const struct node *list)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    bool good = true;

    for (const struct node *n = list->first; n != NULL; n = n->next) {
        struct local_field l = {0};

        good = doc_fill(d, n, local_rules, 4, &l) && check_local(d, n, &l) && good;
    }
    doc_warn(d, list, "local fields are classified but not released by this version");
    return good;
}

/* --- the rest ------------------------------------------------------------------- */

static const struct doc_rule default_rules[] = {
    {"ids", doc_read_text, offsetof(struct district, default_ids), false},
};

static bool check_student_facts(const struct doc *d, const struct node *n)
{
    if (n->kind == NODE_SCALAR && span_eq_str(n->text, "none")) {
        return true;
    }
    doc_error(d, n,
              "files of opt-outs, consents and restrictions are not available in this "
              "version; `student-facts: none` says that there are none");
    return false;
}

static bool check_zone(const struct doc *d, const struct node *n, struct span zone)
{
    bool good = zone.len > 0 && zone.len < 64 && zone.ptr[0] != '/';

    for (size_t i = 0; good && i < zone.len; i++) {
        uint8_t c = zone.ptr[i];

        good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
    }
    if (!good) {
        doc_error(d, n, "\"%s\" is not a time zone such as America/Chicago", shown_of(zone).text);
    }
    return good;
}

static const struct doc_rule rules[] = {
    {"district", doc_read_text, offsetof(struct raw, district.name), true},
    {"time-zone", doc_read_text, offsetof(struct raw, district.time_zone), true},
    {"catalog", doc_read_text, offsetof(struct raw, district.catalog), true},
    {"technical-contact", doc_read_text, offsetof(struct raw, district.contact), true},
    {"small-cell-minimum", doc_read_u64, offsetof(struct raw, district.small_cell_minimum), false},
    {"source", doc_read_text, offsetof(struct raw, source), false},
    {"schools", doc_read_node, offsetof(struct raw, schools), true},
    {"annual-notice", doc_read_node, offsetof(struct raw, notice), false},
    {"directory-information", doc_read_node, offsetof(struct raw, directory), false},
    {"local-fields", doc_read_node, offsetof(struct raw, local_fields), false},
    {"defaults", doc_read_node, offsetof(struct raw, defaults), false},
    {"student-facts", doc_read_node, offsetof(struct raw, student_facts), true},
};

/* A notice with a fault is still a notice: agreements need not complain as well. */
static bool read_notice(const struct doc *d, const struct node *n, struct district *out)
{
    out->has_notice = true;
    return doc_fill(d, n, notice_rules, 4, &out->notice);
}

static bool read_members(const struct doc *d, const struct raw *raw, struct district *out)
{
    bool good = raw->schools == NULL || read_schools(d, raw->schools, out);

    good = (raw->notice == NULL || read_notice(d, raw->notice, out)) && good;
    out->has_directory = raw->directory != NULL;
    good = (raw->directory == NULL || read_directory(d, raw->directory)) && good;
    good = (raw->local_fields == NULL || read_local_fields(d, raw->local_fields)) && good;
    good = (raw->defaults == NULL || doc_fill(d, raw->defaults, default_rules, 1, out)) && good;
    return (raw->student_facts == NULL || check_student_facts(d, raw->student_facts)) && good;
}

static bool check_values(const struct doc *d, const struct raw *raw)
{
    const struct district *v = &raw->district;
    bool good =
        v->time_zone.len == 0 || check_zone(d, node_member(d->root, "time-zone"), v->time_zone);

    if (v->catalog.len > 0 && !span_eq_str(v->catalog, "oneroster-1.2")) {
        doc_error(d, node_member(d->root, "catalog"),
                  "the catalog \"%s\" is not available in this version; oneroster-1.2 is",
                  shown_of(v->catalog).text);
        good = false;
    }
    if (v->small_cell_minimum < 2) {
        doc_error(d, node_member(d->root, "small-cell-minimum"),
                  "a minimum below 2 students protects nobody");
        good = false;
    }
    if (raw->source.len > 0) {
        doc_warn(d, node_member(d->root, "source"),
                 "the gateway's own configuration names the data source; this is not used");
    }
    return good;
}

bool district_read(const struct doc *d, struct district *out)
{
    enum { SMALL_CELL_DEFAULT = 10 };
    struct raw raw = {.district = {.small_cell_minimum = SMALL_CELL_DEFAULT}};
    bool good = doc_fill(d, d->root, rules, sizeof(rules) / sizeof(*rules), &raw);

    good = read_members(d, &raw, &raw.district) && good;
    good = check_values(d, &raw) && good;
    *out = raw.district;
    return good;
}
