# SPDX-License-Identifier: Apache-2.0
"""Many clients at once: more long answers than there are connections to the source, a source
that answers too late for all who wait, many idle connections, many short ones."""

import shutil
import signal
import socket
import threading
from pathlib import Path

import pytest

from http1 import Broken
from stack import BASE, Source, Stack, is_sanitized, make_bundle
from wait import until

CLIENT = "library-cards"
SOURCE_CONNECTIONS = 64  # of one worker


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowds")
    source = Source(folder, make_bundle(folder / "bundle", 1000, 13)).start()
    stack = Stack(folder, source, workers=1).start()
    yield stack
    source.process.child.send_signal(signal.SIGCONT)
    stack.stop()
    source.stop()


def ask(stack, target):
    c = stack.connect()
    c.send(
        f"GET {BASE}{target} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {stack.cached_token(CLIENT)}\r\n\r\n".encode()
    )
    return c


def read_all(connections):
    """Answers in the order of the connections, all read at the same time."""
    answers = [None] * len(connections)

    def read(i):
        answers[i] = connections[i].read()

    threads = [threading.Thread(target=read, args=(i,)) for i in range(len(connections))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for c in connections:
        c.close()
    return answers


def descriptors(stack):
    return len(list(Path(f"/proc/{stack.gateway.pid}/fd").iterdir()))


def assert_works(stack):
    assert stack.get("/students?limit=3", CLIENT).status == 200


@pytest.mark.skipif(is_sanitized(), reason="84 handshakes take longer there than a leg may wait")
def test_long_pages_do_not_wait_for_each_others_connections(stack):
    """Each looks for its next page while its first leg is paused."""
    one = stack.get("/students?limit=300", CLIENT)
    assert len(one.chunks) > 1 and "next" in one.links()
    stack.source.process.child.send_signal(signal.SIGSTOP)
    connections = [ask(stack, "/students?limit=300") for _ in range(SOURCE_CONNECTIONS + 20)]
    stack.source.process.child.send_signal(signal.SIGCONT)
    answers = read_all(connections)
    assert [a.status for a in answers] == [200] * len(answers)
    assert all(a.complete and a.body == one.body for a in answers)
    assert_works(stack)


def test_who_waits_too_long_for_a_connection_to_the_source_gets_503(stack):
    stack.source.process.child.send_signal(signal.SIGSTOP)
    connections = [ask(stack, "/students?limit=1") for _ in range(SOURCE_CONNECTIONS + 10)]
    late = [c for c in connections[SOURCE_CONNECTIONS:]]
    answers = read_all(late)
    assert [a.status for a in answers] == [503] * len(late)
    assert all("reason busy" in a.json()["imsx_description"] for a in answers)
    stack.source.process.child.send_signal(signal.SIGCONT)
    answers = read_all(connections[:SOURCE_CONNECTIONS])
    assert [a.status for a in answers] == [200] * SOURCE_CONNECTIONS
    assert_works(stack)


def test_idle_and_short_connections_leave_no_descriptor(stack):
    assert_works(stack)
    idle = [stack.connect() for _ in range(500)]
    assert_works(stack)
    assert descriptors(stack) >= 500
    for c in idle:
        c.close()
    for i in range(500):
        c = stack.connect()
        if i % 2:
            c.send(b"GET /ims/oneroster/rost")
        c.close()
    until(lambda: descriptors(stack) < 500, 30, "the connections are closed")
    until(lambda: descriptors(stack) < 50 + 2 * SOURCE_CONNECTIONS, 30, "none is left")
    assert_works(stack)


def test_idle_connections_do_not_use_up_the_files_that_the_source_needs(tmp_path, stack):
    """The usual soft limit is smaller than two workers' connections: the gateway raises it."""
    if shutil.which("prlimit") is None:
        pytest.skip("needs prlimit")
    other = Stack(tmp_path, stack.source, workers=1)
    try:
        other.start(prefix=["prlimit", "--nofile=100:2000"])
        c = other.connect()
        idle = [socket.create_connection(("127.0.0.1", other.port)) for _ in range(300)]
        until(lambda: descriptors(other) > 95, 20, "they are taken")
        a = other.get("/students?limit=3", CLIENT, connection=c)
        c.close()
        assert a.status == 200, a.body
        for s in idle:
            s.close()
    finally:
        assert other.stop() == 0


def test_a_source_that_restarts_under_load_costs_errors_and_no_more(stack):
    over, seen = threading.Event(), []

    def load():
        while not over.is_set():
            c = stack.connect()
            try:
                while not over.is_set():
                    a = stack.get("/students?limit=100", CLIENT, connection=c)
                    seen.append((a.status, a.complete))
                    if not a.complete:
                        break
            except (OSError, Broken):
                seen.append(("client", False))
            finally:
                c.close()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for t in threads:
        t.start()
    for _ in range(5):
        n = len(seen)
        until(lambda: len(seen) > n + 5, 30, "the load goes on")
        stack.source.process.end(signal.SIGKILL)
        n = len(seen)
        until(lambda: len(seen) > n + 5, 30, "the load goes on without a source")
        stack.source.start()
    n = len(seen)
    until(lambda: len(seen) > n + 50, 30, "the load goes on")
    over.set()
    for t in threads:
        t.join()
    assert {s for s, _ in seen} <= {200, 502, 503, 504}, set(seen)
    assert (200, True) in seen and (502, True) in seen
    assert_works(stack)
