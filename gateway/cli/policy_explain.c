/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy explain`: why a request, a field or a student is decided as it
 * is, in sentences with the line that decides. It uses the functions that decide
 * in the gateway; stops by command are not looked at.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/explain_priv.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/roster_file.h"

enum { EXPLAIN_BYTES = 64 * 1024 * 1024, OWN_BYTES = 1024 * 1024 * 1024 };

#define SPAN_ARGS(s) (int)(s).len, (const char *)(s).ptr

static void jot_agreement(struct jot *j, const struct asking *a, const struct explanation *e)
{
    static const char *const ids[] = {[IDS_DISTRICT] = "district-ids",
                                      [IDS_PER_PARTNER] = "per-partner",
                                      [IDS_RANDOM] = "random"};
    const struct agreement *g = e->agreement;

    jot_key_text(j, "agreement", g->id);
    jot_key_text(j, "partner", g->partner);
    jot_key_text(j, "partner-name", g->partner_name);
    jot_key_text(j, "basis", g->basis);
    jot_key_str(j, "law", basis_row(g->kind)->law);
    jot_key_place(j, "basis-by", e->doc.name, explain_member(e, "basis"));
    jot_key_text(j, "interest", g->interest);
    jot_key_str(j, "ids", ids[g->ids]);
    jot_key(j, "day");
    jot_date(j, a->open.day);
}

void explain_say_agreement(const struct asking *a, const struct explanation *e)
{
    const struct agreement *g = e->agreement;

    if (a->jot != NULL) {
        jot_agreement(a->jot, a, e);
        return;
    }
    printf("Agreement %.*s of %.*s, on %04d-%02d-%02d.\n", SPAN_ARGS(g->id),
           SPAN_ARGS(g->partner_name), (int)(a->open.day / 10000), (int)(a->open.day / 100 % 100),
           (int)(a->open.day % 100));
    printf("Basis %.*s, %s (%s): %.*s.\n", SPAN_ARGS(g->basis), basis_row(g->kind)->law,
           explain_place(e, explain_member(e, "basis")).text, SPAN_ARGS(g->interest));
}

/* --- one agreement after the other ----------------------------------------------------------- */

static int explain_one(struct asking *a, const struct agreement *g)
{
    struct explanation e;
    struct arena arena;
    int code;

    arena_init(&arena, EXPLAIN_BYTES);
    enum err failed = explain_agreement(a->open.policy, g, &arena, &e);

    if (failed != OK) {
        code = print_failure(a->open.folder, failed);
    } else if (a->request != NULL) {
        code = explain_say_request(a, &e);
    } else if (a->field != NULL) {
        code = explain_say_field(a, &e);
    } else {
        code = explain_say_student(a, &e);
    }
    arena_fini(&arena);
    return code;
}

static bool is_meant(const struct asking *a, const struct agreement *g)
{
    if (a->client != NULL) {
        return span_eq(g->id, a->client->agreement);
    }
    return a->agreement_id == NULL || span_eq_str(g->id, a->agreement_id);
}

static int explain_all(struct asking *a)
{
    bool first = true;
    int code = 0;

    for (size_t i = 0; i < policy_agreement_count(a->open.policy) && code == 0; i++) {
        const struct agreement *g = policy_agreement(a->open.policy, i);

        if (!is_meant(a, g)) {
            continue;
        }
        if (a->jot != NULL) {
            jot_open(a->jot, '{');
        } else if (!first) {
            putchar('\n');
        }
        code = explain_one(a, g);
        if (a->jot != NULL) {
            jot_close(a->jot, '}');
        }
        first = false;
    }
    return code;
}

static int explain_json(struct asking *a)
{
    a->jot = &a->output;
    jot_init(a->jot);
    jot_open(a->jot, '[');
    int code = explain_all(a);

    jot_close(a->jot, ']');
    code = code == 0 ? jot_print(a->jot, 0) : code;
    jot_fini(a->jot);
    return code;
}

/* --- what was asked for ------------------------------------------------------------------------
 */

static bool knows_field(const struct asking *a)
{
    const struct catalog *c = policy_catalog(a->open.policy);
    struct span word = span_str(a->field);
    bool found = false;

    for (size_t i = 0; i < catalog_resource_count(c) && !found; i++) {
        const struct resource *r = catalog_resource(c, i);
        bool named =
            word.len > r->name.len && span_starts(word, r->name) && word.ptr[r->name.len] == '.';
        const struct field *f = resource_field(r, named ? span_from(word, r->name.len + 1) : word);

        found = f != NULL && f->kind != FIELD_OBJECT;
    }
    return found;
}

static int find_names(struct asking *a)
{
    if (a->client_id != NULL) {
        a->client = policy_find_client(a->open.policy, span_str(a->client_id));
    }
    if (a->client_id != NULL && a->client == NULL) {
        return print_problem("there is no client '%s'", a->client_id);
    }
    if (a->agreement_id != NULL &&
        policy_find_agreement(a->open.policy, span_str(a->agreement_id)) == NULL) {
        return print_problem("there is no agreement '%s'", a->agreement_id);
    }
    if (a->field != NULL && !knows_field(a)) {
        return print_problem("the catalog knows no field '%s'; a field is named users.email or, "
                             "in every kind of record, email",
                             a->field);
    }
    return 0;
}

static int load_people(struct asking *a, struct arena *arena)
{
    struct diag_list diags;
    enum err e = OK;

    if (a->roster_path != NULL) {
        e = roster_of_database(a->roster_path, a->open.policy, &a->roster);
    }
    if (e != OK) {
        return print_failure(a->roster_path, e);
    }
    diag_init(&diags, arena);
    if (a->students_path != NULL) {
        e = own_of_folder(a->students_path, arena, &diags, &a->own);
        print_diags(NULL, &diags);
    }
    return e == OK ? 0 : print_failure(a->students_path, e);
}

static int run(struct asking *a, bool json)
{
    struct arena arena;
    int code = policy_open_or_say(&a->open);

    arena_init(&arena, OWN_BYTES);
    code = code != 0 ? code : find_names(a);
    code = code != 0 ? code : load_people(a, &arena);
    if (code == 0) {
        code = json ? explain_json(a) : explain_all(a);
    }
    own_set_unref(&a->own);
    roster_unref(&a->roster);
    policy_close(&a->open);
    arena_fini(&arena);
    return code;
}

static int check_usage(const struct asking *a)
{
    int questions = (a->request != NULL) + (a->field != NULL) + (a->student != NULL);
    const char *problem = NULL;

    if (questions != 1) {
        problem = "takes one of --request, --field and --student";
    } else if (a->request != NULL && a->client_id == NULL) {
        problem = "--request needs --client: who asks";
    } else if (a->client_id != NULL && a->agreement_id != NULL) {
        problem = "a --client has its agreement; --agreement cannot stand beside it";
    } else if (a->student == NULL && (a->roster_path != NULL || a->students_path != NULL)) {
        problem = "--roster and --students go with --student";
    } else if (a->students_path != NULL && a->roster_path == NULL) {
        problem = "--students needs --roster";
    }
    if (problem != NULL) {
        print_problem("policy explain: %s (try 'hallpass policy explain --help')", problem);
    }
    return problem == NULL ? 0 : 2;
}

int cmd_policy_explain(int argc, char **argv)
{
    struct asking a = {0};
    bool json = false;
    const struct option_row rows[] = {
        {.name = "client", .value = "ID", .text = &a.client_id, .help = "who asks"},
        {.name = "agreement",
         .value = "ID",
         .text = &a.agreement_id,
         .help = "only this agreement (default: the client's, or all)"},
        {.name = "request",
         .value = "REQUEST",
         .text = &a.request,
         .help = "explain a request, such as 'GET /students?limit=10'"},
        {.name = "field",
         .value = "FIELD",
         .text = &a.field,
         .help = "explain a field, such as users.email"},
        {.name = "student",
         .value = "ID",
         .text = &a.student,
         .help = "explain what leaves of a student"},
        {.name = "roster",
         .value = "DB",
         .text = &a.roster_path,
         .help = "look the student up in this database of `district import`"},
        {.name = "students",
         .value = "FOLDER",
         .text = &a.students_path,
         .help = "and in this folder of students' own facts"},
        {.name = "on", .value = "DATE", .text = &a.open.on, .help = "on this day (default: today)"},
        {.name = "catalog",
         .value = "FILE",
         .text = &a.open.catalog_path,
         .help = "the catalog of the data standard (default: the one that comes with hallpass)"},
        {.name = "json", .flag = &json, .help = "one JSON document, for programs"},
    };
    const struct operand_row operands[] = {{.name = "DIR", .text = &a.open.folder}};
    const struct options o = {"hallpass policy explain",
                              "Says in sentences why a request, a field or a student is decided "
                              "as it is, and by which line of which file.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    code = check_usage(&a);
    return code != 0 ? code : run(&a, json);
}
