# SPDX-License-Identifier: Apache-2.0
"""make demo: the main job on one screen. Everything lives under build/demo/. Each step
checks what it shows; with --once all is stopped at the end and the exit status says whether
every step did what it says."""

import argparse
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from http1 import Connection  # noqa: E402
from wait import until  # noqa: E402

BASE = "/ims/oneroster/rostering/v1p2"
HOST = "127.0.0.1"
PORTS = (8443, 9443)  # of partners and of the administrator, unless they are taken
SOCKET_PATH_BYTES = 100
PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PARTNERS = {"acme": ("acme-prod", "Acme, adaptive mathematics"), "library": ("library-cards", "Library, cards")}


class Demo:
    def __init__(self, build):
        self.hallpass = ROOT / build / "hallpass"
        self.dir = ROOT / "build" / "demo"
        self.lock = self.only_one()
        self.port, self.admin_port = (open_port(p) for p in PORTS)
        self.url = f"https://localhost:{self.port}"
        self.scratch = tempfile.TemporaryDirectory(prefix="hallpass-demo-")
        self.socket = self.dir / "source.sock"
        if len(os.fsencode(self.socket)) > SOCKET_PATH_BYTES:
            self.socket = Path(self.scratch.name) / "source.sock"
        self.children = []
        self.failed = 0

    def only_one(self):
        """Two demos in one folder would pull the district from under each other."""
        self.dir.parent.mkdir(exist_ok=True)
        lock = open(self.dir.parent / "demo.lock", "wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit("demo: another make demo runs in this folder: end it with Ctrl-C first") from None
        return lock

    def run(self, *args):
        done = subprocess.run([self.hallpass, *args], capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise SystemExit(f"hallpass {' '.join(map(str, args))}: {done.stderr}{done.stdout}")
        return done.stdout

    def spawn(self, name, *args):
        # In its own session: Ctrl-C is the demo's, which ends them in order. Should the demo
        # itself be killed, the kernel ends them.
        with open(self.dir / f"{name}.log", "wb") as out:
            child = subprocess.Popen(
                [self.hallpass, *args], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=die_with_parent,
            )
        self.children.append((name, child))
        return child

    def check(self, text, truth):
        mark = "ok" if truth else "FAILED"
        print(f"   [{mark}] {text}")
        self.failed += 0 if truth else 1

    # --- building the district

    def prepare(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True, mode=0o700)
        step("Building a district of 10 schools and 10,000 students under build/demo/")
        self.run("district", "generate", "--students", "10000", "--seed", "1", self.dir / "bundle")
        self.run("district", "import", self.dir / "bundle", self.dir / "district.db")
        shutil.copytree(ROOT / "policy" / "examples", self.dir / "district")
        subprocess.run(["sh", ROOT / "certs" / "dev-ca.sh", self.dir / "certs"], check=True, capture_output=True)
        for name in PARTNERS:
            private = self.dir / f"{name}.pem"
            jwks = self.dir / "district" / "partners" / f"{name}-jwks.json"
            self.run("key", "generate", "--out", private, "--jwks", jwks)
        self.write_config()
        print(self.run("policy", "check", self.dir / "district").rstrip())

    def write_config(self):
        (self.dir / "hallpass.yaml").write_text(
            f"""# Written by make demo.
district: district
listen: {HOST}:{self.port}
tls: {{ certificate: certs/server.pem, key: certs/server.key }}
public-url: {self.url}
admin: {HOST}:{self.admin_port}
source: {{ address: "unix:{self.socket}" }}
ledger: {{ directory: ledger, origin: localhost/disclosures/1, unsafe-storage: yes }}
state: state
"""
        )

    def start(self):
        self.spawn("source", "district", "serve", self.dir / "district.db", "--listen", f"unix:{self.socket}")
        until(self.source_is_up, 60, "the source listens")
        self.spawn("gateway", "serve", "--config", self.dir / "hallpass.yaml")
        until(self.gateway_is_ready, 120, "the gateway is ready")

    def living(self):
        for name, child in self.children:
            if child.poll() is not None:
                raise SystemExit(f"the {name} ended:\n" + (self.dir / f"{name}.log").read_text())

    def source_is_up(self):
        self.living()
        try:
            return self.source("/orgs?limit=1").status == 200
        except OSError:
            return False

    def gateway_is_ready(self):
        self.living()
        try:
            secret = (self.dir / "state" / "admin-secret").read_text()
            c = Connection((HOST, self.admin_port))
            bearer = [("Authorization", f"Bearer {secret}")]
            return c.request("/readyz", bearer, host=f"{HOST}:{self.admin_port}").status == 200
        except OSError:
            return False

    def source(self, path):
        c = Connection(str(self.socket))
        try:
            return c.request(BASE + path)
        finally:
            c.close()

    def ask(self, partner, path):
        client, _ = PARTNERS[partner]
        token = self.run("token", "--client", client, "--key", self.dir / f"{partner}.pem", "--audience", self.url, "--seconds", "100").strip()
        context = ssl.create_default_context(cafile=str(self.dir / "certs" / "ca.pem"))
        c = Connection((HOST, self.port), context)
        try:
            return c.request(BASE + path, [("Authorization", f"Bearer {token}")])
        finally:
            c.close()

    # --- the story

    def pick_student(self):
        """A student whom both partners may see: grade 7 at riverside."""
        rows = self.source("/students?limit=10000").json()["users"]
        schools = {r["sourcedId"]: [o["org"]["sourcedId"] for o in r["roles"]] for r in rows}
        return next(r for r in rows if schools[r["sourcedId"]] == ["school-07"] and r["grades"] == ["07"])

    def tell(self):
        raw = self.pick_student()
        student = raw["sourcedId"]
        step(f"1. The record of one student as the source has it ({len(raw)} members)")
        show(raw)
        a, b = self.show_partners(student, raw)
        self.show_refusal()
        hidden = self.show_page()
        self.show_ledger(student, [a, b], hidden)

    def show_partners(self, student, raw):
        step(f"2. The same student as {PARTNERS['acme'][1]} gets it")
        a = self.ask("acme", f"/students/{student}")
        show(a.json()["user"])
        self.check("the family name is an initial", a.json()["user"]["familyName"] == raw["familyName"][0] + ".")
        self.check("no e-mail, phone, password or birth date", not {"email", "phone", "password", "birthDate"} & set(a.json()["user"]))
        step(f"3. The same student as {PARTNERS['library'][1]} gets it")
        b = self.ask("library", f"/students/{student}")
        show(b.json()["user"])
        self.check("the whole name and the e-mail", b.json()["user"]["email"] == raw["email"] and b.json()["user"]["familyName"] == raw["familyName"])
        self.check("no password", "password" not in b.json()["user"])
        return a, b

    def show_refusal(self):
        step("4. A query that the agreement does not allow: selecting by e-mail")
        query = urllib.parse.quote("email='someone@example.org'")
        a = self.ask("acme", f"/students?filter={query}")
        print(f"   HTTP {a.status}: {a.json()['imsx_description']}")
        self.check("refused before the source was asked", a.status == 403)

    def show_page(self):
        step("5. A page that hides out-of-scope students without a trace")
        page = self.ask("acme", "/students?limit=5&sort=sourcedId&fields=sourcedId,givenName,grades")
        rows = page.json()["users"]
        for r in rows:
            print(f"   {r['sourcedId']:14} {r.get('grades')} {r['givenName']}")
        first, last = rows[0]["sourcedId"], rows[-1]["sourcedId"]
        every = self.source("/students?limit=10000&fields=sourcedId").json()["users"]
        ids = [r["sourcedId"] for r in every]
        between = ids.index(last) - ids.index(first) + 1 - len(rows)
        print(f"   The source has {between} more students between the first and the last of these.")
        self.check("the page is full", len(rows) == 5)
        self.check("and says nothing of the others: no total, no gap", between > 0 and page.header("X-Total-Count") is None)
        hidden = next(i for i in ids if i not in {r["sourcedId"] for r in rows})
        same = [strip(self.ask("acme", f"/students/{i}")) for i in (hidden, "nobody-at-all")]
        self.check("asked by id, a hidden student answers like one who does not exist", same[0] == same[1] and same[0][0] == 404)
        return page

    def show_ledger(self, student, answers, page):
        step("6. What the ledger says of all this")
        print(indent(self.run("audit", "list", "--ledger", self.dir / "ledger", "--limit", "12")))
        step(f"   and of this student (34 CFR 99.32)")
        print(indent(self.run("audit", "student", "--ledger", self.dir / "ledger", student)))
        lines = self.run("audit", "student", "--ledger", self.dir / "ledger", "--json", student).splitlines()
        recorded = {json.loads(line)["exchange"] for line in lines}
        wanted = {a.header("Hallpass-Exchange") for a in answers}
        self.check("both disclosures of this student are recorded", wanted <= recorded)
        entries = [json.loads(line) for line in self.run("audit", "list", "--ledger", self.dir / "ledger", "--json").splitlines()]
        self.check("the refused query is recorded with its reason", any(e["kind"] == "denied" and e["reason"] == "filter-field" for e in entries))
        self.check("the page is recorded", any(e["kind"] == "disclosure" and e["exchange"] == page.header("Hallpass-Exchange") for e in entries))

    def commands(self):
        here = os.path.relpath(self.dir, os.getcwd())
        binary = os.path.relpath(self.hallpass, os.getcwd())
        step("Try it yourself")
        print(f"""   TOKEN=$({binary} token --client acme-prod --key {here}/acme.pem --audience {self.url} --seconds 300)
   curl --cacert {here}/certs/ca.pem -H "Authorization: Bearer $TOKEN" \\
        "{self.url}{BASE}/students?limit=3"
   {binary} audit list --ledger {here}/ledger
   {binary} stop --config {here}/hallpass.yaml client acme-prod
   curl -H "Authorization: Bearer $(cat {here}/state/admin-secret)" http://{HOST}:{self.admin_port}/metrics
""")

    def stop(self):
        for _, child in reversed(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for name, child in reversed(self.children):
            code = child.wait(60)
            self.check(f"the {name} ended in order", code == 0)
        self.scratch.cleanup()


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for_the_end():
    """Ctrl-C, a closed terminal, a kill, or the end of a child. Blocked first, so none is missed."""
    waited = (*ENDING, signal.SIGCHLD)
    signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    signal.sigwait(waited)


def open_port(wanted):
    """The port wanted, or, said plainly, another one when somebody listens there."""
    for port in (wanted, 0):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((HOST, port))
            except OSError:
                continue
            if port != wanted:
                print(f"Port {wanted} is taken; the demo uses {s.getsockname()[1]}.")
            return s.getsockname()[1]
    raise SystemExit(f"demo: no free port on {HOST}")


def strip(answer):
    exchange = answer.header("Hallpass-Exchange").encode()
    return answer.status, answer.body.replace(exchange, b"")


def step(text):
    print(f"\n== {text}", flush=True)


def indent(text):
    return "\n".join("   " + line for line in text.rstrip().splitlines())


def show(record):
    print(indent(json.dumps(record, ensure_ascii=False, indent=2)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--once", action="store_true")
    args = parser.parse_args()
    demo = Demo(args.build)
    ended = False
    try:
        demo.prepare()
        demo.start()
        demo.tell()
        demo.commands()
        if not args.once:
            print("The gateway stays up. Ctrl-C ends it.", flush=True)
            wait_for_the_end()
    except KeyboardInterrupt:
        ended = True
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        demo.stop()
    return 1 if demo.failed or (ended and args.once) else 0


if __name__ == "__main__":
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
