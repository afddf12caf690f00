# SPDX-License-Identifier: Apache-2.0
"""A whole district on loopback: generated bundle, embedded source, gateway, partners'
keys and tokens. Everything lives under one folder; every process is ended by its id."""

import atexit
import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from http1 import Connection
from wait import until

ROOT = Path(__file__).resolve().parents[2]
SANITIZER = re.compile(r"(Address|Leak|Thread)Sanitizer|: runtime error: ")
BASE = "/ims/oneroster/rostering/v1p2"
RESOURCES = (
    "orgs schools academicSessions terms gradingPeriods courses classes enrollments "
    "users students teachers demographics"
).split()


def binary():
    return str(ROOT / os.environ.get("HALLPASS_BUILD", "build") / "hallpass")


def is_sanitized():
    """True for builds whose memory and time say nothing about the program."""
    return any(word in binary() for word in ("build-address", "build-thread"))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A partner's signing key, made anew for each test run."""

    def __init__(self, alg="ES256"):
        self.alg = alg
        self.kid = secrets.token_hex(8)
        if alg == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = rsa.generate_private_key(65537, 2048)

    def jwk(self):
        n = self.private.public_key().public_numbers()
        base = {"kid": self.kid, "use": "sig", "alg": self.alg}
        if self.alg == "ES256":
            point = {"x": b64(n.x.to_bytes(32, "big")), "y": b64(n.y.to_bytes(32, "big"))}
            return {"kty": "EC", "crv": "P-256", **point, **base}
        size = (n.n.bit_length() + 7) // 8
        return {"kty": "RSA", "n": b64(n.n.to_bytes(size, "big")), "e": "AQAB", **base}

    def sign(self, data):
        if self.alg == "ES256":
            der = self.private.sign(data, ec.ECDSA(hashes.SHA256()))
            r, s = utils.decode_dss_signature(der)
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def token(self, claims, header=None):
        head = {"typ": "at+jwt", "alg": self.alg, "kid": self.kid, **(header or {})}
        parts = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        return parts + "." + b64(self.sign(parts.encode()))


KEY_USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
    "key_cert_sign crl_sign encipher_only decipher_only"
).split()


def usages(*names):
    return x509.KeyUsage(**{name: name in names for name in KEY_USAGES})


def named(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def make_certificates(folder):
    """A CA and a server certificate for localhost, in `folder`. With the key identifiers and
    usages of RFC 5280: clients from Python 3.13 on insist on them."""
    import datetime

    now = datetime.datetime.now(datetime.timezone.utc)
    ca_key = ec.generate_private_key(ec.SECP256R1())

    def build(subject, key, issuer, *extensions):
        b = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer))
        b = b.public_key(key.public_key()).serial_number(x509.random_serial_number())
        b = b.not_valid_before(now - datetime.timedelta(days=1))
        b = b.not_valid_after(now + datetime.timedelta(days=30))
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuers = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
        for value, critical in (*extensions, (own, False), (issuers, False)):
            b = b.add_extension(value, critical)
        return b.sign(ca_key, hashes.SHA256())

    ca = build(
        "Hallpass test CA", ca_key, "Hallpass test CA",
        (x509.BasicConstraints(ca=True, path_length=0), True), (usages("key_cert_sign", "crl_sign"), True),
    )
    key = ec.generate_private_key(ec.SECP256R1())
    server = build(
        "localhost", key, "Hallpass test CA",
        (x509.BasicConstraints(ca=False, path_length=None), True), (usages("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([x509.DNSName("localhost")]), False),
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem) + ca.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "server.key").chmod(0o600)


def run(*args, check=True, **kw):
    done = subprocess.run(
        [binary(), *map(str, args)], capture_output=True, text=True, timeout=300, **kw
    )
    if check:
        assert done.returncode == 0, f"{args}: {done.stderr}\n{done.stdout}"
    return done


LIVING = []


@atexit.register
def end_what_lives():
    """Nothing that a broken test started outlives the tests."""
    for process in LIVING:
        if process.alive():
            process.child.kill()


class Process:
    """A started program, its output in a file, ended by its own id."""

    def __init__(self, args, log, env=None, prefix=()):
        self.log = log
        self.traced = bool(prefix)
        self.out = open(log, "ab")
        self.child = subprocess.Popen(
            [*prefix, *map(str, args)],
            stdout=self.out,
            stderr=self.out,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
        )

        LIVING.append(self)

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child.poll() is None

    def program(self):
        """The program's own id, also when it was started under a tracer."""
        if not self.traced:
            return self.pid
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else self.pid

    def end(self, sig=signal.SIGTERM, timeout=60):
        if self.alive():
            os.kill(self.program(), sig)
        code = self.child.wait(timeout)
        self.out.close()
        found = SANITIZER.search(self.text())
        assert found is None, self.text()[found.start() :][:8000]
        return code

    def text(self):
        return Path(self.log).read_text(errors="replace")


def make_bundle(folder, students, seed):
    """A generated bundle, cached per (students, seed) beside the build."""
    run("district", "generate", "--students", students, "--seed", seed, folder)
    return folder


def load(bundle):
    """resource -> its records, read from the CSV by bundle.py."""
    from bundle import Bundle

    b = Bundle(bundle)
    return {r: b.records(r) for r in RESOURCES}


class Source:
    """The embedded source on a unix socket."""

    def __init__(self, folder, bundle, name="source"):
        self.folder = Path(folder)
        self.bundle = Path(bundle)
        self.db = self.folder / f"{name}.db"
        self.socket = self.folder / f"{name}.sock"
        self.name = name
        self.process = None

    @property
    def address(self):
        return f"unix:{self.socket}"

    def start(self):
        if not self.db.exists():
            run("district", "import", self.bundle, self.db)
        self.process = Process(
            [binary(), "district", "serve", self.db, "--listen", self.address],
            self.folder / f"{self.name}.log",
        )
        until(self.is_up, 60, "the source listens")
        return self

    def is_up(self):
        assert self.process.alive(), self.process.text()
        if not self.socket.exists():
            return False
        try:
            return self.get("/orgs?limit=1").status == 200
        except OSError:
            return False

    def get(self, path):
        c = Connection(str(self.socket))
        try:
            return c.request(BASE + path)
        finally:
            c.close()

    def stop(self):
        if self.process is not None:
            self.process.end()


class Stack:
    """Source and gateway together. `policy` is a folder that is copied; its partners'
    key files are written anew, one key for each client."""

    def __init__(self, folder, source, policy=ROOT / "policy" / "examples", workers=2, **settings):
        self.folder = Path(folder)
        self.source = source
        self.district = self.folder / "district"
        shutil.copytree(policy, self.district)
        self.workers = workers
        self.settings = settings
        self.keys = {}
        self.partners = {}
        self.gateway = None
        self.port = 0
        make_certificates(self.folder)
        self.context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        self.write_keys()
        self.write_config()

    def write_keys(self):
        for path in sorted((self.district / "partners").glob("*.yaml")):
            partner = yaml.safe_load(path.read_text())
            for client in partner["clients"]:
                key = self.keys.setdefault(client["id"], Key())
                self.partners[client["id"]] = partner["partner"]
                jwks = {"keys": [key.jwk()]}
                target = self.district / "partners" / Path(client["keys"]["file"]).name
                target.write_text(json.dumps(jwks))

    def write_config(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.admin_port = s.getsockname()[1]
        config = {
            "district": str(self.district),
            "catalog": str(ROOT / "policy" / "catalogs" / "oneroster-1.2.yaml"),
            "listen": f"127.0.0.1:{self.port}",
            "tls": {
                "certificate": str(self.folder / "server.pem"),
                "key": str(self.folder / "server.key"),
            },
            "public-url": "https://gateway.example.org",
            "admin": f"127.0.0.1:{self.admin_port}",
            "source": {"address": self.source if isinstance(self.source, str) else self.source.address},
            "ledger": {
                "directory": str(self.folder / "ledger"),
                "origin": "gateway.example.org/disclosures/1",
                "unsafe-storage": "yes",
            },
            "state": str(self.folder / "state"),
            "workers": str(self.workers),
            **self.settings,
        }
        self.config = self.folder / "hallpass.yaml"
        self.config.write_text(yaml.safe_dump(config))

    def start(self, prefix=(), env=None, ready=True):
        self.gateway = Process(
            [binary(), "serve", "--config", self.config],
            self.folder / "gateway.log",
            prefix=prefix,
            env=env,
        )
        if ready:
            until(self.is_ready, 120, "the gateway is ready")
        return self

    def is_ready(self):
        assert self.gateway.alive(), self.gateway.text()
        try:
            return self.admin("/readyz").status == 200
        except OSError:
            return False

    def admin(self, path):
        c = Connection(("127.0.0.1", self.admin_port))
        try:
            secret = (self.folder / "state" / "admin-secret").read_text()
            headers = [("Authorization", f"Bearer {secret}")]
            return c.request(path, headers, host=f"127.0.0.1:{self.admin_port}")
        finally:
            c.close()

    def metric(self, name):
        for line in self.admin("/metrics").body.decode().splitlines():
            if line.split(" ")[0] == name:
                return int(line.split(" ")[1])
        raise KeyError(name)

    def connect(self, timeout=60):
        return Connection(("127.0.0.1", self.port), self.context, timeout=timeout)

    def slow_connection(self):
        """One that holds little on our side, so that a big answer cannot be under way whole."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # The sender's buffer begins at some twenty segments: megabytes at loopback's segment size.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        sock.settimeout(60)
        sock.connect(("127.0.0.1", self.port))
        c = Connection.__new__(Connection)
        c.sock = self.context.wrap_socket(
            sock, server_hostname="localhost", suppress_ragged_eofs=False
        )
        c.rest = b""
        return c

    def claims(self, client, **changes):
        now = int(time.time())
        claims = {
            "iss": client,
            "sub": client,
            "client_id": client,
            "aud": "https://gateway.example.org",
            "iat": now,
            "exp": now + 110,
            "jti": secrets.token_hex(16),
        }
        claims.update(changes)
        return {k: v for k, v in claims.items() if v is not None}

    def token(self, client, **changes):
        return self.keys[client].token(self.claims(client, **changes))

    def get(self, path, client=None, token=None, method="GET", connection=None, headers=()):
        """`path` is behind the standard's base unless it starts with the base itself."""
        token = token if token is not None or client is None else self.cached_token(client)
        sent = list(headers) + ([("Authorization", f"Bearer {token}")] if token else [])
        target = path if path.startswith("/ims/") or path.startswith("//") else BASE + path
        c = connection or self.connect()
        try:
            return c.request(target, sent, method)
        finally:
            if connection is None:
                c.close()

    def cached_token(self, client):
        cache = self.__dict__.setdefault("_tokens", {})
        born, token = cache.get(client, (0, None))
        if time.time() - born > 60:
            token = self.token(client)
            cache[client] = (time.time(), token)
        return token

    def all_pages(self, path, client):
        """Follows rel=next from `path` to the end; returns every record and the answers."""
        from urllib.parse import urlsplit

        rows, answers = [], []
        c = self.connect()
        try:
            while path is not None:
                a = self.get(path, client, connection=c)
                assert a.status == 200 and a.complete, (path, a.status, a.body[:500])
                answers.append(a)
                (rows_here,) = a.json().values()
                rows += rows_here
                url = a.links().get("next")
                parts = urlsplit(url) if url else None
                path = f"{parts.path}?{parts.query}" if parts else None
        finally:
            c.close()
        return rows, answers

    def ledger(self):
        """Every durable entry, oldest first, as `hallpass audit list` gives them."""
        done = run("audit", "list", "--ledger", self.folder / "ledger", "--json", "--limit", "0")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def entries_of(self, answer, wait_for=None):
        """The entries of an answer's exchange, by kind; outcomes follow within 100 ms."""
        exchange = answer.header("Hallpass-Exchange")

        def found():
            out = {}
            for e in self.ledger():
                if e.get("exchange") == exchange:
                    out.setdefault(e["kind"], []).append(e)
            return out if wait_for is None or wait_for in out else None

        return until(found, 20, f"the {wait_for} of {exchange}")

    def disclosed(self, student):
        done = run("audit", "student", "--ledger", self.folder / "ledger", "--json", student)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stop(self, sig=signal.SIGTERM):
        if self.gateway is not None:
            code = self.gateway.end(sig)
            self.gateway = None
            return code
        return None
