/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_FACTS_PRIV_H
#define PROXY_FACTS_PRIV_H

#include "proxy/exchange_priv.h"

/*
 * Students' own facts in an exchange: the snapshot that decides, and what a newer
 * one does to records that were decided before (invariant 9, SAFETY R9).
 */

/* Pins the snapshot in force, or what the policy says instead; after `world` is set. */
void facts_open(struct exchange *x);
void facts_close(struct exchange *x);

/* True if a newer snapshot is in force; lock-free. */
bool facts_are_stale(const struct exchange *x);

/*
 * Goes over to the snapshot in force. Records decided before it, in batches that
 * have not begun to leave, must be allowed as much by the new one; else the error
 * that a stopped student gives (ERR_STOPPED, ERR_RECORD, ERR_BUSY), and ERR_BUSY before the head
 * where some fields alone are withheld now.
 */
enum err facts_recheck(struct exchange *x) MUST_CHECK;

#endif
