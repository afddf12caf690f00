# SPDX-License-Identifier: Apache-2.0
"""C is as .clang-format says; no tabs or blanks at line ends, a line break at the end of files.

The layout is clang-format 14's (Debian 12). Other versions lay some things out otherwise,
so where another is installed only blanks and line ends are looked at.
"""
import re
import subprocess

from source import ROOT, files, finish, read


VERSION = "14"


def has_version():
    done = subprocess.run(["clang-format", "--version"], capture_output=True, text=True)
    return re.search(rf"version {VERSION}\.", done.stdout) is not None


def clang_format(names):
    if not has_version():
        return []
    done = subprocess.run(
        ["clang-format", "--dry-run", "--Werror", *names],
        cwd=ROOT, capture_output=True, text=True,
    )
    found = re.findall(r"^(.*?):(\d+):\d+: error:", done.stderr, re.M)
    first = {name: line for name, line in reversed(found)}
    return [f"{name}:{line}: not formatted (make format)" for name, line in first.items()]


def check_text(name):
    text = read(name)
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{name}:{number}: blanks at the end of the line"
    if text and not text.endswith("\n"):
        yield f"{name}: no line break at the end"


def main():
    problems = clang_format(files(".c", ".h"))
    for name in files(".py", ".sh", ".md", ".yaml", "Makefile"):
        problems += check_text(name)
    finish(problems)


main()
