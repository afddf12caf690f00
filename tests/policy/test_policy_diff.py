# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy diff`: folders and git revisions, exit codes, both forms of output."""
import json
import os
import re
import subprocess

import pytest

MATH = "agreements/acme-math.yaml"


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def git(folder, *args):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(["git", "-c", "user.name=Staff", "-c", "user.email=staff@district.example", *args],
                   cwd=folder, check=True, capture_output=True, timeout=60, env=clean)


@pytest.fixture
def pair(folder, tmp_path):
    """(old, new): the example district twice."""
    new = tmp_path / "new"
    subprocess.run(["cp", "-r", folder, new], check=True)
    return folder, new


@pytest.fixture
def diff_in(hallpass):
    """Runs the command in a working directory."""

    def run(cwd, *args, env=None):
        done = subprocess.run([hallpass, "policy", "diff", *args], cwd=cwd, capture_output=True,
                              text=True, timeout=60, env={**os.environ, **(env or {})})
        return done.returncode, done.stdout, done.stderr

    return run


def test_nothing_changed_exits_with_0(policy, pair):
    code, output, messages = policy("diff", *pair)
    assert code == 0, messages
    assert re.search(r"^0 widened, 0 narrowed, \d+ unchanged$", output, re.M)


def test_narrower_exits_with_0_and_shows_a_record_before_and_after(policy, pair):
    edit(pair[1], MATH, "givenName: as-is, familyName: initial", "givenName: initial")
    code, output, _ = policy("diff", *pair)
    assert code == 0
    assert re.search(r"narrowed +givenName: as-is -> initial", output)
    assert re.search(r"narrowed +familyName: initial -> nothing", output)
    before, after = [json.loads(m) for m in
                     re.findall(r"^ +(?:before|after) +(\{.*\})$", output, re.M)[:2]]
    assert before["givenName"].startswith("Sample") and before["familyName"] == "S."
    assert after["givenName"] == "S." and after["familyName"] == "-"


def test_wider_exits_with_3(policy, pair):
    edit(pair[1], MATH, "familyName: initial", "familyName: as-is")
    code, output, _ = policy("diff", *pair)
    assert code == 3
    assert re.search(r"WIDENED +familyName: initial -> as-is", output)


def test_json_says_the_same(policy, pair):
    edit(pair[1], MATH, "familyName: initial", "familyName: as-is")
    edit(pair[1], "partners/acme.yaml", "max-token-seconds: 300", "max-token-seconds: 60")
    code, output, _ = policy("diff", "--json", "--on", "2026-09-01", *pair)
    assert code == 3
    told = json.loads(output)
    wide = [c for c in told["changes"] if c["kind"] == "widened"]
    assert {c["field"] for c in wide} == {"familyName"}
    assert {c["resource"] for c in wide} == {"users", "students"}
    assert all(c["agreement"] == "acme-math" and c["partner"] == "acme" for c in wide)
    assert wide[0]["from"] == "2026-09-01" and wide[0]["roles"] == ["students"]
    tokens = [c for c in told["changes"] if c["subject"] == "max-token-seconds"]
    assert [(c["kind"], c["client"], c["was"], c["now"]) for c in tokens] == [
        ("narrowed", "acme-prod", "300", "60")]
    shown = next(e for e in told["examples"] if e["resource"] == "students")
    assert shown["before"]["familyName"] == "S."
    assert shown["after"]["familyName"] == "Sample familyName"
    assert told["widened"] == len(wide)


def test_P2_a_renamed_alias_is_no_change(policy, pair):
    edit(pair[1], "district.yaml", "riverside:", "river-side:")
    for name in (MATH, "agreements/library-cards.yaml"):
        edit(pair[1], name, "riverside", "river-side")
    assert policy("diff", *pair)[0] == 0


def test_a_policy_that_would_be_refused_is_not_compared(policy, pair):
    edit(pair[1], MATH, "basis: school-official", "basis: because")
    code, output, messages = policy("diff", *pair)
    assert code == 1 and output == ""
    assert "acme-math.yaml:" in messages


def test_an_unchanged_field_is_named_on_demand(policy, pair):
    assert "givenName" not in policy("diff", *pair)[1]
    assert "givenName" in policy("diff", "--all", *pair)[1]


# --- git

@pytest.fixture
def repository(folder):
    git(folder, "init", "-q", ".")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "before")
    return folder


def test_a_revision_is_compared_with_the_folder(repository, diff_in):
    edit(repository, MATH, "familyName: initial", "familyName: as-is")
    code, output, messages = diff_in(repository, "HEAD:", ".")
    assert code == 3, messages
    assert "WIDENED" in output
    git(repository, "commit", "-q", "-a", "-m", "after")
    assert diff_in(repository, "HEAD:", ".")[0] == 0
    assert diff_in(repository, "HEAD~1:", "HEAD:")[0] == 3
    assert diff_in(repository, "HEAD:", "HEAD~1:")[0] == 0


def test_a_folder_inside_a_repository_is_found_by_its_path(repository, diff_in, tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    subprocess.run(["cp", "-r", repository, top / "policy"], check=True)
    subprocess.run(["rm", "-rf", top / "policy" / ".git"], check=True)
    git(top, "init", "-q", ".")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "all")
    assert diff_in(top, "HEAD:policy", "policy")[0] == 0


@pytest.mark.parametrize("where", ["HEAD:nothing", "nowhere:", "--upload-pack=x:", ":", "no-folder"])
def test_what_is_no_revision_is_said(repository, diff_in, where):
    code, output, messages = diff_in(repository, "--", where, ".")
    assert code == 1 and output == "" and messages != ""


def test_P1_a_link_in_a_revision_is_refused(repository, diff_in):
    (repository / "agreements" / "more.yaml").symlink_to("acme-math.yaml")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "link")
    code, _, messages = diff_in(repository, "HEAD:", "HEAD~1:")
    assert code == 1 and "is a link" in messages


def test_P4_git_runs_nothing_of_the_repository_or_the_user(repository, diff_in, tmp_path):
    """Hooks, filters, text conversion, monitor, pager, aliases: whatever a repository names."""
    mark = tmp_path / "ran"
    run = tmp_path / "run.sh"
    run.write_text(f"#!/bin/sh\necho \"$@\" >> {mark}\ncat\n")
    run.chmod(0o755)
    (repository / ".gitattributes").write_text("*.yaml filter=evil diff=evil text\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "attributes")
    for key in ("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "diff.external",
                "filter.evil.smudge", "filter.evil.clean", "filter.evil.process",
                "diff.evil.textconv", "diff.evil.command", "pager.ls-tree", "pager.cat-file",
                "credential.helper", "gpg.program", "core.askPass", "uploadpack.packObjectsHook"):
        git(repository, "config", key, str(run))
    git(repository, "config", "alias.ls-tree", f"!{run}")
    git(repository, "config", "core.hooksPath", str(tmp_path))
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        for place in (repository / ".git" / "hooks", tmp_path):
            (place / hook).write_text(run.read_text())
            (place / hook).chmod(0o755)
    env = {"GIT_EXTERNAL_DIFF": str(run), "GIT_PAGER": str(run), "PAGER": str(run),
           "GIT_SSH_COMMAND": str(run), "GIT_CONFIG_COUNT": "1",
           "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": str(run)}
    code, _, messages = diff_in(repository, "HEAD~1:", "HEAD:", env=env)
    assert code == 0, messages
    assert not mark.exists(), mark.read_text()


def test_P4_a_promised_object_is_not_fetched(repository, diff_in, tmp_path):
    """A partial clone names a program that would fetch what is missing."""
    mark = tmp_path / "ran"
    run = tmp_path / "run.sh"
    run.write_text(f"#!/bin/sh\necho \"$@\" >> {mark}\nexit 1\n")
    run.chmod(0o755)
    blob = subprocess.run(["git", "rev-parse", f"HEAD:{MATH}"], cwd=repository, check=True,
                          capture_output=True, text=True).stdout.strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    git(repository, "config", "core.repositoryFormatVersion", "1")
    git(repository, "config", "extensions.partialClone", "origin")
    git(repository, "config", "remote.origin.url", f"ext::{run}")
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "protocol.ext.allow", "always")
    git(repository, "config", "remote.origin.uploadpack", str(run))
    code, _, messages = diff_in(repository, "HEAD:", ".")
    assert code == 1 and messages
    assert not mark.exists(), mark.read_text()
