/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays a corpus through a fuzz target without libFuzzer: every file of every
 * folder given, and every cut of it, in blocks of exactly its size so that the
 * address sanitizer sees a read past the end. No folder or an empty one is a
 * failure: a corpus that went missing must not look like one that passed.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FILE = 1 << 20, MAX_CUTS = 4096 };

static void feed(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = mem_alloc_array(len, 1);

    if (exact != NULL) {
        if (len > 0) {
            memcpy(exact, bytes, len);
        }
        (void)LLVMFuzzerTestOneInput(exact, len);
        mem_free(exact);
    }
}

static void feed_cuts(const uint8_t *bytes, size_t len)
{
    size_t step = len / MAX_CUTS + 1;

    for (size_t cut = 0; cut < len; cut += step) {
        feed(bytes, cut);
    }
    feed(bytes, len);
}

static unsigned replay_file(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *bytes = mem_alloc(MAX_FILE);
    int used = snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = used > 0 && (size_t)used < sizeof(path) ? fopen(path, "rb") : NULL;
    unsigned done = 0;

    if (f != NULL && bytes != NULL) {
        size_t len = fread(bytes, 1, MAX_FILE, f);

        feed_cuts(bytes, len);
        done = ferror(f) == 0 ? 1 : 0;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    mem_free(bytes);
    return done;
}

static unsigned replay_folder(const char *folder)
{
    DIR *d = opendir(folder);
    unsigned done = 0;

    if (d == NULL) {
        return 0;
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        done += e->d_name[0] == '.' ? 0 : replay_file(folder, e->d_name);
    }
    (void)closedir(d);
    return done;
}

int main(int argc, char **argv)
{
    unsigned done = 0;

    for (int i = 1; i < argc; i++) {
        done += replay_folder(argv[i]);
    }
    printf("replayed %u inputs\n", done);
    return done > 0 ? 0 : 1;
}
