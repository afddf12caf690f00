/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting. Requests: one count for each of the last 61 seconds, so that no 60 s
 * anywhere hold more than the limit. Students: a bitmap by number, and how many
 * are set. Invariant: used + held <= the day's limit, but for what a page that was
 * promised before midnight brings into the new day.
 */
#include "proxy/limits.h"

#include "base/mem.h"

#include <pthread.h>

enum { WINDOW_S = 60, SLOTS = WINDOW_S + 1, BUCKETS = 256, RETRY_S = 5, WORD_BITS = 64 };

struct limit {
    struct limit *next; /* in its bucket */
    pthread_mutex_t lock;
    int64_t second;        /* the last one with a slot */
    uint64_t slots[SLOTS]; /* by second % SLOTS */
    uint64_t requests;     /* their sum */
    int32_t date;
    uint64_t used; /* bits set in `seen` */
    uint64_t held; /* promised */
    unsigned gathering;
    uint64_t *seen;
    size_t words;
    size_t name_len;
    char name[];
};

struct limits {
    pthread_mutex_t lock; /* of the buckets */
    struct limit *buckets[BUCKETS];
};

enum err limits_new(struct limits **out)
{
    struct limits *l = mem_alloc(sizeof(*l));

    if (l == NULL || pthread_mutex_init(&l->lock, NULL) != 0) {
        mem_free(l);
        return ERR_MEMORY;
    }
    *out = l;
    return OK;
}

static void free_limit(struct limit *m)
{
    (void)pthread_mutex_destroy(&m->lock);
    mem_free(m->seen);
    mem_free(m);
}

void limits_free(struct limits **l)
{
    if (*l == NULL) {
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        while ((*l)->buckets[i] != NULL) {
            struct limit *next = (*l)->buckets[i]->next;

            free_limit((*l)->buckets[i]);
            (*l)->buckets[i] = next;
        }
    }
    (void)pthread_mutex_destroy(&(*l)->lock);
    mem_free(*l);
    *l = NULL;
}

static struct limit *new_limit(struct span name)
{
    struct limit *m = mem_alloc(sizeof(*m) + name.len);

    if (m == NULL || pthread_mutex_init(&m->lock, NULL) != 0) {
        mem_free(m);
        return NULL;
    }
    m->name_len = name.len;
    memcpy(m->name, name.ptr, name.len);
    return m;
}

/* Ids of agreements are the district's own: any hash will do. */
static size_t bucket_of(struct span name)
{
    size_t h = 5381;

    for (size_t i = 0; i < name.len; i++) {
        h = h * 33 + name.ptr[i];
    }
    return h % BUCKETS;
}

struct limit *limits_of(struct limits *l, struct span agreement)
{
    struct limit **bucket = &l->buckets[bucket_of(agreement)];

    (void)pthread_mutex_lock(&l->lock);
    struct limit *m = *bucket;

    while (m != NULL && !span_eq(span_of(m->name, m->name_len), agreement)) {
        m = m->next;
    }
    if (m == NULL) {
        m = new_limit(agreement);
        if (m != NULL) {
            m->next = *bucket;
            *bucket = m;
        }
    }
    (void)pthread_mutex_unlock(&l->lock);
    return m;
}

/* --- requests */

static void move_on(struct limit *m, int64_t second)
{
    for (int i = 0; m->second < second && i < SLOTS; i++) {
        m->second++;
        m->requests -= m->slots[m->second % SLOTS];
        m->slots[m->second % SLOTS] = 0;
    }
    m->second = m->second < second ? second : m->second;
}

/* Seconds until so many have left the window that another one fits. */
static int64_t seconds_until_room(const struct limit *m, uint64_t per_minute)
{
    uint64_t left = m->requests;
    int64_t wait = 0;

    while (left >= per_minute && wait < SLOTS) {
        wait++;
        left -= m->slots[(m->second + wait) % SLOTS];
    }
    return wait;
}

enum err limit_request(struct limit *m, uint64_t per_minute, int64_t mono_ms, struct limit_why *why)
{
    enum err e = OK;

    (void)pthread_mutex_lock(&m->lock);
    move_on(m, mono_ms / 1000);
    if (per_minute > 0 && m->requests >= per_minute) {
        *why = (struct limit_why){.name = "requests-per-minute",
                                  .quota = per_minute,
                                  .wait_s = seconds_until_room(m, per_minute)};
        e = ERR_RATE;
    } else {
        m->slots[m->second % SLOTS]++;
        m->requests++;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return e;
}

/* --- students */

/* A day that is over is forgotten; what is promised stays promised. A clock that steps back does
 * not give the last day anew. */
static void turn_day(struct limit *m, int32_t date)
{
    if (date <= m->date) {
        return;
    }
    m->date = date;
    m->used = 0;
    if (m->words > 0) {
        memset(m->seen, 0, m->words * sizeof(*m->seen));
    }
}

static bool is_seen(const struct limit *m, uint32_t number)
{
    size_t word = number / WORD_BITS;

    return word < m->words && (m->seen[word] >> (number % WORD_BITS) & 1) != 0;
}

static uint64_t count_new(const struct limit *m, const struct limit_page *page)
{
    uint64_t n = page->more;

    for (size_t i = 0; i < page->count; i++) {
        n += is_seen(m, page->numbers[i]) ? 0 : 1;
    }
    return n;
}

static void explain(const struct limit *m, const struct limit_day *day, uint64_t wanted,
                    struct limit_why *why)
{
    uint64_t taken = m->used + m->held;
    bool others = m->used + wanted <= day->per_day; /* it would fit but for what others hold */

    *why = (struct limit_why){.name = "students-per-day",
                              .quota = day->per_day,
                              .left = taken < day->per_day ? day->per_day - taken : 0,
                              .wait_s = others ? RETRY_S : 0};
}

enum err limit_reserve(struct limit_hold *h, const struct limit_day *day,
                       const struct limit_page *page, struct limit_why *why)
{
    struct limit *m = h->limit;
    enum err e = OK;

    (void)pthread_mutex_lock(&m->lock);
    turn_day(m, day->date);
    m->held -= h->students;
    h->students = 0;
    uint64_t wanted = count_new(m, page);

    if (day->per_day > 0 && wanted > 0 && m->used + m->held + wanted > day->per_day) {
        explain(m, day, wanted, why);
        e = ERR_STUDENTS;
    } else {
        h->students = wanted;
        m->held += wanted;
    }
    (void)pthread_mutex_unlock(&m->lock);
    return e;
}

static enum err make_room(struct limit *m, uint32_t number)
{
    size_t words = m->words == 0 ? 16 : m->words;

    if (number / WORD_BITS < m->words) {
        return OK;
    }
    while (words <= number / WORD_BITS) {
        words *= 2;
    }
    uint64_t *moved = mem_resize(m->seen, words * sizeof(*moved));

    if (moved == NULL) {
        return ERR_MEMORY;
    }
    memset(moved + m->words, 0, (words - m->words) * sizeof(*moved));
    m->seen = moved;
    m->words = words;
    return OK;
}

static enum err count_one(struct limit_hold *h, uint32_t number)
{
    struct limit *m = h->limit;
    enum err e = make_room(m, number);

    if (e != OK || is_seen(m, number)) {
        return e;
    }
    m->seen[number / WORD_BITS] |= (uint64_t)1 << (number % WORD_BITS);
    m->used++;
    if (h->students > 0) {
        h->students--;
        m->held--;
    }
    return OK;
}

enum err limit_count(struct limit_hold *h, int32_t date, const uint32_t *numbers, size_t count)
{
    enum err e = OK;

    (void)pthread_mutex_lock(&h->limit->lock);
    turn_day(h->limit, date);
    for (size_t i = 0; i < count && e == OK; i++) {
        e = count_one(h, numbers[i]);
    }
    (void)pthread_mutex_unlock(&h->limit->lock);
    return e;
}

enum err limit_gather(struct limit_hold *h)
{
    (void)pthread_mutex_lock(&h->limit->lock);
    bool room = h->limit->gathering < LIMIT_GATHERING;

    h->limit->gathering += room && !h->gathers ? 1 : 0;
    h->gathers = room || h->gathers;
    (void)pthread_mutex_unlock(&h->limit->lock);
    return h->gathers ? OK : ERR_BUSY;
}

void limit_release(struct limit_hold *h)
{
    if (h->limit == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&h->limit->lock);
    h->limit->held -= h->students;
    h->limit->gathering -= h->gathers ? 1 : 0;
    (void)pthread_mutex_unlock(&h->limit->lock);
    h->students = 0;
    h->gathers = false;
}

uint64_t limit_students(struct limit *m)
{
    (void)pthread_mutex_lock(&m->lock);
    uint64_t used = m->used;

    (void)pthread_mutex_unlock(&m->lock);
    return used;
}
