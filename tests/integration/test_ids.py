# SPDX-License-Identifier: Apache-2.0
"""Partners with ids of their own, end to end: SAFETY I1, I2, F6, R4. What a code must be is
worked out by ids.py, apart from the gateway."""

import json
import re
import shutil
from urllib.parse import quote, urlsplit

import pytest
import yaml

from ids import Ids, derive, make_master
from stack import ROOT, Source, Stack, load, make_bundle, run

AGREEMENTS = {
    # client: (agreement, partner, what the file says of ids)
    "acme-prod": ("acme-math", "acme", {"ids": "per-partner"}),
    "acme-renewed": ("acme-math-2", "acme", {"ids": "per-partner"}),
    "acme-research": ("acme-study", "acme", {"ids": "per-partner", "ids-scope": "agreement"}),
    "other-prod": ("other-math", "other", {"ids": "per-partner"}),
}
BOX = "Provider/App assigned student ID number"
KINDS = {"classes": "class", "courses": "course", "users": "user", "enrollments": "enrollment"}


def make_policy(folder):
    """The example district; its first agreement for two partners, three times for one of them."""
    shutil.copytree(ROOT / "policy" / "examples", folder)
    agreement = yaml.safe_load((folder / "agreements" / "acme-math.yaml").read_text())
    partner = yaml.safe_load((folder / "partners" / "acme.yaml").read_text())
    agreement["exhibit-b"]["Student Identifiers"] = [BOX]
    clients = {"acme": [], "other": []}
    for client, (name, owner, ids) in AGREEMENTS.items():
        doc = {**agreement, "agreement": name, "partner": owner, **ids}
        (folder / "agreements" / f"{name}.yaml").write_text(yaml.safe_dump(doc, sort_keys=False))
        keys = {"keys": {"file": f"{client}-jwks.json"}}
        clients[owner].append({**partner["clients"][0], "id": client, "agreement": name, **keys})
    for owner, list_ in clients.items():
        doc = {**partner, "partner": owner, "clients": list_}
        (folder / "partners" / f"{owner}.yaml").write_text(yaml.safe_dump(doc, sort_keys=False))
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ids")
    source = Source(folder, make_bundle(folder / "bundle", 200, 8)).start()
    path, master = make_master(folder)
    policy = make_policy(folder / "policy")
    stack = Stack(folder, source, policy=policy, **{"master-key": path}).start()
    stack.rows = load(folder / "bundle")
    stack.master = master
    stack.ids = {c: ids_of(master, c) for c in AGREEMENTS}
    yield stack
    stack.stop()
    source.stop()


def ids_of(master, client):
    agreement, partner, how = AGREEMENTS[client]
    if "ids-scope" in how:
        return Ids(derive(master, partner, agreement), agreement, "agreement")
    return Ids(derive(master, partner), partner)


def rows(stack, path, client="acme-prod"):
    got, _ = stack.all_pages(path, client)
    return got


def path_of(href):
    parts = urlsplit(href)
    assert parts.netloc == "gateway.example.org"
    return parts.path


def filtered(resource, text, more=""):
    return f"/{resource}?limit=10000{more}&filter={quote(text)}"


def without_exchange(a):
    exchange = a.header("Hallpass-Exchange").encode()
    head = re.sub(rb"Date: [^\r]+", b"Date: -", a.head).replace(exchange, b"-")
    links = re.sub(rb"filter=[^&>]*", b"filter=-", head)  # they repeat the question
    return a.status, links, a.body.replace(exchange, b"-"), a.chunks, a.complete


# --- I1, I2: codes


@pytest.mark.parametrize("client", AGREEMENTS)
def test_I1_every_id_and_reference_is_a_code_of_this_partner(world, client):
    ids = world.ids[client]
    for resource, kind in KINDS.items():
        known = {r["sourcedId"] for r in world.rows[resource]}
        got = rows(world, f"/{resource}?limit=50", client)
        assert got
        for record in got:
            assert re.fullmatch("[a-z0-9]{1,64}", record["sourcedId"])
            assert ids.decode(kind, record["sourcedId"]) in known
    for e in rows(world, "/enrollments?limit=1000", client):
        person = "stu-" if e["role"] == "student" else "stf-"
        assert ids.decode("user", e["user"]["sourcedId"]).startswith(person)
        assert ids.decode("class", e["class"]["sourcedId"]).startswith("cls-")
        assert e["school"]["sourcedId"].startswith("school-")


def test_I2_codes_survive_a_renewal_and_are_different_elsewhere(world):
    got = {c: {r["sourcedId"] for r in rows(world, "/students?limit=1000", c)} for c in AGREEMENTS}
    assert len(got["acme-prod"]) > 10
    assert got["acme-prod"] == got["acme-renewed"]
    assert not got["acme-prod"] & got["acme-research"]
    assert not got["acme-prod"] & got["other-prod"]
    assert not got["acme-research"] & got["other-prod"]


def test_I1_references_can_be_followed_and_records_asked_for_by_code(world):
    c = world.connect()
    for e in rows(world, "/enrollments?limit=1000")[:20]:
        for name in ("user", "class", "school"):
            a = world.get(path_of(e[name]["href"]), "acme-prod", connection=c)
            assert a.status == 200
            assert next(iter(a.json().values()))["sourcedId"] == e[name]["sourcedId"]
        a = world.get(f"/enrollments/{e['sourcedId']}", "acme-prod", connection=c)
        assert a.json()["enrollment"] == e
        found = world.get(f"/students/{e['user']['sourcedId']}", "acme-prod", connection=c)
        assert found.status == (200 if e["role"] == "student" else 404)
    c.close()


def test_I1_nothing_that_a_partner_receives_holds_an_id_of_the_districts(world):
    district = {r["sourcedId"] for resource in KINDS for r in world.rows[resource]}
    pattern = re.compile(r"(?:stu|grd|stf|cls|crs|enr)-[0-9][0-9a-z-]*")
    student = world.rows["students"][0]["sourcedId"]
    seen = 0
    for path in (
        *(f"/{r}?limit=7" for r in KINDS),
        filtered("users", f"sourcedId='{world.ids['acme-prod'].encode('user', student)}'"),
        "/users/none",
        "/users?sort=sourcedId",
    ):
        answers = [world.get(path, "acme-prod")]
        if answers[0].status == 200:
            _, answers = world.all_pages(path, "acme-prod")
        text = "\n".join(a.head.decode("latin-1") + a.body.decode() for a in answers)
        seen += len(answers)
        assert not set(pattern.findall(text)) & district
    assert seen > 20


# --- R4: ids that are none


def refused_alike(world, resource, texts):
    """All of them are 404, byte for byte the same, and cost the source no leg."""
    c = world.connect()
    before = world.metric("hallpass_legs_total")
    answers = [world.get(f"/{resource}/{quote(t)}", "acme-prod", connection=c) for t in texts]
    assert world.metric("hallpass_legs_total") == before
    c.close()
    assert answers[0].status == 404
    assert len({repr(without_exchange(a)) for a in answers}) == 1


@pytest.mark.parametrize("resource", KINDS)
def test_R4_a_path_that_is_no_code_answers_as_an_id_that_does_not_exist(world, resource):
    ids = world.ids["acme-prod"]
    real = world.rows[resource][0]["sourcedId"]
    code = ids.encode(KINDS[resource], real)
    other = world.ids["other-prod"].encode(KINDS[resource], real)
    wrong = ids.encode("user" if resource == "classes" else "class", real)
    texts = ["none", real, other, wrong, code[:-1], code + "a", code.upper(), "a" * 64, "a" * 200]
    refused_alike(world, resource, texts)


def test_R4_a_code_of_nobody_and_text_that_is_no_code_answer_alike(world):
    ids = world.ids["acme-prod"]
    for resource in ("users", "classes", "courses"):
        refused_alike(world, resource, [ids.encode(KINDS[resource], "nobody-0"), "none"])
    # Enrollments are unknown to the roster: the source is asked for a code, and only for one.
    a = world.get(f"/enrollments/{ids.encode('enrollment', 'nobody-0')}", "acme-prod")
    b = world.get("/enrollments/none", "acme-prod")
    assert a.status == 404 and without_exchange(a) == without_exchange(b)


@pytest.mark.parametrize("path", ["sourcedId", "user.sourcedId", "class.sourcedId"])
def test_R4_a_filter_by_what_is_no_code_is_empty_and_does_not_ask_the_source(world, path):
    ids = world.ids["acme-prod"]
    kind = {"sourcedId": "enrollment"}.get(path, path.split(".")[0])
    real = world.rows["enrollments"][0]
    real = real["sourcedId"] if path == "sourcedId" else real[kind]["sourcedId"]
    nobody = world.get(filtered("enrollments", f"{path}='{ids.encode(kind, 'nobody-0')}'"), "acme-prod")
    assert nobody.status == 200 and nobody.json() == {"enrollments": []}
    before = world.metric("hallpass_legs_total")
    for text in (real, "none", "", world.ids["other-prod"].encode(kind, real)):
        for more in ("", f" AND {path}='{ids.encode(kind, real)}'"):
            a = world.get(filtered("enrollments", f"{path}='{text}'{more}"), "acme-prod")
            assert without_exchange(a) == without_exchange(nobody)
    assert world.metric("hallpass_legs_total") == before


def test_R4_filters_by_code_select_what_the_codes_name(world):
    ids = world.ids["acme-prod"]
    everything = rows(world, "/enrollments?limit=10000")
    one, two = everything[0]["class"]["sourcedId"], everything[-1]["user"]["sourcedId"]
    cases = {
        f"class.sourcedId='{one}'": lambda e: e["class"]["sourcedId"] == one,
        f"class.sourcedId!='{one}'": lambda e: e["class"]["sourcedId"] != one,
        f"class.sourcedId!='{ids.decode('class', one)}'": lambda e: True,
        f"user.sourcedId='{two}' AND class.sourcedId='{one}'": lambda e: (
            e["user"]["sourcedId"] == two and e["class"]["sourcedId"] == one
        ),
        f"user.sourcedId='{two}' OR class.sourcedId='{one}'": lambda e: (
            e["user"]["sourcedId"] == two or e["class"]["sourcedId"] == one
        ),
        f"user.sourcedId='{two}' OR class.sourcedId='none'": lambda e: e["user"]["sourcedId"] == two,
        f"user.sourcedId='none' OR status='active'": lambda e: e["status"] == "active",
        f"school.sourcedId='{everything[0]['school']['sourcedId']}'": lambda e: (
            e["school"]["sourcedId"] == everything[0]["school"]["sourcedId"]
        ),
    }
    for text, keep in cases.items():
        got = rows(world, filtered("enrollments", text).replace("10000", "9"))
        assert got == [e for e in everything if keep(e)], text


@pytest.mark.parametrize("op", [">", ">=", "<", "<=", "~"])
def test_R4_ranges_and_parts_of_ids_are_refused(world, op):
    for resource, path in (("users", "sourcedId"), ("enrollments", "user.sourcedId")):
        a = world.get(filtered(resource, f"{path}{op}'a'"), "acme-prod")
        assert a.status == 403 and "ids" in a.body.decode()
    a = world.get(filtered("enrollments", f"school.sourcedId{op}'a'"), "acme-prod")
    assert a.status == 200  # orgs keep their ids


def test_R4_sort_by_ids_and_times_is_refused(world):
    for path in ("sourcedId", "dateLastModified", "class.sourcedId"):
        a = world.get(f"/enrollments?sort={path}", "acme-prod")
        assert a.status == 403, (path, a.body)


# --- F6: days


def test_F6_last_changes_are_days_and_deltas_go_by_days(world):
    everything = rows(world, "/students?limit=10000")
    assert {r["dateLastModified"][10:] for r in everything} == {"T00:00:00.000Z"}
    days = sorted({r["dateLastModified"][:10] for r in everything})
    for day in (days[0], days[len(days) // 2], days[-1]):
        for op, keep in ((">=", lambda d: d >= day), (">", lambda d: d > day), ("=", lambda d: d == day)):
            for moment in (f"{day}T00:00:00Z", f"{day}T00:00:00.000Z"):
                got = rows(world, filtered("students", f"dateLastModified{op}'{moment}'"))
                assert got == [r for r in everything if keep(r["dateLastModified"][:10])], (op, moment)


def test_F6_no_question_tells_the_time_within_a_day(world):
    """For every moment of a day the answer is that of the day."""
    everything = rows(world, "/students?limit=10000")
    day = everything[0]["dateLastModified"][:10]
    of_day = [r for r in everything if r["dateLastModified"][:10] == day]
    assert of_day
    for hour in ("00:00:00.001", "06:12:30.000", "06:13:00.000", "12:00:00.000", "23:59:59.999"):
        text = f"dateLastModified>='{day}' AND dateLastModified<='{day}T{hour}Z'"
        assert rows(world, filtered("students", text)) == of_day
        text = f"dateLastModified>'{day}T{hour}Z' AND dateLastModified<'{day}T99'"
        assert rows(world, filtered("students", text)) == []


# --- cursors, ledger, keys


def test_I1_a_cursor_belongs_to_the_question_in_codes(world):
    everything = rows(world, "/enrollments?limit=10000")
    codes = sorted({e["class"]["sourcedId"] for e in everything})
    sizes = {c: sum(e["class"]["sourcedId"] == c for e in everything) for c in codes}
    one, two = sorted(codes, key=sizes.get)[-2:]
    a = world.get(filtered("enrollments", f"class.sourcedId='{one}'").replace("10000", "1"), "acme-prod")
    parts = urlsplit(a.links()["next"])
    link = f"{parts.path}?{parts.query}"
    assert one in link and world.ids["acme-prod"].decode("class", one) not in link
    assert world.get(link, "acme-prod").status == 200
    assert world.get(link.replace(one, two), "acme-prod").status == 400


def test_I1_the_ledger_knows_students_by_neither_form_in_its_entries(world):
    a = world.get("/students?limit=3", "acme-prod")
    shown = [r["sourcedId"] for r in a.json()["users"]]
    students = [world.ids["acme-prod"].decode("user", i) for i in shown]
    world.entries_of(a, "outcome")
    text = json.dumps(world.ledger())
    assert not [w for w in (*shown, *students) if w in text]
    found = world.disclosed(students[0])  # kept by the district's id, beside the entries
    assert a.header("Hallpass-Exchange") in json.dumps(found)


def test_I1_without_a_master_key_such_a_policy_is_not_served(world, tmp_path):
    policy = make_policy(tmp_path / "policy")
    stack = Stack(tmp_path, world.source, policy=policy)
    done = run("serve", "--config", stack.config, check=False)
    assert done.returncode != 0 and "master-key" in done.stderr


def test_I1_another_master_key_makes_every_code_anew(world, tmp_path):
    before = {r["sourcedId"] for r in rows(world, "/students?limit=1000")}
    path, master = make_master(tmp_path)
    stack = Stack(tmp_path, world.source, policy=make_policy(tmp_path / "policy"), **{"master-key": path})
    stack.start()
    after = {r["sourcedId"] for r in rows(stack, "/students?limit=1000")}
    stack.stop()
    ids = ids_of(master, "acme-prod")
    assert len(after) == len(before) and not after & before
    assert {ids.decode("user", i) for i in after} == {world.ids["acme-prod"].decode("user", i) for i in before}


def test_I1_a_record_whose_id_has_no_code_is_withheld_and_counted(world, tmp_path):
    """One enrollment gets an id that is too long; everything else stays as it is."""
    before = rows(world, "/enrollments?limit=10000")
    gone = before[0]
    bundle = tmp_path / "bundle"
    shutil.copytree(world.source.bundle, bundle)
    sheet = bundle / "enrollments.csv"
    name = world.ids["acme-prod"].decode("enrollment", gone["sourcedId"])
    text = sheet.read_text()
    assert text.count(f"\n{name},") == 1
    sheet.write_text(text.replace(f"\n{name},", f"\n{name}-of-the-first-term-of-this-year,"))
    source = Source(tmp_path, bundle).start()
    path = tmp_path / "master.key"
    path.write_text(world.master.hex() + "\n")
    path.chmod(0o600)
    stack = Stack(tmp_path, source, policy=make_policy(tmp_path / "policy"), **{"master-key": str(path)})
    stack.start()
    a = stack.get("/enrollments?limit=10000", "acme-prod")
    assert sorted(map(str, a.json()["enrollments"])) == sorted(map(str, before[1:]))
    (outcome,) = stack.entries_of(a, "outcome")["outcome"]
    assert outcome["withheld"]["id"] == 1
    assert stack.metric("hallpass_records_without_code_total") == 1
    stack.stop()
    source.stop()


def test_I1_the_district_reads_a_code_and_finds_it_again(world):
    ids = world.ids["acme-prod"]
    student = world.rows["students"][0]["sourcedId"]
    klass = world.rows["classes"][0]["sourcedId"]
    of = ("--config", world.config, "--agreement", "acme-math")
    for kind, name in (("user", student), ("class", klass)):
        code = ids.encode(kind, name)
        assert run("id", "read", *of, code).stdout == f"{kind} {name}\n"
        assert run("id", "code", *of, "--type", kind, name).stdout == f"{code}\n"
    research = ("--config", world.config, "--agreement", "acme-study")
    for words, code in (
        (("id", "read", *of, student), 1),
        (("id", "read", *research, ids.encode("user", student)), 1),
        (("id", "read", "--config", world.config, "--agreement", "library-cards", "x"), 1),
        (("id", "read", "--config", world.config, "--agreement", "nothing", "x"), 1),
        (("id", "code", *of, "--type", "org", "school-01"), 2),
        (("id", "code", *of, "--type", "user", "x" * 90), 1),
        (("id", "read", *of), 2),
    ):
        done = run(*words, check=False)
        assert done.returncode == code and done.stderr and not done.stdout, words
