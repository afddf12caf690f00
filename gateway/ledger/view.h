/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_VIEW_H
#define LEDGER_VIEW_H

#include "base/buf.h"

/*
 * An entry's members, read from the leaf's bytes. Spans live as long as the view.
 */
struct view;

/* ERR_INPUT: not a JSON object, or a key twice; ERR_MEMORY is told as ERR_INPUT too. */
enum err view_read(struct span leaf, struct view **out) MUST_CHECK;
void view_free(struct view **v);

/* A string member; empty when there is none. */
struct span view_text(const struct view *v, const char *key);

/* An integer member, or `otherwise`. */
int64_t view_number(const struct view *v, const char *key, int64_t otherwise);

/* `count` of `subjects`; 0 when the entry is about nobody. */
int64_t view_subject_count(const struct view *v);

/* The i-th string of a list; a lone string is a list of one. NULL pointer: no such item. */
struct span view_item(const struct view *v, const char *key, size_t i);

/*
 * Calls `each` for every member in the leaf's order: a string's text, any other
 * value as compact ASCII JSON. ERR_MEMORY.
 */
enum err view_each(const struct view *v, void (*each)(void *ctx, const char *key, struct span text),
                   void *ctx) MUST_CHECK;

#endif
