/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_PLACE_H
#define LEDGER_PLACE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The folder that holds a ledger: is its storage honest, who writes to it, and
 * how much is kept free for the last word.
 */

/*
 * ERR_INPUT, with a log line that says why: no such folder, not ours, open to
 * others, or (unless `unsafe`) on a filesystem that cannot promise durability or
 * locks (tmpfs, overlay, network and user-space filesystems).
 */
enum err place_check(const char *directory, bool unsafe) MUST_CHECK;

/*
 * Takes the writer's lock, a flock() on `writer.lock`, until place_unlock() or
 * the end of the process. ERR_LOCKED: another process writes here. ERR_IO.
 */
enum err place_lock(const char *directory, int *fd) MUST_CHECK;
void place_unlock(int *fd);

/*
 * The ballast: a file of `bytes` that is deleted when the disk is full, so that
 * the entry that says so can be written. fill: OK when it stands (again) in full,
 * ERR_LEDGER_FULL when there is no room, ERR_IO. drop: harmless when it is gone.
 */
enum err place_ballast_fill(const char *directory, uint64_t bytes) MUST_CHECK;
void place_ballast_drop(const char *directory);

#endif
