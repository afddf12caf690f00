# SPDX-License-Identifier: Apache-2.0
"""The district's master key: how its file is made and read, and what happens without it."""
import re
import shutil
import subprocess

import pytest

from stack import ROOT, make_certificates

CONFIG = """
district: policy
listen: '127.0.0.1:8443'
public-url: https://g.example.org
tls: {{ certificate: server.pem, key: server.key }}
source: {{ address: 'unix:source.sock' }}
ledger: {{ directory: ledger, origin: g.example.org/d/1, unsafe-storage: yes }}
state: state
catalog: {catalog}
"""
AS_IS = "{ Email: as-is }"


@pytest.fixture
def place(hallpass, tmp_path):
    """A gateway's folder whose policy needs a key."""
    make_certificates(tmp_path)
    policy = tmp_path / "policy"
    shutil.copytree(ROOT / "policy" / "examples", policy)
    for partner in (policy / "partners").glob("*.yaml"):
        for name in re.findall(r"file: *([\w-]+\.json)", partner.read_text()):
            if not (policy / "partners" / name).exists():
                subprocess.run(
                    [hallpass, "key", "generate", "--out", tmp_path / f"{name}.pem", "--jwks",
                     policy / "partners" / name], check=True, capture_output=True, timeout=60)
    agreement = policy / "agreements" / "library-cards.yaml"
    assert AS_IS in agreement.read_text()
    agreement.write_text(agreement.read_text().replace(AS_IS, "{ Email: alias }", 1))
    catalog = ROOT / "policy" / "catalogs" / "oneroster-1.2.yaml"
    (tmp_path / "hallpass.yaml").write_text(CONFIG.format(catalog=catalog))
    return tmp_path


def run(*args):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.fixture
def check(hallpass, place):
    return lambda: run(hallpass, "serve", "--check", "--config", place / "hallpass.yaml")


@pytest.fixture
def with_key(hallpass, place):
    """The same, with a good key."""
    key = place / "master.key"
    assert run(hallpass, "key", "new", key) == (0, "")
    with (place / "hallpass.yaml").open("a") as f:
        f.write("master-key: master.key\n")
    return key


def test_a_new_key_is_secret_random_and_never_overwritten(hallpass, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(hallpass, "key", "new", one) == (0, "")
    assert run(hallpass, "key", "new", two) == (0, "")
    assert one.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}\n", one.read_text())
    assert one.read_text() != two.read_text()
    before = one.read_text()
    code, messages = run(hallpass, "key", "new", one)
    assert code == 1 and "never overwritten" in messages
    assert one.read_text() == before
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert run(hallpass, "key", "new", tmp_path / "link")[0] == 1
    assert not (tmp_path / "elsewhere").exists()


def test_F4_a_policy_that_needs_keys_is_refused_without_one(check, place):
    code, messages = check()
    assert code == 1
    assert "policy/agreements/library-cards.yaml: this agreement needs keys" in messages
    assert "`hallpass key new FILE` makes one" in messages


def test_a_policy_that_needs_keys_is_good_with_one(check, with_key):
    code, messages = check()
    assert code == 0, messages
    assert with_key.read_text().strip() not in messages


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(check, with_key, mode):
    with_key.chmod(mode)
    code, messages = check()
    assert code == 1
    assert "master.key: the master key can be read by group or others; make it mode 0600" in messages


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "0" * 64 + "\n\n", "0" * 64 + " ", "A" * 64, "g" * 64, "0" * 64 + "\n#"])
def test_a_key_of_another_form_is_refused_and_not_shown(check, with_key, text):
    with_key.write_text(text)
    code, messages = check()
    assert code == 1
    assert "master.key: a master key is 64 lower-case hexadecimal digits" in messages
    assert len(text) < 2 or text.strip() not in messages


def test_a_key_that_is_no_file_is_refused(check, with_key):
    with_key.unlink()
    code, messages = check()
    assert code == 1 and "master.key: " in messages
    with_key.mkdir()
    code, messages = check()
    assert code == 1 and "master.key: the master key is not in a regular file" in messages
