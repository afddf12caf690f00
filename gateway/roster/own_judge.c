/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A spreadsheet turns 00123 into 123, a hand writes acme-mth for acme-math: rows
 * that were read well and still cannot mean what they say (SAFETY S2). What is
 * in doubt is withheld.
 */
#include "roster/own_judge.h"

#include "base/mem.h"

enum { EXTRA_BYTES = 256 * 1024 * 1024, MAX_ZEROS = 12 };

struct judge {
    const struct own_checks *checks;
    const struct ids *once; /* known before */
    struct ids known;       /* known now */
    struct own_judged *out;
};

void own_judged_fini(struct own_judged *judged)
{
    mem_free(judged->rows);
    arena_fini(&judged->arena);
    *judged = (struct own_judged){0};
}

static void note(struct judge *j, const struct own_row *row, const char *text)
{
    struct own_judged *out = j->out;

    if (out->fault_count < OWN_MAX_FAULTS) {
        out->faults[out->fault_count++] =
            (struct own_fault){row->file, row->vanished ? 0 : row->line, text};
    }
}

static enum err add(struct own_judged *out, const struct own_row *row)
{
    if (out->count == out->cap) {
        size_t cap = out->cap + out->cap / 2 + 64;
        struct own_row *rows = mem_resize(out->rows, cap * sizeof(*rows));

        if (rows == NULL) {
            return ERR_MEMORY;
        }
        out->rows = rows;
        out->cap = cap;
    }
    out->rows[out->count++] = *row;
    return OK;
}

/* The student of a row in doubt leaves to nobody. */
static enum err withhold(struct judge *j, const struct own_row *row, struct span student)
{
    const struct own_row bad = {
        .file = row->file, .line = row->line, .bad = true, .student = student};

    return add(j->out, &bad);
}

/* --- students ----------------------------------------------------------------- */

static bool is_student(const struct roster *roster, struct span id)
{
    struct person_facts person;

    roster_lookup_person(roster, id, &person);
    return person.known && (person.roles & ROLE_BIT(ROLE_STUDENT)) != 0;
}

static bool is_number(struct span id)
{
    bool digits = id.len > 0;

    for (size_t i = 0; i < id.len; i++) {
        digits = digits && id.ptr[i] >= '0' && id.ptr[i] <= '9';
    }
    return digits;
}

/* The student whose id is this number with more or fewer zeros in front, or nothing. */
static struct span find_padded(struct judge *j, struct span id)
{
    uint8_t text[MAX_ZEROS + 32];
    struct span number = id;

    while (number.len > 0 && number.ptr[0] == '0') {
        number = span_from(number, 1);
    }
    if (!is_number(id) || number.len == 0 || number.len > sizeof(text) - MAX_ZEROS) {
        return (struct span){NULL, 0};
    }
    memset(text, '0', MAX_ZEROS);
    memcpy(text + MAX_ZEROS, number.ptr, number.len);
    for (size_t zeros = 0; zeros <= MAX_ZEROS; zeros++) {
        struct span padded = span_of(text + MAX_ZEROS - zeros, number.len + zeros);

        if (is_student(j->checks->roster, padded)) {
            return arena_copy(&j->out->arena, padded);
        }
    }
    return (struct span){NULL, 0};
}

static enum err judge_student(struct judge *j, const struct own_row *row)
{
    uint32_t number;

    if (j->checks->roster == NULL) { /* nothing is answered yet; what was known stays so */
        bool once = ids_find(j->once, row->student) != IDS_NONE;

        return once ? ids_add(&j->known, row->student, &number) : OK;
    }
    if (is_student(j->checks->roster, row->student) ||
        ids_find(j->once, row->student) != IDS_NONE) {
        return ids_add(&j->known, row->student, &number);
    }
    struct span meant = find_padded(j, row->student);

    j->out->unknown_students++;
    note(j, row, "names a student whom the roster never knew");
    bool doubt = meant.len > 0 && (row->bad || own_file_narrows(row->file));

    return doubt ? withhold(j, row, meant) : OK;
}

/* --- parties ------------------------------------------------------------------ */

static bool is_declared(const struct own_checks *checks, const struct own_row *row)
{
    switch (row->party) {
    case OWN_EVERYBODY:
        return true;
    case OWN_PARTNER:
        return policy_has_partner(checks->policy, row->party_id);
    case OWN_AGREEMENT:
        return policy_find_agreement(checks->policy, row->party_id) != NULL;
    }
    return false;
}

static enum err judge_party(struct judge *j, const struct own_row *row)
{
    if (row->bad || is_declared(j->checks, row)) {
        return OK;
    }
    j->out->unknown_parties++;
    note(j, row, "names a partner or agreement that is not declared");
    return own_file_narrows(row->file) ? withhold(j, row, row->student) : OK;
}

/* --- all ---------------------------------------------------------------------- */

static size_t count_rows(const struct own_list lists[OWN_FILE_COUNT])
{
    size_t n = 0;

    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        n += lists[f].count;
    }
    return n;
}

static enum err judge_list(struct judge *j, const struct own_list *list)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < list->count; i++) {
        e = add(j->out, &list->rows[i]);
        e = e != OK ? e : judge_student(j, &list->rows[i]);
        e = e != OK ? e : judge_party(j, &list->rows[i]);
    }
    return e;
}

enum err own_judge_rows(const struct own_list lists[OWN_FILE_COUNT],
                        const struct own_checks *checks, struct ids *known, struct own_judged *out)
{
    struct judge j = {.checks = checks, .once = known, .out = out};
    enum err e = ids_init(&j.known);

    arena_init(&out->arena, EXTRA_BYTES);
    out->cap = count_rows(lists) + 1;
    out->rows = mem_alloc_array(out->cap, sizeof(*out->rows));
    e = e == OK && out->rows == NULL ? ERR_MEMORY : e;
    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        e = judge_list(&j, &lists[f]);
    }
    e = e == OK && out->arena.overflow ? ERR_MEMORY : e;
    if (e != OK) {
        ids_fini(&j.known);
        return e;
    }
    ids_fini(known);
    *known = j.known;
    return OK;
}
