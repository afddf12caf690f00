/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of a document mean: envelope, record, members of the catalog,
 * and all the rest, which is skipped. Decides nothing and keeps no bytes.
 *
 *   TOP --{--> ENVELOPE --[--> RECORDS --{--> OBJECT --> OBJECT | LIST | REF
 *                    \---------{ (by id) ----^            (else: skipped)
 *
 * Invariants: an entry is made only where the catalog has a field of that place;
 * what is mistyped becomes ENTRY_BAD and is skipped whole, so that no member of
 * a wrong container is ever taken for one of a right container.
 */
#include "base/mem.h"
#include "redact/literal.h"
#include "redact/walk_priv.h"

enum mode { MODE_TOP, MODE_ENVELOPE, MODE_RECORDS, MODE_OBJECT, MODE_LIST, MODE_REF };

/* Values of `member` that are no field. */
enum { MEMBER_NONE = 0xFFFE, MEMBER_ID = 0xFFFD };

enum { FIRST_ENTRIES = 256, KEY_MAX = 256 };

static struct frame *top(struct walker *k)
{
    return &k->frames[k->depth];
}

void walk_init(struct walker *k, const struct resource *resource, bool one)
{
    *k = (struct walker){
        .resource = resource,
        .envelope = one ? resource->item : resource->collection,
        .one = one,
    };
}

void walk_fini(struct walker *k)
{
    mem_free(k->entries);
    k->entries = NULL;
    k->cap = 0;
}

void index_start(struct walker *k, bool bare_record)
{
    k->base = NULL;
    k->has_records = false;
    k->depth = 0;
    k->skipping = 0;
    k->member = MEMBER_NONE;
    k->objects = 0;
    k->frames[0] = (struct frame){.mode = bare_record ? MODE_RECORDS : MODE_TOP};
    walk_next(k);
}

void walk_next(struct walker *k)
{
    k->whole = false;
    k->escapes = false;
    k->count = 0;
    k->base = NULL;
}

static bool grow(struct walker *k)
{
    size_t cap = k->cap == 0 ? FIRST_ENTRIES : k->cap * 2;
    struct entry *moved = mem_resize(k->entries, cap * sizeof(*moved));

    if (moved != NULL) {
        k->entries = moved;
        k->cap = cap;
    }
    return moved != NULL;
}

static enum err add(struct walker *k, struct entry e)
{
    if (k->count == WALK_MAX_ENTRIES) {
        return ERR_UP_RECORD_LARGE;
    }
    if (k->count == k->cap && !grow(k)) {
        return ERR_MEMORY;
    }
    e.next = (uint32_t)k->count + 1;
    k->entries[k->count++] = e;
    return OK;
}

enum err index_key_begins(struct walker *k, const uint8_t *at)
{
    if (top(k)->mode != MODE_ENVELOPE) {
        return OK;
    }
    if (k->has_records) {
        return ERR_UP_ENVELOPE;
    }
    k->base = at;
    return OK;
}

static enum err see(struct frame *f, unsigned number)
{
    if (fieldset_has(&f->seen, number)) {
        return ERR_UP_DUPLICATE;
    }
    fieldset_add(&f->seen, number);
    return OK;
}

/* True if the first and the last eight (four) bytes are the same; they may overlap. */
static inline bool same_eights(const uint8_t *a, const uint8_t *b, size_t last)
{
    return memcmp(a, b, 8) == 0 && memcmp(a + last, b + last, 8) == 0;
}

static inline bool same_fours(const uint8_t *a, const uint8_t *b, size_t last)
{
    return memcmp(a, b, 4) == 0 && memcmp(a + last, b + last, 4) == 0;
}

/* As span_eq(); in line for the lengths that nearly all keys have. */
static inline bool same_key(struct span a, struct span b)
{
    if (a.len != b.len || a.len < 4 || a.len > 16) {
        return span_eq(a, b);
    }
    return a.len < 8 ? same_fours(a.ptr, b.ptr, a.len - 4) : same_eights(a.ptr, b.ptr, a.len - 8);
}

/*
 * The member with this key, or NULL. A source writes its members in one order
 * record after record, so the one that came next the last time is tried first;
 * what is right never depends on the guess.
 */
static inline const struct field *find_member(struct walker *k, struct frame *f, struct span key)
{
    const struct field *guess = &k->resource->fields[k->next_member[f->last]];

    if (guess->parent == f->field && same_key(guess->name, key)) {
        f->last = guess->number;
        return guess;
    }
    const struct field *found = resource_member(k->resource, f->field, key);

    if (found != NULL) {
        k->next_member[f->last] = (uint8_t)found->number;
        f->last = found->number;
    }
    return found;
}

static inline enum err object_key(struct walker *k, struct span key)
{
    struct frame *frame = top(k);
    const struct field *f = find_member(k, frame, key);

    k->member = f != NULL && fieldset_has(&k->needed, f->number) ? f->number : MEMBER_NONE;
    return f == NULL ? OK : see(frame, f->number);
}

static enum err ref_key(struct walker *k, struct span key)
{
    const struct span names[] = {SPAN("sourcedId"), SPAN("href"), SPAN("type")};

    k->member = MEMBER_NONE;
    for (unsigned i = 0; i < 3; i++) {
        if (same_key(key, names[i])) {
            k->member = i == 0 ? MEMBER_ID : MEMBER_NONE;
            return see(top(k), i);
        }
    }
    return OK;
}

static enum err envelope_key(struct walker *k, struct span key)
{
    k->base = NULL;
    return span_eq(key, k->envelope) ? OK : ERR_UP_ENVELOPE;
}

enum err index_key(struct walker *k, struct span raw, bool escaped)
{
    uint8_t room[KEY_MAX];

    if (escaped) {
        size_t len;
        bool fits = literal_unescape_short(raw, room, sizeof(room), &len);

        /* A longer key is none of the catalog's: the empty one is neither. */
        raw = fits ? span_of(room, len) : SPAN("");
    }
    switch (top(k)->mode) {
    case MODE_OBJECT:
        return object_key(k, raw);
    case MODE_REF:
        return ref_key(k, raw);
    default:
        return envelope_key(k, raw);
    }
}

/* The field that the coming value is of, or NULL: nobody needs it. */
static const struct field *value_field(struct walker *k, bool *item)
{
    *item = top(k)->mode == MODE_LIST;
    uint16_t number = *item ? top(k)->field : k->member;

    return number >= k->resource->field_count ? NULL : &k->resource->fields[number];
}

static void enter_frame(struct walker *k, enum mode mode, uint16_t field, size_t entry)
{
    k->frames[k->depth + 1] = (struct frame){
        .mode = (uint8_t)mode,
        .field = field,
        .last = (uint16_t)(CATALOG_MAX_FIELDS + (field < CATALOG_MAX_FIELDS ? 1 + field : 0)),
        .entry = (uint32_t)entry,
    };
}

static void skip(struct walker *k)
{
    k->skipping = (uint8_t)(k->depth + 1);
}

static enum err open_record(struct walker *k, const uint8_t *at)
{
    k->base = at;
    k->has_records = true;
    enter_frame(k, MODE_OBJECT, CATALOG_ROOT, 0);
    return add(k, (struct entry){.field = CATALOG_ROOT, .kind = ENTRY_OBJECT});
}

/* A container where the catalog has field `f`: taken if it is of that form. */
static enum err open_field(struct walker *k, const struct field *f, bool item, bool is_object)
{
    struct entry e = {.field = f->number, .kind = ENTRY_BAD};
    size_t entry = k->count;

    if (f->list && !item && !is_object) {
        e.kind = ENTRY_LIST;
        enter_frame(k, MODE_LIST, f->number, entry);
    } else if (f->kind == FIELD_OBJECT && is_object && f->list == item) {
        e.kind = ENTRY_OBJECT;
        enter_frame(k, MODE_OBJECT, f->number, entry);
    } else if (f->kind == FIELD_REF && is_object && f->list == item) {
        enter_frame(k, MODE_REF, f->number, entry); /* bad until its sourcedId is read */
    } else {
        skip(k);
    }
    return add(k, e);
}

static enum err open_value(struct walker *k, bool is_object)
{
    bool item;
    const struct field *f = top(k)->mode == MODE_REF ? NULL : value_field(k, &item);

    if (f == NULL) {
        skip(k);
        return OK;
    }
    return open_field(k, f, item, is_object);
}

static enum err open_envelope(struct walker *k, bool is_object)
{
    enter_frame(k, MODE_ENVELOPE, 0, 0);
    return is_object ? OK : ERR_UP_ENVELOPE;
}

static enum err open_records(struct walker *k, const uint8_t *at, bool is_object)
{
    if (is_object != k->one) {
        return ERR_UP_ENVELOPE;
    }
    if (k->one) {
        return open_record(k, at);
    }
    k->has_records = true;
    enter_frame(k, MODE_RECORDS, 0, 0);
    return OK;
}

static enum err open_frame(struct walker *k, const uint8_t *at, bool is_object)
{
    switch (top(k)->mode) {
    case MODE_TOP:
        return open_envelope(k, is_object);
    case MODE_ENVELOPE:
        return open_records(k, at, is_object);
    case MODE_RECORDS:
        return is_object ? open_record(k, at) : ERR_UP_ENVELOPE;
    default:
        return open_value(k, is_object);
    }
}

enum err index_open(struct walker *k, const uint8_t *at, bool is_object)
{
    if (k->depth == REDACT_MAX_DEPTH) {
        return ERR_UP_JSON;
    }
    enum err e = k->skipping != 0 ? OK : open_frame(k, at, is_object);
    uint64_t bit = UINT64_C(1) << k->depth;

    k->objects = is_object ? k->objects | bit : k->objects & ~bit;
    k->depth++;
    return e;
}

/* True for the frame of a record itself: entry 0 belongs to it alone. */
static bool is_record(const struct frame *f)
{
    return f->mode == MODE_OBJECT && f->entry == 0;
}

enum err index_close(struct walker *k, const uint8_t *at)
{
    const struct frame *f = top(k);
    uint8_t depth = k->depth--;

    if (k->skipping != 0) {
        k->skipping = k->skipping == depth ? 0 : k->skipping;
        return OK;
    }
    if (f->mode == MODE_ENVELOPE) {
        return k->has_records ? OK : ERR_UP_ENVELOPE;
    }
    if (f->mode >= MODE_OBJECT) {
        k->entries[f->entry].next = (uint32_t)k->count;
    }
    if (is_record(f)) {
        k->length = (uint32_t)(at + 1 - k->base);
        k->whole = true;
    }
    return OK;
}

enum err index_leaf_begins(struct walker *k, uint8_t byte)
{
    if (top(k)->mode >= MODE_OBJECT) {
        return OK;
    }
    return memchr("\"-0123456789tfn", byte, 15) != NULL ? ERR_UP_ENVELOPE : ERR_UP_JSON;
}

/* Inside a reference: its sourcedId makes the entry whole. */
static void ref_leaf(struct walker *k, struct entry leaf)
{
    struct entry *ref = &k->entries[top(k)->entry];

    if (k->member == MEMBER_ID && leaf.kind == ENTRY_STRING) {
        ref->from = leaf.from;
        ref->to = leaf.to;
        ref->flags = leaf.flags;
        ref->kind = ENTRY_REF;
    }
}

enum err index_leaf(struct walker *k, struct entry leaf)
{
    bool item;

    if (top(k)->mode == MODE_REF) {
        ref_leaf(k, leaf);
        return OK;
    }
    const struct field *f = value_field(k, &item);

    if (f == NULL) {
        return OK;
    }
    leaf.field = f->number;
    bool value = leaf.kind == ENTRY_STRING || leaf.kind == ENTRY_LITERAL;

    if (value && (f->kind != FIELD_VALUE || f->list != item ||
                  field_is_literal(f) != (leaf.kind == ENTRY_LITERAL))) {
        leaf.kind = ENTRY_BAD;
    }
    if (leaf.kind == ENTRY_NULL && item) {
        leaf.kind = ENTRY_BAD; /* null is absence for a member, but no value for an item */
    }
    return add(k, leaf);
}

/* --- the short way --- */

/* "key": from place `at` on, without escapes. */
static inline bool is_plain_key(const uint8_t *bytes, const uint16_t *at)
{
    return bytes[at[0]] == '"' && bytes[at[1]] == '"' && bytes[at[2]] == ':';
}

/* "value" from place `at` on, without escapes. */
static inline bool is_plain_string(const uint8_t *bytes, const uint16_t *at)
{
    return bytes[at[0]] == '"' && bytes[at[1]] == '"';
}

static inline enum err plain_key(struct walker *k, const uint8_t *bytes, const uint16_t *at)
{
    struct span key = span_of(bytes + at[0] + 1, (size_t)(at[1] - at[0] - 1));

    if (k->skipping != 0) {
        return OK;
    }
    return top(k)->mode == MODE_OBJECT ? object_key(k, key) : ref_key(k, key);
}

static inline enum err plain_string(struct walker *k, const uint8_t *bytes, const uint16_t *at)
{
    const uint8_t *from = bytes + at[0] + 1;

    if (k->skipping != 0 || k->member == MEMBER_NONE) {
        return OK;
    }
    return index_leaf(k, (struct entry){.from = (uint32_t)(from - k->base),
                                        .to = (uint32_t)(bytes + at[1] - k->base),
                                        .kind = ENTRY_STRING});
}

enum err index_members(struct walker *k, const uint8_t *bytes, struct place_run *run)
{
    enum { KEY_PLACES = 3, VALUE_PLACES = 3 };
    size_t whole = KEY_PLACES + VALUE_PLACES;

    if (k->skipping == 0 && top(k)->mode < MODE_OBJECT) {
        return OK;
    }
    while (run->left >= whole && is_plain_key(bytes, run->at) &&
           walk_check_room(k, bytes + run->at[whole - 1] + 1) == OK) {
        enum err e = plain_key(k, bytes, run->at);
        bool string = is_plain_string(bytes, run->at + KEY_PLACES);

        if (e == OK && string) {
            e = plain_string(k, bytes, run->at + KEY_PLACES);
        }
        bool comma = string && bytes[run->at[whole - 1]] == ',';
        size_t taken = comma ? whole : string ? whole - 1 : KEY_PLACES;

        run->at += taken;
        run->left -= taken;
        run->stop = comma ? STOP_KEY : string ? STOP_NEXT : STOP_VALUE;
        if (e != OK || !comma) {
            return e;
        }
    }
    return OK;
}
