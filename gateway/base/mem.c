/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap, with a counter and a failure point per thread so that tests can
 * sweep "the n-th allocation fails" through a scenario. The two thread-local
 * words are the only state in base/.
 */
#include "base/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local uint64_t made;
static _Thread_local uint64_t fail_in;

static bool refused(void)
{
    made++;
    return fail_in != 0 && --fail_in == 0;
}

void *mem_alloc(size_t size)
{
    return refused() ? NULL : calloc(1, size == 0 ? 1 : size);
}

void *mem_alloc_array(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        return NULL;
    }
    return mem_alloc(total);
}

void *mem_resize(void *ptr, size_t size)
{
    return refused() ? NULL : realloc(ptr, size == 0 ? 1 : size);
}

char *mem_copy(const void *ptr, size_t len)
{
    char *copy = len == SIZE_MAX ? NULL : mem_alloc(len + 1);

    if (copy != NULL && len > 0) {
        memcpy(copy, ptr, len);
    }
    return copy;
}

void mem_free(void *ptr)
{
    free(ptr);
}

void mem_wipe(void *ptr, size_t len)
{
    if (ptr != NULL && len > 0) {
        OPENSSL_cleanse(ptr, len);
    }
}

void mem_fail_at(uint64_t n)
{
    fail_in = n;
}

uint64_t mem_count(void)
{
    return made;
}
