# SPDX-License-Identifier: Apache-2.0
"""A kill keeps the page cache, so the order of system calls is checked as well: between the
last byte read from the source and the first byte written to the partner stands a successful
fdatasync of the ledger (invariant 2)."""

import re

import pytest

from stack import Source, Stack, is_sanitized, make_bundle

CLIENT = "acme-prod"
CALLS = "accept4,read,recvfrom,recvmsg,write,writev,sendto,sendmsg,fdatasync,fsync,close"
DONE = re.compile(r"^(\d+)\s+(\d+\.\d+) (\w+)\((\d+)<(.*?)>[,)].*= (-?\d+)")
STARTED = re.compile(r"^(\d+)\s+(\d+\.\d+) (\w+)\((\d+)<(.*?)>[,) ].*<unfinished \.\.\.>")
RESUMED = re.compile(r"^(\d+)\s+(\d+\.\d+) <\.\.\. (\w+) resumed>.*\) = (-?\d+)")


class Call:
    def __init__(self, name, path, began, ended, result):
        self.name, self.path, self.began, self.ended, self.result = name, path, began, ended, result


def calls_of(text):
    """Every traced call with its start and end, in order of the end."""
    open_calls, out = {}, []
    for line in text.splitlines():
        if m := DONE.match(line):
            thread, at, name, _, path, result = m.groups()
            out.append(Call(name, path, float(at), float(at), int(result)))
        elif m := STARTED.match(line):
            thread, at, name, _, path = m.groups()
            open_calls[thread] = (name, path, float(at))
        elif (m := RESUMED.match(line)) and m.group(1) in open_calls:
            name, path, began = open_calls.pop(m.group(1))
            out.append(Call(name, path, began, float(m.group(2)), int(m.group(4))))
    return out


READS = ("read", "recvfrom", "recvmsg")
WRITES = ("write", "writev", "sendto", "sendmsg")


def check_order(calls, port):
    """Walks the calls; returns how many answers were seen to wait for their sync."""
    answers, source_read, synced = 0, None, False
    for i, c in enumerate(calls):
        partner = c.path.startswith("TCP") and f":{port}->" in c.path
        if c.name in READS and partner:
            source_read = None  # a new request (or the handshake): nothing of the source is held
        elif c.name in READS and c.path.startswith("UNIX") and c.result > 0:
            source_read, synced = c.began, False
        elif c.name in ("fdatasync", "fsync") and "ledger-" in c.path and c.result == 0:
            # the call must have begun after the bytes were there
            synced = synced or (source_read is not None and c.began >= source_read)
        elif c.name in WRITES and partner and source_read is not None:
            assert synced, f"call {i}: bytes for the partner before a sync of the ledger"
            answers, source_read = answers + 1, None
    return answers


@pytest.mark.skipif(is_sanitized(), reason="leaks are searched for by ptrace, as strace traces")
def test_the_ledger_is_synced_between_the_source_and_the_partner(tmp_path):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 200, 5)).start()
    stack = Stack(tmp_path, source, workers=1)
    trace = tmp_path / "trace"
    prefix = ["strace", "-f", "-ttt", "-yy", "-s", "0", "-e", f"trace={CALLS}", "-o", str(trace)]
    try:
        stack.start(prefix=prefix)
        c = stack.connect()
        for n in (1, 5, 50, 100):
            for _ in range(5):
                a = stack.get(f"/students?limit={n}", CLIENT, connection=c)
                assert a.status == 200 and a.complete
        c.close()
    finally:
        stack.stop()
        source.stop()
    assert check_order(calls_of(trace.read_text(errors="replace")), stack.port) == 20


def test_the_check_sees_a_write_that_does_not_wait():
    """The check itself can fail: the same trace without its syncs is refused."""
    lines = [
        "7 1.0 read(9<UNIX-STREAM:[1->2]>, 0x1, 10) = 10",
        "8 1.1 fdatasync(5</x/ledger-2026-11.db-wal>) = 0",
        "7 1.2 write(8<TCP:[127.0.0.1:443->127.0.0.1:9]>, 0x1, 10) = 10",
    ]
    assert check_order(calls_of("\n".join(lines)), 443) == 1
    for broken in (lines[:1] + lines[2:], [lines[1], lines[0], lines[2]]):
        try:
            check_order(calls_of("\n".join(broken)), 443)
        except AssertionError:
            continue
        raise AssertionError("a missing sync was not seen")
