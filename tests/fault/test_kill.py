# SPDX-License-Identifier: Apache-2.0
"""Disclosed means recorded, whatever happens to the process: the gateway is killed at random
moments under load, and every student record that a client saw is in the ledger afterwards."""

import os
import random
import re
import signal
import threading

import pytest

from http1 import Broken
from stack import Source, Stack, is_sanitized, make_bundle

CLIENT = "acme-prod"
LONGEST_LIFE_S = 2.0 if is_sanitized() else 0.5  # a handshake takes its time there
TARGETS = (
    "/students?limit=5",
    "/students?limit=100",
    "/students?limit=10000",
    "/enrollments?limit=10000",
    "/users?limit=1000",
)
# A record's own id stands first in it; ids of students are told apart by the roster of the bundle.
RECORD = re.compile(rb'"sourcedId":"([^"]+)"')


class Watcher(threading.Thread):
    """A client that keeps every byte it got, also of answers that broke."""

    def __init__(self, stack, seed, over):
        super().__init__(daemon=True)
        self.stack, self.over = stack, over
        self.random = random.Random(seed)
        self.answers = []

    def run(self):
        while not self.over.is_set():
            try:
                c = self.stack.connect(timeout=20)
            except (OSError, Broken):
                continue
            try:
                while not self.over.is_set():
                    target = self.random.choice(TARGETS)
                    a = self.stack.get(target, CLIENT, connection=c)
                    if a.status == 200:
                        self.answers.append((a.header("Hallpass-Exchange"), a.body, a.complete))
                    if not a.complete:
                        break
            except OSError:
                pass
            finally:
                c.close()


def kill_loop(tmp_path, kills, students=300):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", students, 11)).start()
    stack = Stack(tmp_path, source)
    over = threading.Event()
    stack.start()
    watchers = [Watcher(stack, i, over) for i in range(4)]
    for w in watchers:
        w.start()
    rng = random.Random(int.from_bytes(os.urandom(8), "big"))
    for _ in range(kills):
        over.wait(rng.uniform(0.02, LONGEST_LIFE_S))
        stack.stop(signal.SIGKILL)
        stack.start()
    over.set()
    for w in watchers:
        w.join(60)
    assert stack.stop() == 0
    return source, stack, [a for w in watchers for a in w.answers]


def students_of(source):
    rows = source.get("/students?limit=10000&fields=sourcedId").json()["users"]
    return {u["sourcedId"].encode() for u in rows}


def unrecorded(source, stack, answers):
    """(exchange, student) pairs that a client saw and the ledger does not have."""
    students = students_of(source)
    seen = {(x, s) for x, body, _ in answers for s in RECORD.findall(body) if s in students}
    recorded = set()
    for s in sorted({s for _, s in seen}):
        recorded |= {(e["exchange"], s) for e in stack.disclosed(s.decode())}
    return seen, seen - recorded


def check(tmp_path, kills):
    source, stack, answers = kill_loop(tmp_path, kills)
    try:
        seen, missing = unrecorded(source, stack, answers)
        broken = sum(1 for a in answers if not a[2])
        enough = (20 if is_sanitized() else 100) * kills
        assert len(seen) > enough, "the load was too light to mean anything"
        assert missing == set(), f"{len(missing)} of {len(seen)} disclosures are not recorded"
        print(f"kills={kills} disclosures={len(seen)} answers={len(answers)} broken={broken}")
    finally:
        source.stop()


@pytest.mark.skipif(is_sanitized(), reason="a sanitizer's start is slow: 20 kills below")
def test_every_record_seen_is_recorded_after_100_kills(tmp_path):
    check(tmp_path, 100)


@pytest.mark.skipif(not is_sanitized(), reason="100 kills above")
def test_every_record_seen_is_recorded_after_20_kills_under_a_sanitizer(tmp_path):
    check(tmp_path, 20)


@pytest.mark.long
def test_every_record_seen_is_recorded_after_500_kills(tmp_path):
    check(tmp_path, 500)
