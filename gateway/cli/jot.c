/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/jot.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/print.h"

enum { JOT_BYTES = 256 * 1024 * 1024 };

void jot_init(struct jot *j)
{
    buf_init(&j->text, JOT_BYTES);
    j->inside = false;
}

void jot_fini(struct jot *j)
{
    buf_fini(&j->text);
}

int jot_print(struct jot *j, int code)
{
    if (buf_err(&j->text) != OK) {
        return print_failure("--json", buf_err(&j->text));
    }
    (void)fwrite(j->text.base + j->text.start, 1, j->text.len, stdout);
    putchar('\n');
    return code;
}

static void separate(struct jot *j)
{
    buf_put_str(&j->text, j->inside ? "," : "");
    j->inside = true;
}

void jot_open(struct jot *j, char bracket)
{
    separate(j);
    buf_put_byte(&j->text, (uint8_t)bracket);
    j->inside = false;
}

void jot_close(struct jot *j, char bracket)
{
    buf_put_byte(&j->text, (uint8_t)bracket);
    j->inside = true;
}

void jot_key(struct jot *j, const char *key)
{
    separate(j);
    text_json_string(&j->text, span_str(key));
    buf_put_byte(&j->text, ':');
    j->inside = false;
}

void jot_text(struct jot *j, struct span value)
{
    separate(j);
    text_json_string(&j->text, value);
}

void jot_str(struct jot *j, const char *value)
{
    if (value != NULL) {
        jot_text(j, span_str(value));
        return;
    }
    separate(j);
    buf_put_str(&j->text, "null");
}

void jot_number(struct jot *j, uint64_t value)
{
    separate(j);
    buf_put_u64(&j->text, value);
}

void jot_bool(struct jot *j, bool value)
{
    separate(j);
    buf_put_str(&j->text, value ? "true" : "false");
}

void jot_date(struct jot *j, int32_t date)
{
    if (date == 0) {
        jot_str(j, NULL);
        return;
    }
    separate(j);
    buf_printf(&j->text, "\"%04d-%02d-%02d\"", (int)(date / 10000), (int)(date / 100 % 100),
               (int)(date % 100));
}

void jot_key_text(struct jot *j, const char *key, struct span value)
{
    jot_key(j, key);
    jot_text(j, value);
}

void jot_key_str(struct jot *j, const char *key, const char *value)
{
    jot_key(j, key);
    jot_str(j, value);
}

void jot_key_bool(struct jot *j, const char *key, bool value)
{
    jot_key(j, key);
    jot_bool(j, value);
}

void jot_key_place(struct jot *j, const char *key, const char *file, const struct node *at)
{
    jot_key(j, key);
    if (at == NULL) {
        jot_str(j, NULL);
        return;
    }
    jot_open(j, '{');
    jot_key_str(j, "file", file);
    jot_key(j, "line");
    jot_number(j, at->line);
    jot_key(j, "column");
    jot_number(j, at->column);
    jot_close(j, '}');
}
