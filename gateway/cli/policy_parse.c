/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallpass policy parse`: one file as the tree that the loader sees, with the
 * place of every value, or the first thing that the syntax refuses (SAFETY P1).
 * What the values mean is `check`'s business.
 */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/print.h"
#include "policy/doc.h"

enum { TREE_BYTES = 512 * 1024 * 1024, FLUSH_BYTES = 64 * 1024 };

static void put_value(struct buf *out, const struct node *n);

/* So that a tree of any size needs little memory; a failed write is found by main(). */
static void flush(struct buf *out, size_t at_least)
{
    if (out->len >= at_least) {
        (void)fwrite(out->base + out->start, 1, out->len, stdout);
        buf_consume(out, out->len);
    }
}

static void put_member(struct buf *out, const struct node *m)
{
    buf_put_str(out, "{\"key\":");
    text_json_string(out, m->key);
    buf_printf(out, ",\"line\":%u,\"column\":%u,\"value\":", m->key_line, m->key_column);
    put_value(out, m);
    buf_put_byte(out, '}');
}

static void put_children(struct buf *out, const struct node *n)
{
    buf_put_str(out, n->kind == NODE_MAP ? ",\"members\":[" : ",\"items\":[");
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (c != n->first) {
            buf_put_byte(out, ',');
        }
        if (n->kind == NODE_MAP) {
            put_member(out, c);
        } else {
            put_value(out, c);
        }
    }
    buf_put_byte(out, ']');
    flush(out, FLUSH_BYTES);
}

static void put_value(struct buf *out, const struct node *n)
{
    static const char *const kinds[] = {
        [NODE_SCALAR] = "scalar", [NODE_LIST] = "list", [NODE_MAP] = "map"};

    buf_printf(out, "{\"kind\":\"%s\",\"line\":%u,\"column\":%u", kinds[n->kind], n->line,
               n->column);
    if (n->kind == NODE_SCALAR) {
        buf_put_str(out, n->quoted ? ",\"quoted\":true,\"text\":" : ",\"quoted\":false,\"text\":");
        text_json_string(out, n->text);
    } else {
        put_children(out, n);
    }
    buf_put_byte(out, '}');
}

static enum err print_tree(const struct doc *d)
{
    struct buf out;

    buf_init(&out, 2 * (size_t)DOC_MAX_BYTES * 6);
    buf_put_str(&out, "{\"file\":");
    text_json_string(&out, span_str(d->name));
    buf_put_str(&out, ",\"root\":");
    put_value(&out, d->root);
    buf_put_str(&out, "}\n");
    flush(&out, 0);
    enum err e = buf_err(&out);

    buf_fini(&out);
    return e;
}

static enum err read_input(const char *path, struct buf *bytes)
{
    return strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, bytes) : file_read(path, bytes);
}

static int parse(struct doc *d, struct span bytes)
{
    enum err e = doc_parse(d, bytes);

    print_diags(NULL, d->diags);
    if (e == OK) {
        e = print_tree(d);
        return e == OK ? 0 : print_failure(d->name, e);
    }
    return e == ERR_INPUT ? 1 : print_failure(d->name, e);
}

static int run(const char *path)
{
    struct arena arena;
    struct diag_list diags;
    struct buf bytes;
    struct doc d = {.name = strcmp(path, "-") == 0 ? "standard input" : path};

    arena_init(&arena, TREE_BYTES);
    diag_init(&diags, &arena);
    d.arena = &arena;
    d.diags = &diags;
    buf_init(&bytes, DOC_MAX_BYTES + 1);
    enum err e = read_input(path, &bytes);
    int code = e == ERR_INPUT ? print_problem("%s: is not a regular file", path)
               : e != OK      ? print_failure(d.name, e)
                              : parse(&d, buf_span(&bytes));

    buf_fini(&bytes);
    arena_fini(&arena);
    return code;
}

int cmd_policy_parse(int argc, char **argv)
{
    const char *path = NULL;
    const struct operand_row operands[] = {{.name = "FILE", .text = &path}};
    const struct options o = {"hallpass policy parse",
                              "Prints a file (- for standard input) as JSON: every value with its "
                              "line and column; or what the syntax refuses.",
                              NULL,
                              0,
                              operands,
                              1};
    int code;

    return options_parse(&o, argc, argv, &code) ? run(path) : code;
}
