/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of an answer, in a ring of slots:
 *
 *     FREE -> FILLING -> SEALED -> QUEUED -> DURABLE -> FREE
 *
 * Invariants: only the youngest batch fills; bytes of a batch reach the server
 * only in DURABLE; batches leave in the order in which they were filled; at most
 * three stand in QUEUED and DURABLE together.
 */
#include "proxy/batch_priv.h"

#include "proxy/answer_priv.h"
#include "proxy/record_priv.h"
#include "proxy/room_priv.h"
#include "proxy/sets.h"

#include <stddef.h>

enum {
    /* a batch closes behind the record (and the read) that fills it */
    BATCH_BYTES_CAP = MAX_BATCH_BYTES + 8 * REDACT_MAX_RECORD,
    IDS_CAP = 8 * 1024 * 1024,
};

void batch_init_all(struct exchange *x)
{
    for (unsigned i = 0; i < BATCH_SLOTS; i++) {
        buf_init(&x->batches[i].bytes, BATCH_BYTES_CAP);
        buf_init(&x->batches[i].ids, IDS_CAP);
        buf_init(&x->batches[i].ends, IDS_CAP);
    }
}

void batch_fini_all(struct exchange *x)
{
    for (unsigned i = 0; i < BATCH_SLOTS; i++) {
        buf_fini(&x->batches[i].bytes);
        buf_fini(&x->batches[i].ids);
        buf_fini(&x->batches[i].ends);
    }
}

static struct batch *slot(struct exchange *x, unsigned i)
{
    return &x->batches[(x->first + i) % BATCH_SLOTS];
}

static struct batch *filling(struct exchange *x)
{
    struct batch *b = x->in_use == 0 ? NULL : slot(x, x->in_use - 1);

    return b != NULL && b->state == BATCH_FILLING ? b : NULL;
}

static void put_envelope_start(struct exchange *x, struct buf *out)
{
    const struct resource *r = x->plan.resource;

    buf_put_str(out, "{\"");
    buf_put(out, x->plan.item ? r->item : r->collection);
    buf_put_str(out, x->plan.item ? "\":" : "\":[");
}

/* The batch to add to; opens one when none is filling. NULL when every slot is taken. */
static struct batch *open_batch(struct exchange *x)
{
    struct batch *b = filling(x);

    if (b != NULL || x->in_use == BATCH_SLOTS) {
        return b;
    }
    b = slot(x, x->in_use++);
    b->state = BATCH_FILLING;
    b->subjects = 0;
    b->records = 0;
    b->set_count = 0;
    b->begun = false;
    b->number = ++x->batch_count;
    buf_clear(&b->bytes);
    buf_clear(&b->ids);
    buf_clear(&b->ends);
    if (b->number == 1) {
        put_envelope_start(x, &b->bytes);
    }
    return b;
}

/* Writes the entry of a field set that this worker has not named before. */
static enum err record_set(struct exchange *x, const struct row_verdict *v, const char *name)
{
    struct buf *body = &x->proxy->scratch;
    enum err e = exchange_credit(x);

    buf_clear(body);
    record_put_fields(body, x->plan.resource, v->roles, &v->keep, name);
    e = e != OK ? e : buf_err(body);
    if (e == OK) {
        struct entry entry = {.kind = ENTRY_FIELDS, .body = buf_span(body)};

        e = ledger_submit(x->proxy->setup.ledger, &entry, NULL);
        x->credits -= e == OK ? 1 : 0;
    }
    if (e != OK) {
        set_cache_clear(x->proxy->sets);
    }
    return e;
}

static enum err name_set(struct exchange *x, struct batch *b, const struct row_verdict *v)
{
    char name[SET_NAME_CHARS + 1];
    bool is_new = false;
    struct set_parts parts = {x->world->version, x->plan.resource, v->roles, &v->keep};
    enum err e = set_cache_name(x->proxy->sets, &parts, name, &is_new);

    if (e == OK && is_new) {
        e = record_set(x, v, name);
    }
    for (unsigned i = 0; e == OK && i < b->set_count; i++) {
        if (memcmp(b->sets[i], name, sizeof(name)) == 0) {
            return OK;
        }
    }
    if (e == OK && b->set_count == BATCH_MAX_SETS) {
        e = ERR_TOO_BIG;
    }
    if (e == OK) {
        memcpy(b->sets[b->set_count++], name, sizeof(name));
    }
    return e;
}

static void add_subjects(struct batch *b, const struct row_verdict *v)
{
    for (size_t i = 0; i < v->subject_count; i++) {
        buf_put(&b->ids, v->subjects[i]);
        size_t end = b->ids.len;

        buf_put(&b->ends, span_of(&end, sizeof(end)));
        b->subjects++;
    }
}

static unsigned doubled(unsigned first, unsigned number, unsigned most)
{
    for (unsigned i = 1; i < number && first < most; i++) {
        first *= 2;
    }
    return first < most ? first : most;
}

static void seal_if_full(struct batch *b)
{
    if (b->bytes.len >= doubled(FIRST_BATCH_BYTES, b->number, MAX_BATCH_BYTES) ||
        b->records >= doubled(FIRST_BATCH_RECORDS, b->number, MAX_BATCH_RECORDS)) {
        b->state = BATCH_SEALED;
    }
}

enum err batch_add(struct exchange *x, const struct redact_record *record)
{
    struct batch *b = open_batch(x);
    enum err e = b == NULL ? ERR_TOO_BIG : OK;

    if (e == OK && record->verdict->subject_count > 0) {
        e = name_set(x, b, record->verdict);
        add_subjects(b, record->verdict);
    }
    if (e != OK) {
        return e;
    }
    if (x->page.taken > 1) {
        buf_put_byte(&b->bytes, ',');
    }
    buf_put(&b->bytes, record->bytes);
    b->records++;
    seal_if_full(b);
    e = buf_err(&b->bytes);
    e = e != OK ? e : buf_err(&b->ids);
    return e != OK ? e : buf_err(&b->ends);
}

enum err batch_finish(struct exchange *x)
{
    struct batch *b = open_batch(x);

    if (b == NULL) {
        return ERR_TOO_BIG;
    }
    buf_put_str(&b->bytes, x->plan.item ? "}" : "]}");
    b->state = BATCH_SEALED;
    return buf_err(&b->bytes);
}

struct batch *batch_sealed(struct exchange *x)
{
    for (unsigned i = 0; i < x->in_use; i++) {
        if (slot(x, i)->state == BATCH_SEALED) {
            return slot(x, i);
        }
    }
    return NULL;
}

bool batch_may_queue(const struct exchange *x)
{
    unsigned in_flight = 0;

    for (unsigned i = 0; i < BATCH_SLOTS; i++) {
        in_flight += x->batches[i].state >= BATCH_QUEUED ? 1 : 0;
    }
    return in_flight < BATCHES_IN_FLIGHT;
}

/* `subjects` has room for b->subjects. */
static void list_subjects(const struct batch *b, struct span *subjects)
{
    const size_t *ends = (const size_t *)(const void *)buf_span(&b->ends).ptr;
    size_t at = 0;

    for (size_t i = 0; i < b->subjects; i++) {
        subjects[i] = span_of(buf_span(&b->ids).ptr + at, ends[i] - at);
        at = ends[i];
    }
}

enum err batch_list(struct exchange *x, struct buf *out)
{
    for (unsigned i = 0; i < x->in_use; i++) {
        const struct batch *b = slot(x, i);
        size_t bytes = b->subjects * sizeof(struct span);
        uint8_t *room = bytes == 0 ? NULL : buf_room(out, bytes);

        if (room != NULL) {
            list_subjects(b, (struct span *)(void *)room);
            buf_added(out, bytes);
        }
    }
    return buf_err(out);
}

/*
 * A partner is not told that a student is withheld from now on: by id there is no such record,
 * and a page is to be asked for again.
 */
enum err batch_withheld(const struct exchange *x)
{
    if (x->head_sent) {
        return ERR_STOPPED; /* the answer breaks off, whatever the reason */
    }
    return x->plan.item ? ERR_RECORD : ERR_BUSY;
}

static bool has_subject(const struct batch *b, bool (*is)(void *ctx, struct span id), void *ctx)
{
    const size_t *ends = (const size_t *)(const void *)buf_span(&b->ends).ptr;
    bool found = false;
    size_t at = 0;

    for (size_t i = 0; !found && i < b->subjects; i++) {
        found = is(ctx, span_of(buf_span(&b->ids).ptr + at, ends[i] - at));
        at = ends[i];
    }
    return found;
}

bool batch_has_subject(const struct exchange *x, bool (*is)(void *ctx, struct span id), void *ctx)
{
    bool found = false;

    for (unsigned i = 0; !found && i < x->in_use; i++) {
        const struct batch *b = &x->batches[(x->first + i) % BATCH_SLOTS];

        found = !b->begun && has_subject(b, is, ctx);
    }
    return found;
}

static bool is_stopped(void *ctx, struct span id)
{
    return stop_set_has_student(((struct exchange *)ctx)->stops, id);
}

/*
 * The token lives and nothing of the exchange is stopped, nor a student who was
 * decided before: else the batch may not be recorded, nor begin to leave.
 */
static enum err recheck(struct exchange *x, const struct batch *b)
{
    enum err e = exchange_recheck(x);

    if (e == OK && stop_set_count(x->stops, STOP_STUDENT) > 0 && has_subject(b, is_stopped, x)) {
        e = batch_withheld(x);
    }
    return e;
}

static void on_recorded(struct loop_item *item)
{
    struct pending *p = (struct pending *)((char *)item - offsetof(struct pending, item));
    struct exchange *x = exchange_arrived(p);

    if (x->state == X_PULLING || x->state == X_FLUSHING) {
        if (p->result != OK) {
            COUNT(x->proxy, ledger_refusals);
            exchange_fail(x, p->result);
            return;
        }
        for (unsigned i = 0; i < x->in_use; i++) {
            struct batch *b = slot(x, i);

            if (&b->entry == p) {
                b->state = BATCH_DURABLE;
            }
        }
    }
    exchange_advance(x);
}

static enum err submit(struct exchange *x, struct batch *b, const struct span *subjects,
                       uint32_t *numbers)
{
    struct buf *body = &x->proxy->scratch;
    enum err e = exchange_credit(x);

    buf_clear(body);
    record_put_disclosure(body, x, b);
    e = e != OK ? e : buf_err(body);
    if (e == OK) {
        struct entry entry = {.kind = ENTRY_DISCLOSURE,
                              .exchange = span_of(x->id, ID_CHARS),
                              .body = buf_span(body),
                              .subjects = subjects,
                              .subject_count = b->subjects,
                              .numbers = numbers};

        e = exchange_submit(x, &entry, &b->entry, on_recorded);
    }
    return e != OK ? e : room_count(x, numbers, b->subjects);
}

enum err batch_queue(struct exchange *x, struct batch *b)
{
    struct buf spans, numbers;
    enum err e = recheck(x, b);

    buf_init(&spans, IDS_CAP * 2);
    buf_init(&numbers, IDS_CAP);
    if (e == OK && b->subjects > 0) {
        struct span *subjects =
            (struct span *)(void *)buf_room(&spans, b->subjects * sizeof(*subjects));
        uint32_t *room = (uint32_t *)(void *)buf_room(&numbers, b->subjects * sizeof(*room));

        if (subjects != NULL && room != NULL) {
            list_subjects(b, subjects);
            e = submit(x, b, subjects, room);
        }
        e = e != OK ? e : buf_err(&spans);
        e = e != OK ? e : buf_err(&numbers);
    }
    if (e == OK) {
        b->state = BATCH_QUEUED;
    }
    buf_fini(&spans);
    buf_fini(&numbers);
    return e;
}

void batch_settle(struct exchange *x)
{
    for (unsigned i = 0; x->request_durable && i < x->in_use; i++) {
        struct batch *b = slot(x, i);

        if (b->state == BATCH_QUEUED && b->subjects == 0) {
            b->state = BATCH_DURABLE;
        }
    }
}

/* True when the whole of it went to the server. */
static bool pass_on(struct exchange *x, struct batch *b, enum err *e)
{
    if (!b->begun) {
        b->begun = true;
        x->released_batches++; /* from here on some of it may have left */
        *e = io_chunk(x->io, b->bytes.len);
    }
    while (*e == OK && b->bytes.len > 0 && io_room(x->io) > 0) { /* until there is no room */
        struct span bytes = span_sub(buf_span(&b->bytes), 0, io_room(x->io));

        *e = io_body(x->io, bytes);
        x->sent_bytes += bytes.len;
        buf_consume(&b->bytes, bytes.len);
    }
    x->io_dead = *e != OK;
    return *e == OK && b->bytes.len == 0;
}

enum err batch_release(struct exchange *x)
{
    enum err e = OK;

    while (x->in_use > 0 && slot(x, 0)->state == BATCH_DURABLE) {
        struct batch *b = slot(x, 0);

        e = b->begun ? OK : recheck(x, b);
        if (e == OK && !x->head_sent) {
            e = answer_head(x, x->state == X_FLUSHING && x->in_use == 1, b->bytes.len);
        }
        if (e != OK || !pass_on(x, b, &e)) {
            return e;
        }
        COUNT(x->proxy, batches);
        COUNT_BY(x->proxy, records, b->records);
        b->state = BATCH_FREE;
        x->first = (x->first + 1) % BATCH_SLOTS;
        x->in_use--;
    }
    return OK;
}
