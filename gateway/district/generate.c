/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator's frame: the folder, the cells that every file has, and the
 * manifest. Files of the gradebook are declared and hold their header only.
 */
#include "district/generate.h"

#include "base/clock.h"
#include "district/generate_priv.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

enum { MAX_CELL = 64 * 1024 };

/* 2026-08-03T06:00:00Z; each row is a prime number of milliseconds later than the one before. */
#define FIRST_MODIFIED_MS 1785736800000
#define STEP_MS           997

static const struct {
    const char *name;
    const char *header; /* of the files without rows; NULL: written with rows elsewhere */
} FILES[] = {
    {"academicSessions", NULL},
    {"categories", "sourcedId,status,dateLastModified,title,weight"},
    {"classes", NULL},
    {"classResources", NULL},
    {"courseResources", NULL},
    {"courses", NULL},
    {"demographics", NULL},
    {"enrollments", NULL},
    {"lineItemLearningObjectiveIds",
     "sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId"},
    {"lineItems", "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,"
                  "classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,"
                  "resultValueMax,schoolSourcedId"},
    {"lineItemScoreScales",
     "sourcedId,status,dateLastModified,title,lineItemSourcedId,scoreScaleSourcedId"},
    {"orgs", NULL},
    {"resources", NULL},
    {"resultLearningObjectiveIds", "sourcedId,status,dateLastModified,resultSourcedId,source,"
                                   "learningObjectiveId,score,textScore"},
    {"results", "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,"
                "score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,"
                "missing"},
    {"resultScoreScales",
     "sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId"},
    {"roles", NULL},
    {"scoreScales", "sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,"
                    "classSourcedId,scoreScaleValue"},
    {"userProfiles", NULL},
    {"userResources", NULL},
    {"users", NULL},
};

enum { FILE_COUNT = sizeof(FILES) / sizeof(FILES[0]) };

void make_id(struct buf *out, const char *prefix, uint32_t number)
{
    buf_printf(out, "%s-%07u", prefix, number);
}

void make_guardian_id(struct buf *out, uint32_t guardian)
{
    make_id(out, town_is_teacher(guardian) ? "stf" : "grd", guardian);
}

void make_class_id(struct buf *out, uint32_t section, unsigned subject)
{
    buf_printf(out, "cls-%07u-%u", section, subject);
}

static void put_cell(struct maker *m, struct sheet *s)
{
    if (buf_err(&m->cell) != OK && s->failed == OK) {
        s->failed = buf_err(&m->cell);
    }
    sheet_cell(s, buf_span(&m->cell));
    buf_clear(&m->cell);
}

void make_id_cell(struct maker *m, struct sheet *s, const char *prefix, uint32_t number)
{
    make_id(&m->cell, prefix, number);
    put_cell(m, s);
}

void make_class_cell(struct maker *m, struct sheet *s, uint32_t section, unsigned subject)
{
    make_class_id(&m->cell, section, subject);
    put_cell(m, s);
}

void make_school_cell(struct maker *m, struct sheet *s, unsigned school)
{
    buf_printf(&m->cell, "school-%02u", school);
    put_cell(m, s);
}

void make_word_cell(struct maker *m, struct sheet *s, const char *before, struct canary c)
{
    buf_put_str(&m->cell, before);
    canary_word(&m->cell, c, true);
    put_cell(m, s);
}

void make_digits_cell(struct maker *m, struct sheet *s, const char *before, struct canary c)
{
    buf_put_str(&m->cell, before);
    canary_digits(&m->cell, c);
    put_cell(m, s);
}

void make_base_cells(struct maker *m, struct sheet *s, bool deleted)
{
    sheet_str(s, deleted ? "tobedeleted" : "active");
    clock_put_rfc3339(&m->cell, FIRST_MODIFIED_MS + (int64_t)(m->counts.rows++) * STEP_MS);
    put_cell(m, s);
}

bool make_is_deleted(uint32_t student)
{
    return student % 50 == 21;
}

uint32_t make_staff_count(const struct town *t)
{
    return t->teacher_count + TOWN_SCHOOLS * MAKE_STAFF_PER_SCHOOL + MAKE_DISTRICT_STAFF;
}

/* OK when the folder is there (or was made) and holds nothing. */
static enum err make_folder(const char *folder)
{
    if (mkdir(folder, 0755) == 0) {
        return OK;
    }
    if (errno != EEXIST) {
        return errno == ENOSPC || errno == EDQUOT ? ERR_STORE_FULL : ERR_IO;
    }
    DIR *dir = opendir(folder);
    struct dirent *entry = NULL;

    if (dir == NULL) {
        return ERR_IO;
    }
    do {
        entry = readdir(dir);
    } while (entry != NULL && (span_eq_str(span_str(entry->d_name), ".") ||
                               span_eq_str(span_str(entry->d_name), "..")));
    (void)closedir(dir);
    return entry == NULL ? OK : ERR_EXISTS;
}

static enum err make_empty_files(struct maker *m)
{
    enum err e = OK;

    for (size_t i = 0; i < FILE_COUNT && e == OK; i++) {
        char name[64];
        struct sheet s;

        if (FILES[i].header != NULL) {
            (void)snprintf(name, sizeof(name), "%s.csv", FILES[i].name);
            sheet_open(&s, m->folder, name, FILES[i].header);
            e = sheet_close(&s);
        }
    }
    return e;
}

static void put_property(struct sheet *s, const char *name, const char *value)
{
    sheet_str(s, name);
    sheet_str(s, value);
    sheet_end(s);
}

static enum err make_manifest(struct maker *m)
{
    struct sheet s;

    sheet_open(&s, m->folder, "manifest.csv", "propertyName,value");
    put_property(&s, "manifest.version", "1.0");
    put_property(&s, "oneroster.version", "1.2");
    for (size_t i = 0; i < FILE_COUNT; i++) {
        char name[64];

        (void)snprintf(name, sizeof(name), "file.%s", FILES[i].name);
        put_property(&s, name, "bulk");
    }
    put_property(&s, "source.systemName", "Hallpass example district");
    put_property(&s, "source.systemCode", "HALLPASS-EXAMPLE");
    return sheet_close(&s);
}

enum err generate_district(const char *folder, uint32_t students, uint64_t seed,
                           struct generate_counts *out)
{
    struct town town;
    struct maker m = {.town = &town, .folder = folder};
    enum err e = town_init(&town, students, seed);

    if (e != OK) {
        return e;
    }
    buf_init(&m.cell, MAX_CELL);
    e = make_folder(folder);
    e = e != OK ? e : make_schools(&m);
    e = e != OK ? e : make_people(&m);
    e = e != OK ? e : make_empty_files(&m);
    e = e != OK ? e : make_manifest(&m);
    if (e == OK) {
        m.counts.students = town.student_count;
        m.counts.staff = make_staff_count(&town);
        *out = m.counts;
    }
    buf_fini(&m.cell);
    town_fini(&town);
    return e;
}
