/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From items to a durable row. A commit is: what the ledger owes (a `start`
 * entry, a `dictionary` entry for students that got numbers), then the items, as
 * one bundle. Invariants: time and index move only when a commit is durable; a
 * number is on disk before, or with, the first entry that uses it; the last
 * entry of a finished month is its `seal`. Nothing is retried here.
 */
#include "ledger/writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/leaf.h"
#include "ledger/merkle.h"
#include "ledger/month.h"
#include "ledger/place.h"

enum {
    OWED_MAX = 2, /* entries of our own in front of the items */
    WORK_BYTES = 256 << 20
};
static const uint64_t INDEX_END = 1000000000000u; /* ENTRY_ID_DIGITS digits */

struct writer {
    char *directory;
    char *origin;
    char *version;
    int lock;
    struct dictionary *dictionary; /* borrowed */
    struct digest *digest;
    struct month *month;
    const char *cause;     /* of the `start` entry that is owed; NULL: none is */
    uint32_t durable_rows; /* of the dictionary, in this file */
    struct buf bundle;
    struct buf sides;
    struct buf body;
    uint8_t salts[(QUEUE_BATCH + OWED_MAX) * LEAF_SALT_BYTES];
    /* the commit being made */
    struct month_tail next;
    struct leaf leaf; /* time is set once per commit */
    unsigned made;
};

uint64_t writer_size(const struct writer *w)
{
    return month_where(w->month)->next;
}

unsigned writer_wal_pages(const struct writer *w)
{
    return month_wal_pages(w->month);
}

/* --- leaves */

static enum err begin_leaves(struct writer *w, size_t items, int64_t ms)
{
    struct buf text;
    enum err e = digest_random(w->salts, (items + OWED_MAX) * LEAF_SALT_BYTES);

    buf_clear(&w->bundle);
    buf_clear(&w->sides);
    w->made = 0;
    w->next = *month_where(w->month);
    w->next.last_ms = ms;
    buf_init(&text, LEAF_TIME_BYTES);
    clock_put_rfc3339(&text, ms);
    e = e != OK ? e : buf_err(&text);
    if (e == OK) {
        memcpy(w->leaf.time, buf_span(&text).ptr, LEAF_TIME_BYTES);
    }
    buf_fini(&text);
    return e;
}

/* Appends the leaf in w->leaf, which has everything but index and salt. */
static void put_leaf(struct writer *w)
{
    w->leaf.index = w->next.next++;
    w->leaf.salt = w->salts + (size_t)w->made++ * LEAF_SALT_BYTES;
    leaf_put(&w->bundle, &w->leaf);
    w->next.sealed = w->leaf.kind == ENTRY_SEAL;
}

static void put_own(struct writer *w, enum entry_kind kind, struct span body)
{
    w->leaf.kind = kind;
    w->leaf.exchange = span_of(NULL, 0);
    w->leaf.body = body;
    w->leaf.subject_count = 0;
    put_leaf(w);
}

static void put_start(struct writer *w)
{
    buf_clear(&w->body);
    entry_text(&w->body, "cause", span_str(w->cause));
    entry_text(&w->body, "origin", span_str(w->origin));
    entry_text(&w->body, "version", span_str(w->version));
    put_own(w, ENTRY_START, buf_span(&w->body));
}

/* The root that commits to rows first..last, salted as the students of an entry are. */
static enum err rows_root(struct writer *w, uint32_t first, uint32_t last, uint8_t *out)
{
    struct merkle tree;
    uint8_t leaf[DIGEST_BYTES];
    enum err e = OK;

    merkle_init(&tree);
    for (uint32_t n = first; n <= last && e == OK; n++) {
        struct dictionary_row row;

        dictionary_get(w->dictionary, n, &row);
        e = merkle_leaf(w->digest, span_of(row.salt, sizeof(row.salt)), row.id, leaf);
        e = e != OK ? e : merkle_add(&tree, w->digest, leaf);
    }
    return e != OK ? e : merkle_root(&tree, w->digest, out);
}

static enum err put_dictionary(struct writer *w, uint32_t first, uint32_t last)
{
    uint8_t root[DIGEST_BYTES];
    enum err e = rows_root(w, first, last, root);

    if (e != OK) {
        return e;
    }
    buf_clear(&w->body);
    entry_number(&w->body, "count", last - first + 1);
    entry_number(&w->body, "first", first);
    buf_put_str(&w->body, ",\"root\":\"");
    text_hex(&w->body, span_of(root, sizeof(root)));
    buf_put_byte(&w->body, '"');
    put_own(w, ENTRY_DICTIONARY, buf_span(&w->body));
    return OK;
}

static void put_item(struct writer *w, const struct item *it)
{
    struct side side = {w->made, span_of(it->seed, sizeof(it->seed)), it->blob};

    w->leaf.kind = it->kind;
    w->leaf.exchange = it->exchange;
    w->leaf.body = it->body;
    w->leaf.subject_count = it->subject_count;
    w->leaf.root = it->root;
    put_leaf(w);
    if (it->subject_count > 0) {
        side_put(&w->sides, &side);
    }
}

/* Everything of the commit into bundle and sides; `rows` is the dictionary's size to reach. */
static enum err put_all(struct writer *w, const struct item *list, uint32_t rows, uint64_t *first)
{
    enum err e = OK;

    if (w->cause != NULL) {
        put_start(w);
    }
    if (rows > w->durable_rows) {
        e = put_dictionary(w, w->durable_rows + 1, rows);
    }
    *first = w->next.next;
    for (const struct item *it = list; it != NULL; it = it->next) {
        put_item(w, it);
    }
    e = e != OK ? e : buf_err(&w->bundle);
    e = e != OK ? e : buf_err(&w->sides);
    return e != OK ? e : buf_err(&w->body);
}

/* --- one transaction */

static enum err put_rows(struct writer *w, uint32_t rows)
{
    enum err e = OK;

    for (uint32_t n = w->durable_rows + 1; n <= rows && e == OK; n++) {
        struct dictionary_row row;

        dictionary_get(w->dictionary, n, &row);
        e = month_put_row(w->month, &row);
    }
    return e;
}

/* What a failure means once a transaction was begun. */
static enum err of_store(enum err e)
{
    switch (e) {
    case ERR_STORE_FULL:
        return ERR_LEDGER_FULL;
    case ERR_LEDGER_MOVED:
        return ERR_LEDGER_MOVED;
    default:
        return ERR_LEDGER;
    }
}

static enum err store_all(struct writer *w, uint32_t rows)
{
    struct month_commit c = {.first = month_where(w->month)->next,
                             .count = w->made,
                             .bundle = buf_span(&w->bundle),
                             .sides = buf_span(&w->sides)};
    enum err e = month_begin(w->month);

    if (e == ERR_LOCKED || e == ERR_MEMORY) {
        return e; /* nothing was begun */
    }
    e = e != OK ? e : put_rows(w, rows);
    e = e != OK ? e : month_put(w->month, &c);
    e = e != OK ? e : month_finish(w->month, &w->next);
    if (e != OK) {
        log_event(LOG_ERROR, "ledger-commit-failed", LOG_STR("reason", err_code(e)),
                  LOG_NUM("first", c.first), LOG_NUM("entries", c.count));
        month_rollback(w->month);
        return of_store(e);
    }
    w->durable_rows = rows;
    w->cause = NULL;
    return OK;
}

static enum err commit_at(struct writer *w, const struct item *list, int64_t ms, uint64_t *first)
{
    uint32_t rows = dictionary_size(w->dictionary);
    size_t count = 0;

    for (const struct item *it = list; it != NULL; it = it->next) {
        count++;
    }
    if (count > QUEUE_BATCH || writer_size(w) + count + OWED_MAX >= INDEX_END) {
        return ERR_LEDGER;
    }
    enum err e = begin_leaves(w, count, ms);

    e = e != OK ? e : put_all(w, list, rows, first);
    if (e != OK) {
        return e == ERR_TOO_BIG ? ERR_LEDGER : ERR_MEMORY;
    }
    return store_all(w, rows);
}

/* --- months */

static int64_t now_ms(const struct writer *w)
{
    int64_t last = month_where(w->month)->last_ms;
    int64_t wall = clock_wall_ms();

    return wall > last ? wall : last;
}

/* The seal bears the first instant after its month, so that time alone forbids more entries. */
static enum err seal(struct writer *w, const char *successor, int64_t ms)
{
    struct item it = {.kind = ENTRY_SEAL};
    struct buf body;
    uint64_t first = 0;

    buf_init(&body, 256);
    entry_text(&body, "next", span_str(successor));
    it.body = buf_span(&body);
    enum err e = buf_err(&body) != OK ? ERR_MEMORY : commit_at(w, &it, ms, &first);

    buf_fini(&body);
    return e;
}

/* Ends the month's file and goes on in the file of the month of `ms`. */
static enum err move_on(struct writer *w, int64_t ms)
{
    char name[MONTH_NAME_BYTES];
    struct month *next = NULL;
    enum err e = OK;

    month_name(ms, name);
    if (!month_where(w->month)->sealed) {
        e = seal(w, name, ms);
    }
    if (e != OK) {
        return e;
    }
    struct month_tail from = {.next = month_where(w->month)->next, .last_ms = ms};

    e = month_create(w->directory, w->origin, &from, w->month, &next);
    if (e != OK) {
        return of_store(e);
    }
    month_close(&w->month);
    w->month = next;
    w->cause = w->cause != NULL ? w->cause : "month";
    log_event(LOG_INFO, "ledger-month", LOG_STR("file", month_file(next)));
    return OK;
}

/* True if `ms` belongs to a later file, or this one has ended. */
static bool is_over(const struct writer *w, int64_t ms)
{
    char name[MONTH_NAME_BYTES];

    month_name(ms, name);
    return strcmp(name, month_file(w->month)) > 0;
}

enum err writer_commit(struct writer *w, const struct item *list, uint64_t *first)
{
    int64_t ms = now_ms(w);
    enum err e = is_over(w, ms) ? move_on(w, ms) : OK;

    if (e == OK && month_where(w->month)->sealed) {
        return ERR_LEDGER;
    }
    return e != OK ? e : commit_at(w, list, ms, first);
}

enum err writer_note(struct writer *w, enum entry_kind kind, struct span body)
{
    struct item it = {.kind = kind, .body = body};
    uint64_t first = 0;

    return writer_commit(w, &it, &first);
}

enum err writer_tidy(struct writer *w)
{
    enum err e = month_unmoved(w->month);

    e = e != OK ? e : month_tidy(w->month);
    /* No room to checkpoint: the WAL grows until a commit says so. */
    return e == OK || e == ERR_STORE_FULL || e == ERR_LOCKED ? OK : of_store(e);
}

/* --- open and close */

void writer_close(struct writer **w, bool failed)
{
    if (*w == NULL) {
        return;
    }
    if (failed) {
        month_abandon(&(*w)->month);
    } else {
        month_close(&(*w)->month);
    }
    place_unlock(&(*w)->lock);
    digest_free(&(*w)->digest);
    buf_fini(&(*w)->bundle);
    buf_fini(&(*w)->sides);
    buf_fini(&(*w)->body);
    mem_free((*w)->directory);
    mem_free((*w)->origin);
    mem_free((*w)->version);
    mem_free(*w);
    *w = NULL;
}

static char *copy(const char *text)
{
    return text == NULL ? mem_copy("", 0) : mem_copy(text, strlen(text));
}

static enum err new_writer(const struct ledger_setup *setup, struct dictionary *dictionary,
                           struct writer **out)
{
    struct writer *w = mem_alloc(sizeof(*w));

    if (w == NULL) {
        return ERR_MEMORY;
    }
    w->lock = -1;
    w->dictionary = dictionary;
    w->cause = "open";
    buf_init(&w->bundle, WORK_BYTES);
    buf_init(&w->sides, WORK_BYTES);
    buf_init(&w->body, ENTRY_MAX_BYTES);
    w->directory = copy(setup->directory);
    w->origin = copy(setup->origin);
    w->version = copy(setup->version);
    enum err e = digest_new(&w->digest);

    if (w->directory == NULL || w->origin == NULL || w->version == NULL || e != OK) {
        writer_close(&w, true);
        return e == OK ? ERR_MEMORY : e;
    }
    *out = w;
    return OK;
}

/* The newest file that was ever finished; a later one that was not is taken over in time. */
static enum err open_newest(struct writer *w)
{
    struct month_list list;
    enum err e = month_list_read(w->directory, &list);
    enum err found = ERR_NOT_FOUND;

    if (e != OK) {
        return e;
    }
    for (size_t i = list.count; i > 0 && found == ERR_NOT_FOUND; i--) {
        found = month_open(w->directory, list.names[i - 1], w->origin, &w->month);
    }
    month_list_fini(&list);
    return found;
}

static enum err open_month(struct writer *w)
{
    struct month_tail nothing = {.last_ms = clock_wall_ms()};
    enum err e = open_newest(w);

    if (e == ERR_NOT_FOUND) {
        return month_create(w->directory, w->origin, &nothing, NULL, &w->month);
    }
    e = e != OK ? e : month_read_dictionary(w->month, w->dictionary);
    w->durable_rows = dictionary_size(w->dictionary);
    return e;
}

static enum err of_open(enum err e)
{
    return e == OK || e == ERR_INPUT || e == ERR_LOCKED || e == ERR_MEMORY || e == ERR_LEDGER_FULL
               ? e
               : of_store(e);
}

enum err writer_open(const struct ledger_setup *setup, struct dictionary *dictionary,
                     struct writer **out)
{
    struct writer *w = NULL;
    uint64_t first = 0;
    enum err e = new_writer(setup, dictionary, &w);

    if (e != OK) {
        return e;
    }
    e = place_check(setup->directory, setup->unsafe_storage);
    e = e != OK ? e : place_lock(setup->directory, &w->lock);
    e = e != OK ? e : open_month(w);
    e = e != OK ? e : writer_commit(w, NULL, &first);
    if (e != OK) {
        writer_close(&w, true);
        return of_open(e);
    }
    *out = w;
    return OK;
}
