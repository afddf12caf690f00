/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STMT_H
#define STORE_STMT_H

#include "store/store.h"

/*
 * One prepared statement of a store. Errors are store.h's unless said otherwise.
 */
struct stmt;

/* Compiles one statement; the caller finishes it before closing. */
enum err stmt_prepare(struct store *s, const char *sql, struct stmt **out) MUST_CHECK;

/* Frees and sets NULL; accepts NULL. */
void stmt_finish(struct stmt **st);

/*
 * Parameters, numbered from 1. Spans are borrowed until stmt_reset or a new
 * value for the parameter. An error sticks and is returned by the next stmt_step.
 */
void stmt_bind_int(struct stmt *st, int at, int64_t value);
void stmt_bind_text(struct stmt *st, int at, struct span utf8);
void stmt_bind_blob(struct stmt *st, int at, struct span bytes);
void stmt_bind_null(struct stmt *st, int at);

/*
 * Runs to the next row: `*row` is true with a row, false at the end (the
 * statement is then reset). Also ERR_EXISTS (unique or primary key), ERR_INPUT
 * (any other constraint, or a RAISE of a trigger). After an error it is reset.
 */
enum err stmt_step(struct stmt *st, bool *row) MUST_CHECK;

/* stmt_step for a statement that must give no row: binds stay, ERR_INTERNAL on a row. */
enum err stmt_exec(struct stmt *st) MUST_CHECK;

/* Makes the statement ready to run again and forgets its parameters. */
void stmt_reset(struct stmt *st);

/*
 * Columns of the current row, numbered from 0. Spans (TEXT or BLOB; empty for
 * NULL) live until the next step, reset or finish of the statement.
 */
int64_t stmt_int(const struct stmt *st, int at);
struct span stmt_bytes(const struct stmt *st, int at);
bool stmt_is_null(const struct stmt *st, int at);

#endif
