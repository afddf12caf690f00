# SPDX-License-Identifier: Apache-2.0
"""SAFETY R1: two sources that differ only in what a partner may not see give byte-identical
heads, bodies and chunk boundaries (date, exchange id and sealed cursors aside) over random
questions, asked in pages that are followed to the end."""

import random
import re
import shutil
from urllib.parse import quote, urlsplit

import pytest
import yaml

from ids import Ids, derive, make_master
from oracle import Oracle, leaves
from oracle_own import OwnFacts
from own_files import make_own_policy, make_policy, write_own
from stack import BASE, RESOURCES, ROOT, Source, Stack, is_sanitized, load, make_bundle
from twin import Twin

URL = "https://gateway.example.org"
# case: client, agreement, which policy, how many questions
CASES = {
    "acme-prod": ("acme-prod", "acme-math", "example", 5000),
    "library-cards": ("library-cards", "library-cards", "example", 5000),
    "acme-coded": ("acme-prod", "acme-math", "coded", 5000),
    "restrictions": ("restricted-prod", "restricted", "own", 1500),
    "consents": ("consent-prod", "by-consent", "own", 1500),
    "opt-outs": ("directory-prod", "by-directory", "own", 1500),
    "namings": ("named-prod", "by-name", "own", 1000),
    "classes": ("classes-prod", "by-classes", "own", 1000),
    "terms": ("spring-prod", "by-terms", "own", 1000),
}
CURSOR = re.compile(rb"cursor=[A-Za-z0-9_-]{59}")


def coded_policy(folder, agreement):
    """The example district; one agreement with codes for ids."""
    shutil.copytree(ROOT / "policy" / "examples", folder)
    path = folder / "agreements" / f"{agreement}.yaml"
    text = path.read_text().replace("ids: district-ids", "ids: per-partner")
    box = "[Provider/App assigned student ID number]"
    path.write_text(text.replace("[Local ID number]", box))
    return folder


def policy_of(folder, kind, agreement, rows):
    if kind == "example":
        return ROOT / "policy" / "examples"
    if kind == "coded":
        return coded_policy(folder / "policy", agreement)
    return make_own_policy(folder / "own-policy", make_policy(folder / "policy", rows))


def make_oracle(policy, agreement, rows, master, own):
    catalog = yaml.safe_load((ROOT / "policy" / "catalogs" / "oneroster-1.2.yaml").read_text())
    district = yaml.safe_load((policy / "district.yaml").read_text())
    doc = yaml.safe_load((policy / "agreements" / f"{agreement}.yaml").read_text())
    partner = doc["partner"]
    coded = doc.get("ids") == "per-partner"
    ids = Ids(derive(master, partner), partner) if coded else None
    more = {"ids": ids, "own": OwnFacts(own), "purpose": doc["purposes"][0]}
    return Oracle(rows, catalog, district, doc, URL, **more)


def start(folder, bundle, policy, settings, keys):
    folder.mkdir()
    source = Source(folder, bundle).start()
    stack = Stack(folder, source, policy=policy, workers=1, **settings)
    if keys is not None:
        stack.keys = keys
        stack.write_keys()
    return stack.start()


@pytest.fixture(scope="module", params=CASES)
def twins(request, tmp_path_factory):
    client, agreement, kind, requests = CASES[request.param]
    folder = tmp_path_factory.mktemp("twins")
    bundle = make_bundle(folder / "bundle", 220, 33)
    rows = load(bundle)
    policy = policy_of(folder, kind, agreement, rows)
    key, master = make_master(folder)
    own = write_own(folder / "students", rows["students"]) if kind == "own" else None
    oracle = make_oracle(policy, agreement, rows, master, own)
    twin = Twin(bundle, folder / "twin", oracle, 5)
    other = twin.make()
    settings = [{"master-key": key}, {"master-key": key}]
    if own is not None:
        gone = write_own(folder / "twin-students", rows["students"], without=twin.removed)
        settings[0]["students"], settings[1]["students"] = str(own), str(gone)
    stacks = [start(folder / "a", bundle, policy, settings[0], None)]
    stacks.append(start(folder / "b", other, policy, settings[1], stacks[0].keys))
    stacks[0].client, stacks[0].oracle = client, oracle
    stacks[0].requests = requests // (5 if is_sanitized() else 1)
    stacks[0].twin_rows = load(other)
    yield stacks
    for stack in stacks:
        stack.stop()
        stack.source.stop()


def blurred(answer):
    """What may not differ: everything but the date, the exchange id and sealed positions."""
    exchange = (answer.header("Hallpass-Exchange") or "-").encode()
    head = re.sub(rb"Date: [^\r]+", b"Date: -", answer.head).replace(exchange, b"-")
    body = answer.body.replace(exchange, b"-")
    return answer.status, CURSOR.sub(b"cursor=-", head), body, answer.chunks, answer.complete


class Asker:
    """Random questions over the whole grammar, with ids and values from both sources."""

    def __init__(self, stacks, seed):
        self.random = random.Random(seed)
        self.oracle = stacks[0].oracle
        self.rows = {r: self.oracle.bundle[r] + stacks[0].twin_rows[r] for r in RESOURCES}

    def pick(self, items):
        return self.random.choice(items)

    def fields(self, resource):
        record = self.oracle.catalog["resources"][resource]["record"]
        return list(leaves(self.oracle.fields[record]))

    def value(self, resource, field):
        record = self.pick(self.rows[resource])
        here = record
        for name in field.path.split("."):
            here = here.get(name) if isinstance(here, dict) else None
            if isinstance(here, list):
                here = self.pick(here) if here else None
        if isinstance(here, dict):
            here = here.get("sourcedId")
        if field.spec["type"] in ("id", "ref") and here is not None and self.random.random() < 0.8:
            here = self.oracle.known_as(field.spec["of"], here)
        text = here if isinstance(here, str) and self.random.random() < 0.8 else "nobody"
        return text.replace("'", "''")

    def clause(self, resource):
        f = self.pick(self.fields(resource))
        path = f.path + (".sourcedId" if f.spec["type"] == "ref" else "")
        op = self.pick(["=", "!=", ">", ">=", "<", "<=", "~"])
        return f"{path}{op}'{self.value(resource, f)}'"

    def question(self):
        resource = self.pick(RESOURCES)
        if self.random.random() < 0.2:
            kind = next(f for f in self.fields(resource) if f.path == "sourcedId").spec["of"]
            name = self.pick(self.rows[resource])["sourcedId"]
            if self.random.random() < 0.8:
                name = self.oracle.known_as(kind, name)
            return f"/{resource}/{quote(name)}"
        parts = [f"limit={self.pick([1, 2, 3, 7, 50, 100, 300, 10000])}"]
        if self.random.random() < 0.4:
            parts.append(f"offset={self.pick([0, 1, 5, 40, 1000])}")
        if self.random.random() < 0.4:
            text = self.clause(resource)
            if self.random.random() < 0.4:
                text += self.pick([" AND ", " OR "]) + self.clause(resource)
            parts.append("filter=" + quote(text))
        if self.random.random() < 0.3:
            parts.append(f"sort={self.pick(self.fields(resource)).path}")
            parts.append(f"orderBy={self.pick(['asc', 'desc'])}")
        if self.random.random() < 0.3:
            some = self.random.sample(self.fields(resource), 2)
            parts.append("fields=" + ",".join(f.path.split(".")[0] for f in some))
        return f"/{resource}?" + "&".join(parts)


def next_of(answer):
    url = answer.links().get("next") if answer.status == 200 else None
    parts = urlsplit(url) if url else None
    return f"{parts.path}?{parts.query}" if parts else None


def test_withheld_rows_and_fields_leave_no_trace(twins):
    a, b = twins
    requests = a.requests
    asker = Asker(twins, 99)
    lines = [a.connect(), b.connect()]
    asked, statuses, question, place = 0, {}, None, (None, None)
    while asked < requests:
        if place[0] is None or asker.random.random() < 0.1:
            question = BASE + asker.question()
            place = (question, question)
        got = [s.get(p, a.client, connection=c) for s, p, c in zip(twins, place, lines)]
        asked += 1
        assert blurred(got[0]) == blurred(got[1]), place[0]
        statuses[got[0].status] = statuses.get(got[0].status, 0) + 1
        place = (next_of(got[0]), next_of(got[1]))
    for c in lines:
        c.close()
    print(f"client={a.client} requests={asked} statuses={statuses}")
    assert statuses[200] > requests / 5 and statuses[403] > requests / 100
    directory = a.oracle.basis == "directory"  # whose clients may not ask by id at all
    assert directory or statuses[404] > requests / 250


def test_the_twins_do_differ(twins):
    """The sources themselves are told apart by a single list."""
    a, b = twins
    path = "/users?limit=10000"
    assert a.source.get(path).body != b.source.get(path).body
    shown = [len(s.source.get("/students?limit=10000").json()["users"]) for s in twins]
    assert shown[1] < shown[0]
