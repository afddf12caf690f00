# SPDX-License-Identifier: Apache-2.0
"""The gradebook of OneRoster 1.2, another service of the same source under another base: results
are about students, line items are bound by school and class, and numbers keep their text."""

import json
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest

from faulty import FaultySource, send_answer
from stack import BASE, ROOT, Source, Stack, load, make_bundle

CLIENT = "acme-prod"
GRADES = "/ims/oneroster/gradebook/v1p2"
STUDENTS = 300
WHEN = "2026-01-31T10:20:30.000Z"
# Each is a JSON number whose text a parser would change.
SCORES = ["87.50", "1e2", "-0", "100.000", "12345678901234567890.5"]


class Gradebook(FaultySource):
    """The embedded source, and a gradebook made from its enrollments beside it."""

    def __init__(self, path, source, records):
        self.books = {"results": [], "lineItems": []}
        for i, e in enumerate(records["enrollments"]):
            if e["role"] == "student":
                self.add(i, e)
        self.add_strays()
        super().__init__(path, source)

    def add(self, i, e):
        ref = lambda kind, id: {"href": f"https://sis.internal/{kind}/{id}", "sourcedId": id, "type": kind}
        base = {"status": "active", "dateLastModified": WHEN}
        self.books["lineItems"].append({
            "sourcedId": f"li-{i}", **base, "title": f"T-CANARY-{i}", "assignDate": WHEN,
            "dueDate": WHEN, "class": ref("class", e["class"]["sourcedId"]),
            "school": ref("org", e["school"]["sourcedId"]), "category": ref("category", "cat-1"),
            "resultValueMax": "@100.0@",
        })
        self.books["results"].append({
            "sourcedId": f"res-{i}", **base, "lineItem": ref("lineItem", f"li-{i}"),
            "student": ref("user", e["user"]["sourcedId"]),
            "class": ref("class", e["class"]["sourcedId"]), "scoreStatus": "fully graded",
            "score": f"@{SCORES[i % len(SCORES)]}@", "scoreDate": "2026-01-31",
            "comment": f"C-CANARY-{i}", "late": "false",
        })

    def add_strays(self):
        """Each tenth result once more: of a class that the student is not in, of none, and of
        a class without an id."""
        results = list(self.books["results"])
        for i, r in enumerate(results[::10]):
            other = results[(i * 10 + len(results) // 2) % len(results)]
            self.books["results"].append({**r, "sourcedId": f"res-other-{i}", "class": other["class"]})
            nameless = {k: v for k, v in r.items() if k != "class"}
            self.books["results"].append({**nameless, "sourcedId": f"res-nameless-{i}"})
            bent = {"href": "https://sis.internal/class/", "type": "class"}
            self.books["results"].append({**r, "sourcedId": f"res-bent-{i}", "class": bent})

    def answer(self, sock, upstream, head):
        target = urlsplit(head.split(b" ")[1].decode())
        if not target.path.startswith(GRADES + "/"):
            return super().answer(sock, upstream, head)
        with self.lock:
            self.requests.append((target.path, head))
        name, _, one = target.path[len(GRADES) + 1 :].partition("/")
        rows = self.books[name]
        if one:
            found = [r for r in rows if r["sourcedId"] == one]
            body = {name[:-1]: found[0]} if found else {}
            status = 200 if found else 404
        else:
            query = parse_qs(target.query)
            at, n = int(query["offset"][0]), int(query["limit"][0])
            body, status = {name: rows[at : at + n]}, 200
        text = json.dumps(body).replace('"@', "").replace('@"', "").encode()
        total = [("X-Total-Count", str(len(rows)))] if not one else []
        send_answer(sock, status, [("Content-Type", "application/json"), *total], text)
        return True


def make_policy(folder):
    shutil.copytree(ROOT / "policy" / "examples", folder)
    path = folder / "agreements" / "acme-math.yaml"
    text = path.read_text()
    for old, new in (
        ("  Student Contact Information: [Email]\n",
         "  Student Contact Information: [Email]\n  Transcript: [Student course grades]\n"),
        ("    Schedule: as-signed\n", "    Schedule: as-signed\n    Transcript: { Student course grades: as-is }\n"),
        ("    orgs: as-is\n", "    orgs: as-is\n    lineItems: { resultValueMax: as-is }\n"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradebook")
    bundle = make_bundle(folder / "bundle", STUDENTS, 31)
    source = Source(folder, bundle).start()
    book = Gradebook(folder / "book.sock", str(source.socket), load(bundle))
    stack = Stack(folder, book.address, policy=make_policy(folder / "policy")).start()
    yield stack, book
    assert stack.stop() == 0
    book.stop()
    source.stop()


def ids(stack, path, key):
    rows, _ = stack.all_pages(path, CLIENT)
    return {r["sourcedId"] for r in rows}


def test_R5_results_leave_for_students_in_scope_alone(world):
    stack, book = world
    students = ids(stack, "/students?limit=1000", "users")
    classes = ids(stack, "/classes?limit=1000", "classes")
    got, answers = stack.all_pages(f"{GRADES}/results?limit=100", CLIENT)
    want = [
        r for r in book.books["results"]
        if r["student"]["sourcedId"] in students and "bent" not in r["sourcedId"]
        and ("class" not in r or r["class"]["sourcedId"] in classes)
    ]
    assert 20 < len(want) < len(book.books["results"])
    assert [r["sourcedId"] for r in got] == [r["sourcedId"] for r in want]
    assert {r["sourcedId"].rsplit("-", 1)[0] for r in got} >= {"res", "res-nameless"}
    strays = [r for r in book.books["results"] if "other" in r["sourcedId"] and r["student"]["sourcedId"] in students]
    assert strays and not all(r in want for r in strays)
    assert "CANARY" not in "".join(a.body.decode() for a in answers)


def test_R5_with_classes_listed_no_result_of_another_class_leaves(world, tmp_path):
    _, book = world
    policy = make_policy(tmp_path / "policy")
    shared = ids(world[0], f"{GRADES}/results", "results")
    first = next(r for r in book.books["results"] if r["sourcedId"] in shared)
    listed = first["class"]["sourcedId"]
    path = policy / "agreements" / "acme-math.yaml"
    path.write_text(path.read_text().replace("where: { ", f"where: {{ classes: [{listed}], ", 1))
    stack = Stack(tmp_path, book.address, policy=policy).start()
    try:
        got, _ = stack.all_pages(f"{GRADES}/results?limit=100", CLIENT)
        trimmed, _ = stack.all_pages(f"{GRADES}/results?limit=100&fields=sourcedId,score", CLIENT)
        students = ids(stack, "/students?limit=1000", "users")
        withheld = [r["sourcedId"] for r in book.books["results"]
                    if r["student"]["sourcedId"] in students and r.get("class") != first["class"]]
        by_id = {stack.get(f"{GRADES}/results/{id}", CLIENT).status for id in withheld[:10]}
    finally:
        assert stack.stop() == 0
    want = [
        r["sourcedId"] for r in book.books["results"]
        if r["student"]["sourcedId"] in students and r.get("class", {}).get("sourcedId") == listed
    ]
    assert first["sourcedId"] in want and len(withheld) > len(want)
    assert [r["sourcedId"] for r in got] == want and [r["sourcedId"] for r in trimmed] == want
    assert by_id == {404}


def test_links_stand_under_the_service_of_what_they_name(world):
    stack, _ = world
    a = stack.get(f"{GRADES}/results?limit=1", CLIENT)
    row = a.json()["results"][0]
    host = "https://gateway.example.org"
    assert row["lineItem"]["href"] == f"{host}{GRADES}/lineItems/{row['lineItem']['sourcedId']}"
    assert row["student"]["href"] == f"{host}{BASE}/users/{row['student']['sourcedId']}"
    assert a.links()["next"].startswith(f"{host}{GRADES}/results?")
    assert "sis.internal" not in a.body.decode()


def test_numbers_keep_their_text(world):
    stack, book = world
    a = stack.get(f"{GRADES}/results?limit=1000", CLIENT)
    text = a.body.decode()
    scores = {r["sourcedId"]: r["score"].strip("@") for r in book.books["results"]}
    for row in a.json()["results"]:
        part = text[text.index(f'"sourcedId":"{row["sourcedId"]}"') :]
        assert part[part.index('"score":') + 8 :].startswith(scores[row["sourcedId"]] + ",")


def test_line_items_are_bound_by_school_and_class(world):
    stack, book = world
    classes = ids(stack, "/classes?limit=1000", "classes")
    got, _ = stack.all_pages(f"{GRADES}/lineItems?limit=100", CLIENT)
    want = [r for r in book.books["lineItems"] if r["class"]["sourcedId"] in classes]
    assert 20 < len(want) < len(book.books["lineItems"])
    assert [r["sourcedId"] for r in got] == [r["sourcedId"] for r in want]
    assert {r["title"] for r in got} == {"-"} and {r["resultValueMax"] for r in got} == {100.0}


def test_one_result_by_id_or_the_same_404(world):
    stack, book = world
    students = ids(stack, "/students?limit=1000", "users")
    classes = ids(stack, "/classes?limit=1000", "classes")
    about = [r for r in book.books["results"] if r["student"]["sourcedId"] in students and "sourcedId" in r.get("class", {})]
    inside = next(r for r in about if r["class"]["sourcedId"] in classes)
    elsewhere = next(r for r in about if r["class"]["sourcedId"] not in classes)
    outside = next(r for r in book.books["results"] if r["student"]["sourcedId"] not in students)
    a = stack.get(f"{GRADES}/results/{inside['sourcedId']}", CLIENT)
    assert a.status == 200 and a.json()["result"]["sourcedId"] == inside["sourcedId"]
    withheld = (outside["sourcedId"], elsewhere["sourcedId"], "none")
    refused = [stack.get(f"{GRADES}/results/{id}", CLIENT) for id in withheld]
    assert [r.status for r in refused] == [404, 404, 404]
    strip = lambda r: r.body.replace(r.header("Hallpass-Exchange").encode(), b"")
    assert strip(refused[0]) == strip(refused[1]) == strip(refused[2])


def test_each_result_is_recorded_for_its_student(world):
    stack, _ = world
    a = stack.get(f"{GRADES}/results?limit=5", CLIENT)
    rows = a.json()["results"]
    (entry,) = stack.entries_of(a, wait_for="outcome")["disclosure"]
    assert entry["resource"] == "results" and entry["records"] == 5
    student = rows[0]["student"]["sourcedId"]
    exchange = a.header("Hallpass-Exchange")
    assert any(e.get("exchange") == exchange for e in stack.disclosed(student))


def test_R3_no_question_compares_a_score_and_no_write_is_taken(world):
    stack, _ = world
    for query in ("filter=score='87.5'", "sort=score"):
        assert stack.get(f"{GRADES}/results?{query}", CLIENT).status == 403
    for method in ("PUT", "DELETE", "POST"):
        a = stack.get(f"{GRADES}/results/res-1", CLIENT, method=method)
        assert a.status == 405 and a.header("Allow") == "GET, HEAD"
    assert stack.get(f"{BASE}/results", CLIENT).status == 404
    assert stack.get(f"{GRADES}/students", CLIENT).status == 404
