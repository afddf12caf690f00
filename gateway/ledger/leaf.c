/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves. Time and id stand first and have a fixed width, so that both can be
 * read, and a leaf's size be known, without parsing JSON. Nothing is stored
 * here and nothing hashed.
 */
#include "ledger/leaf.h"

#include "base/clock.h"
#include "base/text.h"

#include <time.h>

static const char TIME_KEY[] = "{\"time\":\"";
static const char ID_KEY[] = "\",\"id\":\"";
static const char KIND_KEY[] = "\",\"kind\":\"";
enum {
    TIME_AT = sizeof(TIME_KEY) - 1,
    ID_AT = TIME_AT + LEAF_TIME_BYTES + sizeof(ID_KEY) - 1,
    KIND_AT = ID_AT + ENTRY_ID_DIGITS + sizeof(KIND_KEY) - 1
};

static size_t digits_of(uint64_t value)
{
    size_t n = 1;

    for (; value >= 10; value /= 10) {
        n++;
    }
    return n;
}

size_t leaf_size(const struct leaf *l)
{
    size_t size = KIND_AT + 1;

    size += strlen(entry_kind_name(l->kind));
    size += l->exchange.len > 0 ? sizeof(",\"exchange\":\"\"") - 1 + l->exchange.len : 0;
    size += l->body.len > 0 ? 1 + l->body.len : 0;
    if (l->subject_count > 0) {
        size += sizeof(",\"subjects\":{\"count\":,\"root\":\"\"}") - 1;
        size += digits_of(l->subject_count) + 2 * DIGEST_BYTES;
    }
    return size + sizeof(",\"salt\":\"\"}") - 1 + 2 * LEAF_SALT_BYTES;
}

static bool all_within(struct span text, const char *classes)
{
    for (size_t i = 0; i < text.len; i++) {
        bool printable = text.ptr[i] >= 0x20 && text.ptr[i] <= 0x7E;

        if (!printable || (classes != NULL && strchr(classes, text.ptr[i]) == NULL)) {
            return false;
        }
    }
    return true;
}

static bool subjects_named(const struct entry *entry)
{
    for (size_t i = 0; i < entry->subject_count; i++) {
        if (entry->subjects[i].len == 0) {
            return false;
        }
    }
    return true;
}

enum err entry_check(const struct entry *entry)
{
    struct leaf l = {.kind = entry->kind,
                     .exchange = entry->exchange,
                     .body = entry->body,
                     .subject_count = entry->subject_count};

    if (entry_kind_is_internal(entry->kind) || !all_within(entry->exchange, "0123456789abcdef") ||
        !all_within(entry->body, NULL) || !subjects_named(entry)) {
        return ERR_INPUT;
    }
    if (entry->subject_count > ENTRY_MAX_SUBJECTS || leaf_size(&l) > ENTRY_MAX_BYTES) {
        return ERR_TOO_BIG;
    }
    return OK;
}

static void put_index(struct buf *out, uint64_t index)
{
    uint8_t text[ENTRY_ID_DIGITS];

    for (size_t i = ENTRY_ID_DIGITS; i > 0; i--) {
        text[i - 1] = (uint8_t)('0' + index % 10);
        index /= 10;
    }
    buf_put(out, span_of(text, sizeof(text)));
}

static void put_subjects(struct buf *out, const struct leaf *l)
{
    buf_put_str(out, ",\"subjects\":{\"count\":");
    buf_put_u64(out, l->subject_count);
    buf_put_str(out, ",\"root\":\"");
    text_hex(out, span_of(l->root, DIGEST_BYTES));
    buf_put_str(out, "\"}");
}

static void put_members(struct buf *out, const struct leaf *l)
{
    if (l->exchange.len > 0) {
        buf_put_str(out, ",\"exchange\":\"");
        buf_put(out, l->exchange);
        buf_put_byte(out, '"');
    }
    if (l->body.len > 0) {
        buf_put_byte(out, ',');
        buf_put(out, l->body);
    }
    if (l->subject_count > 0) {
        put_subjects(out, l);
    }
}

static void put_be(struct buf *out, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        buf_put_byte(out, (uint8_t)(value >> (8 * bytes)));
    }
}

void leaf_put(struct buf *bundle, const struct leaf *l)
{
    put_be(bundle, leaf_size(l), 2);
    buf_put(bundle, span_of(TIME_KEY, sizeof(TIME_KEY) - 1));
    buf_put(bundle, span_of(l->time, LEAF_TIME_BYTES));
    buf_put(bundle, span_of(ID_KEY, sizeof(ID_KEY) - 1));
    put_index(bundle, l->index);
    buf_put_str(bundle, KIND_KEY);
    buf_put_str(bundle, entry_kind_name(l->kind));
    buf_put_byte(bundle, '"');
    put_members(bundle, l);
    buf_put_str(bundle, ",\"salt\":\"");
    text_hex(bundle, span_of(l->salt, LEAF_SALT_BYTES));
    buf_put_str(bundle, "\"}");
}

static bool number_at(struct span text, size_t at, size_t len, int *out)
{
    int value = 0;

    for (size_t i = at; i < at + len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    *out = value;
    return true;
}

static bool shaped_like(struct span text, const char *shape)
{
    for (size_t i = 0; i < text.len; i++) {
        if (shape[i] != '0' && text.ptr[i] != (uint8_t)shape[i]) {
            return false;
        }
    }
    return text.len == strlen(shape);
}

bool leaf_parse_time(struct span text, int64_t *ms)
{
    struct tm tm = {0};
    int32_t date;
    int milli;

    if (!shaped_like(text, "0000-00-00T00:00:00.000Z") ||
        !clock_parse_date(span_sub(text, 0, 10), &date) || !number_at(text, 11, 2, &tm.tm_hour) ||
        !number_at(text, 14, 2, &tm.tm_min) || !number_at(text, 17, 2, &tm.tm_sec) ||
        !number_at(text, 20, 3, &milli) || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59) {
        return false;
    }
    tm.tm_year = date / 10000 - 1900;
    tm.tm_mon = date / 100 % 100 - 1;
    tm.tm_mday = date % 100;
    *ms = (int64_t)timegm(&tm) * 1000 + milli;
    return true;
}

enum err leaf_time(struct span leaf, int64_t *ms)
{
    bool ok = span_starts(leaf, span_of(TIME_KEY, TIME_AT)) &&
              leaf_parse_time(span_sub(leaf, TIME_AT, LEAF_TIME_BYTES), ms);

    return ok ? OK : ERR_INPUT;
}

enum err leaf_index(struct span leaf, uint64_t *index)
{
    struct span text = span_sub(leaf, ID_AT, ENTRY_ID_DIGITS);
    int high, low;

    if (text.len != ENTRY_ID_DIGITS || !number_at(text, 0, 6, &high) ||
        !number_at(text, 6, 6, &low)) {
        return ERR_INPUT;
    }
    *index = (uint64_t)high * 1000000 + (uint64_t)low;
    return OK;
}

bool leaf_is(struct span leaf, enum entry_kind kind)
{
    struct span name = span_str(entry_kind_name(kind));
    struct span at = span_from(leaf, KIND_AT);

    return span_starts(at, name) && at.len > name.len && at.ptr[name.len] == '"';
}

bool leaf_next(struct span *bundle, struct span *leaf)
{
    if (bundle->len < 2) {
        return false;
    }
    size_t len = (size_t)bundle->ptr[0] << 8 | bundle->ptr[1];

    if (len > bundle->len - 2) {
        return false;
    }
    *leaf = span_sub(*bundle, 2, len);
    *bundle = span_from(*bundle, 2 + len);
    return true;
}

void side_put(struct buf *out, const struct side *s)
{
    put_be(out, s->at, 2);
    buf_put(out, s->seed);
    put_be(out, s->blob.len, 4);
    buf_put(out, s->blob);
}

bool side_next(struct span *rest, struct side *out)
{
    enum { SEED_AT = 2, LEN_AT = SEED_AT + SUBJECT_SEED_BYTES, BLOB_AT = LEN_AT + 4 };
    uint32_t len = 0;

    if (rest->len < BLOB_AT) {
        return false;
    }
    for (size_t i = LEN_AT; i < BLOB_AT; i++) {
        len = len << 8 | rest->ptr[i];
    }
    if (len > rest->len - BLOB_AT) {
        return false;
    }
    out->at = (unsigned)rest->ptr[0] << 8 | rest->ptr[1];
    out->seed = span_sub(*rest, SEED_AT, SUBJECT_SEED_BYTES);
    out->blob = span_sub(*rest, BLOB_AT, len);
    *rest = span_from(*rest, BLOB_AT + len);
    return true;
}
