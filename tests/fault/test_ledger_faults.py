# SPDX-License-Identifier: Apache-2.0
"""A ledger that cannot write: partners get 503 and nothing else, before any byte of a record."""

import os
import subprocess

import pytest

from stack import Process, Source, Stack, binary, make_bundle
from wait import until

CLIENT = "acme-prod"


@pytest.fixture()
def source(tmp_path):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 200, 5)).start()
    yield source
    source.stop()


def assert_refused(a):
    assert a.status == 503 and a.complete, (a.status, a.body)
    assert b"givenName" not in a.body and b"users" not in a.body


@pytest.mark.parametrize("suffix", ["", "-wal"])
@pytest.mark.parametrize("how", ["unlinked", "renamed", "replaced"])
def test_a_ledger_file_that_is_gone_stops_every_answer(tmp_path, source, suffix, how):
    stack = Stack(tmp_path, source).start()
    try:
        assert stack.get("/students?limit=5", CLIENT).status == 200
        (db,) = (tmp_path / "ledger").glob("ledger-*.db")
        target = str(db) + suffix
        if how == "unlinked":
            os.unlink(target)
        else:
            os.rename(target, target + ".moved")
        if how == "replaced":
            with open(target + ".moved", "rb") as was, open(target, "wb") as now:
                now.write(was.read())
        assert_refused(stack.get("/students?limit=5", CLIENT))
        assert_refused(stack.get("/orgs", CLIENT))
        assert stack.admin("/readyz").status == 503
    finally:
        stack.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_refuses_and_recovers_by_itself(tmp_path, source):
    ledger = tmp_path / "ledger"
    ledger.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "none", ledger], check=True)
    try:
        stack = Stack(tmp_path, source).start()
        try:
            full_then_free(stack, ledger)
        finally:
            stack.stop()
    finally:
        subprocess.run(["umount", "-l", ledger], check=True)


def full_then_free(stack, ledger):
    assert stack.get("/students?limit=5", CLIENT).status == 200
    filler = ledger / "filler"
    with open(filler, "wb") as f:
        try:
            while True:
                f.write(b"x" * 65536)
                f.flush()
        except OSError:
            pass
    seen = []

    def refused():
        a = stack.get("/students?limit=100", CLIENT)
        seen.append(a)
        return a.status == 503

    until(refused, 60, "the full disk is noticed")
    assert_refused(seen[-1])
    os.unlink(filler)
    until(lambda: stack.get("/students?limit=5", CLIENT).status == 200, 30, "it recovers")
    good = [a for a in seen if a.status == 200]
    recorded = {e["exchange"] for e in stack.ledger() if e["kind"] == "disclosure"}
    assert {a.header("Hallpass-Exchange") for a in good} <= recorded


def test_a_second_gateway_on_the_same_ledger_refuses_to_start(tmp_path, source):
    stack = Stack(tmp_path, source).start()
    try:
        second = Process(
            [binary(), "serve", "--config", stack.config], tmp_path / "second.log"
        )
        assert second.child.wait(60) == 1
        assert "lock" in second.text()
        assert stack.get("/students?limit=5", CLIENT).status == 200
    finally:
        stack.stop()


def test_a_port_that_another_gateway_has_is_not_shared_in_silence(tmp_path, source):
    first = Stack(tmp_path, source).start()
    (tmp_path / "other").mkdir()
    other = Stack(tmp_path / "other", source)
    taken = str(first.port)
    other.config.write_text(other.config.read_text().replace(str(other.port), taken))
    try:
        second = Process([binary(), "serve", "--config", other.config], tmp_path / "second.log")
        assert second.child.wait(60) == 1
        assert "another program listens there" in second.text()
        assert first.get("/students?limit=5", CLIENT).status == 200
    finally:
        first.stop()
