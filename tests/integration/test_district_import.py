# SPDX-License-Identifier: Apache-2.0
"""`hallpass district import`: good bundles of both versions, and bad ones of every kind."""
import csv
import io
import os
import re
import shutil
import stat
import struct
import zipfile

import pytest

import bundle as reading
from district_rig import District, run

DATA = "academicSessions orgs courses classes users enrollments demographics".split()


@pytest.fixture(scope="module")
def good(hallpass, tmp_path_factory):
    path = tmp_path_factory.mktemp("import") / "csv"
    assert run(hallpass, "district", "generate", "--students", "30", path)[0] == 0
    return path


@pytest.fixture
def bundle(good, tmp_path):
    """A copy of the good bundle to spoil."""
    return shutil.copytree(good, tmp_path / "bundle")


def load(hallpass, source, tmp_path):
    return run(hallpass, "district", "import", source, tmp_path / "out.db")


def refused(hallpass, source, tmp_path):
    """The messages of an import that must fail and leave nothing."""
    status, out, err = load(hallpass, source, tmp_path)
    assert (status, out) == (1, ""), err
    assert sorted(p.name for p in tmp_path.iterdir()) == [source.name]
    lines = err.splitlines()
    assert lines[-1].startswith("hallpass: ")
    return lines[:-1]


def edit(path, change):
    """Gives the file's rows, header first, to `change` and writes what it returns (or the same)."""
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    rows = change(rows) or rows
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode())


def set_cell(name, row, column, value):
    """A spoiler: row 1 is the first behind the header."""
    def spoil(folder):
        def change(rows):
            rows[row][rows[0].index(column)] = value
        edit(folder / f"{name}.csv", change)
    return spoil


def edit_rows(name, change):
    return lambda folder: edit(folder / f"{name}.csv", change)


def edit_bytes(name, change):
    def spoil(folder):
        path = folder / f"{name}.csv"
        path.write_bytes(change(path.read_bytes()))
    return spoil


def drop_column(rows):
    return [r[:4] + r[5:] for r in rows]


def property_row(name, value):
    def change(rows):
        return [[name, value] if r[0] == name else r for r in rows]
    return edit_rows("manifest", change)


def no_property(name):
    return edit_rows("manifest", lambda rows: [r for r in rows if r[0] != name])


# spoiler, file:line:column, what the message must say
BAD = {
    "unknown column": (edit_rows("orgs", lambda r: [x + ["y"] for x in r]),
                       "orgs.csv:1:9", "y is not a column"),
    "missing column": (edit_rows("users", drop_column), "users.csv:1", "username is missing"),
    "column twice": (edit_rows("orgs", lambda r: [x + [x[3]] for x in r]),
                     "orgs.csv:1:9", "name stands twice"),
    "metadata column twice": (edit_rows("orgs", lambda r: [x + [x[7]] for x in r]),
                              "orgs.csv:1:9", "metadata.region stands twice"),
    "metadata without name": (edit_rows("orgs", lambda r: [r[0] + ["metadata."]] +
                                        [x + [""] for x in r[1:]]),
                              "orgs.csv:1:9", "has no name"),
    "too many cells": (edit_rows("orgs", lambda r: r[:3] + [r[3] + ["x"]] + r[4:]),
                       "orgs.csv:4:8", "more cells"),
    "too few cells": (edit_rows("orgs", lambda r: r[:3] + [r[3][:5]] + r[4:]),
                      "orgs.csv:4:5", "fewer cells"),
    "duplicate id": (edit_rows("courses", lambda r: r + [r[1]]),
                     "courses.csv:190:1", "sourcedId stands in an earlier row"),
    "empty id": (set_cell("orgs", 2, "sourcedId", ""), "orgs.csv:3:1", "must not be empty"),
    "slash in id": (set_cell("resources", 2, "sourcedId", "a/b"), "resources.csv:3:1", "slashes"),
    "bad word": (set_cell("orgs", 2, "type", "skool"), "orgs.csv:3:5", "type is not a word"),
    "bad role": (set_cell("roles", 1, "role", "administrator"), "roles.csv:2:6", "role is not"),
    "bad status": (set_cell("orgs", 2, "status", "ext:gone"), "orgs.csv:3:2", "status is not"),
    "bad grade": (set_cell("courses", 1, "grades", "KG,1st"), "courses.csv:2:7", "grades is not"),
    "empty list item": (set_cell("courses", 1, "subjects", "a,,b"), "courses.csv:2:9",
                        "has an empty item"),
    "bad date": (set_cell("demographics", 3, "birthDate", "2015-02-30"), "demographics.csv:4:4",
                 "birthDate must be a date"),
    "spreadsheet date": (set_cell("demographics", 3, "birthDate", "3/14/2015"),
                         "demographics.csv:4:4", "birthDate must be a date"),
    "bad instant": (set_cell("orgs", 1, "dateLastModified", "2026-08-03 06:00"), "orgs.csv:2:3",
                    "dateLastModified must be an instant"),
    "bad year": (set_cell("academicSessions", 1, "schoolYear", "26"), "academicSessions.csv:2:9",
                 "schoolYear must be a year"),
    "bad boolean": (set_cell("users", 1, "enabledUser", "TRUE"), "users.csv:2:4",
                    "enabledUser must be true or false"),
    "bad user id": (set_cell("users", 1, "userIds", "{ldap:x},y"), "users.csv:2:6",
                    "userIds must be a list"),
    "empty name": (set_cell("users", 1, "givenName", ""), "users.csv:2:7", "must not be empty"),
    "unknown user": (set_cell("enrollments", 5, "userSourcedId", "nobody"), "enrollments.csv:6:6",
                     "userSourcedId names no row of users.csv"),
    "unknown class": (set_cell("enrollments", 5, "classSourcedId", "none"), "enrollments.csv:6:4",
                      "names no row of classes.csv"),
    "unknown agent": (set_cell("users", 1, "agentSourcedIds", "stf-0000001,no"), "users.csv:2:14",
                      "agentSourcedIds names no row of users.csv"),
    "unknown term": (set_cell("classes", 1, "termSourcedIds", "term-2026-1,x"), "classes.csv:2:11",
                     "names no row of academicSessions.csv"),
    "unknown parent": (set_cell("orgs", 2, "parentSourcedId", "x"), "orgs.csv:3:7",
                       "names no row of orgs.csv"),
    "unknown profile": (set_cell("roles", 1, "userProfileSourcedId", "x"), "roles.csv:2:10",
                        "names no row of userProfiles.csv"),
    "demographics of nobody": (set_cell("demographics", 1, "sourcedId", "x"),
                               "demographics.csv:2:1", "names no row of users.csv"),
    "org is its own ancestor": (set_cell("orgs", 1, "parentSourcedId", "school-01"),
                                "orgs.csv:2:7", "its own ancestor"),
    "user without role": (edit_rows("roles", lambda r: r[:1] + r[2:]), "users.csv:2:1",
                          "has no role"),
    "only a deleted role": (set_cell("roles", 1, "status", "tobedeleted"), "users.csv:2:1",
                            "has no role"),
    "not UTF-8": (edit_bytes("users", lambda b: b.replace(b"Maya", b"M\xe4ya", 1)),
                  "users.csv:2:7", "not UTF-8"),
    "surrogate": (edit_bytes("users", lambda b: b.replace(b"Maya", b"\xed\xa0\x80", 1)),
                  "users.csv:2:7", "not UTF-8"),
    "UTF-16": (edit_bytes("orgs", lambda b: b.decode().encode("utf-16")), "orgs.csv:1:1", "UTF-16"),
    "control character": (edit_bytes("users", lambda b: b.replace(b"Maya", b"M\0ya", 1)),
                          "users.csv:2:7", "control character"),
    "open quote": (edit_bytes("orgs", lambda b: b + b'"x'), "orgs.csv:13:1", "quote"),
    "stray quote": (edit_bytes("orgs", lambda b: b.replace(b"Alder", b'Al"der', 1)),
                    "orgs.csv:3:4", "quote"),
    "text behind a quote": (edit_bytes("orgs", lambda b: b.replace(b"school-01", b'"school-01"x', 1)),
                            "orgs.csv:3:1", "quote"),
    "lone CR": (edit_bytes("orgs", lambda b: b.replace(b"\r\n", b"\r", 3)), "orgs.csv:1:1", "CR"),
    "no header": (edit_bytes("orgs", lambda b: b""), "orgs.csv:1:1", "no header"),
    "long cell": (set_cell("orgs", 1, "name", "x" * 70000), "orgs.csv:2:4", "64 KiB"),
    "no manifest": (lambda f: (f / "manifest.csv").unlink(), "manifest.csv", "no manifest.csv"),
    "manifest header": (edit_rows("manifest", lambda r: [["name", "value"]] + r[1:]),
                        "manifest.csv:1:1", "header"),
    "manifest row of three": (edit_rows("manifest", lambda r: r + [["a", "b", "c"]]),
                              "manifest.csv:27:1", "two cells"),
    "version 1.0": (property_row("oneroster.version", "1.0"), "manifest.csv:3:2", "1.1 or 1.2"),
    "no version": (no_property("oneroster.version"), "manifest.csv", "oneroster.version"),
    "manifest version": (property_row("manifest.version", "2.0"), "manifest.csv:2:2", "1.0"),
    "delta": (property_row("file.users", "delta"), "manifest.csv:24:2", "delta"),
    "unknown state": (property_row("file.users", "maybe"), "manifest.csv:24:2", "absent or bulk"),
    "file unnamed": (no_property("file.results"), "manifest.csv", "file.results"),
    "file twice": (edit_rows("manifest", lambda r: r + [["file.users", "bulk"]]),
                   "manifest.csv:27:1", "twice"),
    "unknown file": (edit_rows("manifest", lambda r: r + [["file.pupils", "bulk"]]),
                     "manifest.csv:27:1", "not one of OneRoster's"),
    "bulk without file": (lambda f: (f / "courses.csv").unlink(), "courses.csv", "no file"),
    "absent but needed": (property_row("file.courses", "absent"), "classes.csv:2:6",
                          "courseSourcedId names no row of courses.csv"),
    "gradebook header": (edit_bytes("results", lambda b: b.replace(b"score,", b"points,", 1)),
                         "results.csv:1:7", "points is not a column"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_bundle_is_refused_by_place(hallpass, bundle, tmp_path, name):
    spoil, place, text = BAD[name]
    spoil(bundle)
    lines = refused(hallpass, bundle, tmp_path)
    assert any(re.match(re.escape(place) + r"(:|$)", line) and text in line for line in lines), lines


def test_every_error_is_told_at_once(hallpass, bundle, tmp_path):
    set_cell("orgs", 2, "type", "skool")(bundle)
    set_cell("users", 1, "enabledUser", "yes")(bundle)
    set_cell("users", 1, "givenName", "")(bundle)
    set_cell("enrollments", 9, "role", "pupil")(bundle)
    lines = refused(hallpass, bundle, tmp_path)
    assert [line.split(": ")[0] for line in lines] == [
        "orgs.csv:3:5", "users.csv:2:4", "users.csv:2:7", "enrollments.csv:10:7"]


def test_thousands_of_errors_are_counted_and_capped(hallpass, bundle, tmp_path):
    edit(bundle / "enrollments.csv",
         lambda rows: rows + [[f"e{i}"] + ["x"] * 9 for i in range(3000)])
    status, _, err = load(hallpass, bundle, tmp_path)
    assert status == 1
    assert len(err.splitlines()) < 1100
    assert not (tmp_path / "out.db").exists()


def test_messages_tell_no_value(hallpass, bundle, tmp_path):
    for column in ("userIds", "grades", "enabledUser", "dateLastModified", "agentSourcedIds"):
        set_cell("users", 1, column, "sEcReT vAlUe")(bundle)
    lines = refused(hallpass, bundle, tmp_path)
    assert len(lines) >= 4
    assert not any("sEcReT" in line for line in lines)


# --- what good bundles may look like

def served(hallpass, tmp_path, view):
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        answer = d.get(f"/{view}", limit=10000)
        assert answer.status == 200
        return answer.json()[reading.VIEWS[view][1]]


FORMS = {
    "with BOM": lambda b: b"\xef\xbb\xbf" + b,
    "with LF": lambda b: b.replace(b"\r\n", b"\n"),
    "without last line end": lambda b: b.removesuffix(b"\r\n"),
    "with blank lines at the end": lambda b: b + b"\r\n\r\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_line_ends_and_byte_order_marks_change_nothing(hallpass, bundle, tmp_path, form):
    expected = reading.Bundle(bundle).records("orgs")
    for path in bundle.iterdir():
        if path.name != "users.csv":  # users.csv has line breaks inside cells
            path.write_bytes(FORMS[form](path.read_bytes()))
    assert load(hallpass, bundle, tmp_path)[0] == 0
    assert served(hallpass, tmp_path, "orgs") == expected


def test_columns_and_rows_may_stand_in_any_order(hallpass, bundle, tmp_path):
    before = reading.Bundle(bundle)
    for name in DATA + ["roles", "userProfiles"]:
        edit(bundle / f"{name}.csv",
             lambda rows: [r[::-1] for r in [rows[0]] + rows[:0:-1]])
    assert load(hallpass, bundle, tmp_path)[0] == 0
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        for view in ("users", "classes", "enrollments"):
            records = d.get(f"/{view}", limit=10000).json()[reading.VIEWS[view][1]]
            expected = [dict(r) for r in before.records(view)]
            for r in records + expected:
                r.pop("metadata", None)  # its keys follow the order of the columns
            assert records == expected


def test_extension_words_and_unusual_text_are_kept(hallpass, bundle, tmp_path):
    set_cell("roles", 1, "role", "ext:mentor")(bundle)
    set_cell("users", 2, "givenName", ' "=cmd|\' ,\t\u2028\\u0041 ')(bundle)
    set_cell("classes", 1, "location", "a\r\nb")(bundle)
    assert load(hallpass, bundle, tmp_path)[0] == 0
    expected = reading.Bundle(bundle)
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        for view in ("users", "classes"):
            assert d.get(f"/{view}", limit=10000).json()[view] == expected.records(view)


def test_rows_without_status_and_date_get_them(hallpass, bundle, tmp_path):
    def blank(rows):
        return [rows[0]] + [[r[0], "", ""] + r[3:] for r in rows[1:]]
    edit(bundle / "orgs.csv", blank)
    assert load(hallpass, bundle, tmp_path)[0] == 0
    records = served(hallpass, tmp_path, "orgs")
    stamps = {r["dateLastModified"] for r in records}
    assert len(stamps) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", *stamps)
    assert {r["status"] for r in records} == {"active"}
    assert records == reading.Bundle(bundle, imported=stamps.pop()).records("orgs")


def test_ids_with_odd_characters_are_served_and_percent_encoded(hallpass, bundle, tmp_path):
    odd = "a b".replace(" ", "%") + "é?#&='~"
    text = (bundle / "orgs.csv").read_bytes()
    for path in bundle.iterdir():
        path.write_bytes(path.read_bytes().replace(b"school-10", odd.encode()))
    assert b"school-10" in text
    assert load(hallpass, bundle, tmp_path)[0] == 0
    expected = reading.Bundle(bundle)
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        assert d.get("/orgs").json()["orgs"] == expected.records("orgs")
        href = next(r for r in expected.records("orgs") if "children" in r)["children"]
        path = [c["href"] for c in href if c["sourcedId"] == odd][0].removeprefix("http://localhost")
        assert d.raw(path).json()["org"]["sourcedId"] == odd
        found = d.get("/orgs", filter="sourcedId='" + odd.replace("'", "''") + "'").json()["orgs"]
        assert [r["sourcedId"] for r in found] == [odd]


def test_url_stands_in_front_of_every_link(hallpass, good, tmp_path):
    url = "https://sis.district.example:8443/api"
    status, _, err = run(hallpass, "district", "import", good, tmp_path / "out.db", "--url", url)
    assert (status, err) == (0, "")
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        assert d.get("/users").json()["users"] == reading.Bundle(good, url).records("users")[:100]
        assert all(link.startswith(url + reading.BASE) for link in d.get("/users").links().values())


# --- OneRoster 1.1

@pytest.fixture
def bundle_11(tmp_path):
    """A small 1.1 bundle, with the headers of the saved example."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    files = {
        "manifest": [["propertyName", "value"], ["manifest.version", "1.0"],
                     ["oneroster.version", "1.1"], ["source.systemName", "x"]] +
                    [[f"file.{n}", "bulk"] for n in DATA] +
                    [[f"file.{n}", "absent"] for n in
                     "resources classResources courseResources categories lineItems results".split()],
        "orgs": [["sourcedId", "status", "dateLastModified", "name", "type", "identifier",
                  "parentSourcedId", "metadata.city"],
                 ["d", "", "", "District", "district", "", "", "X"],
                 ["s1", "", "", "One", "school", "1", "d", ""],
                 ["s2", "", "", "Two", "school", "2", "d", "Y"]],
        "academicSessions": [["sourcedId", "status", "dateLastModified", "title", "type",
                              "startDate", "endDate", "parentSourcedId", "schoolYear"],
                             ["t", "", "", "Term", "term", "2026-08-01", "2026-12-20", "", "2027"]],
        "courses": [["sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title",
                     "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"],
                    ["c", "", "", "t", "Math", "M1", "KG,01", "d", "", ""]],
        "classes": [["sourcedId", "status", "dateLastModified", "title", "grades",
                     "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
                     "termSourcedIds", "subjects", "subjectCodes", "periods"],
                    ["k", "", "", "Math A", "01", "c", "", "scheduled", "", "s1", "t", "", "", "1,2"]],
        "users": [["sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds",
                   "role", "username", "userIds", "givenName", "familyName", "middleName",
                   "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password"],
                  ["u1", "", "", "true", "s1,s2", "student", "a", "{Fed:1:2}", "Ann", "Lee", "", "",
                   "", "", "", "u2", "01", ""],
                  ["u2", "", "", "true", "s1", "parent", "b", "", "Bea", "Lee", "", "", "", "", "",
                   "u1", "", ""],
                  ["u3", "", "", "false", "d,s1", "administrator", "c", "", "Cy", "Roe", "", "", "",
                   "", "", "", "", ""],
                  ["u4", "", "", "true", "s1", "teacher", "d", "", "Di", "Poe", "", "", "", "", "",
                   "", "", ""]],
        "enrollments": [["sourcedId", "status", "dateLastModified", "classSourcedId",
                         "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate",
                         "endDate"],
                        ["e1", "", "", "k", "s1", "u1", "student", "false", "", ""],
                        ["e2", "", "", "k", "s1", "u4", "teacher", "true", "2026-08-01", ""]],
        "demographics": [["sourcedId", "status", "dateLastModified", "birthDate", "sex",
                          "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
                          "nativeHawaiianOrOtherPacificIslander", "white",
                          "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
                          "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth",
                          "publicSchoolResidenceStatus"],
                         ["u1", "", "", "2019-05-04", "female"] + [""] * 11],
    }
    for name, rows in files.items():
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as f:
            csv.writer(f, quoting=csv.QUOTE_ALL).writerows(rows)
    return folder


def test_a_1_1_bundle_is_served_as_1_2(hallpass, bundle_11, tmp_path):
    status, _, err = load(hallpass, bundle_11, tmp_path)
    assert (status, err) == (0, "")
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        stamp = d.get("/orgs/d").json()["org"]["dateLastModified"]
        expected = reading.Bundle(bundle_11, imported=stamp)
        for view in reading.VIEWS:
            assert d.get(f"/{view}").json()[reading.VIEWS[view][1]] == expected.records(view)
        roles = d.get("/users/u3").json()["user"]["roles"]
        assert [(r["roleType"], r["role"], r["org"]["sourcedId"]) for r in roles] == [
            ("primary", "districtAdministrator", "d"), ("secondary", "siteAdministrator", "s1")]


def test_a_file_that_the_manifest_calls_absent_is_not_read(hallpass, bundle_11, tmp_path):
    property_row("file.demographics", "absent")(bundle_11)
    status, _, err = load(hallpass, bundle_11, tmp_path)
    assert status == 0
    assert "demographics.csv: " in err and "is not read" in err and err.count("\n") == 1
    assert served(hallpass, tmp_path, "demographics") == []


def test_1_2_columns_are_unknown_in_1_1_and_the_reverse(hallpass, bundle_11, good, tmp_path):
    edit(bundle_11 / "users.csv", lambda rows: [rows[0] + ["pronouns"]] + [r + [""] for r in rows[1:]])
    assert "users.csv:1:19: pronouns is not a column" in " ".join(
        refused(hallpass, bundle_11, tmp_path))
    shutil.rmtree(bundle_11)
    shutil.copytree(good, bundle_11)
    edit(bundle_11 / "users.csv", lambda rows: [rows[0] + ["role"]] + [r + ["student"] for r in rows[1:]])
    assert "role is not a column" in " ".join(refused(hallpass, bundle_11, tmp_path))


# --- zips

def pack(folder, path, rename=lambda name: name):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for file in sorted(folder.iterdir()):
            z.write(file, rename(file.name))
    return path


def test_a_zip_is_the_same_as_its_folder(hallpass, good, tmp_path):
    path = pack(good, tmp_path / "bundle.zip")
    status, _, err = load(hallpass, path, tmp_path)
    assert (status, err) == (0, "")
    assert served(hallpass, tmp_path, "users") == reading.Bundle(good).records("users")


@pytest.mark.parametrize("name", ["../users.csv", "/etc/users.csv", "in/users.csv", "a\\users.csv",
                                  ".users.csv", "c:users.csv"])
def test_paths_in_a_zip_are_refused(hallpass, good, tmp_path, name):
    path = pack(good, tmp_path / "bundle.zip", lambda n: name if n == "users.csv" else n)
    lines = refused(hallpass, path, tmp_path)
    assert any("plain names" in line for line in lines), lines


def test_a_zip_bomb_is_refused(hallpass, good, tmp_path):
    path = pack(good, tmp_path / "bundle.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as z:
        z.writestr("zeros.csv", b"0" * (32 << 20))
    assert any("200 times" in line for line in refused(hallpass, path, tmp_path))


def test_a_zip_that_lies_about_its_sizes_is_refused(hallpass, good, tmp_path):
    """The directory says 1,000 bytes; the entry holds more."""
    path = pack(good, tmp_path / "bundle.zip")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"users.csv") - 46
    assert data[at:at + 4] == b"PK\x01\x02"
    data[at + 24:at + 28] = struct.pack("<I", 1000)
    path.write_bytes(data)
    refused(hallpass, path, tmp_path)


def test_a_name_twice_in_a_zip_is_refused(hallpass, good, tmp_path):
    path = pack(good, tmp_path / "bundle.zip")
    with zipfile.ZipFile(path, "a") as z, pytest.warns(UserWarning):
        z.writestr("users.csv", b"x")
    (line,) = refused(hallpass, path, tmp_path)  # libzip may notice before we do
    assert "twice" in line or "damaged" in line


def test_too_many_entries_are_refused(hallpass, good, tmp_path):
    path = pack(good, tmp_path / "bundle.zip")
    with zipfile.ZipFile(path, "a") as z:
        for i in range(60):
            z.writestr(f"extra{i}.txt", b"x")
    assert any("64 entries" in line for line in refused(hallpass, path, tmp_path))


@pytest.mark.parametrize("damage", ["truncated", "flipped", "text", "empty"])
def test_a_damaged_zip_is_refused(hallpass, good, tmp_path, damage):
    path = pack(good, tmp_path / "bundle.zip")
    data = bytearray(path.read_bytes())
    if damage == "truncated":
        data = data[:len(data) // 2]
    elif damage == "flipped":
        at = data.index(b"users.csv") + 200
        data[at:at + 50] = bytes(b ^ 0xFF for b in data[at:at + 50])
    else:
        data = b"hello" if damage == "text" else b""
    path.write_bytes(data)
    refused(hallpass, path, tmp_path)


def test_links_and_devices_in_a_folder_are_refused(hallpass, bundle, tmp_path):
    for make in (lambda p: p.symlink_to("/etc/passwd"), os.mkfifo, os.mkdir):
        (bundle / "orgs.csv").unlink(missing_ok=True)
        make(bundle / "orgs.csv")
        status, _, _ = load(hallpass, bundle, tmp_path)
        assert status == 1
        assert not (tmp_path / "out.db").exists()
        if (bundle / "orgs.csv").is_dir():
            (bundle / "orgs.csv").rmdir()


# --- all or nothing

def test_a_bad_import_leaves_the_old_database(hallpass, good, bundle, tmp_path):
    assert load(hallpass, good, tmp_path)[0] == 0
    before = (tmp_path / "out.db").read_bytes()
    set_cell("enrollments", 50, "userSourcedId", "nobody")(bundle)
    assert load(hallpass, bundle, tmp_path)[0] == 1
    assert (tmp_path / "out.db").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bundle", "out.db"]


def test_an_import_replaces_the_old_one_while_it_is_served(hallpass, good, bundle, tmp_path):
    assert load(hallpass, good, tmp_path)[0] == 0
    old = reading.Bundle(good).records("users")
    set_cell("users", 1, "givenName", "Changed")(bundle)
    with District(hallpass, tmp_path / "out.db", tmp_path / "s") as d:
        assert load(hallpass, bundle, tmp_path)[0] == 0
        assert d.get("/users", limit=1000).json()["users"] == old
    assert served(hallpass, tmp_path, "users") == reading.Bundle(bundle).records("users")


def test_the_database_is_the_owners_alone_and_stands_alone(hallpass, good, tmp_path):
    assert load(hallpass, good, tmp_path)[0] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["out.db"]
    assert stat.S_IMODE((tmp_path / "out.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"my thesis", b"", b"SQLite format 3\0" + b"\0" * 84])
def test_a_file_of_another_kind_is_not_replaced(hallpass, good, tmp_path, content):
    (tmp_path / "out.db").write_bytes(content)
    status, _, err = load(hallpass, good, tmp_path)
    assert status == 1 and "left alone" in err
    assert (tmp_path / "out.db").read_bytes() == content


def test_two_imports_at_once_are_refused(hallpass, good, tmp_path):
    (tmp_path / "out.db.importing").write_bytes(b"")
    status, _, err = load(hallpass, good, tmp_path)
    assert status == 1 and "another import" in err
    assert (tmp_path / "out.db.importing").exists()


def test_a_bundle_that_is_not_there(hallpass, tmp_path):
    for name in ("none", "none.zip"):
        status, _, err = load(hallpass, tmp_path / name, tmp_path)
        assert status == 1 and err.startswith("hallpass: ") and err.count("\n") == 1
        assert list(tmp_path.iterdir()) == []
