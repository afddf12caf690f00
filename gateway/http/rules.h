/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_RULES_H
#define HTTP_RULES_H

#include "http/head.h"

/*
 * The table that decides whether a head is taken, and what it means. Inputs are
 * the start line and the headers as http/scan.h found them; llhttp is not asked.
 * docs/http-strictness.md shows the same table in words.
 */

/* The values of `headers` lie inside a scanned head, between their colon and CR. */

/* Fills all of `head` but headers and header_count, which are given. Errors: head.h's. */
enum err rules_request(struct span start_line, struct http_head *head) MUST_CHECK;

/* As above. `head_only`: the answer to HEAD. Errors: ERR_UP_HEAD, ERR_UP_FRAMING. */
enum err rules_response(struct span start_line, bool head_only, struct http_head *head) MUST_CHECK;

/* A request's header name: letters, digits and '-' alone ('_' and '-' are one to some). */
bool rules_is_plain_name(struct span name);

#endif
