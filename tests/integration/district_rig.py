# SPDX-License-Identifier: Apache-2.0
"""Starts `hallpass district serve` and asks it over its socket, strictly."""
import http.client
import json
import socket
import subprocess
import urllib.parse

from bundle import BASE
from wait import until


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=30):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        def once(pairs):
            keys = [k for k, _ in pairs]
            assert len(keys) == len(set(keys)), "a key stands twice"
            return dict(pairs)

        return json.loads(self.body, object_pairs_hook=once)

    def minor(self):
        """The imsx code, after a look at the form of the error."""
        body = self.json()
        assert set(body) == {"imsx_codeMajor", "imsx_severity", "imsx_description",
                             "imsx_CodeMinor"}
        assert (body["imsx_codeMajor"], body["imsx_severity"]) == ("failure", "error")
        (field,) = body["imsx_CodeMinor"]["imsx_codeMinorField"]
        assert field["imsx_codeMinorFieldName"] == "TargetEndSystem"
        return field["imsx_codeMinorFieldValue"]

    def links(self):
        result = {}
        for part in self.headers["Link"].split(", "):
            url, rel = part.split("; ")
            result[rel.removeprefix('rel="').rstrip('"')] = url.strip("<>")
        return result


class District:
    """One running source; a context manager."""

    def __init__(self, hallpass, db, sock):
        self.sock = sock
        self.process = subprocess.Popen(
            [hallpass, "district", "serve", db, "--listen", f"unix:{sock}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        assert line.startswith(b"serving "), self.process.communicate()
        self.connection = UnixConnection(sock)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        status = self.stop()
        assert kind is not None or status == 0, "it must end cleanly"

    def stop(self):
        """SIGTERM; the exit status."""
        self.connection.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def get(self, path, method="GET", base=BASE, **params):
        query = urllib.parse.urlencode(params, quote_via=urllib.parse.quote)
        return self.raw(f"{base}{path}" + (f"?{query}" if query else ""), method)

    def raw(self, target, method="GET"):
        self.connection.request(method, target)
        return Answer(self.connection.getresponse())

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            fields = dict(line.split(":", 1) for line in f)
        return int(fields["VmRSS"].split()[0])


def run(hallpass, *args):
    """Runs the program; (exit status, stdout, stderr)."""
    p = subprocess.run([hallpass, *args], capture_output=True, text=True, timeout=120)
    return p.returncode, p.stdout, p.stderr


def gone(path):
    until(lambda: not path.exists(), what=f"{path} removed")
