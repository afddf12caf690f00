# SPDX-License-Identifier: Apache-2.0
"""The guide for partners' developers, followed to the letter: key, token, all pages."""

import os
import re
import subprocess
import sys

import pytest
import yaml

from stack import ROOT, Source, Stack, binary, make_bundle, run

GUIDE = ROOT / "docs" / "partners.md"
CLIENT = "acme-prod"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A gateway whose partner made its key with the command of the guide."""
    folder = tmp_path_factory.mktemp("guide")
    source = Source(folder, make_bundle(folder / "bundle", 300, 5)).start()
    stack = Stack(folder, source)
    jwks = stack.district / "partners" / "acme-jwks.json"
    jwks.unlink()
    stack.kid = run("key", "generate", "--out", folder / "acme.pem", "--jwks", jwks).stdout.split()[1]
    config = yaml.safe_load(stack.config.read_text())
    config["public-url"] = f"https://localhost:{stack.port}"
    config["resource"] = f"https://localhost:{stack.port}/oneroster"
    stack.config.write_text(yaml.safe_dump(config))
    stack.start()
    yield stack
    stack.stop()
    source.stop()


def local(stack, text):
    """The guide's addresses, made those of this gateway."""
    return text.replace("https://data.district.example", f"https://localhost:{stack.port}")


def mint(stack):
    return run(
        "token", "--client", CLIENT, "--key", stack.folder / "acme.pem",
        "--audience", f"https://localhost:{stack.port}/oneroster",
    ).stdout.strip()


def test_the_python_example_reads_every_page(stack):
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.S).group(1)
    code = local(stack, code).replace('"hallpass", "token"', f'"{binary()}", "token"')
    assert "limit=1000" in code
    done = subprocess.run(
        [sys.executable, "-c", code.replace("limit=1000", "limit=7")],
        cwd=stack.folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "SSL_CERT_FILE": str(stack.folder / "ca.pem")},
    )
    assert done.returncode == 0, done.stderr
    printed = [line.split(" ", 1)[0] for line in done.stdout.splitlines()]
    answer = stack.get("/students?limit=10000&fields=sourcedId", token=mint(stack))
    assert printed == [s["sourcedId"] for s in answer.json()["users"]]
    assert len(printed) > 14


def test_the_paths_of_the_guide_are_those_of_the_catalog(stack):
    catalog = yaml.safe_load((ROOT / "policy" / "catalogs" / "oneroster-1.2.yaml").read_text())
    rows = re.findall(r"^\| `(/ims/[^`]+)` \| `([^`]+)` \|$", GUIDE.read_text(), re.M)
    told = {(base, p) for base, paths in rows for path in paths.split() for p in (path, path + "/{sourcedId}")}
    resources = catalog["resources"].values()
    assert told == {(r.get("base", catalog["base"]), p) for r in resources for p in r["paths"]}


def test_the_ways_of_asking_in_the_guide_work(stack):
    token = mint(stack)
    for question in (
        "/students?filter=grades%3D%2706%27",
        "/students?filter=dateLastModified%3E%272026-08-03T00:00:00.000Z%27&sort=dateLastModified&orderBy=desc",
        "/enrollments?filter=class.sourcedId%3D%27none%27",
    ):
        assert stack.get(question, token=token).status == 200, question
    assert stack.get("/students?filter=grades='06'+AND+grades='06'", token=token).status == 400
    assert stack.get("/terms", token=token).header("X-Total-Count") is not None
    assert stack.get("/students", token=token).header("X-Total-Count") is None
