# SPDX-License-Identifier: Apache-2.0
"""docs/errors.md lists every reason code that a partner can get, as base/err.h has it.

The tables' first four columns come from ERR_TABLE; the last, what to do about it,
is written by hand and must stand for each code. `lint_errors.py --write` brings the
first four up to date and keeps the last.
"""
import re
import sys

from source import ROOT, finish, read

TABLE, PAGE = "gateway/base/err.h", "docs/errors.md"
ROW = re.compile(r'ERR\(\w+,\s*"([^"]+)",\s*(\d+),\s*\w+,\s*"([^"]+)",\s*"([^"]+)"\)')
LINE = re.compile(r"^\| `([a-z0-9-]+)` \|(.*)\|$")


def expected():
    """{code: cells} of what may be sent; a status of 0 never is."""
    text = read(TABLE).replace("\\\n", " ")
    return {
        code: [f"`{code}`", status, f"`{minor}`", sentence]
        for code, status, minor, sentence in ROW.findall(text) if status != "0"
    }


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def problems_of(lines, rows):
    seen = []
    for number, line in enumerate(lines, 1):
        match = LINE.match(line)
        if match is None:
            continue
        code, cells = match.group(1), cells_of(line)
        seen.append(code)
        if cells[:-1] != rows.get(code):
            yield f"{PAGE}:{number}: {code} is not as {TABLE} has it (lint_errors.py --write)"
        elif not cells[-1]:
            yield f"{PAGE}:{number}: {code} says nothing about what to do"
    for code in sorted(set(rows) - set(seen)):
        yield f"{PAGE}: {code} is missing"
    for code in sorted({c for c in seen if seen.count(c) > 1}):
        yield f"{PAGE}: {code} stands twice"


def rewritten(line, rows):
    match = LINE.match(line)
    if match is None or match.group(1) not in rows:
        return line
    return "| " + " | ".join(rows[match.group(1)] + cells_of(line)[-1:]) + " |"


def main():
    rows = expected()
    lines = read(PAGE).split("\n")
    if "--write" in sys.argv[1:]:
        lines = [rewritten(line, rows) for line in lines]
        (ROOT / PAGE).write_text("\n".join(lines), encoding="utf-8")
    finish(list(problems_of(lines, rows)))


main()
