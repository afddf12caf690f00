/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When an agreement counts: every bound can only take days away.
 */
#include "policy/terms.h"

bool agreement_in_force(const struct agreement *a, int32_t date)
{
    return date >= a->from && date <= a->ends && date > a->barred_until &&
           (a->stopped_on == 0 || date < a->stopped_on);
}
