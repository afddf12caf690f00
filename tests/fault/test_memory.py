# SPDX-License-Identifier: Apache-2.0
"""A 10,000-student answer raises the gateway's resident memory by at most 16 MiB."""

from pathlib import Path

import pytest

from stack import Source, Stack, is_sanitized, make_bundle

CLIENT = "acme-prod"
LIMIT_KIB = 16 * 1024


def peak_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


def reset_peak(pid):
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@pytest.mark.skipif(is_sanitized(), reason="sanitizers keep freed memory")
def test_a_10000_student_answer_takes_at_most_16_mib(tmp_path):
    source = Source(tmp_path, make_bundle(tmp_path / "bundle", 10000, 2)).start()
    stack = Stack(tmp_path, source, policy=wide_policy(tmp_path), workers=1).start()
    try:
        for _ in range(3):
            assert stack.get("/students?limit=100", CLIENT).status == 200
        pid = stack.gateway.pid
        reset_peak(pid)
        before = peak_kib(pid)
        a = stack.get("/students?limit=10000", CLIENT)
        assert a.complete and len(a.json()["users"]) > 9000
        grown = peak_kib(pid) - before
        print(f"growth_kib={grown} body={len(a.body)}")
        assert grown <= LIMIT_KIB
    finally:
        stack.stop()
        source.stop()


def wide_policy(folder):
    """The example district with no `where`, so that every student is in the answer."""
    import shutil

    import yaml

    from stack import ROOT

    target = folder / "wide"
    shutil.copytree(ROOT / "policy" / "examples", target)
    for path in (target / "agreements").glob("*.yaml"):
        doc = yaml.safe_load(path.read_text())
        doc.pop("where", None)
        path.write_text(yaml.safe_dump(doc, sort_keys=False, default_flow_style=False))
    return target
