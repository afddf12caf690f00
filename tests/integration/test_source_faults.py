# SPDX-License-Identifier: Apache-2.0
"""A source that breaks or lies: for each way, what the partner saw, what the ledger says,
and that the next good request works."""

import json
from collections import Counter
from urllib.parse import quote, unquote

import pytest

from faulty import FaultySource, send_answer
from http1 import Connection
from stack import BASE, Source, Stack, make_bundle, run
from wait import until

CLIENT = "acme-prod"
OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    source = Source(folder, make_bundle(folder / "bundle", 400, 7)).start()
    faulty = FaultySource(folder / "faulty.sock", str(source.socket))
    stack = Stack(folder, faulty.address)
    stack.faulty = faulty
    stack.start()
    yield stack
    stack.stop()
    faulty.stop()
    source.stop()


def raw(data):
    """A fault that sends these bytes and closes."""

    def fault(sock, answer, target):
        sock.sendall(data)
        return False

    return fault


def body_of(change):
    """A fault that sends the true head with a changed body."""

    def fault(sock, answer, target):
        send_answer(sock, answer.status, answer.headers, change(answer.body))
        return True

    return fault


def head_of(status=200, name=None, value=None):
    """A fault that sends the true body under another status, or with one header changed."""

    def fault(sock, answer, target):
        kept = [h for h in answer.headers if name is None or h[0].lower() != name.lower()]
        send_answer(sock, status, kept + ([(name, value)] if name else []), answer.body)
        return True

    return fault


def truncated(sock, answer, target):
    sock.sendall(OK_HEAD + b"Content-Length: %d\r\n\r\n" % (len(answer.body) + 10) + answer.body)
    return False


def truncated_chunks(sock, answer, target):
    sock.sendall(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    sock.sendall(b"%x\r\n" % len(answer.body) + answer.body + b"\r\n")
    return False


def until_close(sock, answer, target):
    sock.sendall(OK_HEAD + b"\r\n" + answer.body)
    return False


def put(before, after):
    return body_of(lambda b: b.replace(before, after, 1))


HUGE = b'"junk":"' + b"x" * 100_000_000 + b'","sourcedId":'
CL_TE = OK_HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
HEADS = {"source-status", "source-head", "source-framing"}

FAULTS = {
    "hangs up": (raw(b""), {"source-truncated", "source-unreachable"}),
    "truncated": (truncated, {"source-truncated"}),
    "truncated chunks": (truncated_chunks, {"source-truncated"}),
    "framed by close": (until_close, {"source-framing"}),
    "gzip": (head_of(name="Content-Encoding", value="gzip"), {"source-coding"}),
    "html": (head_of(name="Content-Type", value="text/html"), {"source-type"}),
    "500": (head_of(500), {"source-status"}),
    "redirect": (head_of(302, "Location", "/x"), {"source-status"}),
    "206": (head_of(206), {"source-status"}),
    "304": (raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), HEADS),
    "100": (raw(b"HTTP/1.1 100 Continue\r\n\r\n"), HEADS),
    "two lengths": (raw(OK_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), HEADS),
    "length and chunks": (raw(CL_TE), HEADS),
    "not HTTP": (raw(b"SSH-2.0-x\r\n\r\n"), {"source-head"}),
    "not JSON": (body_of(lambda b: b"<html>" + b), {"source-json"}),
    "cut JSON": (body_of(lambda b: b[:-2]), {"source-json"}),
    "trailing bytes": (body_of(lambda b: b + b"{}"), {"source-json"}),
    "byte order mark": (body_of(lambda b: b"\xef\xbb\xbf" + b), {"source-json"}),
    "bad UTF-8": (put(b'"familyName":"', b'"familyName":"\xc0\xaf'), {"source-json"}),
    "other envelope": (put(b'"users"', b'"people"'), {"source-envelope"}),
    "a second member": (body_of(lambda b: b[:-1] + b',"totalCount":5}'), {"source-envelope"}),
    "bare array": (body_of(lambda b: b[b.index(b"[") : -1]), {"source-envelope"}),
    "duplicate key": (put(b'"givenName":', b'"givenName":"X","givenName":'), {"source-duplicate-key"}),
    "escaped duplicate": (
        put(b'"givenName":', b'"given\\u004eame":"X","givenName":'),
        {"source-duplicate-key"},
    ),
    "100 MB record": (put(b'"sourcedId":', HUGE), {"source-record-large"}),
}


def entries_of(stack, answer):
    return stack.entries_of(answer, wait_for="outcome")


def with_fault(stack, fault, path):
    stack.faulty.fault = fault
    try:
        return stack.get(path, CLIENT)
    finally:
        stack.faulty.fault = None


def assert_works(stack):
    good = stack.get("/students?limit=50", CLIENT)
    assert good.status == 200 and good.complete and len(good.json()["users"]) > 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_page_is_an_error_without_a_byte_of_it(stack, name):
    fault, codes = FAULTS[name]
    a = with_fault(stack, fault, "/students?limit=50")
    assert a.complete and a.status == 502, (a.status, a.body)
    assert b"sourcedId" not in a.body and b"givenName" not in a.body
    entries = entries_of(stack, a)
    assert len(entries["request"]) == 1
    assert "disclosure" not in entries
    assert entries["outcome"][0]["end"] in codes, entries["outcome"]
    assert_works(stack)


def test_a_fault_behind_the_first_batch_breaks_the_answer(stack):
    """Whole records only, all of them recorded; no last chunk."""
    name = "hallpass_batches_total"
    before = stack.metric(name)

    def late(sock, answer, target):
        body = answer.body
        total = answer.header("X-Total-Count")
        sock.sendall(OK_HEAD + b"X-Total-Count: %s\r\n" % total.encode())
        sock.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body[: len(body) * 95 // 100])
        until(lambda: stack.metric(name) > before, 20, "the first batch is released")
        return False

    a = with_fault(stack, late, "/enrollments?limit=10000")
    entries = entries_of(stack, a)
    assert not a.complete and a.status == 200
    assert entries["outcome"][0]["end"] == "source-truncated"
    assert a.body.startswith(b'{"enrollments":[') and a.body.endswith(b"}")
    seen = json.loads(a.body + b"]}")["enrollments"]
    assert 0 < len(seen) <= sum(e["records"] for e in entries["disclosure"])
    assert_works(stack)


def test_another_students_record_by_id_is_not_passed_on(stack):
    two = stack.get("/students?limit=2", CLIENT).json()["users"]
    first, second = (u["sourcedId"] for u in two)

    def swap(body):
        return json.dumps({"user": {**json.loads(body)["user"], "sourcedId": second}}).encode()

    a = with_fault(stack, body_of(swap), f"/students/{first}")
    assert a.status == 502 and second.encode() not in a.body
    assert entries_of(stack, a)["outcome"][0]["end"] == "source-identity"
    assert stack.get(f"/students/{first}", CLIENT).status == 200


def test_r4_a_source_that_confuses_ids_does_not_tell_of_withheld_records(stack):
    """Many databases take "E1" for "e1": a withheld enrollment asked for by such a spelling is
    answered as one that does not exist, byte for byte."""
    shown = {e["sourcedId"] for e in stack.all_pages("/enrollments?limit=10000", CLIENT)[0]}
    direct = Connection(stack.faulty.source)
    known = direct.request(BASE + "/enrollments?limit=100").json()["enrollments"]
    withheld = next(e["sourcedId"] for e in known if e["sourcedId"] not in shown)
    record = direct.request(f"{BASE}/enrollments/{withheld}")
    direct.close()

    def of_any_spelling(sock, answer, target):
        send_answer(sock, 200, record.headers, record.body)
        return True

    def told(answer):
        exchange = answer.header("Hallpass-Exchange")
        heads = [h for h in answer.headers if h[0] not in ("Date", "Hallpass-Exchange")]
        return answer.status, heads, answer.body.replace(exchange.encode(), b"-")

    other = with_fault(stack, of_any_spelling, f"/enrollments/{withheld.upper()}")
    nobody = stack.get("/enrollments/NOBODY", CLIENT)
    assert withheld.upper() != withheld and nobody.status == 404
    assert told(other) == told(nobody)
    assert entries_of(stack, other)["outcome"][0]["end"] == "no-such-record"


def asked(stack, path):
    """The requests to the source for one answer of nothing, without what positions differ in."""
    stack.faulty.requests.clear()
    a = stack.get(path, CLIENT)
    assert a.status == 200 and list(a.json().values()) == [[]], (a.status, a.body)
    return [unquote(target) for target, _ in stack.faulty.requests]


def countless(sock, answer, target):
    kept = [h for h in answer.headers if h[0].lower() != "x-total-count"]
    send_answer(sock, answer.status, kept, answer.body)
    return True


@pytest.mark.parametrize("fault", [None, countless])
def test_r4_the_records_of_a_withheld_student_take_no_request_more_than_nobodys(stack, fault):
    """The smaller the page, the more requests its rows would take."""
    shown = {e["user"]["sourcedId"] for e in stack.all_pages("/enrollments?limit=10000", CLIENT)[0]}
    direct = Connection(stack.faulty.source)
    rows = direct.request(BASE + "/enrollments?limit=10000").json()["enrollments"]
    direct.close()
    ids = Counter(r["user"]["sourcedId"] for r in rows if r["user"]["sourcedId"] not in shown)
    (withheld, most), *_ = ids.most_common(1)
    assert most > 2
    stack.faulty.fault = fault
    theirs, nobodys = (
        asked(stack, "/enrollments?limit=1&filter=" + quote(f"user.sourcedId='{i}'"))
        for i in (withheld, "nobody")
    )
    stack.faulty.fault = None
    assert len(theirs) == len(nobodys), (theirs, nobodys)


def test_r3_a_withheld_value_takes_no_request_more_and_no_row(stack):
    """The partner gets initials of students' names and teachers' names whole, so it may filter
    /users by name. What the source is asked must not depend on a name that it gets as an initial."""
    shown = stack.get("/students?limit=1", CLIENT).json()["users"][0]["sourcedId"]
    direct = Connection(stack.faulty.source)
    name = direct.request(f"{BASE}/users/{shown}").json()["user"]["familyName"]
    direct.close()

    for fault in (None, countless):
        stack.faulty.fault = fault
        right, wrong = (
            asked(stack, "/users?filter=" + quote(f"sourcedId='{shown}' AND familyName='{n}'"))
            for n in (name.replace("'", "''"), "Nobody")
        )
        nobody = asked(stack, "/users?filter=" + quote("sourcedId='nobody' AND status='active'"))
        stack.faulty.fault = None
        assert right == wrong and "familyName='" not in right[0]
        assert len(nobody) == len(right), (nobody, right)


def test_s6_a_student_stopped_while_a_page_is_read_is_not_spoken_of(stack):
    """The page holds the student already; the partner is asked to come again, not told why."""
    path = "/enrollments?limit=260"
    student = stack.get(path, CLIENT).json()["enrollments"][0]["user"]["sourcedId"]
    order = ("stop", "--config", stack.config, "student", student)
    stopped = []

    def stop_first(sock, answer, target):
        if "offset=0&" not in target and not stopped:
            stopped.append(run(*order))
        send_answer(sock, answer.status, answer.headers, answer.body)
        return True

    a = with_fault(stack, stop_first, path)
    again = stack.get(path, CLIENT)
    run(*order, "--undo")
    assert stopped and a.status == 503 and student.encode() not in a.body, (a.status, a.body)
    assert b"stopped" not in a.body and a.header("Retry-After")
    assert again.status == 200 and student.encode() not in again.body
    assert "disclosure" not in entries_of(stack, a)


def test_a_source_that_is_down_is_a_502_and_recorded(stack):
    a = with_fault(stack, raw(b""), "/students?limit=5")
    assert a.status == 502
    assert entries_of(stack, a)["outcome"][0]["end"] in {"source-unreachable", "source-truncated"}
    assert_works(stack)


def test_no_header_of_the_partner_reaches_the_source(stack):
    stack.faulty.requests.clear()
    names = ("X-Forwarded-For", "Cookie", "traceparent", "If-None-Match", "Range", "Accept-Encoding")
    a = stack.get("/students?limit=5", CLIENT, headers=[(n, "canary") for n in names])
    assert a.status == 200 and stack.faulty.requests
    for target, head in stack.faulty.requests:
        assert b"canary" not in head and b"Bearer" not in head, head
        assert target.startswith(BASE + "/students?limit=")


def test_no_header_of_the_source_reaches_the_partner(stack):
    a = with_fault(stack, head_of(name="X-Canary", value="canary-up"), "/students?limit=5")
    assert a.status == 200 and b"canary" not in a.head and b"ETag" not in a.head


def test_a_slow_source_ends_at_the_deadline(stack):
    """The head deadline of a leg is 30 s; the partner's connection waits for it."""
    parked = []

    def never(sock, answer, target):
        parked.append(sock.dup())
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        while sock.recv(65536):
            pass
        return False

    a = with_fault(stack, never, "/students?limit=5")
    for s in parked:
        s.close()
    assert a.status == 504, (a.status, a.body)
    assert entries_of(stack, a)["outcome"][0]["end"] == "source-timeout"
    assert_works(stack)
