/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REDACT_CHECK_H
#define SUPPORT_REDACT_CHECK_H

#include "base/span.h"

/*
 * Runs any bytes through the redactor, whole and in pieces, under one of four
 * plans (collection, by id, with a filter, only counting), and aborts when the
 * two runs differ, when a record is released that jansson does not read, or when
 * an unshared member's value is among the bytes: a string that contains "CANARY"
 * under a key that is not "givenName", "email" or an id.
 */
void redact_check(uint8_t choice, struct span body);

#endif
