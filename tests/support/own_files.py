# SPDX-License-Identifier: Apache-2.0
"""Policies and students' own facts for the leak and non-interference tests: the example
district with agreements that reach further, and four files over the students of a generated
bundle, with a row of each kind that decides and many that must not."""

import csv
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import yaml

from stack import ROOT

OWN_CLIENTS = {  # of a district that keeps students' own facts
    "restricted-prod": "restricted",
    "consent-prod": "by-consent",
    "directory-prod": "by-directory",
    "named-prod": "by-name",
}

HEADERS = {
    "opt-outs": "student,type,scope,since,until",
    "consents": "student,signer,relation,signed,expires,revoked,method,authenticated-as,evidence,"
    "party,purpose,elements",
    "restrictions": "student,withhold,from,until",
    "named": "student,agreement,since,until,by",
}
TYPES = "name grade-level enrollment email all activities".split()
WITHHELD = [
    "all",
    "Student Name / First and/or Last",
    "Student Identifiers / Local (School district) ID number",
    "Enrollment / Student school enrollment",
    "Enrollment / Student grade level; Student Contact Information / Email",
    "Schedule / Student scheduled courses",
    "Demographics / Date of Birth; Demographics / Gender",
    "Parent/Guardian Name / First and/or Last",
    "Parent/Guardian ID / Parent ID number (created to link parents to students)",
    "Student Identifiers / State ID number",
    "Demographics / Date of Birth; Demographics / Gender; Demographics / Ethnicity or race; "
    "Demographics / Place of Birth",
]
FAMILY = (
    "Parent/Guardian Name / First and/or Last; Parent/Guardian ID / Parent ID number (created to "
    "link parents to students)"
)
RELEASED = [
    "Student Name / First and/or Last",
    "Student Name / First and/or Last; Enrollment / Student grade level; " + FAMILY,
    "Schedule / Student scheduled courses; " + FAMILY,
    "Demographics / Date of Birth",
    "Student Contact Information / Email; Student Name / First and/or Last",
]


class OwnFiles:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.rows = {name: [] for name in HEADERS}
        self.today = date.today()

    def ago(self, days):
        return (self.today - timedelta(days=days)).isoformat()

    def add(self, name, **cells):
        columns = HEADERS[name].split(",")
        cells = {k.replace("_", "-"): v for k, v in cells.items()}
        cells = {("from" if k == "from-" else k): v for k, v in cells.items()}
        assert set(cells) <= set(columns), cells
        self.rows[name].append({c: cells.get(c, "") for c in columns})

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            with open(self.folder / f"{name}.csv", "w", newline="", encoding="utf-8") as f:
                out = csv.DictWriter(f, HEADERS[name].split(","), lineterminator="\r\n")
                out.writeheader()
                out.writerows(rows)
        return self.folder

    # --- rows that decide, and rows that are over, not begun, or for somebody else

    def opt_out(self, i, student):
        kind = TYPES[i % len(TYPES)]
        self.add("opt-outs", student=student, type=kind, scope="directory", since=self.ago(90))
        if i % 4 == 0:
            self.add(
                "opt-outs", student=student, type=TYPES[(i // 4) % 4], scope="directory",
                since=self.ago(90), until=self.ago(3),
            )

    def restrict(self, i, student, party):
        what = WITHHELD[i % len(WITHHELD)]
        self.add("restrictions", student=student, withhold=what, from_="all" if i % 3 else party)
        if i % 5 == 0:
            self.add("restrictions", student=student, withhold="all", from_=party, until=self.ago(1))

    def consent(self, i, student, party, purpose):
        signed = {
            "student": student, "signer": "A. Parent", "relation": "parent", "signed": self.ago(60),
            "method": "paper", "evidence": f"form {i}", "party": party, "purpose": purpose,
            "elements": RELEASED[i % len(RELEASED)],
        }
        bend = [
            {}, {}, {}, {"revoked": self.ago(2)}, {"expires": self.ago(1)},
            {"purpose": "advertising"}, {"relation": "student", "signer": "The student"},
            {"method": "electronic", "authenticated_as": "portal account 7"},
        ][i % 8]
        self.add("consents", **{**signed, **bend})
        if i % 6 == 0:
            self.add("consents", **{**signed, "elements": RELEASED[(i // 6) % len(RELEASED)]})

    def name(self, i, student, agreement):
        until = self.ago(1) if i % 4 == 3 else ""
        self.add(
            "named", student=student, agreement=agreement, since=self.ago(20), until=until, by="registrar"
        )


def write_own(folder, students, without=()):
    """Facts of these students; those of `without` have none, and nobody else's change."""
    own = OwnFiles(folder)
    known = sorted(u["sourcedId"] for u in students if u["status"] != "tobedeleted")
    for i, s in enumerate(known):
        if s in without:
            continue
        if i % 2 == 0:
            own.opt_out(i // 2, s)
        if i % 3 == 0:
            own.restrict(i // 3, s, ("agreement:restricted", "partner:wide", "agreement:by-name")[i % 2])
        if i % 4 != 1:
            own.consent(i, s, ("partner:wide", "agreement:by-consent", "agreement:wide")[i % 3], "testing")
        if i % 3 != 1:
            own.name(i, s, "by-name")
        if i == 1:
            own.add("opt-outs", student=s, type="all", scope="agreement:by-name", since=own.ago(9))
    return own.write()


# --- policies


def read_as_text(path):
    """Every scalar as it is written: `yes` stays a word."""
    return yaml.load(path.read_text(), yaml.BaseLoader)


def add_client(policy, client, agreement):
    path = policy / "partners" / "wide.yaml"
    partner = read_as_text(path)
    new = {**partner["clients"][0], "id": client, "agreement": agreement}
    new["keys"] = {"file": f"{client}-jwks.json"}
    partner["clients"].append(new)
    path.write_text(yaml.safe_dump(partner, sort_keys=False, allow_unicode=True))


def add_agreement(policy, client, name, change):
    """The agreement `wide`, changed, and a client for it."""
    doc = {**read_as_text(policy / "agreements" / "wide.yaml"), "agreement": name}
    change(doc)
    path = policy / "agreements" / f"{name}.yaml"
    path.write_text(yaml.safe_dump(doc, sort_keys=False, allow_unicode=True))
    add_client(policy, client, name)


def make_policy(folder, rows):
    """The example district and, for reach, agreements more: one that shares all it can, the
    same under ids of the partner's own, one that changes what it sends, one that shares teachers
    and staff alone, two that list classes, courses or terms."""
    shutil.copytree(ROOT / "policy" / "examples", folder)
    shutil.copytree(ROOT / "tests" / "policy" / "leak", folder, dirs_exist_ok=True)
    with (folder / "district.yaml").open("a") as f:
        f.write("domains: [students.district.example]\n")
    classes = sorted(c["sourcedId"] for c in rows["classes"])
    courses = sorted({c["course"]["sourcedId"] for c in rows["classes"]})

    def by_classes(doc):
        doc["where"] = {"classes": classes[::6]}

    def by_terms(doc):
        doc["where"] = {"terms": ["sem-2026-2"], "courses": courses[::7]}

    add_agreement(folder, "classes-prod", "by-classes", by_classes)
    add_agreement(folder, "spring-prod", "by-terms", by_terms)
    return folder


def rest_on(basis):
    def change(doc):
        doc.update(basis=basis)
        doc.pop("because")
        doc.pop("where")

    return change


def by_directory(doc):
    rest_on("directory")(doc)
    students = doc["share"]["students"]
    keep = ("Student Name", "Student Contact Information", "Enrollment")
    students["Student Contact Information"] = {"Email": "as-is"}
    doc["share"] = {
        "students": {k: students[k] for k in keep},
        "teachers": {"Name": "as-is"},
        "records": doc["share"]["records"],
    }


def make_own_policy(folder, policy):
    """The same for a district that keeps students' own facts: restrictions beside a school
    official, consents, opt-outs from directory information, an agreement for single students."""
    shutil.copytree(policy, folder)
    path = folder / "district.yaml"
    text = path.read_text().replace("student-facts: none", "student-facts: files")
    types = re.search(r"  types: .*", text).group()
    path.write_text(text.replace(types, types.replace("[name", "[name, email, login-id")))
    add_agreement(folder, "restricted-prod", "restricted", lambda doc: None)
    add_agreement(folder, "consent-prod", "by-consent", rest_on("consent"))
    add_agreement(folder, "directory-prod", "by-directory", by_directory)
    add_agreement(folder, "named-prod", "by-name", rest_on("parent-or-student"))
    return folder
