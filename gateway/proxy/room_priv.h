/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_ROOM_PRIV_H
#define PROXY_ROOM_PRIV_H

#include "proxy/exchange_priv.h"

/*
 * An exchange within its agreement's limits (SAFETY R10). Folder-private. How a
 * page's students are decided stands in room.c.
 */

/* Counts the request. ERR_RATE, ERR_MEMORY. */
enum err room_request(struct exchange *x) MUST_CHECK;

/*
 * Before the source is asked: room for whoever the page can bring, or, where that
 * may be too much, a place to gather the page whole. ERR_STUDENTS: by id, of a student who
 * does not fit, or by a filter; ERR_BUSY: too many gather already.
 */
enum err room_begin(struct exchange *x) MUST_CHECK;

/*
 * What the partner is told of an id that shows it nothing: ERR_RECORD, or ERR_STUDENTS where
 * not one student more fits today, as for an id that would show something.
 */
enum err room_unknown(struct exchange *x) MUST_CHECK;

/*
 * Nothing may leave yet: the page is being gathered. Once it is whole and its request is durable,
 * its students decide: ERR_STUDENTS, or the page goes its way. ERR_MEMORY, ERR_TOO_BIG.
 */
enum err room_gather(struct exchange *x) MUST_CHECK;

/* Counts students whose disclosure is queued. ERR_MEMORY. */
enum err room_count(struct exchange *x, const uint32_t *numbers, size_t count) MUST_CHECK;

/* Seconds until the next local midnight. */
int64_t room_rest_of_day_s(int64_t wall_ms);

#endif
