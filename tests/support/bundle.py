# SPDX-License-Identifier: Apache-2.0
"""An independent reading of a OneRoster CSV bundle, in the shape of the REST API.

Written from the standard's words and docs/example-district.md, without looking
at the C code's tables: tests compare the two. `Bundle(folder).records("students")`
gives the records that the source serves, in its order; `matches()` says what a
filter means; `canaries()` maps each traceable value to where it came from.
"""
import csv
import pathlib
import urllib.parse

BASE = "/ims/oneroster/rostering/v1p2"
RESOURCES_BASE = "/ims/oneroster/resources/v1p2"

# view -> (list of the bundle, envelope of many, envelope of one)
VIEWS = {
    "orgs": ("orgs", "orgs", "org"),
    "schools": ("orgs", "orgs", "org"),
    "academicSessions": ("academicSessions", "academicSessions", "academicSession"),
    "terms": ("academicSessions", "academicSessions", "academicSession"),
    "gradingPeriods": ("academicSessions", "academicSessions", "academicSession"),
    "courses": ("courses", "courses", "course"),
    "classes": ("classes", "classes", "class"),
    "enrollments": ("enrollments", "enrollments", "enrollment"),
    "users": ("users", "users", "user"),
    "students": ("users", "users", "user"),
    "teachers": ("users", "users", "user"),
    "demographics": ("demographics", "demographics", "demographics"),
}

# Paths of values that filters and sorts may not see.
SECRET = {"password", "userProfiles.credentials.password"}


def read_csv(path):
    """Rows of one file as dicts; [] when there is none."""
    path = pathlib.Path(path)
    if not path.exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, strict=True))


def split(cell):
    return [item.strip(" ") for item in cell.split(",")] if cell else []


def split_user_ids(cell):
    """"{a:1},{b:2}" -> [{"type": "a", "identifier": "1"}, ...]"""
    result = []
    rest = cell.strip(" ")
    while rest:
        inside, rest = rest[1:].split("}", 1)
        kind, identifier = inside.split(":", 1)
        result.append({"type": kind, "identifier": identifier})
        rest = rest.strip(" ").removeprefix(",").strip(" ")
    return result


def prune(record):
    """Without members that are empty."""
    return {k: v for k, v in record.items() if v not in ("", None, [], {})}


def by_id(rows):
    return sorted(rows, key=lambda r: r["sourcedId"].encode())


class Bundle:
    def __init__(self, folder, url="http://localhost", imported=None):
        """`imported` stands for dateLastModified where the bundle has none."""
        self.folder = pathlib.Path(folder)
        self.url = url
        self.imported = imported
        manifest = {r["propertyName"]: r["value"] for r in read_csv(self.folder / "manifest.csv")}
        self.version = manifest["oneroster.version"]
        self.raw = {
            name.removeprefix("file."): by_id(read_csv(self.folder / f"{name[5:]}.csv"))
            for name, how in manifest.items()
            if name.startswith("file.") and how == "bulk"
        }
        self.lists = {
            "orgs": [self._org(r) for r in self._rows("orgs")],
            "academicSessions": [self._session(r) for r in self._rows("academicSessions")],
            "courses": [self._course(r) for r in self._rows("courses")],
            "classes": [self._class(r) for r in self._rows("classes")],
            "enrollments": [self._enrollment(r) for r in self._rows("enrollments")],
            "users": self._users(),
            "demographics": [self._demographics(r) for r in self._rows("demographics")],
        }

    def records(self, view):
        """Every record of a collection path, ascending by the bytes of sourcedId."""
        chosen = {
            "schools": lambda r: r["type"] == "school",
            "terms": lambda r: r["type"] == "term",
            "gradingPeriods": lambda r: r["type"] == "gradingPeriod",
            "students": lambda r: any(x["role"] == "student" for x in r["roles"]),
            "teachers": lambda r: any(x["role"] == "teacher" for x in r["roles"]),
        }.get(view, lambda r: True)
        return [r for r in self.lists[VIEWS[view][0]] if chosen(r)]

    def record(self, view, sourced_id):
        for r in self.records(view):
            if r["sourcedId"] == sourced_id:
                return r
        return None

    # --- pieces

    def _rows(self, name):
        return self.raw.get(name, [])

    def _ref(self, kind, sourced_id):
        if not sourced_id:
            return None
        segment, base = {
            "org": ("orgs", BASE),
            "academicSession": ("academicSessions", BASE),
            "course": ("courses", BASE),
            "class": ("classes", BASE),
            "user": ("users", BASE),
            "resource": ("resources", RESOURCES_BASE),
        }[kind]
        quoted = urllib.parse.quote(sourced_id, safe="-._~")
        return {"href": f"{self.url}{base}/{segment}/{quoted}", "sourcedId": sourced_id, "type": kind}

    def _refs(self, kind, cell):
        return [self._ref(kind, i) for i in split(cell)]

    def _base(self, r):
        metadata = {k[len("metadata."):]: v for k, v in r.items() if k.startswith("metadata.") and v}
        return {
            "sourcedId": r["sourcedId"],
            "status": r["status"] or "active",
            "dateLastModified": r["dateLastModified"] or self.imported,
            "metadata": metadata,
        }

    @staticmethod
    def _part(rows, owner, r):
        """Rows that belong to record r; those marked tobedeleted only if it is marked itself."""
        mine = [x for x in rows if x[owner] == r["sourcedId"]]
        return [x for x in mine if x["status"] != "tobedeleted" or r["status"] == "tobedeleted"]

    def _links(self, name, owner, r):
        ids = {x["resourceSourcedId"] for x in self._part(self._rows(name), owner, r)}
        return [self._ref("resource", i) for i in sorted(ids, key=str.encode)]

    def _children(self, name, kind, r):
        return [self._ref(kind, x["sourcedId"]) for x in self._rows(name)
                if x["parentSourcedId"] == r["sourcedId"]]

    # --- records, members in the order of the standard

    def _org(self, r):
        return prune(self._base(r) | {
            "name": r["name"],
            "type": r["type"],
            "identifier": r["identifier"],
            "parent": self._ref("org", r["parentSourcedId"]),
            "children": self._children("orgs", "org", r),
        })

    def _session(self, r):
        return prune(self._base(r) | {
            "title": r["title"],
            "startDate": r["startDate"],
            "endDate": r["endDate"],
            "type": r["type"],
            "parent": self._ref("academicSession", r["parentSourcedId"]),
            "children": self._children("academicSessions", "academicSession", r),
            "schoolYear": r["schoolYear"],
        })

    def _course(self, r):
        return prune(self._base(r) | {
            "title": r["title"],
            "schoolYear": self._ref("academicSession", r["schoolYearSourcedId"]),
            "courseCode": r["courseCode"],
            "grades": split(r["grades"]),
            "subjects": split(r["subjects"]),
            "org": self._ref("org", r["orgSourcedId"]),
            "subjectCodes": split(r["subjectCodes"]),
            "resources": self._links("courseResources", "courseSourcedId", r),
        })

    def _class(self, r):
        return prune(self._base(r) | {
            "title": r["title"],
            "classCode": r["classCode"],
            "classType": r["classType"],
            "location": r["location"],
            "grades": split(r["grades"]),
            "subjects": split(r["subjects"]),
            "course": self._ref("course", r["courseSourcedId"]),
            "school": self._ref("org", r["schoolSourcedId"]),
            "terms": self._refs("academicSession", r["termSourcedIds"]),
            "subjectCodes": split(r["subjectCodes"]),
            "periods": split(r["periods"]),
            "resources": self._links("classResources", "classSourcedId", r),
        })

    def _enrollment(self, r):
        return prune(self._base(r) | {
            "user": self._ref("user", r["userSourcedId"]),
            "class": self._ref("class", r["classSourcedId"]),
            "school": self._ref("org", r["schoolSourcedId"]),
            "role": r["role"],
            "primary": r["primary"],
            "beginDate": r["beginDate"],
            "endDate": r["endDate"],
        })

    def _demographics(self, r):
        columns = ("birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican "
                   "nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces "
                   "hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation "
                   "cityOfBirth publicSchoolResidenceStatus").split()
        return prune(self._base(r) | {c: r[c] for c in columns})

    def _users(self):
        groups = {}
        for name in ("roles", "userProfiles", "userResources"):
            groups[name] = {}
            for row in self._rows(name):
                groups[name].setdefault(row["userSourcedId"], []).append(row)
        return [self._user(r, {n: g.get(r["sourcedId"], []) for n, g in groups.items()})
                for r in self._rows("users")]

    def _user(self, r, mine):
        return prune(self._base(r) | {
            "userMasterIdentifier": r.get("userMasterIdentifier"),
            "username": r["username"],
            "userIds": split_user_ids(r["userIds"]),
            "enabledUser": r["enabledUser"],
            "givenName": r["givenName"],
            "familyName": r["familyName"],
            "middleName": r["middleName"],
            "preferredFirstName": r.get("preferredGivenName"),
            "preferredMiddleName": r.get("preferredMiddleName"),
            "preferredLastName": r.get("preferredFamilyName"),
            "pronouns": r.get("pronouns"),
            "roles": self._roles_11(r) if self.version == "1.1" else self._roles(r, mine["roles"]),
            "userProfiles": [self._profile(x)
                             for x in self._part(mine["userProfiles"], "userSourcedId", r)],
            "primaryOrg": self._ref("org", r.get("primaryOrgSourcedId")),
            "identifier": r["identifier"],
            "email": r["email"],
            "sms": r["sms"],
            "phone": r["phone"],
            "agents": self._refs("user", r["agentSourcedIds"]),
            "grades": split(r["grades"]),
            "password": r["password"],
            "resources": [self._ref("resource", i) for i in sorted(
                {x["resourceSourcedId"]
                 for x in self._part(mine["userResources"], "userSourcedId", r)}, key=str.encode)],
        })

    def _roles(self, r, rows):
        rows = sorted(self._part(rows, "userSourcedId", r), key=lambda x: x["roleType"])
        return [prune({
            "roleType": x["roleType"],
            "role": x["role"],
            "org": self._ref("org", x["orgSourcedId"]),
            "userProfile": x["userProfileSourcedId"],
            "beginDate": x["beginDate"],
            "endDate": x["endDate"],
        }) for x in rows]

    def _roles_11(self, r):
        """1.1: one role at each org; an administrator is of the site or of the district."""
        types = {o["sourcedId"]: o["type"] for o in self._rows("orgs")}

        def word(org):
            if r["role"] != "administrator":
                return r["role"]
            return "siteAdministrator" if types[org] == "school" else "districtAdministrator"

        return [{"roleType": "primary" if i == 0 else "secondary", "role": word(org),
                 "org": self._ref("org", org)} for i, org in enumerate(split(r["orgSourcedIds"]))]

    @staticmethod
    def _profile(x):
        credentials = prune({"type": x["credentialType"], "username": x["username"],
                             "password": x["password"]})
        return prune({
            "profileId": x["sourcedId"],
            "profileType": x["profileType"],
            "vendorId": x["vendorId"],
            "applicationId": x["applicationId"],
            "description": x["description"],
            "credentials": [credentials] if credentials else [],
        })


# --- questions

def values(record, path):
    """All text values that a dotted filter field reaches; a reference counts as its sourcedId."""
    parts = path.split(".")
    if parts[0] == "metadata":
        parts = ["metadata", ".".join(parts[1:])]
    found = [record]
    for part in parts:
        step = []
        for value in found:
            if isinstance(value, dict) and part in value:
                inner = value[part]
                step.extend(inner if isinstance(inner, list) else [inner])
        found = step
    return [v["sourcedId"] if isinstance(v, dict) and "href" in v else v for v in found]


def fold(text):
    """ASCII case folding, on bytes."""
    return text.encode().lower()


def matches(record, path, op, value):
    """One clause: holds if any value satisfies it; != if there is a value and none equals."""
    found = values(record, path)
    raw = value.encode()
    tests = {
        "=": lambda v: v.encode() == raw,
        ">": lambda v: v.encode() > raw,
        ">=": lambda v: v.encode() >= raw,
        "<": lambda v: v.encode() < raw,
        "<=": lambda v: v.encode() <= raw,
        "~": lambda v: fold(value) in fold(v),
    }
    if op == "!=":
        return bool(found) and all(v.encode() != raw for v in found)
    return any(tests[op](v) for v in found)


def project(value, paths, prefix=""):
    """What `fields` leaves of a record."""
    if isinstance(value, list):
        return [project(v, paths, prefix) for v in value]
    result = {}
    for key, inner in value.items():
        path = f"{prefix}.{key}" if prefix else key
        if path in paths:
            result[key] = inner
        elif any(p.startswith(path + ".") for p in paths) and not isinstance(inner, str):
            result[key] = project(inner, paths, path)
    return result


# --- canaries

def leaves(value, path=""):
    """(path, text) of every text in a record."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


def canaries(bundle):
    """value -> set of (list, sourcedId, path) for every value that stands in one place only."""
    places = {}
    for name, records in bundle.lists.items():
        for record in records:
            for path, text in leaves(record):
                places.setdefault(text, set()).add((name, record["sourcedId"], path))
    return {text: where for text, where in places.items() if len(where) == 1}


CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aeio"
KINDS = "student guardian staff org session course class resource".split()


def origin(word):
    """(kind, number, field) that a ten-letter canary word names, or None."""
    word = word.lower()
    if len(word) != 10:
        return None
    code = 0
    for i in range(0, 10, 2):
        if word[i] not in CONSONANTS or word[i + 1] not in VOWELS:
            return None
        code = code << 6 | CONSONANTS.index(word[i]) << 2 | VOWELS.index(word[i + 1])
    return origin_of_code(code)


def origin_of_code(code):
    mask = (1 << 30) - 1
    inverse = pow(0x2545F491, -1, 1 << 30)
    plain = code * inverse & mask
    plain ^= plain >> 15
    plain = plain * inverse & mask
    return KINDS[plain >> 27], plain >> 6 & ((1 << 21) - 1), plain & 63
