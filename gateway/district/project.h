/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_PROJECT_H
#define DISTRICT_PROJECT_H

#include "base/buf.h"

/*
 * The parameter `fields`: copies from a record only the members that are named,
 * in the order of the record. A name is a top-level member ("roles") or a dotted
 * path into objects and lists of objects ("roles.role"); items of a list stay,
 * with what is left of them.
 */

/*
 * Appends the projection of `document`, compact JSON that build.h has made, to
 * `out`. ERR_INPUT when the document is not a JSON object of that form; ERR_MEMORY,
 * ERR_TOO_BIG of the buffer.
 */
enum err project_record(struct buf *out, struct span document, const struct span *names,
                        size_t count) MUST_CHECK;

#endif
