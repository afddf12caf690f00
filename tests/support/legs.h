/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_LEGS_H
#define SUPPORT_LEGS_H

#include "base/buf.h"
#include "tests/support/stage.h"
#include "upstream/leg.h"

/* Legs of a pool against a scripted source, and what came of them. */

#define GOOD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

struct watch {
    struct leg *leg;
    struct leg_head head;
    struct buf body;
    enum err failed;
    unsigned heads, bodies, ends, fails;
    bool pause_head, pause_body; /* at every piece of the body */
    bool abort_head, abort_body;
};

struct scene {
    struct loop *loop;
    struct pool *pool;
    struct stage stage;
};

/* `setup` without address and, unless it has one, server name. */
void open_with(struct scene *sc, void (*script)(struct stage *s), const void *prop,
               struct pool_setup setup);
void open_scene(struct scene *sc, void (*script)(struct stage *s), const void *prop);

/* Frees the pool; fails the test if the script was spoiled. */
void close_scene(struct scene *sc);

struct pool_counts counts_of(const struct scene *sc);

/* Starts a leg whose doings `w` notes; the flags of `w` stay. */
enum err begin(struct scene *sc, struct watch *w);

/* Turns the loop until it is so; fails the test after ten seconds. */
void turn_until(struct scene *sc, bool (*is_so)(const void *ctx), const void *ctx);
bool is_over(const void *watch);
bool is_begun(const void *watch); /* the head has come */

/* begin(), turn_until(is_over). */
void run_leg(struct scene *sc, struct watch *w);

/* The same, and the answer was GOOD. */
void expect_good(struct scene *sc, struct watch *w);

#endif
