/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error table, made from the list in the header.
 */
#include "base/err.h"

static const struct err_row rows[ERR_COUNT] = {
    [OK] = {"ok", "no error", "fullsuccess", 200, FAULT_NONE},
#define ERR_ROW(sym, code, status, fault, minor, text)                                             \
    [sym] = {code, text, minor, status, FAULT_##fault},
    ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

const struct err_row *err_row(enum err e)
{
    if ((unsigned)e >= ERR_COUNT) {
        e = ERR_INTERNAL;
    }
    return &rows[e];
}

const char *err_code(enum err e)
{
    return err_row(e)->code;
}

const char *err_text(enum err e)
{
    return err_row(e)->text;
}
