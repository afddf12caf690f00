# SPDX-License-Identifier: Apache-2.0
"""docs/threat-model.md speaks of every rule once, and names only tests and files that exist.

A rule's row is `| R1 words | state | `file`, ... | what |`; rows `| | | test | `file::name` |`
below it name its tests. What holds, wholly or in part, has at least one; what comes
later has none. A test is a function of tests/**/test_*.c or test_*.py, or a case of
a tests/policy/*.cases file.
"""
import re
from pathlib import Path

from source import ROOT, files, finish, read

PAGE = "docs/threat-model.md"
LAST = {"R": 10, "F": 8, "I": 5, "S": 7, "L": 8, "G": 7, "A": 8, "E": 4, "P": 4}
RULES = [f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)]
TESTED = {"holds": True, "in part": True, "code": False, "later": False}
RULE = re.compile(r"^\| ([A-Z]\d+) [^|]+\| ([a-z ]+) \| ([^|]*) \| [^|]+ \|$")
TEST = re.compile(r"^\| \| \| test \| `([\w.]+)::([^`]+)` \|$")
SHAPES = {".c": r"^static void {}\(void \*\*", ".py": r"^def {}\(", ".cases": r"^== {}$"}


def test_files():
    return {Path(name).name: name for name in files(".c", ".py", ".cases", under=("tests/",))}


def has_test(path, name):
    shape = SHAPES[Path(path).suffix].format(re.escape(name))
    return re.search(shape, read(path), re.M) is not None


def check_rule(place, match, seen):
    rule, state, where = match.groups()
    if rule not in RULES:
        yield f"{place}: there is no rule {rule}"
    if rule in seen:
        yield f"{place}: {rule} stands twice"
    if state not in TESTED:
        yield f"{place}: {rule}: no state is called '{state}'"
    for name in re.findall(r"`([^`]+)`", where):
        if not (ROOT / name).is_file():
            yield f"{place}: {rule}: there is no {name}"
    seen[rule] = (state, place, [])


def check_test(place, match, known):
    file, name = match.groups()
    if file not in known:
        yield f"{place}: there is no test file {file}"
    elif not has_test(known[file], name):
        yield f"{place}: {known[file]} has no test {name}"


def check_counts(seen):
    for rule in RULES:
        if rule not in seen:
            yield f"{PAGE}: {rule} is missing"
    for rule, (state, place, tests) in seen.items():
        if bool(tests) != TESTED.get(state, bool(tests)):
            yield f"{place}: {rule}: '{state}' with {len(tests)} tests"


def main():
    problems, seen, rule, known = [], {}, None, test_files()
    for number, line in enumerate(read(PAGE).split("\n"), 1):
        place, row, test = f"{PAGE}:{number}", RULE.match(line), TEST.match(line)
        if row:
            rule = row.group(1)
            problems += check_rule(place, row, seen)
        elif test and rule:
            seen[rule][2].append(test.group(0))
            problems += check_test(place, test, known)
        elif line.startswith("| | |") or (rule and line.startswith("|")):
            problems.append(f"{place}: neither a rule nor a test of one")
    finish(problems + list(check_counts(seen)))


main()
