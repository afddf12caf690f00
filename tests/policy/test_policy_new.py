# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy new`: it parses as printed, checks once filled in, and shows every box."""
import re

import pytest

NAME = "Acme Learning, Inc."
FILLED = {"ends": "2029-06-30", "signed": "2026-06-15", "from": "2026-07-01",
          "file": "contract.pdf", "sha256": "ab" * 32, "email": "x@partner.example",
          "legitimate-interest": "Practice for grades 6 to 8", "study-purpose": "student-aid",
          "authority": "state-authority", "aid-purpose": "eligibility",
          "threat-sha256": "cd" * 32, "parties": "[Example City Police]",
          "opened": "2026-08-31T14:05", "operators": "[Ann Bell, Cy Dorn]",
          "destroy-within": "60 days after end"}
MAPS = {"exhibit-b", "share", "because", "contract", "documents", "contacts", "privacy", "breach",
        "technical"}
BASES = ("school-official", "transfer", "audit-evaluation", "financial-aid", "juvenile-justice",
         "studies", "accreditation", "parent-of-dependent", "judicial", "emergency", "directory",
         "parent-or-student", "consent", "child-welfare", "de-identified", "coded-research")
AVAILABLE = BASES[:-2]  # random codes are not kept yet


def new(policy, *more):
    return policy("new", "--ndpa", "1.0", "--partner", NAME, *more)


def fill(text):
    """Blanks filled as a clerk would: every key without value gets one, [] gets an id."""
    def blank(m):
        return m[0] if m[2] in MAPS else f"{m[1]}{m[2]}: {FILLED.get(m[2], 'Article I')}"

    text = re.sub(r"^(purposes|products): \[\]", r"\1: [instruction]", text, flags=re.M)
    return re.sub(r"^( *)([a-z0-9-]+): *(?:#.*)?$", blank, text, flags=re.M)


def untick(text, *lines):
    for line in lines:
        assert text.count(line) == 1, line
        text = text.replace(line, line.replace("# ", "", 1))
    return text


@pytest.fixture
def started(policy, folder):
    """The example district with the two new files; gives (folder, partner, agreement)."""
    code, output, _ = new(policy, folder)
    partner = folder / "partners" / "acme-learning-inc.yaml"
    agreement = folder / "agreements" / "acme-learning-inc.yaml"
    assert (code, output) == (0, f"{partner}\n{agreement}\n")
    return folder, partner, agreement


def test_what_is_printed_parses_for_every_basis(policy):
    for basis in BASES:
        for which in ("partner", "agreement"):
            code, text, _ = new(policy, "--print", which, "--basis", basis)
            assert code == 0
            assert policy("parse", "-", stdin=text)[0] == 0, text


def test_check_names_every_blank(policy, started):
    folder, partner, agreement = started
    code, _, messages = policy("check", folder)
    assert code == 1
    for path in (partner, agreement):
        for number, line in enumerate(path.read_text().split("\n"), 1):
            if re.match(r"\s*(ends|signed|from|file|sha256|name|email|direct-control|purposes|share):",
                        line) and not line.startswith("name"):
                assert f"{path}:{number}:" in messages, line


def tick(text, basis):
    """The boxes of a name and of the ids that the basis allows, and the name shared."""
    box = "Provider/App assigned student ID number" if basis == "directory" else \
        "Local (School district) ID number"
    text = untick(text, "  # Student Name:\n", "  # Student Identifiers:\n", f"  #   - {box}\n",
                  "  # students:\n", "  #   Student Name: as-signed\n")
    first, rest = text.split("\n  Student Name:\n")
    rest = rest.replace("  #   - First and/or Last", "    - First and/or Last", 1)
    return f"{first}\n  Student Name:\n{rest}"


def amend(text, basis):
    """What a basis demands besides filled blanks."""
    if basis == "judicial":  # one of several clauses that are comments
        text = text.replace("  # notice:", "  notice: 2026-06-20", 1)
    if basis == "emergency":  # ends within 72 hours
        text = text.replace("from: 2026-07-01", "from: 2026-08-31")
        text = text.replace("ends: 2029-06-30", "ends: 2026-09-02")
    return text


@pytest.mark.parametrize("basis", AVAILABLE)
def test_once_filled_it_passes_check(policy, folder, basis):
    district = folder / "district.yaml"
    district.write_text(district.read_text().replace("student-facts: none",
                                                     "student-facts: files"))
    assert new(policy, "--basis", basis, folder)[0] == 0
    partner, agreement = (folder / kind / "acme-learning-inc.yaml"
                          for kind in ("partners", "agreements"))
    partner.write_text(fill(partner.read_text()))
    agreement.write_text(amend(tick(fill(agreement.read_text()), basis), basis))
    code, output, messages = policy("check", "--on", "2026-09-01", folder)
    assert code == 0, messages
    shown = output.split(f"\nacme-learning-inc: {NAME}, {basis}, ")[1]
    assert "  students (students)\n    as-is       givenName, familyName," in shown


def test_every_line_unticked_at_once_is_a_good_policy(policy, started):
    """So each suggested line grants something, and none contradicts another."""
    folder, partner, agreement = started
    partner.write_text(fill(partner.read_text()))
    text = fill(agreement.read_text())
    exhibit = text.index("exhibit-b:")
    end = text.index("# Students must match")
    body = re.sub(r"^  # ", "  ", text[exhibit:end], flags=re.M)
    body = re.sub(r'^ *- "Other .*: \.\.\."\n', "", body, flags=re.M)
    agreement.write_text(text[:exhibit] + body + text[end:])
    code, output, messages = policy("check", folder)
    assert code == 0, messages
    for role in ("students", "guardians", "teachers", "staff"):
        assert f"users ({role})" in output.split("acme-learning-inc:")[1]


def test_every_box_of_the_form_is_there_with_its_fields(policy, root):
    code, text, _ = new(policy, "--print", "agreement")
    assert code == 0
    form = (root / "policy" / "vocabulary.c").read_text()
    rows = re.findall(r'ROW\("([^"]+)",\s*((?:"[^"]*"\s*)+),', form)
    assert len(rows) > 60
    for category, words in rows:
        element = "".join(re.findall(r'"([^"]*)"', words))
        if category == "Staff":
            continue
        assert f"  # {category}:\n" in text
        brief = element.split(" - please specify")[0]
        assert f"  #   - {element}\n" in text or f'  #   - "{brief}: ..."\n' in text, element
    lines = text.split("\n")
    at = lines.index("  #   - Date of Birth")
    assert lines[at - 1] == "  #   # students: demographics: birthDate"
    at = lines.index("  #   - Teacher names")
    assert lines[at - 2].startswith("  #   # teachers: user: givenName, familyName, ")


def test_files_that_exist_are_left_alone(policy, started):
    folder, partner, agreement = started
    partner.write_text("mine\n")
    agreement.unlink()
    code, output, _ = new(policy, folder)
    assert code == 0
    assert f"{partner} is there already and was left as it is\n" in output
    assert partner.read_text() == "mine\n"
    assert agreement.exists()


def test_a_district_without_any_agreement_yet_gets_the_two_folders(policy, folder, tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    (first / "district.yaml").write_bytes((folder / "district.yaml").read_bytes())
    code, output, messages = new(policy, first)
    assert (code, messages) == (0, "")
    assert sorted(output.split()) == sorted(
        str(first / kind / "acme-learning-inc.yaml") for kind in ("agreements", "partners"))
    assert all((first / kind).is_dir() for kind in ("agreements", "partners"))


def test_check_names_each_blank_from_the_top_of_the_file_down(policy, started):
    folder, partner, agreement = started
    code, _, messages = policy("check", folder)
    assert code == 1
    for path, first in ((partner, "name"), (agreement, "products")):
        found = re.findall(rf"^{re.escape(str(path))}:(\d+):\d+: ([\w-]+): .*empty$", messages, re.M)
        lines = [int(line) for line, _ in found]
        assert found[0][1] == first and lines == sorted(lines) and len(lines) >= 6
        text = path.read_text().splitlines()
        for line, (_, key) in zip(lines, found):
            assert text[line - 1].strip(" -").startswith(f"{key}:") or not text[line - 1].strip()


def test_ids_are_made_of_the_name_or_given(policy):
    text = new(policy, "--agreement", "acme-math", "--print", "agreement")[1]
    assert "\nagreement: acme-math\npartner: acme-learning-inc\n" in text
    assert '\nname: "Acme Learning, Inc."\n' in new(policy, "--print", "partner")[1]


def test_wrong_usage(policy, folder):
    assert new(policy)[0] == 2
    assert new(policy, "--print", "partner", folder)[0] == 2
    assert new(policy, "--print", "district")[0] == 2
    assert new(policy, "--basis", "school", "--print", "partner")[0] == 2
    assert new(policy, "--agreement", "Acme", "--print", "partner")[0] == 2
    assert policy("new", "--ndpa", "2.0", "--partner", "x", "--print", "partner")[0] == 2
    assert policy("new", "--ndpa", "1.0", "--partner", "???", "--print", "partner")[0] == 2
    assert new(policy, folder / "nowhere")[0] == 1


def test_p1_a_name_that_no_file_may_hold_is_refused(policy, folder):
    code, _, messages = policy("new", "--ndpa", "1.0", "--partner", "Ac\u202eme", folder)
    assert code == 2
    assert "bidirectional" in messages
    assert not (folder / "partners" / "ac-me.yaml").exists()
