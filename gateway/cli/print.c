/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages on standard error. A name out of a file or of the command line may
 * hold escape sequences for the reader's terminal, so control characters never
 * pass.
 */
#include "cli/print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* MAX_DIAGS: the cap of base/diag.h. */
enum { LINE_MAX_BYTES = 2048, MAX_DIAGS = 1000 };

static void print_clean(const char *prefix, const char *text)
{
    fputs(prefix, stderr);
    for (const char *c = text; *c != '\0'; c++) {
        bool control = (unsigned char)*c < 0x20 || *c == 0x7F;

        fputc(control ? '?' : *c, stderr);
    }
    fputc('\n', stderr);
}

void print_result(const struct buf *b, FILE *to)
{
    if (b->len > 0) {
        (void)fwrite(b->base + b->start, 1, b->len, to);
    }
}

int print_problem(const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    print_clean("hallpass: ", line);
    return 1;
}

int print_failure(const char *what, enum err e)
{
    const char *detail = e == ERR_IO && errno != 0 ? strerror(errno) : err_text(e);

    return print_problem("%s: %s", what, detail);
}

static void print_diag(const char *folder, const struct diag *d)
{
    const char *file = d->file == NULL ? "?" : d->file;
    const char *text = d->text == NULL ? "out of memory" : d->text;
    const char *level = d->level == DIAG_WARNING ? "warning: " : "";
    const char *slash = folder == NULL ? "" : "/";
    char line[LINE_MAX_BYTES];

    if (d->line == 0) {
        (void)snprintf(line, sizeof(line), "%s%s%s: %s%s", folder == NULL ? "" : folder, slash,
                       file, level, text);
    } else {
        (void)snprintf(line, sizeof(line), "%s%s%s:%u:%u: %s%s", folder == NULL ? "" : folder,
                       slash, file, d->line, d->column, level, text);
    }
    print_clean("", line);
}

static bool is_of(const struct diag *d, const struct diag *other)
{
    return d->file == other->file ||
           (d->file != NULL && other->file != NULL && strcmp(d->file, other->file) == 0);
}

static bool is_before(const struct diag *a, const struct diag *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* The next to show of those that `shown` does not mark: of the first file that has any left, the
 * one that stands first in it; of two at one place, the one that was found first. */
static size_t pick(const struct diag *const *all, const bool *shown, size_t count)
{
    size_t best = count;

    for (size_t i = 0; i < count; i++) {
        if (shown[i]) {
            continue;
        }
        if (best == count || (is_of(all[i], all[best]) && is_before(all[i], all[best]))) {
            best = i;
        }
    }
    return best;
}

void print_diags(const char *folder, const struct diag_list *list)
{
    const struct diag *all[MAX_DIAGS];
    bool shown[MAX_DIAGS] = {false};
    size_t count = 0;

    for (const struct diag *d = list->first; d != NULL && count < MAX_DIAGS; d = d->next) {
        all[count++] = d;
    }
    for (size_t n = 0; n < count; n++) {
        size_t i = pick(all, shown, count);

        shown[i] = true;
        print_diag(folder, all[i]);
    }
    if (list->dropped > 0) {
        print_problem("%u more messages are not shown", list->dropped);
    }
}
