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

enum {
    MAX_FILES = 10000,
    MAX_FILE_BYTES = 1024 * 1024,
    MAX_TOTAL_BYTES = 64 * 1024 * 1024,
    MAX_NAME = 300,
};

struct folder {
    struct arena arena; /* names and contents */
    struct diag_list *diags;
    struct policy_file *files; /* MAX_FILES of them */
    size_t count;
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
    struct span kept = arena_copy(&f->arena, bytes);
    struct span kept_name = arena_copy(&f->arena, span_str(name));

    if (f->arena.overflow) {
        f->failed = f->arena.used >= MAX_TOTAL_BYTES - MAX_FILE_BYTES ? ERR_INPUT : ERR_MEMORY;
        complain(f, name, "the folder holds too much: more than 64 MiB, or no memory is left");
        return;
    }
    if (f->count == MAX_FILES) {
        f->failed = ERR_INPUT;
        complain(f, name, "the folder holds more than 10,000 files");
        return;
    }
    f->files[f->count++] = (struct policy_file){(const char *)kept_name.ptr, kept};
}

static void read_opened(struct folder *f, int fd, const char *name)
{
    struct stat st;
    struct buf bytes;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        complain(f, name, "is not a regular file");
        return;
    }
    buf_init(&bytes, MAX_FILE_BYTES + 4096);
    enum err e = read_fd(fd, &bytes);

    if (e == ERR_MEMORY) {
        f->failed = e;
    } else if (e == ERR_IO) {
        complain(f, name, strerror(errno));
    } else if (e != OK || bytes.len > MAX_FILE_BYTES) {
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

static void take(struct folder *f, int dir, const char *sub, const char *name)
{
    char shown[MAX_NAME];
    bool keys = strcmp(sub, "partners") == 0 && ends_in(name, ".json");
    int len = snprintf(shown, sizeof(shown), "%s/%s", sub, name);

    if (len < 0 || (size_t)len >= sizeof(shown)) {
        complain(f, sub, "a file's name is too long");
        return;
    }
    if (ends_in(name, ".yaml") || keys) {
        read_file(f, dir, name, shown);
    } else if (ends_in(name, ".yml")) {
        complain(f, shown, "would not be read: name it .yaml");
    } else {
        diag_add(f->diags, DIAG_WARNING, shown, 0, 0, "is not read: it is no .yaml file");
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

static int by_name(const void *a, const void *b)
{
    const struct policy_file *x = a;
    const struct policy_file *y = b;

    return strcmp(x->name, y->name);
}

static enum err read_folder(struct folder *f, const char *path)
{
    int dir = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (dir < 0) {
        return ERR_IO;
    }
    f->files = arena_array(&f->arena, MAX_FILES, sizeof(*f->files));
    if (f->files == NULL) {
        (void)close(dir);
        return ERR_MEMORY;
    }
    const char *district = "district.yaml";

    read_file(f, dir, district, district);
    read_sub(f, dir, "partners");
    read_sub(f, dir, "agreements");
    (void)close(dir);
    qsort(f->files, f->count, sizeof(*f->files), by_name);
    return f->failed;
}

enum err district_folder_load(const char *folder, const struct catalog *catalog,
                              struct diag_list *diags, struct policy **out)
{
    struct folder f = {.diags = diags};
    struct policy *policy = NULL;
    unsigned before = diags->errors;

    arena_init(&f.arena, MAX_TOTAL_BYTES);
    enum err e = read_folder(&f, folder);
    bool unread = diags->errors > before;

    if (e == OK) {
        e = policy_load(f.files, f.count, catalog, diags, &policy);
    }
    if (e == OK && unread) {
        policy_free(&policy);
        e = ERR_INPUT;
    }
    int saved = errno;

    arena_fini(&f.arena);
    errno = saved;
    if (e == OK) {
        *out = policy;
    }
    return e;
}

enum err catalog_file_load(const char *path, struct diag_list *diags, struct catalog **out)
{
    struct buf yaml;

    buf_init(&yaml, MAX_FILE_BYTES);
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
