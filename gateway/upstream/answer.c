/* SPDX-License-Identifier: Apache-2.0 */
/* What of a source's answer is believed before a byte of its body is read. */
#include "upstream/answer.h"

static struct span trim(struct span text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = span_from(text, 1);
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

static bool is_utf8_charset(struct span parameter)
{
    struct span value = parameter;
    struct span name = span_cut(&value, '=');

    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
        value = span_sub(value, 1, value.len - 2);
    }
    return span_eq_nocase(name, SPAN("charset")) && span_eq_nocase(value, SPAN("utf-8"));
}

bool answer_is_json(struct span content_type)
{
    struct span rest = content_type;
    struct span type = trim(span_cut(&rest, ';'));

    if (!span_eq_nocase(type, SPAN("application/json"))) {
        return false;
    }
    return rest.ptr == NULL || is_utf8_charset(trim(rest));
}

static bool is_identity(const struct http_head *head)
{
    struct span coding;

    if (http_head_count(head, "Content-Encoding") == 0) {
        return true;
    }
    return http_head_one(head, "Content-Encoding", &coding) &&
           span_eq_nocase(coding, SPAN("identity"));
}

enum err answer_check(const struct http_head *head, struct leg_head *out)
{
    struct span text;

    if (head->status != 200 && head->status != 404) {
        return ERR_UP_STATUS;
    }
    if (head->framing == HTTP_UNTIL_CLOSE) {
        return ERR_UP_FRAMING;
    }
    if (!is_identity(head)) {
        return ERR_UP_CODING;
    }
    if (head->status == 200 &&
        (!http_head_one(head, "Content-Type", &text) || !answer_is_json(text))) {
        return ERR_UP_TYPE;
    }
    *out = (struct leg_head){.status = head->status};
    out->has_total =
        http_head_one(head, "X-Total-Count", &text) && span_to_u64(text, UINT64_MAX, &out->total);
    return OK;
}
