# SPDX-License-Identifier: Apache-2.0
"""Calls and types that are not written here.

The heap has one door (base/mem.h), so that allocation sweeps see all of it.
Third-party objects are freed by their own functions. Tests wait on conditions:
only tests/support/wait.py sleeps, between two looks at one. Nobody switches a
sanitizer off.
"""
import re

from source import code, files, finish, read

HEAP = r"malloc|calloc|realloc|reallocarray|aligned_alloc|free|strdup|strndup|asprintf|vasprintf"
UNSAFE = (r"strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atof|system|popen|"
          r"alloca|tmpnam|mktemp")
SLEEP = r"sleep|usleep|nanosleep|clock_nanosleep|uv_sleep"
CLOCK = r"time|gettimeofday|clock_gettime|localtime|localtime_r|gmtime"

# (what, words, applies to, except)
BANNED = (
    ("the heap is used through base/mem.h", HEAP, ("gateway/", "policy/", "tests/"),
     ("gateway/base/mem.c",)),
    ("unsafe call", UNSAFE, ("gateway/", "policy/", "tests/"), ()),
    ("random bytes come from base/digest.h", "rand|srand|random|drand48", ("gateway/", "policy/"),
     ()),
    ("no sleeping", SLEEP, ("gateway/", "policy/", "tests/"), ()),
    ("time is read in base/clock.c", CLOCK, ("gateway/", "policy/"), ("gateway/base/clock.c",)),
)

TYPES = (
    (re.compile(r"\btypedef\s+(struct|union|enum)\b[^(]*$"), "no typedef of a struct, union or enum"),
    (re.compile(r"\b(?:struct|union|enum)\s+\w+_t\b"), "the suffix _t is not ours"),
    (re.compile(r"\btypedef\b[^;]*\b\w+_t;"), "the suffix _t is not ours"),
)

SANITIZER = re.compile(r"detect_leaks=0|halt_on_error=0|exitcode=0|no_sanitize|__lsan_disable")
PYTHON_SLEEP = re.compile(r"\btime\.sleep\b|\bfrom time import .*\bsleep\b")


def calls(name, number, line):
    for what, words, under, but in BANNED:
        match = re.search(rf"(?<![\w.>])({words})\s*\(", line)
        if match and name.startswith(under) and name not in but:
            yield f"{name}:{number}: {match.group(1)}(): {what}"


def types(name, number, line):
    for pattern, what in TYPES:
        if pattern.search(line):
            yield f"{name}:{number}: {what}"


def check_c(name):
    for number, line in enumerate(code(read(name)).split("\n"), 1):
        yield from calls(name, number, line)
        yield from types(name, number, line)


def check_python(name):
    for number, line in enumerate(read(name).split("\n"), 1):
        if PYTHON_SLEEP.search(line) and name != "tests/support/wait.py":
            yield f"{name}:{number}: no sleeping: wait on a condition (tests/support/wait.py)"


def check_sanitizer(name):
    for number, line in enumerate(read(name).split("\n"), 1):
        if SANITIZER.search(line):
            yield f"{name}:{number}: a sanitizer is switched off"


def main():
    here = "tests/lint/lint_calls.py"
    problems = []
    for name in files(".c", ".h"):
        problems += check_c(name)
    for name in files(".py", under=("tests/",)):
        problems += check_python(name) if name != here else []
    for name in files(".c", ".h", ".py", ".sh", "Makefile"):
        problems += check_sanitizer(name) if name != here else []
    finish(problems)


main()
