/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a basis demands beyond its clauses: of the district's notices, of the
 * contract's dates, of the ids. Every refusal quotes its paragraph; what is a rule
 * of ours and not of the law says so.
 */
#include "policy/agreement_priv.h"

#include "policy/day.h"
#include "policy/nearest.h"

/* The first node with text: where a fault of the basis is shown. */
static const struct node *basis_at(const struct agreement_file *a)
{
    return node_member(a->doc->root, "basis");
}

static bool fail(const struct agreement_file *a, const struct node *at, const char *text)
{
    doc_error(a->doc, at == NULL ? a->doc->root : at, "%s", text);
    return false;
}

/* --- school officials ----------------------------------------------------------- */

static bool check_official(const struct agreement_file *a)
{
    const struct annual_notice *n = &a->district->notice;
    bool criteria =
        a->district->has_notice && n->school_official.len > 0 && n->legitimate_interest.len > 0;

    return criteria || fail(a, basis_at(a),
                            "school-official needs the annual notice's criteria for \"school "
                            "official\" and \"legitimate educational interest\" under "
                            "annual-notice in district.yaml (34 CFR 99.7(a)(3)(iii))");
}

/* --- directory information ------------------------------------------------------ */

static bool is_listed(const struct texts *list, struct span word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (span_eq(list->items[i], word)) {
            return true;
        }
    }
    return false;
}

/* 34 CFR 99.37(d): a limited directory policy binds. */
static bool check_limited(const struct agreement_file *a)
{
    const struct directory_notice *n = &a->district->directory;
    bool good = true;

    if (n->parties.count > 0 && !is_listed(&n->parties, a->partner)) {
        good = fail(a, a->partner_at,
                    "directory-information in district.yaml is limited to other parties "
                    "(34 CFR 99.37(d))");
    }
    for (size_t i = 0; n->purposes.count > 0 && i < a->purposes.count; i++) {
        if (!is_listed(&n->purposes, a->purposes.items[i])) {
            doc_error(a->doc, node_member(a->doc->root, "purposes"),
                      "directory-information in district.yaml is limited to other purposes than "
                      "\"%s\" (34 CFR 99.37(d))",
                      shown_of(a->purposes.items[i]).text);
            good = false;
        }
    }
    return good;
}

static bool check_directory(const struct agreement_file *a)
{
    const struct directory_notice *n = &a->district->directory;
    const struct node *students = node_member(a->share, "students");
    bool good = true;

    if (!a->district->has_directory) {
        return fail(a, basis_at(a),
                    "directory needs the public notice under directory-information in "
                    "district.yaml (34 CFR 99.37(a))");
    }
    good = check_limited(a);
    if (students != NULL && a->ids == IDS_DISTRICT && !n->types[DIRECTORY_LOGIN]) {
        good = fail(a, node_member(a->doc->root, "ids"),
                    "a student's id of the district is directory information only as a login-id "
                    "that district.yaml designates; else write `ids: per-partner` (34 CFR 99.3)");
    }
    if (students != NULL && !n->types[DIRECTORY_ENROLLMENT]) {
        good = fail(a, students,
                    "every record of a student tells that the student is enrolled, and where: "
                    "district.yaml must designate `enrollment` (34 CFR 99.37(a)(1))");
    }
    return good;
}

/* --- single students ------------------------------------------------------------ */

/* 34 CFR 99.31(a)(9)(ii): the effort to notify comes in advance of compliance. */
static bool check_judicial(const struct agreement_file *a)
{
    int32_t notice = basis_date(a->because, "notice");

    if (notice == 0 || a->from == 0 || notice < a->from) {
        return true;
    }
    return fail(a, node_member(a->because, "notice"),
                "the notice must come before the agreement begins, so that the parent or eligible "
                "student can seek protective action (34 CFR 99.31(a)(9)(ii))");
}

static bool check_emergency(const struct agreement_file *a)
{
    enum { LAST_DAY = 2 }; /* the end of the second day after lies within 72 hours */
    int32_t opened = basis_date(a->because, "opened");
    const struct node *contract = node_member(a->doc->root, "contract");
    bool good = true;

    if (opened == 0 || a->from == 0 || a->ends == 0) {
        return true; /* said already */
    }
    if (a->from < opened) {
        good = fail(a, node_member(a->because, "opened"),
                    "an emergency agreement cannot begin before it was opened (34 CFR 99.36)");
    }
    if (a->ends > day_add(opened, LAST_DAY)) {
        doc_error(a->doc, node_member(contract, "ends"),
                  "an emergency agreement ends within 72 hours of `opened`: its last whole day is "
                  "%d at the latest, as yyyymmdd (a rule of this gateway; 34 CFR 99.36 sets no "
                  "number)",
                  day_add(opened, LAST_DAY));
        good = false;
    }
    return good;
}

/* --- research ------------------------------------------------------------------- */

static bool check_codes(const struct agreement_file *a)
{
    return a->ids == IDS_RANDOM ||
           fail(a, node_member(a->doc->root, "ids"),
                "a record code is not based on a student's social security number or other "
                "personal information: write `ids: random` (34 CFR 99.31(b)(2)(iii))");
}

static bool check_release(const struct agreement_file *a)
{
    return a->ids == IDS_RANDOM || fail(a, node_member(a->doc->root, "ids"),
                                        "ids that last would identify: write `ids: random` "
                                        "(34 CFR 99.31(b)(1))");
}

/* --- all of them ---------------------------------------------------------------- */

static bool check_available(const struct agreement_file *a)
{
    const struct basis_row *row = basis_row(a->basis);

    if (row->way == BY_RELEASE) {
        doc_error(a->doc, basis_at(a),
                  "the basis %s (%s) is not available in this version: it needs random codes and "
                  "counts of small groups that are not kept yet",
                  row->word, row->law);
        return false;
    }
    if (row->way != BY_CONTRACT && !a->district->has_student_files) {
        doc_error(a->doc, basis_at(a),
                  "the basis %s (%s) rests on facts about each student, which the district keeps "
                  "in files: write `student-facts: files` in district.yaml",
                  row->word, row->law);
        return false;
    }
    return true;
}

static bool check_destruction(const struct agreement_file *a)
{
    const struct basis_row *row = basis_row(a->basis);

    if (row->destroy_law == NULL || a->destroy_within.len > 0) {
        return true;
    }
    doc_error(a->doc, a->doc->root,
              "\"destroy-within\" is missing: %s demands a period of destruction (%s)", row->word,
              row->destroy_law);
    return false;
}

static bool check_own(const struct agreement_file *a)
{
    static const struct {
        enum basis basis;
        bool (*check)(const struct agreement_file *a);
    } checks[] = {
        {BASIS_SCHOOL_OFFICIAL, check_official},
        {BASIS_DIRECTORY, check_directory},
        {BASIS_JUDICIAL, check_judicial},
        {BASIS_EMERGENCY, check_emergency},
        {BASIS_CODED, check_codes},
        {BASIS_DE_IDENTIFIED, check_release},
    };

    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
        if (checks[i].basis == a->basis) {
            return checks[i].check(a);
        }
    }
    return true;
}

bool agreement_check_basis(const struct agreement_file *a)
{
    if (a->basis == BASIS_COUNT) {
        return false;
    }
    bool excused = a->basis == BASIS_TRANSFER && a->district->notice.covers_transfers;
    bool good = basis_check(a->doc, a->basis, a->because, a->doc->root, excused);

    good = check_own(a) && good;
    good = check_destruction(a) && good;
    return check_available(a) && good;
}
