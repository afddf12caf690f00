# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy replay` and `used`: a real ledger, decided again under other policies."""
import json
import shutil

import pytest

from stack import Source, Stack, make_bundle, run

MATH = "agreements/acme-math.yaml"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A gateway that has answered, and refused, some questions; then it ended."""
    folder = tmp_path_factory.mktemp("replay")
    source = Source(folder, make_bundle(folder / "bundle", 300, 9)).start()
    stack = Stack(folder, source).start()
    for path in ("/students?limit=3", "/students?filter=familyName%3D'Canary'&limit=3",
                 "/students?filter=givenName%3D'Canary'", "/students?sort=familyName",
                 "/students?fields=givenName", "/demographics", "/classes?limit=2",
                 "/students/canary-of-nobody"):
        stack.get(path, "acme-prod")
    (student,) = stack.get("/students?limit=1", "library-cards").json()["users"]
    stack.get(f"/students/{student['sourcedId']}", "library-cards")
    stack.gateway.end()
    source.stop()
    yield stack


@pytest.fixture
def other(stack, tmp_path):
    """A copy of the policy, to change."""
    return shutil.copytree(stack.district, tmp_path / "other")


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def replay(stack, folder, code, *args):
    done = run("policy", "replay", "--json", *args, stack.folder / "ledger", folder, check=False)
    assert done.returncode == code, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_under_the_same_policy_nothing_is_decided_otherwise(stack):
    told = replay(stack, stack.district, 0)
    assert told["otherwise"] == 0 and told["entries"] > 15


def test_what_would_be_refused_is_told(stack, other):
    edit(other, MATH, "givenName: as-is, familyName: initial", "familyName: initial")
    changes = replay(stack, other, 1)["changes"]
    asked = {(c["route"], c.get("params"), c["was"], c["now"]) for c in changes if c["what"] == "request"}
    assert ("/students", "filter:givenName:=", "allowed", "filter-field") in asked
    shown = [c for c in changes if c["what"] == "disclosure"]
    assert {c["withheld"] for c in shown} == {"givenName"}
    assert all(c["agreement"] == "acme-math" and c["students"] > 0 for c in shown)


def test_what_would_be_allowed_is_told(stack, other):
    edit(other, MATH, "familyName: initial", "familyName: as-is")
    edit(other, MATH, "  Student Name: [First", "  Demographics: [Date of Birth]\n  Student Name: [First")
    edit(other, MATH, "    Student Name: {", "    Demographics: { birthDate: as-is }\n    Student Name: {")
    changes = replay(stack, other, 1)["changes"]
    asked = {(c["route"], c["was"], c["now"]) for c in changes}
    assert ("/students", "filter-field", "allowed") in asked
    assert ("/students", "sort-field", "allowed") in asked
    assert ("/demographics", "resource-not-shared", "allowed") in asked


def test_after_its_end_an_agreement_allows_nothing(stack):
    changes = replay(stack, stack.district, 1, "--on", "2040-01-01")["changes"]
    assert {c["now"] for c in changes if c["what"] == "request" and c["was"] == "allowed"} == {
        "agreement-ended"}
    assert any(c["what"] == "disclosure" for c in changes)


def test_entries_before_a_date_are_left_out(stack):
    assert replay(stack, stack.district, 0, "--since", "2099-01-01")["entries"] > 0
    assert run("policy", "replay", "--since", "soon", stack.folder / "ledger", stack.district,
               check=False).returncode == 2


def test_G7_no_value_is_ever_told(stack, other):
    edit(other, MATH, "givenName: as-is, familyName: initial", "familyName: initial")
    done = run("policy", "replay", stack.folder / "ledger", other, check=False)
    assert "filter:givenName:=" in done.stdout
    assert "anary" not in done.stdout + done.stderr


def test_used_tells_what_nobody_ever_got(stack):
    done = run("policy", "used", "--json", stack.folder / "ledger", stack.district)
    items = {(i["agreement"], i["role"], i["element"]): i["times"] for i in json.loads(done.stdout)["items"]}
    assert items["acme-math", "students", "First and/or Last"] > 0
    assert items["library-cards", "students", "First and/or Last"] > 0
    assert items["library-cards", "guardians", "First and/or Last"] == 0
    assert items["library-cards", "students", "Date of Birth"] == 0
    assert items["acme-math", "records", "classes"] == 1
    assert items["acme-math", "records", "courses"] == 0
    words = run("policy", "used", stack.folder / "ledger", stack.district).stdout
    assert "NEVER" in words and "shared and never used" in words


def test_a_folder_without_a_ledger_is_said(stack, tmp_path):
    assert run("policy", "used", tmp_path, stack.district, check=False).returncode == 1


def test_a_published_table_says_what_was_really_disclosed(stack):
    import csv
    import io
    table = run("policy", "publish", "--metadata-dictionary", "--ledger", stack.folder / "ledger",
                stack.district).stdout
    rows = {r["Agreement"]: r for r in csv.DictReader(io.StringIO(table))}
    assert rows["acme-math"]["students: Student Name / First and/or Last"].startswith("shared, disclosed ")
    assert rows["library-cards"]["students: Demographics / Date of Birth"] == "shared, never disclosed"
    page = run("policy", "publish", "--soppa", "--ledger", stack.folder / "ledger", stack.district).stdout
    assert "Demographics / Date of Birth (not disclosed so far)" in page
