/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_WALK_H
#define REDACT_WALK_H

#include "base/err.h"
#include "policy/catalog.h"
#include "redact/redact.h"
#include "redact/scan.h"

/*
 * Stage 2 of the redactor: the JSON grammar over stage 1's places, the envelope,
 * and the index of one record. Every byte of the document is checked here or in
 * stage 1, also those of members that nobody knows. No recursion, no allocation
 * but the growing table of entries.
 */
enum entry_kind {
    ENTRY_STRING, /* from..to: what stands between the quotes */
    ENTRY_REF,    /* from..to: the same of its sourcedId */
    ENTRY_OBJECT,
    ENTRY_LIST,
    ENTRY_LITERAL, /* from..to: a number, true or false */
    ENTRY_NULL,
    ENTRY_BAD, /* of a JSON type that the catalog does not give the field */
};

enum { ENTRY_ESCAPED = 1, ENTRY_IN_SCOPE = 2, ENTRY_JUDGED = 4 };

/*
 * One value of a record that deciding or releasing needs. Entries stand in the
 * order of the document, a container before what is in it: entry 0 is the
 * record, `next` is the first entry behind this one and all it contains.
 */
struct entry {
    uint32_t from; /* offsets from the record's first byte */
    uint32_t to;
    uint32_t next;
    uint16_t field; /* of the resource; CATALOG_ROOT for the record */
    uint8_t kind;
    uint8_t flags;
};

/* What a container on the path to the current byte means. */
struct frame {
    uint8_t mode;
    uint16_t field; /* of the items of a list; the parent of an object's members */
    uint16_t last;  /* the slot of next_member that the next key is guessed from */
    uint32_t entry;
    struct fieldset seen; /* members that an object has had */
};

struct walker {
    const struct resource *resource;
    struct span envelope;   /* the key that the records stand under */
    bool one;               /* {"user": {...}} rather than {"users": [...]} */
    struct fieldset needed; /* fields that get entries */

    const uint8_t *base; /* first byte of what must stay in memory (record, key), or NULL */
    uint32_t opened;     /* of the string or literal that is being read, from `base` */
    uint32_t length;     /* of the record, once `whole` */
    bool whole;          /* a record is complete; walking stands still until walk_next() */
    bool escapes;        /* some string of the record has escapes */

    uint8_t state;
    bool escaped;     /* the open string has escapes */
    bool has_records; /* the envelope's one member has begun */
    uint8_t depth;    /* open containers */
    uint8_t skipping; /* depth of the container that is skipped, or 0 */
    uint16_t member;  /* field of the value that comes next */
    uint64_t objects; /* bit (depth - 1): that container is an object */
    struct frame frames[REDACT_MAX_DEPTH + 1];

    /* Which member came behind a member (by field), or first in an object, the last time. */
    uint8_t next_member[2 * CATALOG_MAX_FIELDS + 1];

    struct entry *entries;
    size_t count;
    size_t cap;
};

enum { WALK_MAX_ENTRIES = 65536 };

/* Sets up for documents of `resource`; allocates nothing. walk_fini() frees the entries. */
void walk_init(struct walker *k, const struct resource *resource, bool one);
void walk_fini(struct walker *k);

/* Starts a document with its envelope, or (record) one that is a bare record. */
void walk_start(struct walker *k, bool bare_record);

/*
 * Follows the places of a window from place `*i` on, until they are used up or a
 * record is complete. `bytes` is the window in memory; what `base` points to
 * must stand in one piece with it. Errors: ERR_UP_JSON, ERR_UP_ENVELOPE,
 * ERR_UP_DUPLICATE, ERR_UP_RECORD_LARGE, ERR_MEMORY; then only walk_start().
 */
enum err walk_places(struct walker *k, const uint8_t *bytes, const struct scan_index *places,
                     size_t *i) MUST_CHECK;

/* ERR_UP_RECORD_LARGE if what is held, up to `at`, is longer than a record may be. */
enum err walk_check_room(const struct walker *k, const uint8_t *at) MUST_CHECK;

/* Forgets the complete record. */
void walk_next(struct walker *k);

/* True behind the last brace of a document. */
bool walk_is_done(const struct walker *k);

#endif
