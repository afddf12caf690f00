# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas of policy/schema: sound, true of good files, false of bad ones.

That their keys are the loader's is tested in tests/unit/test_schema.c.
"""
import copy
import json
import re

import jsonschema
import pytest

KINDS = ("district", "partner", "agreement", "suite")


def plain(node):
    """The value an editor sees (YAML 1.2): unquoted numbers and true are not text."""
    if node["kind"] == "map":
        return {m["key"]: plain(m["value"]) for m in node["members"]}
    if node["kind"] == "list":
        return [plain(n) for n in node["items"]]
    text = node["text"]
    if not node["quoted"] and re.fullmatch(r"[0-9]+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if not node["quoted"] else text


@pytest.fixture
def read(policy):
    def run(path):
        code, output, messages = policy("parse", path)
        assert code == 0, messages
        return plain(json.loads(output)["root"])

    return run


@pytest.fixture
def problems(policy):
    """What a schema says of a document."""

    def run(kind, value):
        code, output, _ = policy("schema", kind)
        assert code == 0
        return [f"{list(e.absolute_path)}: {e.message}" for e in
                jsonschema.Draft202012Validator(json.loads(output)).iter_errors(value)]

    return run


def kind_of(path):
    return {"partners": "partner", "agreements": "agreement", "tests": "suite"}.get(
        path.parent.name, "district")


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_are_schemas(policy, kind):
    schema = json.loads(policy("schema", kind)[1])
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_example_district_is_valid(read, problems, root):
    paths = sorted((root / "policy" / "examples").rglob("*.yaml"))
    assert len(paths) >= 5
    for path in paths:
        assert problems(kind_of(path), read(path)) == [], path


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_every_key_is_valid(read, problems, root, kind):
    assert problems(kind, read(root / "tests" / "policy" / "full" / f"{kind}.yaml")) == []


def without(key):
    return lambda v: v.pop(key)


def put(value, *way):
    def edit(v):
        for key in way[:-1]:
            v = v[key]
        v[way[-1]] = value
    return edit


BAD = [
    ("district", without("student-facts"), "'student-facts' is a required property"),
    ("district", put("x", "anual-notice"), "'anual-notice' was unexpected"),
    ("district", put("8/1/2024", "annual-notice", "published"), "does not match"),
    ("district", put(1, "small-cell-minimum"), "less than the minimum"),
    ("district", put("h", "local-fields", 0, "class"), "is not one of"),
    ("partner", without("contacts"), "'contacts' is a required property"),
    ("partner", put("Acme", "partner"), "does not match"),
    ("partner", put(301, "clients", 0, "max-token-seconds"), "greater than the maximum"),
    ("agreement", put("school-oficial", "basis"), "is not one of"),
    ("agreement", lambda v: v["because"].pop("direct-control"),
     "'direct-control' is a required property"),
    ("agreement", put("studies", "basis"), "'study-purpose' is a required property"),
    ("agreement", put(["E-mail"], "exhibit-b", "Student Name"), "'E-mail' is not one of"),
    ("agreement", put("as-is", "share", "students", "Student Names"), "'Student Names'"),
    ("agreement", put("as-signed", "share", "teachers", "Name"), "is not valid under any"),
    ("agreement", put({"as": "sha1"}, "share", "teachers", "Name"), "is not valid under any"),
    ("agreement", put("60 days", "destroy-within"), "does not match"),
    ("agreement", put([], "purposes"), "too short"),
    ("suite", without("cases"), "'cases' is a required property"),
    ("suite", put({}, "cases", 2, "records"), "should not be valid under"),
    ("suite", put("1 May", "people", "ana", "birth"), "does not match"),
]


@pytest.mark.parametrize("kind,edit,message", BAD, ids=[f"{r[0]}-{r[2]}" for r in BAD])
def test_a_fault_is_found(read, problems, root, kind, edit, message):
    value = copy.deepcopy(read(root / "tests" / "policy" / "full" / f"{kind}.yaml"))
    edit(value)
    found = problems(kind, value)
    assert any(message in line for line in found), found


def test_the_list_names_files_that_are_there(policy, root):
    code, output, _ = policy("schema")
    assert code == 0
    rows = [line.split() for line in output.splitlines()]
    assert [row[0] for row in rows] == list(KINDS)
    for kind, _, path in rows:
        assert json.load(open(path)) == json.loads(policy("schema", kind)[1])


def test_wrong_usage(policy):
    assert policy("schema", "student")[0] == 2
    assert policy("schema", "district", "partner")[0] == 2
