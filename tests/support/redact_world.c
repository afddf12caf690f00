/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The redactor's test district. Ids are made of a kind and a number, so that the
 * roster's answers can be worked out from the id alone.
 */
#include "tests/support/redact_world.h"

#include "base/arena.h"
#include "base/mem.h"

#include <stdio.h>

enum { MAX_CATALOG = 1 << 20, MAX_LOG = 64 << 20 };

/* --- the roster ------------------------------------------------------------------ */

static const char *const kinds[WORLD_KINDS] = {"stu-", "par-", "tea-", "adm-", "both-"};
static const role_mask kind_roles[WORLD_KINDS] = {ROLE_BIT(ROLE_STUDENT), ROLE_BIT(ROLE_GUARDIAN),
                                                  ROLE_BIT(ROLE_TEACHER), ROLE_BIT(ROLE_STAFF),
                                                  ROLE_BIT(ROLE_TEACHER) | ROLE_BIT(ROLE_GUARDIAN)};

static struct span school_ids[3];
static struct span grade_words[3];
static struct span student_ids[WORLD_PEOPLE];
static char student_text[WORLD_PEOPLE][8];

static void make_names(void)
{
    static const char *const schools[3] = {"school-0", "school-1", "school-2"};
    static const char *const grades[3] = {"06", "07", "08"};

    for (unsigned i = 0; i < 3; i++) {
        school_ids[i] = span_str(schools[i]);
        grade_words[i] = span_str(grades[i]);
    }
    for (unsigned i = 0; i < WORLD_PEOPLE; i++) {
        (void)snprintf(student_text[i], sizeof(student_text[i]), "stu-%u", i);
        student_ids[i] = span_str(student_text[i]);
    }
}

/* The number behind a kind; false when the id is not of that form. */
static bool number_of(struct span id, const char *kind, unsigned max, unsigned *out)
{
    uint64_t n;

    if (!span_starts(id, span_str(kind)) ||
        !span_to_u64(span_from(id, strlen(kind)), max - 1, &n)) {
        return false;
    }
    *out = (unsigned)n;
    return true;
}

static void person(const void *ctx, struct span id, struct person_facts *out)
{
    unsigned n;

    (void)ctx;
    *out = (struct person_facts){.known = false};
    for (unsigned kind = 0; kind < WORLD_KINDS; kind++) {
        if (!number_of(id, kinds[kind], WORLD_PEOPLE, &n)) {
            continue;
        }
        out->known = true;
        out->roles = kind_roles[kind];
        out->stopped = kind == 0 && n == 13;
        for (int role = 0; role < ROLE_COUNT; role++) {
            out->schools[role] = (struct fact_set){TRI_YES, &school_ids[n % 3], 1};
        }
        if (kind == 0) {
            out->grades = (struct fact_set){TRI_YES, &grade_words[n % 3], 1};
        }
        if ((out->roles & ROLE_BIT(ROLE_GUARDIAN)) != 0) {
            out->children = (struct fact_set){TRI_YES, &student_ids[n], 1};
        }
    }
}

static void place(const void *ctx, enum ref_type type, struct span id, struct place_facts *out)
{
    static const char *const prefix[REF_COUNT] = {
        [REF_ORG] = "school-", [REF_CLASS] = "class-", [REF_COURSE] = "course-"};
    unsigned n;

    (void)ctx;
    *out = (struct place_facts){.known = false};
    if (prefix[type] != NULL && number_of(id, prefix[type], 3, &n)) {
        out->known = true;
        out->schools = (struct fact_set){TRI_YES, &school_ids[n], 1};
    } else if (type == REF_ORG && span_eq(id, SPAN("school/1"))) {
        out->known = true;
        out->schools = (struct fact_set){TRI_YES, &school_ids[1], 1};
    } else if (type == REF_ORG && span_eq(id, SPAN("district"))) {
        out->known = true;
        out->schools = (struct fact_set){TRI_YES, school_ids, 3};
    }
}

/* --- the plan -------------------------------------------------------------------- */

/* Tests run at the top of the tree, fuzz targets one folder below. */
static FILE *open_catalog(void)
{
    FILE *f = fopen("policy/catalogs/oneroster-1.2.yaml", "rb");

    return f != NULL ? f : fopen("../policy/catalogs/oneroster-1.2.yaml", "rb");
}

static bool read_catalog(struct world *w)
{
    FILE *f = open_catalog();
    char *text = mem_alloc(MAX_CATALOG);
    size_t len = f != NULL && text != NULL ? fread(text, 1, MAX_CATALOG, f) : 0;
    struct arena arena;
    struct diag_list diags;

    arena_init(&arena, MAX_CATALOG);
    diag_init(&diags, &arena);
    enum err e = catalog_load("oneroster-1.2.yaml", span_of(text, len), &diags, &w->catalog);

    arena_fini(&arena);
    if (f != NULL) {
        (void)fclose(f);
    }
    mem_free(text);
    return e == OK;
}

bool world_open(struct world *w)
{
    *w = (struct world){.catalog = NULL};
    make_names();
    w->roster = (struct roster_view){.person = person, .place = place};
    w->schools = (struct fact_set){TRI_YES, school_ids, 2};
    w->agreement = (struct agreement){
        .id = SPAN("test"), .partner = SPAN("acme"), .epoch = 1, .schools = &w->schools};
    return read_catalog(w);
}

void world_close(struct world *w)
{
    catalog_free(&w->catalog);
    idmap_free(&w->ids);
    field_keys_free(&w->keys);
}

static bool is_keyable(const struct field *f)
{
    return f->kind == FIELD_VALUE &&
           (f->type == TYPE_STRING || f->type == TYPE_EMAIL || f->type == TYPE_DATE);
}

bool world_keys(struct world *w)
{
    const struct agreement *a = &w->agreement;
    const struct resource *r = w->plan.resource;
    uint8_t master[MASTER_KEY_BYTES];
    struct keys *keys = NULL;

    for (unsigned i = 0; i < sizeof(master); i++) {
        master[i] = (uint8_t)i;
    }
    w->agreement.keyed = w->keyed;
    w->agreement.keyed_count = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        char *label = w->labels[w->agreement.keyed_count];

        if (is_keyable(f)) {
            (void)snprintf(label, sizeof(w->labels[0]), "%s.%.*s", ref_word(r->ref),
                           (int)f->path.len, (const char *)f->path.ptr);
            w->keyed[w->agreement.keyed_count++] =
                (struct keyed_field){r->ref, f->path, span_str(label)};
        }
    }
    field_keys_free(&w->keys);
    bool made = keys_new(master, &keys) == OK && field_keys_from(&a, 1, keys, &w->keys) == OK;

    keys_free(&keys);
    return made;
}

bool world_translate(struct world *w, bool on)
{
    struct idmap_bond bond = {SPAN("partner"), SPAN("acme"), 1};
    uint8_t key[IDMAP_KEY_BYTES];

    for (unsigned i = 0; i < IDMAP_KEY_BYTES; i++) {
        key[i] = (uint8_t)i;
    }
    idmap_free(&w->ids);
    w->agreement.ids = on ? IDS_PER_PARTNER : IDS_DISTRICT;
    return !on || idmap_new(key, &bond, &w->ids) == OK;
}

static void share(struct world *w, enum role role, const struct field *f, struct field_rule rule)
{
    struct program *p = &w->programs[role];

    w->rules[role][f->number] = rule;
    fieldset_add(&p->keep, f->number);
    if (rule.transform == TRANSFORM_AS_IS) {
        fieldset_add(&w->plan.plain[role], f->number);
    }
}

static void share_structure(struct world *w, enum role role)
{
    const struct resource *r = w->plan.resource;

    w->programs[role] = (struct program){.resource = r, .role = role, .rules = w->rules[role]};
    w->plan.programs[role] = &w->programs[role];
    for (size_t i = 0; i < r->field_count; i++) {
        if (r->fields[i].grant[role].by == GRANT_STRUCTURE && r->fields[i].kind != FIELD_OBJECT) {
            share(w, role, &r->fields[i], (struct field_rule){.transform = TRANSFORM_AS_IS});
        }
    }
}

void world_plan(struct world *w, const char *resource)
{
    w->query = (struct query){.limit = QUERY_DEFAULT_LIMIT};
    field_keys_free(&w->keys);
    w->agreement.keyed_count = 0;
    w->plan = (struct plan){
        .local_date = 20260105,
        .agreement = &w->agreement,
        .roster = &w->roster,
        .own = &own_view_none,
        .resource = catalog_find(w->catalog, span_str(resource)),
        .query = &w->query,
        .shared = (1u << ROLE_COUNT) - 1,
    };
    memset(&w->plan.asked, 0xFF, sizeof(w->plan.asked));
    memset(w->rules, 0, sizeof(w->rules));
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if ((w->plan.resource->roles & ROLE_BIT(role)) != 0) {
            share_structure(w, (enum role)role);
        }
    }
}

void world_plan_item(struct world *w, const char *resource, const char *id)
{
    world_plan(w, resource);
    w->plan.item = true;
    w->plan.id = span_str(id);
}

static const struct field *find(const struct world *w, const char *path)
{
    return resource_field(w->plan.resource, span_str(path));
}

void world_share(struct world *w, enum role role, const char *path, enum transform transform)
{
    share(w, role, find(w, path), (struct field_rule){.transform = transform});
}

void world_share_rule(struct world *w, enum role role, const char *path, struct field_rule rule)
{
    share(w, role, find(w, path), rule);
}

void world_share_const(struct world *w, enum role role, const char *path, const char *constant)
{
    share(w, role, find(w, path),
          (struct field_rule){.transform = TRANSFORM_CONST, .constant = span_str(constant)});
}

void world_ask(struct world *w, const char *const *paths)
{
    w->plan.asked = (struct fieldset){{0}};
    for (; *paths != NULL; paths++) {
        fieldset_add(&w->plan.asked, find(w, *paths)->number);
    }
}

void world_filter(struct world *w, const char *path, enum filter_op op, const char *value)
{
    w->query.clauses[w->query.clause_count++] =
        (struct clause){.field = find(w, path), .op = op, .value = span_str(value)};
}

void world_share_users(struct world *w)
{
    static const char *const as_is[] = {"givenName", "email", "grades", "primaryOrg", "agents"};

    for (unsigned role = ROLE_STUDENT; role <= ROLE_STAFF; role++) {
        for (size_t i = 0; i < sizeof(as_is) / sizeof(as_is[0]); i++) {
            world_share(w, (enum role)role, as_is[i], TRANSFORM_AS_IS);
        }
        world_share(w, (enum role)role, "familyName", TRANSFORM_INITIAL);
    }
    world_share(w, ROLE_STUDENT, "roles.beginDate", TRANSFORM_YEAR);
    world_share(w, ROLE_STUDENT, "username", TRANSFORM_MASK);
    world_share(w, ROLE_STUDENT, "userIds.type", TRANSFORM_AS_IS);
    world_share(w, ROLE_STUDENT, "userIds.identifier", TRANSFORM_AS_IS);
    world_share(w, ROLE_TEACHER, "familyName", TRANSFORM_AS_IS);
    world_share(w, ROLE_TEACHER, "middleName", TRANSFORM_AS_IS);
    world_share_const(w, ROLE_STAFF, "phone", "\"see office\"");
}

/* --- running --------------------------------------------------------------------- */

void run_init(struct run *run)
{
    *run = (struct run){.end = OK};
    buf_init(&run->log, MAX_LOG);
}

void run_fini(struct run *run)
{
    buf_fini(&run->log);
}

enum err run_record(void *ctx, const struct redact_record *record)
{
    struct run *run = ctx;

    run->records++;
    run->released += record->reason == ROW_RELEASED ? 1 : 0;
    if (!run->bytes_only) {
        buf_put_str(&run->log, row_reason_word(record->reason));
        buf_put_byte(&run->log, ' ');
        buf_put(&run->log, record->id);
        buf_printf(&run->log, " %u %zu ", record->fields_dropped, record->verdict->subject_count);
    }
    buf_put(&run->log, record->bytes);
    buf_put_byte(&run->log, '\n');
    return run->records == run->stop_at ? run->stop_with : OK;
}

struct redactor *world_redactor(const struct world *w, struct run *run)
{
    struct redact_setup setup = {.plan = &w->plan,
                                 .href_base = SPAN("https://hallpass/v1p2"),
                                 .keys = w->keys,
                                 .ids = w->ids};
    struct redactor *r = NULL;

    return redactor_new(&setup, run_record, run, &r) == OK ? r : NULL;
}

static void begin(struct run *run, struct redactor *r)
{
    redactor_restart(r);
    buf_clear(&run->log);
    run->records = 0;
    run->released = 0;
    run->end = OK;
}

/* Fed from a block of its own that is gone afterwards, so that nothing can keep a pointer. */
static void feed(struct run *run, struct redactor *r, struct span piece)
{
    char *copy = mem_alloc(piece.len);

    if (copy == NULL) {
        run->end = ERR_MEMORY;
        return;
    }
    if (piece.len > 0) {
        memcpy(copy, piece.ptr, piece.len);
    }
    run->end = redactor_feed(r, span_of(copy, piece.len));
    mem_wipe(copy, piece.len);
    mem_free(copy);
}

static void finish(struct run *run, struct redactor *r)
{
    run->end = run->end == OK ? redactor_end(r) : run->end;
}

void run_body(struct run *run, struct redactor *r, struct span body, size_t step)
{
    begin(run, r);
    for (size_t at = 0; at < body.len && run->end == OK; at += step) {
        feed(run, r, span_sub(body, at, step));
    }
    finish(run, r);
}

void run_split(struct run *run, struct redactor *r, struct span body, size_t at)
{
    begin(run, r);
    feed(run, r, span_sub(body, 0, at));
    if (run->end == OK) {
        feed(run, r, span_from(body, at));
    }
    finish(run, r);
}
