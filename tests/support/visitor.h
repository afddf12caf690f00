/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_VISITOR_H
#define SUPPORT_VISITOR_H

#include "base/buf.h"
#include "base/clock.h"
#include "net/loop.h"

/*
 * A client on the test's own thread: a raw socket, and turns of the loop between
 * its tries, until something holds. What fails here ends the test program.
 */
struct visitor {
    struct loop *loop;
    int fd;
    struct buf got; /* all bytes received */
    bool ended;     /* the server closed */
    bool reset;     /* ... with an error */
};

/* Connects to 127.0.0.1:port. `receive_bytes` 0: the usual socket buffer. */
void visitor_open(struct visitor *v, struct loop *loop, unsigned port, int receive_bytes);
void visitor_close(struct visitor *v);

/* Sends all of the text, turning the loop while the socket is full. */
void visitor_say(struct visitor *v, const char *text);

/* Says that no more will come (FIN). */
void visitor_half_close(struct visitor *v);

/* Reads what is there. */
void visitor_read(struct visitor *v);

/* Reads until `text` has been seen `times` times; false after ten seconds or at the end. */
bool visitor_hears(struct visitor *v, const char *text, unsigned times);

/* Reads until the server closes; false after ten seconds. */
bool visitor_hears_end(struct visitor *v);

unsigned visitor_count(const struct visitor *v, const char *text);

/* Turns the loop until the condition holds; a failed cmocka assertion after ten seconds. */
#define TURN_UNTIL(loop, condition)                                                                \
    do {                                                                                           \
        int64_t give_up_ms = clock_mono_ms() + 10000;                                              \
        while (!(condition) && clock_mono_ms() < give_up_ms) {                                     \
            loop_turn((loop), 20);                                                                 \
        }                                                                                          \
        assert_true(condition);                                                                    \
    } while (0)

#endif
