/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A short list, searched from its beginning. Agreements are told apart by their
 * address within one world; another world may have another one there, so that the
 * world's version is part of the name.
 */
#include "proxy/codes.h"

enum err code_pool_take(struct code_pool *p, uint64_t world, const struct id_keys *keys,
                        const struct agreement *a, struct idmap **out)
{
    for (unsigned i = 0; i < CODE_SPARES; i++) {
        struct code_spare *s = &p->spares[i];

        if (s->map != NULL && s->world == world && s->agreement == a) {
            *out = s->map;
            *s = (struct code_spare){.map = NULL};
            return OK;
        }
    }
    return id_keys_map(keys, a, out);
}

static struct code_spare *room_in(struct code_pool *p, uint64_t world)
{
    for (unsigned i = 0; i < CODE_SPARES; i++) {
        if (p->spares[i].map == NULL || p->spares[i].world < world) {
            return &p->spares[i];
        }
    }
    return &p->spares[p->next++ % CODE_SPARES];
}

void code_pool_give(struct code_pool *p, uint64_t world, const struct agreement *a,
                    struct idmap *map)
{
    if (map == NULL) {
        return;
    }
    struct code_spare *s = room_in(p, world);

    idmap_free(&s->map);
    *s = (struct code_spare){world, a, map};
}

void code_pool_clear(struct code_pool *p)
{
    for (unsigned i = 0; i < CODE_SPARES; i++) {
        idmap_free(&p->spares[i].map);
    }
    *p = (struct code_pool){.next = 0};
}
