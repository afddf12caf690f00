/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people of the example district. Everything is a function of (seed,
 * number): each family and each student draws from a stream of its own.
 * Sections are filled in the order of student numbers, per school and grade.
 */
#include "district/town.h"

#include "base/mem.h"
#include "district/prng.h"

enum { STREAM_FAMILY = 1, STREAM_STUDENT = 2 };

struct level {
    uint8_t first_school;
    uint8_t schools;
    uint8_t low;
    uint8_t high;
};

static const struct level LEVELS[] = {{1, 5, 0, 5}, {6, 3, 6, 8}, {9, 2, 9, 12}};

static const char GRADES[TOWN_GRADES][3] = {"KG", "01", "02", "03", "04", "05", "06",
                                            "07", "08", "09", "10", "11", "12"};

static uint64_t stream(unsigned kind, uint32_t number)
{
    return (uint64_t)kind << 32 | number;
}

static const struct level *level_of_grade(unsigned grade)
{
    return grade <= LEVELS[0].high ? &LEVELS[0] : grade <= LEVELS[1].high ? &LEVELS[1] : &LEVELS[2];
}

void town_school_grades(unsigned school, unsigned *low, unsigned *high)
{
    const struct level *l = school <= 5 ? &LEVELS[0] : school <= 8 ? &LEVELS[1] : &LEVELS[2];

    *low = l->low;
    *high = l->high;
}

const char *town_grade(unsigned grade)
{
    return GRADES[grade % TOWN_GRADES];
}

bool town_is_teacher(uint32_t guardian)
{
    return guardian == 1;
}

const struct student *town_student(const struct town *t, uint32_t number)
{
    return &t->students[number - 1];
}

const struct family *town_family(const struct town *t, uint32_t number)
{
    return &t->families[number - 1];
}

const struct section *town_section(const struct town *t, uint32_t number)
{
    return &t->sections[number - 1];
}

static void place_student(struct town *t, uint32_t number, uint32_t family)
{
    struct student *s = &t->students[number - 1];
    struct prng p;

    prng_init(&p, t->seed, stream(STREAM_STUDENT, number));
    s->family = family;
    s->grade = (uint8_t)prng_below(&p, TOWN_GRADES);

    const struct level *l = level_of_grade(s->grade);
    unsigned at = prng_below(&p, l->schools);

    s->school = (uint8_t)(l->first_school + at);
    /* Every 40th goes to two schools of the level. */
    if (number % 40 == 3) {
        s->second_school = (uint8_t)(l->first_school + (at + 1) % l->schools);
    }
}

static void add_family(struct town *t, uint32_t *next_student)
{
    uint32_t number = ++t->family_count;
    struct family *f = &t->families[number - 1];
    uint32_t left = t->student_count - (*next_student - 1);
    struct prng p;

    prng_init(&p, t->seed, stream(STREAM_FAMILY, number));
    uint32_t size = prng_chance(&p, 55) ? 1 : prng_chance(&p, 67) ? 2 : 3;

    /* The first family has siblings if the district is large enough. */
    size = number == 1 ? 3 : size;
    f->students = (uint8_t)(size < left ? size : left);
    f->guardians = (uint8_t)(prng_chance(&p, 30) ? 1 : 2);
    f->first_student = *next_student;
    f->first_guardian = t->guardian_count + 1;
    t->guardian_count += f->guardians;
    for (uint32_t i = 0; i < f->students; i++) {
        place_student(t, (*next_student)++, number);
    }
}

static void add_section(struct town *t, unsigned school, unsigned grade)
{
    struct section *s = &t->sections[t->section_count++];

    s->school = (uint8_t)school;
    s->grade = (uint8_t)grade;
    s->teacher = t->section_count;
}

static void fill_sections(struct town *t)
{
    uint32_t current[TOWN_SCHOOLS + 1][TOWN_GRADES] = {{0}};
    uint32_t filled[TOWN_SCHOOLS + 1][TOWN_GRADES] = {{0}};

    for (uint32_t i = 0; i < t->student_count; i++) {
        struct student *s = &t->students[i];
        uint32_t *in = &filled[s->school][s->grade];

        if (*in % TOWN_SECTION == 0) {
            add_section(t, s->school, s->grade);
            current[s->school][s->grade] = t->section_count;
        }
        (*in)++;
        s->section = current[s->school][s->grade];
    }
    t->teacher_count = t->section_count;
}

enum err town_init(struct town *t, uint32_t students, uint64_t seed)
{
    uint32_t next = 1;

    *t = (struct town){.seed = seed, .student_count = students};
    if (students < 1 || students > TOWN_MAX_STUDENTS) {
        return ERR_INPUT;
    }
    t->students = mem_alloc_array(students, sizeof(*t->students));
    t->families = mem_alloc_array(students, sizeof(*t->families));
    t->sections = mem_alloc_array(students, sizeof(*t->sections));
    if (t->students == NULL || t->families == NULL || t->sections == NULL) {
        town_fini(t);
        return ERR_MEMORY;
    }
    while (next <= students) {
        add_family(t, &next);
    }
    fill_sections(t);
    return OK;
}

void town_fini(struct town *t)
{
    mem_free(t->students);
    mem_free(t->families);
    mem_free(t->sections);
    *t = (struct town){0};
}
