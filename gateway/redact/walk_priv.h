/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_WALK_PRIV_H
#define REDACT_WALK_PRIV_H

#include "redact/walk.h"

/*
 * What the grammar tells the index. While `skipping` is set only index_open()
 * and index_close() are called, and they count depth.
 */

/* The document's first byte is next. */
void index_start(struct walker *k, bool bare_record);

/* An opening quote where a key must stand. ERR_UP_ENVELOPE: a second one beside the records. */
enum err index_key_begins(struct walker *k, const uint8_t *at) MUST_CHECK;

/*
 * A whole key, as it stands between its quotes. ERR_UP_ENVELOPE: not the
 * resource's. ERR_UP_DUPLICATE: a known member for the second time.
 */
enum err index_key(struct walker *k, struct span raw, bool escaped) MUST_CHECK;

/*
 * A brace or bracket opens. ERR_UP_ENVELOPE where a record or the list of them
 * must stand and this is none; ERR_UP_JSON over the maximum depth; ERR_MEMORY;
 * ERR_UP_RECORD_LARGE: too many entries.
 */
enum err index_open(struct walker *k, const uint8_t *at, bool is_object) MUST_CHECK;

/* The innermost container closes. ERR_UP_ENVELOPE: the envelope without its member. */
enum err index_close(struct walker *k, const uint8_t *at) MUST_CHECK;

/*
 * A string or literal begins with `byte`. ERR_UP_ENVELOPE where a container must
 * stand, ERR_UP_JSON there when the byte can begin no value at all.
 */
enum err index_leaf_begins(struct walker *k, uint8_t byte) MUST_CHECK;

/* A whole string (from..to between its quotes), or a literal (ENTRY_NULL, ENTRY_BAD). */
enum err index_leaf(struct walker *k, struct entry leaf) MUST_CHECK;

/* Places not yet taken, and where taking them stopped. */
struct place_run {
    const uint16_t *at;
    size_t left;
    enum { STOP_KEY, STOP_VALUE, STOP_NEXT } stop; /* before a key, a value, or behind a value */
};

/*
 * The short way for what most of a document is, members of plain strings: where
 * a key may stand, takes as many members as it can in one step each, and leaves
 * the rest, whatever it is, to the state machine. Sets `run->stop` if it took
 * any. Errors as index_key() and index_leaf().
 */
enum err index_members(struct walker *k, const uint8_t *bytes, struct place_run *run) MUST_CHECK;

#endif
