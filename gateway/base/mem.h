/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The only door to the C heap: a lint forbids malloc and free elsewhere. Every
 * function may return NULL; the caller then denies with ERR_MEMORY.
 */

/* `size` zeroed bytes, or NULL. A size of zero gives a pointer that may be freed. */
void *mem_alloc(size_t size) __attribute__((warn_unused_result));

/* `count` zeroed items of `size` bytes; NULL also when the product overflows. */
void *mem_alloc_array(size_t count, size_t size) __attribute__((warn_unused_result));

/* As realloc(3): on failure NULL, and the old block is still the caller's. */
void *mem_resize(void *ptr, size_t size) __attribute__((warn_unused_result));

/* A heap copy of `len` bytes with a NUL behind them, or NULL. */
char *mem_copy(const void *ptr, size_t len) __attribute__((warn_unused_result));

/* NULL is accepted. */
void mem_free(void *ptr);

/* Overwrites a secret in a way the compiler may not drop, then leaves it allocated. */
void mem_wipe(void *ptr, size_t len);

/*
 * Allocation sweep for tests: the n-th allocation of this thread from now on
 * (1 = the next) fails once. 0 switches it off.
 */
void mem_fail_at(uint64_t n);

/* Allocations made by this thread since it started; a test asserts differences. */
uint64_t mem_count(void);

#endif
