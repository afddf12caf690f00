/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing the one message that carries arguments. */
#include "admin/command.h"

#include "base/mem.h"
#include "base/text.h"

#include <jansson.h>

static const char *const words[] = {"partner", "client", "agreement", "student"};

static const char *find_word(struct span what)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (span_eq_str(what, words[i])) {
            return words[i];
        }
    }
    return NULL;
}

bool stop_command_knows(struct span what)
{
    return find_word(what) != NULL;
}

static struct span text_of(const json_t *value)
{
    return span_of(json_string_value(value), json_string_length(value));
}

static enum err read_members(const json_t *root, struct stop_command *out)
{
    const json_t *undo = json_object_get(root, "undo");
    struct span who = text_of(json_object_get(root, "who"));
    struct stop_command c = {.what = find_word(text_of(json_object_get(root, "what")))};
    size_t members = undo == NULL ? 2 : 3;

    if (json_object_size(root) != members || (undo != NULL && !json_is_boolean(undo)) ||
        c.what == NULL || who.len == 0 || who.len > COMMAND_MAX_WHO) {
        return ERR_INPUT;
    }
    c.undo = json_is_true(undo);
    c.who_len = who.len;
    c.who = mem_copy(who.ptr, who.len);
    if (c.who == NULL) {
        return ERR_MEMORY;
    }
    *out = c;
    return OK;
}

enum err stop_command_read(struct span json, struct stop_command *out)
{
    json_error_t why;
    json_t *root = json_loadb((const char *)json.ptr, json.len, JSON_REJECT_DUPLICATES, &why);

    if (root == NULL) {
        return json_error_code(&why) == json_error_out_of_memory ? ERR_MEMORY : ERR_INPUT;
    }
    enum err e = read_members(root, out);

    json_decref(root);
    return e;
}

void stop_command_fini(struct stop_command *c)
{
    mem_free(c->who);
    *c = (struct stop_command){0};
}

void stop_command_write(struct buf *out, struct span what, struct span who, bool undo)
{
    buf_put_str(out, "{\"what\":");
    text_json_string(out, what);
    buf_put_str(out, ",\"who\":");
    text_json_string(out, who);
    buf_put_str(out, undo ? ",\"undo\":true}" : "}");
}

/* --- apply */

static char *copy_of(struct span text)
{
    return text.ptr == NULL || text.len > COMMAND_MAX_WHO || memchr(text.ptr, 0, text.len) != NULL
               ? NULL
               : mem_copy(text.ptr, text.len);
}

static enum err read_apply(const json_t *root, struct apply_command *out)
{
    struct apply_command c = {.by = copy_of(text_of(json_object_get(root, "by"))),
                              .second = copy_of(text_of(json_object_get(root, "second"))),
                              .digest = copy_of(text_of(json_object_get(root, "digest")))};

    if (json_object_size(root) != 3 || c.by == NULL || c.by[0] == '\0' || c.second == NULL ||
        c.digest == NULL) {
        apply_command_fini(&c);
        return ERR_INPUT;
    }
    *out = c;
    return OK;
}

enum err apply_command_read(struct span json, struct apply_command *out)
{
    json_t *root = json_loadb((const char *)json.ptr, json.len, JSON_REJECT_DUPLICATES, NULL);
    enum err e = root == NULL ? ERR_INPUT : read_apply(root, out);

    json_decref(root);
    return e;
}

void apply_command_fini(struct apply_command *c)
{
    mem_free(c->by);
    mem_free(c->second);
    mem_free(c->digest);
    *c = (struct apply_command){0};
}

void apply_command_write(struct buf *out, struct span by, struct span second, struct span digest)
{
    buf_put_str(out, "{\"by\":");
    text_json_string(out, by);
    buf_put_str(out, ",\"digest\":");
    text_json_string(out, digest);
    buf_put_str(out, ",\"second\":");
    text_json_string(out, second);
    buf_put_byte(out, '}');
}
