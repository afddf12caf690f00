/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ENDED_EDIT_H
#define CLI_ENDED_EDIT_H

#include "base/buf.h"

/*
 * Editing `ended:` in an agreement's file without touching another byte of it:
 * comments, order and layout stay. Nothing that stands there is ever replaced.
 */

/*
 * Appends to `out` the text with the member `key: value` added to `ended:`, which
 * is made at the end of the file when it is not there. `value` is one line of flow
 * style. The result is read back: it says what the text said, and the new member.
 *
 * ERR_EXISTS: the member is there already. ERR_INPUT: the text is no YAML of this
 * kind, or `ended:` is written in braces, where there is no line to add. ERR_MEMORY,
 * ERR_TOO_BIG. On failure `out` holds nothing of use.
 */
enum err ended_add(struct span yaml, const char *key, struct span value,
                   struct buf *out) MUST_CHECK;

#endif
