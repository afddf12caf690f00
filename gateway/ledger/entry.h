/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include "base/buf.h"

/*
 * One entry and the kinds there are. Columns: symbol, name in entries, who
 * writes it (the gateway's parts, or the ledger's writer alone), sentence.
 */
#define ENTRY_KIND_TABLE(K)                                                                        \
    K(ENTRY_START, "start", WRITER, "the gateway started, or a new month's file did")              \
    K(ENTRY_REQUEST, "request", ANYONE, "a partner's request was allowed")                         \
    K(ENTRY_DENIED, "denied", ANYONE, "a partner's request was refused")                           \
    K(ENTRY_DISCLOSURE, "disclosure", ANYONE, "records of students were released to a partner")    \
    K(ENTRY_OUTCOME, "outcome", ANYONE, "how an answer ended")                                     \
    K(ENTRY_POLICY, "policy", ANYONE, "a policy was put in force or turned down")                  \
    K(ENTRY_STOP, "stop", ANYONE, "access was stopped or allowed again")                           \
    K(ENTRY_JUNK, "junk", ANYONE, "requests without a valid token, counted")                       \
    K(ENTRY_FIELDS, "fields", ANYONE, "a set of fields that disclosures refer to")                 \
    K(ENTRY_DICTIONARY, "dictionary", WRITER, "students got their numbers")                        \
    K(ENTRY_GAP, "gap", WRITER, "the ledger could not write for a while")                          \
    K(ENTRY_SEAL, "seal", WRITER, "a month's file ends here")

enum entry_kind {
#define ENTRY_SYMBOL(sym, name, who, text) sym,
    ENTRY_KIND_TABLE(ENTRY_SYMBOL)
#undef ENTRY_SYMBOL
        ENTRY_KIND_COUNT
};

enum { ENTRY_MAX_BYTES = 65535, ENTRY_MAX_SUBJECTS = 1 << 20, ENTRY_ID_DIGITS = 12 };

/*
 * One entry to write. The body is the members of a JSON object (printable ASCII,
 * keys in byte order, no braces; entry_text() and its like build it) without
 * `time`, `id`, `kind`, `exchange`, `subjects` and the random tail, which the
 * ledger adds; with subjects, all keys are before "subjects". `subjects` are student
 * ids; order and duplicates do not matter.
 */
struct entry {
    enum entry_kind kind;
    struct span exchange; /* exchange id, hex; empty for entries about no exchange */
    struct span body;
    const struct span *subjects;
    size_t subject_count;
    uint32_t *numbers; /* NULL, or room for subject_count: gets the students' numbers, in order */
};

/* The kind's name in entries; static. */
const char *entry_kind_name(enum entry_kind kind);

/* A sentence part about the kind, for people; static. */
const char *entry_kind_text(enum entry_kind kind);

/* False, `*out` untouched, when there is no kind of that name. */
bool entry_kind_of(struct span name, enum entry_kind *out);

/* True if only the ledger's writer makes such entries. */
bool entry_kind_is_internal(enum entry_kind kind);

/*
 * Append one member to a body, with the comma when it is not the first. Keys are
 * constants, given in byte order by the caller. Text is escaped to ASCII. An
 * entry_text() of an empty value writes nothing: absent is how unknown is said.
 */
void entry_text(struct buf *body, const char *key, struct span value);
void entry_number(struct buf *body, const char *key, uint64_t value);

/* A member whose value is JSON already: printable ASCII, compact. */
void entry_json(struct buf *body, const char *key, struct span json);

#endif
