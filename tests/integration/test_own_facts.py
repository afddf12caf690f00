# SPDX-License-Identifier: Apache-2.0
"""Students' own facts in a running gateway (SAFETY S1-S5, R9): files change, nobody sends a
signal, and the next request and the next batch of a running answer know it."""

import datetime
import json
import re
import shutil
import signal

import pytest

from stack import BASE, ROOT, Source, Stack, make_bundle, run
from wait import until

CARDS, CLUB, PANTRY = "library-cards", "club-app", "pantry-app"
HEADERS = {
    "opt-outs": "student,type,scope,since,until",
    "consents": "student,signer,relation,signed,expires,revoked,method,authenticated-as,evidence,"
    "party,purpose,elements",
    "restrictions": "student,withhold,from,until",
    "named": "student,agreement,since,until,by",
}
NAME = "Student Name / First and/or Last"

PARTNER = """
partner: club
name: Example Homework Club
contacts:
  privacy: { name: Privacy Officer, email: privacy@club.example }
  breach: { name: Desk, email: breach@club.example, phone: "+1 555 0102" }
  technical: { name: Desk, email: it@club.example }
clients:
  - id: club-app
    agreement: club
    purpose: homework-help
    keys: { file: club-jwks.json }
    binding: none
"""

AGREEMENT = """
agreement: club
partner: club
products: [Homework Club]
contract:
  form: own
  ends: 2034-06-30
  documents:
    - { is: original, signed: 2024-05-02, from: 2024-07-01, file: club.pdf, sha256: %s }
basis: consent
legitimate-interest: Homework help after school
purposes: [homework-help]
exhibit-b:
  Student Name: [First and/or Last]
  Demographics: [Date of Birth]
  Enrollment: [Student school enrollment, Student grade level]
  Student Identifiers: [Local ID number]
share:
  students:
    Student Name: as-signed
    Enrollment: { grades: as-is }
ids: district-ids
""" % ("ab" * 32)


PANTRY_PARTNER = PARTNER.replace("club", "pantry").replace("homework-help", "mailing")
PANTRY_AGREEMENT = (
    AGREEMENT.replace("club", "pantry")
    .replace("homework-help", "mailing")
    .replace("basis: consent", "basis: directory")
)


def make_policy(folder):
    shutil.copytree(ROOT / "policy" / "examples", folder)
    district = folder / "district.yaml"
    text = district.read_text()
    for old, new in (
        ("\nstudent-facts: none", "\nstudent-facts: files"),
        ("types: [name,", "types: [name, login-id,"),
    ):
        assert old in text
        text = text.replace(old, new)
    district.write_text(text)
    (folder / "partners" / "pantry.yaml").write_text(PANTRY_PARTNER)
    (folder / "agreements" / "pantry.yaml").write_text(PANTRY_AGREEMENT)
    (folder / "partners" / "club.yaml").write_text(PARTNER)
    (folder / "agreements" / "club.yaml").write_text(AGREEMENT)
    return folder


class Files:
    """The folder of students' own facts."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        for name in HEADERS:
            self.put(name)

    def path(self, name):
        return self.folder / f"{name}.csv"

    def put(self, name, *rows):
        """Replaces the file in one step, as a careful writer does."""
        other = self.folder / f".{name}.new"
        other.write_text("".join(f"{line}\n" for line in (HEADERS[name], *rows)))
        other.rename(self.path(name))

    def clear(self):
        for name in HEADERS:
            self.put(name)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    source = Source(folder, make_bundle(folder / "bundle", 10000, 5)).start()
    files = Files(folder / "students")
    policy = make_policy(folder / "policy")
    stack = Stack(folder, source, policy, students=str(files.folder))
    stack.files = files
    stack.start()
    yield stack
    stack.stop()
    source.stop()


@pytest.fixture(autouse=True)
def nothing_held(stack):
    """Each test begins, and leaves the next one, with empty files."""
    yield
    stack.files.clear()
    until(lambda: state(stack)["complete"] and settled(stack), 20, "the empty files are read")
    run("students", "confirm", "--config", stack.config)
    assert rows(stack) == 0


def change(stack, name, *lines):
    """Writes a file and waits until the gateway has put it in force."""
    readings = count_readings(stack)
    stack.files.put(name, *lines)
    until(lambda: count_readings(stack) > readings, 20, "the file is read")
    state(stack)  # answered by the same thread, so that the whole change is over


def count_readings(stack):
    return sum(e.get("action") == "student-facts" for e in stack.ledger())


def state(stack):
    return json.loads(run("students", "status", "--json", "--config", stack.config, check=False).stdout)


def settled(stack):
    return all(f["state"] == "whole" and f["rows"] == f["vanished"] for f in state(stack)["files"])


def rows(stack):
    return sum(f["rows"] for f in state(stack)["files"])


def file_state(stack, name):
    return next(f for f in state(stack)["files"] if f["name"] == f"{name}.csv")


def part(stack):
    parts = json.loads(stack.admin("/readyz").body)["parts"]
    return next(p for p in parts if p["name"] == "student-facts")


def ids(stack, client, path="/students?limit=5000"):
    return [r["sourcedId"] for r in stack.all_pages(path, client)[0]]


def status(stack, student, client=CARDS):
    return stack.get(f"/students/{student}", client).status


def gone(stack, student, client=CARDS):
    until(lambda: status(stack, student, client) == 404, 10, "the student is withheld")


def consent(student, revoked="", elements=NAME):
    return (
        f"{student},Ada B.,parent,2025-01-02,,{revoked},paper,,folder 7,agreement:club,"
        f"homework-help,{elements}; Enrollment / Student grade level; "
        "Enrollment / Student school enrollment"
    )


def test_s4_a_restriction_bites_on_the_next_request_without_a_signal(stack):
    before = ids(stack, CARDS)
    one, other = before[7], before[8]
    change(stack, "restrictions", f"{one},all,all,", f"{other},all,agreement:acme-math,")
    assert status(stack, one) == 404
    assert status(stack, other) == 200
    assert ids(stack, CARDS) == [i for i in before if i != one]
    assert one not in json.dumps(stack.ledger()[-40:])


def test_s3_an_opt_out_from_one_product_binds_that_one_alone(stack):
    student = next(i for i in ids(stack, CARDS) if status(stack, i, "acme-prod") == 200)
    change(stack, "opt-outs", f"{student},all,agreement:library-cards,2025-01-01,")
    assert status(stack, student) == 404
    assert status(stack, student, "acme-prod") == 200


def test_s3_d13_an_opt_out_of_directory_information_is_by_type_and_basis(stack):
    whole, by_type, by_name = ids(stack, CARDS)[:3]
    assert {whole, by_type, by_name} <= set(ids(stack, PANTRY))
    change(
        stack,
        "opt-outs",
        f"{whole},all,directory,2025-01-01,",
        f"{by_type},grade-level,directory,2025-01-01,",
        f"{by_name},name,directory,2025-01-01,",
    )
    found = ids(stack, PANTRY)
    assert by_type in found and whole not in found and by_name not in found
    users, _ = stack.all_pages("/students?limit=5000", PANTRY)
    shown = next(u for u in users if u["sourcedId"] == by_type)
    assert shown["givenName"] and "grades" not in shown
    for student in (whole, by_type, by_name):  # 99.37 binds directory information alone
        assert status(stack, student, CARDS) == 200


def test_s4_a_restriction_on_elements_takes_the_fields_and_their_filters(stack):
    users, _ = stack.all_pages("/students?limit=5000", CARDS)
    student, email = next((u["sourcedId"], u["email"]) for u in users if "email" in u)
    change(stack, "restrictions", f"{student},Student Contact Information / Email,partner:library,")
    shown = stack.get(f"/students/{student}", CARDS).json()["user"]
    assert "email" not in shown and shown["givenName"]
    found = stack.get(f"/students?filter=email%3D%27{email}%27", CARDS)
    assert found.status == 200 and found.json()["users"] == []


def test_s5_a_consent_opens_what_it_names_and_ends_when_revoked(stack):
    born = {d["sourcedId"]: d["birthDate"] for d in demographics(stack)}
    last = str(datetime.date.today().year - 16)
    young = [i for i in born if born[i] and born[i] > last][:2]
    assert ids(stack, CLUB) == []
    change(
        stack, "consents", consent(young[0]), consent(young[1], elements="Demographics / Gender")
    )
    user = stack.get(f"/students/{young[0]}", CLUB).json()["user"]
    assert user["givenName"] and user["grades"]
    assert set(ids(stack, CLUB)) <= set(young)
    change(stack, "consents", consent(young[0], revoked="2025-02-01"))
    assert status(stack, young[0], CLUB) == 404
    assert ids(stack, CLUB) == []


def demographics(stack):
    from stack import load

    return load(stack.source.bundle)["demographics"]


def test_s1_a_missing_file_withholds_what_is_about_students(stack):
    student = ids(stack, CARDS)[0]
    stack.files.path("named").unlink()
    gone(stack, student)
    assert stack.get("/students?limit=5", CARDS).json()["users"] == []
    assert stack.get("/orgs?limit=5", CARDS).json()["orgs"] != []
    assert stack.admin("/readyz").status == 503
    assert part(stack) == {
        "name": "student-facts", "good": False, "reason": "incomplete", "note": "problems"
    }
    assert stack.metric("hallpass_student_facts_complete") == 0
    stack.files.put("named")
    until(lambda: status(stack, student) == 200, 10, "whole again")
    assert stack.metric("hallpass_student_facts_complete") == 1


def test_s1_a_broken_file_narrows_only(stack):
    before = ids(stack, CARDS)
    first, second, third = before[:3]
    stack.files.put("restrictions", f"{first},all,all,")
    gone(stack, first)
    stack.files.put("restrictions", f"{second},all,all,", f"{third},all,all,6/15/2026")
    gone(stack, second)
    gone(stack, third)
    assert status(stack, first) == 404
    assert file_state(stack, "restrictions")["state"] == "broken"
    assert part(stack)["good"] is True and part(stack)["note"] == "problems"
    assert stack.metric("hallpass_student_facts_problems") == 1
    stack.files.put("restrictions", f"{first},all,all,")
    until(lambda: status(stack, third) == 200, 10, "the bad row is mended")


def test_s2_vanished_rows_stay_until_confirmed_and_across_a_restart(stack):
    one, other = ids(stack, CARDS)[:2]
    stack.files.put("restrictions", f"{one},all,all,", f"{other},all,all,")
    gone(stack, other)
    stack.files.put("restrictions", f"{other},all,all,")
    until(lambda: file_state(stack, "restrictions")["vanished"] == 1, 10, "the row is missed")
    assert status(stack, one) == 404
    assert part(stack)["note"] == "rows-vanished"
    shown = run("students", "vanished", "--config", stack.config).stdout
    assert shown == f'restrictions.csv: "{one}","all","all",\n'
    entry = [e for e in stack.ledger() if e.get("action") == "student-facts-shown"][-1]
    assert entry["vanished"] == 1 and one not in json.dumps(entry)
    stack.stop()
    stack.start()
    until(lambda: file_state(stack, "restrictions")["state"] == "whole", 20, "the file is read")
    assert status(stack, one) == 404
    done = run("students", "confirm", "--config", stack.config)
    assert done.stdout == "1 row that stood in the files no more is let go\n"
    assert status(stack, one) == 200 and status(stack, other) == 404
    entry = [e for e in stack.ledger() if e.get("action") == "student-facts-confirmed"][-1]
    assert entry["vanished"] == 1 and entry["by"].startswith("uid ")


def test_s2_rows_about_unknown_ids_are_told_without_the_id(stack):
    stack.files.put("opt-outs", "nobody-at-all,all,directory,2025-01-01,")
    until(lambda: state(stack)["unknown_students"] == 1, 10, "the row is judged")
    shown = run("students", "status", "--config", stack.config, check=False).stdout
    assert "opt-outs.csv:2: names a student whom the roster never knew" in shown
    assert "nobody-at-all" not in shown + stack.gateway.text()


def test_p3_each_reading_is_in_the_ledger_with_counts_and_no_ids(stack):
    student = ids(stack, CARDS)[5]
    change(stack, "restrictions", f"{student},all,all,")
    entry = [e for e in stack.ledger() if e.get("action") == "student-facts"][-1]
    assert entry["kind"] == "policy" and entry["restrictions"] == 1 and entry["problems"] == 0
    assert re.fullmatch("[0-9a-f]{64}", entry["digest"])
    assert student not in json.dumps(entry)


def ask_slowly(stack, client):
    c = stack.slow_connection()
    c.send(
        f"GET {BASE}/students?limit=10000 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {stack.token(client)}\r\n\r\n".encode()
    )
    c._more()
    return c, re.search(rb"Hallpass-Exchange: (\w+)", c.rest)[1].decode()


def entries(stack, kind, exchange):
    return [e for e in stack.ledger() if e["kind"] == kind and e["exchange"] == exchange]


def test_r9_a_running_answer_leaves_out_who_is_restricted_meanwhile(stack):
    """Records that are not decided yet are decided by the facts in force."""
    everyone = ids(stack, CARDS)
    last = everyone[-1]
    source = stack.source.process.child
    c, _ = ask_slowly(stack, CARDS)
    try:
        source.send_signal(signal.SIGSTOP)  # the rest cannot overtake the change
        stack.files.put("restrictions", f"{last},all,all,")
        until(lambda: rows(stack) == 1, 20, "the restriction is in force")
        source.send_signal(signal.SIGCONT)
        answer = c.read()
    finally:
        source.send_signal(signal.SIGCONT)
        c.close()
    assert answer.status == 200 and answer.complete
    assert [r["sourcedId"] for r in answer.json()["users"]] == everyone[:-1]


def break_off(stack, client, change, done):
    """A reader that does not read keeps decided batches waiting; then `change` comes."""
    c, exchange = ask_slowly(stack, client)
    try:
        # three are in flight, the first of them half sent: what waits behind it is recorded
        until(lambda: len(entries(stack, "disclosure", exchange)) >= 5, 60, "batches wait")
        change()
        until(done, 20, "the change is in force")
        answer = c.read()
    finally:
        c.close()
    assert answer.status == 200 and not answer.complete
    until(lambda: entries(stack, "outcome", exchange), 10, "the outcome is in the ledger")
    outcome = entries(stack, "outcome", exchange)[0]
    assert outcome["end"] == "stopped"
    assert outcome["batches"] < len(entries(stack, "disclosure", exchange)), outcome


def test_r9_decided_records_do_not_leave_once_restricted(stack):
    everyone = ids(stack, CARDS)
    break_off(
        stack,
        CARDS,
        lambda: stack.files.put("restrictions", *[f"{i},all,all," for i in everyone]),
        lambda: rows(stack) == len(everyone),
    )
    assert ids(stack, CARDS) == []


def test_r9_decided_records_do_not_leave_once_opted_out(stack):
    everyone = ids(stack, CARDS)
    scope = "all,agreement:library-cards,2025-01-01,"
    break_off(
        stack,
        CARDS,
        lambda: stack.files.put("opt-outs", *[f"{i},{scope}" for i in everyone]),
        lambda: rows(stack) == len(everyone),
    )


def test_r9_decided_records_do_not_leave_once_the_consent_is_revoked(stack):
    last = str(datetime.date.today().year - 17)  # whose parents may consent, this year and next
    born = {d["sourcedId"]: d["birthDate"] for d in demographics(stack)}
    young = [i for i in born if born[i] and born[i] > last]
    change(stack, "consents", *[consent(i) for i in young])
    assert len(ids(stack, CLUB)) > 4000
    revoked = [consent(i, revoked="2025-02-01") for i in young]
    since = count_readings(stack)
    break_off(
        stack,
        CLUB,
        lambda: stack.files.put("consents", *revoked),
        lambda: count_readings(stack) > since,
    )
    assert ids(stack, CLUB) == []



def test_s1_files_without_a_folder_withhold_every_student(stack, tmp_path):
    """The policy says `files`, the settings name no folder: said at once, and nobody's record."""
    other = Stack(tmp_path, stack.source, make_policy(tmp_path / "policy"))
    check = run("serve", "--check", "--config", other.config)
    assert "names no folder (students:)" in check.stderr
    other.start(ready=False)
    try:
        until(lambda: is_loaded(other), 60, "the roster is loaded")
        assert other.admin("/readyz").status == 503
        assert part(other)["reason"] == "not-configured"
        assert other.get("/students?limit=5", CARDS).json()["users"] == []
        assert other.get("/orgs?limit=5", CARDS).json()["orgs"] != []
        refused = run("students", "confirm", "--config", other.config, check=False)
        assert refused.returncode == 1 and "no folder is configured" in refused.stderr
    finally:
        other.stop()


def is_loaded(stack):
    try:
        return stack.metric("hallpass_roster_students") > 0
    except OSError:
        return False


def test_s1_a_folder_inside_the_policy_is_refused(stack, tmp_path):
    policy = make_policy(tmp_path / "policy")
    inside = tmp_path / "district" / "students"
    link = tmp_path / "elsewhere"
    other = Stack(tmp_path, stack.source, policy, students=str(link))
    inside.mkdir()
    link.symlink_to(inside)
    check = run("serve", "--check", "--config", other.config, check=False)
    assert check.returncode == 1
    assert "lies in the policy's folder" in check.stderr
