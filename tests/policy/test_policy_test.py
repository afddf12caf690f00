# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy test`: the example's suites, and suites that must fail."""
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

MATH = "tests/acme-math.yaml"


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def cases(text):
    """The verdict on each case, by name."""
    return dict(reversed(m) for m in re.findall(r"^  (pass|FAIL)  (.*)$", text, re.M))


def test_the_example_passes_its_suites(policy, folder):
    code, output, messages = policy("test", folder)
    assert code == 0, output + messages
    assert "FAIL" not in output
    passed, shown, rules = map(int, re.search(
        r"^(\d+) passed, 0 failed; (\d+) of (\d+) rules shown$", output, re.M).groups())
    assert passed >= 13 and 15 < shown < rules


def test_what_a_policy_shows_more_than_a_case_lists_fails(policy, folder):
    edit(folder, "agreements/acme-math.yaml", "Student Name: {", "Student Contact Information: { Email: as-is }\n    Student Name: {")
    code, output, _ = policy("test", folder)
    assert code == 1
    assert "email leaves, but is not listed" in output


def test_what_a_policy_shows_less_fails(policy, folder):
    edit(folder, "agreements/acme-math.yaml", "familyName: initial", "familyName: omit")
    code, output, _ = policy("test", folder)
    assert code == 1
    assert 'familyName: "R." is listed, "-" leaves' in output


def test_a_record_that_no_case_lists_fails(policy, folder):
    edit(folder, "agreements/acme-math.yaml", '["06", "07", "08"]', '["06", "07", "08", "09"]')
    code, output, _ = policy("test", folder)
    assert code == 1
    assert "record cleo leaves, but is not listed" in output


def test_a_request_that_is_refused_unlisted_fails_and_so_does_the_reverse(policy, folder):
    edit(folder, MATH, "    denied: filter-field\n", "")
    edit(folder, MATH, "    request: GET /students\n", "    request: GET /students\n    denied: yes\n")
    code, output, _ = policy("test", folder)
    assert code == 1
    assert "the request is refused" in output and "(filter-field): email" in output
    assert 'the request is allowed, "denied" is listed' in output


def test_a_wrong_reason_fails(policy, folder):
    edit(folder, MATH, "ben: school, cleo: grade", "ben: grade, cleo: grade")
    assert "record ben is withheld for school, grade is listed" in policy("test", folder)[1]


def test_a_misspelled_key_is_no_test_that_passes(policy, folder):
    edit(folder, MATH, "    withheld: { fay: role }", "    witheld: { fay: role }")
    code, _, messages = policy("test", folder)
    assert code == 1 and "withheld" in messages and "acme-math.yaml:" in messages


def test_a_folder_without_suites_is_no_success(policy, folder):
    for path in (folder / "tests").glob("*.yaml"):
        path.unlink()
    assert policy("test", folder)[0] == 1


def test_one_suite_alone(policy, folder):
    code, output, _ = policy("test", "--suite", folder / MATH, folder)
    assert code == 0 and "Library" not in output


def test_junit_and_json_agree(policy, folder, tmp_path):
    edit(folder, MATH, "case: guardians are not shared", "case: '<guardians> & \"others\"'")
    edit(folder, MATH, "ben: school", "ben: grade")
    report = tmp_path / "junit.xml"
    code, output, _ = policy("test", "--json", "--junit", report, folder)
    assert code == 1
    told = json.loads(output)
    suite = ElementTree.parse(report).getroot()
    names = [case.get("name") for case in suite.iter("testcase")]
    assert names == [case["case"] for case in told["cases"]]
    assert '<guardians> & "others"' in names
    failures = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failures == [case["case"] for case in told["cases"] if not case["passed"]]
    assert len(failures) == told["failed"] == int(suite.get("failures")) == 1


def test_uncovered_rules_are_listed(policy, folder):
    output = policy("test", "--uncovered", folder)[1]
    assert "never shown: acme-math orgs (records) name" in output
    assert "never shown: acme-math students (students) givenName" not in output
    shown, rules = map(int, re.search(r"(\d+) of (\d+) rules shown", output).groups())
    assert output.count("never shown:") == rules - shown


@pytest.mark.parametrize("facts, released", [
    ("{}", True),
    ("{ withheld: yes }", False),
    ("{ restricted: [Enrollment / Student grade level] }", True),
])
def test_S4_students_own_facts_stand_in_a_suite(policy, folder, facts, released):
    edit(folder, "district.yaml", "student-facts: none", "student-facts: files")
    if facts != "{}":
        edit(folder, MATH, 'ana: { roles: [student], schools: [riverside], grades: ["07"] }',
             f'ana: {{ roles: [student], schools: [riverside], grades: ["07"], facts: {facts} }}')
    told = json.loads(policy("test", "--json", "--suite", folder / MATH, folder)[1])
    why = told["cases"][0]["why"]
    if facts == "{}":
        assert why == ""
    elif released:
        assert why == "grades is listed, but does not leave"
    else:
        assert "1 listed record does not leave" in why
