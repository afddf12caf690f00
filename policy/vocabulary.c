/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exhibit B of the NDPA v1 as a table, and our words for staff data, which the
 * form does not list because it is a schedule of student data.
 */
#include "policy/vocabulary.h"

/* SPAN() is no constant expression, as a static table needs. */
#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)("" literal), sizeof(literal) - 1                                         \
    }
#define ROW(cat, el, brf)                                                                          \
    {                                                                                              \
        TEXT(cat), TEXT(el), TEXT(brf)                                                             \
    }

static const struct element table[] = {
    ROW("Application Technology Meta Data", "IP Addresses of users, Use of cookies, etc.",
        "IP Addresses of users"),
    ROW("Application Technology Meta Data",
        "Other application technology meta data - please specify",
        "Other application technology meta data"),
    ROW("Application Use Statistics", "Meta data on user interaction with application",
        "Meta data on user interaction with application"),
    ROW("Assessment", "Standardized test scores", "Standardized test scores"),
    ROW("Assessment", "Observation data", "Observation data"),
    ROW("Assessment", "Other assessment data - please specify", "Other assessment data"),
    ROW("Attendance", "Student school (daily) attendance data", "Student school attendance data"),
    ROW("Attendance", "Student class attendance data", "Student class attendance data"),
    ROW("Communications", "Online communications captured (emails, blog entries)",
        "Online communications captured"),
    ROW("Conduct", "Conduct or behavioral data", "Conduct or behavioral data"),
    ROW("Demographics", "Date of Birth", "Date of Birth"),
    ROW("Demographics", "Place of Birth", "Place of Birth"),
    ROW("Demographics", "Gender", "Gender"),
    ROW("Demographics", "Ethnicity or race", "Ethnicity or race"),
    ROW("Demographics", "Language information (native, or primary language spoken by student)",
        "Language information"),
    ROW("Demographics", "Other demographic information - please specify",
        "Other demographic information"),
    ROW("Enrollment", "Student school enrollment", "Student school enrollment"),
    ROW("Enrollment", "Student grade level", "Student grade level"),
    ROW("Enrollment", "Homeroom", "Homeroom"),
    ROW("Enrollment", "Guidance counselor", "Guidance counselor"),
    ROW("Enrollment", "Specific curriculum programs", "Specific curriculum programs"),
    ROW("Enrollment", "Year of graduation", "Year of graduation"),
    ROW("Enrollment", "Other enrollment information - please specify",
        "Other enrollment information"),
    ROW("Parent/Guardian Contact Information", "Address", "Address"),
    ROW("Parent/Guardian Contact Information", "Email", "Email"),
    ROW("Parent/Guardian Contact Information", "Phone", "Phone"),
    ROW("Parent/Guardian ID", "Parent ID number (created to link parents to students)",
        "Parent ID number"),
    ROW("Parent/Guardian Name", "First and/or Last", "First and/or Last"),
    ROW("Schedule", "Student scheduled courses", "Student scheduled courses"),
    ROW("Schedule", "Teacher names", "Teacher names"),
    ROW("Special Indicator", "English language learner information",
        "English language learner information"),
    ROW("Special Indicator", "Low income status", "Low income status"),
    ROW("Special Indicator", "Medical alerts/ health data", "Medical alerts/ health data"),
    ROW("Special Indicator", "Student disability information", "Student disability information"),
    ROW("Special Indicator", "Specialized education services (IEP or 504)",
        "Specialized education services"),
    ROW("Special Indicator", "Living situations (homeless/foster care)", "Living situations"),
    ROW("Special Indicator", "Other indicator information - please specify",
        "Other indicator information"),
    ROW("Student Contact Information", "Address", "Address"),
    ROW("Student Contact Information", "Email", "Email"),
    ROW("Student Contact Information", "Phone", "Phone"),
    ROW("Student Identifiers", "Local (School district) ID number", "Local ID number"),
    ROW("Student Identifiers", "State ID number", "State ID number"),
    ROW("Student Identifiers", "Provider/App assigned student ID number",
        "Provider/App assigned student ID number"),
    ROW("Student Identifiers", "Student app username", "Student app username"),
    ROW("Student Identifiers", "Student app passwords", "Student app passwords"),
    ROW("Student Name", "First and/or Last", "First and/or Last"),
    ROW("Student In App Performance",
        "Program/application performance (typing program-student types 60 wpm, reading "
        "program-student reads below grade level)",
        "Program/application performance"),
    ROW("Student Program Membership",
        "Academic or extracurricular activities a student may belong to or participate in",
        "Academic or extracurricular activities a student may belong to or participate in"),
    ROW("Student Survey Responses", "Student responses to surveys or questionnaires",
        "Student responses to surveys or questionnaires"),
    ROW("Student work", "Student generated content; writing, pictures, etc.",
        "Student generated content"),
    ROW("Student work", "Other student work data - please specify", "Other student work data"),
    ROW("Transcript", "Student course grades", "Student course grades"),
    ROW("Transcript", "Student course data", "Student course data"),
    ROW("Transcript", "Student course grades/performance scores",
        "Student course grades/performance scores"),
    ROW("Transcript", "Other transcript data - please specify", "Other transcript data"),
    ROW("Transportation", "Student bus assignment", "Student bus assignment"),
    ROW("Transportation", "Student pick up and/or drop off location",
        "Student pick up and/or drop off location"),
    ROW("Transportation", "Student bus card ID number", "Student bus card ID number"),
    ROW("Transportation", "Other transportation data - please specify",
        "Other transportation data"),
    ROW("Other",
        "Please list each additional data element used, stored, or collected by your application",
        "Other"),
    ROW("None",
        "No Student Data collected at this time. Provider will immediately notify LEA if this "
        "designation is no longer applicable",
        "None"),
    ROW("Staff", "Name", "Name"),
    ROW("Staff", "Email", "Email"),
    ROW("Staff", "Phone", "Phone"),
    ROW("Staff", "Username", "Username"),
    ROW("Staff", "Identifiers", "Identifiers"),
    ROW("Staff", "Schools", "Schools"),
    ROW("Staff", "Classes", "Classes"),
};

enum { TABLE_SIZE = sizeof(table) / sizeof(*table) };

_Static_assert((int)TABLE_SIZE <= (int)ELEMENT_MAX, "an element_set has a bit for each");

static const struct span staff_category = TEXT("Staff");

size_t element_count(void)
{
    return TABLE_SIZE;
}

const struct element *element_at(size_t i)
{
    return i < TABLE_SIZE ? &table[i] : NULL;
}

unsigned element_number(const struct element *e)
{
    return e == NULL ? ELEMENT_NONE : (unsigned)(e - table);
}

/* "Other enrollment information: bus route" is the form's line with its blank filled in. */
static struct span without_detail(struct span word)
{
    for (size_t i = 1; i + 1 < word.len; i++) {
        if (word.ptr[i] == ':' && word.ptr[i + 1] == ' ') {
            return span_sub(word, 0, i);
        }
    }
    return word;
}

struct span element_detail(struct span text)
{
    size_t head = without_detail(text).len;

    return head == text.len ? span_of(NULL, 0) : span_from(text, head + 2);
}

bool element_is_open(const struct element *e)
{
    const struct span tail = SPAN("please specify");

    return span_eq_str(e->category, "Other") ||
           (e->element.len > tail.len &&
            span_eq(span_from(e->element, e->element.len - tail.len), tail));
}

const struct element *element_find(struct span category, struct span word)
{
    word = without_detail(word);
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        const struct element *e = &table[i];

        if (span_eq(e->category, category) &&
            (span_eq(e->element, word) || span_eq(e->brief, word))) {
            return e;
        }
    }
    return NULL;
}

const struct element *element_parse(struct span text)
{
    for (size_t i = 0; i + 3 < text.len; i++) {
        if (memcmp(text.ptr + i, " / ", 3) == 0) {
            return element_find(span_sub(text, 0, i), span_from(text, i + 3));
        }
    }
    return NULL;
}

bool category_is_known(struct span category)
{
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (span_eq(table[i].category, category)) {
            return true;
        }
    }
    return false;
}

bool element_is_ndpa(const struct element *e)
{
    return !span_eq(e->category, staff_category);
}

const struct element *element_of_grant(const struct field_grant *g)
{
    return g->category.len == 0 ? NULL : element_find(g->category, g->element);
}

const struct element *element_ceiling(const struct element *e, enum role role)
{
    if (element_is_ndpa(e)) {
        return e;
    }
    if (role == ROLE_TEACHER && span_eq_str(e->element, "Name")) {
        return element_find(SPAN("Schedule"), SPAN("Teacher names"));
    }
    return NULL;
}
