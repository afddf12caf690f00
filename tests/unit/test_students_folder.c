/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of students' own facts: what changed is seen, what is no file is not read. */
#include "cli/students_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEMORY = 1 << 20 };

struct place {
    char path[64];
    struct students_folder folder;
    struct arena arena;
    struct diag_list diags;
    struct students_reading reading;
};

static void path_of(const struct place *p, const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", p->path, name);
}

static void put(const struct place *p, enum own_file file, const char *rows)
{
    char path[128];

    path_of(p, own_file_name(file), path);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fprintf(f, "%s\n%s", own_file_header(file), rows) > 0);
    assert_int_equal(fclose(f), 0);
}

static void begin(struct place *p)
{
    *p = (struct place){0};
    (void)snprintf(p->path, sizeof(p->path), "build/tmp-students-XXXXXX");
    assert_non_null(mkdtemp(p->path));
    p->folder.path = p->path;
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        put(p, (enum own_file)f, "");
    }
}

static void read_all(struct place *p)
{
    arena_fini(&p->arena);
    arena_init(&p->arena, MEMORY);
    assert_int_equal(students_folder_read(&p->folder, &p->arena, &p->diags, &p->reading), OK);
}

static void end(struct place *p)
{
    char path[128];

    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        path_of(p, own_file_name((enum own_file)f), path);
        (void)unlink(path);
    }
    arena_fini(&p->arena);
    (void)rmdir(p->path);
}

static void reads_what_stands_there_and_its_digest(void **state)
{
    struct place p;
    uint8_t before[DIGEST_BYTES];

    (void)state;
    begin(&p);
    assert_true(students_folder_changed(&p.folder)); /* never read */
    read_all(&p);
    assert_int_equal(p.diags.errors, 0);
    memcpy(before, p.reading.digest, sizeof(before));
    put(&p, OWN_RESTRICTIONS, "s1,all,all,\ns2,all\n");
    read_all(&p);
    assert_memory_not_equal(before, p.reading.digest, sizeof(before));
    assert_int_equal(p.reading.sheets[OWN_RESTRICTIONS].count, 2);
    assert_int_equal(p.reading.offer.errors[OWN_RESTRICTIONS], 1);
    assert_int_equal(p.reading.offer.errors[OWN_OPT_OUTS], 0);
    assert_true(p.reading.offer.sheets[OWN_OPT_OUTS]->whole);
    end(&p);
}

/* A file just written is looked at once more; `settled` says that this has been done. */
static void sees_each_kind_of_change(void **state)
{
    struct place p;
    char path[128], other[128];

    (void)state;
    begin(&p);
    path_of(&p, "named.csv", path);
    path_of(&p, "other", other);
    read_all(&p);
    p.folder.settled = false;
    assert_true(students_folder_changed(&p.folder));
    p.folder.settled = true;
    assert_false(students_folder_changed(&p.folder));
    put(&p, OWN_NAMED, ""); /* the same bytes, another time */
    assert_true(students_folder_changed(&p.folder));
    read_all(&p);
    p.folder.settled = true;
    assert_int_equal(rename(path, other), 0);
    assert_true(students_folder_changed(&p.folder));
    read_all(&p);
    assert_null(p.reading.offer.sheets[OWN_NAMED]);
    p.folder.settled = true;
    assert_false(students_folder_changed(&p.folder));
    assert_int_equal(rename(other, path), 0);
    assert_true(students_folder_changed(&p.folder));
    end(&p);
}

static void s1_what_is_no_file_of_its_own_counts_as_missing(void **state)
{
    struct place p;
    char path[128], other[128];

    (void)state;
    begin(&p);
    path_of(&p, "opt-outs.csv", path);
    path_of(&p, "other", other);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink("other", path), 0);
    read_all(&p);
    assert_null(p.reading.offer.sheets[OWN_OPT_OUTS]);
    assert_int_equal(p.diags.errors, 1);
    assert_non_null(strstr(p.diags.first->text, "link"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    read_all(&p);
    assert_null(p.reading.offer.sheets[OWN_OPT_OUTS]);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rename(other, path), 0);
    end(&p);
}

static void s1_a_file_that_everybody_may_write_counts_as_missing(void **state)
{
    struct place p;
    char path[128];

    (void)state;
    begin(&p);
    path_of(&p, "consents.csv", path);
    assert_int_equal(chmod(path, 0602), 0);
    read_all(&p);
    assert_null(p.reading.offer.sheets[OWN_CONSENTS]);
    assert_non_null(strstr(p.diags.first->text, "everybody may write it"));
    assert_int_equal(chmod(path, 0660), 0);
    read_all(&p);
    assert_non_null(p.reading.offer.sheets[OWN_CONSENTS]);
    end(&p);
}

static void tells_whether_a_folder_lies_in_another(void **state)
{
    struct place p;
    char inner[128], link[128];

    (void)state;
    begin(&p);
    path_of(&p, "inner", inner);
    path_of(&p, "link", link);
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_int_equal(symlink(".", link), 0);
    assert_true(students_folder_inside(p.path, p.path));
    assert_true(students_folder_inside(p.path, inner));
    assert_true(students_folder_inside(link, inner));
    assert_false(students_folder_inside(inner, p.path));
    assert_false(students_folder_inside(inner, "build/none"));
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(inner), 0);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_stands_there_and_its_digest),
        cmocka_unit_test(sees_each_kind_of_change),
        cmocka_unit_test(s1_what_is_no_file_of_its_own_counts_as_missing),
        cmocka_unit_test(s1_a_file_that_everybody_may_write_counts_as_missing),
        cmocka_unit_test(tells_whether_a_folder_lies_in_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
