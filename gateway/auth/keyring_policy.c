/* SPDX-License-Identifier: Apache-2.0 */
/* The key ring of a policy: gathers its clients. Apart from keyring.c, which needs no policy. */
#include "auth/keyring.h"

#include "base/mem.h"

enum err keyring_new(const struct policy *policy, struct diag_list *diags, struct keyring **out)
{
    size_t n = policy_client_count(policy);
    const struct client **clients = mem_alloc_array(n, sizeof(*clients));

    if (clients == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        clients[i] = policy_client(policy, i);
    }
    enum err e = keyring_from(clients, n, diags, out);

    mem_free(clients);
    return e;
}
