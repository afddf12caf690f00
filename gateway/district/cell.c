/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cell checks, one function per kind, in a table. Values are judged, not changed.
 */
#include "district/cell.h"

#include "base/clock.h"

static struct span trim(struct span text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = span_from(text, 1);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

bool cell_next(struct span *rest, struct span *item)
{
    if (rest->ptr == NULL) {
        return false;
    }
    *item = trim(span_cut(rest, ','));
    return true;
}

bool cell_next_user_id(struct span *rest, struct span *type, struct span *identifier)
{
    struct span text = trim(*rest);

    if (text.len == 0 || text.ptr[0] != '{') {
        return false;
    }
    size_t close = span_find(text, '}');
    struct span inside = span_sub(text, 1, close - 1);
    struct span after = trim(span_from(text, close + 1));
    size_t colon = span_find(inside, ':');

    if (close == text.len || colon == 0 || colon + 1 >= inside.len) {
        return false;
    }
    if (after.len > 0 && (after.ptr[0] != ',' || trim(span_from(after, 1)).len == 0)) {
        return false;
    }
    *type = span_sub(inside, 0, colon);
    *identifier = span_from(inside, colon + 1);
    *rest = span_from(after, 1);
    return true;
}

static bool is_number(struct span text, size_t digits, unsigned max)
{
    unsigned value = 0;

    if (text.len != digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return value <= max;
}

static bool is_clock(struct span text)
{
    return text.len == 8 && text.ptr[2] == ':' && text.ptr[5] == ':' &&
           is_number(span_sub(text, 0, 2), 2, 23) && is_number(span_sub(text, 3, 2), 2, 59) &&
           is_number(span_sub(text, 6, 2), 2, 60);
}

static struct span skip_fraction(struct span text)
{
    size_t n = 1;

    if (text.len < 2 || text.ptr[0] != '.') {
        return text;
    }
    while (n < text.len && text.ptr[n] >= '0' && text.ptr[n] <= '9') {
        n++;
    }
    return n == 1 ? text : span_from(text, n);
}

static bool is_zone(struct span text)
{
    if (span_eq(text, SPAN("Z"))) {
        return true;
    }
    return text.len == 6 && (text.ptr[0] == '+' || text.ptr[0] == '-') && text.ptr[3] == ':' &&
           is_number(span_sub(text, 1, 2), 2, 23) && is_number(span_sub(text, 4, 2), 2, 59);
}

bool cell_is_instant(struct span text)
{
    int32_t date;

    return text.len >= 20 && text.ptr[10] == 'T' &&
           clock_parse_date(span_sub(text, 0, 10), &date) && is_clock(span_sub(text, 11, 8)) &&
           is_zone(skip_fraction(span_from(text, 19)));
}

static bool is_word(const struct column *c, struct span value)
{
    for (size_t i = 0; c->words[i] != NULL; i++) {
        if (span_eq_str(value, c->words[i])) {
            return true;
        }
    }
    return c->kind != CELL_CLOSED && span_starts(value, SPAN("ext:")) && value.len > 4;
}

static const char *check_id(const struct column *c, struct span value)
{
    (void)c;
    if (value.len > 255) {
        return "must be at most 255 bytes long";
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] <= ' ' || value.ptr[i] == ',' || value.ptr[i] == '/' ||
            value.ptr[i] == '\\') {
            return "must not have blanks, commas or slashes";
        }
    }
    return span_eq(value, SPAN(".")) || span_eq(value, SPAN("..")) ? "must not be dots alone"
                                                                   : NULL;
}

static const char *check_text(const struct column *c, struct span value)
{
    (void)c;
    (void)value;
    return NULL;
}

static const char *check_word(const struct column *c, struct span value)
{
    return is_word(c, value) ? NULL : "is not a word of its vocabulary";
}

static const char *check_boolean(const struct column *c, struct span value)
{
    (void)c;
    return span_eq(value, SPAN("true")) || span_eq(value, SPAN("false")) ? NULL
                                                                         : "must be true or false";
}

static const char *check_date(const struct column *c, struct span value)
{
    int32_t date;

    (void)c;
    return clock_parse_date(value, &date) ? NULL : "must be a date of the form YYYY-MM-DD";
}

static const char *check_instant(const struct column *c, struct span value)
{
    (void)c;
    return cell_is_instant(value) ? NULL : "must be an instant of the form YYYY-MM-DDTHH:MM:SSZ";
}

static const char *check_year(const struct column *c, struct span value)
{
    (void)c;
    return is_number(value, 4, 9999) ? NULL : "must be a year of four digits";
}

static const char *check_list(const struct column *c, struct span value)
{
    struct span item;

    while (cell_next(&value, &item)) {
        const char *wrong = item.len == 0           ? "has an empty item"
                            : c->kind == CELL_WORDS ? check_word(c, item)
                            : c->kind == CELL_REFS  ? check_id(c, item)
                                                    : NULL;

        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

static const char *check_user_ids(const struct column *c, struct span value)
{
    struct span type, identifier;

    (void)c;
    while (cell_next_user_id(&value, &type, &identifier)) {
    }
    return value.len == 0 ? NULL : "must be a list of {type:identifier}";
}

static const char *(*const CHECKS[])(const struct column *c, struct span value) = {
    [CELL_ID] = check_id,       [CELL_TEXT] = check_text,       [CELL_TEXTS] = check_list,
    [CELL_WORD] = check_word,   [CELL_WORDS] = check_list,      [CELL_BOOLEAN] = check_boolean,
    [CELL_DATE] = check_date,   [CELL_INSTANT] = check_instant, [CELL_YEAR] = check_year,
    [CELL_REF] = check_id,      [CELL_REFS] = check_list,       [CELL_USER_IDS] = check_user_ids,
    [CELL_CLOSED] = check_word,
};

const char *cell_check(const struct column *c, struct span value)
{
    if (value.len == 0) {
        return c->required ? "must not be empty" : NULL;
    }
    return CHECKS[c->kind](c, value);
}
