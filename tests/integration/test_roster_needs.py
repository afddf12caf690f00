# SPDX-License-Identifier: Apache-2.0
"""A policy that is limited to classes, courses or terms makes the gateway load who sits where,
also when it comes by a reload; until then nobody is in any class (invariant 6)."""

import datetime
import re
import signal
import threading

import pytest
import yaml

from faulty import FaultySource, send_answer
from stack import Source, Stack, make_bundle
from wait import until

CLIENT = "library-cards"
AGREEMENT = "agreements/library-cards.yaml"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    source = Source(folder, make_bundle(folder / "bundle", 1000, 5)).start()
    yield source
    source.stop()


@pytest.fixture
def stack(source, tmp_path):
    stack = Stack(tmp_path, source).start()
    yield stack
    stack.stop()


class World:
    """What the source says, worked out here once more."""

    def __init__(self, source):
        def rows(path):
            return next(iter(source.get(f"/{path}?limit=10000").json().values()))

        today = datetime.date.today().isoformat()
        self.classes = {c["sourcedId"]: c for c in rows("classes")}
        self.sessions = {s["sourcedId"]: s for s in rows("academicSessions")}
        self.seats = [
            (e["user"]["sourcedId"], e["class"]["sourcedId"])
            for e in rows("enrollments")
            if e["status"] == "active" and e["role"] == "student" and e.get("endDate", "9") >= today
        ]

    def above(self, session):
        while session is not None:
            yield session
            session = self.sessions[session].get("parent", {}).get("sourcedId")

    def students(self, is_listed):
        return {user for user, c in self.seats if is_listed(self.classes[c])}


def limit_to(stack, where):
    """Reloads with where.schools as it was and this beside it."""

    def reloads():
        return sum(1 for e in stack.ledger() if e.get("action") == "reload")

    path = stack.district / AGREEMENT
    text = path.read_text()
    schools = yaml.safe_load(text)["where"]["schools"]
    before = reloads()
    words = yaml.safe_dump({"schools": schools, **where}, default_flow_style=True, width=10000).strip()
    path.write_text(re.sub(r"(?m)^where:.*$", f"where: {words}", text))
    stack.gateway.child.send_signal(signal.SIGHUP)
    until(lambda: reloads() == before + 1, 30, "the policy is in force")


def shared(stack):
    rows, _ = stack.all_pages("/students?limit=1000", CLIENT)
    return {r["sourcedId"] for r in rows}


def loads(stack):
    return stack.gateway.text().count("roster-loaded")


def test_a_reload_that_needs_enrollments_loads_them(stack, source):
    world = World(source)
    everybody = shared(stack)
    listed = sorted({c for s, c in world.seats if s in everybody})[:2]
    before = loads(stack)
    limit_to(stack, {"classes": listed})
    until(lambda: loads(stack) > before, 60, "the roster is loaded anew")
    expected = everybody & world.students(lambda c: c["sourcedId"] in listed)
    assert expected and until(lambda: shared(stack) == expected, 30, "those of the classes")
    some, other = min(expected), min(everybody - expected)
    assert stack.get(f"/students/{some}", CLIENT).status == 200
    assert stack.get(f"/students/{other}", CLIENT).status == 404

    courses = sorted({world.classes[c]["course"]["sourcedId"] for c in listed})[:1]
    limit_to(stack, {"courses": courses})
    expected = everybody & world.students(lambda c: c["course"]["sourcedId"] in courses)
    assert expected and until(lambda: shared(stack) == expected, 30, "those of the course")


def test_a_term_takes_in_what_lies_in_it(stack, source):
    world = World(source)
    everybody = shared(stack)
    leaf = next(iter(world.classes.values()))["terms"][0]["sourcedId"]
    top = list(world.above(leaf))[-1]
    assert top != leaf
    for term in (top, leaf):
        limit_to(stack, {"terms": [term]})
        expected = everybody & world.students(
            lambda c, term=term: any(term in world.above(t["sourcedId"]) for t in c["terms"]))
        assert expected and until(lambda e=expected: shared(stack) == e, 60, f"those of {term}")


def test_nobody_is_in_a_class_that_is_not_there(stack):
    before = loads(stack)
    limit_to(stack, {"classes": ["no-such-class"]})
    until(lambda: loads(stack) > before, 60, "the roster is loaded anew")
    assert shared(stack) == set()


def test_a_local_field_that_is_a_program_decides(stack, source):
    everybody = shared(stack)
    rows = source.get("/users?limit=5000").json()["users"]
    buses = {r["sourcedId"]: r.get("metadata", {}).get("bus") for r in rows}
    plain = sorted({buses[s] for s in everybody if re.fullmatch(r"[ -~]+", buses[s] or "")})
    district = stack.district / "district.yaml"
    text = district.read_text()
    district.write_text(re.sub(r"(field: users\.metadata\.bus,.*?class: f)", r"\1, fact: program", text))
    before = loads(stack)
    limit_to(stack, {"programs": plain[:2]})
    until(lambda: loads(stack) > before, 60, "the roster is loaded anew")
    expected = {s for s in everybody if buses[s] in plain[:2]}
    assert expected and expected != everybody
    assert until(lambda: shared(stack) == expected, 30, "those of the programs")
    other = min(everybody - expected)
    assert stack.get(f"/students/{other}", CLIENT).status == 404


@pytest.fixture
def held(source, tmp_path):
    """A gateway whose roster loads can be held at /users."""
    go_on = threading.Event()
    go_on.set()
    faulty = FaultySource(tmp_path / "faulty.sock", str(source.socket))
    faulty.go_on, faulty.waiting = go_on, threading.Event()

    def hold(sock, answer, target):
        faulty.waiting.set()
        assert go_on.wait(60)
        send_answer(sock, answer.status, answer.headers, answer.body)
        return True

    faulty.when = lambda target: "/users?" in target and "roles,agents" in target
    faulty.fault = hold
    stack = Stack(tmp_path, faulty.address).start()
    yield stack, faulty
    go_on.set()
    stack.stop()
    faulty.stop()


def test_a_reload_during_a_load_has_what_it_needs_loaded_next(held, source):
    stack, faulty = held
    world = World(source)
    everybody = shared(stack)
    listed = sorted({c for s, c in world.seats if s in everybody})[:2]
    before = loads(stack)
    faulty.go_on.clear()
    faulty.waiting.clear()
    stack.gateway.child.send_signal(signal.SIGHUP)
    assert faulty.waiting.wait(60)  # a load without enrollments is under way
    limit_to(stack, {"classes": listed})
    assert shared(stack) == set()  # in no class, as far as is known
    faulty.go_on.set()
    until(lambda: loads(stack) >= before + 2, 60, "the next load")
    expected = everybody & world.students(lambda c: c["sourcedId"] in listed)
    assert expected and until(lambda: shared(stack) == expected, 30, "those of the classes")


def test_enrollments_that_cannot_be_read_leave_the_last_roster(held):
    stack, faulty = held
    everybody = shared(stack)
    faulty.when = lambda target: "/enrollments?" in target
    faulty.fault = lambda sock, a, target: send_answer(sock, 200, a.headers, b'{"enrollments":{}}') or True
    limit_to(stack, {"classes": ["any"]})
    until(lambda: "roster-load-failed" in stack.gateway.text(), 60, "the load fails")
    assert stack.admin("/readyz").status == 503
    assert shared(stack) == set()
    faulty.fault = None
    limit_to(stack, {})
    until(lambda: stack.admin("/readyz").status == 200, 60, "the roster is good again")
    assert shared(stack) == everybody
