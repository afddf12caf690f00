/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_TOWN_H
#define DISTRICT_TOWN_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Who lives in the example district, decided before any file is written:
 * families with their students and guardians, and which student goes where.
 * Numbers of people, schools and families start at 1; 0 means none.
 */
enum {
    TOWN_SCHOOLS = 10, /* 1-5 elementary (KG-05), 6-8 middle (06-08), 9-10 high (09-12) */
    TOWN_GRADES = 13,  /* 0 is KG, 1 to 12 */
    TOWN_MAX_STUDENTS = 500000,
    TOWN_SECTION = 25, /* students of one grade who share their classes */
    TOWN_SUBJECTS = 4, /* the homeroom and three subjects */
};

struct student {
    uint32_t family;
    uint32_t section; /* number of the section in the whole district */
    uint8_t grade;
    uint8_t school;
    uint8_t second_school; /* another one of the same level, or 0 */
};

struct family {
    uint32_t first_student; /* siblings have neighbouring numbers */
    uint32_t first_guardian;
    uint8_t students;  /* 1 to 3 */
    uint8_t guardians; /* 1 or 2 */
};

struct section {
    uint8_t school;
    uint8_t grade;
    uint32_t teacher; /* staff number of its homeroom teacher */
};

struct town {
    uint64_t seed;
    uint32_t student_count;
    uint32_t family_count;
    uint32_t guardian_count; /* one of them, guardian 1, is a teacher: see town_is_teacher() */
    uint32_t section_count;
    uint32_t teacher_count; /* staff 1 to teacher_count teach, one section each */
    struct student *students;
    struct family *families;
    struct section *sections;
};

/* Fills `t`, the caller's, to be given to town_fini(). `students` is 1 to
 * TOWN_MAX_STUDENTS, else ERR_INPUT. ERR_MEMORY. */
enum err town_init(struct town *t, uint32_t students, uint64_t seed) MUST_CHECK;

/* Accepts a zeroed struct. */
void town_fini(struct town *t);

/* By number, from 1. */
const struct student *town_student(const struct town *t, uint32_t number);
const struct family *town_family(const struct town *t, uint32_t number);
const struct section *town_section(const struct town *t, uint32_t number);

/* Guardian 1 is the same person as teacher 1: one user with both roles. */
bool town_is_teacher(uint32_t guardian);

/* "KG", "01" ... "12". */
const char *town_grade(unsigned grade);

/* Lowest and highest grade of a school. */
void town_school_grades(unsigned school, unsigned *low, unsigned *high);

#endif
