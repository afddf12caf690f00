/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_writer DIR THREADS: a gateway's ledger without the gateway, for tests
 * that kill, starve and trace it. What became of an entry is one line on standard
 * output, one write(2):
 *
 *     ack INDEX TOKEN      the entry that holds TOKEN is durable
 *     no REASON TOKEN      it was refused
 *
 * THREADS > 0: so many threads record disclosures of 1 to 300 students until
 * they are killed or refused. THREADS = 0: each byte of standard input is a
 * command: s record one, h the same without waiting for it, f fill the disk, e
 * give the room back; the end closes.
 */
#include "base/digest.h"
#include "base/log.h"
#include "base/text.h"
#include "ledger/ledger.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MOST_THREADS = 64,
    TOKEN_BYTES = 16,
    MOST_SUBJECTS = 300,
    DISTRICT = 100000,
    WAIT_MS = 60000
};

struct draw {
    uint8_t token[TOKEN_BYTES];
    uint32_t size;
    uint32_t students[MOST_SUBJECTS];
};

/* Most disclosures are of one student, as by-id answers are. */
static size_t name_subjects(const struct draw *d, char names[][16], struct span *ids)
{
    size_t count = d->size % 4 == 0 ? 1 + d->size / 4 % MOST_SUBJECTS : 1;

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], 16, "student%" PRIu32, d->students[i] % DISTRICT);
        ids[i] = span_str(names[i]);
    }
    return count;
}

static bool tell(enum err e, uint64_t index, struct span token)
{
    char line[160];
    int n = e == OK ? snprintf(line, sizeof(line), "ack %" PRIu64 " %.*s\n", index, (int)token.len,
                               (const char *)token.ptr)
                    : snprintf(line, sizeof(line), "no %s %.*s\n", err_code(e), (int)token.len,
                               (const char *)token.ptr);

    return n > 0 && write(STDOUT_FILENO, line, (size_t)n) == n;
}

/* Records one disclosure and says what became of it; false: no more. */
static bool record_one(struct ledger *l, int wait_ms)
{
    char names[MOST_SUBJECTS][16];
    struct span ids[MOST_SUBJECTS];
    struct buf token, body;
    struct draw d;
    uint64_t index = 0;

    if (digest_random((uint8_t *)&d, sizeof(d)) != OK) {
        return false;
    }
    buf_init(&token, 2 * TOKEN_BYTES);
    buf_init(&body, 128);
    text_hex(&token, span_of(d.token, sizeof(d.token)));
    entry_text(&body, "mark", buf_span(&token));
    struct entry entry = {.kind = ENTRY_DISCLOSURE,
                          .exchange = buf_span(&token),
                          .body = buf_span(&body),
                          .subjects = ids,
                          .subject_count = name_subjects(&d, names, ids)};
    enum err e = ledger_record(l, &entry, wait_ms, &index);
    bool told = tell(e, index, buf_span(&token));

    buf_fini(&token);
    buf_fini(&body);
    return told && e == OK;
}

static void *record_many(void *ctx)
{
    while (record_one(ctx, WAIT_MS)) {
    }
    return NULL;
}

static int run_threads(struct ledger *l, unsigned count)
{
    pthread_t threads[MOST_THREADS];

    for (unsigned i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, record_many, l) != 0) {
            return 1;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return 0;
}

/* Until not even one byte more fits. */
static bool fill_disk(const char *path)
{
    static const char block[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    size_t step = sizeof(block);

    if (fd < 0) {
        return false;
    }
    while (step > 0) {
        step = write(fd, block, step) > 0 ? step : step / 2;
    }
    return close(fd) == 0;
}

static bool obey(struct ledger *l, char command, const char *filler)
{
    switch (command) {
    case 's':
        (void)record_one(l, WAIT_MS);
        return true;
    case 'h':
        (void)record_one(l, 0);
        return true;
    case 'f':
        return fill_disk(filler);
    case 'e':
        return unlink(filler) == 0;
    default:
        return false;
    }
}

static int run_commands(struct ledger *l, const char *directory)
{
    char filler[4096];
    char command;

    (void)snprintf(filler, sizeof(filler), "%s/filler", directory);
    while (read(STDIN_FILENO, &command, 1) == 1) {
        if (!obey(l, command, filler)) {
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct ledger_setup setup = {.origin = "fault.example/disclosures/1",
                                 .unsafe_storage = true,
                                 .ballast_bytes = 256 << 10};
    struct ledger *l = NULL;
    uint64_t threads = 0;

    if (argc != 3 || !span_to_u64(span_str(argv[2]), MOST_THREADS, &threads)) {
        return 2;
    }
    setup.directory = argv[1];
    enum err e = ledger_open(&setup, &l);

    if (e != OK) {
        (void)tell(e, 0, SPAN("open"));
        return 1;
    }
    int status = threads > 0 ? run_threads(l, (unsigned)threads) : run_commands(l, argv[1]);

    return ledger_close(&l) == OK ? status : 1;
}
