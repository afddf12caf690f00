/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_REDACT_PRIV_H
#define REDACT_REDACT_PRIV_H

#include "redact/idmap.h"
#include "redact/redact.h"
#include "redact/walk.h"

enum { MAX_SCHOOLS = 256, MAX_GRADES = 64, MAX_CLASSES = 8, MAX_LABELS = 64 };

/* A list of facts while it is collected. */
struct fact_list {
    struct span *items;
    size_t cap;
    size_t count;
    bool unknown; /* something malformed stood there, or too much */
};

/* What of a resource matters to deciding and releasing; made once for a redactor. */
struct layout {
    uint16_t id;                        /* the record's own sourcedId, or CATALOG_ROOT */
    uint8_t facts[CATALOG_MAX_FIELDS];  /* a field's fact marks, and an object's members' */
    struct fieldset objects;            /* fields that are objects */
    struct fieldset coded;              /* ids and references that leave as codes */
    struct fieldset cut;                /* date-times that leave as their day */
    uint8_t marks;                      /* all fact marks of the resource */
    uint16_t roles[CATALOG_MAX_FIELDS]; /* fields that hold a role word */
    size_t role_count;
    uint16_t required[CATALOG_MAX_FIELDS];
    size_t required_count;
    uint16_t judges[CATALOG_MAX_FIELDS]; /* fields whose value decides on their whole object */
    size_t judge_count;
};

struct redactor {
    struct redact_setup setup;
    redact_on_record *on_record;
    void *ctx;
    struct layout layout;
    enum err failed; /* sticky until restart */

    /* stage 1 and 2 */
    const struct scan_kernel *kernel;
    struct scan_carry carry;
    struct scan_index places;
    struct walker walker;
    struct buf hold; /* the open record's bytes of earlier feeds */
    bool straddles;  /* the open record began in an earlier feed and stands in `hold` */

    /* the record that is being decided */
    const struct walker *view; /* whose entries are read: `walker`, or `again` */
    struct buf texts;          /* what strings with escapes mean; never grows while spans live */
    size_t texts_kept;
    struct span id; /* the record's sourcedId; empty when it has none or a malformed one */
    struct prf *keyed[CATALOG_MAX_FIELDS]; /* our own, of fields whose transform needs a key */
    struct fact_list subjects;
    struct fact_list schools;
    struct fact_list grades;
    struct fact_list classes;
    struct fact_list statuses;
    struct fact_list programs;
    struct row_verdict verdict;
    struct fieldset keep; /* leaves that are emitted now */
    struct fieldset open; /* the same, and all objects */
    bool fill;            /* put placeholders */
    struct buf out;
    uint32_t dropped;

    /* the record as released, read again for the filter */
    struct walker again;
    struct scan_index again_places;

    struct span subject_room[MAX_SUBJECTS];
    struct span school_room[MAX_SCHOOLS];
    struct span grade_room[MAX_GRADES];
    struct span class_room[MAX_CLASSES];
    struct span status_room[MAX_LABELS];
    struct span program_room[MAX_LABELS];
};

/* layout.c: reads the plan's resource and sets `walker->needed`. */
void layout_make(struct redactor *r);

/* decide.c: the member `field` of the object at entry `object`, or NULL. */
struct entry *entry_member(const struct redactor *r, size_t object, uint16_t field);

/*
 * What the string of an entry means. Points into the record, or (escapes) into
 * `texts`, where the next call for an entry with escapes overwrites it.
 */
struct span entry_value(struct redactor *r, const struct entry *e);

/*
 * decide.c: takes the facts of the complete record, asks for the verdict and judges the
 * record's own required references. Fills `id` and `verdict`. ERR_MEMORY.
 */
enum err record_decide(struct redactor *r) MUST_CHECK;

/* Takes the record away, and with it all that its verdict allowed. ROW_RELEASED changes nothing. */
void record_withhold(struct redactor *r, enum row_reason reason);

/*
 * judge.c: true if every value that decides on the object at this entry lets it stand:
 * its role word, its required references, the bars of the catalog.
 */
bool object_stands(struct redactor *r, size_t object);

/* True if the id can leave: as it is, or by a code. */
bool id_has_form(const struct redactor *r, const struct field *f, struct span id);

/* True if a reference may stand; asks once for each entry. */
bool ref_stands(struct redactor *r, struct entry *e);

/* emit.c: writes the record into `out`, with `keep` and `fill`. ERR_MEMORY, ERR_UP_RECORD_LARGE. */
enum err record_emit(struct redactor *r) MUST_CHECK;

/* As buf_put(), for the many short pieces: one compare and a copy. */
static inline void out_put(struct buf *out, struct span bytes)
{
    if (out->base != NULL && out->failed == OK && bytes.len <= out->cap - out->start - out->len &&
        bytes.len <= out->max - out->len) {
        memcpy(out->base + out->start + out->len, bytes.ptr, bytes.len);
        out->len += bytes.len;
    } else {
        buf_put(out, bytes);
    }
}

static inline void out_put_byte(struct buf *out, uint8_t byte)
{
    out_put(out, span_of(&byte, 1));
}

/*
 * apply.c: writes what the field's transform makes of a value that is of the
 * field's type. False, with anything written, when it must be dropped.
 */
bool transform_put(struct redactor *r, const struct field *f, const struct entry *e);

/*
 * match.c: true in `*matches` if the record, as released, matches the query's clauses.
 * Uses `out`. ERR_MEMORY, ERR_UP_RECORD_LARGE, ERR_INTERNAL (we wrote no JSON).
 */
enum err record_match(struct redactor *r, bool *matches) MUST_CHECK;

#endif
