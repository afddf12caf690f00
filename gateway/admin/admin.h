/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "base/metric.h"
#include "server/handler.h"

/*
 * The handler behind the two admin doors. On the status door: GET /healthz,
 * /readyz, /metrics; over TCP only for Hosts on the allow-list and with the secret
 * (401 without), over a unix socket for peers as below. On the command door (a 0600 unix socket):
 * those, and POST /stop, /reload, /students, /students-vanished, /students-confirm ({}), for peers
 * whose uid is ours or root's (SAFETY A6, A7). All else is 404 or 405.
 */
struct admin;
struct admin_call; /* one command that waits for its answer */

/* POST /stop {"what":"student","who":"ID"} and, to take it back, "undo":true. No other member. */
struct admin_stop {
    struct span what; /* partner, client, agreement, student: nothing else gets here */
    struct span who;  /* 1 to 1,024 bytes of UTF-8; lives until admin_answer() */
    bool undo;
    uint32_t uid; /* the peer's, from the kernel */
};

/* POST /apply {"by":NAME,"digest":HEX,"second":NAME or ""}. Strings live until admin_answer(). */
struct admin_apply {
    const char *by;
    const char *second;
    const char *digest; /* of the policy that was looked at */
    uint32_t uid;
};

/* One reason why the gateway is not ready, or that it is. Strings are constants. */
struct admin_part {
    const char *name; /* "policy", "roster", "ledger" */
    bool good;
    const char *reason; /* an err code when not good */
    const char *note;   /* what is amiss though it is good, in a word; or NULL */
};

enum { ADMIN_MAX_PARTS = 8, ADMIN_MAX_TABLES = 16, ADMIN_MAX_BODY = 4096 };

/*
 * Supplied by the composition root; called on the handler's thread. A command
 * is answered once by admin_answer(), from inside or later. `state` fills parts and
 * returns their number; the gateway is ready when all are good.
 */
struct admin_ops {
    void (*stop)(void *ctx, const struct admin_stop *stop, struct admin_call *call);
    void (*reload)(void *ctx, struct admin_call *call);
    void (*apply)(void *ctx, const struct admin_apply *apply, struct admin_call *call);
    size_t (*state)(void *ctx, struct admin_part parts[ADMIN_MAX_PARTS]);
    void (*students)(void *ctx, struct admin_call *call); /* what is held of students' own facts */
    void (*vanished)(void *ctx, uint32_t uid, struct admin_call *call); /* shows these rows */
    void (*confirm)(void *ctx, uint32_t uid, struct admin_call *call);  /* lets vanished rows go */
    void *ctx;
};

struct admin_setup {
    struct admin_ops ops;     /* copied */
    bool commands;            /* the command door */
    const char *const *hosts; /* of TCP: names in Host, without port, "[::1]" with its brackets;
                                 NULL-terminated, borrowed; NULL: nobody comes in over TCP */
    struct span secret;       /* of TCP: what `Authorization: Bearer` must carry; borrowed. Empty:
                                 nobody comes in over TCP */
};

/* ERR_MEMORY; ERR_INPUT: a command door with hosts or a secret, which it would not use. */
enum err admin_new(const struct admin_setup *setup, struct admin **out) MUST_CHECK;

/* The server that used the handler is freed first; commands may still wait: they are answered
 * into nothing. */
void admin_free(struct admin **a);

/* Adds a table to /metrics; borrowed for the admin's life. ERR_TOO_BIG over ADMIN_MAX_TABLES. */
enum err admin_add_metrics(struct admin *a, const struct metric *table, size_t n) MUST_CHECK;

/* The handler, for server_setup (takes_body = true). Borrowed from `a`. */
const struct handler *admin_handler(const struct admin *a);

/*
 * Ends a command: OK is 200 {"done":true}; ERR_NOT_FOUND 404; any other error its
 * row's status (500 where the row has none) with {"done":false,"code":...,"text":...}. `text`
 * (may be NULL) is one sentence without values. On the handler's thread; the
 * call is gone afterwards, also when the client had left.
 */
void admin_answer(struct admin_call *call, enum err e, const char *text);

/* Ends a command that did what it was asked with 200 and this JSON text. As admin_answer(). */
void admin_answer_json(struct admin_call *call, struct span json);

#endif
