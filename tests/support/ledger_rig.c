/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/ledger_rig.h"

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/leaf.h"
#include "store/stmt.h"

#include <assert.h>
#include <stdio.h>

const char RIG_ORIGIN[] = "test.example/disclosures/1";

void rig_open(struct rig *k)
{
    char name[MONTH_NAME_BYTES];

    assert(folder_open(&k->folder));
    month_name(clock_wall_ms(), name);
    (void)snprintf(k->path, sizeof(k->path), "%s/%s", k->folder.path, name);
    (void)snprintf(k->wal, sizeof(k->wal), "%s-wal", k->path);
}

void rig_close(struct rig *k)
{
    folder_close(&k->folder);
}

struct ledger_setup rig_setup(const struct rig *k)
{
    return (struct ledger_setup){.directory = k->folder.path,
                                 .origin = RIG_ORIGIN,
                                 .unsafe_storage = true,
                                 .ballast_bytes = 65536};
}

struct ledger *rig_ledger(const struct rig *k)
{
    struct ledger_setup how = rig_setup(k);
    struct ledger *l = NULL;

    assert(ledger_open(&how, &l) == OK);
    return l;
}

struct entry rig_request(void)
{
    return (struct entry){.kind = ENTRY_REQUEST,
                          .exchange = SPAN(RIG_EXCHANGE),
                          .body = SPAN("\"agreement\":\"a\",\"client\":\"c\"")};
}

uint64_t rig_record(struct ledger *l, const struct entry *entry)
{
    uint64_t index = 0;

    assert(ledger_record(l, entry, 10000, &index) == OK);
    return index;
}

static void on_done(struct ledger_ack *ack, enum err e, uint64_t index)
{
    struct note *n = (struct note *)ack;

    (void)pthread_mutex_lock(&n->lock);
    n->times++;
    n->e = e;
    n->index = index;
    (void)pthread_cond_signal(&n->told);
    (void)pthread_mutex_unlock(&n->lock);
}

void note_init(struct note *n)
{
    *n = (struct note){.ack = {.done = on_done}};
    (void)pthread_mutex_init(&n->lock, NULL);
    (void)pthread_cond_init(&n->told, NULL);
}

enum err note_wait(struct note *n)
{
    (void)pthread_mutex_lock(&n->lock);
    while (n->times == 0) {
        (void)pthread_cond_wait(&n->told, &n->lock);
    }
    enum err e = n->e;

    (void)pthread_mutex_unlock(&n->lock);
    return e;
}

static struct store *open_read(const char *path)
{
    struct store_setup how = {.path = path, .mode = STORE_READ};
    struct store *s = NULL;

    assert(store_open(&how, &s) == OK);
    return s;
}

static void read_commit(const struct stmt *st, struct shelf *out, uint64_t *next)
{
    struct span bundle = stmt_bytes(st, 2);
    struct span leaf;
    int64_t count = 0;

    assert((uint64_t)stmt_int(st, 0) == *next);
    while (leaf_next(&bundle, &leaf)) {
        assert(out->count < SHELF_MAX);
        assert(view_read(leaf, &out->entries[out->count++]) == OK);
        count++;
    }
    assert(bundle.len == 0 && stmt_int(st, 1) == count);
    assert(stmt_is_null(st, 4)); /* the checkpoint */
    buf_put(&out->sides, stmt_bytes(st, 3));
    *next += (uint64_t)count;
}

struct shelf *shelf_read(const char *path)
{
    uint64_t next = (uint64_t)rig_ask(path, "SELECT value FROM meta WHERE name = 'first'");
    struct shelf *out = mem_alloc(sizeof(*out));
    struct store *s = open_read(path);
    struct stmt *st = NULL;
    bool row = false;

    assert(out != NULL);
    buf_init(&out->sides, 64 << 20);
    assert(stmt_prepare(s, "SELECT * FROM commits ORDER BY first", &st) == OK);
    while (stmt_step(st, &row) == OK && row) {
        read_commit(st, out, &next);
    }
    stmt_finish(&st);
    store_close(&s);
    return out;
}

void shelf_free(struct shelf **s)
{
    for (size_t i = 0; i < (*s)->count; i++) {
        view_free(&(*s)->entries[i]);
    }
    buf_fini(&(*s)->sides);
    mem_free(*s);
    *s = NULL;
}

const char *shelf_text(const struct shelf *s, size_t index, const char *key)
{
    assert(index < s->count);
    struct span text = view_text(s->entries[index], key);

    return text.len == 0 ? "" : (const char *)text.ptr; /* jansson ends its strings with NUL */
}

int64_t rig_ask(const char *path, const char *sql)
{
    struct store *s = open_read(path);
    struct stmt *st = NULL;
    bool row = false;

    assert(stmt_prepare(s, sql, &st) == OK);
    assert(stmt_step(st, &row) == OK && row);
    int64_t n = stmt_int(st, 0);

    stmt_finish(&st);
    store_close(&s);
    return n;
}
