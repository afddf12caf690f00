# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy check` on real folders: what is read, what is refused, what is shown."""
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
    assert block(library, "  demographics (students)")["year"] == "birthDate"
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
