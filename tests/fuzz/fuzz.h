/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a fuzz target defines, by libFuzzer's name. Under `make fuzz` libFuzzer
 * calls it; under `make test` replay_main.c feeds it tests/fuzz/corpus/<target>.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
