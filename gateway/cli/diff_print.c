/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comparison in words and as JSON. Changes come sorted; a run of fields of one
 * agreement, resource, set of roles and day is one block, with one example record.
 */
#include "cli/diff_print.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/audit_words.h"
#include "cli/example_record.h"

enum { MAX_EXAMPLE = 512 * 1024 };

/* Changes [from, to) that belong together. */
struct run {
    size_t from;
    size_t to;
};

static bool belongs(const struct diff_change *a, const struct diff_change *b)
{
    return a->subject == DIFF_FIELD && b->subject == DIFF_FIELD &&
           span_eq(a->agreement, b->agreement) && a->resource == b->resource &&
           a->roles == b->roles && a->from == b->from;
}

static struct run next_run(const struct diff *d, size_t from)
{
    struct run run = {from, from + 1};

    while (run.to < d->count && belongs(&d->changes[from], &d->changes[run.to])) {
        run.to++;
    }
    return run;
}

static size_t count_kind(const struct diff *d, struct run run, enum diff_kind kind)
{
    size_t n = 0;

    for (size_t i = run.from; i < run.to; i++) {
        n += d->changes[i].kind == kind;
    }
    return n;
}

static bool is_single(role_mask roles)
{
    return (roles & (roles - 1)) == 0;
}

/* An example is worth its lines where something changes, for a role of its own. */
static bool has_example(const struct diff *d, struct run run)
{
    const struct diff_change *c = &d->changes[run.from];

    return c->subject == DIFF_FIELD && is_single(c->roles) && c->resource->item.len > 0 &&
           count_kind(d, run, DIFF_UNCHANGED) < run.to - run.from;
}

static enum role role_of(role_mask roles)
{
    unsigned role = 0;

    while (role < ROLE_NONE && (roles & ROLE_BIT(role)) == 0) {
        role++;
    }
    return (enum role)role;
}

static enum err show(const struct diff_report *r, const struct diff_change *c, struct buf *before,
                     struct buf *after)
{
    const struct agreement *was = policy_find_agreement(r->was, c->agreement);
    const struct agreement *now = policy_find_agreement(r->now, c->agreement);
    struct example x = {.resource = c->resource, .role = role_of(c->roles)};

    example_choose(&x, was, now);
    enum err e = example_show(&x, r->was, was, c->from, before);

    return e != OK ? e : example_show(&x, r->now, now, c->from, after);
}

/* --- for people ---------------------------------------------------------------------- */

static void print_span(struct span text)
{
    words_put(stdout, text);
}

static void print_kind(enum diff_kind kind)
{
    printf("%-11s", kind == DIFF_WIDENED ? "WIDENED" : diff_kind_word(kind));
}

static void print_values(const struct diff_change *c)
{
    print_span(c->was.len > 0 ? c->was : SPAN("nothing"));
    fputs(" -> ", stdout);
    print_span(c->now.len > 0 ? c->now : SPAN("nothing"));
    putchar('\n');
}

static void print_date(int32_t date)
{
    printf("%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

static void print_roles(role_mask roles)
{
    bool any = false;

    for (unsigned role = 0; role < ROLE_NONE; role++) {
        if ((roles & ROLE_BIT(role)) != 0) {
            printf("%s%s", any ? " who are also " : " (", role_word((enum role)role));
            any = true;
        }
    }
    fputs(any ? ")" : "", stdout);
}

static void print_unchanged(const struct diff_report *r, struct run run)
{
    size_t n = count_kind(r->diff, run, DIFF_UNCHANGED);

    if (n == 0) {
        return;
    }
    printf("    unchanged  ");
    if (!r->all) {
        printf("%zu field%s\n", n, n == 1 ? "" : "s");
        return;
    }
    const char *between = "";

    for (size_t i = run.from; i < run.to; i++) {
        if (r->diff->changes[i].kind == DIFF_UNCHANGED) {
            fputs(between, stdout);
            print_span(r->diff->changes[i].field->path);
            between = ", ";
        }
    }
    putchar('\n');
}

static enum err print_example(const struct diff_report *r, const struct diff_change *c)
{
    struct buf before, after;

    buf_init(&before, MAX_EXAMPLE);
    buf_init(&after, MAX_EXAMPLE);
    enum err e = show(r, c, &before, &after);

    if (e == OK) {
        fputs("    before     ", stdout);
        print_span(buf_span(&before));
        fputs("\n    after      ", stdout);
        print_span(buf_span(&after));
        putchar('\n');
    }
    buf_fini(&after);
    buf_fini(&before);
    return e;
}

static enum err print_fields(const struct diff_report *r, struct run run)
{
    const struct diff_change *first = &r->diff->changes[run.from];

    fputs("  ", stdout);
    print_span(first->resource->name);
    print_roles(first->roles);
    if (first->from > r->since) {
        fputs(", from ", stdout);
        print_date(first->from);
    }
    putchar('\n');
    for (size_t i = run.from; i < run.to; i++) {
        const struct diff_change *c = &r->diff->changes[i];

        if (c->kind != DIFF_UNCHANGED) {
            fputs("    ", stdout);
            print_kind(c->kind);
            print_span(c->field->path);
            fputs(": ", stdout);
            print_values(c);
        }
    }
    print_unchanged(r, run);
    return has_example(r->diff, run) ? print_example(r, first) : OK;
}

static void print_other(const struct diff_change *c)
{
    fputs("  ", stdout);
    print_kind(c->kind);
    fputs(diff_subject_word(c->subject), stdout);
    putchar(' ');
    print_span(c->client.len > 0 ? c->client : c->resource != NULL ? c->resource->name : SPAN(""));
    fputs(c->client.len > 0 || c->resource != NULL ? ": " : "", stdout);
    print_values(c);
}

/* How many fields of an agreement are unchanged, in blocks that say nothing else. */
struct quiet {
    size_t fields;
};

static void print_quiet(struct quiet *q)
{
    if (q->fields > 0) {
        printf("  unchanged  %zu other field%s\n", q->fields, q->fields == 1 ? "" : "s");
    }
    q->fields = 0;
}

static bool is_quiet(const struct diff_report *r, struct run run)
{
    return !r->all && r->diff->changes[run.from].subject == DIFF_FIELD &&
           count_kind(r->diff, run, DIFF_UNCHANGED) == run.to - run.from;
}

static void print_title(struct quiet *q, const struct diff_change *c,
                        const struct diff_change *last)
{
    if (last != NULL && span_eq(c->partner, last->partner) &&
        span_eq(c->agreement, last->agreement)) {
        return;
    }
    print_quiet(q);
    putchar('\n');
    if (c->agreement.len == 0) {
        puts("the whole district");
        return;
    }
    print_span(c->agreement);
    fputs(" (", stdout);
    print_span(c->partner);
    fputs(")\n", stdout);
}

void diff_put_sum(const struct diff *d, struct buf *out)
{
    buf_printf(out, "%zu widened, %zu narrowed, %zu unchanged", d->of_kind[DIFF_WIDENED],
               d->of_kind[DIFF_NARROWED], d->of_kind[DIFF_UNCHANGED]);
}

enum err diff_print_words(const struct diff_report *r)
{
    const struct diff *d = r->diff;
    struct quiet quiet = {0};
    enum err e = OK;

    for (size_t i = 0; e == OK && i < d->count;) {
        struct run run = next_run(d, i);

        print_title(&quiet, &d->changes[i], i == 0 ? NULL : &d->changes[i - 1]);
        if (is_quiet(r, run)) {
            quiet.fields += run.to - run.from;
        } else if (d->changes[i].subject == DIFF_FIELD) {
            e = print_fields(r, run);
        } else {
            print_other(&d->changes[i]);
        }
        i = run.to;
    }
    print_quiet(&quiet);
    printf("%s%zu widened, %zu narrowed, %zu unchanged\n", d->count > 0 ? "\n" : "",
           d->of_kind[DIFF_WIDENED], d->of_kind[DIFF_NARROWED], d->of_kind[DIFF_UNCHANGED]);
    return e;
}

/* --- as JSON ------------------------------------------------------------------------- */

static void put_text(struct buf *out, const char *key, struct span value)
{
    if (value.len > 0) {
        buf_printf(out, ",\"%s\":", key);
        text_json_string(out, value);
    }
}

static void put_date(struct buf *out, const char *key, int32_t date)
{
    if (date != 0) {
        buf_printf(out, ",\"%s\":\"%04d-%02d-%02d\"", key, (int)(date / 10000),
                   (int)(date / 100 % 100), (int)(date % 100));
    }
}

static void put_roles(struct buf *out, role_mask roles)
{
    const char *between = "";

    buf_put_str(out, ",\"roles\":[");
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if ((roles & ROLE_BIT(role)) != 0) {
            buf_printf(out, "%s\"%s\"", between, role_word((enum role)role));
            between = ",";
        }
    }
    buf_put_byte(out, ']');
}

static void put_change(struct buf *out, const struct diff_change *c)
{
    buf_printf(out, "{\"kind\":\"%s\",\"subject\":\"%s\"", diff_kind_word(c->kind),
               diff_subject_word(c->subject));
    put_text(out, "partner", c->partner);
    put_text(out, "agreement", c->agreement);
    put_text(out, "client", c->client);
    if (c->resource != NULL) {
        put_text(out, "resource", c->resource->name);
    }
    if (c->field != NULL) {
        put_text(out, "field", c->field->path);
        put_roles(out, c->roles);
    }
    put_date(out, "from", c->from);
    put_text(out, "was", c->was);
    put_text(out, "now", c->now);
    buf_put_byte(out, '}');
}

/* A record as it is, a reason as a string. */
static void put_shown(struct buf *out, const char *key, struct span shown)
{
    if (shown.len > 0 && shown.ptr[0] != '{') {
        put_text(out, key, shown);
        return;
    }
    buf_printf(out, ",\"%s\":", key);
    buf_put(out, shown);
}

static enum err put_example(const struct diff_report *r, const struct diff_change *c,
                            struct buf *out)
{
    struct buf before, after;

    buf_init(&before, MAX_EXAMPLE);
    buf_init(&after, MAX_EXAMPLE);
    enum err e = show(r, c, &before, &after);

    if (e == OK) {
        buf_put_str(out, "{\"agreement\":");
        text_json_string(out, c->agreement);
        put_text(out, "resource", c->resource->name);
        put_roles(out, c->roles);
        put_date(out, "from", c->from);
        put_shown(out, "before", buf_span(&before));
        put_shown(out, "after", buf_span(&after));
        buf_put_byte(out, '}');
    }
    buf_fini(&after);
    buf_fini(&before);
    return e;
}

static enum err put_examples(const struct diff_report *r, struct buf *out)
{
    const char *between = "";
    enum err e = OK;

    for (size_t i = 0; e == OK && i < r->diff->count;) {
        struct run run = next_run(r->diff, i);

        if (has_example(r->diff, run)) {
            buf_put_str(out, between);
            between = ",";
            e = put_example(r, &r->diff->changes[i], out);
        }
        i = run.to;
    }
    return e;
}

enum err diff_put_json(const struct diff_report *r, struct buf *out)
{
    const struct diff *d = r->diff;

    buf_printf(out, "{\"widened\":%zu,\"narrowed\":%zu,\"unchanged\":%zu", d->of_kind[DIFF_WIDENED],
               d->of_kind[DIFF_NARROWED], d->of_kind[DIFF_UNCHANGED]);
    put_date(out, "since", r->since);
    buf_put_str(out, ",\"changes\":[");
    const char *between = "";

    for (size_t i = 0; i < d->count; i++) {
        if (r->brief && d->changes[i].kind == DIFF_UNCHANGED) {
            continue;
        }
        buf_put_str(out, between);
        between = ",";
        put_change(out, &d->changes[i]);
    }
    buf_put_str(out, "],\"examples\":[");
    enum err e = r->brief ? OK : put_examples(r, out);

    buf_put_str(out, "]}\n");
    return e != OK ? e : buf_err(out);
}
