# SPDX-License-Identifier: Apache-2.0
"""`hallpass stop`: with a gateway (a scripted one) and without."""
import http.server
import json
import os
import socketserver
import subprocess
import threading

import pytest

CONFIG = """
district: policy
listen: '127.0.0.1:8443'
public-url: https://g.example.org
tls: { certificate: a.pem, key: k.pem }
source: { address: 'unix:source.sock' }
ledger: { directory: ledger, origin: g.example.org/d/1, unsafe-storage: yes }
state: state
catalog: c.yaml
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "hallpass.yaml").write_text(CONFIG)
    for name in ("ledger", "state"):
        (tmp_path / name).mkdir(mode=0o700)
    return tmp_path


@pytest.fixture
def stop(hallpass, place):
    def run(*args):
        return subprocess.run([hallpass, "stop", "--config", place / "hallpass.yaml", *args],
                              capture_output=True, text=True, timeout=60)
    return run


def test_s6_stop_without_a_gateway_is_durable(stop, place):
    assert stop("student", "s-17").stdout == "student s-17: stopped\n"
    assert stop("student", "s-17").stdout == "student s-17: was stopped already\n"
    assert stop("--undo", "student", "s-17").stdout == "student s-17: no longer stopped\n"
    assert stop("--undo", "student", "s-17").stdout == "student s-17: was not stopped\n"
    assert (place / "state" / "state.db").stat().st_mode & 0o777 == 0o600


def test_s6_stop_needs_no_valid_policy(stop, place):
    (place / "policy").mkdir()
    (place / "policy" / "district.yaml").write_text("][")
    assert stop("partner", "acme").returncode == 0


@pytest.mark.parametrize("args", [(), ("student",), ("school", "x"), ("student", ""),
                                  ("student", "a" * 1025), ("student", "a", "b")])
def test_wrong_usage_is_2_and_stops_nothing(stop, place, args):
    result = stop(*args)
    assert result.returncode == 2
    assert result.stderr.startswith("hallpass: ")
    assert not (place / "state" / "state.db").exists()


def test_a_missing_configuration_is_said(hallpass, tmp_path):
    result = subprocess.run([hallpass, "stop", "--config", tmp_path / "none.yaml", "client", "c"],
                            capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "none.yaml" in result.stderr


class Gateway(socketserver.UnixStreamServer):
    """Answers one command and keeps what it was asked."""

    def __init__(self, path, status, answer):
        self.asked, self.status, self.answer = None, status, answer
        super().__init__(str(path), Handler)
        os.chmod(path, 0o600)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked = (self.path, json.loads(body))
        data = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway(place):
    made = []

    def start(status, answer):
        server = Gateway(place / "state" / "control", status, answer)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        made.append(server)
        return server
    yield start
    for server in made:
        server.shutdown()
        server.server_close()


def test_a_running_gateway_is_asked_and_nothing_else_touched(stop, place, gateway):
    server = gateway(200, {"done": True})
    assert stop("student", "s \u00e9\"17").returncode == 0
    assert server.asked == ("/stop", {"what": "student", "who": "s \u00e9\"17"})
    assert stop("--undo", "agreement", "acme-math").returncode == 0
    assert server.asked == ("/stop", {"what": "agreement", "who": "acme-math", "undo": True})
    assert not (place / "state" / "state.db").exists()
    assert list((place / "ledger").iterdir()) == []


def test_a_refusal_is_shown_and_is_1(stop, gateway):
    gateway(503, {"done": False, "code": "ledger", "text": "the ledger cannot write"})
    result = stop("partner", "acme")
    assert result.returncode == 1
    assert result.stderr == "hallpass: the gateway did not do it: the ledger cannot write\n"


def test_a_stale_socket_is_as_none(stop, place, gateway):
    server = gateway(200, {"done": True})
    server.shutdown()
    server.server_close()
    assert (place / "state" / "control").exists()
    assert stop("client", "acme-app").stdout == "client acme-app: stopped\n"
