/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose records leave: `where` in words, and what students' own facts take away.
 */
#include "cli/explain_priv.h"

#include <stdio.h>

enum { SENTENCE_BYTES = 64 * 1024 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

/* One sentence: a line, or an item of the open list with its place. */
static void say(const struct asking *a, const struct explanation *e, struct span text,
                const struct node *at)
{
    if (a->jot != NULL) {
        jot_open(a->jot, '{');
        jot_key_text(a->jot, "says", text);
        jot_key_place(a->jot, "by", e->doc.name, at);
        jot_close(a->jot, '}');
        return;
    }
    printf("  %.*s", SPAN_ARGS(text));
    printf(at == NULL ? ".\n" : " (%s).\n", explain_place(e, at).text);
}

static void say_str(const struct asking *a, const struct explanation *e, const char *text,
                    const char *path)
{
    say(a, e, span_str(text), path == NULL ? NULL : explain_member(e, path));
}

/* "Only at these schools: riverside or lincoln". */
static void say_list(const struct asking *a, const struct explanation *e, const char *lead,
                     const char *path)
{
    const struct node *list = explain_member(e, path);
    struct buf text;

    if (list == NULL || list->kind != NODE_LIST) {
        return;
    }
    buf_init(&text, SENTENCE_BYTES);
    buf_put_str(&text, lead);
    for (const struct node *n = list->first; n != NULL; n = n->next) {
        buf_put_str(&text, n == list->first ? " " : n->next == NULL ? " or " : ", ");
        buf_put(&text, n->text);
    }
    say(a, e, buf_span(&text), list);
    buf_fini(&text);
}

/* The parts of `where` that bind a kind of record. */
enum {
    BY_SCHOOL = 1,
    BY_GRADE = 2,
    BY_CLASS = 4, /* and by course */
    BY_TERM = 8,
    BY_STATUS = 16, /* and by program */
    BY_ALL = 31
};

static unsigned bound_by(const struct resource *r, enum role role)
{
    if (role == ROLE_STUDENT || role == ROLE_GUARDIAN) {
        return BY_ALL;
    }
    if (role != ROLE_NONE) {
        return BY_SCHOOL | BY_CLASS;
    }
    switch (r->ref) {
    case REF_ORG:
        return BY_SCHOOL;
    case REF_ACADEMIC_SESSION:
        return BY_TERM;
    default:
        return BY_SCHOOL | BY_GRADE | BY_CLASS | BY_TERM;
    }
}

static void say_where(const struct asking *a, const struct explanation *e, unsigned parts)
{
    static const struct {
        unsigned part;
        const char *lead;
        const char *path;
    } lists[] = {
        {BY_SCHOOL, "Only at these schools:", "where.schools"},
        {BY_GRADE, "Only in these grades:", "where.grades"},
        {BY_CLASS, "Only in these classes:", "where.classes"},
        {BY_CLASS, "Only in these courses:", "where.courses"},
        {BY_TERM, "Only in these terms:", "where.terms"},
        {BY_STATUS, "Only with one of the statuses:", "where.statuses"},
        {BY_STATUS, "Only in these programs:", "where.programs"},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if ((parts & lists[i].part) != 0 && explain_member(e, lists[i].path) != NULL) {
            say_list(a, e, lists[i].lead, lists[i].path);
            any = true;
        }
    }
    if (!any) {
        say_str(a, e, "Everywhere in the district", NULL);
    }
}

static void say_own(const struct asking *a, const struct explanation *e)
{
    const struct agreement *g = e->agreement;

    if (g->by_naming) {
        say_str(a, e, "Only students who are named for this agreement", "basis");
    }
    if (g->by_consent) {
        say_str(a, e,
                "Only students with a valid consent, and of each only the elements that it names "
                "(34 CFR 99.30)",
                "basis");
    }
    if (g->by_directory) {
        say_str(a, e,
                "Not the students, or the types of information, that were refused as directory "
                "information (34 CFR 99.37)",
                "basis");
    }
    say_str(a, e, "Restrictions and stops of single students take away from all of this", NULL);
}

void explain_say_scope(const struct asking *a, const struct explanation *e,
                       const struct resource *r, enum role role)
{
    switch (role) {
    case ROLE_STUDENT:
        say_str(a, e, "Students whom the roster knows", NULL);
        break;
    case ROLE_GUARDIAN:
        say_str(a, e, "Guardians all of whose linked students are as follows", NULL);
        break;
    case ROLE_TEACHER:
    case ROLE_STAFF:
        say_str(a, e, "People whom the roster knows in this role and as no student", NULL);
        break;
    case ROLE_NONE:
    case ROLE_COUNT:
    default:
        break;
    }
    say_where(a, e, bound_by(r, role));
    if (role == ROLE_STUDENT || role == ROLE_GUARDIAN) {
        say_own(a, e);
    }
}
