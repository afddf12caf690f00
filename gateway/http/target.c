/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request targets. Each part is decoded once and never again; what is not plain
 * is refused rather than normalised, so that no two readers can differ on it.
 */
#include "http/target.h"

static bool is_alnum(uint8_t b)
{
    return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z');
}

/* pchar (RFC 3986 3.3) without '%'; a query may have '/' and '?' besides (3.4). */
static bool may_stand(uint8_t b, bool in_query)
{
    if (is_alnum(b)) {
        return true;
    }
    return b != 0 && strchr(in_query ? "-._~!$&'()*+,;=:@/?" : "-._~!$&'()*+,;=:@", b) != NULL;
}

/* What may come out of an escape: never a control; in a path, never a separator. */
static bool may_be_escaped(uint8_t b, bool in_query)
{
    return b >= 0x20 && b != 0x7f && (in_query || (b != '/' && b != '\\'));
}

static int hex_value(uint8_t b)
{
    if (b >= '0' && b <= '9') {
        return b - '0';
    }
    b |= 0x20;
    return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
}

/* The byte of the escape at `at`, or -1. */
static int unescape(struct span raw, size_t at)
{
    int high = at + 2 < raw.len ? hex_value(raw.ptr[at + 1]) : -1;
    int low = at + 2 < raw.len ? hex_value(raw.ptr[at + 2]) : -1;

    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Decodes `raw` to `into`, which has raw.len bytes. False when something may not stand there. */
static bool decode_bytes(struct span raw, bool in_query, uint8_t *into, size_t *len)
{
    size_t n = 0;

    for (size_t i = 0; i < raw.len; i++) {
        int byte = raw.ptr[i];

        if (byte == '%') {
            byte = unescape(raw, i);
            i += 2;
            if (byte < 0 || !may_be_escaped((uint8_t)byte, in_query)) {
                return false;
            }
        } else if (!may_stand((uint8_t)byte, in_query)) {
            return false;
        }
        into[n++] = (uint8_t)byte;
    }
    *len = n;
    return true;
}

static enum err decode(struct span raw, bool in_query, struct arena *arena, struct span *out)
{
    uint8_t *bytes = raw.len == 0 ? NULL : arena_alloc(arena, raw.len);
    size_t len = 0;

    if (raw.len > 0 && bytes == NULL) {
        return ERR_MEMORY;
    }
    if (!decode_bytes(raw, in_query, bytes, &len) || !span_is_utf8(span_of(bytes, len))) {
        return ERR_HTTP_TARGET;
    }
    *out = span_of(bytes, len);
    return OK;
}

static enum err parse_segment(struct span raw, struct arena *arena, struct target *t)
{
    struct span segment;

    if (t->segment_count == TARGET_MAX_SEGMENTS) {
        return ERR_HTTP_TARGET;
    }
    enum err e = decode(raw, false, arena, &segment);

    if (e != OK) {
        return e;
    }
    if (segment.len == 0 || span_eq_str(segment, ".") || span_eq_str(segment, "..")) {
        return ERR_HTTP_TARGET;
    }
    t->segments[t->segment_count++] = segment;
    return OK;
}

static enum err parse_path(struct span path, struct arena *arena, struct target *t)
{
    enum err e = OK;

    if (path.len == 0 || path.ptr[0] != '/') {
        return ERR_HTTP_TARGET;
    }
    path = span_from(path, 1);
    while (e == OK && path.len > 0) {
        struct span segment = span_cut(&path, '/');

        e = parse_segment(segment, arena, t);
        if (e == OK && path.ptr != NULL && path.len == 0) {
            return ERR_HTTP_TARGET; /* a trailing slash */
        }
    }
    return e;
}

static enum err parse_param(struct span pair, struct arena *arena, struct target *t)
{
    struct target_param param;
    struct span name = span_cut(&pair, '=');

    if (t->param_count == TARGET_MAX_PARAMS || name.len == 0 || pair.ptr == NULL) {
        return ERR_HTTP_TARGET;
    }
    enum err e = decode(name, true, arena, &param.name);

    if (e == OK) {
        e = decode(pair, true, arena, &param.value);
    }
    if (e == OK) {
        t->params[t->param_count++] = param;
    }
    return e;
}

static enum err parse_query(struct span query, struct arena *arena, struct target *t)
{
    enum err e = OK;

    while (e == OK && query.ptr != NULL) {
        e = parse_param(span_cut(&query, '&'), arena, t);
    }
    return e;
}

enum err target_parse(struct span raw, struct arena *arena, struct target *out)
{
    struct span query = raw;
    struct span path = span_cut(&query, '?');
    struct target t;

    t.segment_count = 0;
    t.param_count = 0;
    enum err e = parse_path(path, arena, &t);

    if (e == OK && query.ptr != NULL) {
        e = parse_query(query, arena, &t);
    }
    if (e == OK) {
        *out = t;
    }
    return e;
}
