/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of tokens and key sets. jansson refuses most of what is wrong when told
 * to; depth is checked before it, because its parser recurses.
 */
#include "auth/strict_priv.h"

static bool is_shallow(struct span text)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
        if (depth > STRICT_MAX_DEPTH) {
            return false;
        }
    }
    return true;
}

enum err strict_read(struct span text, json_t **out)
{
    json_error_t why;

    if (text.len == 0 || !is_shallow(text)) {
        return ERR_INPUT;
    }
    json_t *root = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &why);

    if (root == NULL) {
        return json_error_code(&why) == json_error_out_of_memory ? ERR_MEMORY : ERR_INPUT;
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return ERR_INPUT;
    }
    *out = root;
    return OK;
}

struct span strict_text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value)) {
        return (struct span){NULL, 0};
    }
    return span_of(json_string_value(value), json_string_length(value));
}

bool strict_is_name(struct span text, size_t max)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7E) {
            return false;
        }
    }
    return text.len > 0 && text.len <= max;
}
