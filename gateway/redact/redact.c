/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The redactor's outside: bytes in, decided records out. A body is cut into
 * windows; stage 1 finds the places of a window, stage 2 follows them and stops
 * at each complete record, which is decided, written and handed over before the
 * next byte is looked at.
 *
 * Where the bytes of an open record are: in the caller's memory while one feed
 * lasts; at its end they are copied to `hold`, and the windows of the next feed
 * are appended there until that record is complete. Invariant: walker.base and
 * the current window stand in one piece.
 */
#include "redact/redact.h"

#include "base/mem.h"
#include "policy/translation.h"
#include "redact/redact_priv.h"

enum { MAX_TEXTS = 3 * REDACT_MAX_RECORD, MAX_HOLD = REDACT_MAX_RECORD + SCAN_WINDOW };

/* True if the text can stand in a JSON string as it is. */
static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= 0x20 || text.ptr[i] >= 0x7F || text.ptr[i] == '"' ||
            text.ptr[i] == '\\') {
            return false;
        }
    }
    return true;
}

/* The key of one field, if the rule of some role needs it. */
static enum err take_key(struct redactor *r, const struct field *f)
{
    const struct plan *plan = r->setup.plan;
    const struct prf *prf = NULL;

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct program *p = plan->programs[role];

        if (p != NULL && transform_row(p->rules[f->number].transform)->keyed) {
            prf = field_keys_find(r->setup.keys, plan->agreement, plan->resource->ref, f->path);
        }
    }
    return prf == NULL ? OK : prf_copy(prf, &r->keyed[f->number]);
}

/* Contexts of this redactor's own, once for all its records. */
static enum err take_keys(struct redactor *r)
{
    const struct resource *resource = r->setup.plan->resource;
    bool none = r->setup.keys == NULL || r->setup.plan->agreement->keyed_count == 0;
    enum err e = OK;

    for (size_t i = 0; e == OK && !none && i < resource->field_count; i++) {
        e = take_key(r, &resource->fields[i]);
    }
    return e;
}

enum err redactor_new(const struct redact_setup *setup, redact_on_record *on_record, void *ctx,
                      struct redactor **out)
{
    bool coded = translation_is_on(setup->plan->agreement);

    if (!is_plain(setup->href_base) || (coded && setup->ids == NULL)) {
        return ERR_INPUT;
    }
    struct redactor *r = mem_alloc(sizeof(*r));

    if (r == NULL) {
        return ERR_MEMORY;
    }
    r->setup = *setup;
    r->on_record = on_record;
    r->ctx = ctx;
    r->kernel = scan_best();
    r->subjects = (struct fact_list){.items = r->subject_room, .cap = MAX_SUBJECTS};
    r->schools = (struct fact_list){.items = r->school_room, .cap = MAX_SCHOOLS};
    r->grades = (struct fact_list){.items = r->grade_room, .cap = MAX_GRADES};
    r->classes = (struct fact_list){.items = r->class_room, .cap = MAX_CLASSES};
    r->statuses = (struct fact_list){.items = r->status_room, .cap = MAX_LABELS};
    r->programs = (struct fact_list){.items = r->program_room, .cap = MAX_LABELS};
    buf_init(&r->hold, MAX_HOLD);
    buf_init(&r->texts, MAX_TEXTS);
    buf_init(&r->out, REDACT_MAX_RECORD);
    walk_init(&r->walker, setup->plan->resource, setup->plan->item);
    walk_init(&r->again, setup->plan->resource, setup->plan->item);
    layout_make(r);
    redactor_restart(r);
    enum err e = take_keys(r);

    if (e != OK) {
        redactor_free(&r);
        return e;
    }
    *out = r;
    return OK;
}

void redactor_free(struct redactor **r)
{
    if (*r == NULL) {
        return;
    }
    buf_wipe(&(*r)->hold);
    buf_wipe(&(*r)->texts);
    buf_wipe(&(*r)->out);
    walk_fini(&(*r)->walker);
    walk_fini(&(*r)->again);
    for (size_t i = 0; i < CATALOG_MAX_FIELDS; i++) {
        prf_free(&(*r)->keyed[i]);
    }
    mem_free(*r);
    *r = NULL;
}

void redactor_restart(struct redactor *r)
{
    r->failed = OK;
    r->carry = (struct scan_carry){.need = 0};
    r->straddles = false;
    buf_clear(&r->hold);
    walk_start(&r->walker, false);
}

size_t redactor_held(const struct redactor *r)
{
    return sizeof(*r) + r->hold.cap + r->texts.cap + r->out.cap +
           (r->walker.cap + r->again.cap) * sizeof(struct entry);
}

static bool has_clauses(const struct redactor *r)
{
    return r->setup.plan->query != NULL && r->setup.plan->query->clause_count > 0;
}

/* By id, the answer must be about the record that was asked for (DESIGN 6.7). */
static bool is_identified(const struct redactor *r)
{
    return !r->setup.plan->item || (r->id.len > 0 && span_eq(r->id, r->setup.plan->id));
}

static enum err check_filter(struct redactor *r)
{
    bool matches = true;
    enum err e = has_clauses(r) ? record_match(r, &matches) : OK;

    if (e == OK && !matches) {
        record_withhold(r, ROW_FILTER);
    }
    return e;
}

/* Decides the record as far as it can be without writing it out. */
static enum err decide(struct redactor *r)
{
    enum err e = record_decide(r);

    r->dropped = 0;
    buf_clear(&r->out);
    if (e == OK && !is_identified(r)) {
        return ERR_UP_IDENTITY;
    }
    return e == OK && r->verdict.reason == ROW_RELEASED ? check_filter(r) : e;
}

/* Withheld and merely counted records have no bytes. */
static enum err write_out(struct redactor *r)
{
    if (r->verdict.reason != ROW_RELEASED || r->setup.narrow_only) {
        buf_clear(&r->out);
        r->dropped = 0;
        return OK;
    }
    r->keep = r->verdict.keep;
    r->fill = true;
    return record_emit(r);
}

/* The walker stands behind the last byte of a record. */
static enum err take_record(struct redactor *r)
{
    enum err e = decide(r);

    if (e == OK) {
        e = write_out(r);
    }
    if (e != OK) {
        return e;
    }
    struct redact_record record = {
        .reason = r->verdict.reason,
        .bytes = buf_span(&r->out),
        .id = r->id,
        .verdict = &r->verdict,
        .fields_dropped = r->dropped,
    };

    e = r->on_record(r->ctx, &record);
    walk_next(&r->walker);
    return e;
}

/* Stage 2 over one window, up to the fault if it has one. */
static enum err follow(struct redactor *r, struct span window)
{
    const struct scan_index *places = &r->places;
    size_t i = 0;

    while (i < places->count) {
        enum err e = walk_places(&r->walker, window.ptr, places, &i);

        if (e == OK && r->walker.whole) {
            e = take_record(r);
        }
        if (e != OK) {
            return e;
        }
    }
    if (places->fault < window.len) {
        enum err e = walk_check_room(&r->walker, window.ptr + places->fault + 1);

        return e != OK ? e : ERR_UP_JSON;
    }
    return OK;
}

/* Puts a window behind the held part of the open record. */
static bool append_window(struct redactor *r, struct span *window)
{
    size_t before = r->hold.len;

    buf_put(&r->hold, *window);
    if (buf_err(&r->hold) != OK) {
        return false;
    }
    r->walker.base = r->hold.base;
    *window = span_of(r->hold.base + before, window->len);
    return true;
}

/* If the held record is complete, a record that began behind it is back in the feed's memory. */
static void leave_hold(struct redactor *r, struct span window, struct span in_feed)
{
    if (r->walker.base == r->hold.base) {
        return;
    }
    if (r->walker.base != NULL) {
        r->walker.base = in_feed.ptr + (r->walker.base - window.ptr);
    }
    r->straddles = false;
    buf_clear(&r->hold);
}

static enum err feed_window(struct redactor *r, struct span in_feed)
{
    struct span window = in_feed;

    if (r->straddles && !append_window(r, &window)) {
        return ERR_MEMORY;
    }
    r->kernel->run(&r->carry, window, &r->places);
    enum err e = follow(r, window);

    if (e == OK && r->straddles) {
        leave_hold(r, window, in_feed);
        e = r->straddles ? walk_check_room(&r->walker, window.ptr + window.len) : OK;
    }
    return e;
}

/* The feed's memory goes away: what is open moves to `hold`. */
static enum err keep_open(struct redactor *r, struct span fed)
{
    if (r->walker.base == NULL || r->straddles) {
        return OK;
    }
    const uint8_t *end = fed.ptr + fed.len;
    enum err e = walk_check_room(&r->walker, end);

    if (e != OK) {
        return e;
    }
    buf_clear(&r->hold);
    buf_put(&r->hold, span_of(r->walker.base, (size_t)(end - r->walker.base)));
    r->walker.base = r->hold.base;
    r->straddles = true;
    return buf_err(&r->hold);
}

enum err redactor_feed(struct redactor *r, struct span bytes)
{
    for (size_t at = 0; r->failed == OK && at < bytes.len; at += SCAN_WINDOW) {
        r->failed = feed_window(r, span_sub(bytes, at, SCAN_WINDOW));
    }
    if (r->failed == OK) {
        r->failed = keep_open(r, bytes);
    }
    return r->failed;
}

enum err redactor_end(struct redactor *r)
{
    if (r->failed == OK && !walk_is_done(&r->walker)) {
        r->failed = ERR_UP_JSON;
    }
    return r->failed;
}
