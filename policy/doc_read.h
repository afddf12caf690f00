/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DOC_READ_H
#define POLICY_DOC_READ_H

#include "policy/doc.h"

/*
 * Typed readers: true and `*out` set, or false with a message and `*out`
 * untouched. Their `void *` is the type named; all suit struct doc_rule.
 */
struct texts {
    const struct span *items;
    size_t count;
};

bool doc_read_text(const struct doc *d, const struct node *n, void *span);   /* not empty */
bool doc_read_id(const struct doc *d, const struct node *n, void *span);     /* [a-z0-9-], 1..64 */
bool doc_read_date(const struct doc *d, const struct node *n, void *i32);    /* yyyymmdd */
bool doc_read_yes(const struct doc *d, const struct node *n, void *boolean); /* yes | no */
bool doc_read_u64(const struct doc *d, const struct node *n, void *u64);
bool doc_read_texts(const struct doc *d, const struct node *n, void *texts); /* a list of text */
bool doc_read_node(const struct doc *d, const struct node *n, void *node);   /* const node ** */

/* A message and false unless the node is of that kind (and, for lists and maps, not empty). */
bool doc_is_map(const struct doc *d, const struct node *n);
bool doc_is_list(const struct doc *d, const struct node *n);

/* One member of a map: key, who reads it, where it goes. */
struct doc_rule {
    const char *key;
    bool (*read)(const struct doc *d, const struct node *n, void *out);
    size_t offset; /* into the struct given to doc_fill() */
    bool required;
};

/*
 * Reads a map by its table of rules. Unknown keys (with the nearest known one),
 * missing required keys and wrong types are all reported; then false. What could
 * be read is in `out` even then.
 */
bool doc_fill(const struct doc *d, const struct node *map, const struct doc_rule *rules, size_t n,
              void *out);

#endif
