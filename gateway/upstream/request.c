/* SPDX-License-Identifier: Apache-2.0 */
/* The one form of request that we send. */
#include "upstream/request.h"

static bool is_target(struct span target)
{
    for (size_t i = 0; i < target.len; i++) {
        if (target.ptr[i] <= 0x20 || target.ptr[i] > 0x7E || target.ptr[i] == '#') {
            return false;
        }
    }
    return target.len > 0 && target.len <= REQUEST_MAX_TARGET && target.ptr[0] == '/';
}

enum err request_write(struct buf *out, struct span target, const char *host)
{
    buf_init(out, REQUEST_MAX_BYTES);
    if (!is_target(target)) {
        return ERR_INPUT;
    }
    buf_put_str(out, "GET ");
    buf_put(out, target);
    buf_put_str(out, " HTTP/1.1\r\nHost: ");
    buf_put_str(out, host);
    buf_put_str(out, "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
                     "User-Agent: hallpass\r\n\r\n");
    return buf_err(out);
}
