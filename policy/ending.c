/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a contract: `ended:` with the district's directive and the partner's
 * certificate (NDPA Exhibit D), and how long the partner has (SAFETY L8). No clock
 * is read here.
 */
#include "policy/ending.h"

#include "policy/agreement_priv.h"
#include "policy/day.h"
#include "policy/nearest.h"
#include "policy/policy_priv.h"

struct raw_ending {
    int32_t on;
    const struct node *directive;
    const struct node *certificate;
};

static const struct doc_rule ending_rules[] = {
    {"on", doc_read_date, offsetof(struct raw_ending, on), true},
    {"directive", doc_read_node, offsetof(struct raw_ending, directive), false},
    {"certificate", doc_read_node, offsetof(struct raw_ending, certificate), false},
};

struct raw_directive {
    struct span by;
    int32_t on;
    struct span nature;
    struct span extent;
    struct texts categories;
};

static const struct doc_rule directive_rules[] = {
    {"by", doc_read_text, offsetof(struct raw_directive, by), true},
    {"on", doc_read_date, offsetof(struct raw_directive, on), true},
    {"nature", doc_read_text, offsetof(struct raw_directive, nature), true},
    {"extent", doc_read_text, offsetof(struct raw_directive, extent), true},
    {"categories", doc_read_texts, offsetof(struct raw_directive, categories), false},
};

struct raw_certificate {
    int32_t on;
    struct span file;
    struct span sha256;
};

static const struct doc_rule certificate_rules[] = {
    {"on", doc_read_date, offsetof(struct raw_certificate, on), true},
    {"file", doc_read_text, offsetof(struct raw_certificate, file), true},
    {"sha256", doc_read_text, offsetof(struct raw_certificate, sha256), true},
};

static bool one_of(const struct doc *d, const struct node *n, const char *key, const char *a,
                   const char *b)
{
    const struct node *at = node_member(n, key);

    if (at == NULL || at->kind != NODE_SCALAR || span_eq_str(at->text, a) ||
        span_eq_str(at->text, b)) {
        return true; /* what is missing or no text was said already */
    }
    doc_error(d, at, "expected %s or %s", a, b);
    return false;
}

static bool read_directive(const struct doc *d, const struct node *n, struct ending *out)
{
    struct raw_directive raw = {.on = 0};
    bool good = doc_fill(d, n, directive_rules, 5, &raw);

    good = one_of(d, n, "nature", "destruction", "transfer") && good;
    good = one_of(d, n, "extent", "complete", "partial") && good;
    out->directed_on = raw.on;
    out->transfer = span_eq_str(raw.nature, "transfer");
    out->partial = span_eq_str(raw.extent, "partial");
    if (raw.extent.len > 0 && out->partial != (raw.categories.count > 0)) {
        doc_error(d, n, "`categories:` goes with `extent: partial`, and only with it");
        return false;
    }
    for (size_t i = 0; i < raw.categories.count; i++) {
        if (!category_is_known(raw.categories.items[i])) {
            doc_error(d, node_member(n, "categories"), "\"%s\" is no category of Exhibit B",
                      shown_of(raw.categories.items[i]).text);
            good = false;
        }
    }
    return good;
}

static bool read_certificate(const struct doc *d, const struct node *n, struct ending *out)
{
    struct raw_certificate raw = {.on = 0};
    bool good = doc_fill(d, n, certificate_rules, 3, &raw);

    out->certified_on = raw.on;
    if (raw.sha256.len > 0 && !basis_is_digest(raw.sha256)) {
        doc_error(d, node_member(n, "sha256"),
                  "a SHA-256 digest is 64 digits 0-9 a-f; `sha256sum FILE` prints it");
        good = false;
    }
    if (raw.on > 0 && out->on > 0 && raw.on < out->on) {
        doc_error(d, node_member(n, "on"),
                  "the partner cannot certify before the agreement has ended");
        good = false;
    }
    return good;
}

/* --- destroy-within ---------------------------------------------------------------- */

enum since { SINCE_REQUEST, SINCE_END, SINCE_LAST_USE, SINCE_COUNT };

static const char *const since_words[SINCE_COUNT] = {" days after request", " days after end",
                                                     " days after last use"};

static bool read_period(struct span text, uint64_t *days, enum since *since)
{
    enum { MAX_DAYS = 3660 };
    size_t cut = span_find(text, ' ');

    for (unsigned i = 0; i < SINCE_COUNT; i++) {
        if (span_eq_str(span_from(text, cut), since_words[i]) &&
            span_to_u64(span_sub(text, 0, cut), MAX_DAYS, days) && *days > 0) {
            *since = (enum since)i;
            return true;
        }
    }
    return false;
}

bool ending_check_period(const struct doc *d, const struct node *at, struct span text)
{
    uint64_t days;
    enum since since;

    if (read_period(text, &days, &since)) {
        return true;
    }
    doc_error(d, at,
              "\"%s\" is not of the form `60 days after request` (or: after end, after "
              "last use)",
              shown_of(text).text);
    return false;
}

/* The last day on which a record can have left: what "end" and "last use" are counted from. */
static int32_t last_day(const struct agreement_file *a)
{
    int32_t stopped = a->ending.stopped_on;
    int32_t before = stopped == 0 ? a->ends : day_add(stopped, -1);

    return before < a->ends ? before : a->ends;
}

/* The NDPA's own period is sixty days after the written request. */
static struct span period_of(const struct agreement_file *a)
{
    if (a->destroy_within.len > 0) {
        return a->destroy_within;
    }
    return span_eq_str(a->form, "ndpa-1.0") ? SPAN("60 days after request") : SPAN("");
}

static int32_t count_due(const struct agreement_file *a)
{
    uint64_t days;
    enum since since;

    if (a->ends == 0 || !read_period(period_of(a), &days, &since)) {
        return 0;
    }
    if (since != SINCE_REQUEST) {
        return day_add(last_day(a), (int32_t)days);
    }
    return a->ending.directed_on == 0 ? 0 : day_add(a->ending.directed_on, (int32_t)days);
}

/* --- the whole ---------------------------------------------------------------------- */

static int32_t earlier(int32_t a, int32_t b)
{
    if (a == 0 || b == 0) {
        return a + b;
    }
    return a < b ? a : b;
}

#define DATE_FORMAT  "%04d-%02d-%02d"
#define DATE_ARGS(d) (d) / 10000, (d) / 100 % 100, (d) % 100

static void warn_open(const struct doc *d, const struct node *n, const struct agreement_file *a)
{
    const struct ending *e = &a->ending;
    const char *what = e->transfer ? "transfer" : "destruction";

    if (e->certified_on != 0) {
        return;
    }
    if (e->due == 0) {
        doc_warn(d, n,
                 "this agreement has ended, and the time for %s does not run yet: it waits "
                 "for the district's directive; keep this file until a certificate is in",
                 what);
        return;
    }
    doc_warn(d, n,
             "this agreement has ended; %s is due by " DATE_FORMAT " and not certified: keep this "
             "file until a certificate is in",
             what, DATE_ARGS(e->due));
}

bool ending_read(const struct doc *d, const struct node *n, struct agreement_file *out)
{
    struct raw_ending raw = {.on = 0};
    struct ending *e = &out->ending;
    bool good = n == NULL || doc_fill(d, n, ending_rules, 3, &raw);

    e->on = raw.on;
    if (raw.directive != NULL) {
        good = read_directive(d, raw.directive, e) && good;
    }
    if (raw.certificate != NULL) {
        good = read_certificate(d, raw.certificate, e) && good;
    }
    if (e->on > 0 && out->ends > 0 && e->on > day_add(out->ends, 1)) {
        doc_error(d, node_member(n, "on"),
                  "the contract ends before this day by itself; leave the later day out");
        good = false;
    }
    e->stopped_on = earlier(e->on, e->directed_on);
    e->due = count_due(out);
    if (n != NULL && good) {
        warn_open(d, n, out);
    }
    return good;
}

void policy_ending(const struct policy *p, const struct agreement *a, struct ending *out)
{
    *out = p->files[policy_agreement_number(p, a)].ending;
}
