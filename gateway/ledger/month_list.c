/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which months a folder holds. Names sort as time does.
 */
#include "base/mem.h"
#include "ledger/month.h"

#include <dirent.h>
#include <stdlib.h>

static bool is_month(const char *name)
{
    static const char shape[] = "ledger-0000-00.db";
    size_t len = strlen(name);

    for (size_t i = 0; i < len && i < sizeof(shape) - 1; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';

        if (shape[i] == '0' ? !digit : name[i] != shape[i]) {
            return false;
        }
    }
    return len == sizeof(shape) - 1;
}

static enum err add(struct month_list *list, const char *name)
{
    char(*grown)[MONTH_NAME_BYTES] =
        mem_resize(list->names, (list->count + 1) * sizeof(list->names[0]));

    if (grown == NULL) {
        return ERR_MEMORY;
    }
    list->names = grown;
    memcpy(list->names[list->count], name, MONTH_NAME_BYTES);
    list->count++;
    return OK;
}

static int by_name(const void *a, const void *b)
{
    return memcmp(a, b, MONTH_NAME_BYTES);
}

enum err month_list_read(const char *directory, struct month_list *out)
{
    struct month_list list = {0};
    DIR *dir = opendir(directory);
    struct dirent *entry;
    enum err e = OK;

    if (dir == NULL) {
        return ERR_IO;
    }
    while (e == OK && (entry = readdir(dir)) != NULL) {
        e = is_month(entry->d_name) ? add(&list, entry->d_name) : OK;
    }
    (void)closedir(dir);
    if (e != OK) {
        month_list_fini(&list);
        return e;
    }
    if (list.count > 1) {
        qsort(list.names, list.count, sizeof(list.names[0]), by_name);
    }
    *out = list;
    return OK;
}

void month_list_fini(struct month_list *list)
{
    mem_free(list->names);
    *list = (struct month_list){0};
}
