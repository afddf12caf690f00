/* SPDX-License-Identifier: Apache-2.0 */
/*
 * llhttp 8.1 (strict mode, Debian 12) or 9.x (Debian 13). Its callbacks only note
 * what it found; nobody above is called from inside it. Each call hands it one
 * contiguous piece and compares.
 */
#include "http/lexer.h"

#include "base/mem.h"

#include <llhttp.h>

struct lexer {
    llhttp_t ll;
    bool response;
    bool no_body;
    bool differs;
    bool head_complete;
    bool message_complete;
    bool size_seen;
    uint64_t size;
    size_t body_bytes;              /* of this call */
    uint32_t names;                 /* header names seen */
    uint32_t values;                /* non-empty header values seen */
    struct span target;             /* as llhttp found it */
    const struct lexer_head *found; /* during lexer_agrees() */
};

static struct span mark_value(const struct lexer_head *found, uint32_t i)
{
    const struct scan_mark *m = &found->marks[i];

    return span_sub(found->block, m->colon + 1, m->end - m->colon - 1);
}

static bool is_same(struct span a, struct span b)
{
    return a.ptr == b.ptr && a.len == b.len;
}

static int on_url(llhttp_t *ll, const char *at, size_t len)
{
    struct lexer *lx = ll->data;

    lx->differs = lx->differs || lx->target.ptr != NULL;
    lx->target = span_of(at, len);
    return 0;
}

static int on_name(llhttp_t *ll, const char *at, size_t len)
{
    struct lexer *lx = ll->data;
    const struct lexer_head *found = lx->found;

    if (found == NULL || lx->names == found->mark_count) {
        return -1;
    }
    const struct scan_mark *m = &found->marks[lx->names];

    struct span mark_name = span_sub(found->block, m->name, m->colon - m->name);

    lx->names++;
    lx->differs = lx->differs || !is_same(span_of(at, len), mark_name);
    return 0;
}

static int on_value(llhttp_t *ll, const char *at, size_t len)
{
    struct lexer *lx = ll->data;

    if (lx->found == NULL || lx->names == 0) {
        return -1;
    }
    struct span value = scan_trim(span_of(at, len));

    if (value.len > 0) {
        lx->values++;
        lx->differs =
            lx->differs || !is_same(value, scan_trim(mark_value(lx->found, lx->names - 1)));
    }
    return 0;
}

static int on_head_complete(llhttp_t *ll)
{
    struct lexer *lx = ll->data;

    lx->head_complete = true;
    return lx->no_body ? 1 : 0;
}

static int on_body(llhttp_t *ll, const char *at, size_t len)
{
    struct lexer *lx = ll->data;

    (void)at;
    lx->body_bytes += len;
    return 0;
}

static int on_size(llhttp_t *ll)
{
    struct lexer *lx = ll->data;

    lx->size_seen = true;
    lx->size = ll->content_length;
    return 0;
}

static int on_message_complete(llhttp_t *ll)
{
    struct lexer *lx = ll->data;

    lx->message_complete = true;
    return 0;
}

static const llhttp_settings_t SETTINGS = {
    .on_url = on_url,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_head_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
    .on_chunk_header = on_size,
};

enum err lexer_new(bool response, struct lexer **out)
{
    struct lexer *lx = mem_alloc(sizeof(*lx));

    if (lx == NULL) {
        return ERR_MEMORY;
    }
    lx->response = response;
    lexer_begin(lx, false);
    *out = lx;
    return OK;
}

void lexer_free(struct lexer **lx)
{
    mem_free(*lx);
    *lx = NULL;
}

void lexer_begin(struct lexer *lx, bool no_body)
{
    bool response = lx->response;

    *lx = (struct lexer){.response = response, .no_body = no_body};
    llhttp_init(&lx->ll, response ? HTTP_RESPONSE : HTTP_REQUEST, &SETTINGS);
    lx->ll.data = lx;
}

static bool run(struct lexer *lx, struct span bytes)
{
    lx->body_bytes = 0;
    lx->size_seen = false;
    return llhttp_execute(&lx->ll, (const char *)bytes.ptr, bytes.len) == HPE_OK && !lx->differs;
}

static uint32_t count_values(const struct lexer_head *found)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < found->mark_count; i++) {
        count += scan_trim(mark_value(found, i)).len > 0;
    }
    return count;
}

static bool is_same_start(const struct lexer *lx, const struct lexer_head *found)
{
    if (lx->response) {
        return lx->ll.status_code == found->status;
    }
    const char *method = llhttp_method_name((llhttp_method_t)lx->ll.method);

    return span_eq_str(found->method, method) && is_same(lx->target, found->target);
}

static bool is_same_framing(const struct lexer *lx, const struct lexer_head *found)
{
    if (found->is_chunked) {
        return !lx->message_complete && (lx->ll.flags & F_CHUNKED) != 0;
    }
    if (found->is_until_close) {
        return !lx->message_complete && llhttp_message_needs_eof(&lx->ll) == 1;
    }
    if (found->content_length == 0) {
        return lx->message_complete;
    }
    return !lx->message_complete && (lx->ll.flags & F_CHUNKED) == 0 &&
           lx->ll.content_length == found->content_length;
}

bool lexer_agrees(struct lexer *lx, const struct lexer_head *found)
{
    lx->found = found;
    bool ran = run(lx, found->block);

    lx->found = NULL;
    return ran && lx->head_complete && lx->ll.upgrade == 0 && lx->names == found->mark_count &&
           lx->values == count_values(found) && is_same_start(lx, found) &&
           is_same_framing(lx, found);
}

bool lexer_takes_body(struct lexer *lx, struct span bytes, bool last)
{
    return run(lx, bytes) && lx->body_bytes == bytes.len && lx->message_complete == last;
}

bool lexer_takes_size(struct lexer *lx, struct span digits, uint64_t size)
{
    uint8_t line[18];

    if (digits.len > 16) {
        return false;
    }
    memcpy(line, digits.ptr, digits.len);
    memcpy(line + digits.len, "\r\n", 2);
    return run(lx, span_of(line, digits.len + 2)) && lx->size_seen && lx->size == size &&
           !lx->message_complete;
}

bool lexer_takes_crlf(struct lexer *lx, bool last)
{
    return run(lx, SPAN("\r\n")) && lx->body_bytes == 0 && lx->message_complete == last;
}
