# SPDX-License-Identifier: Apache-2.0
"""Students' own facts for the leak and non-interference tests: four files over the students
of a generated bundle, with a row of each kind that decides and many that must not."""

import csv
from datetime import date, timedelta
from pathlib import Path

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
