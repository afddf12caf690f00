# SPDX-License-Identifier: Apache-2.0
"""The guide for districts, followed to the letter: every file it shows is written, every
command is run, and what it shows of the output is what the command prints.

A comment before a block of the guide says what the block is: `file: PATH` is a whole file,
`below: PATH | LINE` goes below that line, `instead of: PATH | LINE` replaces it, `last: PATH`
is added at the end, `exits: N` is the exit status of a command that is not meant to succeed.
`now: NAME` calls the function do_NAME below.
"""
import json
import os
import re
import subprocess

import pytest

from stack import ROOT, Source, Stack, binary, make_bundle, run
from wait import until

GUIDE = ROOT / "docs" / "district-guide.md"
PIECE = re.compile(r"<!-- (?P<kind>[a-z ]+): (?P<what>.*?) -->|```(?P<lang>\w+)\n(?P<text>.*?)```", re.S)
WRITERS = ("file", "below", "instead of", "last")
PDF = ("acme-ndpa", "acme-amendment", "acme-certificate", "beta-acceptance", "yearbook", "homework")
CLIENTS = ("acme-math", "beta-reading", "yearbook", "homework")
CHILD, FRIEND = "stu-0000201", "stu-0000042"


def pieces():
    """(what the comments before it say, language, text) of each block, and each `now:`."""
    said = {}
    for found in PIECE.finditer(GUIDE.read_text()):
        if found["kind"] == "now":
            yield {}, "now", found["what"]
        elif found["kind"]:
            said[found["kind"]] = found["what"]
        else:
            yield said, found["lang"], found["text"]
            said = {}
    assert not said, said


def commands(block):
    """(command, lines shown) of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        while command.endswith("\\"):
            command = command[:-1] + shown.pop(0)
        yield command, [line for line in shown if line.strip()]


def is_line(shown, line):
    """`...` within a line stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, shown.rstrip().split("..."))), line.rstrip())


def missing_line(shown, printed):
    """The first shown line that does not stand in the output where it should, or None. Lines
    follow each other, blank ones aside; a line `...` stands for any number of lines."""
    at, free = 0, False
    lines = [line for line in printed.split("\n") if line.strip()]
    for want in shown:
        if want.strip() == "...":
            free = True
            continue
        hits = [i for i in range(at, len(lines)) if is_line(want, lines[i])]
        if not hits or (not free and hits[0] != at):
            return want
        at, free = hits[0] + 1, False
    return None if free or at == len(lines) else "the end"


class Walk:
    """The officer's desk: a folder that the guide fills, and in it, later, a gateway."""

    def __init__(self, folder, source):
        self.folder, self.source, self.stack, self.count = folder, source, None, 0
        (folder / "inbox").mkdir()
        for name in PDF:
            (folder / "inbox" / f"{name}.pdf").write_text(f"The signed document {name}.\n")
        self.env = {**os.environ, "PATH": f"{os.path.dirname(binary())}:{os.environ['PATH']}",
                    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@x",
                    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@x"}
        for client in CLIENTS:
            run("key", "generate", "--out", folder / f"{client}.pem", "--jwks",
                folder / "inbox" / f"{client}-jwks.json")

    def follow(self):
        for said, language, text in pieces():
            if language == "now":
                getattr(self, "do_" + text.replace(" ", "_").replace("-", "_"))()
            elif language == "console":
                self.run_block(text, int(said.get("exits", 0)))
            else:
                self.write(said, text)

    def run_block(self, block, status):
        todo = list(commands(block))
        for command, shown in todo:
            last = (command, shown) == todo[-1]
            done = subprocess.run(command, shell=True, cwd=self.folder, env=self.env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
            assert done.returncode == (status if last else 0), f"{command}\n{done.stdout}"
            lacks = missing_line(shown, done.stdout)
            assert lacks is None, f"{command}\nshown: {lacks}\nprinted:\n{done.stdout}"
            self.count += 1

    def write(self, said, text):
        (kind,) = set(said) & set(WRITERS)
        name, _, line = said[kind].partition(" | ")
        path = self.folder / name
        if kind == "file":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            return
        old = path.read_text()
        if kind == "last":
            text = old + text
        else:
            found = [each for each in old.splitlines(keepends=True) if each.strip() == line.strip()]
            assert len(found) == 1, (name, line, found)
            text = old.replace(found[0], found[0] + text if kind == "below" else text)
        other = path.with_name(f".{path.name}.new")
        other.write_text(text)
        other.rename(path)

    # --- what the guide only tells -------------------------------------------------------

    def do_the_gateway_starts(self):
        ready = self.folder / "district"
        kept = ready.rename(self.folder / "kept")
        self.stack = Stack(self.folder, self.source, students=str(self.folder / "students"),
                           **{"master-key": str(self.folder / "master.key")})
        subprocess.run(["rm", "-r", ready], check=True)
        kept.rename(ready)
        self.stack.start()

    def get(self, client, path):
        token = run("token", "--client", client, "--key", self.folder / f"{client}.pem",
                    "--audience", "https://gateway.example.org").stdout.strip()

        def answer():
            """503: the facts changed while the answer was made; it is to be asked for again."""
            got = self.stack.get(path, token=token)
            return None if got.status == 503 else got

        return until(answer, 20, "an answer")

    def students(self, client):
        answer = self.get(client, "/students?limit=10000")
        assert answer.status == 200, answer.body
        return answer.json()["users"]

    def names(self, client):
        return {s["givenName"] for s in self.students(client)}

    def given_name(self, student):
        return self.source.get(f"/students/{student}").json()["user"]["givenName"]

    def do_acme_gets_its_students(self):
        students = self.students("acme-math")
        assert students and all(set(s["grades"]) <= {"06", "07", "08"} for s in students)
        assert all(re.fullmatch(r".\.", s["familyName"]) for s in students)
        assert CHILD in {s["sourcedId"] for s in students}
        assert not any("email" in s for s in students)

    def do_acme_gets_the_email(self):
        assert any("email" in s for s in self.students("acme-math"))

    def do_the_child_is_in_the_yearbook(self):
        both = {self.given_name(CHILD), self.given_name(FRIEND)}
        until(lambda: both <= self.names("yearbook"), 20, "both students are there")

    def do_the_child_has_left_the_yearbook(self):
        name = self.given_name(CHILD)
        until(lambda: name not in self.names("yearbook"), 20, "the opt-out acts")
        assert self.given_name(FRIEND) in self.names("yearbook")
        assert CHILD in {s["sourcedId"] for s in self.students("acme-math")}

    def do_homework_gets_nobody(self):
        assert self.students("homework") == []

    def do_homework_gets_the_child(self):
        until(lambda: self.names("homework") == {self.given_name(CHILD)}, 20, "the consent acts")

    def do_the_friend_is_protected(self):
        until(lambda: self.get("acme-math", f"/students/{FRIEND}").status == 404, 20, "the order acts")
        assert self.given_name(FRIEND) not in self.names("yearbook")

    def do_the_row_has_vanished(self):
        until(self.misses_a_row, 20, "the row is missed")

    def misses_a_row(self):
        done = run("students", "status", "--json", "--config", self.stack.config, check=False)
        return any(f["vanished"] for f in json.loads(done.stdout)["files"])

    def do_acme_gets_nothing(self):
        assert self.get("acme-math", "/students").status in (401, 403)


@pytest.fixture
def walk(tmp_path):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 300, 5)).start()
    walk = Walk(tmp_path, source)
    yield walk
    if walk.stack is not None:
        walk.stack.stop()
    source.stop()


def test_the_guide_for_districts_holds_from_the_first_command_to_the_last(walk):
    walk.follow()
    assert walk.stack is not None and walk.count > 25


@pytest.mark.parametrize("shown, printed, lacks", [
    (["a", "b"], "a\n\nb\n", None),
    (["a", "..."], "a\nb\nc\n", None),
    (["...", "c"], "a\nb\nc\n", None),
    (["a ... z"], "a bc z\n", None),
    (["a", "c"], "a\nb\nc\n", "c"),
    (["a"], "a\nb\n", "the end"),
    (["x"], "a\n", "x"),
    ([], "a\n", "the end"),
])
def test_what_is_shown_must_be_what_is_printed(shown, printed, lacks):
    assert missing_line(shown, printed) == lacks
