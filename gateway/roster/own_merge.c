/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stays in force when a file changes. Rows are known again by a key; the
 * last day is no part of it, so that a row can be ended by writing one.
 */
#include "roster/own_merge.h"

#include "base/buf.h"
#include "base/mem.h"
#include "roster/ids.h"

enum { LIST_BYTES = 512 * 1024 * 1024, KEY_BYTES = 64 * 1024 };

void own_list_fini(struct own_list *list)
{
    arena_fini(&list->arena);
    *list = (struct own_list){0};
}

/* --- keys --------------------------------------------------------------------- */

/* The keys of some rows, and per key the row that takes away most. */
struct index {
    struct ids keys;
    struct own_row *rows; /* by number of the key */
    struct buf key;       /* scratch */
};

static void put_part(struct buf *out, struct span part)
{
    buf_put_u64(out, part.len);
    buf_put_byte(out, ':');
    buf_put(out, part);
}

static struct span key_of(struct buf *out, const struct own_row *row)
{
    buf_clear(out);
    buf_printf(out, "%d %d %d %ld ", row->bad, (int)row->party, (int)row->relation,
               (long)row->since);
    put_part(out, row->student);
    put_part(out, row->what);
    put_part(out, row->party_id);
    put_part(out, row->signer);
    put_part(out, row->purpose);
    return buf_span(out);
}

/* The earlier of two days, where 0 is no end. */
static int32_t earlier(int32_t a, int32_t b)
{
    if (a == 0 || b == 0) {
        return a + b;
    }
    return a < b ? a : b;
}

static int32_t later(int32_t a, int32_t b)
{
    if (a == 0 || b == 0) {
        return 0;
    }
    return a > b ? a : b;
}

/* Of two rows of one key, what takes away most. */
static void narrow(struct own_row *row, const struct own_row *other)
{
    if (own_file_narrows(row->file)) {
        row->until = later(row->until, other->until);
    } else {
        row->until = earlier(row->until, other->until);
        row->revoked = earlier(row->revoked, other->revoked);
    }
    row->vanished = row->vanished && other->vanished;
}

static enum err index_add(struct index *x, const struct own_row *row)
{
    uint32_t number = 0, before = x->keys.count;
    struct span key = key_of(&x->key, row);
    enum err e = buf_err(&x->key);

    e = e != OK ? e : ids_add(&x->keys, key, &number);
    if (e == OK && number == before) {
        x->rows[number] = *row;
    } else if (e == OK) {
        narrow(&x->rows[number], row);
    }
    return e;
}

static enum err index_rows(struct index *x, const struct own_row *rows, size_t count)
{
    enum err e = ids_init(&x->keys);

    buf_init(&x->key, KEY_BYTES);
    x->rows = mem_alloc_array(count + 1, sizeof(*x->rows));
    e = e == OK && x->rows == NULL ? ERR_MEMORY : e;
    for (size_t i = 0; e == OK && i < count; i++) {
        e = index_add(x, &rows[i]);
    }
    return e;
}

static void index_fini(struct index *x)
{
    ids_fini(&x->keys);
    buf_fini(&x->key);
    mem_free(x->rows);
}

/* NULL when no row has this one's key. */
static const struct own_row *index_find(struct index *x, const struct own_row *row)
{
    uint32_t number = ids_find(&x->keys, key_of(&x->key, row));

    return number == IDS_NONE ? NULL : &x->rows[number];
}

/* --- lists -------------------------------------------------------------------- */

static enum err begin(struct own_list *list, size_t most)
{
    arena_init(&list->arena, LIST_BYTES);
    list->rows = arena_array(&list->arena, most + 1, sizeof(*list->rows));
    return list->rows == NULL ? ERR_MEMORY : OK;
}

static struct own_row *take(struct own_list *list, const struct own_row *row)
{
    struct own_row *out = &list->rows[list->count++];
    struct span *strings[] = {&out->student, &out->party_id, &out->signer, &out->purpose,
                              &out->what};

    *out = *row;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (strings[i]->len > 0) {
            *strings[i] = arena_copy(&list->arena, *strings[i]);
        }
    }
    return out;
}

/* --- merging ------------------------------------------------------------------ */

static bool has_passed(const struct own_row *row, int32_t today)
{
    return row->until != 0 && row->until < today;
}

static void merge_whole(const struct own_list *old, const struct own_sheet *sheet,
                        const struct own_merge *how, struct index *now, struct own_list *out)
{
    for (size_t i = 0; i < sheet->count; i++) {
        (void)take(out, &sheet->rows[i]);
    }
    for (size_t i = 0; own_file_narrows(how->file) && i < old->count; i++) {
        const struct own_row *row = &old->rows[i];

        if (!row->bad && !has_passed(row, how->today) && index_find(now, row) == NULL) {
            take(out, row)->vanished = true;
        }
    }
}

/* What opens is over once a whole file has it no more; a broken one may only have lost it. */
static bool is_over(const struct own_row *row, const struct own_sheet *sheet)
{
    return !row->bad && !own_file_narrows(row->file) && sheet->whole;
}

static void merge_narrow(const struct own_list *old, const struct own_sheet *sheet,
                         struct index *was, struct index *now, struct own_list *out)
{
    for (size_t i = 0; i < old->count; i++) {
        const struct own_row *match = index_find(now, &old->rows[i]);

        if (match != NULL) {
            narrow(take(out, &old->rows[i]), match);
        } else if (!is_over(&old->rows[i], sheet)) {
            (void)take(out, &old->rows[i]);
        }
    }
    for (size_t i = 0; i < sheet->count; i++) {
        const struct own_row *row = &sheet->rows[i];

        if ((row->bad || own_file_narrows(row->file)) && index_find(was, row) == NULL) {
            (void)take(out, row);
        }
    }
}

enum err own_merge(const struct own_list *old, const struct own_sheet *sheet,
                   const struct own_merge *how, struct own_list *out)
{
    struct index was = {0}, now = {0};
    struct own_list list = {0};
    enum err e = index_rows(&was, old->rows, old->count);

    e = e != OK ? e : index_rows(&now, sheet->rows, sheet->count);
    e = e != OK ? e : begin(&list, old->count + sheet->count);
    if (e == OK && how->narrow_only) {
        merge_narrow(old, sheet, &was, &now, &list);
    } else if (e == OK) {
        merge_whole(old, sheet, how, &now, &list);
    }
    if (e == OK && (list.arena.overflow || buf_err(&was.key) != OK || buf_err(&now.key) != OK)) {
        e = ERR_MEMORY;
    }
    index_fini(&was);
    index_fini(&now);
    if (e != OK) {
        own_list_fini(&list);
        return e;
    }
    *out = list;
    return OK;
}

enum err own_merge_confirm(const struct own_list *old, struct own_list *out)
{
    struct own_list list = {0};
    enum err e = begin(&list, old->count);

    for (size_t i = 0; e == OK && i < old->count; i++) {
        if (!old->rows[i].vanished) {
            (void)take(&list, &old->rows[i]);
        }
    }
    e = e == OK && list.arena.overflow ? ERR_MEMORY : e;
    if (e != OK) {
        own_list_fini(&list);
        return e;
    }
    *out = list;
    return OK;
}
