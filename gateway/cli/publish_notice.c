/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annual notice of 34 CFR 99.7, with the district's own criteria word for word,
 * and the notice of directory information of 99.37(a).
 */
#include "cli/html.h"
#include "cli/publish.h"
#include "policy/district.h"

static void put_rights(const struct publishing *p)
{
    static const char rights[] =
        "<h2>Your rights</h2>\n"
        "<p>Parents, and students who are 18 or attend an institution of postsecondary education "
        "(34 CFR 99.5), have the right to</p>\n<ul>\n"
        "<li>inspect and review the student's education records (99.10);</li>\n"
        "<li>seek amendment of records that they believe to be inaccurate, misleading, or "
        "otherwise in violation of the student's privacy rights (99.20);</li>\n"
        "<li>consent to disclosures of personally identifiable information, except where the Act "
        "and 99.31 authorize disclosure without consent (99.30);</li>\n"
        "<li>file a complaint with the U.S. Department of Education (99.63, 99.64): Student "
        "Privacy Policy Office, 400 Maryland Avenue SW, Washington, DC 20202.</li>\n</ul>\n";

    buf_put_str(p->out, rights);
    html_tagged(p->out,
                "<p>To inspect and review records, or to request their amendment, write to: ",
                policy_contact(p->policy), "</p>\n");
}

static void put_criteria(const struct publishing *p, const struct annual_notice *n)
{
    buf_put_str(p->out, "<h2>School officials</h2>\n"
                        "<p>The district discloses education records without consent to school "
                        "officials whom it has determined to have legitimate educational interests "
                        "(99.31(a)(1)). Its criteria (99.7(a)(3)(iii)):</p>\n<dl>\n");
    html_tagged(p->out, "<dt>A school official is</dt><dd>", n->school_official, "</dd>\n");
    html_tagged(p->out, "<dt>A legitimate educational interest is</dt><dd>", n->legitimate_interest,
                "</dd>\n</dl>\n");
    if (n->covers_transfers) {
        buf_put_str(p->out,
                    "<p>The district forwards education records to schools that have "
                    "requested them and in which the student seeks or intends to enroll, or "
                    "is already enrolled (99.34(a)(1)(ii)).</p>\n");
    }
}

static void put_types(const struct publishing *p, const struct directory_notice *d)
{
    buf_put_str(p->out, "<ul>\n");
    for (unsigned t = 0; t < DIRECTORY_COUNT; t++) {
        if (d->types[t]) {
            html_tagged(p->out, "<li>", span_str(directory_word((enum directory_type)t)),
                        "</li>\n");
        }
    }
    buf_put_str(p->out, "</ul>\n");
}

static void put_texts(const struct publishing *p, const char *head, const struct texts *t)
{
    if (t->count == 0) {
        return;
    }
    buf_printf(p->out, "<p>%s: ", head);
    for (size_t i = 0; i < t->count; i++) {
        html_tagged(p->out, i > 0 ? ", " : "", t->items[i], "");
    }
    buf_put_str(p->out, "</p>\n");
}

static void put_directory(const struct publishing *p, const struct directory_notice *d)
{
    buf_put_str(p->out, "<h2>Directory information</h2>\n<p>The district has designated as "
                        "directory information (99.37(a)(1)):</p>\n");
    put_types(p, d);
    buf_put_str(p->out, "<p>You may refuse to let the district designate any or all of these types "
                        "about the student (99.37(a)(2)). Write to the address above");
    if (d->opt_out_until != 0) {
        buf_put_str(p->out, " by ");
        publish_date(p->out, d->opt_out_until);
    }
    buf_put_str(p->out, " (99.37(a)(3)).</p>\n");
    if (d->limited) {
        put_texts(p, "It is disclosed to these parties alone (99.37(d))", &d->parties);
        put_texts(p, "It is disclosed for these purposes alone (99.37(d))", &d->purposes);
    }
}

enum err publish_annual_notice(const struct publishing *p)
{
    const struct district *d = policy_district_file(p->policy);

    if (!d->has_notice) {
        return ERR_NOT_FOUND;
    }
    html_open(p->out, SPAN("Annual notification of rights under FERPA"));
    html_tagged(p->out, "<p>", policy_district(p->policy), ". Published ");
    publish_date(p->out, d->notice.published);
    buf_put_str(p->out, ".</p>\n");
    put_rights(p);
    put_criteria(p, &d->notice);
    if (d->has_directory) {
        put_directory(p, &d->directory);
    }
    html_close(p->out);
    return buf_err(p->out);
}
