/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/policy/ *.cases: edits of the example district and the exact errors
 * that each must give. The format stands at the top of the first of those files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/policy_kit.h"

enum { LINE = 1000, TEXT = 8000 };

struct edit {
    char file[LINE];
    char old[TEXT];
    char text[TEXT];
};

struct runner {
    struct policy_kit kit;
    bool open;
    char name[LINE];
    struct edit edit;
    bool dirty;
    char want[20][LINE];
    size_t wanted;
    bool expects_ok;
    size_t cases;
    size_t failures;
};

static void apply(struct runner *r)
{
    if (!r->dirty) {
        return;
    }
    r->dirty = false;
    if (strcmp(r->edit.old, "*") == 0) {
        policy_kit_set(&r->kit, r->edit.file, r->edit.text[0] == '\0' ? NULL : r->edit.text);
    } else {
        policy_kit_edit(&r->kit, r->edit.file, r->edit.old, r->edit.text);
    }
    r->edit.old[0] = '\0';
    r->edit.text[0] = '\0';
}

/* "file:line:column: text" begins with the place and goes on with the fragment. */
static bool matches(const char *want, const struct diag *d)
{
    char place[LINE];
    const char *fragment = strchr(want, ' ');

    (void)snprintf(place, sizeof(place), "%s:%u:%u", d->file, d->line, d->column);
    return fragment != NULL && strlen(place) == (size_t)(fragment - want) &&
           strncmp(place, want, strlen(place)) == 0 && strstr(d->text, fragment + 1) != NULL;
}

static bool is_wanted(const struct runner *r, const struct diag *d)
{
    for (size_t i = 0; i < r->wanted; i++) {
        if (matches(r->want[i], d)) {
            return true;
        }
    }
    return false;
}

static bool is_given(const struct runner *r, const char *want)
{
    for (const struct diag *d = r->kit.diags.first; d != NULL; d = d->next) {
        if (d->level == DIAG_ERROR && matches(want, d)) {
            return true;
        }
    }
    return false;
}

static bool agrees(const struct runner *r, enum err e)
{
    bool good = e == (r->wanted == 0 ? OK : ERR_INPUT);

    for (const struct diag *d = r->kit.diags.first; d != NULL; d = d->next) {
        good = (d->level == DIAG_WARNING || is_wanted(r, d)) && good;
    }
    for (size_t i = 0; i < r->wanted; i++) {
        good = is_given(r, r->want[i]) && good;
    }
    return good && (r->wanted > 0 || r->expects_ok);
}

static void finish(struct runner *r)
{
    if (!r->open) {
        return;
    }
    apply(r);
    enum err e = policy_kit_load(&r->kit);

    if (!agrees(r, e)) {
        r->failures++;
        print_message("\n== %s\n", r->name);
        policy_kit_print(&r->kit);
    }
    policy_kit_close(&r->kit);
    r->open = false;
    r->cases++;
}

static void start(struct runner *r, const char *name)
{
    finish(r);
    policy_kit_open(&r->kit);
    (void)snprintf(r->name, sizeof(r->name), "%s", name);
    r->edit = (struct edit){"", "", ""};
    r->wanted = 0;
    r->expects_ok = false;
    r->open = true;
}

static void add_line(char *to, const char *line)
{
    size_t len = strlen(to);

    (void)snprintf(to + len, TEXT - len, "%s%s", len == 0 ? "" : "\n", line);
}

/* The whole file is one of tests/policy/files. */
static void take_file(struct runner *r, const char *name)
{
    char path[LINE + 30];
    static char text[TEXT];

    (void)snprintf(path, sizeof(path), "tests/policy/files/%s", name);
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    size_t n = fread(text, 1, sizeof(text) - 1, f);

    (void)fclose(f);
    assert_true(n > 0 && n < sizeof(text) - 1);
    text[n] = '\0';
    apply(r);
    policy_kit_set(&r->kit, r->edit.file, text);
}

static void read_line(struct runner *r, const char *line)
{
    const char *rest = line[0] == '\0' || line[1] == '\0' ? "" : line + 2;

    switch (line[0]) {
    case '=':
        start(r, line + 3);
        break;
    case '@':
        apply(r);
        (void)snprintf(r->edit.file, sizeof(r->edit.file), "%s", rest);
        break;
    case '<':
        take_file(r, rest);
        break;
    case '-':
        if (r->edit.text[0] != '\0') {
            apply(r);
        }
        add_line(r->edit.old, rest);
        r->dirty = true;
        break;
    case '+':
        add_line(r->edit.text, rest);
        break;
    case '>':
        assert_true(r->wanted < 20);
        (void)snprintf(r->want[r->wanted++], LINE, "%s", rest);
        break;
    case '!':
        r->expects_ok = true;
        break;
    case '#':
    case '\0':
        break;
    default:
        fail_msg("a line of the cases starts with none of = @ < - + > ! #: %s", line);
    }
}

static void run_file(const char *path, size_t at_least)
{
    static struct runner r;
    char line[LINE];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    memset(&r, 0, sizeof(r));
    while (fgets(line, sizeof(line), f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        read_line(&r, line);
    }
    (void)fclose(f);
    finish(&r);
    print_message("%s: %zu cases\n", path, r.cases);
    assert_true(r.cases >= at_least);
    assert_int_equal(r.failures, 0);
}

static void district_files_give_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/district.cases", 10);
}

static void partner_files_give_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/partner.cases", 15);
}

static void agreement_files_give_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/agreement.cases", 25);
}

static void what_is_shared_gives_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/share.cases", 25);
}

static void duties_of_the_law_give_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/duties.cases", 20);
}

static void transforms_give_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/transforms.cases", 60);
}

static void the_life_of_a_contract_gives_these_errors(void **state)
{
    (void)state;
    run_file("tests/policy/contract.cases", 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(district_files_give_these_errors),
        cmocka_unit_test(partner_files_give_these_errors),
        cmocka_unit_test(agreement_files_give_these_errors),
        cmocka_unit_test(what_is_shared_gives_these_errors),
        cmocka_unit_test(duties_of_the_law_give_these_errors),
        cmocka_unit_test(transforms_give_these_errors),
        cmocka_unit_test(the_life_of_a_contract_gives_these_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
