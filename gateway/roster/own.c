/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot: facts sorted by student, found by hash. Nothing writes to it but
 * the reference count.
 */
#include "roster/own.h"

#include "base/mem.h"
#include "roster/ids.h"

#include <stdatomic.h>

struct fact {
    struct element_set elements;
    uint32_t student; /* numbers in the tables; IDS_NONE for none */
    uint32_t party_id;
    uint32_t purpose;
    int32_t since, until, revoked;
    uint8_t file, party, relation;
    bool bad, all;
};

struct own_set {
    atomic_uint refs;
    bool complete;
    struct ids students;
    struct ids words;   /* of parties and purposes */
    struct fact *facts; /* by student */
    uint32_t *first;    /* per student: where its facts begin; one more behind the last */
    uint32_t fact_count;
};

struct own_set *own_set_ref(struct own_set *set)
{
    atomic_fetch_add_explicit(&set->refs, 1, memory_order_relaxed);
    return set;
}

void own_set_unref(struct own_set **set)
{
    struct own_set *gone = *set;

    *set = NULL;
    if (gone == NULL || atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    ids_fini(&gone->students);
    ids_fini(&gone->words);
    mem_free(gone->facts);
    mem_free(gone->first);
    mem_free(gone);
}

bool own_set_is_complete(const struct own_set *set)
{
    return set->complete;
}

size_t own_set_students(const struct own_set *set)
{
    return set->students.count;
}

/* --- making ------------------------------------------------------------------- */

static enum err add_word(struct own_set *set, struct span word, uint32_t *number)
{
    *number = IDS_NONE;
    return word.len == 0 ? OK : ids_add(&set->words, word, number);
}

static enum err add_fact(struct own_set *set, const struct own_row *row, struct fact *out)
{
    *out = (struct fact){.elements = row->elements,
                         .since = row->since,
                         .until = row->until,
                         .revoked = row->revoked,
                         .file = (uint8_t)row->file,
                         .party = (uint8_t)row->party,
                         .relation = (uint8_t)row->relation,
                         .bad = row->bad,
                         .all = row->all};
    enum err e = ids_add(&set->students, row->student, &out->student);

    e = e != OK ? e : add_word(set, row->party_id, &out->party_id);
    return e != OK ? e : add_word(set, row->purpose, &out->purpose);
}

/* Moves facts from the order of rows to that of students (a counting sort). */
static enum err sort_facts(struct own_set *set, const struct fact *facts)
{
    uint32_t students = set->students.count;
    uint32_t *next = mem_alloc_array(students + 1, sizeof(*next));

    set->first = mem_alloc_array((size_t)students + 1, sizeof(*set->first));
    set->facts = mem_alloc_array(set->fact_count + 1, sizeof(*set->facts));
    if (next == NULL || set->first == NULL || set->facts == NULL) {
        mem_free(next);
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < set->fact_count; i++) {
        set->first[facts[i].student + 1]++;
    }
    for (uint32_t s = 0; s < students; s++) {
        set->first[s + 1] += set->first[s];
        next[s] = set->first[s];
    }
    for (uint32_t i = 0; i < set->fact_count; i++) {
        set->facts[next[facts[i].student]++] = facts[i];
    }
    mem_free(next);
    return OK;
}

static enum err fill(struct own_set *set, const struct own_row *rows, size_t count)
{
    struct fact *facts = mem_alloc_array(count + 1, sizeof(*facts));
    enum err e = facts == NULL ? ERR_MEMORY : OK;

    e = e != OK ? e : count >= IDS_NONE ? ERR_MEMORY : OK;
    for (size_t i = 0; e == OK && i < count; i++) {
        e = add_fact(set, &rows[i], &facts[i]);
    }
    set->fact_count = (uint32_t)count;
    e = e != OK ? e : sort_facts(set, facts);
    mem_free(facts);
    return e == ERR_TOO_BIG ? ERR_MEMORY : e;
}

enum err own_set_new(const struct own_row *rows, size_t count, bool complete, struct own_set **out)
{
    struct own_set *set = mem_alloc(sizeof(*set));

    if (set == NULL) {
        return ERR_MEMORY;
    }
    atomic_init(&set->refs, 1);
    set->complete = complete;
    enum err e = ids_init(&set->students);

    e = e != OK ? e : ids_init(&set->words);
    e = e != OK ? e : fill(set, rows, count);
    if (e != OK) {
        own_set_unref(&set);
        return e;
    }
    *out = set;
    return OK;
}

/* --- asking ------------------------------------------------------------------- */

enum { EIGHTEEN_YEARS = 180000 }; /* of yyyymmdd */

/* 34 CFR 99.5(a): rights pass to the student at 18; a month early for the parent (SAFETY F3). */
static bool signer_may(const struct fact *f, const struct own_question *q)
{
    int32_t adult = q->birth + EIGHTEEN_YEARS;

    if (q->birth <= 0) {
        return false;
    }
    if (f->relation == OWN_STUDENT) {
        return f->since >= adult;
    }
    return q->date < adult - adult % 100 + 1;
}

static bool is_in_force(const struct fact *f, const struct own_question *q)
{
    return f->since <= q->date && (f->until == 0 || q->date <= f->until);
}

static bool says(const struct own_set *set, uint32_t word, struct span text)
{
    return word != IDS_NONE && span_eq(ids_get(&set->words, word), text);
}

static bool is_of_party(const struct own_set *set, const struct fact *f,
                        const struct own_question *q)
{
    switch ((enum own_party)f->party) {
    case OWN_EVERYBODY:
        return true;
    case OWN_PARTNER:
        return says(set, f->party_id, q->partner);
    case OWN_AGREEMENT:
        return says(set, f->party_id, q->agreement);
    }
    return false;
}

static void add_consent(const struct own_set *set, const struct fact *f,
                        const struct own_question *q, struct own_facts *out)
{
    bool revoked = f->revoked != 0 && q->date >= f->revoked;

    if (!revoked && says(set, f->purpose, q->purpose) && signer_may(f, q)) {
        out->consented = true;
        element_set_join(&out->consents, &f->elements);
    }
}

static void add_opt_out(const struct fact *f, struct own_facts *out)
{
    if (f->party == OWN_AGREEMENT) {
        out->withheld = true; /* "not this product" */
    } else if (f->all) {
        out->refused_all = true;
    } else {
        element_set_join(&out->refused, &f->elements);
    }
}

static void add(const struct own_set *set, const struct fact *f, const struct own_question *q,
                struct own_facts *out)
{
    out->withheld = out->withheld || f->bad;
    if (f->bad || !is_in_force(f, q) || !is_of_party(set, f, q)) {
        return;
    }
    switch ((enum own_file)f->file) {
    case OWN_OPT_OUTS:
        add_opt_out(f, out);
        break;
    case OWN_CONSENTS:
        add_consent(set, f, q, out);
        break;
    case OWN_RESTRICTIONS:
        out->withheld = out->withheld || f->all;
        element_set_join(&out->restricted, &f->elements);
        break;
    case OWN_NAMED:
        out->named = true;
        break;
    case OWN_FILE_COUNT:
        break;
    }
}

static void look_up(const void *ctx, struct span student, const struct own_question *q,
                    struct own_facts *out)
{
    const struct own_set *set = ctx;
    uint32_t number = set->students.count == 0 ? IDS_NONE : ids_find(&set->students, student);

    *out = (struct own_facts){0};
    if (number == IDS_NONE) {
        return;
    }
    for (uint32_t i = set->first[number]; i < set->first[number + 1]; i++) {
        add(set, &set->facts[i], q, out);
    }
}

void own_set_view(const struct own_set *set, struct own_view *out)
{
    *out = (struct own_view){.ctx = set, .complete = set->complete, .facts = look_up};
}

/* --- comparing ---------------------------------------------------------------- */

static bool element_set_within(const struct element_set *a, const struct element_set *b)
{
    bool within = true;

    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        within = within && (a->word[w] & ~b->word[w]) == 0;
    }
    return within;
}

bool own_facts_narrowed(const struct own_facts *was, const struct own_facts *now,
                        const struct own_matters *matters)
{
    bool opted = (now->refused_all && !was->refused_all) ||
                 !element_set_within(&now->refused, &was->refused);
    bool unsaid =
        (was->consented && !now->consented) || !element_set_within(&was->consents, &now->consents);

    return (now->withheld && !was->withheld) ||
           !element_set_within(&now->restricted, &was->restricted) ||
           (matters->named && was->named && !now->named) || (matters->opt_outs && opted) ||
           (matters->consents && unsaid);
}
