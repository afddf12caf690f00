/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of messages about input files. It never fails: when memory ends the
 * counters still say that there were errors, so that the caller refuses.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_MESSAGES = 1000, MAX_TEXT = 600 };

void diag_init(struct diag_list *list, struct arena *arena)
{
    *list = (struct diag_list){.arena = arena};
}

static void count(struct diag_list *list, enum diag_level level)
{
    if (level == DIAG_ERROR) {
        list->errors++;
    } else {
        list->warnings++;
    }
}

static void append(struct diag_list *list, struct diag *d)
{
    if (list->last == NULL) {
        list->first = d;
    } else {
        list->last->next = d;
    }
    list->last = d;
}

void diag_add(struct diag_list *list, enum diag_level level, const char *file, unsigned line,
              unsigned column, const char *format, ...)
{
    char text[MAX_TEXT];
    va_list args;

    count(list, level);
    struct diag *d =
        list->errors + list->warnings > MAX_MESSAGES ? NULL : arena_alloc(list->arena, sizeof(*d));

    if (d == NULL) {
        list->dropped++;
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    d->level = level;
    d->file = (const char *)arena_copy(list->arena, span_str(file)).ptr;
    d->line = line;
    d->column = column;
    d->text = (const char *)arena_copy(list->arena, span_str(text)).ptr;
    append(list, d);
}
