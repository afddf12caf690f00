# SPDX-License-Identifier: Apache-2.0
"""`hallpass students` without a gateway: reading a folder, and what cannot be asked."""
import json
import shutil
import subprocess

import pytest

from stack import ROOT, Key

HEADERS = {
    "opt-outs": "student,type,scope,since,until",
    "consents": "student,signer,relation,signed,expires,revoked,method,authenticated-as,evidence,"
    "party,purpose,elements",
    "restrictions": "student,withhold,from,until",
    "named": "student,agreement,since,until,by",
}

CONFIG = """
district: policy
listen: '127.0.0.1:8443'
public-url: https://g.example.org
tls: { certificate: a.pem, key: k.pem }
source: { address: 'unix:source.sock' }
ledger: { directory: ledger, origin: g.example.org/d/1, unsafe-storage: yes }
state: state
catalog: c.yaml
"""


@pytest.fixture
def folder(tmp_path):
    for name, header in HEADERS.items():
        (tmp_path / f"{name}.csv").write_text(header + "\n")
    return tmp_path


@pytest.fixture
def students(hallpass):
    def run(*args):
        return subprocess.run([hallpass, "students", *map(str, args)],
                              capture_output=True, text=True, timeout=60)
    return run


def test_a_good_folder_is_0_and_counted(students, folder):
    with open(folder / "opt-outs.csv", "a") as f:
        f.write("s1,all,directory,2026-08-01,\n")
    result = students("check", folder)
    assert result.returncode == 0 and result.stderr == ""
    assert result.stdout.splitlines() == [
        "opt-outs.csv      whole, 1 good row",
        "consents.csv      whole, 0 good rows",
        "restrictions.csv  whole, 0 good rows",
        "named.csv         whole, 0 good rows",
    ]


def test_s1_every_problem_is_shown_with_its_place_and_is_1(students, folder):
    (folder / "named.csv").unlink()
    with open(folder / "opt-outs.csv", "a") as f:
        f.write("s1,emial,directory,2026-08-01,\ns2,all,directory,6/15/2026,\n")
    result = students("check", folder)
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f'{folder}/opt-outs.csv:2:4: "emial" is not known here; did you mean')
    assert lines[1].startswith(f'{folder}/opt-outs.csv:3:18: "6/15/2026" is a spreadsheet\'s form')
    assert lines[2].startswith(f"{folder}/named.csv: the file is missing")
    assert "opt-outs.csv      broken, 0 good rows\n" in result.stdout


def test_s2_rows_that_policy_and_roster_do_not_know_are_told(students, folder, hallpass, tmp_path):
    subprocess.run([hallpass, "district", "generate", "--students", "50", tmp_path / "bundle"],
                   check=True, capture_output=True, timeout=60)
    subprocess.run([hallpass, "district", "import", tmp_path / "bundle", tmp_path / "d.db"],
                   check=True, capture_output=True, timeout=60)
    with open(folder / "restrictions.csv", "a") as f:
        f.write("stu-0000001,all,agreement:acme-math,\n"
                "stu-0000002,all,agreement:acme-mth,\nnobody,all,all,\n")
    shutil.copytree(ROOT / "policy" / "examples", tmp_path / "policy")
    for partner in ("acme", "library"):
        keys = json.dumps({"keys": [Key().jwk()]})
        (tmp_path / "policy" / "partners" / f"{partner}-jwks.json").write_text(keys)
    policy = ["--district", tmp_path / "policy"]
    result = students("check", *policy, "--roster", tmp_path / "d.db", folder)
    assert result.returncode == 1
    where = f"{folder}/restrictions.csv"
    shown = [line for line in result.stderr.splitlines() if "warning:" not in line]
    assert shown == [
        f"{where}:3:1: the row names a partner or agreement that is not declared",
        f"{where}:4:1: the row names a student whom the roster never knew",
    ]
    assert students("check", folder).returncode == 0
    assert students("check", "--roster", tmp_path / "d.db", folder).returncode == 2


@pytest.mark.parametrize("verb", ["status", "confirm"])
def test_without_a_gateway_nothing_can_be_asked(students, tmp_path, verb):
    config = tmp_path / "hallpass.yaml"
    config.write_text(CONFIG)
    result = students(verb, "--config", config)
    assert result.returncode == 1
    assert result.stderr == f"hallpass: no gateway listens on {tmp_path}/state/control\n"


@pytest.mark.parametrize("args", [("check",), ("check", "a", "b"), ("status", "x"), ("confirm", "x")])
def test_wrong_usage_is_2(students, args):
    assert students(*args).returncode == 2
