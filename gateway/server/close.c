/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the close table. */
#include "server/close.h"

static const struct close_row ROWS[CLOSE_COUNT] = {
#define CLOSE_ROW(symbol, code, error, text) [symbol] = {(code), (text), (error)},
    CLOSE_TABLE(CLOSE_ROW)
#undef CLOSE_ROW
};

const struct close_row *close_row(enum close_reason reason)
{
    return &ROWS[(unsigned)reason < CLOSE_COUNT ? reason : CLOSE_STOP];
}
