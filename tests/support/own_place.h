/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_OWN_PLACE_H
#define SUPPORT_OWN_PLACE_H

#include "roster/own_keep.h"
#include "tests/support/policy_kit.h"

/*
 * A place where students' own facts are kept: a state database in a folder of its
 * own, the example policy, and a roster of students s1 to s3 and 00123 and of a
 * teacher t1. Tests set `texts` and let it read them. All fail by cmocka.
 */
enum { OWN_PLACE_TODAY = 20260901 };

struct own_place {
    char folder[64], path[96];
    struct policy_kit kit;
    struct roster *roster;
    struct stops *stops;
    struct own_keep *keep;
    const char *texts[OWN_FILE_COUNT];    /* rows without header; NULL: missing */
    const char *whole_of[OWN_FILE_COUNT]; /* a whole file instead */
    uint64_t fail_at;                     /* allocation of the next offer that fails */
};

void own_place_start(struct own_place *p);
void own_place_stop(struct own_place *p);
int own_place_set_up(void **state);
int own_place_tear_down(void **state);
struct own_checks own_place_checks(const struct own_place *p);
enum err own_place_offer(struct own_place *p, bool narrow_only);
void own_place_change(struct own_place *p);
struct own_facts own_place_ask_on(const struct own_place *p, const char *student, int32_t date);
struct own_facts own_place_ask(const struct own_place *p, const char *student);
bool own_place_is_complete(const struct own_place *p);
size_t own_place_vanished(const struct own_place *p);

#endif
