# SPDX-License-Identifier: Apache-2.0
"""A district whose source speaks OneRoster 1.1: the same agreement over the same students gives
what it gives over 1.2, in the shapes of 1.1."""

import shutil

import pytest

from source_v1p1 import OldSource
from stack import ROOT, Source, Stack, make_bundle

CLIENT = "acme-prod"
OLD = "/ims/oneroster/v1p1"
STUDENTS = 400


def policy(folder, version):
    """The example district with one agreement, which names no field that 1.1 lacks."""
    target = folder / f"policy-{version}"
    shutil.copytree(ROOT / "policy" / "examples", target)
    for path in (target / "agreements").iterdir():
        if path.name != "acme-math.yaml":
            path.unlink()
    for path in (target / "partners").iterdir():
        if not path.name.startswith("acme"):
            path.unlink()
    agreement = target / "agreements" / "acme-math.yaml"
    agreement.write_text(agreement.read_text().replace("    Schools: as-is\n", ""))
    district = target / "district.yaml"
    district.write_text(district.read_text().replace("oneroster-1.2", f"oneroster-{version}"))
    return target


@pytest.fixture(scope="module")
def stacks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("v1p1")
    source = Source(folder, make_bundle(folder / "bundle", STUDENTS, 23)).start()
    old = OldSource(folder / "old.sock", str(source.socket))
    stacks = []
    for version, address in (("1.1", old.address), ("1.2", source.address)):
        (folder / version).mkdir()
        stack = Stack(
            folder / version,
            address,
            policy=policy(folder, version),
            catalog=str(ROOT / "policy" / "catalogs" / f"oneroster-{version}.yaml"),
        )
        stacks.append(stack.start())
    yield stacks
    for stack in stacks:
        assert stack.stop() == 0
    old.stop()
    source.stop()


def records(stack, path, key, base=""):
    a = stack.get(base + path, CLIENT)
    assert a.status == 200 and a.complete, a.body
    return a.json()[key]


def old_shape(user):
    """What a user of 1.2 as released is in 1.1, by the two bindings."""
    roles = user.pop("roles")
    user.pop("primaryOrg", None)
    user["role"] = roles[0]["role"]
    user["orgs"] = [r["org"] for r in roles if r["role"] == roles[0]["role"]]
    return user


def normal(user):
    """References without their links, which name the version."""
    strip = lambda ref: (ref["sourcedId"], ref["type"])
    return {
        k: sorted(map(strip, v)) if k in ("orgs", "agents") else v
        for k, v in user.items()
    }


def test_students_of_1_1_are_those_of_1_2_in_its_shape(stacks):
    old, new = stacks
    got = records(old, "/students?limit=1000", "users", OLD)
    want = [old_shape(u) for u in records(new, "/students?limit=1000", "users")]
    assert len(got) > 20
    assert [normal(u) for u in got] == [normal(u) for u in want]
    for user in got:
        assert all(OLD in ref["href"] for ref in user["orgs"])


def test_teachers_by_id_and_paths_of_the_other_version(stacks):
    old, new = stacks
    teachers = records(new, "/teachers?limit=5", "users")
    assert teachers
    for teacher in teachers:
        got = records(old, f"/teachers/{teacher['sourcedId']}", "user", OLD)
        assert normal(got) == normal(old_shape(teacher))
    assert old.get("/students", CLIENT).status == 404
    assert new.get(OLD + "/students", CLIENT).status == 404


def test_enrollments_and_classes_are_alike(stacks):
    old, new = stacks
    for path, key in (("/enrollments", "enrollments"), ("/classes", "classes"), ("/terms", "academicSessions")):
        got = records(old, path + "?limit=1000", key, OLD)
        want = records(new, path + "?limit=1000", key)
        assert [r["sourcedId"] for r in got] == [r["sourcedId"] for r in want] != []
