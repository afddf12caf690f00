# SPDX-License-Identifier: Apache-2.0
"""What a partner must get, computed from the CSV and the agreement alone. It is written
from docs/policy.md, docs/catalog.md and the blueprint's words, shares no code with the
gateway, and works on whole documents where the gateway streams."""

import json
import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from oracle_own import DIRECTORY, OwnFacts, brief

ROLE_OF = {
    "student": "students",
    "guardian": "guardians",
    "parent": "guardians",
    "relative": "guardians",
    "teacher": "teachers",
    "aide": "staff",
    "administrator": "staff",
    "counselor": "staff",
    "districtAdministrator": "staff",
    "principal": "staff",
    "proctor": "staff",
    "siteAdministrator": "staff",
    "systemAdministrator": "staff",
}
PATH_OF = {
    "academicSession": "academicSessions",
    "class": "classes",
    "course": "courses",
    "org": "orgs",
    "resource": "resources",
    "user": "users",
}
PLACES = ("org", "class", "course", "academicSession")
NAMED = (
    "transfer financial-aid juvenile-justice parent-of-dependent judicial emergency "
    "parent-or-student child-welfare"
).split()
DROP = object()


@dataclass
class Field:
    path: str
    name: str
    spec: dict
    members: dict  # of an object, else None


def read_fields(spec, prefix=""):
    out = {}
    for name, s in spec.items():
        path = prefix + name
        members = read_fields(s["members"], path + ".") if s["type"] == "object" else None
        out[name] = Field(path, name, s, members)
    return out


def leaves(fields):
    for f in fields.values():
        if f.members is None:
            yield f
        else:
            yield from leaves(f.members)


def granted_by(field, role):
    """("never" | "structure" | "name" | "element" | None, category, element) for a role."""
    s = field.spec
    if s.get("grant") == "never":
        return "never", None, None
    if s.get("grant") == "structure":
        return "structure", None, None
    words = s.get(role)
    if words is None:
        return None, None, None
    how = "name" if s.get("by-name") else "element"
    if role == "records":
        return how, None, None
    category, _, element = words.partition(" / ")
    return how, category, element


def same_element(asked, full):
    """An element may be written without what stands in parentheses behind it."""
    return asked == full or asked == re.sub(r"\s*\(.*?\)", "", full)


def spec_of(value):
    """(transform, its arguments or None) of a grant, or None for a map of further names."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, dict) and "as" in value:
        args = {k: v for k, v in value.items() if k not in ("as", "accept-type-change")}
        return value["as"], args or None
    return None


class Oracle:
    def __init__(self, bundle, catalog, district, agreement, public_url, **more):
        """`bundle`: resource name -> records in the shape of the REST binding, in the source's
        order. The others are parsed YAML. Of `more`, `own`: an OwnFacts, if the district holds
        any; `purpose`: the client's; `ids`: the codes of an agreement that does not send the
        district's (ids.Ids); `changes`: its transforms with arguments or keys
        (transforms.Changes); `today`: the day, in the district's zone."""
        self.ids = more.get("ids")
        self.changes = more.get("changes")
        self.at = None  # what a transform may need: the kind of the record, its id, its subjects
        self.bundle = bundle
        self.catalog = catalog
        self.agreement = agreement
        self.own = more.get("own") or OwnFacts()
        self.purpose = more.get("purpose")
        self.today = more.get("today") or date.today()
        self.known_own = {}
        self.basis = agreement["basis"]
        self.designated = set()
        for t in (district.get("directory-information") or {}).get("types", []):
            word = t["type"] if isinstance(t, dict) else t
            self.designated |= {brief(e) for e in DIRECTORY.get(word, [])}
        self.href = public_url + catalog["base"]
        self.fields = {r: read_fields(s) for r, s in catalog["records"].items()}
        aliases = district.get("schools", {})
        where = agreement.get("where") or {}
        schools = where.get("schools")
        self.schools = None if schools is None else {aliases.get(s, s) for s in schools}
        self.grades = set(where["grades"]) if "grades" in where else None
        self.lists = {k: set(where[k]) for k in ("classes", "courses", "terms") if k in where}
        self.index_places()
        self.index_ties()
        self.index_people()
        self.index_enrollments()
        self.births = {
            d["sourcedId"]: date.fromisoformat(d["birthDate"])
            for d in bundle["demographics"]
            if "birthDate" in d and d["status"] != "tobedeleted"
        }
        self.programs = {r: self.make_programs(r) for r in catalog["resources"]}

    # --- the agreement

    def make_programs(self, resource):
        """role -> {leaf path: (transform, arguments)}; a role that is not there is not shared."""
        spec = self.catalog["resources"][resource]
        out = {}
        for role in spec["roles"]:
            rules = self.granted(resource, role)
            opened = role == "records" and resource in self.agreement["share"].get("records", {})
            if not rules and not opened:
                continue
            for f in leaves(self.fields[spec["record"]]):
                if granted_by(f, role)[0] == "structure":
                    rules[f.path] = ("as-is", None)
            out[role] = {p: r for p, r in rules.items() if r[0] != "omit"}
        return out

    def granted(self, resource, role):
        share = self.agreement["share"].get(role) or {}
        rules = {}
        for key, value in share.items():
            rules.update(self.granted_by_key(resource, role, key, value))
        return rules

    def granted_by_key(self, resource, role, key, value):
        if role == "records":
            return self.pick(resource, role, value, None, None) if key == resource else {}
        if role in ("teachers", "staff"):
            return self.pick(resource, role, value, key, None)
        if value == "as-signed":
            out = {}
            for element in self.agreement["exhibit-b"].get(key, []):
                out.update(self.pick(resource, role, "as-is", key, element))
            return out
        out = {}
        for name, inner in value.items():
            as_element = self.pick(resource, role, inner, key, name)
            out.update(as_element or self.pick(resource, role, {name: inner}, key, None))
        return out

    def pick(self, resource, role, value, category, element):
        """Rules for the fields that stand in this category (and element)."""
        record = self.fields[self.catalog["resources"][resource]["record"]]
        whole = spec_of(value)
        out = {}
        for f in leaves(record):
            how, c, e = granted_by(f, role)
            if how not in ("element", "name") or (category is not None and c != category):
                continue
            if element is not None and not same_element(element, e):
                continue
            if whole is not None:
                if how == "element":
                    out[f.path] = whole
                continue
            for name, inner in value.items():
                qualified = name.startswith(resource + ".")
                path = name[len(resource) + 1 :] if qualified else name
                if f.path == path or f.path.startswith(path + "."):
                    out[f.path] = spec_of(inner)
        return out

    # --- places and people (the roster)

    def index_places(self):
        orgs = {o["sourcedId"]: o for o in self.bundle["orgs"]}
        self.org_schools = {i: set() for i in orgs}
        self.org_type = {i: o["type"] for i, o in orgs.items()}
        for i, o in orgs.items():
            up, seen = i, set()
            while up in orgs and up not in seen and o["type"] == "school":
                seen.add(up)
                self.org_schools[up].add(i)
                up = orgs[up].get("parent", {}).get("sourcedId")
        self.classes = {c["sourcedId"]: c for c in self.bundle["classes"]}
        self.courses = {c["sourcedId"]: c for c in self.bundle["courses"]}
        self.above = {}  # session -> itself and all above it
        sessions = {x["sourcedId"]: x for x in self.bundle["academicSessions"]}
        for i in sessions:
            chain, up = [], i
            while up in sessions and up not in chain:
                chain.append(up)
                up = sessions[up].get("parent", {}).get("sourcedId")
            self.above[i] = set(chain)

    def index_ties(self):
        """What a class or course is tied to: each list of `where` must meet its set."""
        self.class_ties, self.course_ties = {}, {}
        for i, c in self.classes.items():
            terms = set().union(*(self.above.get(t["sourcedId"], set()) for t in c["terms"]))
            course = c["course"]["sourcedId"]
            self.class_ties[i] = {"classes": {i}, "courses": {course}, "terms": terms}
        for i in self.courses:
            mine = [t for t in self.class_ties.values() if i in t["courses"]]
            self.course_ties[i] = {
                "classes": set().union(*(t["classes"] for t in mine)),
                "courses": {i},
                "terms": set().union(*(t["terms"] for t in mine)),
            }

    def index_enrollments(self):
        """Who sits in, or teaches, which class today."""
        for p in self.people.values():
            p["ties"] = {"classes": set(), "courses": set(), "terms": set()}
        for e in self.bundle["enrollments"]:
            p = self.people.get(e["user"]["sourcedId"])
            c = e["class"]["sourcedId"]
            if p is None or c not in self.classes or e["status"] != "active":
                continue
            if "endDate" in e and date.fromisoformat(e["endDate"]) < self.today:
                continue
            if (e["role"] == "student") == ("students" in p["roles"]):
                for kind, ids in self.class_ties[c].items():
                    p["ties"][kind] |= ids

    def ties_pass(self, ties):
        return all(ties[kind] & ids for kind, ids in self.lists.items())

    def index_people(self):
        self.people = {}
        users = self.bundle["users"]
        for u in users:
            if u["status"] == "tobedeleted":
                continue
            schools = {}
            for r in u["roles"]:
                org = r["org"]["sourcedId"]
                at = schools.setdefault(ROLE_OF[r["role"]], set())
                at |= {org} if self.org_type.get(org) == "school" else set()
            self.people[u["sourcedId"]] = {
                "roles": set(schools),
                "schools": schools,
                "grades": set(u.get("grades", [])),
                "children": set(),
            }
        for u in users:
            for a in u.get("agents", []):
                self.link(u["sourcedId"], a["sourcedId"])

    def link(self, one, other):
        """agents[] point from a student to guardians and from a guardian to students."""
        for adult, child in ((one, other), (other, one)):
            p = self.people.get(adult)
            c = self.people.get(child)
            if p is not None and "students" not in p["roles"]:
                if (c is None and adult == one) or (c is not None and "students" in c["roles"]):
                    p["children"].add(child)

    # --- scope

    def schools_pass(self, schools):
        return self.schools is None or bool(schools & self.schools)

    def grades_pass(self, grades):
        return self.grades is None or bool(set(grades) & self.grades)

    def place_pass(self, kind, place):
        if kind == "org":
            return place in self.org_schools and self.schools_pass_org(place)
        if kind == "academicSession":
            return self.session_pass(place)
        table = self.classes if kind == "class" else self.courses
        p = table.get(place)
        if p is None:
            return False
        org = (p["school"] if kind == "class" else p.get("org", {})).get("sourcedId")
        if kind == "class" and self.org_type.get(org) != "school":
            return False
        ties = (self.class_ties if kind == "class" else self.course_ties)[place]
        return (
            org in self.org_schools
            and self.schools_pass_org(org)
            and ("grades" not in p or self.grades_pass(p["grades"]))
            and self.ties_pass(ties)
        )

    def session_pass(self, session):
        """Those listed, those below them and those above."""
        listed = self.lists.get("terms")
        if listed is None or session in listed:
            return True
        below = bool(self.above.get(session, set()) & listed)
        return below or any(session in self.above.get(t, set()) for t in listed)

    def schools_pass_org(self, org):
        return self.schools is None or bool(self.org_schools[org] & self.schools)

    # --- students' own facts

    def own_of(self, student):
        if student not in self.known_own:
            birth = self.births.get(student)
            own = self.own.of(student, self.agreement, self.purpose, birth, self.today)
            self.known_own[student] = own
        return self.known_own[student]

    def own_pass(self, student):
        """Nothing of the student's own keeps the student's records back whole."""
        own = self.own_of(student)
        if own.withheld:
            return False
        if self.basis in NAMED and not own.named:
            return False
        if self.basis == "consent" and not own.consented:
            return False
        name = {brief(e) for e in DIRECTORY["name"]}
        return self.basis != "directory" or not (own.refused_all or own.refused & name)

    def lost(self, students):
        """Elements that some of these students' facts withhold."""
        out = set()
        for s in students:
            own = self.own_of(s)
            out |= own.restricted | (own.refused if self.basis == "directory" else set())
        return out

    def leaves_element(self, element, students):
        if element in self.lost(students):
            return False
        if self.basis == "directory" and element not in self.designated:
            return False
        return self.basis != "consent" or all(element in self.own_of(s).consents for s in students)

    def left(self, resource, role, students):
        """The rules of a role that the subjects' own facts leave, or None: the record stays."""
        rules = self.programs[resource][role]
        if role not in ("students", "guardians"):
            return rules
        fields = self.fields[self.catalog["resources"][resource]["record"]]
        lost = self.lost(students)
        number = "Local ID number" if self.ids is None else "Provider/App assigned student ID number"
        number = "Student Identifiers / " + number
        if role == "students" and number in lost:
            return None
        if role == "guardians" and "Parent/Guardian ID / Parent ID number" in lost:
            return None
        if "Enrollment / Student school enrollment" in lost and ("roles" in fields or "school" in fields):
            return None
        out = {}
        for f in leaves(fields):
            how, category, element = granted_by(f, role)
            if f.path not in rules:
                continue
            if how != "structure" and not self.leaves_element(brief(f"{category} / {element}"), students):
                continue
            if role == "guardians" and number in lost and f.spec["type"] == "ref" and f.spec["of"] == "user":
                continue
            out[f.path] = rules[f.path]
        return self.whole(fields, role, out, rules)

    @staticmethod
    def whole(fields, role, rules, before):
        """Without items that would lack what they need; None if the record would, or would show
        nothing but structure."""
        if rules == before:
            return rules
        needed = [
            f
            for f in leaves(fields)
            if f.spec.get("required") and "placeholder" not in f.spec and f.path not in rules
        ]
        if any("." not in f.path for f in needed):
            return None
        for f in needed:
            above = f.path.rsplit(".", 1)[0] + "."
            rules = {p: r for p, r in rules.items() if not p.startswith(above)}
        granted = {f.path for f in leaves(fields) if granted_by(f, role)[0] != "structure"}
        return rules if granted & set(rules) else None

    # --- people

    def student_pass(self, student):
        p = self.people.get(student)
        return (
            p is not None
            and "students" in p["roles"]
            and self.own_pass(student)
            and self.schools_pass(p["schools"]["students"])
            and self.grades_pass(p["grades"])
            and self.ties_pass(p["ties"])
        )

    def shared_roles(self):
        return {role for programs in self.programs.values() for role in programs}

    def stands(self, person, role, shared):
        """Whether a person who is no student may be shown in this role."""
        p = self.people[person]
        if role not in p["roles"] or role not in shared:
            return False
        if role == "guardians":
            shown = {  # by every guardian's record
                "Parent/Guardian ID / Parent ID number",
                "Enrollment / Student school enrollment",
            }
            every = bool(p["children"]) and all(self.student_pass(c) for c in p["children"])
            return every and not shown & self.lost(p["children"])
        return self.schools_pass(p["schools"][role]) and self.ties_pass(p["ties"])

    # --- deciding a record: (standing roles, subjects), or None

    def decide(self, resource, record):
        kind = self.catalog["resources"][resource]["record"]
        shared = set(self.programs[resource])
        if kind in ("user", "demographics", "enrollment"):
            return self.decide_person(resource, record, shared)
        if "records" not in shared:
            return None
        return ({"records"}, set()) if self.place_pass(kind, record["sourcedId"]) else None

    def decide_person(self, resource, record, shared):
        kind = self.catalog["resources"][resource]["record"]
        person = record["user"]["sourcedId"] if kind == "enrollment" else record["sourcedId"]
        known = self.people.get(person)
        if known is None:
            return None
        words = {record["role"]} if kind == "enrollment" else set()
        if kind == "user":
            words = {r["role"] for r in record["roles"]}
        roles = known["roles"] | {ROLE_OF[w] for w in words}
        if "students" in roles:
            ok = "students" in shared and self.student_pass(person) and self.record_pass(kind, record)
            ok = ok and self.left(resource, "students", {person}) is not None
            return ({"students"}, {person}) if ok else None
        if kind == "demographics":
            return None
        if kind == "enrollment":
            roles = {ROLE_OF[record["role"]]}
        standing = {r for r in roles & shared if self.stands(person, r, shared)}
        standing = {r for r in standing if r == "guardians" or self.record_pass(kind, record)}
        children = known["children"]
        standing = {r for r in standing if self.left(resource, r, children) is not None}
        if not standing:
            return None
        subjects = set(known["children"]) if "guardians" in standing else set()
        return standing, subjects

    def record_pass(self, kind, record):
        """The record's own facts must allow as well, where it has any."""
        if kind == "enrollment":
            return self.schools_pass({record["school"]["sourcedId"]})
        if kind != "user":
            return True
        orgs = [r["org"]["sourcedId"] for r in record["roles"]]
        if "primaryOrg" in record:
            orgs.append(record["primaryOrg"]["sourcedId"])
        schools = {o for o in orgs if self.org_type.get(o) == "school"}
        grades = record.get("grades")
        student = any(r["role"] == "student" for r in record["roles"])
        return self.schools_pass(schools) and (
            not student or grades is None or self.grades_pass(grades)
        )

    # --- writing a record

    def rules(self, resource, verdict):
        """leaf path -> rule of one record: what all its roles release by the same rule."""
        roles, subjects = verdict
        programs = [self.left(resource, r, subjects) for r in roles]
        return {
            p: rule
            for p, rule in programs[0].items()
            if all(other.get(p) == rule for other in programs[1:])
        }

    def release(self, resource, record, asked=None):
        """(the record as released or None, subjects)."""
        verdict = self.decide(resource, record)
        if verdict is None:
            return None, set()
        roles, subjects = verdict
        rules = self.rules(resource, verdict)
        kind = self.catalog["resources"][resource]["record"]
        self.at = self.catalog["resources"][resource]["id-of"], record["sourcedId"], subjects
        out = self.put_object(self.fields[kind], record, rules, roles, subjects)
        if out is DROP:
            return None, set()
        if asked is not None:
            out = self.narrow(out, asked)
        return out, subjects

    # --- questions

    def about_students(self, resource):
        return bool({"students", "guardians"} & set(self.programs[resource]))

    def by_type(self, resource, f):
        """99.37(e): by directory, students are selected by designated types alone."""
        if self.basis != "directory" or not self.about_students(resource):
            return True
        how, category, element = granted_by(f, "students")
        return how in ("element", "name") and brief(f"{category} / {element}") in self.designated

    def may_filter(self, resource, f):
        shown = [r for r in self.programs[resource].values() if r.get(f.path) == ("as-is", None)]
        return bool(shown) and self.by_type(resource, f)

    def may_sort(self, resource, f):
        """Only by what every record that leaves shows, whatever anybody's own facts are."""
        for role, rules in self.programs[resource].items():
            if rules.get(f.path) != ("as-is", None):
                return False
            taken = role in ("students", "guardians") and granted_by(f, role)[0] != "structure"
            goes = f.spec.get("required") and "placeholder" not in f.spec and "." not in f.path
            if self.own.held and taken and not goes:
                return False
        return self.by_type(resource, f)

    def may_get(self, resource):
        """By id: never by directory, where a record is about students."""
        return self.basis != "directory" or not self.about_students(resource)

    # --- writing

    def put_object(self, fields, value, rules, roles, subjects):
        out = {}
        for name, inner in value.items():
            f = fields.get(name)
            if f is None:
                continue
            got = self.put_field(f, inner, rules, roles, subjects)
            if got is not DROP:
                out[name] = got
        for name, f in fields.items():
            if name in out or not f.spec.get("required"):
                continue
            if "placeholder" in f.spec:
                out[name] = json.loads(f.spec["placeholder"])
            elif f.spec["type"] in ("id", "ref", "object") or f.spec.get("guards"):
                return DROP
        return out

    def put_field(self, f, value, rules, roles, subjects):
        if f.members is not None:
            if not any(p.startswith(f.path + ".") for p in rules):
                return DROP
            items = [self.put_item(f, v, rules, roles, subjects) for v in value]
            return self.put_list([i for i in items if i is not DROP])
        if f.path not in rules:
            return DROP
        if f.spec["type"] == "ref":
            refs = [self.put_ref(f, v, roles, subjects) for v in (value if f.spec.get("list") else [value])]
            refs = [r for r in refs if r is not DROP]
            if f.spec.get("list"):
                return self.put_list(refs)
            return refs[0] if refs else DROP
        if rules[f.path][0] != "as-is" and f.spec.get("list"):
            items = [self.transform(f, v, rules[f.path]) for v in value]
            return self.put_list([i for i in items if i is not DROP])
        return self.transform(f, value, rules[f.path])

    @staticmethod
    def put_list(items):
        return items if items else DROP

    def put_item(self, f, value, rules, roles, subjects):
        if f.path == "userIds" and is_ssn(value):
            return DROP
        guard = next((m for m in f.members.values() if m.spec.get("guards")), None)
        if guard is not None and ROLE_OF.get(value.get(guard.name)) not in roles:
            return DROP
        return self.put_object(f.members, value, rules, roles, subjects)

    def put_ref(self, f, ref, roles, subjects):
        kind, target = f.spec["of"], ref["sourcedId"]
        if kind == "user":
            known = self.people.get(target)
            if known is None:
                return DROP
            if "students" in known["roles"]:
                if target not in subjects:
                    return DROP
            elif not any(self.stands(target, r, self.shared_roles()) for r in known["roles"]):
                return DROP
        elif kind in PLACES and not self.place_pass(kind, target):
            return DROP
        target = self.known_as(kind, target)
        if target is None:
            return DROP
        href = f"{self.href}/{PATH_OF[kind]}/{quote(target, safe='-._~')}"
        return {"href": href, "sourcedId": target, "type": kind}

    def known_as(self, kind, target):
        """What the partner knows an id by; None when there is nothing."""
        return target if self.ids is None else self.ids.encode(kind, target)

    def unchanged(self, f, value):
        if f.spec["type"] == "id":
            code = self.known_as(f.spec["of"], value)
            return DROP if code is None else code
        if self.ids is not None and f.path == "dateLastModified":
            return value[:10] + "T00:00:00.000Z"
        return value

    def transform(self, f, value, rule):
        how, args = rule
        if how == "as-is":
            return self.unchanged(f, value)
        if how == "const":
            return args["value"]
        if how == "mask":
            return "***"
        if how == "year":
            return value[:4]
        if how == "initial":
            return initial(f, value)
        kind, record_id, subjects = self.at
        got = self.changes.apply(how, args, kind, f, value, record_id, subjects)
        return DROP if got is None else got

    def narrow(self, record, asked):
        """`fields=`: the members asked for, and what a strict client cannot do without."""
        return {k: v for k, v in record.items() if k in asked}


def initial(f, value):
    first = first_grapheme(value)
    if value[len(first) :].strip(" .") == "":
        return json.loads(f.spec.get("placeholder", '"-"'))
    return first + "."


def is_ssn(user_id):
    """A social security number is never released, whatever an agreement says."""
    letters = re.sub(r"[^a-z]", "", user_id.get("type", "").lower())
    digits = re.fullmatch(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", user_id.get("identifier", ""))
    return letters in ("ssn", "socialsecurity", "socialsecuritynumber") or digits is not None


def first_grapheme(text):
    import unicodedata

    end = 1
    while end < len(text) and unicodedata.category(text[end]) in ("Mn", "Me", "Mc", "Cf"):
        end += 1
    return text[:end]
