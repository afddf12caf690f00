/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_READ_H
#define ROSTER_OWN_READ_H

#include "base/diag.h"
#include "policy/element_set.h"

/*
 * The four files in which a district keeps students' own facts, outside its
 * policy (SAFETY S1-S5): CSV with a header line, dates as YYYY-MM-DD.
 */

/* Columns: symbol, file, its header, whether its rows take away (else they open). */
#define OWN_FILE_TABLE(F)                                                                          \
    F(OWN_OPT_OUTS, "opt-outs.csv", "student,type,scope,since,until", true)                        \
    F(OWN_CONSENTS, "consents.csv",                                                                \
      "student,signer,relation,signed,expires,revoked,method,authenticated-as,evidence,party,"     \
      "purpose,elements",                                                                          \
      false)                                                                                       \
    F(OWN_RESTRICTIONS, "restrictions.csv", "student,withhold,from,until", true)                   \
    F(OWN_NAMED, "named.csv", "student,agreement,since,until,by", false)

enum own_file {
#define OWN_FILE_SYMBOL(sym, name, header, narrows) sym,
    OWN_FILE_TABLE(OWN_FILE_SYMBOL)
#undef OWN_FILE_SYMBOL
        OWN_FILE_COUNT
};

const char *own_file_name(enum own_file file);
const char *own_file_header(enum own_file file);
bool own_file_narrows(enum own_file file);

/* From whom, or for whom. */
enum own_party { OWN_EVERYBODY, OWN_PARTNER, OWN_AGREEMENT };

enum own_relation { OWN_PARENT, OWN_GUARDIAN, OWN_STUDENT };

/* One row. Strings live where the rows do. Dates are yyyymmdd, 0 where none stands. */
struct own_row {
    enum own_file file;
    unsigned line;
    bool bad; /* could not be read whole: nothing stands but `student`, who is to be withheld */
    bool all; /* an opt-out of every type, a restriction on everything */
    bool vanished; /* stands in the file no more, and in force until that is confirmed */
    struct span student;
    enum own_party party;
    struct span party_id; /* of OWN_PARTNER, OWN_AGREEMENT */
    int32_t since;        /* first day; of a consent the day it was signed */
    int32_t until;        /* last whole day */
    int32_t revoked;      /* of a consent: the first day without it */
    enum own_relation relation;
    struct span signer;
    struct span purpose;
    struct element_set elements; /* opted out of, withheld, or released */
    struct span what;            /* the cell behind `elements` and `all`, as it was written */
};

enum { OWN_MAX_FILE = 64 * 1024 * 1024, OWN_MAX_ROWS = 500000, OWN_MAX_ID = 1024 };

struct own_sheet {
    const struct own_row *rows; /* the good ones, and bad ones whose student can be told */
    size_t count;
    bool whole; /* read to the end without an error */
};

/* What is to be read. Borrowed for the call. */
struct own_text {
    enum own_file file;
    const char *name; /* in messages */
    struct span bytes;
};

/*
 * Reads the bytes of one file. Rows and their strings are copies in `arena`; all
 * problems go to `diags` under its name and make the sheet not whole; the rows
 * that are good stand in it all the same. A file that does not end with a line
 * end is not whole: it may be cut off. ERR_MEMORY (also an arena too small);
 * `*out` untouched then.
 */
enum err own_read(const struct own_text *in, struct arena *arena, struct diag_list *diags,
                  struct own_sheet *out) MUST_CHECK;

#endif
