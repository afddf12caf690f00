# SPDX-License-Identifier: Apache-2.0
"""`hallpass policy coverage`: every field of the catalog has exactly one fate per agreement."""
import json

import yaml

DAY = ("--on", "2026-09-01")
ROLES = ("students", "guardians", "teachers", "staff", "records")


def leaves(members, prefix=""):
    for name, field in members.items():
        if field.get("type") == "object":
            yield from leaves(field["members"], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def whole_catalog(root):
    """{(resource, role, field)} of OneRoster 1.2, read from the file itself."""
    catalog = yaml.safe_load((root / "policy" / "catalogs" / "oneroster-1.2.yaml").read_text())
    return {(name, role, field)
            for name, resource in catalog["resources"].items()
            for role in resource.get("roles", ["records"])
            for field in leaves(catalog["records"][resource["record"]])}


def cover(policy, folder, *options):
    code, output, messages = policy("coverage", *DAY, "--json", *options, folder)
    assert (code, messages) == (0, "")
    return {a["agreement"]: a for a in json.loads(output)}


def test_every_field_of_the_catalog_has_one_fate_in_every_agreement(policy, folder, root):
    catalog = whole_catalog(root)
    assert len(catalog) > 200
    for agreement in cover(policy, folder).values():
        said = [(f["resource"], f["role"], f["field"]) for f in agreement["fields"]]
        assert len(said) == len(set(said))
        local = {key for key in said if key[2].startswith("metadata.")}
        assert {field for _, _, field in local} == {"metadata.bus"}  # of the district's own
        assert set(said) - local == catalog
        assert sum(agreement["counts"].values()) == len(said)
        for fate, count in agreement["counts"].items():
            assert count == sum(f["fate"] == fate for f in agreement["fields"])


def test_what_is_granted_denied_and_not_mentioned(policy, small):
    fields = {(f["resource"], f["role"], f["field"]): f
              for f in cover(policy, small)["math"]["fields"]}

    def fate(*key):
        return fields[key]["fate"], (fields[key]["by"] or {}).get("line")

    assert fate("users", "students", "givenName") == ("sent", 34)
    assert fate("users", "students", "middleName") == ("omitted", 34)
    assert fate("students", "students", "email") == ("later", 36)
    assert fate("users", "students", "phone") == ("unmentioned", None)
    assert fate("users", "students", "password") == ("never", None)
    assert fate("users", "students", "sourcedId") == ("structure", None)
    assert fate("demographics", "students", "sourcedId") == ("unshared", None)
    assert fate("users", "guardians", "givenName") == ("unmentioned", None)


def test_people_read_it_by_kind_of_record(policy, small):
    code, output, _ = policy("coverage", *DAY, "--agreement", "math", small)
    assert code == 0
    assert "cards" not in output
    assert """
  students (students)
    granted         givenName, familyName, grades
    with it         sourcedId, status, dateLastModified, enabledUser, roles.roleType, roles.role, \
roles.org
    later           email
    denied by rule  middleName
    never mentioned userMasterIdentifier, username, """ in output
    assert output.startswith("math: Acme Learning: 6 granted, 14 with it, 2 later, 2 denied by "
                             "rule, ")


def test_wrong_usage(policy, small):
    assert policy("coverage", "--agreement", "none", small)[0] == 1
    assert policy("coverage", "--on", "x", small)[0] == 2
