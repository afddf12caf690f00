/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REDACT_WORLD_H
#define SUPPORT_REDACT_WORLD_H

#include "base/buf.h"
#include "policy/verdict.h"
#include "redact/idmap.h"
#include "redact/redact.h"

/*
 * A district for the redactor's tests, fuzz target and benchmark: the real
 * catalog, the real verdict, and a roster and programs that are worked out here.
 *
 *   stu-0 .. stu-39   students; school-(n % 3), grade 06 + n % 3; stu-13 is stopped
 *   par-0 .. par-39   guardians of stu-n        tea-n  teachers of school-(n % 3)
 *   adm-n             staff of school-(n % 3)   both-n teachers who are guardians of stu-n
 *   school-0 .. 2, "school/1" (known, of no student), district
 *   class-0 .. 2 and course-0 .. 2 of school-n; ids of any other form are unknown
 *
 * The agreement takes in school-0 and school-1; all grades. Today is 5 January 2026.
 */
enum { WORLD_PEOPLE = 40, WORLD_KINDS = 5 };

struct world {
    struct catalog *catalog;
    struct roster_view roster;
    struct agreement agreement;
    struct query query;
    struct plan plan;
    struct program programs[ROLE_COUNT];
    struct field_rule rules[ROLE_COUNT][CATALOG_MAX_FIELDS];
    struct span words[8]; /* schools and grades */
    struct fact_set schools;
    struct idmap *ids;       /* under translated ids */
    struct field_keys *keys; /* after world_keys() */
    struct keyed_field
        keyed[CATALOG_MAX_FIELDS]; /* the plan's resource: every string, e-mail and date */
    char labels[CATALOG_MAX_FIELDS][96];
};

/* Reads policy/catalogs/oneroster-1.2.yaml below the working directory. False: it cannot. */
bool world_open(struct world *w);
void world_close(struct world *w);

/* From now on partners know records by the codes of partner "acme" (per-partner), or by the ids. */
bool world_translate(struct world *w, bool on);

/*
 * Derives the keys of the planned resource for partner "acme", epoch 1, from the
 * master key 00 01 .. 1f. world_plan() forgets them.
 */
bool world_keys(struct world *w);

/* Plans a resource ("users"): structure is shared for every role, nothing else. */
void world_plan(struct world *w, const char *resource);

/* The same for one record by id. `id` is borrowed. */
void world_plan_item(struct world *w, const char *resource, const char *id);

/* Shares a field (its dotted path) with a role. The constant is a JSON value, borrowed. */
void world_share(struct world *w, enum role role, const char *path, enum transform transform);
void world_share_rule(struct world *w, enum role role, const char *path, struct field_rule rule);
void world_share_const(struct world *w, enum role role, const char *path, const char *constant);

/* Narrows to some fields, as `fields=` does; paths end with NULL. */
void world_ask(struct world *w, const char *const *paths);

/* Adds a clause; the value is borrowed. */
void world_filter(struct world *w, const char *path, enum filter_op op, const char *value);

/* The usual shares of users: names, grades, e-mail and some transforms. */
void world_share_users(struct world *w);

/* How a body went through a redactor: one line per record, then how it ended. */
struct run {
    struct buf log;
    enum err end;
    size_t records;
    size_t released;
    enum err stop_with; /* what the callback returns for record `stop_at` (from 1) */
    size_t stop_at;
    bool bytes_only; /* the log holds the released bytes and nothing else */
};

void run_init(struct run *run);
void run_fini(struct run *run);

/* The callback; `ctx` is a struct run. */
enum err run_record(void *ctx, const struct redact_record *record);

/* A redactor for the world's plan, or NULL. */
struct redactor *world_redactor(const struct world *w, struct run *run);

/* Feeds a body in pieces of at most `step` bytes, from a fresh copy of each, and ends it. */
void run_body(struct run *run, struct redactor *r, struct span body, size_t step);

/* The same in two pieces. */
void run_split(struct run *run, struct redactor *r, struct span body, size_t at);

#endif
