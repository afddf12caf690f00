# SPDX-License-Identifier: Apache-2.0
"""A field under `metadata` that the district classified and one agreement names leaves for
students, and nothing else under `metadata` ever does; an agreement that ended gives nothing."""

import re
import signal
from urllib.parse import quote

import pytest

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


def edit(stack, old, new):
    path = stack.district / AGREEMENT
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def stack(source, tmp_path):
    stack = Stack(tmp_path, source)
    edit(stack, "  Enrollment: [Student school enrollment",
         "  Transportation: [Student bus assignment]\n  Enrollment: [Student school enrollment")
    edit(stack, "    Student Name: as-signed\n",
         "    Student Name: as-signed\n    Transportation: { metadata.bus: as-is }\n")
    stack.start()
    yield stack
    stack.stop()


def rows(answer):
    assert answer.status == 200 and answer.complete, (answer.status, answer.body[:300])
    (found,) = answer.json().values()
    return found


@pytest.fixture
def truth(source):
    users = source.get("/users?limit=10000").json()["users"]
    return {u["sourcedId"]: u.get("metadata", {}) for u in users}


def test_a_classified_field_leaves_and_its_neighbours_do_not(stack, truth):
    assert any("lunch" in m for m in truth.values())
    shown = rows(stack.get("/students?limit=1000", CLIENT))
    assert any("metadata" in s for s in shown)
    for s in shown:
        bus = truth[s["sourcedId"]].get("bus")
        assert s.get("metadata", {}) == ({} if bus is None else {"bus": bus})


def test_no_other_role_has_it(stack):
    people = rows(stack.get("/users?limit=1000", CLIENT))
    guardians = [p for p in people if all(r["role"] != "student" for r in p["roles"])]
    assert guardians
    assert not any("metadata" in p for p in guardians)


def test_it_can_be_selected_and_filtered_by(stack, truth):
    shown = rows(stack.get("/students?limit=1000&fields=sourcedId,metadata", CLIENT))
    assert any(s.get("metadata", {}).keys() == {"bus"} for s in shown)
    plain = sorted(b for b in (s.get("metadata", {}).get("bus", "") for s in shown)
                   if re.fullmatch(r"[ -&(-~]+", b))
    clause = quote(f"metadata.bus='{plain[0]}'")
    found = rows(stack.get(f"/students?limit=1000&filter={clause}", CLIENT))
    assert found
    assert {truth[s["sourcedId"]]["bus"] for s in found} == {plain[0]}
    assert stack.get("/students?filter=metadata.lunch%3D'x'", CLIENT).status == 403
    assert stack.get("/students?fields=metadata.lunch", CLIENT).status == 400


def test_l8_an_agreement_that_ended_gives_nothing(stack):
    assert rows(stack.get("/students", CLIENT))
    path = stack.district / AGREEMENT
    path.write_text(path.read_text() + "ended: { on: 2024-08-01 }\n")
    stack.gateway.child.send_signal(signal.SIGHUP)

    def refused():
        answer = stack.get("/students", CLIENT)
        return answer.status == 403 and b"agreement-ended" in answer.body

    assert until(refused, 60, "the end is in force")
