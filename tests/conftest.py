# SPDX-License-Identifier: Apache-2.0
"""Where the binary is, and the marker of tests that only `make check` runs."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "tests" / "lint"))
sys.dont_write_bytecode = True


def pytest_configure(config):
    config.addinivalue_line("markers", "long: runs in `make check` only")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def build():
    """The build directory under test; HALLPASS_BUILD names it, `build` by default."""
    return Path(os.environ.get("HALLPASS_BUILD", ROOT / "build")).resolve()


@pytest.fixture(scope="session")
def hallpass(build):
    """The program under test."""
    program = build / "hallpass"
    if not program.is_file():
        pytest.fail(f"{program} is not built")
    return program


@pytest.fixture(scope="session")
def certs(root, build):
    """Folder with ca.pem, server.pem and server.key for localhost, 127.0.0.1 and ::1."""
    folder = build / "certs"
    subprocess.run(["sh", root / "certs" / "dev-ca.sh", folder], check=True)
    return folder
