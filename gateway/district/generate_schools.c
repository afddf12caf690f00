/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example district's places and times: orgs, sessions, courses, classes,
 * enrollments, resources. Each section of students has four classes, the
 * homeroom and three subjects, all taught by the section's teacher.
 */
#include "district/generate_priv.h"

struct session {
    const char *id;
    const char *title;
    const char *type;
    uint32_t start;
    uint32_t end;
    const char *parent;
};

static const struct session SESSIONS[] = {
    {"sy-2026", "School year 2026-27, ", "schoolYear", 20260817, 20270611, ""},
    {"sem-2026-1", "Fall semester ", "semester", 20260817, 20261218, "sy-2026"},
    {"sem-2026-2", "Spring semester ", "semester", 20270105, 20270611, "sy-2026"},
    {"term-2026-1", "Term one ", "term", 20260817, 20261016, "sem-2026-1"},
    {"term-2026-2", "Term two ", "term", 20261019, 20261218, "sem-2026-1"},
    {"term-2026-3", "Term three ", "term", 20270105, 20270319, "sem-2026-2"},
    {"term-2026-4", "Term four ", "term", 20270322, 20270611, "sem-2026-2"},
    {"gp-2026-1", "Grading period one ", "gradingPeriod", 20260817, 20261016, "term-2026-1"},
    {"gp-2026-2", "Grading period two ", "gradingPeriod", 20261019, 20261218, "term-2026-2"},
    {"gp-2026-3", "Grading period three ", "gradingPeriod", 20270105, 20270319, "term-2026-3"},
    {"gp-2026-4", "Grading period four ", "gradingPeriod", 20270322, 20270611, "term-2026-4"},
};

static const struct {
    const char *title;
    const char *code;
    const char *subject; /* SCED subject area */
} SUBJECTS[TOWN_SUBJECTS] = {
    {"Homeroom", "HR", "22"},
    {"Mathematics", "MATH", "02"},
    {"English", "ENG", "01"},
    {"Science", "SCI", "03"},
};

static const char *const SCHOOL_NAMES[TOWN_SCHOOLS] = {
    "Alder Elementary ", "Birch Elementary ",
    "Cedar Elementary ", "Dogwood Elementary ",
    "Elm Elementary ",   "Lincoln Middle School ",
    "Riverside Middle ", "St. Mary's Middle ",
    "Northside High ",   "Southside High \xE2\x80\x93 ",
};

static enum err make_orgs(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "orgs.csv",
               "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,"
               "metadata.region");
    sheet_str(&s, "org-district");
    make_base_cells(m, &s, false);
    make_word_cell(m, &s, "Example District ", (struct canary){CANARY_ORG, 0, CANARY_TITLE});
    sheet_str(&s, "district");
    make_digits_cell(m, &s, "", (struct canary){CANARY_ORG, 0, CANARY_CODE});
    sheet_skip(&s, 2);
    sheet_end(&s);
    for (unsigned i = 1; i <= TOWN_SCHOOLS; i++) {
        make_school_cell(m, &s, i);
        make_base_cells(m, &s, false);
        make_word_cell(m, &s, SCHOOL_NAMES[i - 1], (struct canary){CANARY_ORG, i, CANARY_TITLE});
        sheet_str(&s, "school");
        make_digits_cell(m, &s, "", (struct canary){CANARY_ORG, i, CANARY_CODE});
        sheet_str(&s, "org-district");
        sheet_str(&s, i % 2 == 0 ? "north" : "south");
        sheet_end(&s);
    }
    return sheet_close(&s);
}

static enum err make_sessions(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "academicSessions.csv",
               "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
               "schoolYear");
    for (uint32_t i = 0; i < sizeof(SESSIONS) / sizeof(SESSIONS[0]); i++) {
        const struct session *x = &SESSIONS[i];

        sheet_str(&s, x->id);
        make_base_cells(m, &s, false);
        make_word_cell(m, &s, x->title, (struct canary){CANARY_SESSION, i, CANARY_TITLE});
        sheet_str(&s, x->type);
        sheet_date(&s, x->start);
        sheet_date(&s, x->end);
        sheet_str(&s, x->parent);
        sheet_str(&s, "2027");
        sheet_end(&s);
    }
    return sheet_close(&s);
}

static uint32_t course_number(unsigned school, unsigned grade, unsigned subject)
{
    return (school * TOWN_GRADES + grade) * TOWN_SUBJECTS + subject;
}

static void put_course_id(struct maker *m, struct sheet *s, uint32_t course)
{
    make_id_cell(m, s, "crs", course);
}

static void make_course(struct maker *m, struct sheet *s, uint32_t course)
{
    unsigned subject = course % TOWN_SUBJECTS;
    unsigned grade = course / TOWN_SUBJECTS % TOWN_GRADES;
    unsigned school = course / TOWN_SUBJECTS / TOWN_GRADES;

    put_course_id(m, s, course);
    make_base_cells(m, s, false);
    sheet_str(s, "sy-2026");
    buf_printf(&m->cell, "%s %s ", SUBJECTS[subject].title, town_grade(grade));
    canary_word(&m->cell, (struct canary){CANARY_COURSE, course, CANARY_TITLE}, true);
    sheet_cell(s, buf_span(&m->cell));
    buf_clear(&m->cell);
    make_digits_cell(m, s, SUBJECTS[subject].code,
                     (struct canary){CANARY_COURSE, course, CANARY_CODE});
    sheet_str(s, town_grade(grade));
    make_school_cell(m, s, school);
    sheet_str(s, subject == 0 ? "" : SUBJECTS[subject].title);
    sheet_str(s, subject == 0 ? "" : SUBJECTS[subject].subject);
    sheet_end(s);
}

static void make_grade_courses(struct maker *m, struct sheet *s, unsigned school, unsigned grade)
{
    for (unsigned subject = 0; subject < TOWN_SUBJECTS; subject++) {
        make_course(m, s, course_number(school, grade, subject));
    }
}

static enum err make_courses(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "courses.csv",
               "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
               "orgSourcedId,subjects,subjectCodes");
    for (unsigned school = 1; school <= TOWN_SCHOOLS; school++) {
        unsigned low, high;

        town_school_grades(school, &low, &high);
        for (unsigned grade = low; grade <= high; grade++) {
            make_grade_courses(m, &s, school, grade);
        }
    }
    return sheet_close(&s);
}

static uint32_t class_number(uint32_t section, unsigned subject)
{
    return section * TOWN_SUBJECTS + subject;
}

static void make_class(struct maker *m, struct sheet *s, uint32_t section, unsigned subject)
{
    const struct section *x = town_section(m->town, section);
    struct canary c = {CANARY_CLASS, class_number(section, subject), CANARY_TITLE};

    make_class_cell(m, s, section, subject);
    make_base_cells(m, s, section % 60 == 59 && subject == 3);
    make_word_cell(m, s, subject == 0 ? "Homeroom " : "Period class, ", c);
    sheet_str(s, town_grade(x->grade));
    put_course_id(m, s, course_number(x->school, x->grade, subject));
    c.field = CANARY_CODE;
    make_digits_cell(m, s, SUBJECTS[subject].code, c);
    sheet_str(s, subject == 0 ? "homeroom" : "scheduled");
    c.field = CANARY_LOCATION;
    make_word_cell(m, s, subject == 0 ? "Room 12, " : "Lab ", c);
    make_school_cell(m, s, x->school);
    sheet_str(s, subject == 3 ? "term-2026-1,term-2026-2"
                              : "term-2026-1,term-2026-2,term-2026-3,term-2026-4");
    sheet_str(s, subject == 0 ? "" : SUBJECTS[subject].code);
    sheet_str(s, subject == 0 ? "" : SUBJECTS[subject].subject);
    sheet_str(s, subject == 0 ? "" : subject == 1 ? "1,3" : "2");
    sheet_end(s);
    m->counts.classes++;
}

static enum err make_classes(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "classes.csv",
               "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,"
               "classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods");
    for (uint32_t k = 1; k <= m->town->section_count; k++) {
        for (unsigned subject = 0; subject < TOWN_SUBJECTS; subject++) {
            make_class(m, &s, k, subject);
        }
    }
    return sheet_close(&s);
}

/* Who is in a class, and as what. */
struct member {
    const char *prefix;
    uint32_t number;
    const char *role;
    bool deleted;
};

static void make_enrollment(struct maker *m, struct sheet *s, uint32_t section, unsigned subject,
                            const struct member *who)
{
    const char *primary = who->role[0] == 't' ? "true" : "false";

    buf_printf(&m->cell, "enr-%07u-%u-%c%07u", section, subject, who->role[0], who->number);
    sheet_cell(s, buf_span(&m->cell));
    buf_clear(&m->cell);
    make_base_cells(m, s, who->deleted);
    make_class_cell(m, s, section, subject);
    make_school_cell(m, s, town_section(m->town, section)->school);
    make_id_cell(m, s, who->prefix, who->number);
    sheet_str(s, who->role);
    sheet_str(s, primary);
    if (subject == 0) {
        sheet_skip(s, 2);
    } else {
        sheet_date(s, 20260817);
        sheet_date(s, subject == 3 ? 20261218 : 20270611);
    }
    sheet_end(s);
    m->counts.enrollments++;
}

static void enroll_students(struct maker *m, struct sheet *s)
{
    for (uint32_t n = 1; n <= m->town->student_count; n++) {
        struct member who = {"stu", n, "student", make_is_deleted(n)};

        for (unsigned subject = 0; subject < TOWN_SUBJECTS; subject++) {
            make_enrollment(m, s, town_student(m->town, n)->section, subject, &who);
        }
    }
}

static void enroll_staff(struct maker *m, struct sheet *s)
{
    const struct town *t = m->town;

    for (uint32_t k = 1; k <= t->section_count; k++) {
        uint32_t office =
            t->teacher_count + (town_section(t, k)->school - 1u) * MAKE_STAFF_PER_SCHOOL;
        struct member teacher = {"stf", town_section(t, k)->teacher, "teacher", false};
        struct member head = {"stf", office + 1, "administrator", false};
        struct member proctor = {"stf", office + 5, "proctor", false};

        for (unsigned subject = 0; subject < TOWN_SUBJECTS; subject++) {
            make_enrollment(m, s, k, subject, &teacher);
        }
        if (k % 4 == 1) {
            make_enrollment(m, s, k, 0, &head);
            make_enrollment(m, s, k, 1, &proctor);
        }
    }
}

static enum err make_enrollments(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "enrollments.csv",
               "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,"
               "role,primary,beginDate,endDate");
    enroll_students(m, &s);
    enroll_staff(m, &s);
    return sheet_close(&s);
}

static enum err make_resources(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "resources.csv",
               "sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,"
               "vendorId,applicationId");
    for (uint32_t i = 1; i <= MAKE_RESOURCES; i++) {
        struct canary c = {CANARY_RESOURCE, i, CANARY_CODE};

        make_id_cell(m, &s, "res", i);
        make_base_cells(m, &s, false);
        make_word_cell(m, &s, "vr-", c);
        c.field = CANARY_TITLE;
        make_word_cell(m, &s, "Reader ", c);
        sheet_str(&s, i % 2 == 0 ? "student,teacher" : "student");
        sheet_str(&s, i % 3 == 0 ? "secondary" : "primary");
        c.field = CANARY_VENDOR;
        make_word_cell(m, &s, "", c);
        c.field = CANARY_APPLICATION;
        make_word_cell(m, &s, "", c);
        sheet_end(&s);
    }
    return sheet_close(&s);
}

static enum err link_classes(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "classResources.csv",
               "sourcedId,status,dateLastModified,title,classSourcedId,resourceSourcedId");
    for (uint32_t k = 1; k <= m->town->section_count; k += 3) {
        make_id_cell(m, &s, "clr", k);
        make_base_cells(m, &s, false);
        sheet_skip(&s, 1);
        make_class_cell(m, &s, k, 1);
        make_id_cell(m, &s, "res", 1 + k % MAKE_RESOURCES);
        sheet_end(&s);
    }
    return sheet_close(&s);
}

static enum err link_courses(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "courseResources.csv",
               "sourcedId,status,dateLastModified,title,courseSourcedId,resourceSourcedId");
    for (unsigned school = 1; school <= TOWN_SCHOOLS; school++) {
        unsigned low, high;

        town_school_grades(school, &low, &high);
        make_id_cell(m, &s, "cor", school);
        make_base_cells(m, &s, false);
        sheet_skip(&s, 1);
        put_course_id(m, &s, course_number(school, low, 1));
        make_id_cell(m, &s, "res", school);
        sheet_end(&s);
    }
    return sheet_close(&s);
}

enum err make_schools(struct maker *m)
{
    enum err e = make_orgs(m);

    e = e != OK ? e : make_sessions(m);
    e = e != OK ? e : make_courses(m);
    e = e != OK ? e : make_classes(m);
    e = e != OK ? e : make_enrollments(m);
    e = e != OK ? e : make_resources(m);
    e = e != OK ? e : link_classes(m);
    return e != OK ? e : link_courses(m);
}
