/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_JOT_H
#define CLI_JOT_H

#include "base/buf.h"
#include "policy/doc.h"

/*
 * JSON as the commands print it with --json: written in order, commas by itself.
 * The buffer remembers a failure.
 */
struct jot {
    struct buf text;
    bool inside; /* a value already stands in the innermost bracket */
};

void jot_init(struct jot *j);
void jot_fini(struct jot *j);

/* Writes it all to standard output with a line end. The command's exit code: `code`, or 1. */
int jot_print(struct jot *j, int code);

void jot_open(struct jot *j, char bracket); /* '{' or '[' */
void jot_close(struct jot *j, char bracket);
void jot_key(struct jot *j, const char *key);
void jot_text(struct jot *j, struct span value);
void jot_str(struct jot *j, const char *value); /* NULL: null */
void jot_number(struct jot *j, uint64_t value);
void jot_bool(struct jot *j, bool value);
void jot_date(struct jot *j, int32_t date); /* "2026-07-01"; 0: null */

/* "key": value in one call. */
void jot_key_text(struct jot *j, const char *key, struct span value);
void jot_key_str(struct jot *j, const char *key, const char *value);
void jot_key_bool(struct jot *j, const char *key, bool value);

/* "key": {"file","line","column"} of a node's value, or null. */
void jot_key_place(struct jot *j, const char *key, const char *file, const struct node *at);

#endif
