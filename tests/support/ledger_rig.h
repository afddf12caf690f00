/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_LEDGER_RIG_H
#define SUPPORT_LEDGER_RIG_H

#include "ledger/ledger.h"
#include "ledger/month.h"
#include "ledger/view.h"
#include "tests/support/folder.h"

#include <pthread.h>

/*
 * A ledger in a folder of its own, and eyes that read what stands in it through
 * another connection. What fails here aborts the test by assert().
 */
extern const char RIG_ORIGIN[];
#define RIG_EXCHANGE "00112233445566778899aabbccddeeff"

struct rig {
    struct folder folder;
    char path[128]; /* of this month's file */
    char wal[136];
};

void rig_open(struct rig *k);
void rig_close(struct rig *k);

struct ledger_setup rig_setup(const struct rig *k);
struct ledger *rig_ledger(const struct rig *k);

/* A request of RIG_EXCHANGE, about nobody. */
struct entry rig_request(void);

/* Writes it durably; its index. */
uint64_t rig_record(struct ledger *l, const struct entry *entry);

/* An ack that remembers. */
struct note {
    struct ledger_ack ack; /* first */
    pthread_mutex_t lock;
    pthread_cond_t told;
    unsigned times;
    enum err e;
    uint64_t index;
};

void note_init(struct note *n);
enum err note_wait(struct note *n);

/* Everything in one month's file, in order; checks that rows follow each other without a gap. */
enum { SHELF_MAX = 4096 };
struct shelf {
    struct view *entries[SHELF_MAX];
    size_t count;
    struct buf sides;
};

struct shelf *shelf_read(const char *path);
void shelf_free(struct shelf **s);

/* A text member of entry `index` of the shelf, as a string that lives with it; "" when missing. */
const char *shelf_text(const struct shelf *s, size_t index, const char *key);

/* The answer of a query that gives one number. */
int64_t rig_ask(const char *path, const char *sql);

#endif
