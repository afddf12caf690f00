/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of the rostering service (OneRoster 1.2, Rostering REST binding).
 * Passwords are served, as the standard has it, but cannot be searched.
 */
#include "district/shape.h"

#define ONE(path)                                                                                  \
    {                                                                                              \
        path, FROM_COLUMN, NULL, REACH_ONE, SHAPE_NONE                                             \
    }
#define QUICK(path)                                                                                \
    {                                                                                              \
        path, FROM_COLUMN, NULL, REACH_QUICK, SHAPE_NONE                                           \
    }
#define COLUMN(path, column)                                                                       \
    {                                                                                              \
        path, FROM_COLUMN, column, REACH_ONE, SHAPE_NONE                                           \
    }
#define MANY(path)                                                                                 \
    {                                                                                              \
        path, FROM_COLUMN, NULL, REACH_MANY, SHAPE_NONE                                            \
    }
#define REF(path, column, to)                                                                      \
    {                                                                                              \
        path, FROM_COLUMN, column, REACH_QUICK, to                                                 \
    }
#define IN(path)                                                                                   \
    {                                                                                              \
        path, FROM_OBJECT, NULL, REACH_MANY, SHAPE_NONE                                            \
    }
#define BASE                                                                                       \
    {"sourcedId", FROM_COLUMN, NULL, REACH_ONE, SHAPE_NONE}, ONE("status"),                        \
        QUICK("dateLastModified"),                                                                 \
    {                                                                                              \
        "metadata", FROM_METADATA, NULL, REACH_NONE, SHAPE_NONE                                    \
    }

static const struct member ORGS[] = {BASE,
                                     ONE("name"),
                                     ONE("type"),
                                     ONE("identifier"),
                                     REF("parent", "parentSourcedId", SHAPE_ORGS),
                                     {"children", FROM_CHILDREN, NULL, REACH_MANY, SHAPE_ORGS}};

static const struct member SESSIONS[] = {
    BASE,
    ONE("title"),
    ONE("startDate"),
    ONE("endDate"),
    ONE("type"),
    REF("parent", "parentSourcedId", SHAPE_SESSIONS),
    {"children", FROM_CHILDREN, NULL, REACH_MANY, SHAPE_SESSIONS},
    ONE("schoolYear")};

static const struct member COURSES[] = {
    BASE,
    QUICK("title"),
    REF("schoolYear", "schoolYearSourcedId", SHAPE_SESSIONS),
    QUICK("courseCode"),
    MANY("grades"),
    MANY("subjects"),
    REF("org", "orgSourcedId", SHAPE_ORGS),
    MANY("subjectCodes"),
    {"resources", FROM_LINKS, NULL, REACH_MANY, SHAPE_RESOURCES}};

static const struct member CLASSES[] = {
    BASE,
    QUICK("title"),
    QUICK("classCode"),
    ONE("classType"),
    ONE("location"),
    MANY("grades"),
    MANY("subjects"),
    REF("course", "courseSourcedId", SHAPE_COURSES),
    REF("school", "schoolSourcedId", SHAPE_ORGS),
    {"terms", FROM_COLUMN, "termSourcedIds", REACH_MANY, SHAPE_SESSIONS},
    MANY("subjectCodes"),
    MANY("periods"),
    {"resources", FROM_LINKS, NULL, REACH_MANY, SHAPE_RESOURCES}};

static const struct member ENROLLMENTS[] = {BASE,
                                            REF("user", "userSourcedId", SHAPE_USERS),
                                            REF("class", "classSourcedId", SHAPE_CLASSES),
                                            REF("school", "schoolSourcedId", SHAPE_ORGS),
                                            ONE("role"),
                                            ONE("primary"),
                                            ONE("beginDate"),
                                            ONE("endDate")};

static const struct member USERS[] = {
    BASE,
    QUICK("userMasterIdentifier"),
    QUICK("username"),
    {"userIds", FROM_COLUMN, NULL, REACH_NONE, SHAPE_NONE},
    IN("userIds.type"),
    IN("userIds.identifier"),
    ONE("enabledUser"),
    QUICK("givenName"),
    QUICK("familyName"),
    ONE("middleName"),
    COLUMN("preferredFirstName", "preferredGivenName"),
    ONE("preferredMiddleName"),
    COLUMN("preferredLastName", "preferredFamilyName"),
    ONE("pronouns"),
    {"roles", FROM_ROLES, NULL, REACH_NONE, SHAPE_NONE},
    IN("roles.roleType"),
    IN("roles.role"),
    {"roles.org", FROM_OBJECT, NULL, REACH_MANY, SHAPE_ORGS},
    IN("roles.userProfile"),
    IN("roles.beginDate"),
    IN("roles.endDate"),
    {"userProfiles", FROM_PROFILES, NULL, REACH_NONE, SHAPE_NONE},
    IN("userProfiles.profileId"),
    IN("userProfiles.profileType"),
    IN("userProfiles.vendorId"),
    IN("userProfiles.applicationId"),
    IN("userProfiles.description"),
    {"userProfiles.credentials", FROM_OBJECT, NULL, REACH_NONE, SHAPE_NONE},
    IN("userProfiles.credentials.type"),
    IN("userProfiles.credentials.username"),
    {"userProfiles.credentials.password", FROM_OBJECT, NULL, REACH_NONE, SHAPE_NONE},
    REF("primaryOrg", "primaryOrgSourcedId", SHAPE_ORGS),
    QUICK("identifier"),
    QUICK("email"),
    ONE("sms"),
    ONE("phone"),
    {"agents", FROM_COLUMN, "agentSourcedIds", REACH_MANY, SHAPE_USERS},
    MANY("grades"),
    {"password", FROM_COLUMN, NULL, REACH_NONE, SHAPE_NONE},
    {"resources", FROM_LINKS, NULL, REACH_MANY, SHAPE_RESOURCES}};

static const struct member DEMOGRAPHICS[] = {BASE,
                                             QUICK("birthDate"),
                                             ONE("sex"),
                                             ONE("americanIndianOrAlaskaNative"),
                                             ONE("asian"),
                                             ONE("blackOrAfricanAmerican"),
                                             ONE("nativeHawaiianOrOtherPacificIslander"),
                                             ONE("white"),
                                             ONE("demographicRaceTwoOrMoreRaces"),
                                             ONE("hispanicOrLatinoEthnicity"),
                                             ONE("countryOfBirthCode"),
                                             ONE("stateOfBirthAbbreviation"),
                                             ONE("cityOfBirth"),
                                             ONE("publicSchoolResidenceStatus")};

#define SHAPE(id, table, name, one, word, members)                                                 \
    [id] = {table, name, name, one, word, members, sizeof(members) / sizeof((members)[0])}

const struct shape SHAPES[SHAPE_COUNT] = {
    SHAPE(SHAPE_ORGS, TABLE_ORGS, "orgs", "org", "org", ORGS),
    SHAPE(SHAPE_SESSIONS, TABLE_SESSIONS, "academicSessions", "academicSession", "academicSession",
          SESSIONS),
    SHAPE(SHAPE_COURSES, TABLE_COURSES, "courses", "course", "course", COURSES),
    SHAPE(SHAPE_CLASSES, TABLE_CLASSES, "classes", "class", "class", CLASSES),
    SHAPE(SHAPE_ENROLLMENTS, TABLE_ENROLLMENTS, "enrollments", "enrollment", "enrollment",
          ENROLLMENTS),
    SHAPE(SHAPE_USERS, TABLE_USERS, "users", "user", "user", USERS),
    SHAPE(SHAPE_DEMOGRAPHICS, TABLE_DEMOGRAPHICS, "demographics", "demographics", "demographics",
          DEMOGRAPHICS),
};

const struct view VIEWS[VIEW_COUNT] = {
    {"orgs", SHAPE_ORGS, VIEW_ALL},
    {"schools", SHAPE_ORGS, VIEW_SCHOOL},
    {"academicSessions", SHAPE_SESSIONS, VIEW_ALL},
    {"terms", SHAPE_SESSIONS, VIEW_TERM},
    {"gradingPeriods", SHAPE_SESSIONS, VIEW_PERIOD},
    {"courses", SHAPE_COURSES, VIEW_ALL},
    {"classes", SHAPE_CLASSES, VIEW_ALL},
    {"enrollments", SHAPE_ENROLLMENTS, VIEW_ALL},
    {"users", SHAPE_USERS, VIEW_ALL},
    {"students", SHAPE_USERS, VIEW_STUDENT},
    {"teachers", SHAPE_USERS, VIEW_TEACHER},
    {"demographics", SHAPE_DEMOGRAPHICS, VIEW_ALL},
};

int shape_member(const struct shape *s, struct span path)
{
    for (size_t i = 0; i < s->member_count; i++) {
        if (span_eq_str(path, s->members[i].path)) {
            return (int)i;
        }
    }
    return -1;
}

const char *shape_ref_word(enum shape_id ref)
{
    return ref == SHAPE_RESOURCES ? "resource" : SHAPES[ref].word;
}

const char *shape_ref_segment(enum shape_id ref)
{
    return ref == SHAPE_RESOURCES ? "resources" : SHAPES[ref].name;
}
