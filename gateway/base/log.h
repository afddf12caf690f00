/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/span.h"

/*
 * One JSON object per line on a file descriptor, written with one write(2) so
 * that lines of several threads never mix. Invariant 8: no value of a record,
 * parameter, token or key is ever passed here; names and codes are.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One member: a string if `text.ptr` is set, else the number. */
struct log_field {
    const char *key;
    struct span text;
    int64_t number;
};

#define LOG_TEXT(key, value) ((struct log_field){(key), (value), 0})
#define LOG_STR(key, value)  ((struct log_field){(key), span_str(value), 0})
#define LOG_NUM(key, value)  ((struct log_field){(key), {NULL, 0}, (int64_t)(value)})

/* Lines below `level` are dropped; the default is LOG_INFO on standard error. */
void log_setup(int fd, enum log_level level);

/*
 * Writes {"time","level","event",...fields}. `event` is a constant, in the
 * form noun-verb. Lines over 8 KiB are cut at a field. Never fails, never blocks
 * the caller longer than write(2) does.
 */
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n);

/* log_event(LOG_INFO, "listener-open", LOG_STR("address", a), LOG_NUM("port", p)) */
#define log_event(level, event, ...)                                                               \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__},                           \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

#endif
