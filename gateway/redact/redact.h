/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_REDACT_H
#define REDACT_REDACT_H

#include "base/buf.h"
#include "policy/verdict.h"
#include "redact/field_keys.h"

/*
 * The streaming redactor: bytes of a source's JSON body in, whole released
 * records out. One pass; memory is one record (at most 1 MiB) and its index.
 * Nothing of a record is written before its last byte is parsed and it is
 * decided. There is no path on which an unexamined value is copied.
 */
enum { REDACT_MAX_RECORD = 1 << 20, REDACT_MAX_DEPTH = 64 };

struct idmap;
struct redactor;

/* How one answer is to be read and written. Spans and the plan are borrowed for the redactor's
 * life. */
struct redact_setup {
    const struct plan *plan;
    struct span href_base; /* "https://host/ims/oneroster/rostering/v1p2": links are built on it;
                              printable ASCII without quote and backslash */
    const struct span *href_bases; /* REF_COUNT of them: of types that another service than
                                      href_base's serves, else empty; NULL: there are none */
    struct idmap *ids; /* the partner's, borrowed; NULL where it knows the district's ids */
    const struct field_keys *keys; /* NULL: values that need a key are dropped */
    bool narrow_only;              /* decide and count, emit nothing (scan legs) */
};

/* One record, after its decision. All of it is valid until the callback returns. */
struct redact_record {
    enum row_reason reason; /* ROW_RELEASED: `bytes` is what may leave */
    struct span bytes; /* the record as released, at most REDACT_MAX_RECORD; empty when withheld
                          or narrow_only */
    struct span id;    /* its sourcedId, unescaped; empty when it has none or a malformed one */
    const struct row_verdict *verdict;
    uint32_t fields_dropped; /* granted values dropped: wrong type, enum or format, and references
                                out of scope; 0 when `bytes` is empty */
};

/*
 * Called for each record of the envelope, in order, as soon as its last byte is
 * there. Returning anything but OK stops the redactor, which then returns that
 * error from redactor_feed(). Must not call the redactor.
 */
typedef enum err redact_on_record(void *ctx, const struct redact_record *record);

/*
 * ERR_MEMORY, ERR_CRYPTO; ERR_INPUT when href_base is not as described, or the agreement's ids
 * are translated and `ids` is missing. The setup is copied; what it points to must
 * outlive the redactor.
 */
enum err redactor_new(const struct redact_setup *setup, redact_on_record *on_record, void *ctx,
                      struct redactor **out) MUST_CHECK;

/* Accepts NULL inside; sets it to NULL. Wipes what was withheld. */
void redactor_free(struct redactor **r);

/* Starts a new document (the next leg) with the same setup; keeps the memory. */
void redactor_restart(struct redactor *r);

/*
 * Feeds the next bytes of the body; all are consumed. OK, or the end of the
 * exchange: ERR_UP_JSON (RFC 8259 strictly, UTF-8, depth over the maximum),
 * ERR_UP_ENVELOPE (anything but one member of the catalog's name that holds the
 * records), ERR_UP_RECORD_LARGE (a record, or what would be released of it),
 * ERR_UP_DUPLICATE (a known key twice in an object that decides or is released),
 * ERR_UP_IDENTITY (by id: the answer's sourcedId is not the one asked for),
 * ERR_MEMORY, or the callback's. Bytes, callbacks and errors do not depend on
 * how the body is cut. An error stays until restart.
 */
enum err redactor_feed(struct redactor *r, struct span bytes) MUST_CHECK;

/* The body is complete: ERR_UP_JSON unless the document is whole. */
enum err redactor_end(struct redactor *r) MUST_CHECK;

/* Bytes of memory in use, for tests of the memory bound. */
size_t redactor_held(const struct redactor *r);

#endif
