/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_TRANSLATE_H
#define PROXY_TRANSLATE_H

#include "base/arena.h"
#include "policy/translation.h"
#include "policy/verdict.h"
#include "redact/idmap.h"

/*
 * From the partner's question to the source's, where ids are translated. The
 * partner's own question keeps its codes: records are compared with it as they
 * leave, links and cursors repeat it. The source gets the district's ids, and for
 * what it must not compare (the time of a change within its day) less than was asked.
 */
struct asked {
    struct query query; /* what the source is asked; values live in the arena */
    bool nothing;       /* no record can match: the source is not asked at all (SAFETY R4) */
};

/*
 * The id behind the one in a path, in the arena; empty when it is none of the
 * partner's, which verdict_request() refuses as it refuses an unknown one. `ids` is
 * NULL where the district's ids are known: then `id` itself. ERR_MEMORY.
 */
enum err translate_path_id(struct idmap *ids, const struct resource *r, struct span id,
                           struct arena *arena, struct span *out) MUST_CHECK;

/*
 * Writes midnight in the filter's date-times as the records have it, so that
 * "2026-05-01T00:00:00Z" is the same moment as "2026-05-01T00:00:00.000Z". ERR_MEMORY.
 */
enum err translate_days(const struct agreement *a, struct arena *arena, struct query *q) MUST_CHECK;

/*
 * The source's question for one that the verdict allows. Where ids are not
 * translated it is the same. ERR_MEMORY.
 */
enum err translate_question(const struct plan *plan, struct idmap *ids, struct arena *arena,
                            struct asked *out) MUST_CHECK;

#endif
