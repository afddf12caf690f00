/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_GRAPHEME_H
#define REDACT_GRAPHEME_H

#include "base/span.h"

/*
 * Length in bytes of the first grapheme cluster of well-formed UTF-8, 0 for the
 * empty text: a character with its combining marks, a Hangul syllable, a pair of
 * regional indicators (Unicode UAX #29, rules GB3 to GB9a; of GB9c and GB11 the
 * shorter reading). Unicode 14.0. A cluster longer than 64 bytes ends there.
 */
size_t grapheme_first(struct span text);

/*
 * True if a name is its first cluster and no more ("O", "O.", "O "): what stands
 * behind it is blanks, invisible characters and full stops alone.
 */
bool grapheme_is_all(struct span text);

#endif
