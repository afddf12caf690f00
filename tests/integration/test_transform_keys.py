# SPDX-License-Identifier: Apache-2.0
"""Aliases of a running gateway: what they are made from, and how their keys are rotated."""
import os
import shutil
import signal

import pytest
import yaml

from ids import make_master
from stack import ROOT, Source, Stack, load, make_bundle
from transforms import alias, derive
from wait import until

CLIENT = "library-cards"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    policy = folder / "policy"
    shutil.copytree(ROOT / "policy" / "examples", policy)
    agreement = policy / "agreements" / "library-cards.yaml"
    text = agreement.read_text()
    assert "{ Email: as-is }" in text
    agreement.write_text(text.replace("{ Email: as-is }", "{ Email: alias }", 1))
    bundle = make_bundle(folder / "bundle", 60, 7)
    source = Source(folder, bundle).start()
    path, master = make_master(folder)
    stack = Stack(folder, source, policy=policy, **{"master-key": path}).start()
    stack.master, stack.master_file = master, path
    stack.partner = yaml.safe_load(agreement.read_text())["partner"]
    stack.mails = {r["sourcedId"]: r["email"] for r in load(bundle)["students"] if "email" in r}
    yield stack
    stack.stop()
    source.stop()


def aliases(stack):
    a = stack.get("/students?limit=10000&fields=sourcedId,email", CLIENT)
    assert a.status == 200
    return {r["sourcedId"]: r["email"] for r in a.json()["users"] if "email" in r}


def expected(stack, epoch, master=None):
    key = derive(master or stack.master, "field", stack.partner, "", "user.email", epoch)
    return lambda student: alias(key, student, stack.mails[student], "alias.invalid")


def reload(stack):
    stack.gateway.child.send_signal(signal.SIGHUP)


def test_F4_every_student_has_an_alias_and_nobody_anothers(world):
    got = aliases(world)
    want = expected(world, 1)
    assert len(got) > 10
    assert got == {student: want(student) for student in got}
    assert len(set(got.values())) == len(got)


def test_F4_a_higher_epoch_makes_every_alias_anew_at_the_next_reload(world):
    before = aliases(world)
    with (world.district / "district.yaml").open("a") as f:
        f.write("key-epoch: 2\n")
    reload(world)
    until(lambda: aliases(world) != before, 60, "another key is in force")
    after = aliases(world)
    want = expected(world, 2)
    assert after == {student: want(student) for student in before}
    assert not set(after.values()) & set(before.values())


def test_F4_a_reload_without_a_good_key_changes_nothing(world):
    before = aliases(world)
    os.chmod(world.master_file, 0o644)
    refused = world.metric("hallpass_policy_refused")
    assert refused == 0
    reload(world)
    until(lambda: world.metric("hallpass_policy_refused") == 1, 60, "the reload is refused")
    assert aliases(world) == before
    os.chmod(world.master_file, 0o600)
    reload(world)
    until(lambda: world.metric("hallpass_policy_refused") == 0, 60, "the reload is good")
    assert aliases(world) == before


def test_F4_a_partner_cannot_ask_by_alias_or_address(world):
    student, shown = next(iter(aliases(world).items()))
    for value in (shown, world.mails[student]):
        a = world.get(f"/students?filter=email%3D'{value}'", CLIENT)
        assert a.status == 403 and b"email" in a.body
    assert world.get("/students?sort=email", CLIENT).status == 403
