/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TRIAL_H
#define CLI_TRIAL_H

#include "redact/redact.h"

/*
 * A question put to a policy outside a gateway: the same router, reader, verdict and
 * redactor that answer partners, with a roster and records that the caller brings.
 * Nothing is sent or recorded.
 */
struct trial {
    const struct policy *policy; /* this and the next five: set by the caller, borrowed */
    const struct agreement *agreement;
    const struct roster_view *roster;
    const struct own_view *own;
    struct span purpose;
    int32_t date;       /* yyyymmdd, district-local */
    struct route route; /* the rest is filled by trial_ask() */
    struct query query;
    struct plan plan;
    struct refusal why;
};

/*
 * Decides "/students?limit=3", with or without the catalog's base in front. Errors
 * are those that a partner would get: ERR_HTTP_TARGET, ERR_PATH, of query_parse() and
 * of verdict_request(); ERR_MEMORY. The trial must stay where it is afterwards.
 */
enum err trial_ask(struct trial *t, struct span target, struct arena *arena) MUST_CHECK;

/* Sends a source's body through the redactor under the plan; its errors and the callback's. */
enum err trial_redact(const struct trial *t, struct span body, redact_on_record *on_record,
                      void *ctx) MUST_CHECK;

#endif
