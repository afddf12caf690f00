/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading entries back, with jansson: off the data path, where its care about
 * duplicate keys counts for more than its speed.
 */
#include "ledger/view.h"

#include "base/mem.h"

#include <jansson.h>

struct view {
    json_t *object;
};

void view_free(struct view **v)
{
    if (*v != NULL) {
        json_decref((*v)->object);
        mem_free(*v);
        *v = NULL;
    }
}

enum err view_read(struct span leaf, struct view **out)
{
    struct view *v = mem_alloc(sizeof(*v));

    if (v == NULL) {
        return ERR_MEMORY;
    }
    v->object = json_loadb((const char *)leaf.ptr, leaf.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(v->object)) {
        view_free(&v);
        return ERR_INPUT;
    }
    *out = v;
    return OK;
}

static struct span string_of(const json_t *value)
{
    return json_is_string(value) ? span_of(json_string_value(value), json_string_length(value))
                                 : span_of(NULL, 0);
}

struct span view_text(const struct view *v, const char *key)
{
    return string_of(json_object_get(v->object, key));
}

static int64_t number_of(const json_t *value, int64_t otherwise)
{
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

int64_t view_number(const struct view *v, const char *key, int64_t otherwise)
{
    return number_of(json_object_get(v->object, key), otherwise);
}

int64_t view_subject_count(const struct view *v)
{
    return number_of(json_object_get(json_object_get(v->object, "subjects"), "count"), 0);
}

struct span view_item(const struct view *v, const char *key, size_t i)
{
    const json_t *value = json_object_get(v->object, key);

    if (json_is_string(value)) {
        return i == 0 ? string_of(value) : span_of(NULL, 0);
    }
    return string_of(json_array_get(value, i));
}

/* Called by jansson with parts of a value's text. */
static int on_text(const char *text, size_t len, void *ctx)
{
    buf_put(ctx, span_of(text, len));
    return 0;
}

enum err view_each(const struct view *v, void (*each)(void *ctx, const char *key, struct span text),
                   void *ctx)
{
    const char *key;
    json_t *value;
    struct buf text;

    buf_init(&text, 1 << 20);
    json_object_foreach(v->object, key, value)
    {
        buf_clear(&text);
        if (!json_is_string(value)) {
            (void)json_dump_callback(value, on_text, &text,
                                     JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
        }
        if (buf_err(&text) == OK) {
            each(ctx, key, json_is_string(value) ? string_of(value) : buf_span(&text));
        }
    }
    enum err e = buf_err(&text);

    buf_fini(&text);
    return e == OK ? OK : ERR_MEMORY;
}
