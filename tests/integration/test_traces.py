# SPDX-License-Identifier: Apache-2.0
"""What a request and its answer leave behind (SAFETY G7, E4): nothing that a partner wrote
and nothing that a record holds stands in a log, an entry, an index, a metric or an error."""

import re
import secrets

import pytest

from stack import BASE, Source, Stack, make_bundle, run
from wait import until

CLIENTS = ("acme-prod", "library-cards")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traces")
    source = Source(folder, make_bundle(folder / "bundle", 300, 11)).start()
    stack = Stack(folder, source).start()
    yield stack
    stack.stop()
    source.stop()


def entries(stack):
    """The leaves' exact bytes; this brings the index up to date as well."""
    return run("audit", "list", "--ledger", stack.folder / "ledger", "--limit", 0, "--json").stdout


def told(stack):
    """Everything that is kept or shown, but for the students' side tables."""
    metrics = stack.admin("/metrics").body.decode() + stack.admin("/readyz").body.decode()
    return entries(stack) + metrics + stack.gateway.text()


def files(stack):
    """The bytes of every file of ledger and state."""
    folders = (stack.folder / "ledger", stack.folder / "state")
    paths = [p for f in folders for p in f.iterdir() if p.is_file() and p.name != "ballast"]
    return b"\n".join(p.read_bytes() for p in paths)


def settle(stack):
    """Waits for the entries that nobody waits for: outcomes and the count of junk."""
    until(lambda: '"kind":"junk"' in entries(stack), 10, "the junk is counted")


MARKS = {
    "a filter's value": lambda s, m: s.get(f"/students?filter=givenName='{m}'", CLIENTS[0]),
    "a filter's field": lambda s, m: s.get(f"/students?filter={m}='x'", CLIENTS[0]),
    "a filter that is none": lambda s, m: s.get(f"/students?filter={m}", CLIENTS[0]),
    "an id": lambda s, m: s.get(f"/students/{m}", CLIENTS[0]),
    "an id of a session": lambda s, m: s.get(f"/terms/{m}", CLIENTS[0]),
    "a path": lambda s, m: s.get(f"/{m}", CLIENTS[0]),
    "a parameter's name": lambda s, m: s.get(f"/students?{m}=1", CLIENTS[0]),
    "a limit": lambda s, m: s.get(f"/students?limit={m}", CLIENTS[0]),
    "a sort": lambda s, m: s.get(f"/students?sort={m}", CLIENTS[0]),
    "fields": lambda s, m: s.get(f"/students?fields={m}", CLIENTS[0]),
    "a cursor": lambda s, m: s.get(f"/students?limit=2&cursor={m}", CLIENTS[0]),
    "a header's name": lambda s, m: s.get("/terms", CLIENTS[0], headers=[(f"X-{m}", "1")]),
    "a header's value": lambda s, m: s.get("/terms", CLIENTS[0], headers=[("X-Request-Id", m)]),
    "a cookie": lambda s, m: s.get("/terms", CLIENTS[0], headers=[("Cookie", f"a={m}")]),
    "a junk token": lambda s, m: s.get("/terms", token=m),
    "a token's id": lambda s, m: s.get("/terms", token=s.token(CLIENTS[0], jti=m)),
    "a claim nobody knows": lambda s, m: s.get("/terms", token=s.token(CLIENTS[0], name=m)),
    "a forged issuer": lambda s, m: s.get("/terms", token=s.token(CLIENTS[0], iss=m)),
    "a subject": lambda s, m: s.get("/terms", token=s.token(CLIENTS[0], sub=m)),
    "an audience": lambda s, m: s.get("/terms", token=s.token(CLIENTS[0], aud=m)),
    "a target that is refused": lambda s, m: s.get(f"/{m}/../x", CLIENTS[0]),
    "a Host": lambda s, m: s.connect().request(BASE + "/terms", host=f"{m}.example"),
    "a method": lambda s, m: s.get("/terms", CLIENTS[0], method=m.upper()),
}


def test_g7_what_a_partner_writes_is_kept_nowhere(stack):
    marks = {what: "q" + secrets.token_hex(10) for what in MARKS}
    for what, ask in MARKS.items():
        answer = ask(stack, marks[what])
        assert answer.status, what
        shown = (answer.head + answer.body).lower().decode()
        assert marks[what] not in shown or what == "a filter's value", what
    settle(stack)
    kept, raw = told(stack).lower(), files(stack).lower()
    assert "acme-math" in kept and b"acme-math" in raw
    assert [what for what, m in marks.items() if m in kept or m.encode() in raw] == []


def test_g7_tokens_and_keys_are_kept_nowhere(stack):
    tokens = [stack.token(client) for client in CLIENTS]
    for token in tokens:
        assert stack.get("/orgs", token=token).status == 200
    kept, raw = told(stack), files(stack)
    for token in tokens:
        for part in token.split("."):
            assert part not in kept and part.encode() not in raw


def values_of(thing):
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from ([] if key in ("href", "type") else values_of(value))
    elif isinstance(thing, list):
        for value in thing:
            yield from values_of(value)
    else:
        yield str(thing)


def test_g7_values_of_records_are_kept_nowhere(stack):
    rows = []
    for client in CLIENTS:
        for resource in ("students", "users", "classes"):
            answer = stack.get(f"/{resource}?limit=10000", client)
            rows += answer.json().get(resource if resource == "classes" else "users", [])
    people = [r for r in rows if "givenName" in r]
    ids = {r["sourcedId"] for r in rows if r["sourcedId"].startswith("stu-")}
    names = {v for r in people for k in ("givenName", "familyName", "email", "phone") for v in values_of(r.get(k, []))}
    names = {n for n in names if len(n.encode()) >= 8}
    assert len(ids) > 50 and len(names) > 100
    kept, raw = told(stack), files(stack)
    assert [n for n in names if n in kept or n.encode() in raw] == []
    assert [i for i in ids if i in kept] == []
    assert any(i.encode() in raw for i in ids), "the dictionary beside the entries has them"


def test_e4_exchange_ids_are_128_random_bits(stack):
    connection = stack.connect()
    seen = [stack.get("/terms?limit=1", CLIENTS[0], connection=connection) for _ in range(96)]
    ids = [a.header("Hallpass-Exchange") for a in seen]
    assert all(re.fullmatch(r"[0-9a-f]{32}", i) for i in ids)
    for bit in range(128):  # a counter, a clock or a process id would hold some bit still
        assert len({int(i, 16) >> bit & 1 for i in ids}) == 2
