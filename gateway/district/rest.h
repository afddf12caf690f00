/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_REST_H
#define DISTRICT_REST_H

#include "district/source.h"
#include "server/handler.h"

/*
 * OneRoster 1.2 rostering over a source: the collections and records of VIEWS,
 * GET and HEAD. Answers are streamed: at any time an exchange holds the places
 * of its page and at most one record more than 64 KiB of text.
 */
struct rest;

/*
 * The handler's `ctx`; the source is borrowed and must live longer. On a unix
 * socket only root and `uid` are served (SAFETY A6). ERR_MEMORY.
 */
enum err rest_new(struct source *source, uint32_t uid, struct rest **out) MUST_CHECK;
void rest_free(struct rest **r); /* every exchange must have ended */

/* The four calls, with `ctx` set. */
struct handler rest_handler(struct rest *r);

/* An imsx_StatusInfo object for an error (OneRoster 1.2); also for the server's own. */
void rest_error_body(struct buf *out, enum err e);

#endif
