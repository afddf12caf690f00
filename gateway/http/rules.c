/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the headers that matter are gathered into `facts` (what each says, how
 * often it stood), then a table of rules is walked in order: the first broken one
 * names the error. Anything ambiguous is refused; nothing is repaired.
 */
#include "http/rules.h"

#include "http/scan.h"

/* A name with its length, for tables. */
#define WORD(text) (text), sizeof(text) - 1

struct facts {
    const struct http_head *head;
    bool is_response;
    bool is_http10;  /* responses only */
    bool never_body; /* responses: 1xx and 204 */
    bool odd_name;   /* requests: a name that is not plain */
    unsigned hosts, lengths, codings, upgrades, expects;
    bool good_host, good_length, good_coding, good_connection;
    bool close;            /* Connection: close */
    struct span host;      /* of Host */
    struct span authority; /* of an absolute-form target, else empty */
    bool origin_form;      /* the target begins with '/', after any authority */
    bool good_target_bytes;
    uint64_t length;
};

/* --- small grammars */

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_alnum(uint8_t byte)
{
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

bool rules_is_plain_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_alnum(name.ptr[i]) && name.ptr[i] != '-') {
            return false;
        }
    }
    return name.len > 0;
}

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!scan_is_token(text.ptr[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != 0 && strchr(set, byte) != NULL;
}

/* reg-name or IPv4 without percent-encoding, or [IPv6]. */
static bool is_host_name(struct span name)
{
    bool v6 = name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']';
    struct span inside = v6 ? span_sub(name, 1, name.len - 2) : name;

    for (size_t i = 0; i < inside.len; i++) {
        uint8_t b = inside.ptr[i];

        if (!is_alnum(b) && !is_one_of(b, v6 ? ":." : "-._~")) {
            return false;
        }
    }
    return inside.len > 0 && inside.len <= 255;
}

static bool is_authority(struct span text)
{
    size_t colon = text.len;
    uint64_t port = 0;

    while (colon > 0 && is_digit(text.ptr[colon - 1])) {
        colon--;
    }
    if (colon == 0 || text.ptr[colon - 1] != ':') {
        return is_host_name(text);
    }
    return is_host_name(span_sub(text, 0, colon - 1)) &&
           span_to_u64(span_from(text, colon), 65535, &port);
}

/* Visible ASCII without what readers of URLs disagree about. */
static bool is_target_text(struct span target)
{
    for (size_t i = 0; i < target.len; i++) {
        uint8_t b = target.ptr[i];

        if (b <= 0x20 || b >= 0x7f || b == '#' || b == '\\') {
            return false;
        }
    }
    return target.len > 0;
}

/* --- gathering */

static void note_host(struct facts *f, struct span value)
{
    f->hosts++;
    f->host = value;
    f->good_host = is_authority(value);
}

/* A TAB between colon and CR: versions of llhttp differ on it in the framing headers. */
static bool has_tab_beside(struct span value)
{
    const uint8_t *before = value.ptr - 1;
    const uint8_t *behind = value.ptr + value.len;

    while (*before == ' ') {
        before--;
    }
    while (*behind == ' ') {
        behind++;
    }
    return *before == '\t' || *behind == '\t';
}

static void note_length(struct facts *f, struct span value)
{
    f->lengths++;
    f->good_length = span_to_u64(value, INT64_MAX, &f->length) && !has_tab_beside(value);
}

static void note_coding(struct facts *f, struct span value)
{
    f->codings++;
    f->good_coding = span_eq_nocase(value, SPAN("chunked")) && !has_tab_beside(value);
}

static void note_upgrade(struct facts *f, struct span value)
{
    (void)value;
    f->upgrades++;
}

static void note_expect(struct facts *f, struct span value)
{
    (void)value;
    f->expects++;
}

/* A list of tokens, some perhaps empty (RFC 9110 5.6.1.2); only "close" means something here, no
 * header is removed by it. */
static void note_connection(struct facts *f, struct span value)
{
    while (value.ptr != NULL) {
        struct span item = scan_trim(span_cut(&value, ','));

        f->good_connection = f->good_connection && (item.len == 0 || is_token(item));
        f->close = f->close || span_eq_nocase(item, SPAN("close"));
    }
}

static const struct {
    const char *name;
    size_t len;
    void (*note)(struct facts *f, struct span value);
} NOTED[] = {
    {WORD("host"), note_host},
    {WORD("content-length"), note_length},
    {WORD("transfer-encoding"), note_coding},
    {WORD("connection"), note_connection},
    {WORD("upgrade"), note_upgrade},
    {WORD("http2-settings"), note_upgrade},
    {WORD("expect"), note_expect},
};

static void gather(struct facts *f)
{
    f->good_connection = true;
    for (size_t i = 0; i < f->head->header_count; i++) {
        const struct http_header *h = &f->head->headers[i];

        f->odd_name = f->odd_name || !rules_is_plain_name(h->name);
        for (size_t k = 0; k < sizeof(NOTED) / sizeof(NOTED[0]); k++) {
            if (h->name.len == NOTED[k].len &&
                span_eq_nocase(h->name, span_of(NOTED[k].name, NOTED[k].len))) {
                NOTED[k].note(f, h->value);
            }
        }
    }
}

/* --- the table */

static bool has_odd_name(const struct facts *f)
{
    return f->odd_name;
}

static bool has_both_framings(const struct facts *f)
{
    return f->lengths > 0 && f->codings > 0;
}

static bool has_bad_length(const struct facts *f)
{
    return f->lengths > 1 || (f->lengths == 1 && !f->good_length);
}

static bool has_bad_coding(const struct facts *f)
{
    return f->codings > 1 || (f->codings == 1 && !f->good_coding);
}

static bool has_old_coding(const struct facts *f)
{
    return f->codings > 0 && f->is_http10;
}

static bool has_forbidden_body(const struct facts *f)
{
    return f->never_body && (f->codings > 0 || f->length > 0);
}

static bool has_bad_host(const struct facts *f)
{
    return f->hosts != 1 || !f->good_host;
}

static bool has_bad_target(const struct facts *f)
{
    return !f->good_target_bytes || !f->origin_form;
}

static bool has_other_authority(const struct facts *f)
{
    return f->authority.len > 0 && !span_eq_nocase(f->authority, f->host);
}

static bool has_upgrade(const struct facts *f)
{
    return f->upgrades > 0;
}

static bool has_expect(const struct facts *f)
{
    return f->expects > 0;
}

static bool has_bad_connection(const struct facts *f)
{
    return !f->good_connection;
}

static bool has_switched(const struct facts *f)
{
    return f->head->status == 101;
}

/* In order; the first that is broken decides. OK: the rule is not for that side. */
static const struct {
    bool (*is_broken)(const struct facts *f);
    enum err request;
    enum err response;
} RULES[] = {
    {has_odd_name, ERR_HTTP_HEAD, OK},
    {has_both_framings, ERR_HTTP_FRAMING, ERR_UP_FRAMING},
    {has_bad_length, ERR_HTTP_FRAMING, ERR_UP_FRAMING},
    {has_bad_coding, ERR_HTTP_CODING, ERR_UP_FRAMING},
    {has_old_coding, OK, ERR_UP_FRAMING},
    {has_forbidden_body, OK, ERR_UP_FRAMING},
    {has_bad_connection, ERR_HTTP_HEAD, ERR_UP_HEAD},
    {has_switched, OK, ERR_UP_HEAD},
    {has_bad_host, ERR_HTTP_HOST, OK},
    {has_bad_target, ERR_HTTP_TARGET, OK},
    {has_other_authority, ERR_HTTP_HOST, OK},
    {has_upgrade, ERR_HTTP_UPGRADE, OK},
    {has_expect, ERR_HTTP_EXPECT, OK},
};

static enum err judge(const struct facts *f)
{
    for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++) {
        enum err e = f->is_response ? RULES[i].response : RULES[i].request;

        if (e != OK && RULES[i].is_broken(f)) {
            return e;
        }
    }
    return OK;
}

/* --- requests */

static const struct {
    const char *name;
    size_t len;
    enum http_method method;
} METHODS[] = {
    {WORD("GET"), HTTP_GET},       {WORD("HEAD"), HTTP_HEAD},     {WORD("POST"), HTTP_POST},
    {WORD("PUT"), HTTP_PUT},       {WORD("DELETE"), HTTP_DELETE}, {WORD("PATCH"), HTTP_OTHER},
    {WORD("OPTIONS"), HTTP_OTHER}, {WORD("TRACE"), HTTP_OTHER},
};

static enum err read_method(struct span name, enum http_method *out)
{
    for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++) {
        if (span_eq(name, span_of(METHODS[i].name, METHODS[i].len))) {
            *out = METHODS[i].method;
            return OK;
        }
    }
    return span_eq_str(name, "CONNECT") ? ERR_HTTP_METHOD : ERR_HTTP_HEAD;
}

static enum err read_version(struct span text)
{
    bool formed = text.len == 8 && span_starts(text, SPAN("HTTP/")) && is_digit(text.ptr[5]) &&
                  text.ptr[6] == '.' && is_digit(text.ptr[7]);

    if (!formed) {
        return ERR_HTTP_HEAD;
    }
    return span_eq_str(text, "HTTP/1.1") ? OK : ERR_HTTP_VERSION;
}

/* "METHOD SP target SP HTTP/1.1", one SP each. */
static enum err read_request_line(struct span line, struct http_head *head)
{
    enum err e = read_method(span_cut(&line, ' '), &head->method);

    head->target = span_cut(&line, ' ');
    if (e == OK) {
        e = read_version(line);
    }
    if (e == OK && head->target.len > HTTP_MAX_TARGET) {
        e = ERR_HTTP_LARGE;
    }
    return e;
}

/* "http://host/path" becomes "/path"; the authority is kept for the comparison with Host. */
static void split_target(struct facts *f, struct http_head *head)
{
    struct span target = head->target;
    size_t scheme = 0;

    if (target.len > 8 && span_eq_nocase(span_sub(target, 0, 8), SPAN("https://"))) {
        scheme = 8;
    } else if (target.len > 7 && span_eq_nocase(span_sub(target, 0, 7), SPAN("http://"))) {
        scheme = 7;
    }
    f->good_target_bytes = is_target_text(target);
    if (scheme > 0) {
        struct span rest = span_from(target, scheme);
        size_t slash = span_find(rest, '/');

        f->authority = span_sub(rest, 0, slash);
        f->good_target_bytes = f->good_target_bytes && f->authority.len > 0;
        head->target = span_from(rest, slash);
    }
    f->origin_form = head->target.len > 0 && head->target.ptr[0] == '/';
}

static void set_framing(const struct facts *f, struct http_head *head)
{
    head->framing = f->codings > 0 ? HTTP_CHUNKED : f->lengths > 0 ? HTTP_LENGTH : HTTP_NO_BODY;
    head->content_length = head->framing == HTTP_LENGTH ? f->length : 0;
}

enum err rules_request(struct span start_line, struct http_head *head)
{
    struct facts f = {.head = head};
    enum err e = read_request_line(start_line, head);

    if (e != OK) {
        return e;
    }
    gather(&f);
    split_target(&f, head);
    e = judge(&f);
    if (e != OK) {
        return e;
    }
    head->host = f.host;
    head->keep_alive = !f.close;
    set_framing(&f, head);
    return OK;
}

/* --- responses */

/* "HTTP/1.1 SP 3DIGIT SP reason"; the second SP is not optional (RFC 9112 4). */
static enum err read_status_line(struct span line, struct facts *f, struct http_head *head)
{
    struct span version = span_cut(&line, ' ');
    struct span digits = span_cut(&line, ' ');
    uint64_t status = 0;

    f->is_http10 = span_eq_str(version, "HTTP/1.0");
    if (!f->is_http10 && !span_eq_str(version, "HTTP/1.1")) {
        return ERR_UP_HEAD;
    }
    if (digits.len != 3 || line.ptr == NULL || !span_to_u64(digits, 599, &status) || status < 100) {
        return ERR_UP_HEAD;
    }
    head->status = (unsigned)status;
    return OK;
}

enum err rules_response(struct span start_line, bool head_only, struct http_head *head)
{
    struct facts f = {.head = head, .is_response = true};
    enum err e = read_status_line(start_line, &f, head);

    if (e != OK) {
        return e;
    }
    f.never_body = head->status < 200 || head->status == 204;
    gather(&f);
    e = judge(&f);
    if (e != OK) {
        return e;
    }
    set_framing(&f, head);
    if (head_only || f.never_body || head->status == 304) {
        head->framing = HTTP_NO_BODY;
    } else if (head->framing == HTTP_NO_BODY) {
        head->framing = HTTP_UNTIL_CLOSE;
    }
    head->keep_alive = !f.close && !f.is_http10 && head->framing != HTTP_UNTIL_CLOSE;
    return OK;
}
