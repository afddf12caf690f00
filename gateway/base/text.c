/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON strings, hexadecimal, base64 and percent-encoding. Readers accept one
 * form only: a value that could be written two ways could be compared two ways.
 */
#include "base/text.h"

static const char HEX[] = "0123456789abcdef";
static const char URL64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char STD64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Decodes one UTF-8 character at `at`; 0xFFFD and length 1 when malformed. */
static uint32_t next_char(struct span text, size_t at, size_t *len)
{
    uint8_t lead = text.ptr[at];
    size_t need = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    *len = 1;
    if (need > text.len - at || !span_is_utf8(span_sub(text, at, need))) {
        return 0xFFFD;
    }
    uint32_t c = need == 1 ? lead : lead & (0xFFu >> (need + 1));

    for (size_t i = 1; i < need; i++) {
        c = c << 6 | (text.ptr[at + i] & 0x3Fu);
    }
    *len = need;
    return c;
}

static void put_unit(struct buf *out, uint32_t unit)
{
    uint8_t esc[6] = {'\\',
                      'u',
                      (uint8_t)HEX[unit >> 12 & 15],
                      (uint8_t)HEX[unit >> 8 & 15],
                      (uint8_t)HEX[unit >> 4 & 15],
                      (uint8_t)HEX[unit & 15]};

    buf_put(out, span_of(esc, sizeof(esc)));
}

static void put_escape(struct buf *out, uint32_t c)
{
    if (c == '"' || c == '\\') {
        buf_put_byte(out, '\\');
        buf_put_byte(out, (uint8_t)c);
    } else if (c >= 0x10000) {
        put_unit(out, 0xD800 + ((c - 0x10000) >> 10));
        put_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
        put_unit(out, c);
    }
}

static void put_json(struct buf *out, struct span value, bool ascii)
{
    buf_put_byte(out, '"');
    for (size_t at = 0; at < value.len;) {
        size_t len;
        uint32_t c = next_char(value, at, &len);
        bool malformed = c == 0xFFFD && len == 1;

        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F || (ascii && c > 0x7E)) {
            put_escape(out, c);
        } else if (malformed) {
            buf_put(out, SPAN("\xEF\xBF\xBD"));
        } else {
            buf_put(out, span_sub(value, at, len));
        }
        at += len;
    }
    buf_put_byte(out, '"');
}

void text_json_string(struct buf *out, struct span value)
{
    put_json(out, value, false);
}

void text_json_ascii(struct buf *out, struct span value)
{
    put_json(out, value, true);
}

void text_hex(struct buf *out, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        buf_put_byte(out, (uint8_t)HEX[bytes.ptr[i] >> 4]);
        buf_put_byte(out, (uint8_t)HEX[bytes.ptr[i] & 15]);
    }
}

static void put_base64(struct buf *out, struct span bytes, const char *alphabet, bool pad)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t word = (uint32_t)bytes.ptr[i] << 16;

        word |= have > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
        word |= have > 2 ? bytes.ptr[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            if (k <= have) {
                buf_put_byte(out, (uint8_t)alphabet[word >> (18 - 6 * k) & 63]);
            } else if (pad) {
                buf_put_byte(out, '=');
            }
        }
    }
}

void text_base64url(struct buf *out, struct span bytes)
{
    put_base64(out, bytes, URL64, false);
}

void text_base64(struct buf *out, struct span bytes)
{
    put_base64(out, bytes, STD64, true);
}

static int url64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

static bool is_canonical(struct span in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (url64_value(in.ptr[i]) < 0) {
            return false;
        }
    }
    if (in.len % 4 == 1) {
        return false;
    }
    unsigned spare = in.len % 4 == 2 ? 15 : in.len % 4 == 3 ? 3 : 0;

    return spare == 0 || ((unsigned)url64_value(in.ptr[in.len - 1]) & spare) == 0;
}

enum err text_base64url_decode(struct span in, uint8_t *out, size_t cap, size_t *len)
{
    size_t need = in.len / 4 * 3 + (in.len % 4 == 0 ? 0 : in.len % 4 - 1);
    uint32_t word = 0;
    unsigned bits = 0;
    size_t n = 0;

    if (!is_canonical(in)) {
        return ERR_INPUT;
    }
    if (need > cap) {
        return ERR_TOO_BIG;
    }
    for (size_t i = 0; i < in.len; i++) {
        word = word << 6 | (uint32_t)url64_value(in.ptr[i]);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[n++] = (uint8_t)(word >> bits);
        }
    }
    *len = n;
    return OK;
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum err text_hex_decode(struct span in, uint8_t *out, size_t len)
{
    if (in.len != len * 2) {
        return ERR_INPUT;
    }
    for (size_t i = 0; i < in.len; i++) {
        if (hex_value(in.ptr[i]) < 0) {
            return ERR_INPUT;
        }
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(hex_value(in.ptr[2 * i]) * 16 + hex_value(in.ptr[2 * i + 1]));
    }
    return OK;
}

static bool is_unreserved(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void text_percent(struct buf *out, struct span value)
{
    static const char upper[] = "0123456789ABCDEF";

    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.ptr[i];

        if (is_unreserved(c)) {
            buf_put_byte(out, c);
        } else {
            uint8_t esc[3] = {'%', (uint8_t)upper[c >> 4], (uint8_t)upper[c & 15]};

            buf_put(out, span_of(esc, sizeof(esc)));
        }
    }
}
