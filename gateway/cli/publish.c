/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages have in common: going through agreements, and words for their parts. */
#include "cli/publish.h"

#include "policy/district.h"

enum { SCRATCH_BYTES = 64 * 1024 * 1024 };

enum err publish_each(const struct publishing *p,
                      enum err (*each)(const struct publishing *p, const struct explanation *e),
                      bool *any)
{
    struct arena arena;
    enum err e = OK;

    *any = false;
    arena_init(&arena, SCRATCH_BYTES);
    for (size_t i = 0; e == OK && i < policy_agreement_count(p->policy); i++) {
        const struct agreement *a = policy_agreement(p->policy, i);
        struct explanation explanation;

        if (!agreement_in_force(a, p->day)) {
            continue;
        }
        *any = true;
        e = explain_agreement(p->policy, a, &arena, &explanation);
        e = e != OK ? e : each(p, &explanation);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return e != OK ? e : buf_err(p->out);
}

void publish_date(struct buf *out, int32_t date)
{
    buf_printf(out, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
               (int)(date % 100));
}

static void put_item(struct buf *out, struct span text, bool first)
{
    buf_put_str(out, first ? "" : ", ");
    buf_put(out, text);
}

void publish_products(struct buf *out, const struct explanation *e)
{
    const struct node *list = explain_member(e, "products");

    for (const struct node *n = list != NULL ? list->first : NULL; n != NULL; n = n->next) {
        put_item(out, n->text, n == list->first);
    }
}

void publish_subprocessors(struct buf *out, const struct explanation *e)
{
    const struct node *list = explain_member(e, "subprocessors");

    for (const struct node *n = list != NULL ? list->first : NULL; n != NULL; n = n->next) {
        const struct node *name = node_member(n, "name");
        const struct node *service = node_member(n, "service");

        put_item(out, name != NULL ? name->text : SPAN("?"), n == list->first);
        if (service != NULL) {
            buf_put_str(out, " (");
            buf_put(out, service->text);
            buf_put_byte(out, ')');
        }
    }
}

/* The name that staff gave the school, or its id. */
static struct span school_name(const struct publishing *p, struct span id)
{
    size_t count;
    const struct school *schools = policy_schools(p->policy, &count);

    for (size_t i = 0; i < count; i++) {
        if (span_eq(schools[i].id, id)) {
            return schools[i].alias;
        }
    }
    return id;
}

static void put_set(struct buf *out, const struct publishing *p, const char *word,
                    const struct fact_set *set)
{
    bool schools = strcmp(word, "schools") == 0;

    if (set == NULL) {
        return;
    }
    buf_printf(out, "%s%s ", out->len > 0 ? "; " : "", word);
    for (size_t i = 0; i < set->count; i++) {
        put_item(out, schools ? school_name(p, set->items[i]) : set->items[i], i == 0);
    }
}

void publish_population(struct buf *out, const struct publishing *p, const struct agreement *a)
{
    put_set(out, p, "schools", a->schools);
    put_set(out, p, "grades", a->grades);
    put_set(out, p, "classes", a->classes);
    put_set(out, p, "courses", a->courses);
    put_set(out, p, "terms", a->terms);
    put_set(out, p, "statuses", a->statuses);
    put_set(out, p, "programs", a->programs);
    if (out->len == 0) {
        buf_put_str(out, "the whole district");
    }
    if (a->by_naming) {
        buf_put_str(out, "; single students, each named for it");
    }
    if (a->by_consent) {
        buf_put_str(out, "; students with a valid consent");
    }
    if (a->by_directory) {
        buf_put_str(out, "; students who have not opted out");
    }
}

void publish_purposes(struct buf *out, const struct agreement *a)
{
    for (size_t i = 0; i < a->purpose_count; i++) {
        put_item(out, a->purposes[i], i == 0);
    }
}
