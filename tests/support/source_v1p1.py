# SPDX-License-Identifier: Apache-2.0
"""A OneRoster 1.1 source: the embedded one behind the paths and the user records of 1.1, where
a user has one `role` and a list of `orgs`. Written from the 1.1 binding, not from the gateway."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

from faulty import FaultySource, send_answer

OLD, NEW = "/ims/oneroster/v1p1", "/ims/oneroster/rostering/v1p2"
GONE = (
    "userMasterIdentifier preferredFirstName preferredMiddleName preferredLastName pronouns roles "
    "userProfiles primaryOrg resources"
).split()


def user_of_1_1(user):
    """The role and orgs of 1.1 from the roles of 1.2; the first role is the user's."""
    roles = user.get("roles", [])
    old = {k: v for k, v in user.items() if k not in GONE}
    if roles:
        old["role"] = roles[0]["role"]
        old["orgs"] = [r["org"] for r in roles if r["role"] == roles[0]["role"]]
    return old


def fields_of_1_2(names):
    wanted = ["roles" if n in ("role", "orgs") else n for n in names.split(",")]
    return ",".join(dict.fromkeys(wanted))


class OldSource(FaultySource):
    def answer(self, sock, upstream, head):
        target = urlsplit(head.split(b" ")[1].decode())
        assert target.path.startswith(OLD + "/"), target.path
        with self.lock:
            self.requests.append((target.path, head))
        people = target.path.split("/")[4] in ("users", "students", "teachers")
        query = [
            (k, fields_of_1_2(v) if people and k == "fields" else v)
            for k, v in parse_qsl(target.query)
        ]
        path = NEW + target.path[len(OLD) :] + ("?" + urlencode(query) if query else "")
        a = upstream.request(path)
        assert a.complete
        body = json.loads(a.body)
        for key in ("users", "user"):
            if isinstance(body.get(key), list):
                body[key] = [user_of_1_1(u) for u in body[key]]
            elif key in body:
                body[key] = user_of_1_1(body[key])
        text = json.dumps(body).replace(NEW, OLD).encode()
        send_answer(sock, a.status, [h for h in a.headers if h[0].lower() != "link"], text)
        return True
