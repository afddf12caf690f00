/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_REDACT_H
#define REDACT_REDACT_H

#include "base/buf.h"
#include "policy/verdict.h"

/*
 * The streaming redactor: bytes of a source's JSON body in, whole released
 * records out. One pass; memory is one record (at most 1 MiB) and its index.
 * Nothing of a record is written before its last byte is parsed and it is
 * decided. There is no path on which an unexamined value is copied.
 */
enum { REDACT_MAX_RECORD = 1 << 20, REDACT_MAX_DEPTH = 64 };

struct redactor;

/* How one answer is to be read and written. Everything is borrowed for the redactor's life. */
struct redact_setup {
    const struct plan *plan;
    struct span href_base; /* "https://host/ims/oneroster/rostering/v1p2": links are built on it */
    bool narrow_only;      /* decide and count, emit nothing (scan legs) */
};

/* One record, after its decision. */
struct redact_record {
    enum row_reason reason; /* ROW_RELEASED: `bytes` is what may leave */
    struct span bytes;      /* the record as released; until the callback returns */
    struct span id;         /* its sourcedId, unescaped; as above; empty when it has none */
    const struct row_verdict *verdict;
    uint32_t fields_dropped; /* values dropped for a wrong type, enum or format, and references */
};

/*
 * Called for each record of the envelope, in order. Returning anything but OK
 * stops the redactor, which then returns that error from redactor_feed().
 */
typedef enum err redact_on_record(void *ctx, const struct redact_record *record);

/* ERR_MEMORY. The setup and plan must outlive the redactor. */
enum err redactor_new(const struct redact_setup *setup, redact_on_record *on_record, void *ctx,
                      struct redactor **out) MUST_CHECK;
void redactor_free(struct redactor **r);

/* Starts a new document (the next leg) with the same setup. */
void redactor_restart(struct redactor *r);

/*
 * Feeds the next bytes of the body; all are consumed. OK, or the end of the
 * exchange: ERR_UP_JSON, ERR_UP_ENVELOPE (also unknown members beside the
 * records), ERR_UP_RECORD_LARGE, ERR_UP_DUPLICATE, ERR_UP_IDENTITY (by id: the
 * answer's sourcedId is not the one asked for), ERR_MEMORY, or the callback's.
 * After an error only restart and free are allowed.
 */
enum err redactor_feed(struct redactor *r, struct span bytes) MUST_CHECK;

/* The body is complete: ERR_UP_JSON unless the document is whole. */
enum err redactor_end(struct redactor *r) MUST_CHECK;

/* Bytes held at the moment, for tests of the memory bound. */
size_t redactor_held(const struct redactor *r);

#endif
