/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of roles and references, as OneRoster 1.2 and policy files write
 * them. Words are compared as they stand: the standard is case-sensitive.
 */
#include "policy/facts.h"

static const struct {
    const char *word;
    enum role role;
} role_words[] = {
    {"student", ROLE_STUDENT},
    {"guardian", ROLE_GUARDIAN},
    {"parent", ROLE_GUARDIAN},
    {"relative", ROLE_GUARDIAN},
    {"teacher", ROLE_TEACHER},
    {"aide", ROLE_STAFF},
    {"counselor", ROLE_STAFF},
    {"principal", ROLE_STAFF},
    {"proctor", ROLE_STAFF},
    {"administrator", ROLE_STAFF},
    {"districtAdministrator", ROLE_STAFF},
    {"siteAdministrator", ROLE_STAFF},
    {"systemAdministrator", ROLE_STAFF},
};

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_STUDENT] = "students", [ROLE_GUARDIAN] = "guardians", [ROLE_TEACHER] = "teachers",
    [ROLE_STAFF] = "staff",      [ROLE_NONE] = "records",
};

static const struct {
    const char *word;
    const char *path;
} refs[REF_COUNT] = {
    [REF_NONE] = {"", ""},
    [REF_ACADEMIC_SESSION] = {"academicSession", "academicSessions"},
    [REF_ASSESSMENT_LINE_ITEM] = {"assessmentLineItem", "assessmentLineItems"},
    [REF_ASSESSMENT_RESULT] = {"assessmentResult", "assessmentResults"},
    [REF_CATEGORY] = {"category", "categories"},
    [REF_CLASS] = {"class", "classes"},
    [REF_COURSE] = {"course", "courses"},
    [REF_DEMOGRAPHICS] = {"demographics", "demographics"},
    [REF_ENROLLMENT] = {"enrollment", "enrollments"},
    [REF_LINE_ITEM] = {"lineItem", "lineItems"},
    [REF_ORG] = {"org", "orgs"},
    [REF_RESOURCE] = {"resource", "resources"},
    [REF_RESULT] = {"result", "results"},
    [REF_SCORE_SCALE] = {"scoreScale", "scoreScales"},
    [REF_USER] = {"user", "users"},
};

bool role_of_word(struct span word, enum role *out)
{
    for (size_t i = 0; i < sizeof(role_words) / sizeof(role_words[0]); i++) {
        if (span_eq_str(word, role_words[i].word)) {
            *out = role_words[i].role;
            return true;
        }
    }
    return false;
}

const char *role_word(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? role_names[role] : "";
}

bool ref_is_free(enum ref_type type)
{
    switch (type) {
    case REF_ASSESSMENT_LINE_ITEM:
    case REF_CATEGORY:
    case REF_LINE_ITEM:
    case REF_RESOURCE:
    case REF_SCORE_SCALE:
        return true;
    default:
        return false;
    }
}

bool ref_is_known(enum ref_type type)
{
    switch (type) {
    case REF_ACADEMIC_SESSION:
    case REF_CLASS:
    case REF_COURSE:
    case REF_DEMOGRAPHICS:
    case REF_ORG:
    case REF_USER:
        return true;
    default:
        return false;
    }
}

const char *ref_word(enum ref_type type)
{
    return (unsigned)type < REF_COUNT ? refs[type].word : "";
}

const char *ref_path(enum ref_type type)
{
    return (unsigned)type < REF_COUNT ? refs[type].path : "";
}

bool ref_keeps_id(enum ref_type type)
{
    return type == REF_ORG || type == REF_ACADEMIC_SESSION;
}

bool ref_of_word(struct span word, enum ref_type *out)
{
    for (size_t i = REF_NONE + 1; i < REF_COUNT; i++) {
        if (span_eq_str(word, refs[i].word)) {
            *out = (enum ref_type)i;
            return true;
        }
    }
    return false;
}
