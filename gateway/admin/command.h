/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

#include "base/buf.h"

/*
 * The closed set of messages on the command door (SAFETY A7), as JSON. The
 * reader and the writer stand side by side so that they cannot part.
 */
enum { COMMAND_MAX_WHO = 1024 };

struct stop_command {
    const char *what; /* one of "partner", "client", "agreement", "student"; static */
    char *who;        /* heap, NUL behind; may hold no NUL itself */
    size_t who_len;
    bool undo;
};

/*
 * Reads {"what":...,"who":...,"undo":...}: `what` and `who` must stand, `undo`
 * may; nothing else, nothing twice. ERR_INPUT, ERR_MEMORY; `*out` untouched then.
 */
enum err stop_command_read(struct span json, struct stop_command *out) MUST_CHECK;
void stop_command_fini(struct stop_command *c);

/* Appends the message. */
void stop_command_write(struct buf *out, struct span what, struct span who, bool undo);

/* Who puts which policy in force. */
struct apply_command {
    char *by; /* this and the next two: heap, NUL behind, no NUL inside; `second` may be empty */
    char *second;
    char *digest;
};

/*
 * Reads {"by":...,"digest":...,"second":...}: all three must stand, names of at most
 * COMMAND_MAX_WHO bytes; nothing else, nothing twice. ERR_INPUT, ERR_MEMORY; `*out`
 * untouched then.
 */
enum err apply_command_read(struct span json, struct apply_command *out) MUST_CHECK;
void apply_command_fini(struct apply_command *c);

/* Appends the message. */
void apply_command_write(struct buf *out, struct span by, struct span second, struct span digest);

/* True for the four words. */
bool stop_command_knows(struct span what);

#endif
