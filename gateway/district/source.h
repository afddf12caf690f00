/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_SOURCE_H
#define DISTRICT_SOURCE_H

#include "base/buf.h"
#include "district/ask.h"

/*
 * The imported database, opened for reading. It never changes while it is open
 * (an import puts a new file in its place), so that views and totals are kept in
 * memory. One thread.
 */
struct source;

/* The records that a question asks for, by place; `places` is the caller's to mem_free(). */
struct source_page {
    uint32_t *places;
    size_t count;
    uint64_t total; /* records that match, on all pages */
};

/* ERR_NOT_FOUND, ERR_INPUT (not a database that `district import` made), ERR_STORE, ERR_MEMORY. */
enum err source_open(const char *path, struct source **out) MUST_CHECK;
void source_close(struct source **s);

/* What stands in front of the base path in every link; lives as long as the source. */
struct span source_url(const struct source *s);

/* The names of metadata keys, for ask_read(). */
const struct ask_metadata *source_metadata(const struct source *s);

/* Records in a view. */
uint64_t source_count(const struct source *s, const struct view *view);

/* Answers a collection question; one call, no cursor is kept. The store's errors. */
enum err source_find(struct source *s, const struct ask *ask, struct source_page *out) MUST_CHECK;

/* The place of one record of a view by its id. ERR_RECORD when there is none. */
enum err source_find_id(struct source *s, const struct view *view, struct span id,
                        uint32_t *place) MUST_CHECK;

/* Appends the document at a place, or with `fields` of the question its projection. */
enum err source_document(struct source *s, const struct ask *ask, uint32_t place,
                         struct buf *out) MUST_CHECK;

#endif
