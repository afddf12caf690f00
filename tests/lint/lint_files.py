# SPDX-License-Identifier: Apache-2.0
"""File sizes, SPDX lines, guards, order of includes.

A .c file has at most 500 lines. A header has at most 120 lines of declarations:
comments (they are the API's manual), blank lines and the rows of X-macro tables
(they are data, with a row for each error, kind, word) do not count.
"""
import re
from pathlib import Path

from source import ROOT, code, files, finish, read

MAX_C, MAX_H = 500, 120
SPDX = "SPDX-License-Identifier: Apache-2.0"


def header_lines(text):
    count = 0
    for line in code(text).split("\n"):
        if line.strip() and not line.rstrip().endswith("\\"):
            count += 1
    return count


def check_size(name, text):
    if name.endswith(".c") and text.count("\n") > MAX_C:
        yield f"{name}:1: {text.count(chr(10))} lines (at most {MAX_C})"
    if name.endswith(".h") and header_lines(text) > MAX_H:
        yield f"{name}:1: {header_lines(text)} lines of declarations (at most {MAX_H})"


def check_spdx(name, text):
    first = text.split("\n", 2)[:2]
    if name.endswith((".c", ".h")) and first[0] != f"/* {SPDX} */":
        yield f"{name}:1: the first line is not /* {SPDX} */"
    elif SPDX not in " ".join(first):
        yield f"{name}:1: no SPDX line at the top"


def guard_of(name):
    path = Path(name)
    return re.sub(r"\W", "_", f"{path.parent.name}_{path.stem}_H").upper()


def check_guard(name, text):
    guard = guard_of(name)
    lines = [line for line in code(text).split("\n") if line.strip()]
    if lines[:2] != [f"#ifndef {guard}", f"#define {guard}"] or lines[-1].strip() != "#endif":
        yield f"{name}:2: the include guard is not {guard}"


def check_own_header(name, text):
    path = Path(name)
    own = f"{path.parent.name}/{path.stem}.h"
    includes = re.findall(r'^#include\s+["<]([^">]+)[">]', text, re.M)
    if (ROOT / path.with_suffix(".h")).is_file() and (not includes or includes[0] != own):
        yield f'{name}:1: the first include is not its own header "{own}"'


def main():
    problems = []
    for name in files(".c", ".h", ".py", ".sh"):
        text = read(name)
        problems += check_size(name, text)
        problems += check_spdx(name, text)
        if name.endswith(".h"):
            problems += check_guard(name, text)
        if name.endswith(".c") and name.startswith(("gateway/", "policy/")):
            problems += check_own_header(name, text)
    for name in files(*(f".{n}" for n in range(1, 10)), under=("docs/",)):
        problems += check_spdx(name, read(name))
    finish(problems)


main()
