/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallpass.yaml in three steps: read by tables of rules (what is written),
 * check what several values mean together, then resolve paths and defaults.
 */
#include "cli/config.h"

#include "cli/config_values.h"
#include "cli/files.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_CONFIG_BYTES = 64 * 1024, MAX_LINK = 4096 };

struct raw_tls {
    struct span certificate, key;
};

struct raw_source {
    struct span address, server_name, tls_ca;
};

struct raw_ledger {
    struct span directory, origin;
    bool unsafe_storage;
};

/* The file as it stands; empty spans and zeros where nothing stands. */
struct raw {
    struct span district, catalog, listen, public_url, resource, admin, control, master_key, state;
    struct span students;
    uint64_t workers;
    struct raw_tls tls;
    struct raw_source source;
    struct raw_ledger ledger;
};

/* What turns a raw value into one that lives in the arena. */
struct resolver {
    struct arena *arena;
    struct span folder; /* of the file, with its slash */
};

static bool read_tls(const struct doc *d, const struct node *n, void *out)
{
    static const struct doc_rule rules[] = {
        {"certificate", value_read_path, offsetof(struct raw_tls, certificate), true},
        {"key", value_read_path, offsetof(struct raw_tls, key), true},
    };

    return doc_is_map(d, n) && doc_fill(d, n, rules, sizeof(rules) / sizeof(rules[0]), out);
}

static bool read_source(const struct doc *d, const struct node *n, void *out)
{
    static const struct doc_rule rules[] = {
        {"address", value_read_source, offsetof(struct raw_source, address), true},
        {"server-name", value_read_host, offsetof(struct raw_source, server_name), false},
        {"tls-ca", value_read_path, offsetof(struct raw_source, tls_ca), false},
    };

    return doc_is_map(d, n) && doc_fill(d, n, rules, sizeof(rules) / sizeof(rules[0]), out);
}

static bool read_ledger(const struct doc *d, const struct node *n, void *out)
{
    static const struct doc_rule rules[] = {
        {"directory", value_read_path, offsetof(struct raw_ledger, directory), true},
        {"origin", value_read_origin, offsetof(struct raw_ledger, origin), true},
        {"unsafe-storage", doc_read_yes, offsetof(struct raw_ledger, unsafe_storage), false},
    };

    return doc_is_map(d, n) && doc_fill(d, n, rules, sizeof(rules) / sizeof(rules[0]), out);
}

static const struct doc_rule RULES[] = {
    {"district", value_read_path, offsetof(struct raw, district), true},
    {"catalog", value_read_path, offsetof(struct raw, catalog), false},
    {"listen", value_read_listen, offsetof(struct raw, listen), true},
    {"tls", read_tls, offsetof(struct raw, tls), true},
    {"public-url", value_read_url, offsetof(struct raw, public_url), true},
    {"resource", value_read_resource, offsetof(struct raw, resource), false},
    {"admin", value_read_admin, offsetof(struct raw, admin), false},
    {"control", value_read_path, offsetof(struct raw, control), false},
    {"source", read_source, offsetof(struct raw, source), true},
    {"ledger", read_ledger, offsetof(struct raw, ledger), true},
    {"master-key", value_read_path, offsetof(struct raw, master_key), false},
    {"state", value_read_path, offsetof(struct raw, state), true},
    {"students", value_read_path, offsetof(struct raw, students), false},
    {"workers", value_read_workers, offsetof(struct raw, workers), false},
};

/* Student records cross no network unencrypted. */
static void check_source(const struct doc *d, const struct raw *r)
{
    const struct node *at = node_member(node_member(d->root, "source"), "address");
    bool unix_socket = value_unix_path(r->source.address).len > 0;
    bool near = unix_socket || value_is_loopback(value_host(r->source.address));

    if (r->source.address.len > 0 && !near && r->source.tls_ca.len == 0) {
        doc_error(d, at,
                  "a source on another machine needs tls-ca: student records would cross "
                  "the network in the clear");
    }
    if (unix_socket && r->source.tls_ca.len > 0) {
        doc_error(d, at, "tls-ca has no meaning for a unix socket");
    }
    if (!unix_socket && r->source.tls_ca.len > 0 && r->source.server_name.len == 0) {
        doc_error(d, at, "with tls-ca the source needs server-name: the name in its certificate");
    }
}

/* `suffix` follows the path; `prefix` stands before it ("unix:"). NULL when the raw path is
 * empty or memory ended (then the arena says so). */
static const char *make_path(const struct resolver *r, const char *prefix, struct span path,
                             const char *suffix)
{
    struct span folder = path.len > 0 && path.ptr[0] == '/' ? SPAN("") : r->folder;
    size_t size = strlen(prefix) + folder.len + path.len + strlen(suffix) + 1;
    char *out = path.len == 0 ? NULL : arena_alloc(r->arena, size);

    if (out != NULL) {
        (void)snprintf(out, size, "%s%.*s%.*s%s", prefix, (int)folder.len, (const char *)folder.ptr,
                       (int)path.len, (const char *)path.ptr, suffix);
    }
    return out;
}

static const char *path_of(const struct resolver *r, struct span path)
{
    return make_path(r, "", path, "");
}

static const char *text_of(const struct resolver *r, struct span text)
{
    return text.len == 0 ? NULL : (const char *)arena_copy(r->arena, text).ptr;
}

static const char *address_of(const struct resolver *r, struct span address)
{
    struct span path = value_unix_path(address);

    return path.len > 0 ? make_path(r, "unix:", path, "") : text_of(r, address);
}

static struct span server_name_of(const struct raw_source *s)
{
    if (s->server_name.len > 0) {
        return s->server_name;
    }
    return value_unix_path(s->address).len > 0 ? SPAN("localhost") : value_host(s->address);
}

static void check_socket(const struct doc *d, const char *key, const char *address)
{
    const char *path = address;

    if (path != NULL && strncmp(path, "unix:", 5) == 0) {
        path += 5;
    } else if (strcmp(key, "control") != 0) {
        return;
    }
    if (path != NULL && strlen(path) > VALUE_MAX_SOCKET_PATH) {
        doc_error(d, node_member(d->root, key),
                  "the path of a unix socket has at most %d bytes: %s", VALUE_MAX_SOCKET_PATH,
                  path);
    }
}

static void resolve(const struct resolver *r, const struct raw *raw, struct config *c)
{
    c->district = path_of(r, raw->district);
    c->catalog = raw->catalog.len > 0 ? path_of(r, raw->catalog) : config_default_catalog(r->arena);
    c->listen = text_of(r, raw->listen);
    c->tls_certificate = path_of(r, raw->tls.certificate);
    c->tls_key = path_of(r, raw->tls.key);
    c->public_url = text_of(r, raw->public_url);
    c->resource = text_of(r, raw->resource.len > 0 ? raw->resource : raw->public_url);
    c->admin = address_of(r, raw->admin);
    c->control =
        raw->control.len > 0 ? path_of(r, raw->control) : make_path(r, "", raw->state, "/control");
    c->source_address = address_of(r, raw->source.address);
    c->source_server_name = text_of(r, server_name_of(&raw->source));
    c->source_tls_ca = path_of(r, raw->source.tls_ca);
    c->ledger_directory = path_of(r, raw->ledger.directory);
    c->ledger_origin = text_of(r, raw->ledger.origin);
    c->ledger_unsafe_storage = raw->ledger.unsafe_storage;
    c->master_key = path_of(r, raw->master_key);
    c->state = path_of(r, raw->state);
    c->students = path_of(r, raw->students);
    c->workers = (unsigned)raw->workers;
}

/* As far as the paths tell; `serve` looks again with links resolved. */
static void check_students(const struct doc *d, const struct config *c)
{
    size_t len = c->district == NULL ? 0 : strlen(c->district);

    if (c->students != NULL && len > 0 && strncmp(c->students, c->district, len) == 0 &&
        (c->students[len] == '\0' || c->students[len] == '/')) {
        doc_error(d, node_member(d->root, "students"),
                  "students' own facts do not lie in the policy's folder: that is kept in git");
    }
}

static void check_resolved(const struct doc *d, const struct config *c)
{
    check_socket(d, "admin", c->admin);
    check_socket(d, "control", c->control);
    check_socket(d, "source", c->source_address);
    check_students(d, c);
    if (c->catalog == NULL && !d->arena->overflow) {
        doc_error(d, NULL,
                  "the catalog that comes with hallpass was not found; name one with "
                  "catalog: FILE");
    }
}

static struct span folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return span_of(path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
}

/*
 * The file's folder as an absolute path: sockets are bound and asked for by such paths alone. Out
 * of memory the arena says so; without a working directory the path stays as it was given.
 */
static struct span whole_folder_of(const char *path, struct arena *arena)
{
    struct span folder = folder_of(path);
    char here[PATH_MAX];

    if (path[0] == '/' || getcwd(here, sizeof(here)) == NULL) {
        return folder;
    }
    size_t size = strlen(here) + 1 + folder.len + 1;
    char *out = arena_alloc(arena, size);

    if (out == NULL) {
        return folder;
    }
    (void)snprintf(out, size, "%s/%.*s", here, (int)folder.len, (const char *)folder.ptr);
    return span_of(out, size - 1);
}

enum err config_read(const char *path, struct span yaml, struct arena *arena,
                     struct diag_list *diags, struct config *out)
{
    struct doc d = {.name = path, .arena = arena, .diags = diags};
    struct resolver r = {.arena = arena, .folder = whole_folder_of(path, arena)};
    struct raw raw = {0};
    struct config config = {0};
    unsigned errors = diags->errors;
    enum err e = doc_parse(&d, yaml);

    if (e != OK) {
        return e;
    }
    if (doc_is_map(&d, d.root)) {
        (void)doc_fill(&d, d.root, RULES, sizeof(RULES) / sizeof(RULES[0]), &raw);
        check_source(&d, &raw);
        resolve(&r, &raw, &config);
        check_resolved(&d, &config);
    }
    if (arena->overflow) {
        return ERR_MEMORY;
    }
    if (diags->errors != errors) {
        return ERR_INPUT;
    }
    *out = config;
    return OK;
}

enum err config_load(const char *path, struct arena *arena, struct diag_list *diags,
                     struct config *out)
{
    struct buf bytes;

    buf_init(&bytes, MAX_CONFIG_BYTES);
    enum err e = file_read(path, &bytes);

    e = e != OK ? e : config_read(path, buf_span(&bytes), arena, diags, out);
    buf_fini(&bytes);
    return e;
}

/* "FOLDER/NAME" from the program's own folder on, if it can be read. */
static const char *shared_in(const struct resolver *r, const char *folder, const char *name)
{
    char relative[MAX_LINK];
    int n = snprintf(relative, sizeof(relative), "%s/%s", folder, name);

    if (n < 0 || (size_t)n >= sizeof(relative)) {
        return NULL;
    }
    const char *path = path_of(r, span_str(relative));

    return path != NULL && access(path, R_OK) == 0 ? path : NULL;
}

const char *config_shared_file(struct arena *arena, const char *name)
{
    static const char *const folders[] = {"../share/hallpass", "../policy", "../../policy"};
    char self[MAX_LINK];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *path = NULL;

    if (len <= 0) {
        return NULL;
    }
    self[len] = '\0';
    struct resolver r = {.arena = arena, .folder = folder_of(self)};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && path == NULL; i++) {
        path = shared_in(&r, folders[i], name);
    }
    return path;
}

const char *config_default_catalog(struct arena *arena)
{
    return config_shared_file(arena, "catalogs/oneroster-1.2.yaml");
}
