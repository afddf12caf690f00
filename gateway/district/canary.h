/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_CANARY_H
#define DISTRICT_CANARY_H

#include "base/buf.h"

/*
 * Traceable tokens. Every free-form value of the example district carries one,
 * made from (kind of entity, its number, field) by a bijection, so that a value
 * seen anywhere names the record and field it came from (docs/example-district.md).
 */
enum canary_kind {
    CANARY_STUDENT,
    CANARY_GUARDIAN,
    CANARY_STAFF,
    CANARY_ORG,
    CANARY_SESSION,
    CANARY_COURSE,
    CANARY_CLASS,
    CANARY_RESOURCE,
};

/* Number, symbol, CSV file and column (a part of it behind a colon). Numbers are never reused. */
#define CANARY_FIELDS(FIELD)                                                                       \
    FIELD(1, GIVEN, "users.csv", "givenName")                                                      \
    FIELD(2, FAMILY, "users.csv", "familyName")                                                    \
    FIELD(3, MIDDLE, "users.csv", "middleName")                                                    \
    FIELD(4, PREFERRED_GIVEN, "users.csv", "preferredGivenName")                                   \
    FIELD(5, PREFERRED_MIDDLE, "users.csv", "preferredMiddleName")                                 \
    FIELD(6, PREFERRED_FAMILY, "users.csv", "preferredFamilyName")                                 \
    FIELD(7, PRONOUNS, "users.csv", "pronouns")                                                    \
    FIELD(8, USERNAME, "users.csv", "username")                                                    \
    FIELD(9, IDENTIFIER, "users.csv", "identifier")                                                \
    FIELD(10, MASTER, "users.csv", "userMasterIdentifier")                                         \
    FIELD(11, EMAIL, "users.csv", "email")                                                         \
    FIELD(12, SMS, "users.csv", "sms")                                                             \
    FIELD(13, PHONE, "users.csv", "phone")                                                         \
    FIELD(14, PASSWORD, "users.csv", "password")                                                   \
    FIELD(15, STATE_ID, "users.csv", "userIds:stateId")                                            \
    FIELD(16, LDAP_ID, "users.csv", "userIds:ldap")                                                \
    FIELD(17, LUNCH, "users.csv", "metadata.lunch")                                                \
    FIELD(18, BUS, "users.csv", "metadata.bus")                                                    \
    FIELD(19, BIRTH_CITY, "demographics.csv", "cityOfBirth")                                       \
    FIELD(20, RESIDENCE, "demographics.csv", "publicSchoolResidenceStatus")                        \
    FIELD(21, PROFILE_VENDOR, "userProfiles.csv", "vendorId")                                      \
    FIELD(22, PROFILE_APP, "userProfiles.csv", "applicationId")                                    \
    FIELD(23, PROFILE_TEXT, "userProfiles.csv", "description")                                     \
    FIELD(24, PROFILE_LOGIN, "userProfiles.csv", "username")                                       \
    FIELD(25, PROFILE_SECRET, "userProfiles.csv", "password")                                      \
    FIELD(26, TITLE, "*.csv", "title or name")                                                     \
    FIELD(27, CODE, "*.csv", "classCode, courseCode, identifier or vendorResourceId")              \
    FIELD(28, LOCATION, "classes.csv", "location")                                                 \
    FIELD(29, SSN, "users.csv", "userIds:SSN")                                                     \
    FIELD(30, VENDOR, "resources.csv", "vendorId")                                                 \
    FIELD(31, APPLICATION, "resources.csv", "applicationId")

enum canary_field {
#define CANARY_SYMBOL(number, symbol, file, column) CANARY_##symbol = (number),
    CANARY_FIELDS(CANARY_SYMBOL)
#undef CANARY_SYMBOL
};

enum { CANARY_MAX_NUMBER = (1 << 21) - 1 };

/* One value's origin; `number` is at most CANARY_MAX_NUMBER. */
struct canary {
    enum canary_kind kind;
    uint32_t number;
    enum canary_field field;
};

/* The 30-bit token of an origin, and back. The two are inverse to each other. */
uint32_t canary_code(struct canary c);
struct canary canary_origin(uint32_t code);

/* Ten letters, five syllables: "bakedifolo"; with `capital` the first one upper case. */
void canary_word(struct buf *out, struct canary c, bool capital);

/* Ten decimal digits. */
void canary_digits(struct buf *out, struct canary c);

/* Three ideographs of U+4E00..U+59FF, ten bits each, a block of 1,024 for each place. */
void canary_ideographs(struct buf *out, struct canary c);

/* Reads a word of ten letters (either case of the first); false for anything else. */
bool canary_read_word(struct span text, uint32_t *code);

#endif
