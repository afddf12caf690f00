# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy check` on real folders: what is read, what is refused, what is shown."""
import json
import os

import pytest


@pytest.fixture
def check(policy):
    return lambda folder, *options: policy("check", folder, *options)


def block(output, title):
    """The indented lines under a title of the matrix, as {word: rest}."""
    lines = output.split("\n")
    found = {}
    for line in lines[lines.index(title) + 1:]:
        if not line.startswith("    "):
            break
        word, rest = line.strip().split(None, 1)
        found[word] = rest
    return found


def test_the_example_is_good_and_shows_what_is_shared(check, folder):
    code, output, messages = check(folder, "--on", "2026-09-01")
    assert code == 0, messages
    assert "as of 2026-09-01" in output
    math, library = output.split("\nlibrary-cards:")
    students = block(math, "  students (students)")
    assert students["as-is"] == "givenName, roles.beginDate, roles.endDate, primaryOrg, grades"
    assert students["initial"] == "familyName"
    assert block(library, "  demographics (students)")["year"] == "birthDate (another type)"
    assert "demographics" not in math
    assert "(guardians)" not in math
    assert "not bound to a certificate or key" in messages


def test_an_amendment_shows_from_its_day(check, folder):
    before = check(folder, "--on", "2025-01-05")[1].split("\nlibrary-cards:")[0]
    after = check(folder, "--on", "2025-01-06")[1].split("\nlibrary-cards:")[0]
    assert "givenName" not in block(before, "  teachers (teachers)")["as-is"]
    assert "givenName" in block(after, "  teachers (teachers)")["as-is"]


def test_an_ended_agreement_says_so(check, folder):
    assert "(ended; as of 2034-06-30)" in check(folder, "--on", "2034-07-01")[1]
    assert "(not yet in force; as of 2024-07-01)" in check(folder, "--on", "2024-06-30")[1]


def test_errors_of_all_files_stand_together_and_nothing_else_is_printed(check, folder):
    (folder / "agreements" / "acme-math.yaml").write_text("agreement: [\n")
    district = folder / "district.yaml"
    district.write_text(district.read_text().replace("catalog: oneroster-1.2", "catalog: x"))
    code, output, messages = check(folder)
    assert code == 1
    assert output == ""
    assert f"{folder}/agreements/acme-math.yaml:2:1: not valid YAML" in messages
    assert f"{folder}/district.yaml:6:10: " in messages
    assert messages.rstrip().endswith("2 errors; this policy would be refused")


def test_p1_a_link_inside_the_folder_is_refused(check, folder, tmp_path):
    outside = tmp_path / "outside.yaml"
    inside = folder / "agreements" / "acme-math.yaml"
    inside.rename(outside)
    inside.symlink_to(outside)
    code, _, messages = check(folder)
    assert code == 1
    assert "agreements/acme-math.yaml: is a link" in messages


def test_p1_a_linked_subfolder_is_refused(check, folder, tmp_path):
    (folder / "partners").rename(tmp_path / "partners")
    (folder / "partners").symlink_to(tmp_path / "partners")
    code, _, messages = check(folder)
    assert code == 1
    assert "partners: is not a folder (a link is none)" in messages


def test_the_folder_itself_may_be_a_link(check, folder, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(folder)
    assert check(link)[0] == 0


def test_a_pipe_neither_hangs_nor_passes(check, folder):
    os.mkfifo(folder / "partners" / "pipe.yaml")
    code, _, messages = check(folder)
    assert code == 1
    assert "partners/pipe.yaml: is not a regular file" in messages


def test_a_file_that_is_too_large_is_refused(check, folder):
    (folder / "partners" / "big.yaml").write_text("#" * (1024 * 1024 + 1))
    code, _, messages = check(folder)
    assert code == 1
    assert "partners/big.yaml: is larger than 1 MiB" in messages


def test_files_that_would_be_overlooked_are_spoken_of(check, folder):
    (folder / "agreements" / "new.yml").write_text("")
    (folder / "agreements" / "notes.txt").write_text("")
    (folder / "agreements" / ".new.yaml.swp").write_text("")
    code, _, messages = check(folder)
    assert code == 1
    assert "agreements/new.yml: would not be read: name it .yaml" in messages
    assert "agreements/notes.txt: warning: is not read" in messages
    assert ".swp" not in messages


def test_a_folder_without_district_is_told_once(check, tmp_path):
    code, _, messages = check(tmp_path)
    assert code == 1
    assert messages.count("the file is missing") == 1


def test_a_folder_that_is_not_there(check, tmp_path):
    code, _, messages = check(tmp_path / "nowhere")
    assert code == 1
    assert "No such file or directory" in messages


def test_a_key_that_cannot_be_one_is_an_error_at_its_place(check, folder):
    keys = folder / "partners" / "acme-jwks.json"
    keys.write_text('{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","x":"AA","y":"AA"}]}')
    code, _, messages = check(folder)
    assert code == 1
    assert f"{folder}/partners/acme.yaml:15:5: client acme-prod: key" in messages


def test_wrong_usage(check, folder):
    assert check(folder, "--on", "tomorrow")[0] == 2
    assert check(folder, "--catalog", "/nonexistent")[0] == 1
    assert check(folder, "--nonsense")[0] == 2


# --- what only a calendar, a roster or a second agreement can tell

DAY = ("--on", "2026-09-01")


def edit(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


@pytest.fixture
def found(check, small):
    """`check --json` of the small district."""

    def run(*options):
        code, output, messages = check(small, "--json", *options)
        assert (code, messages) == (0, "")
        return json.loads(output)

    return run


def joined(found, *options):
    """{pair: fields} of the joins, students' only."""
    return {tuple(j["agreements"]): [f"{f['record']}.{f['field']}" for f in j["fields"]
                                     if f["role"] == "students"]
            for j in found(*(options or DAY))["joins"]}


def texts(found, *options):
    return [(m["file"], m["line"], m["column"], m["text"]) for m in found(*options)["messages"]
            if "not bound" not in m["text"]]


@pytest.mark.parametrize("day,text", [
    ("2027-04-30", None), ("2027-05-01", "the agreement ends in 60 days"),
    ("2027-06-29", "the agreement ends in 1 day"),
    ("2027-06-30", "today is the agreement's last day"),
    ("2027-07-01", "the agreement has ended; the file stays until destruction is certified")])
def test_an_agreement_that_ends_soon_is_warned_about_at_its_line(found, day, text):
    want = [] if text is None else [("agreements/cards.yaml", 7, 9, text)]
    assert texts(found, "--on", day) == want


def test_l8_an_agreement_that_ran_out_says_until_when_to_destroy(found, small):
    edit(small / "agreements" / "cards.yaml", "ids: district-ids",
         "destroy-within: 30 days after end\nids: district-ids")
    assert texts(found, "--on", "2027-07-01") == [
        ("agreements/cards.yaml", 7, 9, "the agreement has ended; destruction is due by 2027-07-30,"
         " and the file stays until it is certified")]


def test_i4_what_two_agreements_both_get_joins_them(found):
    assert joined(found) == {("cards", "math"): ["user.sourcedId", "user.givenName"]}


def test_i4_values_that_tell_nothing_join_nothing(found, small):
    edit(small / "agreements" / "math.yaml", "givenName: as-is", "givenName: initial")
    assert joined(found) == {("cards", "math"): ["user.sourcedId"]}


def test_i4_a_coarser_value_joins_what_it_can_be_made_of(found, small):
    math = small / "agreements" / "math.yaml"
    edit(math, "Enrollment: [Student grade level]",
         "Enrollment: [Student grade level]\n  Demographics: [Date of Birth]")
    edit(math, "    Enrollment: as-signed", "    Enrollment: as-signed\n    Demographics: as-signed")
    assert joined(found)["cards", "math"] == [
        "user.sourcedId", "user.givenName", "demographics.sourcedId", "demographics.birthDate"]


def test_i4_students_of_different_schools_or_days_do_not_overlap(found, small):
    assert joined(found, "--on", "2027-07-01") == {}
    edit(small / "agreements" / "cards.yaml", "ids: district-ids",
         "where: { schools: [birch] }\nids: district-ids")
    assert joined(found) == {}


def test_i4_keyed_values_join_under_the_same_key_alone(found, small):
    cards, math = (small / "agreements" / f"{name}.yaml" for name in ("cards", "math"))
    edit(cards, "  Demographics: [Date of Birth]",
         "  Demographics: [Date of Birth]\n  Student Contact Information: [Email]")
    edit(cards, "    Demographics:",
         "    Student Contact Information: { Email: alias }\n    Demographics:")
    edit(math, "{ Email: as-is }", "{ Email: alias }")
    edit(math, "      adds: [Student Contact Information / Email]\n", "")
    assert joined(found) == {("cards", "math"): ["user.sourcedId", "user.givenName"]}
    edit(cards, "partner: city", "partner: acme")
    city = small / "partners" / "city.yaml"
    city.write_text(city.read_text().split("clients:")[0])
    assert joined(found) == {("cards", "math"): ["user.sourcedId", "user.givenName", "user.email"]}


def test_i4_is_said_to_people_too(check, small):
    output = check(small, *DAY)[1]
    assert """
By what agreements about the same students could be joined (whoever has both):
  cards and math
    students: user.sourcedId, user.givenName
""" in output


def test_each_transform_shows_its_properties(found, check, small):
    rows = {t["as"]: t for t in found(*DAY)["transforms"]}
    assert rows["as-is"] == {"as": "as-is", "reversible": True, "linkable": True,
                             "keeps-type": True, "keyed": False}
    assert rows["initial"]["linkable"] is False
    assert rows["code"]["keyed"] and rows["code"]["linkable"]
    output = check(small, *DAY)[1]
    assert "\n  code        not reversible, links records, may change its type, under a key of " \
        "this partner's\n" in output


def limit(small, agreement, number):
    edit(small / "agreements" / f"{agreement}.yaml", "ids: district-ids",
         f"ids: district-ids\nlimits: {{ students-per-day: {number} }}")


LIMIT = "students are in scope, but only"


def test_a_limit_below_the_students_of_the_district_is_warned_about(found, small):
    limit(small, "cards", 1000)
    limit(small, "math", 1)  # where: how many those are nobody knows
    said = [m for m in texts(found, *DAY, "--enrolled", "1243") if LIMIT in m[3]]
    assert said == [("agreements/cards.yaml", 32, 29, "1,243 students are in scope, but only 1,000 "
                     "a day may be sent: the partner needs several days for all")]
    assert [m for m in texts(found, *DAY, "--enrolled", "1000") if LIMIT in m[3]] == []


def test_limits_are_held_against_the_roster_in_scope(found, check, small, people):
    database, rows = people
    wanted = {"06", "07"}
    edit(small / "agreements" / "math.yaml", "[alder]", "[school-01, school-02]")
    for school in ("06", "07"):
        edit(small / "district.yaml", "birch: school-02",
             f"birch: school-02, s{school}: school-{school}")
    edit(small / "agreements" / "math.yaml", "[school-01, school-02]", "[s06, s07]")
    limit(small, "math", 1)
    agreements = {a["agreement"]: a["students-in-scope"]
                  for a in found(*DAY, "--roster", database)["agreements"]}
    listed = [r for r in rows if r["sourcedId"].startswith("stu-") and r["grades"] in wanted
              and r["primaryOrgSourcedId"] in ("school-06", "school-07")]
    active = [r for r in listed if r["status"] in ("", "active")]
    assert 1 < agreements["math"] <= len(active)
    assert agreements["cards"] > agreements["math"]
    said = [m[3] for m in texts(found, *DAY, "--roster", database) if LIMIT in m[3]]
    assert said == [f"{agreements['math']} students are in scope, but only 1 a day may be sent: "
                    "the partner needs several days for all"]
    assert f"  students    {agreements['math']} in scope\n" in check(
        small, *DAY, "--roster", database)[1]


def test_json_holds_every_message_of_a_bad_folder(check, small):
    edit(small / "agreements" / "math.yaml", "basis: school-official", "basis: school-oficial")
    code, output, messages = check(small, "--json")
    assert (code, messages) == (1, "")
    found = json.loads(output)
    assert (found["good"], found["errors"], found["warnings"]) == (False, 1, 2)
    assert [m for m in found["messages"] if m["level"] == "error"] == [{
        "level": "error", "file": "agreements/math.yaml", "line": 20, "column": 8,
        "text": "\"school-oficial\" is no basis that FERPA knows; did you mean "
                "\"school-official\"?"}]


def test_F4_each_transform_says_what_it_gives_away(check, folder):
    library = folder / "agreements" / "library-cards.yaml"
    text = library.read_text()
    for old, new in (
        ("{ Email: as-is }\n", "{ Email: { as: alias, keep-domain: yes } }\n"),
        ("birthDate: { as: year,", "birthDate: { as: band, band: [0, 5, 10],"),
        ("{ grades: as-is,", "{ grades: { as: band, band: [KG, 06, 09], accept-type-change: yes },"),
        ("    Student Name: as-signed\n", "    Student Identifiers: { identifier: code }\n"
         "    Student Name: { givenName: { as: const, value: X }, familyName: mask }\n"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    library.write_text(text)
    district = folder / "district.yaml"
    district.write_text(district.read_text() + "domains: [k12.example]\nkey-epoch: 3\n")
    code, output, messages = check(folder, "--on", "2026-09-01")
    assert code == 0, messages
    output = output.split("\nlibrary-cards:")[1]
    students = block(output, "  students (students)")
    assert students["alias"] == "email (@k12.example stays, else @alias.invalid)"
    assert students["band"] == "grades (KG-05, 06-08, 09+; another type)"
    assert students["code"] == "identifier"
    assert students["const"] == 'givenName ("X")'
    assert block(output, "  demographics (students)")["band"] == "birthDate (0-4, 5-9, 10+; another type)"
    assert "  keys        of the partner, epoch 3: user.identifier, user.email\n" in output
    legend = [" ".join(line.split()) for line in output.split("\n")]
    assert "alias not reversible, links records, keeps its type, under a key of this partner's" in legend
    assert "mask not reversible, does not link records, may change its type" in legend
    assert "map reversible, links records, may change its type" in legend
