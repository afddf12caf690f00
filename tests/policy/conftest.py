# SPDX-License-Identifier: Apache-2.0
"""What the tests of `hallpass policy` share: running a verb, and the example district."""
import csv
import re
import shutil
import subprocess

import pytest


@pytest.fixture
def policy(hallpass, root):
    """Runs `hallpass policy ARGS`; (exit code, output, messages)."""

    def run(*args, stdin=None):
        done = subprocess.run(
            [hallpass, "policy", *args], input=stdin, stdin=None if stdin else subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, cwd=root)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture(scope="session")
def key_sets(hallpass, root, tmp_path_factory):
    """A fresh key set for each that a partner of the example names."""
    made = tmp_path_factory.mktemp("keys")
    partners = sorted((root / "policy" / "examples" / "partners").glob("*.yaml"))
    names = sorted({name for p in partners
                    for name in re.findall(r"file: *([\w-]+\.json)", p.read_text())})
    for i, name in enumerate(names):
        subprocess.run(
            [hallpass, "key", "generate", "--out", made / f"{name}.pem", "--jwks", made / name,
             "--alg", "RS256" if i == 1 else "ES256"],
            check=True, capture_output=True, timeout=60)
    return sorted(made.glob("*.json"))


@pytest.fixture
def folder(root, key_sets, tmp_path):
    """The example district with its key sets in place."""
    target = tmp_path / "district"
    shutil.copytree(root / "policy" / "examples", target)
    for keys in key_sets:
        shutil.copy(keys, target / "partners")
    return target


@pytest.fixture
def small(root, key_sets, tmp_path):
    """The small district of tests/policy/small, with key sets."""
    target = tmp_path / "small"
    shutil.copytree(root / "tests" / "policy" / "small", target)
    for name in ("acme", "city"):
        shutil.copy(key_sets[0], target / "partners" / f"{name}-jwks.json")
    return target


@pytest.fixture(scope="session")
def people(hallpass, tmp_path_factory):
    """300 students: (database of `district import`, rows of users.csv as dicts)."""
    made = tmp_path_factory.mktemp("people")
    for args in (("generate", "--students", "300", made / "csv"),
                 ("import", made / "csv", made / "db")):
        subprocess.run([hallpass, "district", *args], check=True, capture_output=True, timeout=120)
    with open(made / "csv" / "users.csv", encoding="utf-8", newline="") as f:
        return made / "db", list(csv.DictReader(f))
