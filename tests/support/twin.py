# SPDX-License-Identifier: Apache-2.0
"""Twins for the non-interference test (SAFETY R1): a second bundle that differs from the first
only in rows and fields that a given partner may not see."""

import csv
import random
import shutil
from pathlib import Path

# CSV columns of a user, and the fields that they are served as.
USER_COLUMNS = {
    "middleName": "middleName",
    "identifier": "identifier",
    "email": "email",
    "sms": "sms",
    "phone": "phone",
    "username": "username",
    "password": "password",
    "userMasterIdentifier": "userMasterIdentifier",
    "preferredGivenName": "preferredFirstName",
    "preferredMiddleName": "preferredMiddleName",
    "preferredFamilyName": "preferredLastName",
    "pronouns": "pronouns",
    "givenName": "givenName",
    "familyName": "familyName",
}


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
        f.seek(0)
        return next(csv.reader(f)), rows


def write(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, columns, lineterminator="\r\n")
        out.writeheader()
        out.writerows(rows)


def split(cell):
    return [x for x in cell.split(",") if x]


class Twin:
    """`oracle` decides who is withheld; `seed` decides what is changed."""

    def __init__(self, bundle, target, oracle, seed):
        self.source, self.target = Path(bundle), Path(target)
        self.oracle, self.random = oracle, random.Random(seed)
        self.removed = set()
        shutil.copytree(self.source, self.target)

    def withheld_students(self):
        return {
            i
            for i, p in self.oracle.people.items()
            if "students" in p["roles"] and not self.oracle.student_pass(i)
        }

    def make(self):
        self.change_users()
        for name, column in (
            ("roles", "userSourcedId"),
            ("enrollments", "userSourcedId"),
            ("demographics", "sourcedId"),
            ("userProfiles", "userSourcedId"),
            ("userResources", "userSourcedId"),
            ("results", "studentSourcedId"),
        ):
            self.drop_rows(name, column)
        self.change_demographics()
        if self.oracle.ids is not None:
            self.change_times()
        return self.target

    def change_times(self):
        """Another time of the same day for every change: under codes only the day is shown."""
        for path in sorted(self.target.glob("*.csv")):
            columns, rows = read(path)
            if "dateLastModified" not in columns:
                continue
            for r in rows:
                time = f"{self.random.randrange(24):02}:{self.random.randrange(60):02}:07.{self.random.randrange(1000):03}"
                if r["dateLastModified"]:
                    r["dateLastModified"] = r["dateLastModified"][:10] + f"T{time}Z"
            write(path, columns, rows)

    def removable(self, users, withheld):
        """Withheld students with whom no visible person is linked, nor a guardian of one."""
        links = {}
        for u in users:
            for a in split(u["agentSourcedIds"]):
                links.setdefault(u["sourcedId"], set()).add(a)
                links.setdefault(a, set()).add(u["sourcedId"])
        out = set()
        for s in withheld:
            adults = links.get(s, set())
            family = set().union(*(links.get(a, set()) for a in adults)) if adults else set()
            if family <= withheld:
                out.add(s)
        return out

    def change_users(self):
        columns, users = read(self.source / "users.csv")
        withheld = self.withheld_students()
        can_go = sorted(self.removable(users, withheld))
        self.removed = set(self.random.sample(can_go, len(can_go) // 3))
        kept = []
        for u in users:
            if u["sourcedId"] in self.removed:
                continue
            u["agentSourcedIds"] = ",".join(
                a for a in split(u["agentSourcedIds"]) if a not in self.removed
            )
            self.change_values(u, u["sourcedId"] in withheld)
            kept.append(u)
        write(self.target / "users.csv", columns, kept)

    def change_values(self, user, withheld):
        shown = self.shown_fields(user["sourcedId"])
        for column, field in USER_COLUMNS.items():
            if user[column] and (withheld or field not in shown):
                user[column] = self.other(column, user[column])
        for column in [c for c in user if c.startswith("metadata.")]:
            user[column] = self.word()

    def shown_fields(self, person):
        """Fields that some record of the person shows this partner, after all own facts."""
        known = self.oracle.people.get(person)
        out = set()
        for resource, programs in self.oracle.programs.items():
            for role in (known["roles"] if known else set()) & set(programs):
                about = {"students": {person}, "guardians": known["children"]}.get(role, set())
                out |= set(self.oracle.left(resource, role, about) or ())
        return out

    def word(self):
        return "".join(self.random.choice("bcdfghklmnprstvz") + self.random.choice("aeiou") for _ in range(5))

    def other(self, column, value):
        if column == "email":
            return f"{self.word()}@students.district.example"
        return self.word()

    def drop_rows(self, name, column):
        path = self.source / f"{name}.csv"
        if not self.removed or not path.exists():
            return
        columns, rows = read(path)
        if column not in columns:
            return
        write(self.target / path.name, columns, [r for r in rows if r[column] not in self.removed])

    def change_demographics(self):
        """Values that the partner does not get, or of students whom it does not see."""
        columns, rows = read(self.target / "demographics.csv")
        shown = self.oracle.programs["demographics"].get("students", {})
        ages = self.oracle.basis == "consent"  # they decide whose consent counts
        withheld = self.withheld_students()
        for r in rows:
            hidden = r["sourcedId"] in withheld
            left = shown and (self.oracle.left("demographics", "students", {r["sourcedId"]}) or {})
            if r["cityOfBirth"] and (hidden or "cityOfBirth" not in left):
                r["cityOfBirth"] = self.word()
            if r["birthDate"] and not ages and (hidden or "birthDate" not in left):
                r["birthDate"] = f"20{self.random.randint(10, 19)}-01-0{self.random.randint(1, 9)}"
        write(self.target / "demographics.csv", columns, rows)
