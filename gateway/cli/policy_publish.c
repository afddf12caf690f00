/* SPDX-License-Identifier: Apache-2.0 */
/* `hallpass policy publish`: one of the public pages, on standard output. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/options.h"
#include "cli/policy_side.h"
#include "cli/print.h"
#include "cli/publish.h"

enum { MAX_PAGE = 256 * 1024 * 1024, PAGES = 4 };

struct page {
    bool wanted;
    enum err (*put)(const struct publishing *p);
};

struct publish {
    const char *ledger;
    const char *on;
    struct policy_side side;
    struct shapes shapes;
    struct page pages[PAGES];
};

static enum err put_page(const struct publish *u, const struct page *page, int32_t day)
{
    struct buf out;
    struct publishing p = {.policy = u->side.policy,
                           .day = day,
                           .shapes = u->ledger == NULL ? NULL : &u->shapes,
                           .out = &out};

    buf_init(&out, MAX_PAGE);
    enum err e = page->put(&p);

    if (e == OK) {
        print_result(&out, stdout);
    }
    buf_fini(&out);
    return e;
}

static int run(struct publish *u, const struct page *page)
{
    int32_t day = 0;

    if (policy_side_open(&u->side) != OK || policy_side_day(&u->side, u->on, &day) != OK) {
        return 1;
    }
    enum err e = u->ledger == NULL ? OK : shapes_read(u->ledger, 0, &u->shapes);

    if (e != OK) {
        return print_failure(u->ledger, e);
    }
    e = put_page(u, page, day);
    if (e == ERR_NOT_FOUND) {
        return print_problem("%s: district.yaml has no annual-notice (34 CFR 99.7)", u->side.where);
    }
    return e == OK ? 0 : print_failure(u->side.where, e);
}

/* The one page that was asked for, or NULL. */
static const struct page *find_page(const struct publish *u)
{
    const struct page *found = NULL;
    unsigned wanted = 0;

    for (size_t i = 0; i < PAGES; i++) {
        if (u->pages[i].wanted) {
            found = &u->pages[i];
            wanted++;
        }
    }
    return wanted == 1 ? found : NULL;
}

int cmd_policy_publish(int argc, char **argv)
{
    struct publish u = {.side = {.where = "."},
                        .pages = {{false, publish_annual_notice},
                                  {false, publish_soppa},
                                  {false, publish_ny_2d},
                                  {false, publish_dictionary}}};
    const struct option_row rows[] = {
        {.name = "annual-notice", .flag = &u.pages[0].wanted, .help = "34 CFR 99.7 (HTML)"},
        {.name = "soppa", .flag = &u.pages[1].wanted, .help = "105 ILCS 85/27 (HTML)"},
        {.name = "ny-2d", .flag = &u.pages[2].wanted, .help = "8 NYCRR 121.3 (HTML)"},
        {.name = "metadata-dictionary",
         .flag = &u.pages[3].wanted,
         .help = "recipients by data elements (CSV)"},
        {.name = "ledger",
         .value = "DIR",
         .text = &u.ledger,
         .help = "say besides what was really disclosed"},
        {.name = "on", .value = "DATE", .text = &u.on, .help = "as of this day (default: today)"},
        {.name = "catalog", .value = "FILE", .text = &u.side.catalog_path, .help = "another one"},
    };
    const struct operand_row operands[] = {
        {.name = "DIR", .text = &u.side.where, .optional = true}};
    const struct options o = {"hallpass policy publish",
                              "Writes one of the pages that the law has districts publish.",
                              rows,
                              sizeof(rows) / sizeof(rows[0]),
                              operands,
                              1};
    int code;

    if (!options_parse(&o, argc, argv, &code)) {
        return code;
    }
    const struct page *page = find_page(&u);

    if (page == NULL) {
        print_problem("publish: one of --annual-notice, --soppa, --ny-2d, --metadata-dictionary");
        return 2;
    }
    code = run(&u, page);
    shapes_free(&u.shapes);
    policy_side_close(&u.side);
    return code;
}
