# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy parse`: the tree with places, or the first error (SAFETY P1)."""
import json

import pytest


def scalar(text, line, column, quoted=False):
    return {"kind": "scalar", "line": line, "column": column, "quoted": quoted, "text": text}


def member(key, line, column, value):
    return {"key": key, "line": line, "column": column, "value": value}


def test_every_value_has_its_place(policy):
    text = 'a: yes\n"b": [1, "x"]\nc:\n  d: >-\n    two\n    lines\n'
    code, output, messages = policy("parse", "-", stdin=text)
    assert (code, messages) == (0, "")
    assert json.loads(output) == {
        "file": "standard input",
        "root": {"kind": "map", "line": 1, "column": 1, "members": [
            member("a", 1, 1, scalar("yes", 1, 4)),
            member("b", 2, 1, {"kind": "list", "line": 2, "column": 6, "items": [
                scalar("1", 2, 7), scalar("x", 2, 10, quoted=True)]}),
            member("c", 3, 1, {"kind": "map", "line": 4, "column": 3, "members": [
                member("d", 4, 3, scalar("two lines", 4, 6, quoted=True))]})]}}


def test_json_is_read_as_flow_style(policy, tmp_path):
    path = tmp_path / "keys.json"
    path.write_text('{"keys": []}')
    code, output, _ = policy("parse", path)
    assert code == 0
    assert json.loads(output)["root"]["members"][0]["value"]["items"] == []


P1 = [
    ("a key that stands twice", "a: 1\na: 2\n", "2:1: \"a\" stands twice; it is already in line 1"),
    ("a merge key", "a: 1\n<<: { b: 2 }\n", "2:1: merge keys are not allowed"),
    ("a tag", "a: !!int 1\n", "1:4: tags are not allowed"),
    ("an anchor", "a: &x 1\n", "1:4: anchors and aliases are not allowed"),
    ("an alias", "a: *x\n", "1:4: anchors and aliases are not allowed"),
    ("a bidirectional control", "a: \u202e1\n", "1:4: a bidirectional control character"),
    ("an escaped one", 'a: "\\u202E"\n', "1:4: a bidirectional control character"),
    ("a second document", "a: 1\n---\nb: 2\n", "2:1: a file holds one document"),
    ("nothing", "", "1:1: the file is empty"),
]


@pytest.mark.parametrize("text,message", [row[1:] for row in P1], ids=[row[0] for row in P1])
def test_p1_what_reviewers_cannot_see_is_refused(policy, tmp_path, text, message):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    code, output, messages = policy("parse", path)
    assert (code, output) == (1, "")
    assert f"{path}:{message}" in messages
    assert len(messages.splitlines()) == 1


def test_every_example_file_is_a_tree(policy, root):
    for path in sorted((root / "policy" / "examples").rglob("*.yaml")):
        code, output, messages = policy("parse", path)
        assert code == 0, messages
        assert json.loads(output)["root"]["kind"] == "map"


def test_wrong_usage(policy, tmp_path):
    assert policy("parse")[0] == 2
    assert policy("parse", tmp_path)[0] == 1
    assert policy("parse", tmp_path / "nowhere.yaml")[0] == 1
