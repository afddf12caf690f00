# SPDX-License-Identifier: Apache-2.0
"""Pages that hold a list of rules against tests: what lint_rules.py and lint_duties.py share.

A rule's row is `| R1 words | state | `file`, ... | what |`; rows `| | | test | `file::name` |`
below it name its tests. What holds, wholly or in part, has at least one; every other state
has none. A test is a function of tests/**/test_*.c or test_*.py, or a case of a
tests/policy/*.cases file.
"""
import re
from pathlib import Path

from source import ROOT, files, read

RULE = re.compile(r"^\| ([A-Z]\d+) ([^|]+) \| ([a-z ]+) \| ([^|]*) \| [^|]+ \|$")
TEST = re.compile(r"^\| \| \| test \| `([\w.]+)::([^`]+)` \|$")
SHAPES = {".c": r"^static void {}\(void \*\*", ".py": r"^def {}\(", ".cases": r"^== {}$"}


def test_files():
    return {Path(name).name: name for name in files(".c", ".py", ".cases", under=("tests/",))}


def has_test(path, name):
    shape = SHAPES[Path(path).suffix].format(re.escape(name))
    return re.search(shape, read(path), re.M) is not None


class Page:
    """`states`: {state: whether it has tests}. `words` says what is wrong with a rule's words."""

    def __init__(self, name, rules, states, words=lambda text: None):
        self.name, self.rules, self.states, self.words = name, rules, states, words
        self.seen, self.problems, self.known = {}, [], test_files()

    def add_rule(self, place, match):
        rule, words, state, where = match.groups()
        if rule not in self.rules:
            self.problems.append(f"{place}: there is no rule {rule}")
        if rule in self.seen:
            self.problems.append(f"{place}: {rule} stands twice")
        if state not in self.states:
            self.problems.append(f"{place}: {rule}: no state is called '{state}'")
        if self.words(words):
            self.problems.append(f"{place}: {rule}: {self.words(words)}")
        for name in re.findall(r"`([^`]+)`", where):
            if not (ROOT / name).is_file():
                self.problems.append(f"{place}: {rule}: there is no {name}")
        self.seen[rule] = (state, place, [])
        return rule

    def add_test(self, place, rule, match):
        file, name = match.groups()
        self.seen[rule][2].append(name)
        if file not in self.known:
            self.problems.append(f"{place}: there is no test file {file}")
        elif not has_test(self.known[file], name):
            self.problems.append(f"{place}: {self.known[file]} has no test {name}")

    def count(self):
        for rule in self.rules:
            if rule not in self.seen:
                self.problems.append(f"{self.name}: {rule} is missing")
        for rule, (state, place, tests) in self.seen.items():
            if bool(tests) != self.states.get(state, bool(tests)):
                self.problems.append(f"{place}: {rule}: '{state}' with {len(tests)} tests")

    def check(self):
        rule = None
        for number, line in enumerate(read(self.name).split("\n"), 1):
            place, row, test = f"{self.name}:{number}", RULE.match(line), TEST.match(line)
            if row:
                rule = self.add_rule(place, row)
            elif test and rule:
                self.add_test(place, rule, test)
            elif line.startswith("| | |") or (rule and line.startswith("|")):
                self.problems.append(f"{place}: neither a rule nor a test of one")
        self.count()
        return self.problems
