/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SERVE_STUDENTS_H
#define CLI_SERVE_STUDENTS_H

#include "cli/gateway.h"

/*
 * Students' own facts in a running gateway, from the folder that `students:` names (SAFETY S1, S2).
 * Checked first: ERR_INPUT, said on standard error, if the folder lies in the policy's. Opens
 * after rules and stops, before the workers; errors of own_keep_open(). Without the key there is
 * nothing to do, and nothing is held.
 */
enum err gateway_check_folder(const struct config *c, const struct policy *policy) MUST_CHECK;
enum err gateway_open_students(struct gateway *g) MUST_CHECK;
void gateway_close_students(struct gateway *g);

/* The roster or the policy changed: holds the rows in force against them. */
void gateway_check_students(struct gateway *g);

struct students_state {
    bool wanted; /* the policy says `student-facts: files` */
    bool complete;
    size_t rows, problems, vanished;
};
void gateway_read_students(const struct gateway *g, struct students_state *out);

/* Commands of the admin door: answer the call. */
void gateway_tell_students(struct gateway *g, struct admin_call *call);
void gateway_show_vanished(struct gateway *g, uint32_t uid, struct admin_call *call);
void gateway_confirm_students(struct gateway *g, uint32_t uid, struct admin_call *call);

#endif
