/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured log lines. The destination and level are process-wide settings,
 * made once at start; they are this file's only state.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdatomic.h>
#include <unistd.h>

enum { MAX_LINE = 8192 };

static _Atomic int log_fd = STDERR_FILENO;
static _Atomic int log_least = LOG_INFO;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(int fd, enum log_level level)
{
    atomic_store(&log_fd, fd);
    atomic_store(&log_least, (int)level);
}

static void put_field(struct buf *line, const struct log_field *f)
{
    buf_put_byte(line, ',');
    text_json_string(line, span_str(f->key));
    buf_put_byte(line, ':');
    if (f->text.ptr != NULL) {
        text_json_string(line, f->text);
    } else {
        buf_printf(line, "%lld", (long long)f->number);
    }
}

static void put_fields(struct buf *line, const struct log_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t before = line->len;

        put_field(line, &fields[i]);
        if (buf_err(line) != OK) {
            line->failed = OK;
            buf_cut(line, before);
            return;
        }
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    struct buf line;

    if ((int)level < atomic_load(&log_least)) {
        return;
    }
    buf_init(&line, MAX_LINE);
    buf_put_str(&line, "{\"time\":\"");
    clock_put_rfc3339(&line, clock_wall_ms());
    buf_printf(&line, "\",\"level\":\"%s\",\"event\":", level_names[level]);
    text_json_string(&line, span_str(event));
    put_fields(&line, fields, n);
    line.max += 2;
    buf_put_str(&line, "}\n");
    if (buf_err(&line) == OK) {
        ssize_t ignored = write(atomic_load(&log_fd), buf_span(&line).ptr, line.len);

        (void)ignored;
    }
    buf_fini(&line);
}
