# SPDX-License-Identifier: Apache-2.0
"""The leak test: for every resource, role, field and partner, with and without `fields`,
`filter` and `sort`, what a partner received equals what an independent oracle computes from
the CSV and the agreement. Not "no withheld canary was seen": equal."""

import datetime
import json
import random
import re
import zoneinfo
from urllib.parse import quote

import pytest
import yaml

from ids import Ids, derive, make_master
from oracle import Oracle, leaves
from oracle_own import OwnFacts
from own_files import OWN_CLIENTS, make_own_policy, make_policy, write_own
from stack import RESOURCES, ROOT, Source, Stack, is_sanitized, load, make_bundle
from transforms import Changes

URL = "https://gateway.example.org"
CLIENTS = {  # of a district without students' own facts
    "acme-prod": "acme-math",
    "library-cards": "library-cards",
    "wide-prod": "wide",
    "staff-prod": "staff-directory",
    "coded-prod": "coded",
    "changed-prod": "changed",
    "classes-prod": "by-classes",
    "spring-prod": "by-terms",
}
CODED = ["courses", "classes", "users", "enrollments"]
ID = re.compile(r"(?:stu|grd|stf|cls|crs|enr)-[0-9][0-9a-z-]*")
ALL_CLIENTS = {**CLIENTS, **OWN_CLIENTS}
# All of them; under a sanitizer, which looks for other faults and is slow, every fourth.
PAIRS = [
    (client, resource)
    for i, client in enumerate(ALL_CLIENTS)
    for j, resource in enumerate(RESOURCES)
    if not is_sanitized() or (i + j) % 4 == 0
]
WORD = re.compile(r"[A-Za-z]{8,}|[0-9]{9,}")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("leak-bundle") / "bundle", 260, 21)


@pytest.fixture(scope="module")
def policy(tmp_path_factory, bundle):
    folder = tmp_path_factory.mktemp("leak-policy") / "district"
    return make_policy(folder, load(bundle))


@pytest.fixture(scope="module")
def own_policy(tmp_path_factory, policy):
    return make_own_policy(tmp_path_factory.mktemp("leak-own") / "district", policy)


def today(district):
    return datetime.datetime.now(zoneinfo.ZoneInfo(district["time-zone"])).date()


def start(folder, source, rows, policy, clients, students=None):
    (folder / "stack").mkdir()
    path, master = make_master(folder)
    settings = {"master-key": path, **({} if students is None else {"students": str(students)})}
    stack = Stack(folder / "stack", source, policy=policy, **settings).start()
    stack.rows = rows
    catalog = yaml.safe_load((ROOT / "policy" / "catalogs" / "oneroster-1.2.yaml").read_text())
    district = yaml.safe_load((policy / "district.yaml").read_text())
    stack.oracles = {}
    for client, agreement in clients.items():
        doc = yaml.safe_load((policy / "agreements" / f"{agreement}.yaml").read_text())
        partner = doc["partner"]
        ids = Ids(derive(master, partner), partner) if doc["ids"] == "per-partner" else None
        day = today(district)
        more = {"own": OwnFacts(students), "purpose": "testing", "ids": ids, "today": day}
        more["changes"] = Changes(master, doc, district, day)
        stack.oracles[client] = Oracle(rows, catalog, district, doc, URL, **more)
    stack.canaries = canaries_of(rows)
    return stack


@pytest.fixture(scope="module")
def plain_world(tmp_path_factory, bundle, policy):
    folder = tmp_path_factory.mktemp("leak")
    source = Source(folder, bundle).start()
    stack = start(folder, source, load(bundle), policy, CLIENTS)
    yield stack
    stack.stop()
    source.stop()


@pytest.fixture(scope="module")
def own_world(tmp_path_factory, bundle, own_policy):
    folder = tmp_path_factory.mktemp("leak-of-own")
    source = Source(folder, bundle).start()
    rows = load(bundle)
    students = write_own(folder / "students", rows["students"])
    stack = start(folder, source, rows, own_policy, OWN_CLIENTS, students)
    yield stack
    stack.stop()
    source.stop()


@pytest.fixture
def world(request, client):
    return request.getfixturevalue("plain_world" if client in CLIENTS else "own_world")


def canaries_of(rows):
    """Words that stand in exactly one record of the bundle, in exactly one member."""
    count = {}
    for resource in ("users", "demographics"):
        for record in rows[resource]:
            for name, value in record.items():
                for word in set(WORD.findall(json.dumps(value, ensure_ascii=False))):
                    count.setdefault(word, set()).add((record["sourcedId"], name))
    return {w for w, places in count.items() if len(places) == 1}


def released(stack, client, resource):
    """(record as released, rules it was released by) for each that leaves; worked out once."""
    cache = stack.__dict__.setdefault("released", {})
    if (client, resource) not in cache:
        oracle = stack.oracles[client]
        out = []
        for record in stack.rows[resource]:
            whole, _ = oracle.release(resource, record)
            if whole is not None:
                out.append((whole, oracle.rules(resource, oracle.decide(resource, record))))
        cache[client, resource] = out
    return cache[client, resource]


def expected(stack, client, resource, asked=None):
    rows = [whole for whole, _ in released(stack, client, resource)]
    oracle = stack.oracles[client]
    return rows if asked is None else [oracle.narrow(r, asked) for r in rows]


def raw_words(stack, answers):
    """Every canary in anything that the partner received: heads, bodies. Links repeat the
    partner's own filter, which does not count as received."""
    heads = "\n".join(re.sub(r"filter=[^&>]*", "", a.head.decode("latin-1")) for a in answers)
    bodies = [json.dumps(json.loads(a.body), ensure_ascii=False) for a in answers]
    text = "\n".join([heads, *bodies])
    return set(WORD.findall(text)) & stack.canaries


def words_of(stack, rows):
    return set(WORD.findall(json.dumps(rows, ensure_ascii=False))) & stack.canaries


def is_shared(stack, client, resource):
    return bool(stack.oracles[client].programs[resource])


def assert_same(stack, got, answers, want):
    assert [r.get("sourcedId") for r in got] == [r.get("sourcedId") for r in want]
    for g, w in zip(got, want):
        assert g == w
        assert list(g) == list(w) or sorted(g) == sorted(w)
    assert raw_words(stack, answers) == words_of(stack, want)


def district_ids(stack):
    return {r["sourcedId"] for name in CODED for r in stack.rows[name]}


def assert_no_district_ids(stack, client, answers):
    """SAFETY I1: where ids are the partner's own, no id of the district's stands anywhere."""
    if stack.oracles[client].ids is not None:
        text = "\n".join(a.head.decode("latin-1") + a.body.decode() for a in answers)
        assert not set(ID.findall(text)) & district_ids(stack)


@pytest.mark.parametrize("client, resource", PAIRS)
def test_whole_lists(world, client, resource):
    if not is_shared(world, client, resource):
        a = world.get(f"/{resource}", client)
        assert a.status == 403 and "resource-not-shared" in a.body.decode()
        assert raw_words(world, [a]) == set()
        return
    got, answers = world.all_pages(f"/{resource}?limit=77", client)
    assert_same(world, got, answers, expected(world, client, resource))
    one, answers = world.all_pages(f"/{resource}?limit=10000", client)
    assert one == got and len(answers) == 1
    assert_no_district_ids(world, client, answers)


@pytest.mark.parametrize("client, resource", PAIRS)
def test_every_record_by_id(world, client, resource):
    """Each id of the source: the record as the oracle has it, or the 404 that everybody gets."""
    if not is_shared(world, client, resource):
        return
    oracle = world.oracles[client]
    kind = oracle.fields[oracle.catalog["resources"][resource]["record"]]["sourcedId"].spec["of"]
    want = {r["sourcedId"]: r for r in expected(world, client, resource)}
    ids = sorted(r["sourcedId"] for r in world.rows[resource])
    ids = ids if len(ids) <= 400 else random.Random(len(ids)).sample(ids, 400)
    others = ids[::7] if oracle.ids is not None else []  # the district's, which are none here
    c = world.connect()
    for i in [*[oracle.known_as(kind, i) for i in ids], *others, "no-such-id"]:
        a = world.get(f"/{resource}/{quote(i)}", client, connection=c)
        if not oracle.may_get(resource):
            assert a.status == 403, (i, a.body)  # whether the id exists or not
            assert raw_words(world, [a]) == set()
        elif i in want:
            assert a.status == 200, (i, a.body)
            assert next(iter(a.json().values())) == want[i]
            assert raw_words(world, [a]) == words_of(world, [want[i]])
        else:
            assert a.status == 404, (i, a.body)
            assert raw_words(world, [a]) == set()
    c.close()


def fields_of(stack, resource):
    oracle = next(iter(stack.oracles.values()))
    record = oracle.catalog["resources"][resource]["record"]
    return [f for f in leaves(oracle.fields[record])]


def visible_paths(stack, client, resource):
    return {p for rules in stack.oracles[client].programs[resource].values() for p in rules}


@pytest.mark.parametrize("client, resource", PAIRS)
def test_every_field_alone(world, client, resource):
    if not is_shared(world, client, resource):
        return
    visible = visible_paths(world, client, resource)
    tops = sorted({f.path.split(".")[0] for f in fields_of(world, resource)})
    for top in [*tops, "metadata", "nothing"]:
        a = world.get(f"/{resource}?limit=10000&fields={top}", client)
        if any(p.split(".")[0] == top for p in visible):
            want = expected(world, client, resource, asked={top})
            assert_same(world, next(iter(a.json().values())), [a], want)
        else:
            assert a.status == 400, (top, a.status)
            assert raw_words(world, [a]) == set()


def values_at(record, path):
    """Every value at a dotted path; a reference is compared by its sourcedId."""
    here = [record]
    for name in path.split("."):
        step = []
        for v in here:
            got = v.get(name) if isinstance(v, dict) else None
            step += got if isinstance(got, list) else [got] if got is not None else []
        here = step
    return [v["sourcedId"] if isinstance(v, dict) else v for v in here]


def matches(record, path, op, value):
    got = values_at(record, path)
    if op == "!=":
        return bool(got) and all(v != value for v in got)
    tests = {"=": lambda v: v == value, "~": lambda v: value.lower() in v.lower(), ">": lambda v: v > value}
    return any(tests[op](v) for v in got)


@pytest.mark.parametrize("client, resource", PAIRS)
def test_every_field_as_a_filter(world, client, resource):
    """A filter selects by what the partner sees, and by nothing else (SAFETY R3)."""
    if not is_shared(world, client, resource):
        return
    c = world.connect()
    for f in fields_of(world, resource):
        plain = world.oracles[client].may_filter(resource, f)
        path = f.path + (".sourcedId" if f.spec["type"] == "ref" else "")
        sample = next((v for r in world.rows[resource] for v in values_at(r, f.path)), "x")
        if f.spec["type"] in ("id", "ref"):
            sample = world.oracles[client].known_as(f.spec["of"], sample)
        for op in ("=", "!=", "~", ">"):
            text = quote(f"{path}{op}'{sample.replace(chr(39), chr(39) * 2)}'")
            a = world.get(f"/{resource}?limit=10000&filter={text}", client, connection=c)
            if not plain or op != "=" and f.spec["type"] in ("id", "ref") and a.status == 403:
                assert a.status == 403, (f.path, op, a.status, a.body)
                assert raw_words(world, [a]) == set()
                continue
            assert a.status == 200, (f.path, op, a.body)
            want = plain_rows(world, client, resource, f.path, op, sample)
            assert_same(world, next(iter(a.json().values())), [a], want)
    c.close()


def plain_rows(stack, client, resource, path, op, value):
    """Rows whose value at `path` leaves unchanged and matches."""
    rows = released(stack, client, resource)
    plain = [whole for whole, rules in rows if rules.get(path) == ("as-is", None)]
    return [whole for whole in plain if matches(whole, path, op, value)]


@pytest.mark.parametrize("client, resource", PAIRS)
def test_every_field_as_a_sort(world, client, resource):
    if not is_shared(world, client, resource):
        return
    c = world.connect()
    for f in fields_of(world, resource):
        path = f.path + (".sourcedId" if f.spec["type"] == "ref" else "")
        a = world.get(f"/{resource}?limit=10000&sort={path}&orderBy=desc", client, connection=c)
        if not world.oracles[client].may_sort(resource, f):
            assert a.status == 403, (f.path, a.status)
            assert raw_words(world, [a]) == set()
        elif a.status == 200:
            got = next(iter(a.json().values()))
            want = expected(world, client, resource)
            key = lambda r: r["sourcedId"]
            assert sorted(got, key=key) == sorted(want, key=key)
            order = [values_at(r, f.path)[:1] for r in got]
            assert order == sorted(order, reverse=True)
            assert raw_words(world, [a]) == words_of(world, want)
        else:
            assert a.status == 403
    c.close()


def test_I1_the_search_for_district_ids_finds_them_where_they_are_sent(plain_world):
    for resource in ("users", "classes", "courses", "enrollments"):
        a = plain_world.get(f"/{resource}?limit=10000", "wide-prod")
        found = set(ID.findall(a.body.decode())) & district_ids(plain_world)
        assert {r["sourcedId"] for r in next(iter(a.json().values()))} <= found
    assert all(ID.fullmatch(i) for i in district_ids(plain_world))


@pytest.mark.parametrize("client", ALL_CLIENTS)
def test_the_oracle_releases_and_withholds_something_everywhere(world, client):
    """The comparison above would be empty if the agreements shared nothing, or everything."""
    seen = {r: len(expected(world, client, r)) for r in RESOURCES}
    assert sum(seen.values()) > 20
    if client in ("acme-prod", *OWN_CLIENTS):
        assert 0 < seen["students"] < 0.9 * len(world.rows["students"])
    if client == "wide-prod":
        assert words_of(world, expected(world, client, "students"))


def test_s4_s5_the_facts_of_single_students_show_in_their_records(own_world):
    """Each kind of fact makes a difference to somebody, so that the tables above can tell."""
    shapes = {c: set() for c in OWN_CLIENTS}
    for client in OWN_CLIENTS:
        for record in expected(own_world, client, "students"):
            shapes[client].add(tuple(sorted(record)))
    assert all(len(shapes[c]) > 8 for c in ("restricted-prod", "consent-prod")), shapes
    assert len(shapes["directory-prod"]) > 3, shapes
    counts = {c: len(expected(own_world, c, "students")) for c in OWN_CLIENTS}
    assert len(set(counts.values())) == len(counts), counts
