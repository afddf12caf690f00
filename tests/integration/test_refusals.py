# SPDX-License-Identifier: Apache-2.0
"""Bad requests of every kind: a clear error, one `denied` entry where the partner is known
and none where it is not, and the next good request works."""

import json
import signal
import time

import pytest

from http1 import Connection
from stack import BASE, Key, Source, Stack, b64, make_bundle, run
from wait import until

CLIENT = "acme-prod"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refusals")
    source = Source(folder, make_bundle(folder / "bundle", 300, 3)).start()
    stack = Stack(folder, source).start()
    yield stack
    stack.stop()
    source.stop()


def assert_works(stack):
    assert stack.get("/students?limit=3", CLIENT).status == 200


def entries_of(stack, answer):
    exchange = answer.header("Hallpass-Exchange")
    return [e for e in stack.ledger() if e.get("exchange") == exchange]


def minor(answer):
    return answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]


HEADS = {
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "obs-fold": b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
    "lone CR": b"GET / HTTP/1.1\r\nHost: a\r\nX:\rContent-Length: 5\r\n\r\n",
    "blank before colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "length and chunked": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
    "a body": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "a dot segment": b"GET /ims/../x HTTP/1.1\r\nHost: a\r\n\r\n",
    "an encoded slash": b"GET /ims/%2f HTTP/1.1\r\nHost: a\r\n\r\n",
    "a NUL": b"GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a huge head": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", HEADS)
def test_a_malformed_request_is_refused_and_the_connection_ends(stack, name):
    before = len(stack.ledger())
    c = stack.connect()
    try:
        c.send(HEADS[name])
        a = c.read()
        assert 400 <= a.status < 600, (a.status, a.head)
        assert a.status != 500 and a.header("Connection") == "close"
        assert c.sock.recv(1) == b""
    finally:
        c.close()
    assert [e for e in stack.ledger()[before:] if e["kind"] in ("request", "denied")] == []
    assert_works(stack)


def forged(stack, change):
    """A good token with one of its three parts replaced."""
    parts = stack.token(CLIENT).split(".")
    return ".".join(change(parts))


def unsigned(stack):
    head = b64(json.dumps({"typ": "at+jwt", "alg": "none"}).encode())
    return forged(stack, lambda p: [head, p[1], ""])


def hmac_with_public_key(stack):
    import hashlib
    import hmac

    head = b64(json.dumps({"typ": "at+jwt", "alg": "HS256", "kid": stack.keys[CLIENT].kid}).encode())
    text = head + "." + b64(json.dumps(stack.claims(CLIENT)).encode())
    key = json.dumps(stack.keys[CLIENT].jwk()).encode()
    return text + "." + b64(hmac.new(key, text.encode(), hashlib.sha256).digest())


def foreign(stack):
    key = Key()
    key.kid = stack.keys[CLIENT].kid
    return key.token(stack.claims(CLIENT))


def other_clients_key(stack):
    other = next(c for c in stack.keys if c != CLIENT)
    return stack.keys[other].token(stack.claims(CLIENT))


def now(offset):
    return int(time.time()) + offset


TOKENS = {
    "none": lambda s: None,
    "garbage": lambda s: "abc",
    "unsigned": unsigned,
    "HMAC with the public key": hmac_with_public_key,
    "foreign key under our kid": foreign,
    "another client's key": other_clients_key,
    "flipped signature": lambda s: forged(s, lambda p: [p[0], p[1], p[2][:-2] + ("AA" if p[2][-2:] != "AA" else "BB")]),
    "expired": lambda s: s.token(CLIENT, iat=now(-600), exp=now(-400)),
    "not yet": lambda s: s.token(CLIENT, iat=now(300), exp=now(500)),
    "too long a life": lambda s: s.token(CLIENT, exp=now(4000)),
    "no exp": lambda s: s.token(CLIENT, exp=None),
    "no iat": lambda s: s.token(CLIENT, iat=None),
    "other audience": lambda s: s.token(CLIENT, aud="https://other.example.org"),
    "audience list": lambda s: s.token(CLIENT, aud=["https://gateway.example.org", "x"]),
    "other issuer": lambda s: s.token(CLIENT, iss="somebody"),
    "other typ": lambda s: s.keys[CLIENT].token(s.claims(CLIENT), {"typ": "JWT"}),
    "crit": lambda s: s.keys[CLIENT].token(s.claims(CLIENT), {"crit": ["x"], "x": 1}),
    "padding": lambda s: s.token(CLIENT) + "=",
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_that_is_not_good_is_401_and_only_counted(stack, name):
    token = TOKENS[name](stack)
    before = [e for e in stack.ledger() if e["kind"] in ("request", "denied")]
    a = stack.get("/students?limit=3", token=token)
    assert a.status == 401 and a.header("WWW-Authenticate").startswith("Bearer")
    assert minor(a) == "unauthorisedrequest"
    assert [e for e in stack.ledger() if e["kind"] in ("request", "denied")] == before
    assert_works(stack)


def test_two_authorization_headers_are_refused(stack):
    t = stack.token(CLIENT)
    a = stack.get("/students", token=t, headers=[("Authorization", f"Bearer {t}")])
    assert a.status == 400


def test_a_token_in_the_query_is_none(stack):
    assert stack.get(f"/students?access_token={stack.token(CLIENT)}").status == 401


def test_junk_is_counted_in_the_ledger_once_a_second_at_most(stack):
    before = sum(e.get("count", 0) for e in stack.ledger() if e["kind"] == "junk")
    for _ in range(20):
        stack.get("/students", token="junk")
    until(
        lambda: sum(e["count"] for e in stack.ledger() if e["kind"] == "junk") >= before + 20,
        30,
        "junk is counted",
    )


QUESTIONS = [
    # target, status, reason, imsx minor
    ("/nowhere", 404, "unknown-path", "unknownobject"),
    ("/students/x/y/z", 404, "unknown-path", "unknownobject"),
    ("/students?nonsense=1", 400, "unknown-parameter", "invaliddata"),
    ("/students?limit=1&limit=2", 400, "parameter-twice", "invaliddata"),
    ("/students?limit=0", 400, "parameter-value", "invaliddata"),
    ("/students?limit=-1", 400, "parameter-value", "invaliddata"),
    ("/students?offset=x", 400, "parameter-value", "invaliddata"),
    ("/students?orderBy=up&sort=familyName", 400, "parameter-value", "invaliddata"),
    ("/students?filter=status", 400, "filter-syntax", "invalid_filter_field"),
    ("/students?filter=status%3D'a'%20AND%20status%3D'b'%20AND%20status%3D'c'", 400, "filter-syntax", "invalid_filter_field"),
    ("/students?filter=password%3D'x'", 403, "filter-field", "invalid_filter_field"),
    ("/students?filter=metadata.lunch%3D'x'", 403, "filter-field", "invalid_filter_field"),
    ("/students?filter=canaryfield%3D'x'", 403, "filter-field", "invalid_filter_field"),
    ("/students?sort=phone", 403, "sort-field", "invalid_sort_field"),
    ("/students?sort=canaryfield", 403, "sort-field", "invalid_sort_field"),
    ("/students?fields=canaryfield", 400, "fields-field", "invalid_selection_field"),
    ("/students?fields=password", 400, "fields-field", "invalid_selection_field"),
    ("/students?offset=5&cursor=abc", 400, "cursor", "invaliddata"),
    ("/students/ghostly-1", 404, "no-such-record", "unknownobject"),
    ("/orgs/ghostly-2", 404, "no-such-record", "unknownobject"),
    ("/demographics", 403, "resource-not-shared", "forbidden"),
]


@pytest.mark.parametrize("target,status,reason,code", QUESTIONS)
def test_a_question_that_may_not_be_asked_is_denied_and_recorded(stack, target, status, reason, code):
    a = stack.get(target, CLIENT)
    assert (a.status, minor(a)) == (status, code), a.body
    (entry,) = entries_of(stack, a)
    assert (entry["kind"], entry["reason"], entry["status"]) == ("denied", reason, status)
    text = json.dumps(entry)
    for value in ("canaryfield", "ghostly", "nonsense", "nowhere"):
        assert value not in text, entry
    assert f"reason {reason}" in a.json()["imsx_description"]
    assert_works(stack)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_405_and_recorded(stack, method):
    a = stack.get("/students", CLIENT, method=method)
    assert a.status == 405 and a.header("Allow") == "GET, HEAD"
    (entry,) = entries_of(stack, a)
    assert entry["reason"] == "method"


def test_head_is_recorded_like_get_and_has_its_head(stack):
    get = stack.get("/students?limit=3", CLIENT)
    head = stack.get("/students?limit=3", CLIENT, method="HEAD")
    drop = ("date", "hallpass-exchange", "link")

    def kept(a):
        return [h for h in a.headers if h[0].lower() not in drop]

    assert kept(get) == kept(head) and head.body == b""
    kinds = [e["kind"] for e in entries_of(stack, head)]
    assert kinds[:2] == ["request", "disclosure"] or kinds[:3] == ["request", "fields", "disclosure"]


def test_an_unknown_and_an_out_of_scope_student_are_answered_the_same(stack):
    seen = {u["sourcedId"] for u in stack.all_pages("/students?limit=100", CLIENT)[0]}
    c = Connection(str(stack.source.socket))
    every = c.request(BASE + "/students?limit=1000&fields=sourcedId").json()["users"]
    c.close()
    hidden = next(u["sourcedId"] for u in every if u["sourcedId"] not in seen)
    answers = []
    for student in (hidden, "x" * len(hidden)):
        a = stack.get(f"/students/{student}", CLIENT)
        exchange = a.header("Hallpass-Exchange").encode()
        head = [h for h in a.headers if h[0] not in ("Date", "Hallpass-Exchange")]
        answers.append((a.status, head, a.body.replace(exchange, b"")))
        (entry,) = entries_of(stack, a)
        assert entry["kind"] == "denied" and "subjects" not in entry
    assert answers[0] == answers[1] and answers[0][0] == 404


def test_a_stop_needs_no_valid_policy_and_is_recorded(stack):
    policy = stack.district / "district.yaml"
    good = policy.read_text()
    policy.write_text("district: [")
    try:
        run("stop", "--config", stack.config, "client", CLIENT)
        a = stack.get("/students?limit=3", CLIENT)
        assert a.status == 403 and "reason stopped" in a.json()["imsx_description"]
        run("stop", "--config", stack.config, "client", CLIENT, "--undo")
    finally:
        policy.write_text(good)
    assert_works(stack)
    stops = [e for e in stack.ledger() if e["kind"] == "stop"]
    assert [e["action"] for e in stops[-2:]] == ["stop", "resume"]


def test_a_stopped_student_vanishes_without_a_trace(stack):
    rows = stack.get("/students?limit=5", CLIENT).json()["users"]
    student = rows[1]["sourcedId"]
    run("stop", "--config", stack.config, "student", student)
    try:
        after = stack.get("/students?limit=5", CLIENT).json()["users"]
        assert student not in [u["sourcedId"] for u in after] and len(after) == 5
        assert stack.get(f"/students/{student}", CLIENT).status == 404
    finally:
        run("stop", "--config", stack.config, "student", student, "--undo")
    assert stack.get(f"/students/{student}", CLIENT).status == 200


def test_a_bad_policy_keeps_the_old_one_and_a_good_one_bites(stack):
    def entries(action):
        return sum(1 for e in stack.ledger() if e["kind"] == "policy" and e["action"] == action)

    policy = stack.district / "district.yaml"
    good = policy.read_text()
    refused, reloaded = entries("refused"), entries("reload")
    policy.write_text(good + "\nnonsense: yes\n")
    stack.gateway.child.send_signal(signal.SIGHUP)
    until(lambda: entries("refused") == refused + 1, 30, "the bad policy is refused")
    assert_works(stack)
    assert stack.metric("hallpass_policy_refused") == 1
    assert stack.admin("/readyz").status == 200
    policy.write_text(good)
    stack.gateway.child.send_signal(signal.SIGHUP)
    until(lambda: entries("reload") == reloaded + 1, 30, "the good policy is in force")
    assert_works(stack)
    assert stack.metric("hallpass_policy_refused") == 0


def reload_with(stack, path, text):
    """Puts a policy file in force and waits until its entry is there."""

    def reloads():
        return sum(1 for e in stack.ledger() if e["kind"] == "policy" and e["action"] == "reload")

    before = reloads()
    path.write_text(text)
    stack.gateway.child.send_signal(signal.SIGHUP)
    until(lambda: reloads() == before + 1, 30, "the policy is in force")


@pytest.mark.parametrize(
    "change,reason,clause",
    [
        (("ends: 2034-06-30", "ends: 2025-06-30"), "agreement-ended", "ends"),
        (("from: 2024-07-01", "from: 2033-07-01"), "agreement-not-yet", "from"),
    ],
)
def test_an_agreement_out_of_its_time_is_denied_and_recorded(stack, change, reason, clause):
    path = stack.district / "agreements" / "acme-math.yaml"
    good = path.read_text()
    changed = good.replace(*change)
    if reason == "agreement-not-yet":
        changed = changed.replace("from: 2025-01-06", "from: 2033-08-01")
    assert changed != good
    reload_with(stack, path, changed)
    try:
        a = stack.get("/students?limit=3", CLIENT)
        assert a.status == 403 and f"reason {reason}" in a.json()["imsx_description"]
        assert minor(a) == "forbidden" and b"givenName" not in a.body
        (entry,) = entries_of(stack, a)
        assert (entry["kind"], entry["reason"]) == ("denied", reason)
        assert clause in entry["clause"]
        assert stack.get("/students?limit=3", "library-cards").status == 200
    finally:
        reload_with(stack, path, good)
    assert_works(stack)


def test_static_pages_need_no_token(stack):
    c = stack.connect()
    try:
        assert b"99.33" in c.request("/notices/redisclosure").body
        assert b"filter-field (HTTP 403)" in c.request("/errors/filter-field").body
    finally:
        c.close()
