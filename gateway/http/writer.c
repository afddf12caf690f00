/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of heads. A line that is refused leaves no trace in the buf. */
#include "http/writer.h"

#include "http/rules.h"

static const struct {
    unsigned status;
    const char *reason;
} REASONS[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *writer_reason(unsigned status)
{
    for (size_t i = 0; i < sizeof(REASONS) / sizeof(REASONS[0]); i++) {
        if (REASONS[i].status == status) {
            return REASONS[i].reason;
        }
    }
    return "";
}

/* Takes a half-written line back if it did not fit. */
static enum err settle(struct buf *out, size_t before)
{
    enum err e = buf_err(out);

    if (e != OK) {
        buf_cut(out, before);
    }
    return e;
}

enum err writer_status(struct buf *out, unsigned status)
{
    size_t before = out->len;

    if (status < 200 || status > 599) {
        return ERR_INTERNAL;
    }
    buf_put(out, SPAN("HTTP/1.1 "));
    buf_put_u64(out, status);
    buf_put_byte(out, ' ');
    buf_put_str(out, writer_reason(status));
    buf_put(out, SPAN("\r\n"));
    return settle(out, before);
}

static bool is_between(struct span text, uint8_t low, uint8_t high)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < low || text.ptr[i] > high) {
            return false;
        }
    }
    return true;
}

enum err writer_request(struct buf *out, const char *method, struct span target)
{
    size_t before = out->len;

    if (!rules_is_plain_name(span_str(method)) || target.len == 0 || target.ptr[0] != '/' ||
        !is_between(target, 0x21, 0x7e)) {
        return ERR_INTERNAL;
    }
    buf_put_str(out, method);
    buf_put_byte(out, ' ');
    buf_put(out, target);
    buf_put(out, SPAN(" HTTP/1.1\r\n"));
    return settle(out, before);
}

enum err writer_header(struct buf *out, struct span name, struct span value)
{
    size_t before = out->len;

    if (!rules_is_plain_name(name) || !is_between(value, 0x20, 0x7e)) {
        return ERR_INTERNAL;
    }
    buf_put(out, name);
    buf_put(out, SPAN(": "));
    buf_put(out, value);
    buf_put(out, SPAN("\r\n"));
    return settle(out, before);
}

enum err writer_number(struct buf *out, const char *name, uint64_t value)
{
    size_t before = out->len;

    if (!rules_is_plain_name(span_str(name))) {
        return ERR_INTERNAL;
    }
    buf_put_str(out, name);
    buf_put(out, SPAN(": "));
    buf_put_u64(out, value);
    buf_put(out, SPAN("\r\n"));
    return settle(out, before);
}

enum err writer_end(struct buf *out)
{
    size_t before = out->len;

    buf_put(out, SPAN("\r\n"));
    return settle(out, before);
}
