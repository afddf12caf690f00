/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_FIELD_H
#define POLICY_FIELD_H

#include "policy/facts.h"

/*
 * One field of a record, as the catalog describes it. Immutable, owned by the
 * catalog; all spans live as long as it does.
 */
enum { CATALOG_MAX_FIELDS = 128, CATALOG_ROOT = 0xFFFF };

enum field_kind {
    FIELD_VALUE,  /* a scalar leaf */
    FIELD_REF,    /* a GUIDRef {href, sourcedId, type}: one leaf for us */
    FIELD_OBJECT, /* members are fields of their own; grants nothing by itself */
};

enum field_type {
    TYPE_STRING,
    TYPE_ID,       /* a sourcedId */
    TYPE_BOOLEAN,  /* the strings "true" and "false" */
    TYPE_ENUM,     /* one of `words`, or ext:... when `extensible` */
    TYPE_DATE,     /* YYYY-MM-DD */
    TYPE_DATETIME, /* RFC 3339 */
    TYPE_YEAR,     /* YYYY */
    TYPE_EMAIL,
    TYPE_GRADE,  /* CEDS grade level code */
    TYPE_MOMENT, /* a date or a date-time: standards and servers differ */
    TYPE_NUMBER, /* a JSON number; its text is kept as it stands */
    TYPE_FLAG,   /* JSON's true and false */
};

/* What deciding a row takes from this field; a field may carry several. */
enum field_fact {
    FACT_SUBJECT = 1, /* names the person the record is about */
    FACT_SCHOOL = 2,
    FACT_GRADE = 4,
    FACT_ROLE = 8,     /* a OneRoster role word of that person */
    FACT_STATUS = 16,  /* a local field: the student's enrollment status, for the roster */
    FACT_PROGRAM = 32, /* a local field: a program the student is in, for the roster */
    FACT_CLASS = 64,   /* the class that the record comes from */
};

enum field_label { LABEL_IDEA = 1, LABEL_NSLA = 2, LABEL_HOMELESS = 4, LABEL_PPRA = 8 };

/* What the code itself refuses, whatever a file says (DESIGN 7). */
enum field_bar {
    BAR_NONE,
    BAR_SSN_WORD,   /* a word such as "SSN" here drops the enclosing list item */
    BAR_SSN_NUMBER, /* so does a value of the form 123-45-6789 */
};

/* How a role's value of this field is granted. */
enum grant_by {
    GRANT_NEVER,     /* in no way */
    GRANT_STRUCTURE, /* comes with the resource: status, dateLastModified, sourcedId */
    GRANT_ELEMENT,   /* by its category and element */
    GRANT_NAME,      /* free text: only by naming the field (SAFETY F5), under the category */
};

/*
 * Category and element as in policy/vocabulary.h, in their full form: Exhibit B
 * for students and guardians, "Staff" and a word for teachers and staff. ROLE_NONE:
 * the resource's name as category, no element. Both empty for NEVER and STRUCTURE.
 */
struct field_grant {
    enum grant_by by;
    struct span category;
    struct span element;
};

struct field {
    uint16_t number;
    uint16_t parent; /* number of the object it is a member of, or CATALOG_ROOT */
    enum field_kind kind;
    enum field_type type;
    enum ref_type ref;  /* of FIELD_REF and TYPE_ID */
    bool list;          /* a JSON array of such values */
    bool required;      /* a strict client refuses the parent without it */
    bool guards_item;   /* its role word decides whether the enclosing list item may stay */
    bool extensible;    /* TYPE_ENUM: ext:... words are well formed too */
    bool many_values;   /* at least 2^20 possible ones, none of them frequent (SAFETY F4) */
    bool own_date;      /* TYPE_DATE: each person's own day, on no calendar that others share */
    enum field_bar bar; /* see field_bars_item() */
    uint8_t facts;      /* field_fact bits */
    uint8_t labels;     /* field_label bits */
    char ferpa_class;   /* 99.3 PII paragraph a-g, '-' for none */
    struct span name;   /* the JSON key */
    struct span path;   /* dotted from the record: "roles.org" */
    struct span local;  /* of a local field: "users.metadata.bus"; else empty */
    const struct span *words; /* TYPE_ENUM and TYPE_GRADE */
    size_t word_count;
    struct span placeholder; /* JSON bytes that keep a strict client alive, or empty */
    struct field_grant grant[ROLE_COUNT];
};

/*
 * True if the list item that holds this value must be dropped whatever the
 * policy says: an SSN among userIds. Items that lack a field with a bar, or hold
 * a value of another type there, are dropped as well (unknown withholds).
 */
bool field_bars_item(const struct field *f, struct span value);

/* True for keys that no catalog may grant ("password"); for words that may name the SSN. */
bool field_name_is_secret(struct span name);
bool field_name_is_ssn(struct span name);

/*
 * True for values that stand in JSON without quotes. They decide nothing, are
 * released as they are or not at all, and no question compares them: "9" and "10"
 * have no order by bytes.
 */
bool field_is_literal(const struct field *f);

/* A set of fields of one resource, by field number. */
struct fieldset {
    uint64_t word[CATALOG_MAX_FIELDS / 64];
};

static inline bool fieldset_has(const struct fieldset *s, unsigned n)
{
    return (s->word[n / 64] >> (n % 64) & 1) != 0;
}

static inline void fieldset_add(struct fieldset *s, unsigned n)
{
    s->word[n / 64] |= (uint64_t)1 << (n % 64);
}

#endif
