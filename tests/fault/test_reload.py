# SPDX-License-Identifier: Apache-2.0
"""Worlds are swapped under load: no request sees an error for it, and nothing is left behind."""

import signal
import threading
from pathlib import Path

import pytest

from http1 import Broken
from stack import Source, Stack, is_sanitized, make_bundle
from wait import until

CLIENTS = ("acme-prod", "library-cards")
TARGETS = ("/students?limit=5", "/students?limit=300", "/orgs", "/enrollments?limit=200", "/students?limit=0")
SANITIZED = is_sanitized()


@pytest.fixture()
def stack(tmp_path):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 300, 21)).start()
    stack = Stack(tmp_path, source).start()
    yield stack
    stack.stop()
    source.stop()


class Load:
    """Clients that ask one thing after the other until they are told to stop."""

    def __init__(self, stack, count=4):
        self.stack, self.over, self.seen = stack, threading.Event(), []
        self.tokens = {c: stack.token(c) for c in CLIENTS}
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(count)]
        for t in self.threads:
            t.start()

    def run(self, number):
        n = number
        while not self.over.is_set():
            c = self.stack.connect()
            try:
                while not self.over.is_set():
                    client = CLIENTS[n % 2]
                    target = TARGETS[n % len(TARGETS)]
                    a = self.stack.get(target, token=self.tokens[client], connection=c)
                    self.seen.append((a.status, a.complete, target, client))
                    n += 1
            except (OSError, Broken) as e:
                self.seen.append((repr(e), False, None, None))
            finally:
                c.close()

    def wait_for(self, more):
        target = len(self.seen) + more
        until(lambda: len(self.seen) >= target, 120, "the load goes on")

    def end(self):
        self.over.set()
        for t in self.threads:
            t.join(60)
        return self.seen


def resources(stack):
    pid = stack.gateway.pid
    rss = next(
        int(line.split()[1])
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )
    return rss, len(list(Path(f"/proc/{pid}/fd").iterdir()))


def told(stack, event):
    return stack.gateway.text().count(f'"event":"{event}"')


def swap_many_times(stack, load, times):
    """Every other policy is invalid; each swap is waited for while the load goes on."""
    policy = stack.district / "district.yaml"
    good = policy.read_text()
    for i in range(times):
        bad = i % 2 == 0
        event = "policy-refused" if bad else "policy-in-force"
        policy.write_text(good + ("\nnonsense: yes\n" if bad else f"\n# {i}\n"))
        before = told(stack, event)
        stack.gateway.child.send_signal(signal.SIGHUP)
        until(lambda: told(stack, event) > before, 60, event)
        load.wait_for(4)
    policy.write_text(good)


def unexpected(seen):
    """All but what the examples share, and refuse to share."""
    return {s for s, complete, _, _ in seen if not complete or s not in (200, 400, 403)}


def test_fifty_reloads_under_load_cost_no_request_and_no_memory(stack):
    load = Load(stack)
    try:
        load.wait_for(500)
        before = resources(stack)
        swap_many_times(stack, load, 50)
        load.wait_for(500 if SANITIZED else 2000)
        after = resources(stack)
    finally:
        seen = load.end()
    print(f"before={before} after={after} requests={len(seen)}")
    assert unexpected(seen) == set()
    assert sum(e["kind"] == "policy" for e in stack.ledger()) == 51
    assert after[1] <= before[1] + 8, (before, after)
    if not SANITIZED:
        assert after[0] <= before[0] + 8 * 1024, (before, after)
    until(lambda: stack.metric("hallpass_ledger_reserved") == 0, 20, "every credit is back")
    assert stack.stop() == 0


def test_signals_that_come_faster_than_policies_load_are_no_harm(stack):
    load = Load(stack)
    try:
        for _ in range(200):
            stack.gateway.child.send_signal(signal.SIGHUP)
            load.over.wait(0.005)
        load.wait_for(200)
    finally:
        seen = load.end()
    assert unexpected(seen) == set()
    assert stack.stop() == 0


def test_a_gateway_that_was_stopped_for_three_seconds_goes_on(stack):
    load = Load(stack)
    try:
        load.wait_for(100)
        stack.gateway.child.send_signal(signal.SIGSTOP)
        load.over.wait(3)
        stack.gateway.child.send_signal(signal.SIGCONT)
        load.wait_for(200)
    finally:
        seen = load.end()
    assert unexpected(seen) == set()
