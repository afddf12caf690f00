/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/ledger DIR [SECONDS]: what the ledger alone can do on the disk that holds
 * DIR (an empty folder of mode 0700). Threads act as workers do: each keeps a
 * window of exchanges going, an exchange being a request entry, then a disclosure
 * about so many students, both waited for, then an outcome that nobody waits for.
 * One line for each size: exchanges, entries, students and commits per second,
 * median and 99th percentile of one wait, and the process's CPU per exchange.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ledger/ledger.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { THREADS = 2, DISTRICT = 200000, MAX_WAITS = 1 << 20, MAX_WINDOW = 128 };

static const char REQUEST[] =
    "\"address\":\"203.0.113.7\",\"agreement\":\"acme-math\",\"basis\":\"school-official\","
    "\"client\":\"acme-prod\",\"interest\":\"Adaptive mathematics practice for grades 6-8\","
    "\"method\":\"GET\",\"params\":[\"limit\"],\"partner\":\"acme\",\"purpose\":\"instruction\","
    "\"resource\":\"users\",\"route\":\"/users/{sourcedId}\"";
static const char DISCLOSURE[] =
    "\"agreement\":\"acme-math\",\"basis\":\"school-official\",\"batch\":1,\"class\":\"99.32\","
    "\"client\":\"acme-prod\",\"fields\":[\"0123456789abcdef\"],\"partner\":\"acme\","
    "\"purpose\":\"instruction\",\"records\":1,\"resource\":\"users\"";
static const char OUTCOME[] = "\"batches\":1,\"bytes\":900,\"dropped\":0,\"end\":\"complete\","
                              "\"records\":1,\"rows\":1,\"status\":200,\"withheld\":{}";

struct load {
    struct ledger *ledger;
    size_t students;
    unsigned window; /* exchanges at once, of one thread */
    int64_t end_ns;
    _Atomic uint64_t exchanges, waits;
    uint32_t *waited_us; /* [MAX_WAITS] */
};

struct worker;

struct exchange {
    struct ledger_ack ack; /* first */
    struct worker *worker;
    int64_t asked_ns;
    bool disclosing; /* the entry under way is the disclosure */
    struct exchange *next;
};

struct worker {
    struct load *load;
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct exchange *told; /* acknowledged, not yet looked at */
    struct exchange exchanges[MAX_WINDOW];
    struct span *ids;
    unsigned next_student;
};

static char names[DISTRICT][12];

static void on_done(struct ledger_ack *ack, enum err e, uint64_t index)
{
    struct exchange *x = (struct exchange *)ack;
    struct load *load = x->worker->load;
    uint64_t n = atomic_fetch_add(&load->waits, 1);

    (void)index;
    if (e != OK) {
        fprintf(stderr, "bench: %s\n", err_text(e));
        _Exit(1);
    }
    if (n < MAX_WAITS) {
        load->waited_us[n] = (uint32_t)((clock_mono_ns() - x->asked_ns) / 1000);
    }
    (void)pthread_mutex_lock(&x->worker->lock);
    x->next = x->worker->told;
    x->worker->told = x;
    (void)pthread_cond_signal(&x->worker->some);
    (void)pthread_mutex_unlock(&x->worker->lock);
}

static void submit(struct worker *w, const struct entry *entry, struct exchange *x)
{
    if (x != NULL) {
        x->asked_ns = clock_mono_ns();
    }
    enum err e = ledger_submit(w->load->ledger, entry, x == NULL ? NULL : &x->ack);

    if (e != OK) {
        fprintf(stderr, "bench: %s\n", err_text(e));
        _Exit(1);
    }
}

static void begin(struct worker *w, struct exchange *x)
{
    struct entry entry = {.kind = ENTRY_REQUEST,
                          .exchange = SPAN("00112233445566778899aabbccddeeff"),
                          .body = span_str(REQUEST)};

    if (ledger_reserve(w->load->ledger, 3) != OK) {
        fprintf(stderr, "bench: no credits\n");
        _Exit(1);
    }
    x->disclosing = false;
    submit(w, &entry, x);
}

/* The next students of the district, as a source in roster order has them. */
static void disclose(struct worker *w, struct exchange *x)
{
    struct entry entry = {.kind = ENTRY_DISCLOSURE,
                          .exchange = SPAN("00112233445566778899aabbccddeeff"),
                          .body = span_str(DISCLOSURE),
                          .subjects = w->ids,
                          .subject_count = w->load->students};

    for (size_t i = 0; i < w->load->students; i++) {
        w->ids[i] = span_str(names[w->next_student++ % DISTRICT]);
    }
    x->disclosing = true;
    submit(w, &entry, x);
}

static void finish(struct worker *w)
{
    struct entry entry = {.kind = ENTRY_OUTCOME,
                          .exchange = SPAN("00112233445566778899aabbccddeeff"),
                          .body = span_str(OUTCOME)};

    submit(w, &entry, NULL);
    atomic_fetch_add(&w->load->exchanges, 1);
}

static struct exchange *take_told(struct worker *w)
{
    (void)pthread_mutex_lock(&w->lock);
    while (w->told == NULL) {
        (void)pthread_cond_wait(&w->some, &w->lock);
    }
    struct exchange *told = w->told;

    w->told = NULL;
    (void)pthread_mutex_unlock(&w->lock);
    return told;
}

/* One exchange's next step; false: it is over, and no other is begun. */
static bool advance(struct worker *w, struct exchange *x)
{
    if (!x->disclosing) {
        disclose(w, x);
        return true;
    }
    finish(w);
    if (clock_mono_ns() >= w->load->end_ns) {
        return false;
    }
    begin(w, x);
    return true;
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    unsigned alive = w->load->window;

    for (unsigned i = 0; i < w->load->window; i++) {
        w->exchanges[i] = (struct exchange){.ack = {.done = on_done}, .worker = w};
        begin(w, &w->exchanges[i]);
    }
    while (alive > 0) {
        struct exchange *x = take_told(w);

        while (x != NULL) {
            struct exchange *next = x->next;

            alive -= advance(w, x) ? 0 : 1;
            x = next;
        }
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static double cpu_s(void)
{
    struct rusage use;

    (void)getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void print_row(struct load *load, const struct ledger_state *from,
                      const struct ledger_state *to, double seconds, double cpu)
{
    uint64_t waits = load->waits < MAX_WAITS ? load->waits : MAX_WAITS;
    double exchanges = (double)load->exchanges;

    qsort(load->waited_us, waits, sizeof(uint32_t), by_size);
    printf("%8zu %7u %11.0f %10.0f %12.0f %10.0f %8" PRIu32 " %8" PRIu32 " %10.1f\n",
           load->students, load->window * THREADS, exchanges / seconds,
           (double)(to->size - from->size) / seconds, exchanges * (double)load->students / seconds,
           (double)(to->commits - from->commits) / seconds, load->waited_us[waits / 2],
           load->waited_us[waits * 99 / 100], cpu * 1e6 / exchanges);
}

static void run(struct ledger *l, size_t students, unsigned window, uint64_t seconds)
{
    static struct worker workers[THREADS];
    struct load load = {.ledger = l, .students = students, .window = window};
    pthread_t threads[THREADS];
    struct ledger_state from, to;
    int64_t began = clock_mono_ns();
    double cpu = cpu_s();

    load.waited_us = mem_alloc_array(MAX_WAITS, sizeof(uint32_t));
    load.end_ns = began + (int64_t)seconds * 1000000000;
    ledger_read_state(l, &from);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.load = &load, .next_student = i * DISTRICT / THREADS};
        workers[i].ids = mem_alloc_array(students, sizeof(struct span));
        (void)pthread_mutex_init(&workers[i].lock, NULL);
        (void)pthread_cond_init(&workers[i].some, NULL);
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            _Exit(1);
        }
    }
    for (unsigned i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        mem_free(workers[i].ids);
    }
    ledger_read_state(l, &to);
    print_row(&load, &from, &to, (double)(clock_mono_ns() - began) / 1e9, cpu_s() - cpu);
    mem_free(load.waited_us);
}

int main(int argc, char **argv)
{
    struct ledger_setup setup = {.origin = "bench.example/disclosures/1", .unsafe_storage = true};
    struct ledger *l = NULL;
    uint64_t seconds = 3;

    if (argc < 2 || (argc > 2 && !span_to_u64(span_str(argv[2]), 3600, &seconds))) {
        fprintf(stderr, "usage: ledger DIR [SECONDS]\n");
        return 2;
    }
    for (unsigned i = 0; i < DISTRICT; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "s%u", 100000 + i);
    }
    setup.directory = argv[1];
    enum err e = ledger_open(&setup, &l);

    if (e != OK) {
        fprintf(stderr, "bench: %s\n", err_text(e));
        return 1;
    }
    printf("%8s %7s %11s %10s %12s %10s %8s %8s %10s\n", "students", "at once", "exchanges/s",
           "entries/s", "students/s", "commits/s", "p50 us", "p99 us", "CPU us/ex");
    run(l, 1, 1, seconds);
    run(l, 1, 32, seconds);
    run(l, 1, 128, seconds);
    run(l, 100, 32, seconds);
    run(l, 10000, 4, seconds);
    return ledger_close(&l) == OK ? 0 : 1;
}
