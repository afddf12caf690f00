/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_LOOP_PRIV_H
#define NET_LOOP_PRIV_H

#include "net/loop.h"

#include <uv.h>

/* What streams, listeners and signals of this folder need of a loop. */

/* The libuv loop inside. */
uv_loop_t *loop_uv(struct loop *l);

#endif
