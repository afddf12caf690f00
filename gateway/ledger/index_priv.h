/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_INDEX_PRIV_H
#define LEDGER_INDEX_PRIV_H

#include "ledger/index.h"
#include "store/stmt.h"

struct index {
    int lock; /* descriptor of index.lock, flock()ed */
    struct store *store;
    struct stmt *put_entry;
    struct stmt *put_posting;
    struct stmt *put_set;
    struct stmt *put_position;
    uint32_t *numbers; /* room to decode subjects into */
    size_t number_cap;
};

#endif
