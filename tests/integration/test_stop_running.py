# SPDX-License-Identifier: Apache-2.0
"""`hallpass stop` against a running gateway (SAFETY S6): the next request, the next batch of
an answer that is under way, and after a restart."""

import re
import signal
import time

import pytest

from stack import BASE, Source, Stack, make_bundle, run
from wait import until

CLIENT = "library-cards"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stops")
    source = Source(folder, make_bundle(folder / "bundle", 10000, 5)).start()
    stack = Stack(folder, source).start()
    yield stack
    stack.stop()
    source.stop()


def stop(stack, kind, who, *options):
    return run("stop", "--config", stack.config, *options, kind, who).stdout


def ids(stack):
    rows, _ = stack.all_pages("/students?limit=5000", CLIENT)
    return [r["sourcedId"] for r in rows]


def stop_entries(stack):
    return [e for e in stack.ledger() if e["kind"] == "stop"]


def test_s6_a_stopped_student_is_in_no_answer(stack):
    before = ids(stack)
    student = before[7]
    assert stop(stack, "student", student) == f"student {student}: stopped\n"
    assert stack.get(f"/students/{student}", CLIENT).status == 404
    assert ids(stack) == [i for i in before if i != student]
    unknown = stack.get("/students/nobody", CLIENT)
    assert stack.get(f"/students/{student}", CLIENT).status == unknown.status
    assert stop(stack, "student", student, "--undo") == f"student {student}: no longer stopped\n"
    assert ids(stack) == before
    entry = stop_entries(stack)[-2]
    assert (entry["action"], entry["what"]) == ("stop", "student")
    assert student not in str(entry)


@pytest.mark.parametrize("kind", ["client", "partner", "agreement"])
def test_s6_a_stopped_party_gets_403(stack, kind):
    who = {"client": CLIENT, "partner": stack.partners[CLIENT], "agreement": "library-cards"}[kind]
    assert stack.get("/students?limit=1", CLIENT).status == 200
    stop(stack, kind, who)
    assert stack.get("/students?limit=1", CLIENT).status == 403
    assert stack.get("/students?limit=1", "acme-prod").status == 200
    stop(stack, kind, who, "--undo")
    assert stack.get("/students?limit=1", CLIENT).status == 200


def outcome_of(stack, exchange):
    return [e for e in stack.ledger() if e["kind"] == "outcome" and e["exchange"] == exchange]


def test_s6_a_stop_bites_within_a_running_answer(stack):
    whole = stack.get("/students?limit=10000", CLIENT)
    assert whole.status == 200 and whole.complete
    c = stack.slow_connection()
    try:
        c.send(
            f"GET {BASE}/students?limit=10000 HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {stack.token(CLIENT)}\r\n\r\n".encode()
        )
        c._more()
        stack.source.process.child.send_signal(signal.SIGSTOP)  # the rest cannot overtake the stop
        stop(stack, "client", CLIENT)
        stack.source.process.child.send_signal(signal.SIGCONT)
        answer = c.read()
    finally:
        stack.source.process.child.send_signal(signal.SIGCONT)
        c.close()
        stop(stack, "client", CLIENT, "--undo")
    assert answer.status == 200
    assert not answer.complete
    assert len(answer.body) < len(whole.body)
    exchange = answer.header("Hallpass-Exchange")
    until(lambda: outcome_of(stack, exchange), 10, "the outcome is in the ledger")
    assert outcome_of(stack, exchange)[0]["end"] == "stopped"
    assert stack.get("/students?limit=1", CLIENT).status == 200


def recorded(stack, exchange):
    return sum(e["kind"] == "disclosure" and e["exchange"] == exchange for e in stack.ledger())


def test_r9_a_recorded_batch_does_not_begin_after_a_stop(stack):
    """A reader that does not read keeps recorded batches waiting."""
    path = "/students?limit=10000"
    c = stack.slow_connection()
    try:
        c.send(
            f"GET {BASE}{path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {stack.token(CLIENT)}\r\n\r\n".encode()
        )
        c._more()
        exchange = re.search(rb"Hallpass-Exchange: (\w+)", c.rest)[1].decode()
        # three are in flight, the first of them half sent: what waits behind it is recorded
        until(lambda: recorded(stack, exchange) >= 5, 60, "batches are recorded that wait")
        stop(stack, "client", CLIENT)
        answer = c.read()
    finally:
        c.close()
        stop(stack, "client", CLIENT, "--undo")
    assert answer.status == 200 and not answer.complete
    until(lambda: outcome_of(stack, exchange), 10, "the outcome is in the ledger")
    outcome = outcome_of(stack, exchange)[0]
    assert outcome["end"] == "stopped" and outcome["batches"] < recorded(stack, exchange), outcome


def begun_with(stack, expires):
    """A connection whose answer has begun and is not taken, or None if the token was too short."""
    c = stack.slow_connection()
    c.send(
        f"GET {BASE}/students?limit=10000 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {stack.token(CLIENT, exp=expires)}\r\n\r\n".encode()
    )
    c._more()
    if c.rest.startswith(b"HTTP/1.1 200"):
        return c
    c.close()
    return None


def test_r9_no_batch_leaves_after_its_token_has_expired(stack):
    for life in (3, 10, 25):  # a busy machine may take a while until the first byte
        expires = int(time.time()) + life
        c = begun_with(stack, expires)
        if c is not None:
            break
    try:
        until(lambda: time.time() > expires, 60, "the token has expired")
        answer = c.read()
    finally:
        c.close()
    assert answer.status == 200 and not answer.complete
    exchange = answer.header("Hallpass-Exchange")
    until(lambda: outcome_of(stack, exchange), 10, "the outcome is in the ledger")
    assert outcome_of(stack, exchange)[0]["end"] == "token-expired"


def test_s6_a_stop_survives_a_restart(stack):
    stop(stack, "client", CLIENT)
    stack.stop()
    stack.start()
    assert stack.get("/students?limit=1", CLIENT).status == 403
    stack.stop()
    assert stop(stack, "client", CLIENT, "--undo") == f"client {CLIENT}: no longer stopped\n"
    stack.start()
    assert stack.get("/students?limit=1", CLIENT).status == 200
