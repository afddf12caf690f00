/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/policy_kit.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"

static const char key_set[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"kid\":\"k1\","
    "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
    "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}";

static struct span slurp(struct policy_kit *k, const char *path)
{
    FILE *f = fopen(path, "rb");
    struct buf b;

    buf_init(&b, 1 << 20);
    if (f == NULL) {
        fail_msg("cannot open %s: run the tests from the repository's root", path);
    }
    for (int c = getc(f); c != EOF; c = getc(f)) {
        buf_put_byte(&b, (uint8_t)c);
    }
    (void)fclose(f);
    struct span copy = arena_copy(&k->arena, buf_span(&b));

    buf_fini(&b);
    return copy;
}

static void add_example(struct policy_kit *k, const char *name)
{
    char path[200];

    (void)snprintf(path, sizeof(path), "policy/examples/%s", name);
    k->files[k->count++] = (struct policy_file){name, slurp(k, path)};
}

void policy_kit_open(struct policy_kit *k)
{
    *k = (struct policy_kit){.count = 0};
    arena_init(&k->arena, 64u << 20);
    diag_init(&k->diags, &k->arena);
    struct span catalog = slurp(k, "policy/catalogs/oneroster-1.2.yaml");

    if (catalog_load("oneroster-1.2.yaml", catalog, &k->diags, &k->catalog) != OK) {
        policy_kit_print(k);
        fail_msg("the catalog does not load");
    }
    add_example(k, "district.yaml");
    add_example(k, "partners/acme.yaml");
    add_example(k, "partners/library.yaml");
    add_example(k, "agreements/acme-math.yaml");
    add_example(k, "agreements/library-cards.yaml");
    policy_kit_set(k, "partners/acme-jwks.json", key_set);
    policy_kit_set(k, "partners/library-jwks.json", key_set);
}

void policy_kit_close(struct policy_kit *k)
{
    policy_free(&k->policy);
    catalog_free(&k->catalog);
    arena_fini(&k->arena);
}

static struct policy_file *find(struct policy_kit *k, const char *name)
{
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->files[i].name, name) == 0) {
            return &k->files[i];
        }
    }
    return NULL;
}

struct span policy_kit_text(const struct policy_kit *k, const char *name)
{
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->files[i].name, name) == 0) {
            return k->files[i].bytes;
        }
    }
    fail_msg("no file %s", name);
    return (struct span){NULL, 0};
}

void policy_kit_set(struct policy_kit *k, const char *name, const char *text)
{
    struct policy_file *f = find(k, name);

    if (text == NULL) {
        assert_non_null(f);
        *f = k->files[--k->count];
        return;
    }
    if (f == NULL) {
        assert_true(k->count < POLICY_KIT_FILES);
        f = &k->files[k->count++];
        f->name = (const char *)arena_copy(&k->arena, span_str(name)).ptr;
    }
    f->bytes = arena_copy(&k->arena, span_str(text));
}

void policy_kit_edit(struct policy_kit *k, const char *name, const char *old, const char *text)
{
    struct policy_file *f = find(k, name);
    struct buf b;

    assert_non_null(f);
    const char *at = strstr((const char *)f->bytes.ptr, old);

    if (at == NULL) {
        fail_msg("%s does not hold \"%s\"", name, old);
    }
    size_t head = (size_t)(at - (const char *)f->bytes.ptr);

    buf_init(&b, 1 << 20);
    buf_put(&b, span_sub(f->bytes, 0, head));
    buf_put_str(&b, text);
    buf_put(&b, span_from(f->bytes, head + strlen(old)));
    f->bytes = arena_copy(&k->arena, buf_span(&b));
    buf_fini(&b);
}

enum err policy_kit_load(struct policy_kit *k)
{
    policy_free(&k->policy);
    return policy_load(k->files, k->count, k->catalog, &k->diags, &k->policy);
}

const struct diag *policy_kit_find(const struct policy_kit *k, const char *fragment)
{
    for (const struct diag *d = k->diags.first; d != NULL; d = d->next) {
        if (d->level == DIAG_ERROR && strstr(d->text, fragment) != NULL) {
            return d;
        }
    }
    return NULL;
}

void policy_kit_print(const struct policy_kit *k)
{
    for (const struct diag *d = k->diags.first; d != NULL; d = d->next) {
        print_message("%s:%u:%u: %s%s\n", d->file, d->line, d->column,
                      d->level == DIAG_WARNING ? "warning: " : "", d->text);
    }
}
