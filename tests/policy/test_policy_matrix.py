# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy matrix`: partners by elements, on the terminal, as CSV, as a page, as JSON."""
import csv
import html.parser
import io
import json

import pytest

DAY = ("--on", "2026-09-01")

# Worked out by hand from tests/policy/small.
CELLS = {
    ("students", "record ids"): ("ids", "ids"),
    ("students", "Demographics / Date of Birth"): ("changed", "-"),
    ("students", "Enrollment / Student grade level"): ("-", "whole"),
    ("students", "Student Contact Information / Email"): ("-", "later"),
    ("students", "Student Name / First and/or Last"): ("part", "mixed"),
    ("records", "orgs"): ("part", "-"),
}


@pytest.fixture
def matrix(policy, small):
    def run(*args, day=DAY):
        code, output, messages = policy("matrix", *day, *args, small)
        assert (code, messages) == (0, "")
        return output

    return run


def test_the_terminal_shows_one_word_for_each_cell(matrix):
    assert matrix() == """\
Small District: who gets what on 2026-09-01
  cards: City Library, school-official, until 2027-06-30
  math: Acme Learning, school-official, until 2029-06-30

                                                    cards     math
students
  record ids                                        ids       ids
  Demographics / Date of Birth                      changed   -
  Enrollment / Student grade level                  -         whole
  Student Contact Information / Email               -         later
  Student Name / First and/or Last                  part      mixed
records
  orgs                                              part      -

whole: every field of the element, as it is   part: some of its fields
changed: shortened, coded or hidden   mixed: some as they are, some changed
later: from a day to come   ids: what stands for the person
"""


def test_csv_says_the_fields_in_words(matrix):
    rows = list(csv.reader(io.StringIO(matrix("--csv"), newline="")))
    assert rows == [
        ["about", "information", "City Library (cards)", "Acme Learning (math)"],
        ["students", "record ids", "the district's own ids", "the district's own ids"],
        ["students", "Demographics / Date of Birth", "birth date (year only)", ""],
        ["students", "Enrollment / Student grade level", "", "grades"],
        ["students", "Student Contact Information / Email", "", "from 2027-01-04: email"],
        ["students", "Student Name / First and/or Last", "given name; family name",
         "given name; family name (first letter only)"],
        ["records", "orgs", "name", ""],
    ]


def test_json_has_the_same_cells(matrix):
    found = json.loads(matrix("--json"))
    assert [c["agreement"] for c in found["columns"]] == ["cards", "math"]
    assert {(r["role"], r["information"]): tuple(
        "-" if c["state"] == "none" else c["state"] for c in r["cells"])
        for r in found["rows"]} == CELLS


def test_an_agreement_shows_what_it_gives_on_the_day_alone(matrix):
    after = json.loads(matrix("--json", day=("--on", "2027-01-04")))
    email = next(r for r in after["rows"] if r["information"].endswith("Email"))
    assert [c["state"] for c in email["cells"]] == ["none", "whole"]
    ended = json.loads(matrix("--json", day=("--on", "2027-07-01")))
    assert [c["in-force"] for c in ended["columns"]] == [False, True]
    assert all(r["cells"][0]["state"] == "none" for r in ended["rows"])
    assert "cards: City Library, school-official, not in force, until 2027-06-30" in matrix(
        day=("--on", "2027-07-01"))


class Page(html.parser.HTMLParser):
    """Every element closed in order; tags, attributes and the cells of tables."""

    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.rows, self.text = [], [], [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def test_the_page_is_whole_and_needs_nothing_else(matrix):
    text = matrix("--html")
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>\n<html lang=\"en\">")
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "http" not in text and "url(" not in text and "@import" not in text
    assert "prefers-color-scheme:dark" in text
    assert page.tags.count("caption") == page.tags.count("table") == 2
    scoped = [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")]
    assert len(scoped) == page.tags.count("th")
    assert ["City Library", "cards", "Library accounts",
            "school-official (34 CFR 99.31(a)(1)(i)(B))", "2026-07-01 to 2027-06-30",
            "the whole district"] in page.rows
    assert page.rows[2][5] == "schools: alder; grades: 06, 07"
    assert ["Student Name / First and/or Last", "given name; family name",
            "given name; family name (first letter only)"] in page.rows
    assert ["Demographics / Date of Birth", "birth date (year only)", "nothing"] in page.rows
    assert ["About students"] in page.rows


def rename(small, name):
    path = small / "partners" / "acme.yaml"
    path.write_text(path.read_text().replace("name: Acme Learning", f"name: {json.dumps(name)}"))


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "  =x", "\uff1dx", "\u3000@x"])
def test_g5_a_partners_name_is_no_formula(matrix, small, name):
    rename(small, name)
    cell = next(csv.reader(io.StringIO(matrix("--csv"), newline="")))[3]
    assert cell == f"'{name} (math)"


def test_a_partners_name_is_text_on_the_page(matrix, small):
    rename(small, "<script>alert('1')</script>&amp;\"")
    page = Page(matrix("--html"))
    assert "script" not in page.tags
    assert "<script>alert('1')</script>&amp;\"" in page.text


def test_many_agreements_stand_in_blocks_that_fit_a_terminal(matrix, small):
    text = (small / "agreements" / "math.yaml").read_text()
    for i in range(12):
        name = f"mathematics-practice-{i}"
        (small / "agreements" / f"{name}.yaml").write_text(
            text.replace("agreement: math", f"agreement: {name}"))
    output = matrix()
    blocks = output.split("\n\n")[1:-1]
    assert len(blocks) > 2
    assert all(len(line) <= 100 for block in blocks for line in block.split("\n"))
    named = [word for block in blocks for word in block.split("\n")[0].split()]
    assert sorted(named) == sorted(["cards", "math"] +
                                   [f"mathematics-practice-{i}" for i in range(12)])


def test_wrong_usage(policy, small):
    assert policy("matrix", "--csv", "--html", small)[0] == 2
    assert policy("matrix", "--on", "x", small)[0] == 2
    assert policy("matrix", small / "nowhere")[0] == 1
