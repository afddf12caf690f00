# SPDX-License-Identifier: Apache-2.0
"""Clients that misbehave after their head was good: they go away in the middle, close one half,
send garbage between requests, or never read. Others notice nothing and nothing is left behind."""

import random
import socket
import ssl
import struct
from pathlib import Path

import pytest

from http1 import Broken, Connection
from stack import BASE, Source, Stack, make_bundle
from wait import until

CLIENT = "library-cards"
STUDENTS = 3000
BIG = f"/students?limit={STUDENTS}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    source = Source(folder, make_bundle(folder / "bundle", STUDENTS, 17)).start()
    stack = Stack(folder, source).start()
    yield stack
    assert stack.stop() == 0
    source.stop()


@pytest.fixture(autouse=True)
def nothing_is_left(stack):
    yield
    assert stack.get("/students?limit=3", CLIENT).status == 200
    until(lambda: stack.metric("hallpass_ledger_reserved") == 0, 30, "every credit is back")
    until(lambda: connections(stack) == 0, 30, "every connection is closed")


def connections(stack):
    """Established or half-closed ones on the gateway's side."""
    port = f":{stack.port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(1 for f in map(str.split, lines) if f[1].endswith(port) and f[3] in ("01", "08"))


def request(stack, target, method="GET", more=""):
    return (
        f"{method} {BASE}{target} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {stack.cached_token(CLIENT)}\r\n{more}\r\n"
    ).encode()


def small_window(stack, timeout=60):
    """A connection that takes in little at a time."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(timeout)
    sock.connect(("127.0.0.1", stack.port))
    return stack.context.wrap_socket(
        sock, server_hostname="localhost", suppress_ragged_eofs=False
    )


def recv(sock, n):
    got = 0
    while got < n:
        piece = sock.recv(min(65536, n - got))
        if not piece:
            break
        got += len(piece)
    return got


def reset(sock):
    """Ends with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def outcomes(stack):
    return [e for e in stack.ledger() if e["kind"] == "outcome"]


def test_clients_that_go_away_anywhere_in_a_large_answer_are_recorded_as_gone(stack):
    size = len(stack.get(BIG, CLIENT).body)
    before = len(outcomes(stack))
    rng = random.Random(5)
    for i in range(40):
        sock = small_window(stack)
        sock.sendall(request(stack, BIG))
        recv(sock, rng.randrange(0, size // 2) if i % 4 else 0)
        reset(sock) if i % 2 else sock.close()
    until(lambda: stack.metric("hallpass_ledger_reserved") == 0, 30, "every exchange has ended")
    until(lambda: len(outcomes(stack)) >= before + 40, 20, "each has its outcome")
    gone = outcomes(stack)[before:]
    assert {e["end"] for e in gone} <= {"client-gone", "complete"}
    assert sum(e["end"] == "client-gone" for e in gone) > 20


def test_a_half_closed_connection_gets_its_answer_whole(stack):
    sock = socket.create_connection(("127.0.0.1", stack.port), timeout=60)
    tls = stack.context.wrap_socket(sock, server_hostname="localhost", suppress_ragged_eofs=False)
    c = Connection.__new__(Connection)
    c.sock, c.rest = tls, b""
    tls.sendall(request(stack, BIG))
    socket.socket.shutdown(tls, socket.SHUT_WR)  # without close_notify: may be cut, never wrong
    a = c.read()
    c.close()
    assert a.status in (0, 200)
    if a.complete:
        assert len(a.json()["users"]) > 100


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\xff\x16\x03\x01", b"\r\n\r\n\r\n", b"GET\r\n\r\n", b"}" * 70000, b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["bytes", "blank lines", "no target", "much", "an answer"],
)
def test_garbage_behind_a_request_does_not_touch_its_answer(stack, garbage):
    whole = stack.get(BIG, CLIENT).body
    c = stack.connect()
    c.send(request(stack, BIG) + garbage)
    a = c.read()
    assert a.status == 200 and a.complete and a.body == whole
    try:
        assert (second := c.read()).status in (0, 400, 431) and not second.body.startswith(b'{"users')
    except (Broken, ssl.SSLError, ConnectionError):
        pass
    c.close()


def test_pipelined_requests_are_answered_in_order(stack):
    c = stack.connect()
    limits = (3, STUDENTS, 1, 500, 2)
    c.send(b"".join(request(stack, f"/students?limit={n}") for n in limits))
    for n in limits:
        a = c.read()
        assert a.status == 200 and a.complete
        assert len(a.json()["users"]) <= n
    c.send(request(stack, "/students?limit=1") + request(stack, BIG, method="HEAD"))
    assert c.read().status == 200
    assert c.read(head_only=True).status == 200
    c.close()


def test_many_requests_ahead_of_a_client_that_leaves_are_not_all_asked(stack):
    """What was not begun when the client left is never begun."""
    legs = stack.metric("hallpass_requests_total")
    sock = small_window(stack)
    sock.sendall(request(stack, BIG) * 10)
    recv(sock, 1000)
    reset(sock)
    until(lambda: stack.metric("hallpass_ledger_reserved") == 0, 30, "the exchange has ended")
    assert stack.metric("hallpass_requests_total") <= legs + 2


@pytest.mark.long
def test_a_client_that_never_reads_is_cut_off_and_others_are_served(stack):
    stalled = [small_window(stack, timeout=120) for _ in range(20)]
    for sock in stalled:
        sock.sendall(request(stack, BIG) * 10)  # more than the kernel keeps for it
    until(lambda: stack.metric("hallpass_ledger_reserved") > 0, 20, "they are under way")
    assert stack.get(BIG, CLIENT).complete
    assert stack.metric("hallpass_ledger_reserved") > 0
    until(lambda: connections(stack) == 0, 120, "they were cut off")
    for sock in stalled:
        c = Connection.__new__(Connection)
        c.sock, c.rest = sock, b""
        answers = [c.read()]
        while answers[-1].complete:
            answers.append(c.read())
        c.close()
        assert 1 <= len(answers) < 10  # what the kernel held, and never all
