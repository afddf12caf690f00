/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/arena.h"
#include "base/err.h"

/*
 * Messages about files that people write (policy, config, CSV). All are
 * collected, then shown at once as `file:line:column: text`.
 */
enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
    enum diag_level level;
    const char *file; /* as given by the caller, relative to the folder read */
    unsigned line;    /* 1-based; 0 when the message is about the whole file */
    unsigned column;  /* 1-based, in characters; 0 as above */
    const char *text; /* one sentence, no line break, no trailing full stop */
    struct diag *next;
};

/* Messages in the order they were found. Strings live in the arena. */
struct diag_list {
    struct arena *arena; /* borrowed; outlives the list */
    struct diag *first;
    struct diag *last;
    unsigned errors;
    unsigned warnings;
    unsigned dropped; /* messages over the cap of 1,000 */
};

void diag_init(struct diag_list *list, struct arena *arena);

/* Adds one message; `file` is copied. On memory failure only the counter grows. */
void diag_add(struct diag_list *list, enum diag_level level, const char *file, unsigned line,
              unsigned column, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
