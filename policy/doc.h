/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DOC_H
#define POLICY_DOC_H

#include "base/diag.h"

/*
 * Files that people write, read strictly (SAFETY P1): YAML 1.1 without its
 * surprises, and so JSON too, which is its flow style. A document is a tree of
 * maps, lists and scalars that know their place. Scalars are text; the schema
 * that reads them gives them their type, so that `NO` stays a string.
 *
 * Refused with line and column: duplicate keys, merge keys, tags, anchors and
 * aliases, directives, a second document, malformed UTF-8, control and
 * bidirectional characters (escaped ones too), and anything over the limits.
 */
enum {
    DOC_MAX_DEPTH = 32,
    DOC_MAX_NODES = 100000,
    DOC_MAX_MEMBERS = 4096, /* of one map */
    DOC_MAX_BYTES = 8 * 1024 * 1024,
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool quoted;     /* a scalar in quotes or a block scalar: always meant as text */
    unsigned line;   /* of the value; 1-based, in characters */
    unsigned column; /* as above */
    unsigned key_line;
    unsigned key_column;
    struct span key;          /* of a map's member, else empty */
    struct span text;         /* of a scalar, NUL behind it */
    const struct node *first; /* items or members, in the file's order */
    const struct node *next;
    size_t count; /* of items or members */
};

struct doc_rule;

/* One file while it is read. Everything in it is borrowed; nodes live in the arena. */
struct doc {
    const char *name; /* shown in messages */
    struct arena *arena;
    struct diag_list *diags;
    const struct node *root;
    /* Told of every map that is read by a table of rules (doc_read.h), so that a test can hold
     * the schemas against them. NULL: nobody is. */
    void (*on_fill)(const struct doc *d, const struct node *map, const struct doc_rule *rules,
                    size_t n);
};

/*
 * Parses `bytes` into `out->root`; `out` must have name, arena and diags set.
 * The first problem of the syntax goes to diags and gives ERR_INPUT. ERR_MEMORY.
 * `bytes` may be freed afterwards.
 */
enum err doc_parse(struct doc *out, struct span bytes) MUST_CHECK;

/* Adds a message at a node's value, at a member's key, or (node NULL) about the whole file. */
void doc_error(const struct doc *d, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doc_error_key(const struct doc *d, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doc_warn(const struct doc *d, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The member with this key, or NULL; also NULL when `map` is NULL or no map. */
const struct node *node_member(const struct node *map, const char *key);

#endif
