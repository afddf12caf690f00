/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_STAGE_H
#define SUPPORT_STAGE_H

#include "base/span.h"

#include <pthread.h>

/*
 * A scripted peer: a thread that listens on a unix socket under build/ and plays
 * `script` with blocking calls, each bounded by ten seconds. Every call of a
 * script that cannot be done marks the play as spoiled and makes the rest do
 * nothing; stage_close() tells.
 */
struct stage {
    void (*script)(struct stage *s);
    const void *prop; /* the script's */
    char folder[64];
    char address[128]; /* "unix:/..." for pool_setup */
    int listener;
    int spoiled; /* the line of the first call that failed, 0: none */
    pthread_t thread;
};

/* Listens and starts the script. */
void stage_open(struct stage *s, void (*script)(struct stage *s), const void *prop);

/* Waits for the script's end and cleans up; true if it went as written. */
bool stage_close(struct stage *s);

/* For scripts: a connection; a whole request head (at most 16 KiB, into a static buffer of the
 * thread); bytes; the peer's end of the connection; closing. */
int stage_accept(struct stage *s);
struct span stage_hear(struct stage *s, int c);
void stage_say(struct stage *s, int c, struct span bytes);
void stage_expect_end(struct stage *s, int c);
void stage_hang_up(int c);

#endif
