/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass id read|code: between a partner's codes and the district's ids, for the
 * district, which has the master key: a partner that writes about one of its records
 * knows it by the code alone.
 */
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/master_key.h"
#include "cli/options.h"
#include "cli/policy_open.h"
#include "cli/print.h"
#include "policy/translation.h"
#include "redact/id_keys.h"

#include <stdio.h>

enum { CONFIG_BYTES = 1024 * 1024 };

struct question {
    const char *config;
    const char *agreement;
    const char *type; /* NULL: of any */
    const char *text; /* a code, or an id */
};

/* --- answers ---------------------------------------------------------------------- */

static bool read_as(struct idmap *map, enum ref_type type, const char *code)
{
    struct idmap_text id;

    if (!idmap_decode(map, type, span_str(code), &id)) {
        return false;
    }
    printf("%s %.*s\n", ref_word(type), (int)id.len, (const char *)id.bytes);
    return true;
}

static int read_code(struct idmap *map, const struct question *q)
{
    for (unsigned type = REF_NONE + 1; type < REF_COUNT; type++) {
        if (type != REF_DEMOGRAPHICS && read_as(map, (enum ref_type)type, q->text)) {
            return 0;
        }
    }
    return print_problem("no code of agreement %s", q->agreement);
}

static int make_code(struct idmap *map, const struct question *q)
{
    struct idmap_text code;
    enum ref_type type;

    if (!ref_of_word(span_str(q->type), &type) || ref_keeps_id(type)) {
        (void)print_problem("--type is one of: user class course enrollment resource");
        return 2;
    }
    if (!idmap_encode(map, type, span_str(q->text), &code)) {
        return print_problem("this id has no code; docs/ids.md says which ones have");
    }
    printf("%.*s\n", (int)code.len, (const char *)code.bytes);
    return 0;
}

/* --- the agreement's map ------------------------------------------------------------ */

static int with_keys(const struct policy *p, const struct agreement *a, const struct keys *keys,
                     const struct question *q)
{
    struct id_keys *made = NULL;
    struct idmap *map = NULL;
    enum err e = id_keys_new(p, keys, &made);

    e = e != OK ? e : id_keys_map(made, a, &map);
    int code = e != OK           ? print_failure(q->agreement, e)
               : q->type == NULL ? read_code(map, q)
                                 : make_code(map, q);

    idmap_free(&map);
    id_keys_free(&made);
    return code;
}

static int with_policy(const struct config *config, const struct policy *p,
                       const struct question *q)
{
    const struct agreement *a = policy_find_agreement(p, span_str(q->agreement));
    struct keys *keys = NULL;

    if (a == NULL) {
        return print_problem("there is no agreement %s", q->agreement);
    }
    if (!translation_is_on(a)) {
        return print_problem("agreement %s has the district's own ids", q->agreement);
    }
    if (config->master_key == NULL) {
        return print_problem("%s names no master-key", q->config);
    }
    if (master_key_load(config->master_key, &keys) != OK) {
        return 1; /* said already */
    }
    int code = with_keys(p, a, keys, q);

    keys_free(&keys);
    return code;
}

static int with_config(const struct config *config, const struct question *q)
{
    struct opened_policy o = {.folder = config->district, .catalog_path = config->catalog};
    int code = policy_open_or_say(&o);

    code = code != 0 ? code : with_policy(config, o.policy, q);
    policy_close(&o);
    return code;
}

static int answer(const struct question *q)
{
    struct config config;
    struct diag_list diags;
    struct arena arena;
    int code = 1;

    arena_init(&arena, CONFIG_BYTES);
    diag_init(&diags, &arena);
    enum err e = config_load(q->config, &arena, &diags, &config);

    print_diags(NULL, &diags);
    if (e == OK) {
        code = with_config(&config, q);
    } else if (diags.errors == 0) {
        code = print_failure(q->config, e);
    }
    arena_fini(&arena);
    return code;
}

int cmd_id_read(int argc, char **argv)
{
    struct question q = {.config = "hallpass.yaml"};
    const struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &q.config, .help = "default hallpass.yaml"},
        {.name = "agreement",
         .value = "ID",
         .text = &q.agreement,
         .required = true,
         .help = "whose codes these are"},
    };
    const struct operand_row operands[] = {{.name = "CODE", .text = &q.text}};
    const struct options o = {"hallpass id read",
                              "Says whom or what a partner's code stands for.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    return options_parse(&o, argc, argv, &code) ? answer(&q) : code;
}

int cmd_id_code(int argc, char **argv)
{
    struct question q = {.config = "hallpass.yaml"};
    const struct option_row rows[] = {
        {.name = "config", .value = "FILE", .text = &q.config, .help = "default hallpass.yaml"},
        {.name = "agreement",
         .value = "ID",
         .text = &q.agreement,
         .required = true,
         .help = "whose code it is to be"},
        {.name = "type",
         .value = "WORD",
         .text = &q.type,
         .required = true,
         .help = "user, class, course, enrollment or resource"},
    };
    const struct operand_row operands[] = {{.name = "SOURCEDID", .text = &q.text}};
    const struct options o = {"hallpass id code",
                              "Prints the code by which a partner knows a record.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    return options_parse(&o, argc, argv, &code) ? answer(&q) : code;
}
