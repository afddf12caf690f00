/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a folder to a policy. Directories and files are opened relative to each
 * other without following links, so that what is read is what stands in the
 * folder, whatever is renamed meanwhile.
 */
#include "cli/district_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/files.h"

enum { MAX_NAME = 300 };

struct folder {
    struct district_files *into;
    struct diag_list *diags;
    enum err failed; /* ERR_MEMORY; what people can mend is a message */
};

static void complain(struct folder *f, const char *name, const char *text)
{
    diag_add(f->diags, DIAG_ERROR, name, 0, 0, "%s", text);
}

static const char *open_fault(int error)
{
    return error == ELOOP ? "is a link; links are not followed, put the file itself here"
                          : strerror(error);
}

/* --- one file ------------------------------------------------------------------- */

static enum err read_fd(int fd, struct buf *out)
{
    for (;;) {
        uint8_t *at = buf_room(out, 4096);
        ssize_t n = at == NULL ? 0 : read(fd, at, 4096);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? ERR_IO : buf_err(out);
        }
        buf_added(out, (size_t)n);
    }
}

static void keep(struct folder *f, const char *name, struct span bytes)
{
    f->failed = district_files_add(f->into, span_str(name), bytes);
    if (f->failed == ERR_INPUT) {
        complain(f, name, "the folder holds too much: over 64 MiB, or over 10,000 files");
    }
}

static void read_opened(struct folder *f, int fd, const char *name)
{
    struct stat st;
    struct buf bytes;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        complain(f, name, "is not a regular file");
        return;
    }
    buf_init(&bytes, DISTRICT_MAX_FILE + 4096);
    enum err e = read_fd(fd, &bytes);

    if (e == ERR_MEMORY) {
        f->failed = e;
    } else if (e == ERR_IO) {
        complain(f, name, strerror(errno));
    } else if (e != OK || bytes.len > DISTRICT_MAX_FILE) {
        complain(f, name, "is larger than 1 MiB");
    } else {
        keep(f, name, buf_span(&bytes));
    }
    buf_fini(&bytes);
}

/*
 * `shown` is the name from the folder on, `name` its last part. A missing
 * district.yaml is left to policy_load() to report.
 */
static void read_file(struct folder *f, int dir, const char *name, const char *shown)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        if (errno != ENOENT || shown != name) {
            complain(f, shown, open_fault(errno));
        }
        return;
    }
    read_opened(f, fd, shown);
    (void)close(fd);
}

/* --- one subfolder ---------------------------------------------------------------- */

static bool ends_in(const char *name, const char *tail)
{
    size_t len = strlen(name);
    size_t tail_len = strlen(tail);

    return len > tail_len && strcmp(name + len - tail_len, tail) == 0;
}

bool district_file_is_read(const char *name, struct diag_list *diags)
{
    bool keys = strncmp(name, "partners/", strlen("partners/")) == 0 && ends_in(name, ".json");

    if (ends_in(name, ".yaml") || keys) {
        return true;
    }
    if (ends_in(name, ".yml")) {
        diag_add(diags, DIAG_ERROR, name, 0, 0, "would not be read: name it .yaml");
    } else {
        diag_add(diags, DIAG_WARNING, name, 0, 0, "is not read: it is no .yaml file");
    }
    return false;
}

static void take(struct folder *f, int dir, const char *sub, const char *name)
{
    char shown[MAX_NAME];
    int len = snprintf(shown, sizeof(shown), "%s/%s", sub, name);

    if (len < 0 || (size_t)len >= sizeof(shown)) {
        complain(f, sub, "a file's name is too long");
        return;
    }
    if (district_file_is_read(shown, f->diags)) {
        read_file(f, dir, name, shown);
    }
}

static void read_entries(struct folder *f, DIR *entries, const char *sub)
{
    errno = 0;
    for (struct dirent *e = readdir(entries); e != NULL && f->failed == OK; e = readdir(entries)) {
        if (e->d_name[0] != '.') {
            take(f, dirfd(entries), sub, e->d_name);
        }
        errno = 0;
    }
    if (errno != 0) {
        complain(f, sub, strerror(errno));
    }
}

/* Files of a subfolder; a folder that is not there has none. */
static void read_sub(struct folder *f, int dir, const char *sub)
{
    int fd = openat(dir, sub, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);

    if (fd < 0) {
        if (errno != ENOENT) {
            complain(f, sub,
                     errno == ENOTDIR ? "is not a folder (a link is none)" : open_fault(errno));
        }
        return;
    }
    DIR *entries = fdopendir(fd);

    if (entries == NULL) {
        complain(f, sub, strerror(errno));
        (void)close(fd);
        return;
    }
    read_entries(f, entries, sub);
    (void)closedir(entries);
}

/* --- the whole ---------------------------------------------------------------------- */

void district_files_init(struct district_files *files)
{
    *files = (struct district_files){.count = 0};
    arena_init(&files->arena, DISTRICT_MAX_TOTAL);
}

void district_files_fini(struct district_files *files)
{
    arena_fini(&files->arena);
    *files = (struct district_files){.count = 0};
}

enum err district_files_add(struct district_files *files, struct span name, struct span bytes)
{
    if (files->files == NULL) {
        files->files = arena_array(&files->arena, DISTRICT_MAX_FILES, sizeof(*files->files));
    }
    struct span kept_name = arena_copy(&files->arena, name);
    struct span kept = arena_copy(&files->arena, bytes);

    if (files->arena.overflow) {
        return files->arena.used >= DISTRICT_MAX_TOTAL - DISTRICT_MAX_FILE ? ERR_INPUT : ERR_MEMORY;
    }
    if (files->count == DISTRICT_MAX_FILES) {
        return ERR_INPUT;
    }
    files->files[files->count++] = (struct policy_file){(const char *)kept_name.ptr, kept};
    return OK;
}

static int by_name(const void *a, const void *b)
{
    const struct policy_file *x = a;
    const struct policy_file *y = b;

    return strcmp(x->name, y->name);
}

void district_files_sort(struct district_files *files)
{
    if (files->count > 0) {
        qsort(files->files, files->count, sizeof(*files->files), by_name);
    }
}

enum err district_files_read(const char *folder, struct diag_list *diags,
                             struct district_files *out)
{
    struct folder f = {.into = out, .diags = diags};
    unsigned before = diags->errors;
    int dir = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (dir < 0) {
        return ERR_IO;
    }
    const char *district = "district.yaml";

    read_file(&f, dir, district, district);
    read_sub(&f, dir, "partners");
    read_sub(&f, dir, "agreements");
    read_sub(&f, dir, "offers");
    (void)close(dir);
    district_files_sort(out);
    out->unread = diags->errors > before;
    return f.failed;
}

enum err district_files_load(const struct district_files *files, const struct catalog *catalog,
                             struct diag_list *diags, struct policy **out)
{
    struct policy *policy = NULL;
    enum err e = policy_load(files->files, files->count, catalog, diags, &policy);

    if (e == OK && files->unread) {
        policy_free(&policy);
        e = ERR_INPUT;
    }
    if (e == OK) {
        *out = policy;
    }
    return e;
}

enum err district_folder_load(const char *folder, const struct catalog *catalog,
                              struct diag_list *diags, struct policy **out)
{
    struct district_files files;

    district_files_init(&files);
    enum err e = district_files_read(folder, diags, &files);

    e = e != OK ? e : district_files_load(&files, catalog, diags, out);
    int saved = errno;

    district_files_fini(&files);
    errno = saved;
    return e;
}

enum err catalog_file_load(const char *path, struct diag_list *diags, struct catalog **out)
{
    struct buf yaml;

    buf_init(&yaml, DISTRICT_MAX_FILE);
    enum err e = file_read(path, &yaml);

    if (e == OK) {
        e = catalog_load(path, buf_span(&yaml), diags, out);
    } else if (e != ERR_MEMORY) {
        diag_add(diags, DIAG_ERROR, path, 0, 0, "the catalog cannot be read: %s",
                 e == ERR_IO ? strerror(errno) : err_text(e));
        e = ERR_INPUT;
    }
    buf_fini(&yaml);
    return e;
}
