# SPDX-License-Identifier: Apache-2.0
"""`hallpass agreement`: the end of a contract, written into its file without losing a byte."""
import hashlib
import os
import subprocess

import pytest


@pytest.fixture
def agreement(hallpass, root):
    """Runs `hallpass agreement ARGS`; (exit code, output, messages)."""

    def run(*args):
        done = subprocess.run([hallpass, "agreement", *args], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, cwd=root)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def file(folder):
    return folder / "agreements" / "acme-math.yaml"


DIRECTIVE = ("--by", 'Data "Privacy" Office', "--on", "2027-04-02")


def test_end_directive_and_certificate_are_added_and_nothing_else_changes(
        agreement, policy, folder, file, tmp_path):
    before = file.read_text()
    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(b"done")
    assert agreement("end", "--on", "2027-04-01", "acme-math", folder) == (0, "", "")
    assert agreement("directive", *DIRECTIVE, "acme-math", folder) == (0, "", "")
    assert agreement("certificate", "--on", "2027-05-03", "--file", paper,
                     "acme-math", folder) == (0, "", "")
    digest = hashlib.sha256(b"done").hexdigest()
    assert file.read_text() == before + f"""\
ended:
  on: 2027-04-01
  directive: {{ by: "Data \\"Privacy\\" Office", on: 2027-04-02, nature: destruction, extent: complete }}
  certificate: {{ on: 2027-05-03, file: "certificate.pdf", sha256: {digest} }}
"""
    assert policy("check", "--on", "2027-06-01", folder)[0] == 0
    assert sorted(os.listdir(file.parent)) == ["acme-math.yaml", "library-cards.yaml"]


def test_one_command_ends_and_directs(agreement, folder, file):
    code, _, messages = agreement("directive", *DIRECTIVE, "--end", "--nature", "transfer",
                                  "--categories", "Student Name;Schedule", "acme-math", folder)
    assert code == 0, messages
    assert file.read_text().endswith(
        'ended:\n  on: 2027-04-02\n  directive: { by: "Data \\"Privacy\\" Office", on: 2027-04-02, '
        'nature: transfer, extent: partial, categories: ["Student Name", "Schedule"] }\n')


def test_a_change_that_the_policy_would_not_survive_is_not_written(agreement, folder, file):
    before = file.read_bytes()
    code, _, messages = agreement("end", "--on", "2040-01-01", "acme-math", folder)
    assert code == 1
    assert "the contract ends before this day by itself" in messages
    assert "nothing was changed" in messages
    code, _, messages = agreement("directive", *DIRECTIVE, "acme-math", folder)
    assert code == 1
    assert '"on" is missing' in messages
    assert file.read_bytes() == before
    assert sorted(os.listdir(file.parent)) == ["acme-math.yaml", "library-cards.yaml"]


def test_what_stands_there_is_never_replaced(agreement, folder, file):
    assert agreement("end", "--on", "2027-04-01", "acme-math", folder)[0] == 0
    before = file.read_bytes()
    code, _, messages = agreement("end", "--on", "2027-03-01", "acme-math", folder)
    assert code == 1
    assert "already says `on`" in messages
    assert file.read_bytes() == before


def test_braces_are_left_to_people(agreement, folder, file):
    file.write_text(file.read_text() + "ended: { on: 2027-04-01 }\n")
    code, _, messages = agreement("directive", *DIRECTIVE, "acme-math", folder)
    assert code == 1
    assert "not in braces" in messages


def test_the_mode_of_the_file_stays(agreement, folder, file):
    file.chmod(0o640)
    assert agreement("end", "--on", "2027-04-01", "acme-math", folder)[0] == 0
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_certificate_needs_its_file_and_an_end(agreement, folder, tmp_path):
    code, _, messages = agreement("certificate", "--on", "2027-05-03", "--file",
                                  tmp_path / "none.pdf", "acme-math", folder)
    assert code == 1
    assert "No such file" in messages
    paper = tmp_path / "c.pdf"
    paper.write_bytes(b"x")
    code, _, messages = agreement("certificate", "--on", "2027-05-03", "--file", paper,
                                  "acme-math", folder)
    assert code == 1
    assert '"on" is missing' in messages


@pytest.mark.parametrize("args", [
    ("end", "--on", "soon", "acme-math"),
    ("end", "acme-math"),
    ("end", "--on", "2027-04-01", "../acme-math"),
    ("directive", *DIRECTIVE, "--nature", "burning", "acme-math"),
])
def test_wrong_usage(agreement, folder, args):
    assert agreement(*args, folder)[0] == 2


def test_an_agreement_that_is_not_there(agreement, folder):
    code, _, messages = agreement("end", "--on", "2027-04-01", "acme-meth", folder)
    assert code == 1
    assert "there is no agreements/acme-meth.yaml" in messages


def test_l8_status_counts_the_days_and_fails_when_they_are_over(agreement, folder):
    assert agreement("status", "--on", "2027-04-01", folder)[:2] == (0, "")
    assert agreement("end", "--on", "2027-04-01", "acme-math", folder)[0] == 0
    assert agreement("status", "--on", "2027-03-31", folder)[:2] == (0, "")
    assert agreement("status", "--on", "2027-04-01", folder)[:2] == (
        0, "acme-math: ended; waits for the district's directive\n")
    assert agreement("directive", *DIRECTIVE, "acme-math", folder)[0] == 0
    assert agreement("status", "--on", "2027-06-01", folder)[:2] == (
        0, "acme-math: ended; destruction is due by 2027-06-01, in 0 days\n")
    assert agreement("status", "--on", "2027-06-11", folder)[:2] == (
        1, "acme-math: ended; destruction was due by 2027-06-01, 10 days ago, and is not "
           "certified\n")
