# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy reference`: the page in docs/ is what the loader's tables say."""
import json
import re


def cells(page, title):
    """The rows of the table below a heading, without its head."""
    part = page.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_the_page_in_docs_is_made_from_the_tables(policy, root):
    code, output, messages = policy("reference")
    assert (code, messages) == (0, "")
    page = root / "docs" / "policy-reference.md"
    assert output == page.read_text(), f"run `hallpass policy reference > {page}`"


def test_the_page_has_the_words_that_editors_complete(policy, root):
    page = policy("reference")[1]
    schema = (root / "policy" / "schema" / "agreement.json").read_text()
    for title in ("Bases", "Transforms"):
        words = [row[0].strip("`") for row in cells(page, title)]
        assert len(words) >= 15 and all(json.dumps(w) in schema for w in words), title
    keys = {row[1].strip("`") for row in cells(page, "Clauses")}
    assert all(json.dumps(key) in schema for key in keys)


def test_every_row_quotes_a_paragraph(policy):
    page = policy("reference")[1]
    law = re.compile(r"(34 CFR 99\.|20 USC 1232|42 USC |house rule|a rule of this gateway)")
    for row in cells(page, "Bases"):
        assert law.match(row[1]), row
    for row in cells(page, "Clauses"):
        assert law.match(row[3]), row


def test_it_takes_no_operand(policy):
    assert policy("reference", "x")[0] == 2
