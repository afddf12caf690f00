# SPDX-License-Identifier: Apache-2.0
"""SAFETY P3: what puts a policy in force, who answers for it, and what was in force when."""
import hashlib
import json
import os
import signal
import stat

import pytest

from http1 import Connection
from stack import ROOT, Process, Source, Stack, binary, make_bundle, run
from wait import until

MATH = "agreements/acme-math.yaml"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    source = Source(folder, make_bundle(folder / "bundle", 60, 5)).start()
    yield source
    source.stop()


@pytest.fixture
def stack(source, tmp_path):
    stack = Stack(tmp_path, source)
    yield stack
    stack.stop()


def edit(stack, name, old, new):
    path = stack.district / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def narrow(stack):
    edit(stack, MATH, "givenName: as-is, familyName: initial", "givenName: initial")


def widen(stack):
    edit(stack, MATH, "givenName: as-is, familyName: initial", "givenName: as-is, familyName: as-is")


def ask_for_two(stack):
    edit(stack, "district.yaml", "\nstudent-facts:", "\nwidening-needs: second-person\nstudent-facts:")


def apply(stack, *args):
    return run("policy", "apply", "--config", stack.config, *args, check=False)


def show(stack, *args):
    return run("policy", "show", "--config", stack.config, *args, check=False)


def policies(stack):
    return [e for e in stack.ledger() if e["kind"] == "policy"]


def stored(stack, name):
    """The bytes that an entry commits to."""
    path = stack.folder / "state" / "policies" / name
    data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return data


def family_name(stack):
    rows = stack.get("/students?limit=1", "acme-prod").json()["users"]
    return rows[0]["familyName"]


def test_P3_the_start_commits_to_the_whole_text(stack):
    stack.start()
    (entry,) = policies(stack)
    assert entry["action"] == "start" and "by" not in entry and "diff" not in entry
    text = stored(stack, entry["digest"])
    for path in stack.district.glob("*/*.yaml"):
        if path.parent.name != "tests":
            assert path.read_bytes() in text
    assert stored(stack, entry["catalog"]) == (
        ROOT / "policy" / "catalogs" / "oneroster-1.2.yaml").read_bytes()


def test_P3_apply_records_who_and_what_changed(stack):
    stack.start()
    assert family_name(stack).endswith(".")
    narrow(stack)
    done = apply(stack, "--as", "Ana Ruiz")
    assert done.returncode == 0, done.stderr
    assert "narrowed" in done.stdout
    assert family_name(stack) == "-"
    first, entry = policies(stack)
    assert (entry["action"], entry["by"], entry["was"]) == ("apply", "Ana Ruiz", first["digest"])
    told = json.loads(stored(stack, entry["diff"]))
    assert told["narrowed"] == entry["narrowed"] > 0 and entry["widened"] == 0
    assert b"givenName: initial }" in stored(stack, entry["digest"])


def test_P3_a_policy_that_changed_meanwhile_is_not_applied(stack):
    """What was looked at is what is put in force: the digest says so."""
    stack.start()
    narrow(stack)
    body = json.dumps({"by": "Ana", "digest": "0" * 64, "second": ""})
    c = Connection(str(stack.folder / "state" / "control"))
    try:
        c.send(f"POST /apply HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = c.read()
    finally:
        c.close()
    assert answer.status == 400
    assert len(policies(stack)) == 1 and family_name(stack).endswith(".")


def test_P3_what_widens_needs_a_second_person(stack):
    ask_for_two(stack)
    stack.start()
    widen(stack)
    for args in ((), ("--second", "Ana Ruiz"), ("--second", "ana ruiz")):
        done = apply(stack, "--as", "Ana Ruiz", *args)
        assert done.returncode == 1 and "second person" in done.stderr, args
    assert family_name(stack).endswith(".")
    assert len(policies(stack)) == 1
    done = apply(stack, "--as", "Ana Ruiz", "--second", "Ben Okoye")
    assert done.returncode == 0, done.stderr
    assert not family_name(stack).endswith(".")
    entry = policies(stack)[-1]
    assert (entry["by"], entry["second"]) == ("Ana Ruiz", "Ben Okoye") and entry["widened"] > 0


def test_P3_a_reload_does_not_go_round_the_second_person(stack):
    ask_for_two(stack)
    stack.start()
    widen(stack)
    stack.gateway.child.send_signal(signal.SIGHUP)
    until(lambda: stack.metric("hallpass_policy_refused") == 1, 60, "the policy is refused")
    assert family_name(stack).endswith(".")
    entry = policies(stack)[-1]
    assert (entry["action"], entry["reason"]) == ("refused", "second-person-needed")


def test_P3_nor_does_a_restart(stack):
    ask_for_two(stack)
    stack.start()
    stack.gateway.end()
    widen(stack)
    gateway = Process([binary(), "serve", "--config", stack.config], stack.folder / "second.log")
    assert gateway.child.wait(120) == 1
    assert "second person" in gateway.text()
    done = apply(stack, "--as", "Ana Ruiz", "--second", "Ben Okoye")
    assert done.returncode == 0, done.stderr
    assert "from its next start" in done.stdout
    stack.start()
    assert not family_name(stack).endswith(".")


def test_P3_nor_do_two_steps(stack):
    """Taking `widening-needs` out counts as widening itself."""
    ask_for_two(stack)
    stack.start()
    edit(stack, "district.yaml", "widening-needs: second-person\n", "")
    assert apply(stack, "--as", "Ana Ruiz").returncode == 1


def test_a_narrower_policy_needs_nobody_else(stack):
    ask_for_two(stack)
    stack.start()
    narrow(stack)
    stack.gateway.child.send_signal(signal.SIGHUP)
    until(lambda: family_name(stack) == "-", 60, "the narrower policy is in force")


def test_P3_show_gives_back_what_was_in_force(stack, tmp_path):
    stack.start()
    before = policies(stack)[0]["time"]
    old = (stack.district / MATH).read_text()
    narrow(stack)
    assert apply(stack, "--as", "Ana Ruiz").returncode == 0
    now = show(stack)
    assert now.returncode == 0, now.stderr
    assert "Ana Ruiz" in now.stdout and "givenName: initial }" in now.stdout
    then = show(stack, "--at", before, "--out", tmp_path / "then")
    assert then.returncode == 0, then.stderr
    assert "Ana Ruiz" not in then.stdout
    assert (tmp_path / "then" / MATH).read_text() == old
    assert (tmp_path / "then" / "district.yaml").read_text() == (stack.district / "district.yaml").read_text()
    told = show(stack, "--diff")
    assert json.loads(told.stdout.splitlines()[-1])["narrowed"] > 0
    assert show(stack, "--at", "2001-01-01").returncode == 1


def test_P3_an_altered_text_is_not_shown(stack):
    stack.start()
    path = stack.folder / "state" / "policies" / policies(stack)[0]["digest"]
    os.chmod(path, 0o600)
    path.write_bytes(path.read_bytes().replace(b"initial", b"as-is  "))
    done = show(stack)
    assert done.returncode == 1 and "not the one that was recorded" in done.stderr
    assert "as-is  " not in done.stdout
    path.unlink()
    assert "not in" in show(stack).stderr
