/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_TYPE_H
#define REDACT_TYPE_H

#include "policy/field.h"

/*
 * True if `text`, a string's meaning after unescaping, is a value of the field's
 * type: sourcedIds have 1 to 255 bytes and no control character; booleans are
 * the words "true" and "false"; enums and grades one of the catalog's words (an
 * extensible enum also ext:[A-Za-z0-9._-]+, OneRoster 1.2); dates exist in the
 * calendar; date-times are RFC 3339; e-mails have one @ and no blank. Any text
 * is a string.
 */
bool type_fits(const struct field *f, struct span text);

/* True if the text may be a sourcedId. */
bool type_is_id(struct span text);

#endif
