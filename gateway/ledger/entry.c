/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of entry kinds and the small writer of bodies. It does not sort: bodies
 * are written in the order that the documents fix.
 */
#include "ledger/entry.h"

#include "base/text.h"

enum author { ANYONE, WRITER };

struct kind_row {
    const char *name;
    const char *text;
    enum author author;
};

static const struct kind_row rows[ENTRY_KIND_COUNT] = {
#define ENTRY_ROW(sym, name, who, text) [sym] = {name, text, who},
    ENTRY_KIND_TABLE(ENTRY_ROW)
#undef ENTRY_ROW
};

const char *entry_kind_name(enum entry_kind kind)
{
    return rows[kind].name;
}

const char *entry_kind_text(enum entry_kind kind)
{
    return rows[kind].text;
}

bool entry_kind_of(struct span name, enum entry_kind *out)
{
    for (unsigned k = 0; k < ENTRY_KIND_COUNT; k++) {
        if (span_eq_str(name, rows[k].name)) {
            *out = (enum entry_kind)k;
            return true;
        }
    }
    return false;
}

bool entry_kind_is_internal(enum entry_kind kind)
{
    return rows[kind].author == WRITER;
}

static void put_key(struct buf *body, const char *key)
{
    if (buf_span(body).len > 0) {
        buf_put_byte(body, ',');
    }
    text_json_ascii(body, span_str(key));
    buf_put_byte(body, ':');
}

void entry_text(struct buf *body, const char *key, struct span value)
{
    if (value.len > 0) {
        put_key(body, key);
        text_json_ascii(body, value);
    }
}

void entry_number(struct buf *body, const char *key, uint64_t value)
{
    put_key(body, key);
    buf_put_u64(body, value);
}

void entry_json(struct buf *body, const char *key, struct span json)
{
    put_key(body, key);
    buf_put(body, json);
}
