# SPDX-License-Identifier: Apache-2.0
"""Students' own facts, read from their four CSV files by csv.DictReader: what holds of a
student for one agreement, purpose and day. Written from docs/students.md and docs/policy.md;
shares no code with the gateway."""

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

# 34 CFR 99.3, and the boxes of Exhibit B that carry each type.
DIRECTORY = {
    "name": ["Student Name / First and/or Last"],
    "address": ["Student Contact Information / Address"],
    "telephone": ["Student Contact Information / Phone"],
    "email": ["Student Contact Information / Email"],
    "date-and-place-of-birth": ["Demographics / Date of Birth", "Demographics / Place of Birth"],
    "grade-level": ["Enrollment / Student grade level"],
    "enrollment": ["Enrollment / Student school enrollment"],
    "activities": [
        "Student Program Membership / Academic or extracurricular activities a student may belong "
        "to or participate in"
    ],
    "login-id": ["Student Identifiers / Student app username"],
}


def brief(line):
    """An element without what stands in parentheses behind it."""
    return re.sub(r"\s*\(.*?\)", "", line.strip())


def lines_of(cell):
    return {brief(line) for line in cell.split(";") if line.strip()}


def day(text):
    return date.fromisoformat(text) if text else None


def within(row, today, first="since", last="until"):
    begin, end = day(row.get(first, "")), day(row.get(last, ""))
    return (begin is None or begin <= today) and (end is None or today <= end)


@dataclass
class Own:
    withheld: bool = False
    named: bool = False
    consented: bool = False
    refused_all: bool = False
    restricted: set = field(default_factory=set)
    refused: set = field(default_factory=set)
    consents: set = field(default_factory=set)


def turns_18(birth):
    try:
        return birth.replace(year=birth.year + 18)
    except ValueError:  # 29 February
        return date(birth.year + 18, 3, 1)


class OwnFacts:
    """None of the files: nobody has any (`student-facts: none`)."""

    def __init__(self, folder=None):
        self.rows = {}
        for name in ("opt-outs", "consents", "restrictions", "named"):
            self.rows[name] = []
            if folder is not None:
                with open(Path(folder) / f"{name}.csv", newline="", encoding="utf-8") as f:
                    self.rows[name] = list(csv.DictReader(f, strict=True))
        self.held = folder is not None

    def of(self, student, agreement, purpose, birth, today):
        """`agreement`: its parsed file. `birth`: a date, or None."""
        own = Own()
        here = {f"agreement:{agreement['agreement']}", f"partner:{agreement['partner']}"}
        for row in self.mine("opt-outs", student):
            if within(row, today):
                self.opt_out(row, agreement, own)
        for row in self.mine("restrictions", student):
            if within(row, today) and row["from"] in {"all", *here}:
                own.withheld |= row["withhold"] == "all"
                own.restricted |= lines_of(row["withhold"]) if row["withhold"] != "all" else set()
        for row in self.mine("named", student):
            own.named |= row["agreement"] == agreement["agreement"] and within(row, today)
        for row in self.mine("consents", student):
            if row["party"] in here and row["purpose"] == purpose and self.counts(row, birth, today):
                own.consented = True
                own.consents |= lines_of(row["elements"])
        return own

    def mine(self, name, student):
        return [r for r in self.rows[name] if r["student"] == student]

    @staticmethod
    def opt_out(row, agreement, own):
        if row["scope"] == f"agreement:{agreement['agreement']}":
            own.withheld = True
        elif row["scope"] == "directory":
            own.refused_all |= row["type"] == "all"
            own.refused |= {brief(e) for e in DIRECTORY.get(row["type"], [])}

    @staticmethod
    def counts(row, birth, today):
        """34 CFR 99.5, 99.30: signed, in force, by who holds the rights."""
        revoked = day(row["revoked"])
        if birth is None or not within(row, today, "signed", "expires"):
            return False
        if revoked is not None and revoked <= today:
            return False
        adult = turns_18(birth)
        if row["relation"] == "student":
            return day(row["signed"]) >= adult
        return today < adult.replace(day=1)
