/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A roster without a gateway: the embedded source is asked in this process what
 * the gateway would ask it over its socket, and the same builder reads the
 * answers.
 */
#include "cli/roster_file.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/needs.h"
#include "cli/students_folder.h"
#include "district/source.h"
#include "roster/builder.h"

enum { PAGE_ROWS = 2000, QUESTION_BYTES = 64 * 1024 };

/* What a roster is made of; places before people. */
static const char *const COLLECTIONS[] = {
    "orgs", "academicSessions", "courses", "classes", "users", "demographics", "enrollments",
};

struct loading {
    struct source *source;
    struct roster_builder *builder;
    struct arena arena; /* of one question */
    struct buf page;
};

/* --- one page ----------------------------------------------------------------------------- */

static enum err ask_page(struct loading *l, struct span collection, uint64_t offset,
                         struct ask *ask)
{
    char text[256];
    struct target target;
    int n = snprintf(text, sizeof(text), SHAPE_BASE_PATH "/%.*s?limit=%d&offset=%llu",
                     (int)collection.len, (const char *)collection.ptr, (int)PAGE_ROWS,
                     (unsigned long long)offset);

    if (n < 0 || (size_t)n >= sizeof(text)) {
        return ERR_INTERNAL;
    }
    arena_reset(&l->arena);
    enum err e = target_parse(arena_copy(&l->arena, span_str(text)), &l->arena, &target);

    return e != OK ? e : ask_read(&target, source_metadata(l->source), &l->arena, ask);
}

static enum err put_page(struct loading *l, const struct ask *ask, const struct source_page *page)
{
    enum err e = OK;

    buf_clear(&l->page);
    buf_printf(&l->page, "{\"%s\":[", SHAPES[ask->view->shape].many);
    for (size_t i = 0; i < page->count && e == OK; i++) {
        buf_put_str(&l->page, i == 0 ? "" : ",");
        e = source_document(l->source, ask, page->places[i], &l->page);
    }
    buf_put_str(&l->page, "]}");
    return e != OK ? e : buf_err(&l->page);
}

/* Feeds one page to the builder; `*rows` of it. */
static enum err feed_page(struct loading *l, const struct resource *r, uint64_t offset,
                          size_t *rows)
{
    struct source_page page = {0};
    struct ask ask;
    enum err e = ask_page(l, r->name, offset, &ask);

    if (e != OK) {
        return e;
    }
    e = source_find(l->source, &ask, &page);
    e = e != OK ? e : put_page(l, &ask, &page);
    if (e == OK && page.count > 0) {
        e = roster_builder_add(l->builder, r, buf_span(&l->page), rows);
    }
    mem_free(page.places);
    return e;
}

static enum err feed_collection(struct loading *l, const struct resource *r)
{
    uint64_t offset = 0;
    size_t rows = 1;
    enum err e = OK;

    while (e == OK && rows > 0) {
        rows = 0;
        e = feed_page(l, r, offset, &rows);
        offset += rows;
    }
    return e;
}

static enum err feed_all(struct loading *l, const struct catalog *catalog)
{
    enum err e = OK;

    for (size_t i = 0; i < sizeof(COLLECTIONS) / sizeof(COLLECTIONS[0]) && e == OK; i++) {
        const struct resource *r = catalog_find(catalog, span_str(COLLECTIONS[i]));

        e = r == NULL ? ERR_INPUT : feed_collection(l, r);
    }
    return e;
}

enum err roster_of_database(const char *path, const struct policy *policy, struct roster **out)
{
    struct loading l = {0};
    struct needs needs;
    int64_t now = clock_wall_ms();

    needs_find(policy, &needs);
    needs.all.birth = true; /* consents may be asked about */
    arena_init(&l.arena, QUESTION_BYTES);
    buf_init(&l.page, ROSTER_MAX_DOCUMENT);
    enum err e = source_open(path, &l.source);

    e = e != OK ? e : roster_builder_new(&l.builder);
    e = e != OK ? e : roster_builder_need(l.builder, &needs.all, clock_local_date(now));
    e = e != OK ? e : feed_all(&l, policy_catalog(policy));
    e = e != OK ? e : roster_build(l.builder, now, out);
    roster_builder_free(&l.builder);
    source_close(&l.source);
    buf_fini(&l.page);
    arena_fini(&l.arena);
    return e;
}

/* --- students' own facts --------------------------------------------------------------------- */

static enum err make_set(const struct students_reading *reading, struct arena *arena,
                         struct own_set **out)
{
    size_t count = 0, at = 0;
    bool whole = true;

    for (size_t f = 0; f < OWN_FILE_COUNT; f++) {
        count += reading->sheets[f].count;
        whole = whole && reading->sheets[f].whole;
    }
    struct own_row *rows = arena_array(arena, count + 1, sizeof(*rows));

    if (rows == NULL) {
        return ERR_MEMORY;
    }
    for (size_t f = 0; f < OWN_FILE_COUNT; f++) {
        for (size_t i = 0; i < reading->sheets[f].count; i++) {
            rows[at++] = reading->sheets[f].rows[i];
        }
    }
    return own_set_new(rows, count, whole, out);
}

enum err own_of_folder(const char *folder, struct arena *arena, struct diag_list *diags,
                       struct own_set **out)
{
    struct students_folder f = {.path = folder};
    struct students_reading reading = {0};
    enum err e = students_folder_read(&f, arena, diags, &reading);

    return e != OK ? e : make_set(&reading, arena, out);
}
