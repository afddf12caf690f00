/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_GENERATE_H
#define DISTRICT_GENERATE_H

#include "base/err.h"

#include <stdint.h>

struct generate_counts {
    uint64_t students, guardians, staff, classes, enrollments, rows;
};

/*
 * Writes the example district as a OneRoster 1.2 CSV bundle into `folder`,
 * which is made when missing and must be empty (docs/example-district.md).
 * The same arguments give the same bytes on every machine. manifest.csv is
 * written last, so that a folder without it is known to be incomplete.
 * ERR_INPUT (number of students), ERR_EXISTS (folder not empty), ERR_IO (errno),
 * ERR_STORE_FULL, ERR_MEMORY.
 */
enum err generate_district(const char *folder, uint32_t students, uint64_t seed,
                           struct generate_counts *out) MUST_CHECK;

#endif
