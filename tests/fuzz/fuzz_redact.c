/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of users through the redactor. The first byte picks the plan and where
 * the body is cut; the rest is the body. Whole and cut must give the same, and
 * what is released must be JSON that holds no byte of a canary.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/redact_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1) {
        redact_check(data[0], span_of(data + 1, size - 1));
    }
    return 0;
}
