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

static void load_catalog(struct policy_kit *k, struct span text)
{
    catalog_free(&k->catalog);
    if (catalog_load("oneroster-1.2.yaml", text, &k->diags, &k->catalog) != OK) {
        policy_kit_print(k);
        fail_msg("the catalog does not load");
    }
}

void policy_kit_open(struct policy_kit *k)
{
    *k = (struct policy_kit){.count = 0};
    arena_init(&k->arena, 64u << 20);
    diag_init(&k->diags, &k->arena);
    load_catalog(k, slurp(k, "policy/catalogs/oneroster-1.2.yaml"));
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

/* `text` with its first `old` replaced. */
static struct span edited(struct policy_kit *k, struct span text, const char *old,
                          const char *new_text)
{
    const char *at = strstr((const char *)text.ptr, old);
    struct buf b;

    if (at == NULL) {
        fail_msg("there is no \"%s\" to replace", old);
    }
    size_t head = (size_t)(at - (const char *)text.ptr);

    buf_init(&b, 1 << 20);
    buf_put(&b, span_sub(text, 0, head));
    buf_put_str(&b, new_text);
    buf_put(&b, span_from(text, head + strlen(old)));
    struct span copy = arena_copy(&k->arena, buf_span(&b));

    buf_fini(&b);
    return copy;
}

void policy_kit_edit(struct policy_kit *k, const char *name, const char *old, const char *text)
{
    struct policy_file *f = find(k, name);

    assert_non_null(f);
    f->bytes = edited(k, f->bytes, old, text);
}

void policy_kit_edit_catalog(struct policy_kit *k, const char *old, const char *text)
{
    struct span yaml = slurp(k, "policy/catalogs/oneroster-1.2.yaml");

    assert_null(k->policy);
    load_catalog(k, edited(k, yaml, old, text));
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
