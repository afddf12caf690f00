/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages about contracts: what Illinois and New York have districts say of each. The
 * elements are those that leave on that day, not those that were signed.
 */
#include "cli/html.h"
#include "cli/publish.h"
#include "cli/usage.h"

enum { MAX_WORDS = 256 * 1024 };

static const char not_said[] = "not said in the agreement's file; see the contract";

/* --- parts --------------------------------------------------------------------------------- */

static void put_row(const struct publishing *p, const char *head, struct span text)
{
    buf_printf(p->out, "<tr><th scope=\"row\">%s</th>", head);
    html_tagged(p->out, "<td>", text.len > 0 ? text : span_str(not_said), "</td></tr>\n");
}

static void put_built(const struct publishing *p, const char *head, struct buf *words)
{
    put_row(p, head, buf_span(words));
    p->out->failed = p->out->failed != OK ? p->out->failed : buf_err(words);
    buf_clear(words);
}

static struct span whose(enum role role)
{
    static const char *const words[] = {"Students", "Parents and guardians", "Teachers", "Staff"};

    return span_str(words[role]);
}

/* "Student Name / First and/or Last; Enrollment / Student grade level" */
static void put_elements(const struct publishing *p, const struct agreement *a, enum role role)
{
    bool any = false;

    for (size_t i = 0; i < element_count(); i++) {
        const struct usage_question q = {p->policy, a, role, element_at(i), p->day};

        if (!usage_shares(&q)) {
            continue;
        }
        html_tagged(p->out, any ? "; " : "<li><strong>", any ? SPAN("") : whose(role),
                    any ? "" : ":</strong> ");
        html_text(p->out, q.element->category);
        html_tagged(p->out, " / ", q.element->brief, "");
        if (p->shapes != NULL && (role == ROLE_STUDENT || role == ROLE_GUARDIAN)) {
            uint64_t times = usage_times(&q, p->shapes);

            buf_put_str(p->out, times > 0 ? "" : " (not disclosed so far)");
        }
        any = true;
    }
    buf_put_str(p->out, any ? "</li>\n" : "");
}

static void put_data(const struct publishing *p, const struct agreement *a)
{
    buf_put_str(p->out, "<tr><th scope=\"row\">Data</th><td><ul>\n");
    for (unsigned role = 0; role < ROLE_NONE; role++) {
        put_elements(p, a, (enum role)role);
    }
    buf_put_str(p->out, "</ul></td></tr>\n");
}

static void put_time(const struct publishing *p, const struct explanation *e, struct buf *words)
{
    publish_date(words, e->agreement->from);
    buf_put_str(words, " to ");
    publish_date(words, e->agreement->ends);
    put_built(p, "In force", words);
    if (e->file.destroy_within.len > 0) {
        buf_put_str(words, "destroyed within ");
        buf_put(words, e->file.destroy_within);
    }
    put_built(p, "Destruction of the data", words);
}

static void open_contract(const struct publishing *p, const struct explanation *e)
{
    html_tagged(p->out, "<h2>", e->agreement->partner_name, "</h2>\n<table>\n");
}

static void put_basis(const struct publishing *p, const struct agreement *a, struct buf *words)
{
    buf_put(words, a->basis);
    buf_put_str(words, ", ");
    buf_put_str(words, basis_row(a->kind)->law);
    put_built(p, "Exception of FERPA", words);
}

/* --- Illinois ----------------------------------------------------------------------------------
 */

static enum err put_operator(const struct publishing *p, const struct explanation *e)
{
    const struct agreement *a = e->agreement;
    struct buf words;

    buf_init(&words, MAX_WORDS);
    open_contract(p, e);
    publish_products(&words, e);
    put_built(p, "Products", &words);
    put_row(p, "Why", a->interest);
    publish_purposes(&words, a);
    put_built(p, "Purposes", &words);
    put_basis(p, a, &words);
    publish_population(&words, p, a);
    put_built(p, "Whose data", &words);
    put_data(p, a);
    publish_subprocessors(&words, e);
    if (words.len == 0) {
        buf_put_str(&words, "none named");
    }
    put_built(p, "Subcontractors", &words);
    put_time(p, e, &words);
    buf_put_str(p->out, "</table>\n");
    buf_fini(&words);
    return buf_err(p->out);
}

static void open_page(const struct publishing *p, const char *title, const char *about)
{
    html_open(p->out, span_str(title));
    html_tagged(p->out, "<p>", policy_district(p->policy), ". As of ");
    publish_date(p->out, p->day);
    buf_printf(p->out, ".</p>\n<p>%s</p>\n", about);
}

static enum err close_page(const struct publishing *p, enum err e, bool any)
{
    buf_put_str(p->out, any ? "" : "<p>No agreement is in force on this day.</p>\n");
    html_tagged(p->out, "<p>Questions: ", policy_contact(p->policy), "</p>\n");
    html_close(p->out);
    return e != OK ? e : buf_err(p->out);
}

enum err publish_soppa(const struct publishing *p)
{
    bool any = false;

    open_page(p, "Who gets student data, which, and why",
              "The district gives data to the organizations below, under written agreements "
              "(Student Online Personal Protection Act, 105 ILCS 85/27). Listed is what leaves, "
              "not what was signed. Breaches and the agreements themselves are published apart.");
    enum err e = publish_each(p, put_operator, &any);

    return close_page(p, e, any);
}

/* --- New York ------------------------------------------------------------------------------------
 */

static enum err put_contract(const struct publishing *p, const struct explanation *e)
{
    const struct agreement *a = e->agreement;
    struct buf words;

    buf_init(&words, MAX_WORDS);
    open_contract(p, e);
    publish_products(&words, e);
    put_built(p, "Products", &words);
    buf_put(&words, a->interest);
    buf_put_str(&words, a->purpose_count > 0 ? ". Purposes, and no others: " : "");
    publish_purposes(&words, a);
    put_built(p, "Exclusive purposes", &words);
    publish_subprocessors(&words, e);
    if (words.len == 0) {
        buf_put_str(&words, "none named");
    }
    put_built(p, "Subcontractors", &words);
    put_time(p, e, &words);
    buf_put_str(&words, "ask the district: ");
    buf_put(&words, policy_contact(p->policy));
    put_built(p, "To challenge the accuracy of data", &words);
    put_row(p, "Where data is kept, and how it is protected there", SPAN(""));
    put_row(p, "Encryption on the way",
            SPAN("the district's gateway answers over TLS 1.2 or 1.3 alone"));
    put_data(p, a);
    buf_put_str(p->out, "</table>\n");
    buf_fini(&words);
    return buf_err(p->out);
}

enum err publish_ny_2d(const struct publishing *p)
{
    bool any = false;

    open_page(p, "Supplemental information on contracts",
              "For each contract under which a third party gets student data (Education Law 2-d; "
              "8 NYCRR 121.3). It goes with the district's bill of rights.");
    enum err e = publish_each(p, put_contract, &any);

    return close_page(p, e, any);
}
