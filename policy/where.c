/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading `where:`. A word that limits to nothing the district can know is an
 * error: it would withhold everything and look like a rule.
 */
#include "policy/where.h"

#include "policy/nearest.h"

enum { MAX_ID = 255 };

/* Where a list is read into, and what it is read by. */
struct reader {
    const struct doc *doc;
    const struct district *district;
    const struct catalog *catalog;
    const struct node *list;
    struct texts *out;
};

static bool read_school(const struct reader *r, const struct node *n, struct span *id)
{
    struct span word;
    struct nearest near;

    if (!doc_read_text(r->doc, n, &word)) {
        return false;
    }
    const struct school *s = district_school(r->district, word);

    if (s != NULL) {
        *id = s->id;
        return true;
    }
    nearest_init(&near, word);
    for (size_t i = 0; i < r->district->school_count; i++) {
        nearest_try(&near, r->district->schools[i].alias);
    }
    doc_error(r->doc, n, "\"%s\" is no school of district.yaml%s", shown_of(word).text,
              nearest_hint(&near).text);
    return false;
}

static bool read_schools(const struct reader *r)
{
    if (!doc_is_list(r->doc, r->list)) {
        return false;
    }
    struct span *ids = arena_array(r->doc->arena, r->list->count, sizeof(*ids));
    bool good = ids != NULL;
    size_t at = 0;

    for (const struct node *n = r->list->first; ids != NULL && n != NULL; n = n->next) {
        good = read_school(r, n, &ids[at++]) && good;
    }
    *r->out = (struct texts){ids, at};
    return good;
}

/* Every text of the list must be one of the words. */
static bool read_words(const struct reader *r, const struct texts *words, const char *what)
{
    bool good = doc_read_texts(r->doc, r->list, r->out);

    for (const struct node *n = r->list->first; good && n != NULL; n = n->next) {
        struct nearest near;
        bool known = words->count == 0;

        nearest_init(&near, n->text);
        for (size_t i = 0; !known && i < words->count; i++) {
            known = span_eq(n->text, words->items[i]);
            nearest_try(&near, words->items[i]);
        }
        if (!known) {
            doc_error(r->doc, n, "\"%s\" is no %s%s", shown_of(n->text).text, what,
                      nearest_hint(&near).text);
            return false;
        }
    }
    return good;
}

/* Any field of the catalog that holds a grade has the words. */
static struct texts grade_words(const struct catalog *c)
{
    for (size_t r = 0; r < catalog_resource_count(c); r++) {
        const struct resource *res = catalog_resource(c, r);

        for (size_t f = 0; f < res->field_count; f++) {
            if (res->fields[f].type == TYPE_GRADE && res->fields[f].word_count > 0) {
                return (struct texts){res->fields[f].words, res->fields[f].word_count};
            }
        }
    }
    return (struct texts){NULL, 0};
}

static bool read_grades(const struct reader *r)
{
    struct texts words = grade_words(r->catalog);

    return read_words(r, &words, "grade of the catalog");
}

static bool read_ids(const struct reader *r)
{
    bool good = doc_read_texts(r->doc, r->list, r->out);

    for (const struct node *n = r->list->first; good && n != NULL; n = n->next) {
        if (n->text.len > MAX_ID) {
            doc_error(r->doc, n, "an id of the source has at most %d characters", MAX_ID);
            good = false;
        }
    }
    return good;
}

static bool read_fact(const struct reader *r, uint8_t fact, const char *word)
{
    const struct local_field *l = local_field_of_fact(&r->district->local_fields, fact);

    if (l == NULL) {
        doc_error_key(r->doc, r->list,
                      "no field under local-fields in district.yaml says `fact: %s`, so that "
                      "nobody's could be known and every record would be withheld",
                      word);
        return false;
    }
    return read_words(r, &l->words,
                      fact == FACT_STATUS ? "status that district.yaml lists for its field"
                                          : "program that district.yaml lists for its field");
}

static bool read_list(const struct reader *r, enum where kind)
{
    switch (kind) {
    case WHERE_SCHOOLS:
        return read_schools(r);
    case WHERE_GRADES:
        return read_grades(r);
    case WHERE_STATUSES:
        return read_fact(r, FACT_STATUS, "status");
    case WHERE_PROGRAMS:
        return read_fact(r, FACT_PROGRAM, "program");
    default:
        return read_ids(r);
    }
}

#define WHERE_RULE(sym, member)                                                                    \
    {#member, doc_read_node, (sym) * sizeof(const struct node *), false},

static const struct doc_rule where_rules[] = {WHERE_TABLE(WHERE_RULE)};

#undef WHERE_RULE

bool where_read(const struct doc *d, const struct node *map, const struct district *district,
                const struct catalog *catalog, struct texts *out)
{
    const struct node *lists[WHERE_COUNT] = {NULL};
    bool good = doc_fill(d, map, where_rules, WHERE_COUNT, lists);

    for (unsigned i = 0; i < WHERE_COUNT; i++) {
        const struct reader r = {d, district, catalog, lists[i], &out[i]};

        good = (lists[i] == NULL || read_list(&r, (enum where)i)) && good;
    }
    return good;
}
