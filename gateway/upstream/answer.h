/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_ANSWER_H
#define UPSTREAM_ANSWER_H

#include "http/head.h"
#include "upstream/leg.h"

/*
 * Decides whether the head of a source's answer is one that we use; the rules
 * stand at leg_start(). Checks go on in this order: status (ERR_UP_STATUS),
 * framing (ERR_UP_FRAMING), coding (ERR_UP_CODING), type (ERR_UP_TYPE). `*out`
 * is untouched on failure. Pure.
 */
enum err answer_check(const struct http_head *head, struct leg_head *out) MUST_CHECK;

/* True for application/json with no parameter but charset=utf-8 (RFC 9110 8.3, RFC 8259 11). */
bool answer_is_json(struct span content_type);

#endif
