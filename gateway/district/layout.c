/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV binding. Words are the union of the two versions'; every vocabulary
 * but those of status and roleType may be extended with ext: (1.2).
 */
#include "district/layout.h"

static const char *const STATUS[] = {"active", "tobedeleted", NULL};
static const char *const ORG_TYPES[] = {"department", "school",   "district", "local",
                                        "state",      "national", NULL};
static const char *const SESSION_TYPES[] = {"gradingPeriod", "semester", "schoolYear", "term",
                                            NULL};
static const char *const CLASS_TYPES[] = {"homeroom", "scheduled", NULL};
static const char *const ROLE_TYPES[] = {"primary", "secondary", NULL};
static const char *const USER_ROLES[] = {"aide",
                                         "counselor",
                                         "districtAdministrator",
                                         "guardian",
                                         "parent",
                                         "principal",
                                         "proctor",
                                         "relative",
                                         "siteAdministrator",
                                         "student",
                                         "systemAdministrator",
                                         "teacher",
                                         NULL};
static const char *const USER_ROLES_11[] = {"administrator", "aide",    "guardian",
                                            "parent",        "proctor", "relative",
                                            "student",       "teacher", NULL};
static const char *const ENROLLMENT_ROLES[] = {"administrator", "proctor", "student",
                                               "teacher",       "aide",    NULL};
static const char *const SEXES[] = {"male", "female", "unspecified", "other", NULL};
static const char *const IMPORTANCES[] = {"primary", "secondary", NULL};
static const char *const RESOURCE_ROLES[] = {"administrator",
                                             "aide",
                                             "guardian",
                                             "parent",
                                             "proctor",
                                             "relative",
                                             "student",
                                             "teacher",
                                             "counselor",
                                             "principal",
                                             "districtAdministrator",
                                             "siteAdministrator",
                                             "systemAdministrator",
                                             NULL};
static const char *const GRADES[] = {
    "IT", "PR", "PK", "TK", "KG", "01", "02", "03",  "04",  "05",       "06",    "07", "08",
    "09", "10", "11", "12", "13", "PS", "UG", "ABE", "ASE", "AdultESL", "Other", NULL};

#define BASE                                                                                       \
    {"sourcedId", CELL_ID, true, VBOTH, NULL, TABLE_NONE},                                         \
        {"status", CELL_CLOSED, false, VBOTH, STATUS, TABLE_NONE},                                 \
    {                                                                                              \
        "dateLastModified", CELL_INSTANT, false, VBOTH, NULL, TABLE_NONE                           \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, CELL_TEXT, false, VBOTH, NULL, TABLE_NONE                                            \
    }
#define MUST_TEXT(name)                                                                            \
    {                                                                                              \
        name, CELL_TEXT, true, VBOTH, NULL, TABLE_NONE                                             \
    }
#define TEXTS(name)                                                                                \
    {                                                                                              \
        name, CELL_TEXTS, false, VBOTH, NULL, TABLE_NONE                                           \
    }
#define WORD(name, words)                                                                          \
    {                                                                                              \
        name, CELL_WORD, false, VBOTH, words, TABLE_NONE                                           \
    }
#define MUST_WORD(name, w)                                                                         \
    {                                                                                              \
        name, CELL_WORD, true, VBOTH, w, TABLE_NONE                                                \
    }
#define WORDS(name, words)                                                                         \
    {                                                                                              \
        name, CELL_WORDS, false, VBOTH, words, TABLE_NONE                                          \
    }
#define DATE(name)                                                                                 \
    {                                                                                              \
        name, CELL_DATE, false, VBOTH, NULL, TABLE_NONE                                            \
    }
#define MUST_DATE(name)                                                                            \
    {                                                                                              \
        name, CELL_DATE, true, VBOTH, NULL, TABLE_NONE                                             \
    }
#define BOOLEAN(name)                                                                              \
    {                                                                                              \
        name, CELL_BOOLEAN, false, VBOTH, NULL, TABLE_NONE                                         \
    }
#define REF(name, target)                                                                          \
    {                                                                                              \
        name, CELL_REF, false, VBOTH, NULL, target                                                 \
    }
#define MUST_REF(name, to)                                                                         \
    {                                                                                              \
        name, CELL_REF, true, VBOTH, NULL, to                                                      \
    }
#define ONLY_12(name, kind)                                                                        \
    {                                                                                              \
        name, kind, false, V12, NULL, TABLE_NONE                                                   \
    }
#define PLAIN(name)                                                                                \
    {                                                                                              \
        name, CELL_TEXT, false, VBOTH, NULL, TABLE_NONE                                            \
    }

static const struct column ORGS[] = {BASE, MUST_TEXT("name"), MUST_WORD("type", ORG_TYPES),
                                     TEXT("identifier"), REF("parentSourcedId", TABLE_ORGS)};

static const struct column SESSIONS[] = {BASE,
                                         MUST_TEXT("title"),
                                         MUST_WORD("type", SESSION_TYPES),
                                         MUST_DATE("startDate"),
                                         MUST_DATE("endDate"),
                                         REF("parentSourcedId", TABLE_SESSIONS),
                                         {"schoolYear", CELL_YEAR, true, VBOTH, NULL, TABLE_NONE}};

static const struct column RESOURCES[] = {BASE,
                                          MUST_TEXT("vendorResourceId"),
                                          TEXT("title"),
                                          WORDS("roles", RESOURCE_ROLES),
                                          WORD("importance", IMPORTANCES),
                                          TEXT("vendorId"),
                                          TEXT("applicationId")};

static const struct column COURSES[] = {BASE,
                                        REF("schoolYearSourcedId", TABLE_SESSIONS),
                                        MUST_TEXT("title"),
                                        TEXT("courseCode"),
                                        WORDS("grades", GRADES),
                                        MUST_REF("orgSourcedId", TABLE_ORGS),
                                        TEXTS("subjects"),
                                        TEXTS("subjectCodes")};

static const struct column CLASSES[] = {
    BASE,
    MUST_TEXT("title"),
    WORDS("grades", GRADES),
    MUST_REF("courseSourcedId", TABLE_COURSES),
    TEXT("classCode"),
    MUST_WORD("classType", CLASS_TYPES),
    TEXT("location"),
    MUST_REF("schoolSourcedId", TABLE_ORGS),
    {"termSourcedIds", CELL_REFS, true, VBOTH, NULL, TABLE_SESSIONS},
    TEXTS("subjects"),
    TEXTS("subjectCodes"),
    TEXTS("periods")};

static const struct column USERS[] = {
    BASE,
    {"enabledUser", CELL_BOOLEAN, true, VBOTH, NULL, TABLE_NONE},
    {"orgSourcedIds", CELL_REFS, true, V11, NULL, TABLE_ORGS},
    {"role", CELL_WORD, true, V11, USER_ROLES_11, TABLE_NONE},
    TEXT("username"),
    {"userIds", CELL_USER_IDS, false, VBOTH, NULL, TABLE_NONE},
    MUST_TEXT("givenName"),
    MUST_TEXT("familyName"),
    TEXT("middleName"),
    TEXT("identifier"),
    TEXT("email"),
    TEXT("sms"),
    TEXT("phone"),
    {"agentSourcedIds", CELL_REFS, false, VBOTH, NULL, TABLE_USERS},
    WORDS("grades", GRADES),
    TEXT("password"),
    ONLY_12("userMasterIdentifier", CELL_TEXT),
    ONLY_12("preferredGivenName", CELL_TEXT),
    ONLY_12("preferredMiddleName", CELL_TEXT),
    ONLY_12("preferredFamilyName", CELL_TEXT),
    {"primaryOrgSourcedId", CELL_REF, false, V12, NULL, TABLE_ORGS},
    ONLY_12("pronouns", CELL_TEXT)};

static const struct column PROFILES[] = {BASE,
                                         MUST_REF("userSourcedId", TABLE_USERS),
                                         MUST_TEXT("profileType"),
                                         MUST_TEXT("vendorId"),
                                         TEXT("applicationId"),
                                         TEXT("description"),
                                         TEXT("credentialType"),
                                         TEXT("username"),
                                         TEXT("password")};

static const struct column ROLES[] = {
    BASE,
    MUST_REF("userSourcedId", TABLE_USERS),
    {"roleType", CELL_CLOSED, true, VBOTH, ROLE_TYPES, TABLE_NONE},
    MUST_WORD("role", USER_ROLES),
    DATE("beginDate"),
    DATE("endDate"),
    MUST_REF("orgSourcedId", TABLE_ORGS),
    REF("userProfileSourcedId", TABLE_PROFILES)};

static const struct column ENROLLMENTS[] = {BASE,
                                            MUST_REF("classSourcedId", TABLE_CLASSES),
                                            MUST_REF("schoolSourcedId", TABLE_ORGS),
                                            MUST_REF("userSourcedId", TABLE_USERS),
                                            MUST_WORD("role", ENROLLMENT_ROLES),
                                            BOOLEAN("primary"),
                                            DATE("beginDate"),
                                            DATE("endDate")};

static const struct column DEMOGRAPHICS[] = {
    {"sourcedId", CELL_ID, true, VBOTH, NULL, TABLE_USERS},
    {"status", CELL_CLOSED, false, VBOTH, STATUS, TABLE_NONE},
    {"dateLastModified", CELL_INSTANT, false, VBOTH, NULL, TABLE_NONE},
    DATE("birthDate"),
    WORD("sex", SEXES),
    BOOLEAN("americanIndianOrAlaskaNative"),
    BOOLEAN("asian"),
    BOOLEAN("blackOrAfricanAmerican"),
    BOOLEAN("nativeHawaiianOrOtherPacificIslander"),
    BOOLEAN("white"),
    BOOLEAN("demographicRaceTwoOrMoreRaces"),
    BOOLEAN("hispanicOrLatinoEthnicity"),
    TEXT("countryOfBirthCode"),
    TEXT("stateOfBirthAbbreviation"),
    TEXT("cityOfBirth"),
    TEXT("publicSchoolResidenceStatus")};

static const struct column CLASS_RESOURCES[] = {BASE, TEXT("title"),
                                                MUST_REF("classSourcedId", TABLE_CLASSES),
                                                MUST_REF("resourceSourcedId", TABLE_RESOURCES)};

static const struct column COURSE_RESOURCES[] = {BASE, TEXT("title"),
                                                 MUST_REF("courseSourcedId", TABLE_COURSES),
                                                 MUST_REF("resourceSourcedId", TABLE_RESOURCES)};

static const struct column USER_RESOURCES[] = {
    BASE, MUST_REF("userSourcedId", TABLE_USERS), REF("orgSourcedId", TABLE_ORGS),
    REF("classSourcedId", TABLE_CLASSES), MUST_REF("resourceSourcedId", TABLE_RESOURCES)};

/* The gradebook: the form is checked, the content is not read. */
static const struct column CATEGORIES[] = {BASE, PLAIN("title"), ONLY_12("weight", CELL_TEXT)};
static const struct column LINE_ITEMS[] = {
    BASE,
    PLAIN("title"),
    PLAIN("description"),
    PLAIN("assignDate"),
    PLAIN("dueDate"),
    PLAIN("classSourcedId"),
    PLAIN("categorySourcedId"),
    {"gradingPeriodSourcedId", CELL_TEXT, false, V11, NULL, TABLE_NONE},
    ONLY_12("academicSessionSourcedId", CELL_TEXT),
    PLAIN("resultValueMin"),
    PLAIN("resultValueMax"),
    ONLY_12("schoolSourcedId", CELL_TEXT)};
static const struct column LINE_ITEM_OBJECTIVES[] = {BASE, PLAIN("lineItemSourcedId"),
                                                     PLAIN("source"), PLAIN("learningObjectiveId")};
static const struct column LINE_ITEM_SCALES[] = {BASE, PLAIN("title"), PLAIN("lineItemSourcedId"),
                                                 PLAIN("scoreScaleSourcedId")};
static const struct column RESULTS[] = {BASE,
                                        PLAIN("lineItemSourcedId"),
                                        PLAIN("studentSourcedId"),
                                        PLAIN("scoreStatus"),
                                        PLAIN("score"),
                                        PLAIN("scoreDate"),
                                        PLAIN("comment"),
                                        ONLY_12("textScore", CELL_TEXT),
                                        ONLY_12("classSourcedId", CELL_TEXT),
                                        ONLY_12("inProgress", CELL_TEXT),
                                        ONLY_12("incomplete", CELL_TEXT),
                                        ONLY_12("late", CELL_TEXT),
                                        ONLY_12("missing", CELL_TEXT)};
static const struct column RESULT_OBJECTIVES[] = {
    BASE,           PLAIN("resultSourcedId"), PLAIN("source"), PLAIN("learningObjectiveId"),
    PLAIN("score"), PLAIN("textScore")};
static const struct column RESULT_SCALES[] = {BASE, PLAIN("title"), PLAIN("resultSourcedId"),
                                              PLAIN("scoreScaleSourcedId")};
static const struct column SCORE_SCALES[] = {BASE,
                                             PLAIN("title"),
                                             PLAIN("type"),
                                             PLAIN("orgSourcedId"),
                                             PLAIN("courseSourcedId"),
                                             PLAIN("classSourcedId"),
                                             PLAIN("scoreScaleValue")};

#define TABLE(id, name, versions, columns)                                                         \
    [id] = {name, versions, columns, sizeof(columns) / sizeof((columns)[0])}

const struct table LAYOUT_TABLES[TABLE_COUNT] = {
    TABLE(TABLE_ORGS, "orgs", VBOTH, ORGS),
    TABLE(TABLE_SESSIONS, "academicSessions", VBOTH, SESSIONS),
    TABLE(TABLE_RESOURCES, "resources", VBOTH, RESOURCES),
    TABLE(TABLE_COURSES, "courses", VBOTH, COURSES),
    TABLE(TABLE_CLASSES, "classes", VBOTH, CLASSES),
    TABLE(TABLE_USERS, "users", VBOTH, USERS),
    TABLE(TABLE_PROFILES, "userProfiles", V12, PROFILES),
    TABLE(TABLE_ROLES, "roles", V12, ROLES),
    TABLE(TABLE_ENROLLMENTS, "enrollments", VBOTH, ENROLLMENTS),
    TABLE(TABLE_DEMOGRAPHICS, "demographics", VBOTH, DEMOGRAPHICS),
    TABLE(TABLE_CLASS_RESOURCES, "classResources", VBOTH, CLASS_RESOURCES),
    TABLE(TABLE_COURSE_RESOURCES, "courseResources", VBOTH, COURSE_RESOURCES),
    TABLE(TABLE_USER_RESOURCES, "userResources", V12, USER_RESOURCES),
    TABLE(TABLE_CATEGORIES, "categories", VBOTH, CATEGORIES),
    TABLE(TABLE_LINE_ITEMS, "lineItems", VBOTH, LINE_ITEMS),
    TABLE(TABLE_LINE_ITEM_OBJECTIVES, "lineItemLearningObjectiveIds", V12, LINE_ITEM_OBJECTIVES),
    TABLE(TABLE_LINE_ITEM_SCALES, "lineItemScoreScales", V12, LINE_ITEM_SCALES),
    TABLE(TABLE_RESULTS, "results", VBOTH, RESULTS),
    TABLE(TABLE_RESULT_OBJECTIVES, "resultLearningObjectiveIds", V12, RESULT_OBJECTIVES),
    TABLE(TABLE_RESULT_SCALES, "resultScoreScales", V12, RESULT_SCALES),
    TABLE(TABLE_SCORE_SCALES, "scoreScales", V12, SCORE_SCALES),
};

int layout_column(const struct table *t, uint8_t versions, struct span name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if ((t->columns[i].versions & versions) != 0 && span_eq_str(name, t->columns[i].name)) {
            return (int)i;
        }
    }
    return -1;
}

enum table_id layout_table(struct span name)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        if (span_eq_str(name, LAYOUT_TABLES[i].name)) {
            return (enum table_id)i;
        }
    }
    return TABLE_NONE;
}
