/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading district.yaml. Some members only declare (annual notice, directory
 * information): they are checked here, and agreements that rest on them look
 * again. What it says of students' own facts must be said: missing is not empty
 * (SAFETY S1).
 */
#include "policy/district.h"

#include "policy/nearest.h"

/* The file as read; what needs more than one value is looked at afterwards. */
struct raw {
    struct district district;
    struct span source;
    const struct node *schools;
    const struct node *notice;
    const struct node *directory;
    const struct node *local_fields;
    const struct node *defaults;
};

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

struct raw_directory {
    struct directory_notice notice;
    const struct node *types;
    const struct node *limited_to;
};

static const struct doc_rule directory_rules[] = {
    {"published", doc_read_date, offsetof(struct raw_directory, notice.published), true},
    {"opt-out-until", doc_read_date, offsetof(struct raw_directory, notice.opt_out_until), true},
    {"types", doc_read_node, offsetof(struct raw_directory, types), true},
    {"limited-to", doc_read_node, offsetof(struct raw_directory, limited_to), false},
};

static const struct doc_rule limited_rules[] = {
    {"parties", doc_read_texts, offsetof(struct directory_notice, parties), false},
    {"purposes", doc_read_texts, offsetof(struct directory_notice, purposes), false},
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

static void unknown_type(const struct doc *d, const struct node *n, struct span type)
{
    struct nearest near;

    nearest_init(&near, type);
    for (unsigned t = 0; t < DIRECTORY_COUNT; t++) {
        nearest_try(&near, span_str(directory_word((enum directory_type)t)));
    }
    doc_error(d, n, "34 CFR 99.3 does not name \"%s\"; say why with designated-because%s",
              shown_of(type).text, nearest_hint(&near).text);
}

/* A type of the district's own carries no element: it is designated, not shared. */
static bool designate(const struct doc *d, const struct node *n, const struct designated *t,
                      struct directory_notice *out)
{
    enum directory_type type;

    if (is_never_directory(t->type)) {
        doc_error(d, n, "\"%s\" can never be directory information (34 CFR 99.3)",
                  shown_of(t->type).text);
        return false;
    }
    if (directory_of_word(t->type, &type)) {
        struct element_set elements = directory_elements(type);

        out->types[type] = true;
        element_set_join(&out->designated, &elements);
        return true;
    }
    if (t->because.len > 0) {
        doc_warn(d, n,
                 "\"%s\" is designated, but no element of Exhibit B carries it, so that no "
                 "agreement can share it as directory information",
                 shown_of(t->type).text);
        return true;
    }
    unknown_type(d, n, t->type);
    return false;
}

static bool read_types(const struct doc *d, const struct node *list, struct directory_notice *out)
{
    if (!doc_is_list(d, list)) {
        return false;
    }
    bool good = true;

    for (const struct node *n = list->first; n != NULL; n = n->next) {
        struct designated t = {0};
        bool read = n->kind == NODE_MAP ? doc_fill(d, n, designated_rules, 2, &t)
                                        : doc_read_text(d, n, &t.type);

        good = read && designate(d, n, &t, out) && good;
    }
    return good;
}

static bool check_notice_dates(const struct doc *d, const struct node *n,
                               const struct directory_notice *v)
{
    if (v->published == 0 || v->opt_out_until == 0 || v->published < v->opt_out_until) {
        return true;
    }
    doc_error(d, node_member(n, "opt-out-until"),
              "parents need time after the notice to refuse: this day must come after `published` "
              "(34 CFR 99.37(a)(3))");
    return false;
}

static bool read_directory(const struct doc *d, const struct node *n, struct directory_notice *out)
{
    struct raw_directory raw = {.types = NULL};
    bool good = doc_fill(d, n, directory_rules, 4, &raw);

    if (raw.types != NULL) {
        good = read_types(d, raw.types, &raw.notice) && good;
    }
    if (raw.limited_to != NULL) {
        raw.notice.limited = true;
        good = doc_fill(d, raw.limited_to, limited_rules, 2, &raw.notice) && good;
    }
    *out = raw.notice;
    return check_notice_dates(d, n, out) && good;
}

/* --- the rest ------------------------------------------------------------------- */

static const struct doc_rule default_rules[] = {
    {"ids", doc_read_text, offsetof(struct district, default_ids), false},
};

static bool read_student_facts(const struct doc *d, const struct node *n, void *files)
{
    struct span word;

    if (!doc_read_text(d, n, &word)) {
        return false;
    }
    *(bool *)files = span_eq_str(word, "files");
    if (*(bool *)files || span_eq_str(word, "none")) {
        return true;
    }
    doc_error(d, n,
              "\"%s\" is neither `files` (opt-outs, consents and restrictions in the folder that "
              "`students:` in hallpass.yaml names) nor `none` (there are none)",
              shown_of(word).text);
    return false;
}

static bool read_widening(const struct doc *d, const struct node *n, void *second)
{
    struct span word;

    if (!doc_read_text(d, n, &word)) {
        return false;
    }
    if (!span_eq_str(word, "second-person")) {
        doc_error(d, n,
                  "\"%s\" is not `second-person`; leave the line out if nobody else is needed",
                  shown_of(word).text);
        return false;
    }
    *(bool *)second = true;
    return true;
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

/* Labels of lower-case letters, digits and inner hyphens, at least two (RFC 1123 2.1). */
static bool is_domain(struct span text)
{
    enum { MAX_DOMAIN = 253, MAX_LABEL = 63 };
    struct span rest = text;
    size_t labels = 0;
    bool good = text.len <= MAX_DOMAIN;

    do {
        struct span label = span_cut(&rest, '.');

        good = good && label.len > 0 && label.len <= MAX_LABEL && label.ptr[0] != '-' &&
               label.ptr[label.len - 1] != '-';
        for (size_t i = 0; good && i < label.len; i++) {
            uint8_t c = label.ptr[i];

            good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        }
        labels++;
    } while (good && rest.ptr != NULL);
    return good && labels > 1;
}

static bool read_domain(const struct doc *d, const struct node *n, void *span)
{
    struct span text;

    if (!doc_read_text(d, n, &text)) {
        return false;
    }
    if (!is_domain(text)) {
        doc_error(d, n, "\"%s\" is not a domain such as riverside.example.org, in lower case",
                  shown_of(text).text);
        return false;
    }
    *(struct span *)span = text;
    return true;
}

static bool read_domains(const struct doc *d, const struct node *list, void *texts)
{
    struct span domain;
    bool good = doc_read_texts(d, list, texts);

    for (const struct node *n = list->first; good && n != NULL; n = n->next) {
        good = read_domain(d, n, &domain);
    }
    return good;
}

/* An alias must not look like an address that somebody has. */
static bool check_alias_domain(const struct doc *d, const struct district *v)
{
    for (size_t i = 0; i < v->domains.count; i++) {
        if (span_eq(v->domains.items[i], v->alias_domain)) {
            doc_error(d, node_member(d->root, "alias-domain"),
                      "aliases need a domain without real addresses; this one is among the "
                      "district's `domains`");
            return false;
        }
    }
    return true;
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
    {"alias-domain", read_domain, offsetof(struct raw, district.alias_domain), false},
    {"domains", read_domains, offsetof(struct raw, district.domains), false},
    {"widening-needs", read_widening, offsetof(struct raw, district.second_person), false},
    {"student-facts", read_student_facts, offsetof(struct raw, district.has_student_files), true},
    {"key-epoch", doc_read_u64, offsetof(struct raw, district.key_epoch), false},
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
    good = (raw->directory == NULL || read_directory(d, raw->directory, &out->directory)) && good;
    good = (raw->local_fields == NULL ||
            local_fields_read(d, raw->local_fields, &out->local_fields)) &&
           good;
    return (raw->defaults == NULL || doc_fill(d, raw->defaults, default_rules, 1, out)) && good;
}

static bool check_values(const struct doc *d, const struct raw *raw)
{
    const struct district *v = &raw->district;
    bool good =
        v->time_zone.len == 0 || check_zone(d, node_member(d->root, "time-zone"), v->time_zone);

    if (v->small_cell_minimum < 2) {
        doc_error(d, node_member(d->root, "small-cell-minimum"),
                  "a minimum below 2 students protects nobody");
        good = false;
    }
    if (v->key_epoch == 0 || v->key_epoch > UINT32_MAX) {
        doc_error(d, node_member(d->root, "key-epoch"),
                  "an epoch of keys is a number from 1 on; it grows with each rotation");
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
    struct raw raw = {.district = {.small_cell_minimum = SMALL_CELL_DEFAULT,
                                   .key_epoch = 1,
                                   .alias_domain = SPAN("alias.invalid")}};
    bool good = doc_fill(d, d->root, rules, sizeof(rules) / sizeof(*rules), &raw);

    good = read_members(d, &raw, &raw.district) && good;
    good = check_values(d, &raw) && good;
    good = check_alias_domain(d, &raw.district) && good;
    *out = raw.district;
    return good;
}
