/* SPDX-License-Identifier: Apache-2.0 */
/* A folder's changes reach the loop; a watch that is gone is quiet. */
#include "net/watch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { TURNS = 2000, TURN_MS = 10 };

struct place {
    struct loop *loop;
    char folder[64], file[96];
    unsigned heard;
};

static void on_change(void *ctx)
{
    ((struct place *)ctx)->heard++;
}

static void begin(struct place *p)
{
    *p = (struct place){0};
    (void)snprintf(p->folder, sizeof(p->folder), "build/tmp-watch-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->file, sizeof(p->file), "%s/a.csv", p->folder);
    assert_int_equal(loop_new(&p->loop), OK);
}

static void end(struct place *p)
{
    loop_free(&p->loop);
    (void)unlink(p->file);
    (void)rmdir(p->folder);
}

static void write_file(const struct place *p, const char *text)
{
    FILE *f = fopen(p->file, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* Turns the loop until `heard` has grown past `from`. */
static void wait_past(struct place *p, unsigned from)
{
    for (int i = 0; i < TURNS && p->heard <= from; i++) {
        loop_turn(p->loop, TURN_MS);
    }
    assert_true(p->heard > from);
}

static void hears_of_new_changed_and_removed_files(void **state)
{
    struct place p;
    struct watch *w = NULL;

    (void)state;
    begin(&p);
    assert_int_equal(watch_new(p.loop, p.folder, on_change, &p, &w), OK);
    write_file(&p, "a");
    wait_past(&p, 0);
    loop_turn(p.loop, 0);
    write_file(&p, "b");
    wait_past(&p, p.heard);
    assert_int_equal(unlink(p.file), 0);
    wait_past(&p, p.heard);
    watch_free(&w);
    assert_null(w);
    unsigned heard = p.heard;

    write_file(&p, "c");
    loop_turn(p.loop, 0);
    assert_int_equal(p.heard, heard);
    watch_free(&w);
    end(&p);
}

static void says_that_a_missing_folder_cannot_be_watched(void **state)
{
    struct place p;
    struct watch *w = NULL;

    (void)state;
    begin(&p);
    assert_int_equal(watch_new(p.loop, p.file, on_change, &p, &w), ERR_IO);
    assert_null(w);
    end(&p);
}

static void does_not_hold_the_loop(void **state)
{
    struct place p;
    struct watch *w = NULL;

    (void)state;
    begin(&p);
    assert_int_equal(watch_new(p.loop, p.folder, on_change, &p, &w), OK);
    loop_stop(p.loop);
    loop_run(p.loop);
    watch_free(&w);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_of_new_changed_and_removed_files),
        cmocka_unit_test(says_that_a_missing_folder_cannot_be_watched),
        cmocka_unit_test(does_not_hold_the_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
