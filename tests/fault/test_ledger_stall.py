# SPDX-License-Identifier: Apache-2.0
"""A ledger whose disk hangs: partners get 503 within the deadline and no byte of a record; what
becomes durable late has an outcome that says that nothing was released; then all goes on."""

import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from stack import Source, Stack, is_sanitized, make_bundle
from wait import until

CLIENT = "acme-prod"
STALL_S = 8
DEADLINE_S = 5  # ledger_wait_ms of the gateway
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


@pytest.fixture()
def stack(tmp_path):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 200, 5)).start()
    stack = Stack(tmp_path, source).start()
    yield stack
    stack.stop()
    source.stop()


def writer_of(stack):
    """The id of the ledger's thread."""
    for task in Path(f"/proc/{stack.gateway.pid}/task").iterdir():
        if (task / "comm").read_text().strip() == "ledger":
            return task.name
    raise AssertionError("no thread is called ledger")


class Stall:
    """Every fdatasync of the writer begins `seconds` later, from now until the end."""

    def __init__(self, stack, folder, seconds=STALL_S):
        self.log = folder / "stall.trace"
        self.child = subprocess.Popen(
            ["strace", "-qq", "-p", writer_of(stack), "-o", str(self.log), "-e", "trace=fdatasync",
             "-e", f"inject=fdatasync:delay_enter={seconds * 1000000}"],
            stderr=subprocess.DEVNULL,
        )
        task = Path(f"/proc/{stack.gateway.pid}/task/{writer_of(stack)}/status")
        until(lambda: "TracerPid:\t0\n" not in task.read_text(), 20, "the writer is traced")

    def end(self):
        self.child.terminate()
        self.child.wait(60)


def test_a_hanging_disk_is_503_and_nothing_else(stack, tmp_path):
    paths = ["/students?limit=100", "/orgs", "/students?limit=0", "/students/nobody"] * 3
    answers = [None] * len(paths)
    assert stack.get(paths[0], CLIENT).status == 200
    stall = Stall(stack, tmp_path)
    began = time.monotonic()
    took = [0.0] * len(paths)

    def ask(i):
        answers[i] = stack.get(paths[i], CLIENT)
        took[i] = time.monotonic() - began

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(paths))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    stall.end()
    for a in answers:
        assert (a.status, a.complete) == (503, True), (a.status, a.body)
        assert b"sourcedId" not in a.body and b"title" not in a.body
    assert max(took) < DEADLINE_S + 3
    until(lambda: stack.get(paths[0], CLIENT).status == 200, 60, "the service goes on")
    until(lambda: stack.metric("hallpass_ledger_reserved") == 0, 20, "every credit is back")
    assert stack.stop() == 0
    check_entries(stack.ledger(), answers)


def check_entries(ledger, answers):
    """Whatever was recorded of these exchanges says that nothing was released."""
    disclosures = 0
    for a in answers:
        mine = [e for e in ledger if e.get("exchange") == a.header("Hallpass-Exchange")]
        by_kind = {e["kind"]: e for e in mine}
        assert len(by_kind) == len(mine)
        if "request" in by_kind or "denied" in by_kind:
            outcome = by_kind["outcome"]
            assert (outcome["batches"], outcome["bytes"], outcome["status"]) == (0, 0, 503)
        disclosures += "disclosure" in by_kind
    assert disclosures > 0, "no disclosure was late: the stall came too soon or not at all"


@pytest.mark.long
@pytest.mark.skipif(is_sanitized(), reason="what the writer still holds is not freed")
def test_a_disk_that_hangs_does_not_keep_the_gateway_from_ending(stack, tmp_path):
    """Not even when a partner's entry is on its way: nobody waits for ever."""
    stall = Stall(stack, tmp_path, 300)
    try:
        assert stack.get("/students?limit=100", CLIENT).status == 503
        began = time.monotonic()
        stack.gateway.child.send_signal(signal.SIGTERM)
        until(lambda: "ledger-hangs" in stack.gateway.text(), 60, "it gives up")
        assert time.monotonic() - began < 30
    finally:
        stall.end()  # the kernel keeps a traced process until its tracer lets go
    assert stack.gateway.child.wait(20) == 1
    stack.start()
    assert stack.get("/students?limit=100", CLIENT).status == 200
