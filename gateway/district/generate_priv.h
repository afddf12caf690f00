/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_GENERATE_PRIV_H
#define DISTRICT_GENERATE_PRIV_H

#include "district/canary.h"
#include "district/generate.h"
#include "district/sheet.h"
#include "district/town.h"

/* One run of the generator. */
struct maker {
    const struct town *town;
    const char *folder;
    struct buf cell; /* scratch for one value */
    struct generate_counts counts;
};

/* "stu-0000012": the id of entity `number`. */
void make_id(struct buf *out, const char *prefix, uint32_t number);

/* Cells: an id, "school-NN", and a canary word behind a text. */
void make_id_cell(struct maker *m, struct sheet *s, const char *prefix, uint32_t number);
void make_school_cell(struct maker *m, struct sheet *s, unsigned school);
void make_word_cell(struct maker *m, struct sheet *s, const char *before, struct canary c);
void make_digits_cell(struct maker *m, struct sheet *s, const char *before, struct canary c);

/* The cells status and dateLastModified, an instant that no other row of the bundle has. */
void make_base_cells(struct maker *m, struct sheet *s, bool deleted);

/* "cls-0000001-2": class `subject` of a section, and its number for canaries. */
void make_class_id(struct buf *out, uint32_t section, unsigned subject);
void make_class_cell(struct maker *m, struct sheet *s, uint32_t section, unsigned subject);

/* The id of a guardian's user, who may be a teacher. */
void make_guardian_id(struct buf *out, uint32_t guardian);

/* users, roles, userProfiles, demographics, userResources. */
enum err make_people(struct maker *m) MUST_CHECK;

/* orgs, academicSessions, courses, classes, enrollments, resources and their links. */
enum err make_schools(struct maker *m) MUST_CHECK;

/* True if this student's rows are marked tobedeleted. */
bool make_is_deleted(uint32_t student);

/* Staff beside the teachers: five at each school, two of the district. */
enum { MAKE_STAFF_PER_SCHOOL = 5, MAKE_DISTRICT_STAFF = 2, MAKE_RESOURCES = 20 };
uint32_t make_staff_count(const struct town *t);

#endif
