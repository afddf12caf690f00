/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order matters: first everything that the entry commits to is stored, then the
 * second person is asked for, then the mark says what counts as in force after a
 * restart, then the entry is written. A crash in between leaves at worst a policy that
 * was agreed to and begins with the next start, which has an entry of its own.
 */
#include "cli/policy_adopt.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "cli/diff_print.h"
#include "cli/files.h"
#include "cli/policy_side.h"
#include "cli/policy_store.h"

enum {
    MAX_TEXT = 128 * 1024 * 1024,
    MAX_CATALOG = 4 * 1024 * 1024,
    MAX_DIFF = 1024 * 1024 * 1024,
    MAX_DIFF_TEXT = 256 * 1024 * 1024,
    MAX_BODY = 16 * 1024,
    MESSAGE_BYTES = 4 * 1024 * 1024,
    RECORD_MS = 10000,
};

/* What is found out on the way. */
struct findings {
    struct policy_mark mark;     /* of the new policy */
    struct policy_mark last;     /* of the one last in force; empty names: there was none */
    char diff[STORE_NAME_BYTES]; /* empty: nothing to compare, or the same policy */
    size_t widened;
    size_t narrowed;
    bool blind;        /* there was one, and its text cannot be had: all counts as widened */
    bool needs_second; /* as the policy in force says */
};

/* --- storing ---------------------------------------------------------------------------- */

static enum err store_text(const struct adoption *a, struct findings *f)
{
    struct district_files files;
    struct diag_list diags;
    struct arena arena;
    struct buf text;

    arena_init(&arena, MESSAGE_BYTES);
    diag_init(&diags, &arena);
    district_files_init(&files);
    buf_init(&text, MAX_TEXT);
    enum err e = district_files_read(a->folder, &diags, &files);

    if (e == OK) {
        policy_text_put(&text, &files);
        e = buf_err(&text);
    }
    e = e != OK ? e : policy_store_put(a->state, buf_span(&text), f->mark.text);
    buf_fini(&text);
    district_files_fini(&files);
    arena_fini(&arena);
    return e;
}

/* The text stored must be the one that was loaded. */
static enum err check_text(const struct adoption *a, const struct findings *f)
{
    uint8_t digest[DIGEST_BYTES], stored[DIGEST_BYTES];

    policy_digest(a->now, digest);
    enum err e = text_hex_decode(span_str(f->mark.text), stored, sizeof(stored));

    return e == OK && memcmp(digest, stored, sizeof(digest)) == 0 ? OK : ERR_INPUT;
}

static enum err store_catalog(const struct adoption *a, struct findings *f)
{
    struct buf yaml;

    buf_init(&yaml, MAX_CATALOG);
    enum err e = file_read(a->catalog, &yaml);

    e = e != OK ? e : policy_store_put(a->state, buf_span(&yaml), f->mark.catalog);
    buf_fini(&yaml);
    return e;
}

/* --- comparing --------------------------------------------------------------------------- */

static enum err store_diff(const struct adoption *a, const struct diff_report *report,
                           struct findings *f)
{
    struct buf json;

    buf_init(&json, MAX_DIFF_TEXT);
    enum err e = diff_put_json(report, &json);

    e = e != OK ? e : policy_store_put(a->state, buf_span(&json), f->diff);
    buf_fini(&json);
    return e;
}

static enum err compare(const struct adoption *a, const struct policy *was, struct findings *f)
{
    int32_t today = clock_local_date(clock_wall_ms());
    struct diff diff;
    struct arena arena;

    arena_init(&arena, MAX_DIFF);
    enum err e = policy_diff(was, a->now, today, &arena, &diff);

    if (e == OK) {
        const struct diff_report report = {
            .was = was, .now = a->now, .diff = &diff, .since = today, .brief = true};

        f->widened = diff.of_kind[DIFF_WIDENED];
        f->narrowed = diff.of_kind[DIFF_NARROWED];
        f->needs_second = policy_widening_needs_second(was);
        e = store_diff(a, &report, f);
    }
    arena_fini(&arena);
    return e;
}

static bool is_same(const struct findings *f)
{
    return strcmp(f->mark.text, f->last.text) == 0 && strcmp(f->mark.catalog, f->last.catalog) == 0;
}

/* ERR_NOT_FOUND: its text cannot be had any more, or is no policy to this version. */
static enum err open_stored(const char *state, const struct policy_mark *mark,
                            struct policy_side *side)
{
    struct buf text;

    buf_init(&text, MAX_TEXT);
    district_files_init(&side->files);
    enum err e = policy_store_get(state, span_str(mark->text), &text);

    e = e != OK ? e : policy_text_read(buf_span(&text), &side->files);
    buf_clear(&text);
    e = e != OK ? e : policy_store_get(state, span_str(mark->catalog), &text);
    e = e != OK ? e : policy_side_compile(side, buf_span(&text));
    buf_fini(&text);
    return e == OK || e == ERR_MEMORY ? e : ERR_NOT_FOUND;
}

enum err policy_last_in_force(const char *state, struct policy_side *side, struct policy_mark *mark)
{
    *mark = (struct policy_mark){.text = ""};
    enum err e = policy_mark_read(state, mark);

    return e != OK ? e : open_stored(state, mark, side);
}

static enum err compare_with_stored(const struct adoption *a, struct findings *f)
{
    struct policy_side side = {.where = "the policy last in force"};
    enum err e = open_stored(a->state, &f->last, &side);

    if (e == OK) {
        e = compare(a, side.policy, f);
    } else if (e == ERR_NOT_FOUND) {
        f->blind = true;
        f->needs_second = policy_widening_needs_second(a->now);
        e = OK;
    }
    policy_side_close(&side);
    return e;
}

static enum err compare_with_last(const struct adoption *a, struct findings *f)
{
    enum err e = policy_mark_read(a->state, &f->last);

    if (e == ERR_NOT_FOUND) {
        f->last = (struct policy_mark){.text = ""}; /* the first policy of this gateway */
        return OK;
    }
    if (e != OK || is_same(f)) {
        return e;
    }
    return a->was != NULL ? compare(a, a->was, f) : compare_with_stored(a, f);
}

/* --- agreeing and recording ----------------------------------------------------------------- */

static bool is_agreed(const struct adoption *a)
{
    return a->by.len > 0 && a->second.len > 0 && !span_eq_nocase(a->by, a->second);
}

static void put_count(struct buf *body, const char *key, const struct findings *f, size_t n)
{
    if (f->diff[0] != '\0') {
        entry_number(body, key, n);
    }
}

static enum err record(const struct adoption *a, const struct findings *f)
{
    struct buf body;

    buf_init(&body, MAX_BODY);
    entry_text(&body, "action", span_str(a->action));
    entry_text(&body, "by", a->by);
    entry_text(&body, "catalog", span_str(f->mark.catalog));
    entry_text(&body, "diff", span_str(f->diff));
    entry_text(&body, "digest", span_str(f->mark.text));
    put_count(&body, "narrowed", f, f->narrowed);
    entry_text(&body, "second", a->second);
    entry_text(&body, "was", span_str(f->last.text));
    put_count(&body, "widened", f, f->widened);
    struct entry entry = {.kind = ENTRY_POLICY, .body = buf_span(&body)};
    enum err e = buf_err(&body);

    e = e != OK ? e : ledger_record(a->ledger, &entry, RECORD_MS, NULL);
    buf_fini(&body);
    return e;
}

enum err policy_adopt(const struct adoption *a)
{
    struct findings f = {.widened = 0};
    enum err e = store_text(a, &f);

    e = e != OK ? e : check_text(a, &f);
    e = e != OK ? e : store_catalog(a, &f);
    e = e != OK ? e : compare_with_last(a, &f);
    if (e == OK && f.needs_second && (f.widened > 0 || f.blind) && !is_agreed(a)) {
        e = ERR_SECOND_PERSON;
    }
    e = e != OK ? e : policy_mark_write(a->state, &f.mark);
    return e != OK ? e : record(a, &f);
}
