/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By what partners could still join what they get (SAFETY I4), and what each
 * transform does about it.
 */
#include "cli/check_priv.h"

#include <stdio.h>

#include "cli/joins.h"

enum { JOINS_BYTES = 512 * 1024 * 1024, PAIRS_SHOWN = 50 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

struct pairs {
    struct jot *j; /* NULL: text */
    struct join_side *sides;
    size_t side_count;
    size_t said;
};

/* --- one pair ------------------------------------------------------------------------------ */

static void jot_pair(struct jot *j, const struct join_side *a, const struct join_side *b,
                     const struct join *joins, size_t count)
{
    jot_open(j, '{');
    jot_key(j, "agreements");
    jot_open(j, '[');
    jot_text(j, a->agreement->id);
    jot_text(j, b->agreement->id);
    jot_close(j, ']');
    jot_key(j, "fields");
    jot_open(j, '[');
    for (size_t i = 0; i < count; i++) {
        jot_open(j, '{');
        jot_key_str(j, "role", role_word(joins[i].role));
        jot_key_text(j, "record", joins[i].record);
        jot_key_text(j, "field", joins[i].path);
        jot_close(j, '}');
    }
    jot_close(j, ']');
    jot_close(j, '}');
}

/* "    students: user.sourcedId, user.email". */
static void print_role(enum role role, const struct join *joins, size_t count)
{
    bool first = true;

    for (size_t i = 0; i < count; i++) {
        if (joins[i].role != role) {
            continue;
        }
        if (first) {
            printf("    %s: ", role_word(role));
        }
        printf("%s%.*s.%.*s", first ? "" : ", ", SPAN_ARGS(joins[i].record),
               SPAN_ARGS(joins[i].path));
        first = false;
    }
    if (!first) {
        putchar('\n');
    }
}

static void say_pair(struct pairs *p, const struct join_side *a, const struct join_side *b)
{
    struct join joins[JOINS_MAX];
    size_t count = joins_between(a, b, joins);

    if (count == 0) {
        return;
    }
    p->said++;
    if (p->j != NULL) {
        jot_pair(p->j, a, b, joins, count);
    } else if (p->said <= PAIRS_SHOWN) {
        printf("  %.*s and %.*s\n", SPAN_ARGS(a->agreement->id), SPAN_ARGS(b->agreement->id));
        print_role(ROLE_STUDENT, joins, count);
        print_role(ROLE_GUARDIAN, joins, count);
    }
}

/* --- all pairs ------------------------------------------------------------------------------ */

static enum err gather(const struct check *c, struct arena *arena, struct pairs *out)
{
    const struct policy *p = c->open.policy;
    enum err e = OK;

    out->sides = arena_array(arena, policy_agreement_count(p) + 1, sizeof(*out->sides));
    if (out->sides == NULL) {
        return ERR_MEMORY;
    }
    while (out->side_count < policy_agreement_count(p) && e == OK) {
        e = joins_gather(p, policy_agreement(p, out->side_count), c->open.day, arena,
                         &out->sides[out->side_count]);
        out->side_count++;
    }
    return e;
}

static void say_pairs(const struct check *c, struct pairs *p)
{
    for (size_t i = 0; i < p->side_count; i++) {
        for (size_t k = i + 1; k < p->side_count; k++) {
            if (joins_overlap(p->sides[i].agreement, p->sides[k].agreement, c->open.day)) {
                say_pair(p, &p->sides[i], &p->sides[k]);
            }
        }
    }
}

static void print_joins(const struct check *c, struct pairs *p)
{
    puts("\nBy what agreements about the same students could be joined (whoever has both):");
    say_pairs(c, p);
    if (p->said == 0) {
        puts("  no field that both get; order and other sources are not looked at");
    } else if (p->said > PAIRS_SHOWN) {
        printf("  and %zu more pairs, which --json lists\n", p->said - PAIRS_SHOWN);
    }
}

enum err check_print_joins(const struct check *c, struct jot *j)
{
    struct pairs p = {.j = j};
    struct arena arena;

    arena_init(&arena, JOINS_BYTES);
    enum err e = gather(c, &arena, &p);

    if (e == OK && j == NULL) {
        print_joins(c, &p);
    } else if (e == OK) {
        jot_key(j, "joins");
        jot_open(j, '[');
        say_pairs(c, &p);
        jot_close(j, ']');
    }
    arena_fini(&arena);
    return e;
}

/* --- transforms --------------------------------------------------------------------------------
 */

static void jot_transform(struct jot *j, const struct transform_row *row)
{
    jot_open(j, '{');
    jot_key_str(j, "as", row->word);
    jot_key_bool(j, "reversible", row->reversible);
    jot_key_bool(j, "linkable", row->linkable);
    jot_key_bool(j, "keeps-type", row->keeps_type);
    jot_key_bool(j, "keyed", row->keyed);
    jot_close(j, '}');
}

static void print_transform(const struct transform_row *row)
{
    printf("  %-11s %s, %s, %s%s\n", row->word, row->reversible ? "reversible" : "not reversible",
           row->linkable ? "links records" : "does not link records",
           row->keeps_type ? "keeps its type" : "may change its type",
           row->keyed ? ", under a key of this partner's" : "");
}

void check_print_transforms(struct jot *j)
{
    if (j != NULL) {
        jot_key(j, "transforms");
        jot_open(j, '[');
    } else {
        puts("\nWhat becomes of a value:");
    }
    for (unsigned t = TRANSFORM_AS_IS; t < TRANSFORM_COUNT; t++) {
        if (j != NULL) {
            jot_transform(j, transform_row((enum transform)t));
        } else {
            print_transform(transform_row((enum transform)t));
        }
    }
    if (j != NULL) {
        jot_close(j, ']');
    } else {
        puts("  with it     structure that comes with every record of the resource\n"
             "  stand-in    a fixed value where a required one is withheld");
    }
}
