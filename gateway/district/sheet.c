/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV writer. Values are written as they stand: cells that start with '='
 * are not defused here, because a OneRoster bundle is read by programs.
 */
#include "district/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { MAX_ROW = 1024 * 1024, MAX_PATH = 4096 };

static enum err of_errno(int number)
{
    if (number == EEXIST) {
        return ERR_EXISTS;
    }
    return number == ENOSPC || number == EDQUOT ? ERR_STORE_FULL : ERR_IO;
}

static FILE *create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (fd >= 0 && file == NULL) {
        (void)close(fd);
    }
    return file;
}

void sheet_open(struct sheet *s, const char *folder, const char *name, const char *header)
{
    char path[MAX_PATH];
    int n = snprintf(path, sizeof(path), "%s/%s", folder, name);

    *s = (struct sheet){0};
    buf_init(&s->row, MAX_ROW);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        s->failed = ERR_INPUT;
        return;
    }
    s->file = create(path);
    if (s->file == NULL) {
        s->failed = of_errno(errno);
        return;
    }
    buf_put_str(&s->row, header);
    sheet_end(s);
}

static bool needs_quotes(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.ptr[i];

        if (c == '"' || c == ',' || c == '\r' || c == '\n') {
            return true;
        }
    }
    return false;
}

static void put_quoted(struct buf *out, struct span value)
{
    buf_put_byte(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"') {
            buf_put_byte(out, '"');
        }
        buf_put_byte(out, value.ptr[i]);
    }
    buf_put_byte(out, '"');
}

void sheet_cell(struct sheet *s, struct span value)
{
    if (s->cells++ > 0) {
        buf_put_byte(&s->row, ',');
    }
    if (needs_quotes(value)) {
        put_quoted(&s->row, value);
    } else {
        buf_put(&s->row, value);
    }
}

void sheet_str(struct sheet *s, const char *value)
{
    sheet_cell(s, span_str(value));
}

void sheet_date(struct sheet *s, uint32_t yyyymmdd)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%04u-%02u-%02u", yyyymmdd / 10000 % 10000,
                   yyyymmdd / 100 % 100, yyyymmdd % 100);
    sheet_str(s, text);
}

void sheet_skip(struct sheet *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        sheet_cell(s, (struct span){NULL, 0});
    }
}

void sheet_end(struct sheet *s)
{
    buf_put(&s->row, SPAN("\r\n"));
    if (s->failed == OK && buf_err(&s->row) != OK) {
        s->failed = buf_err(&s->row);
    }
    if (s->failed == OK && fwrite(buf_span(&s->row).ptr, 1, s->row.len, s->file) != s->row.len) {
        s->failed = of_errno(errno);
    }
    buf_clear(&s->row);
    s->cells = 0;
}

enum err sheet_close(struct sheet *s)
{
    enum err e = s->failed;

    if (s->file != NULL && fclose(s->file) != 0 && e == OK) {
        e = of_errno(errno);
    }
    s->file = NULL;
    buf_fini(&s->row);
    return e;
}
