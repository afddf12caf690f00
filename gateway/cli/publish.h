/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PUBLISH_H
#define CLI_PUBLISH_H

#include "cli/shapes.h"
#include "policy/explain.h"

/*
 * The pages that the law has districts publish, from policy and, where that says
 * more, the ledger's counts. They say what the files say, in plain words, and where
 * the files do not say something they say so: nothing is made up.
 */
struct publishing {
    const struct policy *policy;
    int32_t day;                 /* agreements in force on this one */
    const struct shapes *shapes; /* NULL: no ledger is at hand */
    struct buf *out;
};

/* 34 CFR 99.7 and 99.37(a). ERR_NOT_FOUND: district.yaml has no annual-notice. ERR_MEMORY. */
enum err publish_annual_notice(const struct publishing *p) MUST_CHECK;

/* 105 ILCS 85/27: to whom, which data, why. HTML. ERR_MEMORY. */
enum err publish_soppa(const struct publishing *p) MUST_CHECK;

/* 8 NYCRR 121.3: supplemental information for each contract. HTML. ERR_MEMORY. */
enum err publish_ny_2d(const struct publishing *p) MUST_CHECK;

/* Recipients by elements, as CSV (SAFETY G5). ERR_MEMORY. */
enum err publish_dictionary(const struct publishing *p) MUST_CHECK;

/* --- shared by the pages, in publish.c */

/* Calls for each agreement in force, with its file. ERR_MEMORY, or the callback's error. */
enum err publish_each(const struct publishing *p,
                      enum err (*each)(const struct publishing *p, const struct explanation *e),
                      bool *any) MUST_CHECK;

/* Appends plain text: "2026-07-01"; "Acme Practice, Acme Tests"; "CloudCo (hosting)";
 * "schools riverside, lincoln; grades 06, 07". Empty where the file says nothing. */
void publish_date(struct buf *out, int32_t date);
void publish_products(struct buf *out, const struct explanation *e);
void publish_subprocessors(struct buf *out, const struct explanation *e);
void publish_population(struct buf *out, const struct publishing *p, const struct agreement *a);
void publish_purposes(struct buf *out, const struct agreement *a);

#endif
