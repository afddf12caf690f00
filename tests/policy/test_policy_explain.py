# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy explain`: verdict, deciding line, element and fate of each field, in sentences.

What is expected of the small district was worked out by hand from its files; of the example
district, that what explain says leaves is what `check` shows.
"""
import json
import re

import pytest

DAY = ("--on", "2026-09-01")
HEAD = """\
Agreement math of Acme Learning, on 2026-09-01.
Basis school-official, 34 CFR 99.31(a)(1)(i)(B) (agreements/math.yaml:20:8): Mathematics practice.
"""
MATH = "agreements/math.yaml"


@pytest.fixture
def explain(policy, small):
    """Explains on 2026-09-01 in the small district; the text."""

    def run(*args, day=DAY):
        code, output, messages = policy("explain", *day, *args, small)
        assert (code, messages) == (0, "")
        return output

    return run


def ask(explain, request, *more):
    return explain("--client", "acme-1", "--request", request, *more)


def test_an_answered_request(explain):
    output = ask(explain, "GET /ims/oneroster/rostering/v1p2/students?fields=givenName,familyName,"
                          "middleName")
    assert output.startswith(HEAD + "Client acme-1 asks GET ")
    assert "Refused with 400 fields-field" in output  # middleName is not shared: omit says so
    output = ask(explain, "GET /students?fields=givenName,familyName")
    assert output == HEAD + """\
Client acme-1 asks GET /students?fields=givenName,familyName.
Answered, by agreements/math.yaml:33:3. The answer tells no total: records may be withheld, and \
nobody may count them.
 Whose records (students)
  Students whom the roster knows.
  Only at these schools: alder (agreements/math.yaml:37:19).
  Only in these grades: 06 or 07 (agreements/math.yaml:37:36).
  Restrictions and stops of single students take away from all of this.
 students (students)
  sourcedId, status, dateLastModified, enabledUser, roles.roleType, roles.role, roles.org: \
not asked for.
  userMasterIdentifier, identifier: withheld: share does not name it, and exhibit-b ticks \
Student Identifiers / Local ID number (agreements/math.yaml:30:25).
  username, roles.userProfile, userProfiles.profileId, userProfiles.profileType, \
userProfiles.vendorId, userProfiles.applicationId, userProfiles.description, \
userProfiles.credentials.type, userProfiles.credentials.username: withheld: share does not name \
it, and exhibit-b does not tick Student Identifiers / Student app username.
  userIds.type, userIds.identifier: withheld: share does not name it, and exhibit-b does not tick \
Student Identifiers / State ID number.
  givenName: sent as it is, by agreements/math.yaml:34:32, as Student Name / First and/or Last.
  familyName: sent changed by initial (not reversible; no joining by it), by \
agreements/math.yaml:34:51, as Student Name / First and/or Last.
  middleName: withheld: omit says so, by agreements/math.yaml:34:72.
  preferredFirstName, preferredMiddleName, preferredLastName: withheld: share does not name it, \
and exhibit-b ticks Student Name / First and/or Last (agreements/math.yaml:28:18).
  pronouns: withheld: share does not name it, and exhibit-b does not tick Demographics / Gender.
  roles.beginDate, roles.endDate, primaryOrg: withheld: share does not name it, and exhibit-b does \
not tick Enrollment / Student school enrollment.
  userProfiles.credentials.password, password: withheld: the catalog lets no agreement share it \
here.
  email: withheld until 2027-01-04; from that day on sent as it is, by agreements/math.yaml:36:43, \
as Student Contact Information / Email.
  sms, phone: withheld: share does not name it, and exhibit-b does not tick Student Contact \
Information / Phone.
  agents: withheld: share does not name it, and exhibit-b does not tick Parent/Guardian ID / \
Parent ID number.
  grades: not asked for.
  resources: withheld: share does not name it, and exhibit-b does not tick Student Program \
Membership / Academic or extracurricular activities a student may belong to or participate in.
"""


REFUSED = [
    ("GET /students?filter=familyName='Ray'", "403 filter-field", "(filter: familyName)",
     f"{MATH}:33:3", "familyName: sent changed by initial"),
    ("GET /students?sort=email", "403 sort-field", "(sort: email)", f"{MATH}:33:3",
     "email: withheld until 2027-01-04"),
    ("GET /students?fields=sms", "400 fields-field", "(fields: sms)", f"{MATH}:33:3",
     "exhibit-b does not tick Student Contact Information / Phone"),
    ("GET /demographics", "403 resource-not-shared", "", f"{MATH}:33:3", ""),
    ("GET /nowhere", "404 unknown-path", "", "", ""),
    ("GET /students?color=red", "400 unknown-parameter", "", "", ""),
    ("GET /students?filter=familyName", "400 filter-syntax", "(filter)", "", ""),
    ("POST /students", "405 method", "", "", ""),
    ("GET students", "400 bad-target", "", "", ""),
    ("GET", "400 bad-target", "", "", ""),
]


@pytest.mark.parametrize("request_,code,where,line,field", REFUSED, ids=[r[0] for r in REFUSED])
def test_a_refused_request_names_the_reason_and_the_line(explain, request_, code, where, line,
                                                         field):
    output = ask(explain, request_)
    refused = [row for row in output.split("\n") if row.startswith("Refused with ")]
    assert len(refused) == 1 and refused[0].startswith(f"Refused with {code}: ")
    assert where in refused[0]
    assert refused[0].endswith(f", by {line}." if line else ".")
    assert field in output
    found = json.loads(ask(explain, request_, "--json"))[0]
    assert (found["verdict"], f"{found['status']} {found['reason']}") == ("refused", code)


@pytest.mark.parametrize("day,reason,line", [
    ("2026-06-30", "agreement-not-yet", "11:13"), ("2029-07-01", "agreement-ended", "7:9")])
def test_dates_decide_by_their_own_line(explain, day, reason, line):
    output = explain("--client", "acme-1", "--request", "GET /students", day=("--on", day))
    assert f"Refused with 403 {reason}" in output
    assert f", by {MATH}:{line}.\n" in output
    assert "Answered" in explain("--client", "acme-1", "--request", "GET /students",
                                 day=("--on", "2029-06-30"))


def test_r4_a_record_asked_for_by_id_is_a_matter_of_the_roster(explain):
    output = ask(explain, "GET /students/whoever")
    assert "404 as for an id that does not exist" in output


def test_a_basis_that_allows_no_list_says_so(explain, small):
    path = small / MATH
    text = path.read_text().replace("basis: school-official", "basis: transfer")
    path.write_text(re.sub(r"because:\n(  .*\n)+", "because: { enrollment-purpose: transfer to us, "
                           "notice: annual-notice }\n", text))
    (small / "district.yaml").write_text((small / "district.yaml").read_text().replace(
        "student-facts: none", "student-facts: files").replace(
        "a professional need", "a professional need\n  covers-transfers: yes"))
    output = ask(explain, "GET /students")
    assert "Refused with 403 resource-not-shared: the agreement does not share this resource; the " \
        f"basis does not let it be asked for in this way, by {MATH}:20:8.\n" in output
    output = ask(explain, "GET /students/whoever")
    assert "Answered" in output
    assert f"  Only students who are named for this agreement ({MATH}:20:8).\n" in output


def test_a_field_is_explained_in_every_agreement_and_kind_of_record(explain):
    assert explain("--field", "demographics.birthDate") == """\
Agreement cards of City Library, on 2026-09-01.
Basis school-official, 34 CFR 99.31(a)(1)(i)(B) (agreements/cards.yaml:14:8): Library accounts.
 demographics (students)
  birthDate: sent changed by year (not reversible; records can be joined by it), by \
agreements/cards.yaml:28:32, as Demographics / Date of Birth.

""" + HEAD + """\
 demographics (students)
  birthDate: withheld: share does not name it, and exhibit-b does not tick Demographics / \
Date of Birth.
"""
    output = explain("--field", "orgs.identifier", "--client", "city-1")
    assert output.endswith(""" orgs
  identifier: withheld: share does not name it; "-" stands in its place, because clients demand a \
value.
""")


def test_an_amendment_changes_the_explanation_on_its_day(explain):
    for day, text in (("2027-01-03", "email: withheld until 2027-01-04"),
                      ("2027-01-04", f"email: sent as it is, by {MATH}:36:43")):
        output = explain("--agreement", "math", "--field", "users.email", day=("--on", day))
        assert text in output.split(" users (guardians)")[0]


def test_after_its_end_an_agreement_shares_no_field(explain):
    output = explain("--agreement", "math", "--field", "users.givenName",
                     day=("--on", "2029-07-01"))
    assert f"givenName: withheld: it is shared, but not any more on this day, by {MATH}:34:32" \
        in output


def test_a_student_without_roster_depends_on_conditions(explain):
    output = explain("--student", "stu-1", "--agreement", "math")
    assert output.startswith(HEAD + """\
What leaves of the student depends on the roster and the student's own facts.
 Whose records
  Students whom the roster knows.
  Only at these schools: alder (agreements/math.yaml:37:19).
  Only in these grades: 06 or 07 (agreements/math.yaml:37:36).
  Restrictions and stops of single students take away from all of this.
 users
""")
    assert "  givenName: sent as it is" in output
    assert "Nothing leaves: the agreement has ended" in explain(
        "--student", "stu-1", "--agreement", "math", day=("--on", "2029-07-01"))


def verdict(explain, student, database, *more):
    args = ("--student", student, "--roster", database, "--agreement", "math", "--json", *more)
    return json.loads(explain(*args))[0]


def of(rows, schools, grades):
    """The first student with one of the schools and one of the grades."""
    return next(r["sourcedId"] for r in rows if r["sourcedId"].startswith("stu-")
                and r["primaryOrgSourcedId"] in schools and r["grades"] in grades)


def test_a_student_is_looked_up_in_a_roster(explain, people, small):
    database, rows = people
    path = small / MATH
    path.write_text(path.read_text().replace("[alder]", "[alder, birch]")
                    .replace('"06", "07"', '"02"'))
    here, away = {"school-01", "school-02"}, {"school-07", "school-08"}
    in_scope = verdict(explain, of(rows, here, {"02"}), database)
    assert in_scope["verdict"] == "released"
    assert {f["field"] for f in in_scope["fields"] if f["leaves"] and f["resource"] == "users"} == {
        "sourcedId", "status", "dateLastModified", "enabledUser", "roles.roleType", "roles.role",
        "roles.org", "givenName", "familyName", "grades"}
    grade = verdict(explain, of(rows, here, {"03"}), database)
    assert (grade["verdict"], grade["by"]["line"], grade["fields"]) == ("grade", 37, [])
    school = verdict(explain, of(rows, away, {"06", "07", "08"}), database)
    assert (school["verdict"], school["by"]["line"], school["fields"]) == ("school", 37, [])
    assert verdict(explain, "nobody", database)["verdict"] == "subject"
    staff = next(r["sourcedId"] for r in rows if r["sourcedId"].startswith("stf-"))
    assert verdict(explain, staff, database)["verdict"] == "subject"


HEADERS = {
    "opt-outs": "student,type,scope,since,until",
    "consents": "student,signer,relation,signed,expires,revoked,method,authenticated-as,evidence,"
                "party,purpose,elements",
    "restrictions": "student,withhold,from,until",
    "named": "student,agreement,since,until,by",
}


def test_s4_a_students_own_facts_take_away(explain, people, small, tmp_path):
    database, rows = people
    path = small / MATH
    path.write_text(re.sub(r"where: .*\n", "", path.read_text()))
    student = of(rows, {"school-01", "school-02"}, {"01", "02", "03", "04", "05"})
    facts = tmp_path / "facts"
    facts.mkdir()
    for name, header in HEADERS.items():
        (facts / f"{name}.csv").write_text(header + "\n")
    restrictions = facts / "restrictions.csv"
    restrictions.write_text(f"{HEADERS['restrictions']}\n"
                            f"{student},Enrollment / Student grade level,all,\n")
    found = verdict(explain, student, database, "--students", facts)
    fates = {f["field"]: f for f in found["fields"] if f["resource"] == "users"}
    assert found["verdict"] == "released"
    assert (fates["grades"]["left"], fates["grades"]["leaves"]) == (False, False)
    assert fates["givenName"]["leaves"]
    restrictions.write_text(f"{HEADERS['restrictions']}\n{student},all,all,\n")
    found = verdict(explain, student, database, "--students", facts)
    assert (found["verdict"], found["fields"]) == ("stopped", [])


def test_s1_missing_facts_withhold_everybody(policy, small, people, tmp_path):
    database, rows = people
    code, output, messages = policy("explain", "--student", rows[0]["sourcedId"], "--roster",
                                    database, "--students", tmp_path, "--json", small)
    assert code == 0
    assert "opt-outs.csv: " in messages
    assert {e["verdict"] for e in json.loads(output)} == {"own-facts"}


def shown_by_check(output, agreement):
    """{resource: fields that leave of students} of one agreement in the output of `check`."""
    found, fields = {}, None
    for line in output.split(f"\n{agreement}: ")[1].split("\n\n")[0].split("\n"):
        title = re.fullmatch(r"  (\w+) \((\w+)\)", line)
        row = re.fullmatch(r"    (with it|\S+) +(.*)", line)
        if title:
            fields = found.setdefault(title[1], set()) if title[2] == "students" else None
        elif row and fields is not None and row[1] != "stand-in":
            fields |= set(re.sub(r" \([^)]*\)", "", row[2]).split(", "))
    return found


def test_what_leaves_is_what_check_shows(policy, folder):
    shown = policy("check", *DAY, folder)[1]
    found = json.loads(policy("explain", *DAY, "--student", "x", "--json", folder)[1])
    assert len(found) >= 2
    for entry in found:
        said = {}
        for f in entry["fields"]:
            said.setdefault(f["resource"], set())
            if f["leaves"]:
                said[f["resource"]].add(f["field"])
        assert said == shown_by_check(shown, entry["agreement"])


def test_wrong_usage(policy, small):
    for args in ((), ("--field", "email", "--student", "x"), ("--request", "GET /students"),
                 ("--client", "acme-1", "--agreement", "math", "--field", "email"),
                 ("--field", "email", "--roster", "db"), ("--field", "x", "--on", "never")):
        assert policy("explain", *args, small)[0] == 2, args
    for args in (("--field", "users.shoe"), ("--client", "nobody", "--field", "email"),
                 ("--agreement", "none", "--field", "email"),
                 ("--student", "x", "--roster", "/nonexistent")):
        code, output, messages = policy("explain", *args, small)
        assert (code, output) == (1, ""), args
        assert messages
