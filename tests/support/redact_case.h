/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REDACT_CASE_H
#define SUPPORT_REDACT_CASE_H

#include "tests/support/redact_world.h"

/*
 * Cases of one record, worked out by hand, for the redactor's unit tests: a
 * record goes in, what must leave is written beside it. All fail by cmocka.
 */
extern struct world case_world;
extern struct run case_run;

/* Group fixtures: the district, and its end. */
int case_open(void **state);
int case_close(void **state);

/* Before each test: users of all roles as world_share_users() shares them, two schools. */
int case_users(void **state);

/* Redacts a whole body; its log ends with a NUL then. */
enum err case_body(const char *body);

/* Redacts one record in the envelope of the plan. */
enum err case_record(const char *record);

/* The log of the last one. */
const char *case_log(void);

/* The record leaves as `want`; it is withheld, for this reason; it ends the exchange. */
void assert_released(const char *record, const char *want);
void assert_withheld(const char *record, enum row_reason reason);
void assert_ends(const char *record, enum err want);

#define REF(kind, id)                                                                              \
    "{\"href\":\"https://hallpass/v1p2/" kind "s/" id "\",\"sourcedId\":\"" id                     \
    "\",\"type\":\"" kind "\"}"

/* A student of school-0 with more members; the same as it leaves. */
#define STUDENT(more)                                                                              \
    "{\"sourcedId\":\"stu-0\",\"roles\":[{\"role\":\"student\",\"roleType\":\"primary\",\"org\":"  \
    "{\"sourcedId\":\"school-0\"}}]" more "}"
#define STUDENT_OUT(more)                                                                          \
    "{\"sourcedId\":\"stu-0\",\"roles\":[{\"role\":\"student\",\"roleType\":\"primary\","          \
    "\"org\":" REF("org", "school-0") "}]" more "}"

/* Placeholders of required values. */
#define NO_NAMES "\"givenName\":\"-\",\"familyName\":\"-\""
#define NO_STATE "\"enabledUser\":\"false\""

#endif
