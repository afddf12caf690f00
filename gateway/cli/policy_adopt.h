/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_POLICY_ADOPT_H
#define CLI_POLICY_ADOPT_H

#include "ledger/ledger.h"
#include "policy/policy.h"

/*
 * What stands between a valid policy and its being in force (SAFETY P3): its text and
 * catalog are stored, it is compared with the one in force, a second person has
 * agreed where the district wants that, and a `policy` entry that commits to all of
 * it is durable. The running gateway does it, and `policy apply` where none runs.
 */
struct adoption {
    const char *state;   /* the state directory */
    const char *folder;  /* the policy was just loaded from here ... */
    const char *catalog; /* ... with the catalog of this file */
    struct ledger *ledger;
    const char *action; /* "start", "reload", "apply" */
    struct span by;     /* who applies it; empty: nobody said */
    struct span second; /* who agreed; empty: nobody */
    const struct policy *now;
    const struct policy *was; /* in force in this process; NULL: the one last in force counts */
};

enum { ADOPT_MAX_NAME = 200 };

/*
 * OK: it may be put in force at once. ERR_SECOND_PERSON: it widens, and the policy in
 * force wants a second person, other than the first. ERR_INPUT: the folder has
 * changed since it was loaded. The ledger's errors, ERR_IO, ERR_MEMORY, ERR_CRYPTO.
 */
enum err policy_adopt(const struct adoption *a) MUST_CHECK;

struct policy_side;
struct policy_mark;

/*
 * Loads the policy last in force from the store into a zeroed side, to be closed by
 * the caller in any case, and says its names. ERR_NOT_FOUND: there was none, or its
 * text cannot be had any more (then `mark` has names). ERR_MEMORY, ERR_INPUT, ERR_IO.
 */
enum err policy_last_in_force(const char *state, struct policy_side *side,
                              struct policy_mark *mark) MUST_CHECK;

#endif
