# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy publish`: pages that need nothing else, and say what the policy says."""
import csv
import io
import re
from html.parser import HTMLParser

import pytest

PAGES = ("--annual-notice", "--soppa", "--ny-2d")
VOID = {"meta", "br"}


class Page(HTMLParser):
    """The text of a page whose elements are all closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.words, self.tags = [], [], set()
        self.feed(html)
        self.close()
        assert self.open == []
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name in ("src", "href") or name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data + " ")


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def publish(policy, folder):
    def run(*args):
        code, output, messages = policy("publish", "--on", "2026-09-01", *args, folder)
        assert code == 0, messages
        return output

    return run


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_stands_alone(publish, kind):
    html = publish(kind)
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>") and 'lang="en"' in html
    assert "script" not in page.tags and "link" not in page.tags
    assert not re.search(r"https?://|@import|url\(", html)
    assert "Example Unified School District" in page.text


def test_the_annual_notice_has_what_99_7_asks_for(publish):
    text = Page(publish("--annual-notice")).text
    for right in ("99.10", "99.20", "99.30", "99.63", "99.7(a)(3)(iii)", "99.34(a)(1)(ii)", "99.37(a)(2)"):
        assert right in text
    assert "A person or company with whom the district has contracted" in text
    assert "2024-09-15" in text and "grade-level" in text


def test_no_notice_no_page(policy, folder):
    text = (folder / "district.yaml").read_text()
    notice = re.search(r"^annual-notice:\n(?: .*\n)+", text, re.M).group(0)
    (folder / "district.yaml").write_text(text.replace(notice, ""))
    for path in (folder / "agreements").glob("*.yaml"):
        path.unlink()
    for path in (folder / "partners").glob("*"):
        path.unlink()
    code, output, messages = policy("publish", "--annual-notice", folder)
    assert code == 1 and output == "" and "99.7" in messages


def test_the_illinois_page_says_who_gets_what_and_why(publish):
    text = Page(publish("--soppa")).text
    assert "Acme Learning, Inc." in text and "CloudCo (hosting)" in text
    assert "Adaptive mathematics practice for grades 6 to 8" in text
    assert "schools riverside, lincoln; grades 06, 07, 08" in text
    acme = text[text.index("Acme Learning"):text.index("Example City Library")]
    assert "Student Name / First and/or Last" in acme
    assert "Email" not in acme, "signed, and not shared"


def test_the_new_york_page_says_what_the_file_does_not(publish):
    text = Page(publish("--ny-2d")).text
    assert "Exclusive purposes" in text and "destroyed within 60 days after request" in text
    assert "not said in the agreement's file" in text


def test_an_ended_agreement_is_not_published(policy, folder):
    text = Page(policy("publish", "--soppa", "--on", "2040-01-01", folder)[1]).text
    assert "No agreement is in force" in text and "Acme" not in text


def test_markup_in_a_policy_is_text(publish, folder):
    edit(folder, "partners/acme.yaml", "name: Acme Learning, Inc.", "name: <script>alert(1)</script> & Co")
    for kind in ("--soppa", "--ny-2d"):
        page = Page(publish(kind))
        assert "script" not in page.tags and "<script>alert(1)</script> & Co" in page.text


def test_the_dictionary_is_a_table_of_recipients_and_elements(publish):
    rows = list(csv.DictReader(io.StringIO(publish("--metadata-dictionary"))))
    by = {r["Agreement"]: r for r in rows}
    assert by["acme-math"]["students: Student Name / First and/or Last"] == "shared"
    assert by["acme-math"]["students: Demographics / Date of Birth"] == ""
    assert by["library-cards"]["students: Demographics / Date of Birth"] == "shared"
    assert by["library-cards"]["FERPA exception"] == "school-official (34 CFR 99.31(a)(1)(i)(B))"


def test_G5_no_cell_is_a_formula(publish, folder):
    edit(folder, "partners/acme.yaml", "name: Acme Learning, Inc.", "name: '=cmd()'")
    edit(folder, "agreements/acme-math.yaml", "products: [Acme Adaptive Practice]", 'products: ["@SUM(A1)"]')
    for row in csv.reader(io.StringIO(publish("--metadata-dictionary"))):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


def test_one_page_at_a_time(policy, folder):
    assert policy("publish", folder)[0] == 2
    assert policy("publish", "--soppa", "--ny-2d", folder)[0] == 2
