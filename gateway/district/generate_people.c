/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example district's people: users with their roles, profiles, resources
 * and demographics. One pass over the people writes all five files, so that a
 * person's rows are decided in one place.
 */
#include "district/generate_priv.h"
#include "district/names.h"
#include "district/prng.h"

enum { STREAM_PERSON = 3 };

struct people {
    struct maker *m;
    struct sheet users, roles, profiles, demographics, resources;
    uint32_t role_number;
};

/* One user as the files need it. */
struct person {
    enum canary_kind kind;
    uint32_t number;
    const char *prefix;
    uint32_t family;
    unsigned school; /* primary, 0 for the district office */
    bool deleted;
};

static struct canary of(const struct person *p, enum canary_field field)
{
    return (struct canary){p->kind, p->number, field};
}

static void put_cell(struct people *x, struct sheet *s)
{
    sheet_cell(s, buf_span(&x->m->cell));
    buf_clear(&x->m->cell);
}

static void put_org(struct people *x, struct sheet *s, unsigned school)
{
    if (school == 0) {
        sheet_str(s, "org-district");
    } else {
        make_school_cell(x->m, s, school);
    }
}

/* The values behind a column are left out for some numbers: `every` 0 is always there. */
static void put_word(struct people *x, const struct person *p, enum canary_field field,
                     const char *before, unsigned missing_every)
{
    if (missing_every != 0 && p->number % missing_every == 0) {
        sheet_skip(&x->users, 1);
    } else {
        make_word_cell(x->m, &x->users, before, of(p, field));
    }
}

/* userIds: "{stateId:...},{ldap:...}", and for every 25th student an SSN that was never issued. */
static void put_user_ids(struct people *x, const struct person *p)
{
    struct buf *cell = &x->m->cell;

    if (p->kind == CANARY_STUDENT) {
        buf_put_str(cell, "{stateId:");
        canary_digits(cell, of(p, CANARY_STATE_ID));
        buf_put_str(cell, "},");
    }
    buf_put_str(cell, "{ldap:");
    canary_word(cell, of(p, CANARY_LDAP_ID), false);
    buf_put_str(cell, "}");
    if (p->kind == CANARY_STUDENT && p->number % 25 == 4) {
        buf_printf(cell, ",{SSN:9%02u-%02u-%04u}", p->number / 1000000 % 100,
                   p->number / 10000 % 100, p->number % 10000);
    }
    put_cell(x, &x->users);
}

static void put_names(struct people *x, const struct person *p)
{
    struct buf *cell = &x->m->cell;

    names_given(cell, of(p, CANARY_GIVEN));
    put_cell(x, &x->users);
    names_family(cell, of(p, CANARY_FAMILY), p->family);
    put_cell(x, &x->users);
    names_middle(cell, of(p, CANARY_MIDDLE));
    put_cell(x, &x->users);
}

static void put_email(struct people *x, const struct person *p)
{
    if (p->number % 11 == 10) {
        sheet_skip(&x->users, 1);
        return;
    }
    canary_word(&x->m->cell, of(p, CANARY_EMAIL), false);
    buf_put_str(&x->m->cell,
                p->kind == CANARY_STUDENT ? "@students.district.example" : "@district.example");
    put_cell(x, &x->users);
}

/* Every second person has the number; which half differs between sms and phone. */
static void put_phone(struct people *x, const struct person *p, enum canary_field field)
{
    if (p->number % 2 == (field == CANARY_SMS ? 0u : 1u)) {
        sheet_skip(&x->users, 1);
    } else {
        make_digits_cell(x->m, &x->users, "+1-555-", of(p, field));
    }
}

static void put_children(struct buf *out, const struct family *f)
{
    for (uint32_t i = 0; i < f->students; i++) {
        if (i > 0) {
            buf_put_byte(out, ',');
        }
        make_id(out, "stu", f->first_student + i);
    }
}

static void put_guardians(struct buf *out, const struct family *f)
{
    for (uint32_t i = 0; i < f->guardians; i++) {
        if (i > 0) {
            buf_put_byte(out, ',');
        }
        make_guardian_id(out, f->first_guardian + i);
    }
}

/* A student's guardians; a guardian's children; nothing for others (family 0). */
static void put_agents(struct people *x, const struct person *p)
{
    bool guardian = p->kind == CANARY_GUARDIAN || (p->kind == CANARY_STAFF && p->number == 1);

    if (p->kind == CANARY_STUDENT) {
        put_guardians(&x->m->cell, town_family(x->m->town, p->family));
    } else if (guardian && p->family != 0) {
        put_children(&x->m->cell, town_family(x->m->town, p->family));
    }
    put_cell(x, &x->users);
}

static void put_preferred(struct people *x, const struct person *p)
{
    struct buf *cell = &x->m->cell;

    if (p->number % 5 != 1) {
        sheet_skip(&x->users, 3);
        return;
    }
    names_given(cell, of(p, CANARY_PREFERRED_GIVEN));
    put_cell(x, &x->users);
    names_middle(cell, of(p, CANARY_PREFERRED_MIDDLE));
    put_cell(x, &x->users);
    names_family(cell, of(p, CANARY_PREFERRED_FAMILY), p->family);
    put_cell(x, &x->users);
}

static void put_pronouns(struct people *x, const struct person *p)
{
    static const char *const words[] = {"she/her ", "he/him ", "they/them ", "xe/xem "};

    if (p->number % 4 == 0) {
        sheet_skip(&x->users, 1);
    } else {
        make_word_cell(x->m, &x->users, words[p->number / 4 % 4], of(p, CANARY_PRONOUNS));
    }
}

/* metadata.lunch and metadata.bus, students only; values with an emoji and a line break. */
static void put_metadata(struct people *x, const struct person *p)
{
    static const char *const lunch[] = {"free ", "reduced ", "paid ", "\xF0\x9F\x8D\x8E free "};

    if (p->kind != CANARY_STUDENT) {
        sheet_skip(&x->users, 2);
        return;
    }
    put_word(x, p, CANARY_LUNCH, lunch[p->number / 2 % 4], 5);
    put_word(x, p, CANARY_BUS, p->number % 2 == 0 ? "stop\n" : "stop = ", 3);
}

static void put_grade(struct people *x, const struct person *p)
{
    bool student = p->kind == CANARY_STUDENT;

    sheet_str(&x->users, student ? town_grade(town_student(x->m->town, p->number)->grade) : "");
}

static void put_user(struct people *x, const struct person *p)
{
    struct sheet *s = &x->users;

    make_id_cell(x->m, s, p->prefix, p->number);
    make_base_cells(x->m, s, p->deleted);
    sheet_str(s, p->deleted || p->number % 90 == 89 ? "false" : "true");
    put_word(x, p, CANARY_USERNAME, "u.", 0);
    put_user_ids(x, p);
    put_names(x, p);
    if (p->number % 9 == 8) {
        sheet_skip(s, 1);
    } else {
        make_digits_cell(x->m, s, "", of(p, CANARY_IDENTIFIER));
    }
    put_email(x, p);
    put_phone(x, p, CANARY_SMS);
    put_phone(x, p, CANARY_PHONE);
    put_agents(x, p);
    put_grade(x, p);
    put_word(x, p, CANARY_PASSWORD, "Pw!", 6);
    put_word(x, p, CANARY_MASTER, "umi-", 7);
    put_preferred(x, p);
    put_org(x, s, p->school);
    put_pronouns(x, p);
    put_metadata(x, p);
    sheet_end(s);
}

static void put_role(struct people *x, const struct person *p, const char *role, unsigned school,
                     bool primary)
{
    struct sheet *s = &x->roles;
    bool profile = p->kind != CANARY_GUARDIAN && p->number % 10 == 5 && primary;

    make_id_cell(x->m, s, "rol", ++x->role_number);
    make_base_cells(x->m, s, p->deleted);
    make_id_cell(x->m, s, p->prefix, p->number);
    sheet_str(s, primary ? "primary" : "secondary");
    sheet_str(s, role);
    if (p->number % 3 == 0) {
        sheet_skip(s, 2);
    } else {
        sheet_date(s, 20260817);
        sheet_date(s, 20270611);
    }
    put_org(x, s, school);
    if (profile) {
        make_id_cell(x->m, s, p->kind == CANARY_STUDENT ? "prs" : "prt", p->number);
    } else {
        sheet_skip(s, 1);
    }
    sheet_end(s);
}

static void put_profile(struct people *x, const struct person *p)
{
    struct sheet *s = &x->profiles;

    if (p->number % 10 != 5) {
        return;
    }
    make_id_cell(x->m, s, p->kind == CANARY_STUDENT ? "prs" : "prt", p->number);
    make_base_cells(x->m, s, p->deleted);
    make_id_cell(x->m, s, p->prefix, p->number);
    sheet_str(s, "lms");
    make_word_cell(x->m, s, "v-", of(p, CANARY_PROFILE_VENDOR));
    make_word_cell(x->m, s, "a-", of(p, CANARY_PROFILE_APP));
    make_word_cell(x->m, s, "Learning account, ", of(p, CANARY_PROFILE_TEXT));
    sheet_str(s, "password");
    make_word_cell(x->m, s, "l.", of(p, CANARY_PROFILE_LOGIN));
    make_word_cell(x->m, s, "Cr!", of(p, CANARY_PROFILE_SECRET));
    sheet_end(s);
}

static void put_resource(struct people *x, const struct person *p)
{
    struct sheet *s = &x->resources;

    if (p->number % 15 != 6) {
        return;
    }
    make_id_cell(x->m, s, "ure", p->number);
    make_base_cells(x->m, s, p->deleted);
    make_id_cell(x->m, s, p->prefix, p->number);
    put_org(x, s, p->school);
    sheet_skip(s, 1);
    make_id_cell(x->m, s, "res", 1 + p->number % MAKE_RESOURCES);
    sheet_end(s);
}

static void put_races(struct sheet *s, struct prng *p)
{
    bool two = prng_chance(p, 10);
    uint32_t race = prng_below(p, 5);

    for (uint32_t i = 0; i < 5; i++) {
        bool yes = i == race || (two && i == (race + 1) % 5);

        sheet_str(s, yes ? "true" : "false");
    }
    sheet_str(s, two ? "true" : "false");
    sheet_str(s, prng_chance(p, 25) ? "true" : "false");
}

/* Birth dates fit the grade: KG is five years old on 1 September 2026. */
static uint32_t birth_date(struct prng *p, unsigned grade)
{
    uint32_t month = 1 + prng_below(p, 12);
    uint32_t day = 1 + prng_below(p, 28);
    uint32_t year = 2026 - 5 - grade - (month >= 9 ? 1 : 0);

    return year * 10000 + month * 100 + day;
}

static void put_demographics(struct people *x, const struct person *p, unsigned grade)
{
    static const char *const sexes[] = {"female", "male", "female", "male", "unspecified", "other"};
    static const char *const states[] = {"TX", "NM", "CA", "", "NY", "OK"};
    struct sheet *s = &x->demographics;
    struct prng r;

    prng_init(&r, x->m->town->seed,
              (uint64_t)STREAM_PERSON << 40 | (uint64_t)p->kind << 32 | p->number);
    make_id_cell(x->m, s, p->prefix, p->number);
    make_base_cells(x->m, s, p->deleted);
    sheet_date(s, birth_date(&r, grade));
    sheet_str(s, sexes[prng_below(&r, 6)]);
    put_races(s, &r);
    sheet_str(s, prng_chance(&r, 85) ? "US" : "MX");
    sheet_str(s, states[prng_below(&r, 6)]);
    make_word_cell(x->m, s, "New ", of(p, CANARY_BIRTH_CITY));
    if (p->number % 4 == 2) {
        make_word_cell(x->m, s, "status ", of(p, CANARY_RESIDENCE));
    } else {
        sheet_skip(s, 1);
    }
    sheet_end(s);
}

static void make_student(struct people *x, uint32_t number)
{
    const struct student *t = town_student(x->m->town, number);
    struct person p = {CANARY_STUDENT, number,    "stu",
                       t->family,      t->school, make_is_deleted(number)};

    put_user(x, &p);
    put_role(x, &p, "student", t->school, true);
    if (t->second_school != 0) {
        put_role(x, &p, "student", t->second_school, false);
    }
    if (number % 1000 == 17) {
        put_role(x, &p, "aide", 1, false); /* a student helper: still a student to us */
    }
    put_profile(x, &p);
    put_resource(x, &p);
    if (number % 37 != 36) {
        put_demographics(x, &p, t->grade);
    }
}

/* One guardian role for each school that a child of the family goes to. */
static void put_guardian_roles(struct people *x, const struct person *p, const struct family *f,
                               bool primary)
{
    static const char *const words[] = {"guardian", "parent", "relative"};
    uint32_t seen = 0;

    for (uint32_t i = 0; i < f->students; i++) {
        unsigned school = town_student(x->m->town, f->first_student + i)->school;

        if ((seen >> school & 1) == 0) {
            seen |= 1u << school;
            put_role(x, p, words[p->number % 3], school, primary);
            primary = false;
        }
    }
}

static void make_family(struct people *x, uint32_t number)
{
    const struct family *f = town_family(x->m->town, number);
    unsigned school = town_student(x->m->town, f->first_student)->school;

    for (uint32_t i = 0; i < f->guardians; i++) {
        struct person p = {CANARY_GUARDIAN, f->first_guardian + i, "grd", number, school, false};

        if (!town_is_teacher(p.number)) {
            put_user(x, &p);
            put_guardian_roles(x, &p, f, true);
            x->m->counts.guardians++;
        }
    }
}

/* A guardian to whom no child is linked. */
static void make_stray_guardian(struct people *x)
{
    struct person p = {CANARY_GUARDIAN, x->m->town->guardian_count + 1, "grd", 0, 1, false};

    put_user(x, &p);
    put_role(x, &p, "guardian", 1, true);
    x->m->counts.guardians++;
}

static void make_teacher(struct people *x, uint32_t number)
{
    unsigned school = town_section(x->m->town, number)->school;
    struct person p = {CANARY_STAFF, number, "stf", number == 1 ? 1 : 0, school, false};

    put_user(x, &p);
    put_role(x, &p, "teacher", school, true);
    if (number % 12 == 2) {
        put_role(x, &p, "teacher", school % TOWN_SCHOOLS + 1, false);
    }
    if (number == 1) {
        put_guardian_roles(x, &p, town_family(x->m->town, 1), false);
    }
    put_profile(x, &p);
    if (number % 20 == 1) {
        put_demographics(x, &p, 30);
    }
}

static void make_office(struct people *x)
{
    static const char *const words[MAKE_STAFF_PER_SCHOOL] = {"principal", "counselor", "aide",
                                                             "siteAdministrator", "proctor"};
    uint32_t number = x->m->town->teacher_count;

    for (unsigned school = 1; school <= TOWN_SCHOOLS; school++) {
        for (unsigned i = 0; i < MAKE_STAFF_PER_SCHOOL; i++) {
            struct person p = {CANARY_STAFF, ++number, "stf", 0, school, false};

            put_user(x, &p);
            put_role(x, &p, words[i], school, true);
            put_profile(x, &p);
        }
    }
    for (unsigned i = 0; i < MAKE_DISTRICT_STAFF; i++) {
        struct person p = {CANARY_STAFF, ++number, "stf", 0, 0, false};

        put_user(x, &p);
        put_role(x, &p, i == 0 ? "districtAdministrator" : "systemAdministrator", 0, true);
        put_profile(x, &p);
    }
}

static void open_sheets(struct people *x)
{
    const char *folder = x->m->folder;

    sheet_open(&x->users, folder, "users.csv",
               "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,"
               "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
               "userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
               "primaryOrgSourcedId,pronouns,metadata.lunch,metadata.bus");
    sheet_open(&x->roles, folder, "roles.csv",
               "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
               "orgSourcedId,userProfileSourcedId");
    sheet_open(&x->profiles, folder, "userProfiles.csv",
               "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,"
               "applicationId,description,credentialType,username,password");
    sheet_open(&x->demographics, folder, "demographics.csv",
               "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,"
               "asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
               "demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
               "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus");
    sheet_open(&x->resources, folder, "userResources.csv",
               "sourcedId,status,dateLastModified,userSourcedId,orgSourcedId,classSourcedId,"
               "resourceSourcedId");
}

static enum err close_sheets(struct people *x)
{
    struct sheet *all[] = {&x->users, &x->roles, &x->profiles, &x->demographics, &x->resources};
    enum err first = buf_err(&x->m->cell);

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        enum err e = sheet_close(all[i]);

        first = first != OK ? first : e;
    }
    return first;
}

enum err make_people(struct maker *m)
{
    const struct town *t = m->town;
    struct people x = {.m = m};

    open_sheets(&x);
    for (uint32_t n = 1; n <= t->student_count; n++) {
        make_student(&x, n);
    }
    for (uint32_t n = 1; n <= t->family_count; n++) {
        make_family(&x, n);
    }
    make_stray_guardian(&x);
    for (uint32_t n = 1; n <= t->teacher_count; n++) {
        make_teacher(&x, n);
    }
    make_office(&x);
    return close_sheets(&x);
}
