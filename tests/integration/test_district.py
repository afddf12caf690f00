# SPDX-License-Identifier: Apache-2.0
"""The embedded source, held against an independent reading of its CSV bundle."""
import filecmp
import json
import os
import pathlib
import random
import stat
import subprocess
import tempfile
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

import bundle as reading
from district_rig import District, UnixConnection, gone, run

STUDENTS = 450  # more than one of each special name (every 400th)
QUERIES = 400


@pytest.fixture(scope="module")
def folder(hallpass, tmp_path_factory):
    path = tmp_path_factory.mktemp("district") / "csv"
    status, out, err = run(hallpass, "district", "generate", "--students", str(STUDENTS),
                           "--seed", "7", path)
    assert (status, err) == (0, "")
    assert out.startswith(f"{path}: {STUDENTS} students, ")
    return path


@pytest.fixture(scope="module")
def database(hallpass, folder):
    path = folder.parent / "source.db"
    status, out, err = run(hallpass, "district", "import", folder, path)
    assert (status, err) == (0, "")
    assert f"({STUDENTS} students)" in out
    return path


@pytest.fixture(scope="module")
def source(hallpass, database):
    with District(hallpass, database, database.parent / "s") as d:
        yield d


@pytest.fixture(scope="module")
def oracle(folder):
    return reading.Bundle(folder)


def fetch_all(source, view, limit=1000, **params):
    """Follows rel=next to the end."""
    many = reading.VIEWS[view][1]
    answer = source.get(f"/{view}", limit=limit, **params)
    records = []
    while True:
        assert answer.status == 200, answer.body
        body = answer.json()
        assert list(body) == [many]
        records += body[many]
        if "next" not in answer.links():
            return records
        parts = urllib.parse.urlsplit(answer.links()["next"])
        answer = source.raw(f"{parts.path}?{parts.query}")


# --- what is served is what the bundle says

@pytest.mark.parametrize("view", reading.VIEWS)
def test_every_record_of_every_collection_is_the_bundles(source, oracle, view):
    expected = oracle.records(view)
    served = fetch_all(source, view)
    assert len(expected) > 0
    assert served == expected
    assert [list(r) for r in served] == [list(r) for r in expected], "order of members"


@pytest.mark.parametrize("view", reading.VIEWS)
def test_every_record_is_served_by_its_id(source, oracle, view):
    one = reading.VIEWS[view][2]
    records = oracle.records(view)
    chosen = random.Random(3).sample(records, min(50, len(records)))
    for record in chosen:
        answer = source.get(f"/{view}/{urllib.parse.quote(record['sourcedId'])}")
        assert answer.status == 200
        assert answer.json() == {one: record}
        assert answer.headers["Content-Type"] == "application/json"


def test_an_id_is_found_only_in_its_views(source, oracle):
    student = oracle.records("students")[0]["sourcedId"]
    assert source.get(f"/users/{student}").status == 200
    for view in ("teachers", "orgs", "classes"):
        answer = source.get(f"/{view}/{student}")
        assert (answer.status, answer.minor()) == (404, "unknownobject")
    assert source.get("/schools/org-district").status == 404
    assert source.get("/terms/sem-2026-1").status == 404


# --- pages

def test_pages_totals_and_links(source, oracle):
    records = oracle.records("students")
    for limit, offset in [(1, 0), (7, 0), (7, 7), (100, STUDENTS - 3), (50, STUDENTS), (5, 10**6)]:
        answer = source.get("/students", limit=limit, offset=offset)
        assert answer.json()["users"] == records[offset:offset + limit]
        assert answer.headers["X-Total-Count"] == str(len(records))
        links = answer.links()
        wanted = {"first", "last"}
        wanted |= {"next"} if offset + limit < len(records) else set()
        wanted |= {"prev"} if offset > 0 else set()
        assert set(links) == wanted
        place = {rel: dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(u).query))
                 for rel, u in links.items()}
        assert place["first"]["offset"] == "0"
        assert place["last"]["offset"] == str((len(records) - 1) // limit * limit)
        assert "next" not in place or place["next"]["offset"] == str(offset + limit)
        assert "prev" not in place or place["prev"]["offset"] == str(max(0, offset - limit))


def test_defaults_and_the_highest_limit(source, oracle):
    assert len(source.get("/users").json()["users"]) == 100
    everyone = oracle.records("users")
    answer = source.get("/users", limit=4000000000)
    assert answer.json()["users"] == everyone[:10000]
    assert "limit=10000&" in answer.links()["first"]


def test_links_repeat_the_whole_question(source):
    question = {"filter": "familyName~'a' AND status!='x'", "sort": "familyName",
                "orderBy": "desc", "fields": "sourcedId,familyName"}
    answer = source.get("/users", limit=2, **question)
    next_page = urllib.parse.urlsplit(answer.links()["next"])
    assert dict(urllib.parse.parse_qsl(next_page.query)) == {"limit": "2", "offset": "2"} | question


# --- filters, sorts, fields: random questions against the oracle

FILTERS = {
    "users": "sourcedId status dateLastModified userMasterIdentifier username userIds.type "
             "userIds.identifier enabledUser givenName familyName middleName preferredFirstName "
             "preferredMiddleName preferredLastName pronouns roles.roleType roles.role roles.org "
             "roles.org.sourcedId roles.userProfile roles.beginDate roles.endDate "
             "userProfiles.profileId userProfiles.profileType userProfiles.vendorId "
             "userProfiles.applicationId userProfiles.description "
             "userProfiles.credentials.type userProfiles.credentials.username "
             "primaryOrg primaryOrg.sourcedId identifier email sms phone agents "
             "agents.sourcedId grades resources resources.sourcedId metadata.lunch metadata.bus",
    "enrollments": "sourcedId status dateLastModified user.sourcedId class.sourcedId school "
                   "school.sourcedId role primary beginDate endDate",
    "classes": "title classCode classType location grades subjects course school.sourcedId "
               "terms terms.sourcedId subjectCodes periods resources",
    "courses": "title schoolYear.sourcedId courseCode grades subjects org subjectCodes resources",
    "orgs": "name type identifier parent parent.sourcedId children metadata.region",
    "academicSessions": "title startDate endDate type parent children.sourcedId schoolYear",
    "demographics": "birthDate sex asian white hispanicOrLatinoEthnicity countryOfBirthCode "
                    "stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
}
FILTERS["students"] = FILTERS["teachers"] = FILTERS["users"]
FILTERS["schools"] = FILTERS["orgs"]
FILTERS["terms"] = FILTERS["gradingPeriods"] = FILTERS["academicSessions"]
LISTS = ("userIds", "roles", "userProfiles", "agents", "grades", "resources", "terms", "subjects",
         "subjectCodes", "periods", "children", "metadata")


def plain(path):
    """The path in the record: a reference's sourcedId is the reference."""
    stem, dot, last = path.rpartition(".")
    return stem if dot and last == "sourcedId" else path


def some_value(rng, records, path):
    found = [v for r in rng.sample(records, min(20, len(records)))
             for v in reading.values(r, plain(path)) if v.isprintable()]
    if not found or rng.random() < 0.1:
        return rng.choice(["", "zzz", "it's", "é", "0", "%_", "\u4e00"])
    value = rng.choice(found)
    if rng.random() < 0.4:
        start = rng.randrange(len(value))
        value = value[start:start + rng.randint(1, 6)]
    return value.swapcase() if rng.random() < 0.2 else value


def random_question(rng, oracle):
    view = rng.choice(list(reading.VIEWS))
    records = oracle.records(view)
    clauses = []
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2])):
        path = rng.choice(FILTERS[view].split())
        op = rng.choice(["=", "=", "!=", ">", ">=", "<", "<=", "~", "~"])
        clauses.append((path, op, some_value(rng, records, path)))
    join = rng.choice(["AND", "OR"])
    sort = None
    if rng.random() < 0.5:
        sortable = [f for f in FILTERS[view].split() if f.split(".")[0] not in LISTS]
        sort = (rng.choice(sortable + ["sourcedId"]), rng.choice(["asc", "desc", None]))
    return view, clauses, join, sort, rng.choice([1, 3, 20, 100]), rng.choice([0, 0, 1, 17])


def expected_page(records, question):
    _, clauses, join, sort, limit, offset = question
    if clauses:
        every = all if join == "AND" else any
        records = [r for r in records
                   if every(reading.matches(r, plain(p), op, v) for p, op, v in clauses)]
    if sort is not None:
        path, order = sort
        records = sorted(records, key=lambda r: (reading.values(r, plain(path)) or [""])[0].encode(),
                         reverse=order == "desc")
        if order == "desc":  # equal keys stay in ascending order of ids
            records = sorted(
                sorted(records, key=lambda r: r["sourcedId"].encode()),
                key=lambda r: (reading.values(r, plain(path)) or [""])[0].encode(), reverse=True)
    return len(records), records[offset:offset + limit]


def ask(source, question):
    view, clauses, join, sort, limit, offset = question
    params = {"limit": limit, "offset": offset}
    if clauses:
        params["filter"] = f" {join} ".join(
            "{}{}'{}'".format(p, op, v.replace("'", "''")) for p, op, v in clauses)
    if sort is not None:
        params["sort"] = sort[0]
        if sort[1] is not None:
            params["orderBy"] = sort[1]
    return source.get(f"/{view}", **params)


def test_random_questions_are_answered_as_the_oracle_does(source, oracle):
    rng = random.Random(20261123)
    matched = 0
    for number in range(QUERIES):
        question = random_question(rng, oracle)
        total, records = expected_page(oracle.records(question[0]), question)
        answer = ask(source, question)
        assert answer.status == 200, (number, question, answer.body)
        assert answer.json()[reading.VIEWS[question[0]][1]] == records, (number, question)
        assert answer.headers["X-Total-Count"] == str(total), (number, question)
        matched += total > 0 and bool(question[1])
    assert matched > QUERIES // 4, "the questions must mostly find something"


@pytest.mark.parametrize("view", FILTERS)
def test_every_filter_field_finds_what_it_should(source, oracle, view):
    """Each field once, with a value that stands in the bundle if any does."""
    records = oracle.records(view)
    for path in FILTERS[view].split():
        found = [v for r in records for v in reading.values(r, plain(path)) if v.isprintable()]
        value = found[len(found) // 2] if found else "none"
        for op in ("=", "!=", "~", ">"):
            question = (view, [(path, op, value)], "AND", None, 50, 0)
            total, page = expected_page(records, question)
            answer = ask(source, question)
            assert answer.headers["X-Total-Count"] == str(total), (path, op, value)
            assert answer.json()[reading.VIEWS[view][1]] == page
            assert total > 0 or op != "=" or not found


def test_fields_leave_what_is_named_in_the_records_order(source, oracle):
    rng = random.Random(5)
    tops = {v: sorted({p.split(".")[0] for p in FILTERS[v].split()}) for v in FILTERS}
    for _ in range(100):
        view = rng.choice(list(FILTERS))
        dotted = [p for p in FILTERS[view].split() if not p.endswith(".sourcedId")]
        names = rng.sample(tops[view] + dotted, rng.randint(1, 4))
        records = oracle.records(view)[:25]
        answer = source.get(f"/{view}", limit=25, fields=",".join(names))
        assert answer.status == 200, (names, answer.body)
        served = answer.json()[reading.VIEWS[view][1]]
        assert served == [reading.project(r, names) for r in records], names
        assert [list(r) for r in served] == [[k for k in r if k in s]
                                             for r, s in zip(records, served)]
        one = source.get(f"/{view}/{records[0]['sourcedId']}", fields=",".join(names))
        assert one.json() == {reading.VIEWS[view][2]: reading.project(records[0], names)}


# --- refusals

BAD_QUESTIONS = [
    ("/nothing", {}, 404, "unknownobject"),
    ("/students/", {}, 400, "invaliddata"),
    ("/students/a/b", {}, 404, "unknownobject"),
    ("/students/no-such", {}, 404, "unknownobject"),
    ("/students", {"limit": "0"}, 400, "invaliddata"),
    ("/students", {"limit": "-1"}, 400, "invaliddata"),
    ("/students", {"limit": "ten"}, 400, "invaliddata"),
    ("/students", {"limit": "010"}, 400, "invaliddata"),
    ("/students", {"limit": ""}, 400, "invaliddata"),
    ("/students", {"limit": "99999999999999999999"}, 400, "invaliddata"),
    ("/students", {"offset": "-1"}, 400, "invaliddata"),
    ("/students", {"offset": "1e3"}, 400, "invaliddata"),
    ("/students", {"orderBy": "up"}, 400, "invaliddata"),
    ("/students", {"page": "2"}, 400, "invaliddata"),
    ("/students", {"Limit": "2"}, 400, "invaliddata"),
    ("/students", {"sort": "shoeSize"}, 400, "invalid_sort_field"),
    ("/students", {"sort": "roles.role"}, 400, "invalid_sort_field"),
    ("/students", {"sort": "metadata.lunch"}, 400, "invalid_sort_field"),
    ("/students", {"sort": "password"}, 400, "invalid_sort_field"),
    ("/students", {"fields": ""}, 400, "invalid_selection_field"),
    ("/students", {"fields": "givenName,"}, 400, "invalid_selection_field"),
    ("/students", {"fields": "shoeSize"}, 400, "invalid_selection_field"),
    ("/students", {"fields": "metadata.shoe"}, 400, "invalid_selection_field"),
    ("/students/stu-0000001", {"limit": "1"}, 400, "invaliddata"),
    ("/students/stu-0000001", {"filter": "status='active'"}, 400, "invaliddata"),
]
BAD_FILTERS = [
    "", "familyName", "familyName=", "familyName=x", "familyName='x", "familyName=x'",
    "familyName = 'x'", "='x'", "familyName=='x'", "familyName='x' ", " familyName='x'",
    "familyName='x'AND givenName='y'", "familyName='x' and givenName='y'",
    "familyName='x' AND ", "familyName='x' AND givenName='y' AND status='z'",
    "(familyName='x')", "familyName='x'; DROP TABLE users", "familyName='x' --",
    "familyName=\"x\"", "familyName LIKE 'x'", "familyName='it's'",
]
UNKNOWN_FIELDS = ["shoeSize", "roles", "userIds", "metadata", "metadata.shoe", "password",
                  "userProfiles.credentials.password", "familyName.sourcedId", "roles.org.href",
                  "roles.org.type", "u.id", "sqlite_schema"]


@pytest.mark.parametrize("path,params,status,minor", BAD_QUESTIONS)
def test_a_bad_question_is_refused(source, path, params, status, minor):
    answer = source.get(path, **params)
    assert (answer.status, answer.minor()) == (status, minor)
    assert source.get("/orgs").status == 200, "the next good question works"


@pytest.mark.parametrize("text", BAD_FILTERS)
def test_a_malformed_filter_is_refused(source, text):
    answer = source.get("/students", filter=text)
    assert (answer.status, answer.minor()) == (400, "invalid_filter_field")


@pytest.mark.parametrize("field", UNKNOWN_FIELDS)
def test_a_filter_on_no_field_or_a_secret_one_is_refused(source, field):
    answer = source.get("/students", filter=f"{field}='x'")
    assert (answer.status, answer.minor()) == (400, "invalid_filter_field")


def test_a_control_character_in_a_question_is_refused(source):
    assert source.get("/students", filter="metadata.bus='stop\n'").status == 400


def test_a_parameter_that_stands_twice_is_refused(source):
    answer = source.raw(f"{reading.BASE}/students?limit=1&limit=2")
    assert (answer.status, answer.minor()) == (400, "invaliddata")


@pytest.mark.parametrize("base", ["/ims/oneroster/v1p1", "/ims/oneroster/rostering/v1p3", "/IMS"])
def test_other_bases_are_unknown(source, base):
    assert source.get("/students", base=base).status == 404


def test_only_get_and_head(source):
    assert source.get("/orgs", method="DELETE").status == 405
    head = source.get("/students", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["X-Total-Count"] == str(STUDENTS)


# --- serving

def test_the_socket_is_the_owners_alone(source):
    mode = os.stat(source.sock).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_is_refused_even_if_the_mode_lets_him_in(hallpass, database):
    """SAFETY A6: the peer's credentials are looked at, not the mode alone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        sock = pathlib.Path(folder) / "s"
        with District(hallpass, database, sock) as d:
            os.chmod(sock, 0o666)
            script = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
                      "s.sendall(b'GET %s/orgs HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n');"
                      "print(s.recv(4000).decode())" % reading.BASE)
            p = subprocess.run(["/usr/bin/python3", "-c", script, sock], capture_output=True,
                               text=True, user=65534, timeout=30)
            assert p.stdout.startswith("HTTP/1.1 403 "), p
            assert "school-01" not in p.stdout
            assert d.get("/orgs").status == 200


def test_other_addresses_than_sockets_are_refused(hallpass, database):
    status, _, err = run(hallpass, "district", "serve", database, "--listen", "127.0.0.1:0")
    assert status == 2 and "unix:PATH only" in err


def test_a_file_that_is_no_source_is_not_served(hallpass, tmp_path):
    other = tmp_path / "other.db"
    for content in (b"", b"not a database", None):
        if content is None:
            other.unlink()
        else:
            other.write_bytes(content)
        status, _, err = run(hallpass, "district", "serve", other)
        assert status == 1 and err.startswith("hallpass: ") and err.count("\n") == 1
        assert content is None or "not a database that" in err
        assert not (tmp_path / "other.db.sock").exists()


def test_sigterm_ends_cleanly_and_removes_the_socket(hallpass, database, tmp_path):
    district = District(hallpass, database, tmp_path / "s")
    assert district.get("/orgs").status == 200
    assert district.stop() == 0
    gone(tmp_path / "s")


def test_an_answer_that_runs_ends_before_the_process_does(hallpass, database, tmp_path):
    """SIGTERM arrives while a client that reads slowly has part of an answer."""
    district = District(hallpass, database, tmp_path / "s")
    slow = UnixConnection(tmp_path / "s")
    slow.request("GET", f"{reading.BASE}/enrollments?limit=10000")
    response = slow.getresponse()
    first = response.read(10)
    district.process.terminate()
    gone(tmp_path / "s")
    body = first + response.read()
    slow.close()
    assert body.startswith(b'{"enrollments":[{') and body.endswith(b"}]}")
    assert district.stop() == 0


def test_clients_at_the_same_time_get_their_own_answers(source, oracle):
    def one(number):
        connection = UnixConnection(source.sock)
        records = oracle.records("users")
        for offset in range(number, 400, 40):
            connection.request("GET", f"{reading.BASE}/users?limit=60&offset={offset}")
            response = connection.getresponse()
            body = json.loads(response.read())
            assert body == {"users": records[offset:offset + 60]}
        connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(16)))


def test_a_client_that_goes_away_harms_nobody(source, oracle):
    for _ in range(20):
        rude = UnixConnection(source.sock)
        rude.request("GET", f"{reading.BASE}/enrollments?limit=10000")
        rude.sock.recv(100)
        rude.close()
    assert fetch_all(source, "schools") == oracle.records("schools")


# --- the example district

def test_the_same_arguments_give_the_same_bytes(hallpass, folder, tmp_path):
    status, _, _ = run(hallpass, "district", "generate", "--students", str(STUDENTS), "--seed", "7",
                       tmp_path / "again")
    assert status == 0
    names = sorted(p.name for p in folder.iterdir())
    assert len(names) == 22
    same = filecmp.cmpfiles(folder, tmp_path / "again", names, shallow=False)
    assert same == (names, [], [])
    run(hallpass, "district", "generate", "--students", str(STUDENTS), "--seed", "8",
        tmp_path / "other")
    assert (tmp_path / "other/users.csv").read_bytes() != (folder / "users.csv").read_bytes()


@pytest.mark.parametrize("students", ["0", "500001", "-1", "many", ""])
def test_bad_numbers_of_students_are_refused(hallpass, tmp_path, students):
    status, _, err = run(hallpass, "district", "generate", "--students", students, tmp_path / "x")
    assert status in (1, 2) and err.startswith("hallpass: ")
    assert not (tmp_path / "x").exists()


def test_a_folder_that_holds_something_is_left_alone(hallpass, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    status, _, err = run(hallpass, "district", "generate", "--students", "1", tmp_path)
    assert status == 1 and "exists" in err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_free_values_are_canaries_of_one_person_and_field(oracle):
    """Every text that can be unique is, and the words tell where they came from."""
    shared = {"status", "type", "grades", "subjects", "subjectCodes", "periods", "sex", "role",
              "roles.roleType", "roles.role", "roles.beginDate", "roles.endDate", "enabledUser",
              "primary", "beginDate", "endDate", "birthDate", "countryOfBirthCode", "classType",
              "stateOfBirthAbbreviation", "schoolYear", "startDate", "userIds.type",
              "userProfiles.profileType", "userProfiles.credentials.type", "metadata.region"}
    unique = reading.canaries(oracle)
    for name, records in oracle.lists.items():
        for record in records:
            for path, text in reading.leaves(record):
                pointer = (path.endswith((".href", ".type", "sourcedId", "profileId", "userProfile"))
                           or text in ("true", "false"))
                if path not in shared and not pointer:
                    assert text in unique, (name, path, text)


def test_canary_words_name_their_person(oracle):
    for number in (1, 5, 12, 77, STUDENTS):
        student = oracle.record("students", f"stu-{number:07d}")
        assert reading.origin(student["username"].removeprefix("u.")) == ("student", number, 8)
        assert reading.origin_of_code(int(student["userIds"][0]["identifier"])) == \
            ("student", number, 15)


def test_the_district_has_what_the_tests_need(oracle):
    users = oracle.records("users")
    students = oracle.records("students")
    by_id = {u["sourcedId"]: u for u in users}
    assert {s["sourcedId"] for s in oracle.records("schools")} == \
        {f"school-{n:02d}" for n in range(1, 11)}
    assert any({"teacher"} < {r["role"] for r in u["roles"]} for u in users), "teacher and guardian"
    assert any(len({r["org"]["sourcedId"] for r in s["roles"]}) > 1 for s in students)
    assert any(s["status"] == "tobedeleted" for s in students)
    assert any(len(s["givenName"]) == 1 for s in students), "one character"
    assert any(len(s["givenName"]) == 4 and s["givenName"][1:] != s["givenName"][1:].strip("\u0300")
               for s in students), "one letter under marks"
    assert any(len(s["givenName"].encode()) > 300 for s in students)
    assert any("'" in s["familyName"] for s in students)
    assert any("-" in s["familyName"] for s in students)
    assert any("middleName" not in s for s in students)
    assert any("\n" in s.get("metadata", {}).get("bus", "") for s in students)
    families = {}
    for s in students:
        for a in s["agents"]:
            families.setdefault(a["sourcedId"], []).append(s)
            assert s["sourcedId"] in {x["sourcedId"] for x in by_id[a["sourcedId"]]["agents"]}
    assert any(len({c["primaryOrg"]["sourcedId"] for c in f}) > 1 for f in families.values())
    assert max(len(s["agents"]) for s in students) == 2
    words = {r["role"] for u in users for r in u["roles"]}
    assert words == {"student", "guardian", "parent", "relative", "teacher", "principal",
                     "counselor", "aide", "siteAdministrator", "proctor", "districtAdministrator",
                     "systemAdministrator"}
    assert {e["role"] for e in oracle.records("enrollments")} == \
        {"student", "teacher", "administrator", "proctor"}
    assert {d["sourcedId"] for d in oracle.records("demographics")} - \
        {s["sourcedId"] for s in students}, "demographics of others"


# --- size

@pytest.fixture(scope="module")
def large(hallpass, tmp_path_factory):
    """A source of 10,000 students."""
    folder = tmp_path_factory.mktemp("large")
    assert run(hallpass, "district", "generate", "--students", "10000", folder / "csv")[0] == 0
    assert run(hallpass, "district", "import", folder / "csv", folder / "db")[0] == 0
    with District(hallpass, folder / "db", folder / "s") as d:
        yield d


def test_ten_thousand_students_are_streamed(large, build):
    """Whole answers, and a client that stops reading, take no memory to speak of."""
    answer = large.get("/students", limit=10000)
    assert len(answer.json()["users"]) == 10000 == int(answer.headers["X-Total-Count"])
    before = large.resident_kib()
    waiting = []
    for _ in range(8):
        slow = UnixConnection(large.sock)
        slow.request("GET", f"{reading.BASE}/students?limit=10000")
        waiting.append((slow, slow.getresponse()))
        assert large.get("/students", limit=10000).body == answer.body
    # Eight stopped answers of 11 MB each: a bounded buffer and a list of places for each.
    if "+" not in build.name and "thread" not in build.name:  # sanitizers keep freed memory
        assert large.resident_kib() - before < 16 * 1024
    for slow, response in waiting:
        assert response.read() == answer.body
        slow.close()
