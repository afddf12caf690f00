/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One `ls-tree -r` for the names, one `cat-file --batch` for all contents. No shell;
 * no word of the caller can become an option.
 */
#include "cli/git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

enum {
    MAX_LISTING = 16 * 1024 * 1024,
    MAX_OUTPUT = DISTRICT_MAX_TOTAL + MAX_LISTING,
    MAX_ARGS = 24
};

extern char **environ;

/* --- running git --------------------------------------------------------------------- */

/* What git itself must not look at or do, before the words of the caller. */
static const char *const firm_words[] = {
    "git",
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "protocol.allow=never",
};

static const char *const firm_environment[] = {
    "GIT_CONFIG_NOSYSTEM=1",    "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
    "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1",         "GIT_ALLOW_PROTOCOL=",
    "GIT_TERMINAL_PROMPT=0",    "GIT_OPTIONAL_LOCKS=0",        "LC_ALL=C",
};

static void run_child(const char *const *words, int in, int out)
{
    const char *args[MAX_ARGS] = {NULL};
    const char *env[16] = {NULL};
    size_t n = 0, m = 0;

    for (size_t i = 0; i < sizeof(firm_words) / sizeof(firm_words[0]); i++) {
        args[n++] = firm_words[i];
    }
    for (size_t i = 0; words[i] != NULL && n < MAX_ARGS - 1; i++) {
        args[n++] = words[i];
    }
    for (size_t i = 0; i < sizeof(firm_environment) / sizeof(firm_environment[0]); i++) {
        env[m++] = firm_environment[i];
    }
    for (char **e = environ; *e != NULL; e++) {
        if (strncmp(*e, "PATH=", 5) == 0) {
            env[m++] = *e;
            break;
        }
    }
    int none = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (none >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(none, 2) == 2) {
        (void)execvpe("git", (char *const *)(uintptr_t)args, (char *const *)(uintptr_t)env);
    }
    _exit(127);
}

static enum err drain(int fd, struct buf *out)
{
    for (;;) {
        uint8_t *at = buf_room(out, 65536);
        ssize_t n = at == NULL ? 0 : read(fd, at, 65536);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? ERR_IO : buf_err(out);
        }
        buf_added(out, (size_t)n);
    }
}

/* ERR_NOT_FOUND: git ran and failed. */
static enum err await_child(pid_t child)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return ERR_IO;
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        errno = ENOENT;
        return ERR_IO;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK : ERR_NOT_FOUND;
}

static enum err run_git(const char *const *words, int in, struct buf *out)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ERR_IO;
    }
    pid_t child = fork();

    if (child == 0) {
        run_child(words, in, ends[1]);
    }
    (void)close(ends[1]);
    enum err e = child < 0 ? ERR_IO : drain(ends[0], out);

    (void)close(ends[0]); /* a child that still writes ends by SIGPIPE */
    enum err ended = child < 0 ? ERR_IO : await_child(child);

    return e != OK ? e : ended;
}

/* Runs with `input` as standard input, which is a file in memory: nobody waits for anybody. */
static enum err run_fed(const char *const *words, struct span input, struct buf *out)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t done = 0;

    if (fd < 0) {
        return ERR_IO;
    }
    while (done < input.len) {
        ssize_t n = write(fd, input.ptr + done, input.len - done);

        if (n <= 0) {
            (void)close(fd);
            return ERR_IO;
        }
        done += (size_t)n;
    }
    enum err e = lseek(fd, 0, SEEK_SET) == 0 ? run_git(words, fd, out) : ERR_IO;

    (void)close(fd);
    return e;
}

/* --- what a revision holds ------------------------------------------------------------ */

struct reading {
    const char *where;
    struct diag_list *diags;
    struct district_files *into;
    struct arena names;
    struct buf ids;     /* one object id a line */
    const char **files; /* their names, in the same order */
    size_t count;
};

static void complain(struct reading *r, const char *name, const char *text)
{
    diag_add(r->diags, DIAG_ERROR, name, 0, 0, "%s", text);
}

/* A name of the policy's folders or its one file at the top; others are none of ours. */
static bool is_ours(const char *name, struct diag_list *diags)
{
    const char *slash = strchr(name, '/');

    if (strcmp(name, "district.yaml") == 0) {
        return true;
    }
    bool folder = strncmp(name, "partners/", strlen("partners/")) == 0 ||
                  strncmp(name, "agreements/", strlen("agreements/")) == 0 ||
                  strncmp(name, "offers/", strlen("offers/")) == 0;

    return folder && strchr(slash + 1, '/') == NULL && slash[1] != '.' &&
           district_file_is_read(name, diags);
}

/* A link in the place of a folder. */
static bool is_folder(struct span name)
{
    return span_eq_str(name, "partners") || span_eq_str(name, "agreements") ||
           span_eq_str(name, "offers");
}

/* "100644 blob OID\tNAME" */
static enum err take_line(struct reading *r, struct span line)
{
    struct span rest = line;
    struct span mode = span_cut(&rest, ' ');
    struct span type = span_cut(&rest, ' ');
    struct span id = span_cut(&rest, '\t');
    const char *name = (const char *)arena_copy(&r->names, rest).ptr;

    if (name == NULL) {
        return ERR_MEMORY;
    }
    if (span_eq_str(mode, "120000") && (is_folder(rest) || is_ours(name, r->diags))) {
        complain(r, name, "is a link; links are not followed, put the file itself here");
        return OK;
    }
    if (!span_eq_str(type, "blob") || !is_ours(name, r->diags)) {
        return OK;
    }
    if (r->count == DISTRICT_MAX_FILES) {
        complain(r, name, "the folder holds more than 10,000 files");
        return ERR_INPUT;
    }
    r->files[r->count++] = name;
    buf_put(&r->ids, id);
    buf_put_byte(&r->ids, '\n');
    return buf_err(&r->ids);
}

static enum err list_files(struct reading *r)
{
    const char *const words[] = {"ls-tree", "-z", "-r", "--full-tree", r->where, NULL};
    struct buf listing;

    buf_init(&listing, MAX_LISTING);
    r->files = arena_array(&r->names, DISTRICT_MAX_FILES, sizeof(*r->files));
    enum err e = r->files == NULL ? ERR_MEMORY : run_fed(words, SPAN(""), &listing);
    struct span rest = buf_span(&listing);

    while (e == OK && rest.len > 0) {
        e = take_line(r, span_cut(&rest, '\0'));
    }
    buf_fini(&listing);
    return e;
}

/* "OID blob SIZE\n", the bytes, "\n" */
static enum err take_blob(struct reading *r, const char *name, struct span *rest)
{
    struct span head = span_cut(rest, '\n');
    uint64_t size = 0;

    (void)span_cut(&head, ' ');
    if (!span_eq_str(span_cut(&head, ' '), "blob") || !span_to_u64(head, MAX_OUTPUT, &size) ||
        size >= rest->len) {
        complain(r, name, "git did not give the file");
        return ERR_INPUT;
    }
    struct span bytes = span_sub(*rest, 0, (size_t)size);

    *rest = span_from(*rest, (size_t)size + 1);
    if (size > DISTRICT_MAX_FILE) {
        complain(r, name, "is larger than 1 MiB");
        return ERR_INPUT;
    }
    return district_files_add(r->into, span_str(name), bytes);
}

static enum err read_blobs(struct reading *r)
{
    const char *const words[] = {"cat-file", "--batch", NULL};
    struct buf output;

    buf_init(&output, MAX_OUTPUT);
    enum err e = run_fed(words, buf_span(&r->ids), &output);
    struct span rest = buf_span(&output);

    for (size_t i = 0; e == OK && i < r->count; i++) {
        e = take_blob(r, r->files[i], &rest);
    }
    buf_fini(&output);
    return e;
}

static bool is_plain(const char *where)
{
    return where[0] != '-' && where[0] != ':' && strchr(where, ':') != NULL;
}

enum err git_read_files(const char *where, struct diag_list *diags, struct district_files *out)
{
    struct reading r = {.where = where, .diags = diags, .into = out};
    unsigned before = diags->errors;

    if (!is_plain(where)) {
        diag_add(diags, DIAG_ERROR, "git", 0, 0, "this is neither a folder nor REVISION:PATH");
        return ERR_INPUT;
    }
    arena_init(&r.names, MAX_LISTING);
    buf_init(&r.ids, MAX_LISTING);
    enum err e = list_files(&r);

    e = e != OK ? e : read_blobs(&r);
    if (e == ERR_NOT_FOUND || e == ERR_TOO_BIG) {
        diag_add(diags, DIAG_ERROR, "git", 0, 0, "%s",
                 e == ERR_TOO_BIG ? "holds more than 64 MiB"
                                  : "there is no such folder here (is this its repository, and is "
                                    "the repository yours?)");
        e = ERR_INPUT;
    }
    int saved = errno;

    buf_fini(&r.ids);
    arena_fini(&r.names);
    district_files_sort(out);
    out->unread = diags->errors > before;
    errno = saved;
    return e;
}
