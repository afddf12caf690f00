/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, URLs and names of hallpass.yaml. They end up in sockets, Location
 * headers and ledger files, so each is held to the characters that it needs.
 */
#include "cli/config_values.h"

#include <arpa/inet.h>

enum { MAX_PATH = 4000, MAX_HOST = 253, MAX_URL = 512, MAX_NAME = 255, MAX_WORKERS = 256 };

static bool holds_only(struct span text, bool (*is_allowed)(uint8_t c))
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_allowed(text.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool is_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_host_byte(uint8_t c)
{
    return is_alnum(c) || c == '-' || c == '.';
}

static bool is_path_byte(uint8_t c)
{
    return is_alnum(c) || memchr("/-._~", c, 5) != NULL;
}

static bool is_visible(uint8_t c)
{
    return c > 0x20 && c < 0x7F;
}

static bool is_printable(uint8_t c)
{
    return c >= 0x20 && c != 0x7F;
}

static bool is_host(struct span host)
{
    return host.len > 0 && host.len <= MAX_HOST && holds_only(host, is_host_byte) &&
           host.ptr[0] != '-' && host.ptr[0] != '.';
}

/* What stands in front of the port: "[v6]" without its brackets, or all up to a colon. */
static struct span cut_host(struct span text, struct span *rest)
{
    bool v6 = text.len > 0 && text.ptr[0] == '[';
    size_t end = span_find(text, v6 ? ']' : ':');

    *rest = span_from(text, v6 ? end + 1 : end);
    return span_sub(text, v6 ? 1 : 0, v6 ? end - 1 : end);
}

static bool is_numeric(struct span host, bool v6)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t address[sizeof(struct in6_addr)];

    if (host.len == 0 || host.len >= sizeof(text)) {
        return false;
    }
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    return inet_pton(v6 ? AF_INET6 : AF_INET, text, address) == 1;
}

static bool is_port(struct span text)
{
    uint64_t port;

    return text.len > 1 && text.ptr[0] == ':' && span_to_u64(span_from(text, 1), 65535, &port);
}

struct span value_host(struct span address)
{
    struct span rest;
    struct span host = cut_host(address, &rest);
    bool v6 = address.len > 0 && address.ptr[0] == '[';

    return is_port(rest) && is_numeric(host, v6) ? host : (struct span){NULL, 0};
}

bool value_is_loopback(struct span host)
{
    return span_eq(host, SPAN("::1")) || span_starts(host, SPAN("127."));
}

struct span value_unix_path(struct span address)
{
    struct span prefix = SPAN("unix:");

    return span_starts(address, prefix) ? span_from(address, prefix.len) : (struct span){NULL, 0};
}

static bool take(const struct doc *d, const struct node *n, struct span *out,
                 bool (*is_sound)(struct span text), const char *wanted)
{
    struct span text;

    if (!doc_read_text(d, n, &text)) {
        return false;
    }
    if (!is_sound(text)) {
        doc_error(d, n, "expected %s", wanted);
        return false;
    }
    *out = text;
    return true;
}

static bool is_path(struct span text)
{
    return text.len <= MAX_PATH && holds_only(text, is_printable);
}

static bool is_tcp(struct span text)
{
    return value_host(text).len > 0;
}

static bool is_local(struct span text)
{
    struct span path = value_unix_path(text);

    return path.len > 0 ? is_path(path) : is_tcp(text) && value_is_loopback(value_host(text));
}

static bool is_address(struct span text)
{
    struct span path = value_unix_path(text);

    return path.len > 0 ? is_path(path) : is_tcp(text);
}

static bool is_clean_path(struct span path)
{
    if (path.len == 0) {
        return true;
    }
    for (size_t i = 1; i < path.len; i++) {
        if (path.ptr[i] == '/' && path.ptr[i - 1] == '/') {
            return false;
        }
    }
    return path.ptr[0] == '/' && path.ptr[path.len - 1] != '/' && holds_only(path, is_path_byte);
}

static bool is_url(struct span text)
{
    struct span prefix = SPAN("https://");
    struct span rest;

    if (!span_starts(text, prefix) || text.len > MAX_URL) {
        return false;
    }
    struct span authority = span_from(text, prefix.len);
    size_t slash = span_find(authority, '/');
    struct span path = span_from(authority, slash);
    bool v6 = authority.len > 0 && authority.ptr[0] == '[';
    struct span host = cut_host(span_sub(authority, 0, slash), &rest);

    return (v6 ? is_numeric(host, true) : is_host(host)) && (rest.len == 0 || is_port(rest)) &&
           is_clean_path(path);
}

static bool is_name(struct span text)
{
    return text.len <= MAX_NAME && holds_only(text, is_visible);
}

/* C2SP signed notes: no blanks, no plus sign. */
static bool is_origin(struct span text)
{
    return is_name(text) && span_find(text, '+') == text.len;
}

bool value_read_path(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_path, "a path of at most 4000 bytes");
}

bool value_read_listen(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_tcp, "an IP address and a port, such as 0.0.0.0:8443 or [::]:8443");
}

bool value_read_admin(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_local,
                "a loopback address and a port, such as 127.0.0.1:9464, or unix:PATH");
}

bool value_read_source(const struct doc *d, const struct node *n, void *span)
{
    return take(
        d, n, span, is_address,
        "an IP address and a port, such as 192.0.2.7:443 (its name is server-name), or unix:PATH");
}

bool value_read_host(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_host, "a host name");
}

bool value_read_url(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_url,
                "https://HOST or https://HOST/PATH, without a slash at the end or a query");
}

bool value_read_resource(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_name, "at most 255 visible ASCII characters, best a URL");
}

bool value_read_origin(const struct doc *d, const struct node *n, void *span)
{
    return take(d, n, span, is_origin,
                "a name such as gateway.example.org/disclosures/1, without blanks or +");
}

bool value_read_workers(const struct doc *d, const struct node *n, void *u64)
{
    uint64_t count;

    if (!doc_read_u64(d, n, &count)) {
        return false;
    }
    if (count < 1 || count > MAX_WORKERS) {
        doc_error(d, n, "expected 1 to 256 workers");
        return false;
    }
    *(uint64_t *)u64 = count;
    return true;
}
