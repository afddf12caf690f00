# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: answers that are under way are completed and recorded, nothing that was counted is
lost, and the status door answers until the last worker has left."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from test_memory import wide_policy
from stack import BASE, Source, Stack, make_bundle
from wait import until

CLIENT = "acme-prod"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drain")
    source = Source(folder, make_bundle(folder / "bundle", 2000, 9)).start()
    yield source
    source.stop()


@pytest.fixture()
def stack(tmp_path, source):
    stack = Stack(tmp_path, source).start()
    yield stack
    source.process.child.send_signal(signal.SIGCONT)
    stack.stop()


def ask(stack, target, client=CLIENT):
    """A connection on which a request was sent and nothing was read."""
    c = stack.connect()
    c.send(
        f"GET {BASE}{target} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {stack.token(client)}\r\n\r\n".encode()
    )
    return c


def threads(stack):
    return len(list(Path(f"/proc/{stack.gateway.pid}/task").iterdir()))


def refuses(stack):
    try:
        socket.create_connection(("127.0.0.1", stack.port), timeout=5).close()
    except ConnectionError:
        return True
    return False


def begin_drain(stack):
    stack.gateway.child.send_signal(signal.SIGTERM)
    until(lambda: refuses(stack), 20, "no connection is taken any more")


def test_metrics_are_answered_while_one_worker_drains_and_the_other_has_left(stack, source):
    source.process.child.send_signal(signal.SIGSTOP)
    before = threads(stack)
    requests = stack.metric("hallpass_requests_total")
    c = ask(stack, "/students?limit=100")
    until(lambda: stack.metric("hallpass_requests_total") > requests, 20, "the request is there")
    begin_drain(stack)
    until(lambda: threads(stack) < before, 20, "the idle worker has left")
    assert stack.metric("hallpass_requests_total") == requests + 1
    source.process.child.send_signal(signal.SIGCONT)
    a = c.read()
    assert a.status == 200 and a.complete and a.header("Connection") == "close"
    assert stack.gateway.child.wait(30) == 0, stack.gateway.text()[-2000:]


def test_running_answers_are_completed_and_recorded(stack):
    connections = [ask(stack, "/students?limit=2000", c) for c in (CLIENT, "library-cards") * 4]
    for c in connections:
        c._more()
    begin_drain(stack)
    answers = [c.read() for c in connections]
    assert all(a.status == 200 and a.complete for a in answers)
    assert stack.gateway.child.wait(30) == 0
    ends = {e["exchange"]: e for e in stack.ledger() if e["kind"] == "disclosure"}
    assert {a.header("Hallpass-Exchange") for a in answers} == set(ends)


def test_junk_that_was_counted_is_recorded_before_the_end(stack):
    for _ in range(7):
        assert stack.get("/students", token="junk").status == 401
    assert stack.stop() == 0
    assert sum(e["count"] for e in stack.ledger() if e["kind"] == "junk") == 7


def test_a_second_sigterm_and_a_reload_while_draining_change_nothing(stack, source):
    source.process.child.send_signal(signal.SIGSTOP)
    requests = stack.metric("hallpass_requests_total")
    c = ask(stack, "/students?limit=100")
    until(lambda: stack.metric("hallpass_requests_total") > requests, 20, "the request is there")
    begin_drain(stack)
    for sig in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        stack.gateway.child.send_signal(sig)
    source.process.child.send_signal(signal.SIGCONT)
    assert c.read().complete
    assert stack.gateway.child.wait(30) == 0, stack.gateway.text()[-2000:]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_sigterm_while_the_ledger_has_no_room_ends_at_once(tmp_path, source):
    ledger = tmp_path / "ledger"
    ledger.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "none", ledger], check=True)
    stack = Stack(tmp_path, source)
    try:
        stack.start()
        with open(ledger / "filler", "wb", buffering=0) as f:
            with pytest.raises(OSError):
                while True:
                    f.write(b"x" * 65536)
        until(lambda: stack.get("/students?limit=100", CLIENT).status == 503, 60, "it is noticed")
        assert stack.stop() == 1, "a ledger that could not write is no clean end"
        os.unlink(ledger / "filler")
        stack.start()
        assert stack.get("/students?limit=100", CLIENT).status == 200
    finally:
        stack.stop()
        subprocess.run(["umount", "-l", ledger], check=True)


@pytest.mark.long
def test_clients_that_never_read_do_not_hold_the_end_beyond_its_cap(tmp_path):
    """The answer is larger than what the kernel takes for a client that does not read."""
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 10000, 9)).start()
    stack = Stack(tmp_path, source, policy=wide_policy(tmp_path)).start()
    connections = []
    try:
        for _ in range(4):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(60)
            sock.connect(("127.0.0.1", stack.port))
            c = stack.context.wrap_socket(sock, server_hostname="localhost")
            head = f"GET {BASE}/students?limit=10000 HTTP/1.1\r\nHost: localhost\r\n"
            c.sendall(f"{head}Authorization: Bearer {stack.token(CLIENT)}\r\n\r\n".encode())
            connections.append(c)
        until(lambda: stack.metric("hallpass_batches_total") > 8, 60, "answers are under way")
        assert stack.metric("hallpass_answers_total") == 0, "the kernel took the whole answer"
        began = time.monotonic()
        stack.gateway.child.send_signal(signal.SIGTERM)
        assert stack.gateway.child.wait(60) == 0, stack.gateway.text()[-2000:]
        assert time.monotonic() - began > 10, "nobody was waited for"
        ends = [e["end"] for e in stack.ledger() if e["kind"] == "outcome"]
        assert ends == ["client-gone"] * len(connections)
    finally:
        for c in connections:
            c.close()
        stack.stop()
        source.stop()
