# SPDX-License-Identifier: Apache-2.0
"""Duties of 34 CFR Part 99 that only a running gateway can show: what is recorded of
whom, what a parent may see of it, and what a partner is told. docs/duties.md has them all."""

import re

import pytest

from stack import Key, Source, Stack, make_bundle, run

CLIENT = "acme-prod"
NOTICE = re.compile(r'<https://[^/>]+(/[^>]+)>; rel="terms-of-service"')


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("duties")
    source = Source(folder, make_bundle(folder / "bundle", 300, 3)).start()
    stack = Stack(folder, source).start()
    yield stack
    stack.stop()
    source.stop()


def students(stack, limit):
    answer = stack.get(f"/students?limit={limit}", CLIENT)
    assert answer.status == 200
    return answer, [u["sourcedId"] for u in answer.json()["users"]]


def kinds(stack, answer):
    """The first entry of each kind about this answer."""
    return {kind: rows[0] for kind, rows in stack.entries_of(answer, wait_for="outcome").items()}


def test_d6_d21_what_no_agreement_shares_nobody_gets(stack):
    """Exceptions permit; a district that permits nothing discloses nothing."""
    refused = stack.get("/demographics?limit=1", CLIENT)
    assert refused.status == 403 and "reason resource-not-shared" in refused.json()["imsx_description"]
    answer, _ = students(stack, 20)
    seen = {member for u in answer.json()["users"] for member in u}
    assert seen and not seen & {"email", "phone", "sms", "userIds", "username", "password", "metadata"}


def test_d20_who_does_not_prove_to_be_the_party_gets_nothing(stack):
    stranger = Key()
    stranger.kid = stack.keys[CLIENT].kid
    for token in (None, stranger.token(stack.claims(CLIENT)), stack.keys["library-cards"].token(stack.claims(CLIENT))):
        answer = stack.get("/students?limit=1", token=token)
        assert answer.status == 401 and b"sourcedId" not in answer.body


def test_d22_each_request_each_refusal_and_each_student_is_recorded(stack):
    answer, ids = students(stack, 4)
    entries = kinds(stack, answer)
    assert entries["request"]["route"] == "/students"
    assert entries["disclosure"]["subjects"]["count"] == len(ids) == 4
    refused = stack.get("/students?filter=email='a@b.example'", CLIENT)
    (denied,) = stack.entries_of(refused, wait_for="denied")["denied"]
    assert refused.status == 403
    assert (denied["kind"], denied["partner"], denied["reason"]) == ("denied", "acme", "filter-field")


def test_d4_d23_a_disclosure_names_party_interest_and_basis(stack):
    answer, _ = students(stack, 3)
    entry = kinds(stack, answer)["disclosure"]
    assert entry["partner"] == "acme" and entry["client"] == CLIENT
    assert entry["interest"] == "Adaptive mathematics practice for grades 6 to 8"
    assert entry["basis"] == entry["class"] == "school-official"
    assert entry["agreement"] == "acme-math" and entry["purpose"] == "instruction"


def test_d3_d26_d31_one_students_record_is_there_at_once_and_nobody_elses(stack):
    answer, ids = students(stack, 5)
    kinds(stack, answer)
    text = run("audit", "student", "--ledger", stack.folder / "ledger", ids[0]).stdout
    assert "given name" in text and "acme-math" in text
    assert "school-official" in text and "instruction" in text
    assert not [i for i in ids[1:] if i in text]


def test_d29_every_disclosure_points_to_the_notice_against_redisclosure(stack):
    for target in ("/students?limit=2", "/classes?limit=1", "/schools"):
        answer = stack.get(target, CLIENT)
        path = NOTICE.search(answer.header("Link")).group(1)
        c = stack.connect()
        try:
            notice = c.request(path).body
        finally:
            c.close()
        assert answer.status == 200 and b"99.33(a)" in notice


def test_d24_a_restart_takes_nothing_from_the_record(stack):
    answer, ids = students(stack, 2)
    kinds(stack, answer)
    before = stack.disclosed(ids[1])
    stack.stop()
    stack.start()
    assert before and stack.disclosed(ids[1])[:len(before)] == before
