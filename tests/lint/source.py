# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the tracked files, C without comments and strings, functions.

A lint is a program tests/lint/lint_*.py: it prints one line per problem,
`file:line: what`, and exits 1 if there is any. LINT_ROOT names another tree (the
lints' own tests make bad ones).
"""
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(os.environ.get("LINT_ROOT", Path(__file__).resolve().parents[2]))


def tracked():
    """What git knows and does not ignore; None where there is no repository that git will read."""
    if not (ROOT / ".git").exists():
        return None
    done = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
    )
    return done.stdout.split("\0") if done.returncode == 0 else None


def walked():
    """The same for an unpacked archive, or a clone that belongs to somebody else."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [d for d in inner if not d.startswith("build") and d not in (".git", "__pycache__")]
        for name in names:
            yield str((Path(folder) / name).relative_to(ROOT))


def files(*suffixes, under=("",)):
    """Tracked and new files (not ignored ones), relative, that end in a suffix."""
    names = tracked()
    names = sorted(set(walked() if names is None else names))
    return [
        n for n in names
        if n.endswith(suffixes) and n.startswith(tuple(under)) and (ROOT / n).is_file()
    ]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


TOKEN = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X
)


def code(text):
    """C with comments blanked and literals emptied; lines and columns of the rest stay."""
    def blank(match):
        token = match.group(0)
        keep = token[0] if token[0] in "\"'" else ""
        body = token[1:-1] if keep else token
        return keep + re.sub(r"[^\n]", " ", body) + keep
    return TOKEN.sub(blank, text)


@dataclass
class Function:
    name: str
    file: str
    line: int    # of the opening brace
    length: int  # lines between the braces
    params: str
    body: list   # lines between the braces, as code()


SIGNATURE = re.compile(r"([A-Za-z_]\w*)\s*\((.*)\)[^()]*$", re.S)


def functions(name):
    """Functions of a file that clang-format has laid out: their braces stand alone in column 1."""
    lines = code(read(name)).split("\n")
    found = []
    start = None
    for i, line in enumerate(lines):
        if line.rstrip() == "{" and start is None:
            start = i
        elif line.rstrip() == "}" and start is not None:
            found.append(make_function(name, lines, start, i))
            start = None
    return [f for f in found if f is not None]


def make_function(name, lines, start, end):
    first = start
    while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in "}#{":
        first -= 1
    match = SIGNATURE.search(" ".join(lines[first:start]).strip())
    if match is None:
        return None
    head = match.group(0)
    return Function(
        name=match.group(1), file=name, line=start + 1, length=end - start - 1,
        params=head[head.index("(") + 1:head.rindex(")")], body=lines[start + 1:end],
    )


def split_params(params):
    parts, depth, part = [], 0, ""
    for c in params:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    parts.append(part.strip())
    return [p for p in parts if p and p != "void"]


def finish(problems):
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)
