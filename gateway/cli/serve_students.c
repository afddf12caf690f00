/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Students' own facts in a running gateway: looked at twice a second and whenever
 * the folder says that it changed. A change goes in two steps: what takes away
 * acts at once, without waiting for anything; what opens acts once the ledger
 * has it (invariant 9, SAFETY S1). Log and ledger get counts and lines, no ids.
 */
#include "cli/serve_students.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/students_folder.h"
#include "net/watch.h"

enum {
    LOOK_MS = 400,
    SOON_MS = 100,   /* after the folder said so: most writers need several calls */
    RETRY_MS = 5000, /* after a failure of memory, ledger or store */
    RECORD_MS = 3000,
    LOGGED = 20,
    STATUS_BYTES = 64 * 1024,
    MAX_SHOWN = 200,
    SHOWN_BYTES = 200 * 1024,
};

struct students {
    struct students_folder folder;
    struct watch *watch;
    struct timer timer;
    bool soon;                    /* the timer is set for a change that the folder told of */
    uint8_t digest[DIGEST_BYTES]; /* of what is in force, and of each file of it */
    uint8_t digests[OWN_FILE_COUNT][DIGEST_BYTES];
    bool in_force; /* these are */
    enum err state;
};

static struct own_checks checks_of(const struct gateway *g)
{
    return (struct own_checks){.roster = g->roster,
                               .policy = g->rules->policy,
                               .today = clock_local_date(clock_wall_ms())};
}

static size_t problems_of(const struct own_report *r)
{
    size_t n = r->unknown_students + r->unknown_parties + (r->saved != OK);

    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        n += r->files[f].errors;
    }
    return n;
}

static size_t vanished_of(const struct own_report *r)
{
    size_t n = 0;

    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        n += r->files[f].vanished;
    }
    return n;
}

/* --- telling ------------------------------------------------------------------ */

static void log_diags(const struct diag_list *diags)
{
    unsigned n = 0;

    for (const struct diag *d = diags->first; d != NULL && n < LOGGED; d = d->next, n++) {
        log_event(LOG_WARN, "student-facts-problem", LOG_STR("file", d->file),
                  LOG_NUM("line", d->line), LOG_NUM("column", d->column));
    }
}

static void log_report(const struct gateway *g)
{
    const struct own_report *r = own_keep_report(g->own);
    enum log_level level = r->complete && problems_of(r) == 0 ? LOG_INFO : LOG_WARN;

    for (size_t i = 0; i < r->fault_count; i++) {
        log_event(LOG_WARN, "student-facts-fault",
                  LOG_STR("file", own_file_name(r->faults[i].file)),
                  LOG_NUM("line", r->faults[i].line), LOG_STR("text", r->faults[i].text));
    }
    log_event(level, "student-facts", LOG_STR("complete", r->complete ? "yes" : "no"),
              LOG_NUM("opt_outs", r->files[OWN_OPT_OUTS].rows),
              LOG_NUM("consents", r->files[OWN_CONSENTS].rows),
              LOG_NUM("restrictions", r->files[OWN_RESTRICTIONS].rows),
              LOG_NUM("named", r->files[OWN_NAMED].rows), LOG_NUM("vanished", vanished_of(r)),
              LOG_NUM("problems", problems_of(r)));
}

/* `uid`: of who asked for it; negative for a change of the files. */
static enum err record(struct gateway *g, const char *action, int64_t uid,
                       const uint8_t digest[DIGEST_BYTES])
{
    const struct own_report *r = own_keep_report(g->own);
    struct buf body, text;

    buf_init(&body, 2048);
    buf_init(&text, 128);
    entry_text(&body, "action", span_str(action));
    if (uid >= 0) {
        buf_printf(&text, "uid %ld", (long)uid);
        entry_text(&body, "by", buf_span(&text));
        buf_clear(&text);
    }
    entry_number(&body, "consents", r->files[OWN_CONSENTS].rows);
    text_hex(&text, span_of(digest, DIGEST_BYTES));
    entry_text(&body, "digest", buf_span(&text));
    entry_number(&body, "named", r->files[OWN_NAMED].rows);
    entry_number(&body, "opt_outs", r->files[OWN_OPT_OUTS].rows);
    entry_number(&body, "problems", problems_of(r));
    entry_number(&body, "restrictions", r->files[OWN_RESTRICTIONS].rows);
    entry_number(&body, "vanished", vanished_of(r));
    struct entry entry = {.kind = ENTRY_POLICY, .body = buf_span(&body)};
    enum err e = buf_err(&text) != OK ? buf_err(&text) : buf_err(&body);

    e = e != OK ? e : ledger_record(g->ledger, &entry, RECORD_MS, NULL);
    buf_fini(&text);
    buf_fini(&body);
    return e;
}

/* --- looking ------------------------------------------------------------------ */

/* Files that are as they were need not be gone through again. */
static void mark_same(const struct students *s, struct students_reading *reading)
{
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        reading->offer.same[f] =
            s->in_force && memcmp(s->digests[f], reading->digests[f], DIGEST_BYTES) == 0;
    }
}

static enum err adopt(struct gateway *g, struct students_reading *reading)
{
    struct students *s = g->students;
    struct own_checks checks = checks_of(g);

    if (s->in_force && memcmp(s->digest, reading->digest, sizeof(s->digest)) == 0) {
        return OK; /* touched, or read again for its time's sake */
    }
    mark_same(s, reading);
    s->in_force = false;
    enum err e = own_keep_offer(g->own, &reading->offer, &checks, true);

    e = e != OK ? e : record(g, "student-facts", -1, reading->digest);
    e = e != OK ? e : own_keep_offer(g->own, &reading->offer, &checks, false);
    if (e == OK) {
        memcpy(s->digest, reading->digest, sizeof(s->digest));
        memcpy(s->digests, reading->digests, sizeof(s->digests));
        s->in_force = true;
        log_report(g);
    }
    return e;
}

static enum err read_and_adopt(struct gateway *g)
{
    struct students_reading reading;
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, STUDENTS_FOLDER_BYTES);
    enum err e = students_folder_read(&g->students->folder, &arena, &diags, &reading);

    if (e == OK) {
        bool was = g->students->in_force;

        e = adopt(g, &reading);
        if (!was || !g->students->in_force) {
            log_diags(&diags);
        }
    }
    arena_fini(&arena);
    return e;
}

static void look(struct gateway *g)
{
    struct students *s = g->students;
    enum err e = OK;

    if (!s->in_force || students_folder_changed(&s->folder)) {
        e = read_and_adopt(g);
    }
    if (e == OK) {
        e = own_keep_save(g->own); /* nothing to do unless something changed */
    }
    if (e != OK && e != s->state) {
        log_event(LOG_ERROR, "student-facts-failed", LOG_STR("reason", err_code(e)));
    }
    s->state = e;
}

static void plan(struct gateway *g, int64_t in_ms);

static void on_due(void *ctx)
{
    struct gateway *g = ctx;

    g->students->soon = false;
    look(g);
    plan(g, g->students->state == OK ? LOOK_MS : RETRY_MS);
}

static void plan(struct gateway *g, int64_t in_ms)
{
    if (timer_arm(&g->students->timer, g->loop, in_ms, on_due, g) != OK) {
        log_event(LOG_ERROR, "student-facts-timer-failed", LOG_NUM("in_ms", in_ms));
    }
}

/* Who writes without a pause puts nothing off. */
static void on_change(void *ctx)
{
    struct gateway *g = ctx;

    if (!g->students->soon) {
        g->students->soon = true;
        plan(g, SOON_MS);
    }
}

/* --- the gateway's ------------------------------------------------------------ */

enum err gateway_check_folder(const struct config *c, const struct policy *policy)
{
    if (c->students == NULL && policy_has_student_files(policy)) {
        (void)print_problem("district.yaml says `student-facts: files`, but hallpass.yaml names no "
                            "folder (students:): records about students will be withheld");
    }
    if (c->students == NULL || !students_folder_inside(c->district, c->students)) {
        return OK;
    }
    (void)print_problem("students: %s lies in the policy's folder, which is kept in git",
                        c->students);
    return ERR_INPUT;
}

static enum err open_folder(struct gateway *g)
{
    g->students = mem_alloc(sizeof(*g->students));
    if (g->students == NULL) {
        return ERR_MEMORY;
    }
    g->students->folder.path = g->config->students;
    return own_keep_open(g->stops, &g->own);
}

enum err gateway_open_students(struct gateway *g)
{
    if (g->config->students == NULL) {
        return OK;
    }
    enum err e = open_folder(g);

    if (e != OK) {
        log_event(LOG_ERROR, "student-facts-failed", LOG_STR("reason", err_code(e)));
        return e;
    }
    if (watch_new(g->loop, g->config->students, on_change, g, &g->students->watch) != OK) {
        log_event(LOG_WARN, "student-facts-not-watched", LOG_NUM("look_ms", LOOK_MS));
    }
    look(g);
    plan(g, LOOK_MS);
    return OK;
}

void gateway_close_students(struct gateway *g)
{
    if (g->students != NULL) {
        timer_stop(&g->students->timer);
        watch_free(&g->students->watch);
        mem_free(g->students);
        g->students = NULL;
    }
    own_keep_close(&g->own);
}

void gateway_check_students(struct gateway *g)
{
    if (g->own == NULL && policy_has_student_files(g->rules->policy)) {
        log_event(LOG_ERROR, "student-facts-not-configured", LOG_STR("key", "students"));
    } else if (g->own != NULL) {
        struct own_checks checks = checks_of(g);
        enum err e = own_keep_check(g->own, &checks);

        log_report(g);
        g->students->in_force = g->students->in_force && e == OK;
    }
}

void gateway_read_students(const struct gateway *g, struct students_state *out)
{
    *out = (struct students_state){.wanted = policy_has_student_files(g->rules->policy)};
    if (g->own != NULL) {
        const struct own_report *r = own_keep_report(g->own);

        out->complete = r->complete;
        out->problems = problems_of(r) + (g->students->state != OK);
        out->vanished = vanished_of(r);
        for (int f = 0; f < OWN_FILE_COUNT; f++) {
            out->rows += r->files[f].rows;
        }
    }
}

static const char *state_word(const struct own_report *r, int file)
{
    if (r->files[file].missing) {
        return "missing";
    }
    return r->files[file].broken ? "broken" : r->files[file].read ? "whole" : "unread";
}

static void put_file(struct buf *out, const struct own_report *r, int file)
{
    buf_printf(out,
               "%s{\"name\":\"%s\",\"state\":\"%s\",\"rows\":%zu,\"vanished\":%zu,\"errors\":%u}",
               file == 0 ? "" : ",", own_file_name((enum own_file)file), state_word(r, file),
               r->files[file].rows, r->files[file].vanished, r->files[file].errors);
}

static void put_faults(struct buf *out, const struct own_report *r)
{
    for (size_t i = 0; i < r->fault_count; i++) {
        buf_printf(out, "%s{\"file\":\"%s\",\"line\":%u,\"text\":\"%s\"}", i == 0 ? "" : ",",
                   own_file_name(r->faults[i].file), r->faults[i].line, r->faults[i].text);
    }
}

void gateway_tell_students(struct gateway *g, struct admin_call *call)
{
    struct buf out;

    if (g->own == NULL) {
        admin_answer(call, ERR_NOT_FOUND, "no folder is configured: students: in hallpass.yaml");
        return;
    }
    const struct own_report *r = own_keep_report(g->own);

    buf_init(&out, STATUS_BYTES);
    buf_printf(&out, "{\"complete\":%s,\"used\":%s,\"files\":[", r->complete ? "true" : "false",
               policy_has_student_files(g->rules->policy) ? "true" : "false");
    for (int f = 0; f < OWN_FILE_COUNT; f++) {
        put_file(&out, r, f);
    }
    buf_printf(&out, "],\"unknown_students\":%zu,\"unknown_parties\":%zu,\"faults\":[",
               r->unknown_students, r->unknown_parties);
    put_faults(&out, r);
    buf_printf(&out, "],\"state\":\"%s\"}\n",
               g->students->state == OK ? "good" : err_code(g->students->state));
    if (buf_err(&out) == OK) {
        admin_answer_json(call, buf_span(&out));
    } else {
        admin_answer(call, buf_err(&out), NULL);
    }
    buf_fini(&out);
}

struct shown_rows {
    struct buf json;
    size_t shown;
};

/* Stops while there is room for what follows the rows. */
static bool put_row(void *ctx, enum own_file file, struct span line)
{
    struct shown_rows *s = ctx;

    if (s->shown == MAX_SHOWN || s->json.len + 8 * line.len + 1024 > s->json.max) {
        return false;
    }
    buf_printf(&s->json, "%s{\"file\":\"%s\",\"row\":", s->shown++ == 0 ? "" : ",",
               own_file_name(file));
    text_json_string(&s->json, line);
    buf_put_str(&s->json, "}");
    return true;
}

void gateway_show_vanished(struct gateway *g, uint32_t uid, struct admin_call *call)
{
    struct shown_rows s = {.shown = 0};

    if (g->own == NULL) {
        admin_answer(call, ERR_NOT_FOUND, "no folder is configured: students: in hallpass.yaml");
        return;
    }
    enum err e = record(g, "student-facts-shown", uid, g->students->digest);

    if (e != OK) {
        admin_answer(call, e, "what shows students must be recorded first");
        return;
    }
    buf_init(&s.json, SHOWN_BYTES);
    buf_put_str(&s.json, "{\"rows\":[");
    own_keep_show_vanished(g->own, put_row, &s);
    buf_printf(&s.json, "],\"vanished\":%zu}\n", vanished_of(own_keep_report(g->own)));
    if (buf_err(&s.json) == OK) {
        admin_answer_json(call, buf_span(&s.json));
    } else {
        admin_answer(call, buf_err(&s.json), NULL);
    }
    buf_fini(&s.json);
}

void gateway_confirm_students(struct gateway *g, uint32_t uid, struct admin_call *call)
{
    struct own_checks checks = checks_of(g);
    size_t rows = 0;
    struct buf out;

    if (g->own == NULL) {
        admin_answer(call, ERR_NOT_FOUND, "no folder is configured: students: in hallpass.yaml");
        return;
    }
    look(g); /* what is confirmed is what stands in the files now */
    enum err e = g->students->state;

    e = e != OK ? e : record(g, "student-facts-confirmed", uid, g->students->digest);
    e = e != OK ? e : own_keep_confirm(g->own, &checks, &rows);
    log_event(LOG_WARN, "students-confirm", LOG_STR("result", err_code(e)), LOG_NUM("rows", rows),
              LOG_NUM("uid", uid));
    if (e != OK) {
        admin_answer(call, e, e == ERR_NOT_READY ? "a file is missing or has errors" : NULL);
        return;
    }
    buf_init(&out, 128);
    buf_printf(&out, "{\"done\":true,\"rows\":%zu}\n", rows);
    admin_answer_json(call, buf_span(&out));
    buf_fini(&out);
}
