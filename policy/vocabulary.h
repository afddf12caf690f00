/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_VOCABULARY_H
#define POLICY_VOCABULARY_H

#include "policy/catalog.h"
#include "policy/element_set.h"

/*
 * The words of Exhibit B, the schedule of data of the National Data Privacy
 * Agreement (NDPA v1): a closed list of categories and elements, so that an
 * agreement file reads like the signed form. A catalog maps fields to them:
 *
 *   role      category                                         element
 *   students  any of the table but the guardians'              of that category
 *   guardians Parent/Guardian {Name, Contact Information, ID}  of that category
 *   teachers, Staff (ours: Exhibit B lists student data        Name, Email, Phone, Username,
 *   staff     alone)                                           Identifiers, Schools, Classes
 *   records   none: granted by resource                        none
 *
 * Staff elements stand directly under the role (`teachers: { Name: as-is }`).
 * Teachers' names are a line of Exhibit B, so that Staff/Name of a teacher needs
 * Schedule / Teacher names to be ticked.
 */
struct element {
    struct span category;
    struct span element; /* as printed on the form */
    struct span brief;   /* the same without bracketed examples and "- please specify" */
};

/* The table, in the order of the form; the Staff words stand last. */
size_t element_count(void);
const struct element *element_at(size_t i);

/* Its place in the table, below ELEMENT_MAX; ELEMENT_NONE for NULL. */
unsigned element_number(const struct element *e);

/* By category and by either form of the element; NULL when there is none. */
const struct element *element_find(struct span category, struct span word);

/*
 * "Category / Element", as amendments write it; NULL when there is none. Behind
 * the element of a "please specify" line a colon and its text may follow.
 */
const struct element *element_parse(struct span text);

/* What stands behind the colon of "Other assessment data: fluency"; empty: nothing. */
struct span element_detail(struct span text);

/* True for the lines of the form that end in "please specify": each says what it means. */
bool element_is_open(const struct element *e);

bool category_is_known(struct span category);

/* True for the lines of Exhibit B, false for the Staff words. */
bool element_is_ndpa(const struct element *e);

/* The element a field is granted by, or NULL: the grant is of another kind. */
const struct element *element_of_grant(const struct field_grant *g);

/*
 * The line of Exhibit B that must be ticked before `e` may be shared for `role`;
 * NULL for what the form does not govern (SAFETY F1).
 */
const struct element *element_ceiling(const struct element *e, enum role role);

#endif
