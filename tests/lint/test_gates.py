# SPDX-License-Identifier: Apache-2.0
"""The gates count what ran, and nothing that did not run counts as passed."""
import gates
import pytest

JUNIT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


def program(tmp_path, text, status):
    path = tmp_path / "unit"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("text,status,passed,failed", [
    ("1..2\nok 1 - a\nok 2 - b", 0, 2, 0),
    ("1..2\nok 1 - a\nnot ok 2 - b", 1, 1, 1),
    ("1..3\nok 1 - a", 139, 1, 2),            # it crashed in the second of three
    ("1..2\nok 1 - a\nok 2 - b", 23, 2, 1),   # a sanitizer spoke at the end
    ("", 0, 0, 1),                            # nothing ran
    ("1..1\nok 1 - a\n1..1\nok 1 - b", 0, 2, 0),
    ("1..2\nok 1 - a\nnot ok 2 # SKIP b", 0, 1, 0),
    ("1..2\nok 1 - a\nok 2 # SKIP b", 0, 1, 0),
    ("1..2\nok 1 - a\nnot ok 2 - SKIP b", 1, 1, 1),
])
def test_unit_program(tmp_path, text, status, passed, failed):
    result = gates.unit_program(program(tmp_path, text, status))
    assert (result.passed, result.failed) == (passed, failed)
    assert bool(result.output) == bool(failed)


@pytest.mark.parametrize("numbers,passed,failed", [
    ((5, 0, 0, 0), 5, 0), ((5, 1, 1, 0), 3, 2), ((5, 0, 0, 2), 3, 0),
])
def test_read_junit(tmp_path, numbers, passed, failed):
    report = tmp_path / "junit.xml"
    report.write_text(JUNIT.format(*numbers))
    result = gates.read_junit(report)
    assert (result.passed, result.failed) == (passed, failed)


def test_a_command_over_its_time_is_killed_with_its_children(tmp_path):
    status, output = gates.run(["sh", "-c", "echo started; tail -f /dev/null | cat"], 0.5)
    assert status == 124
    assert "started" in output and "killed" in output


def test_a_missing_program_is_a_failure(tmp_path):
    result = gates.in_parallel([lambda: gates.unit_program(tmp_path / "gone")])
    assert (result.passed, result.failed) == (0, 1)
