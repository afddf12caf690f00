# SPDX-License-Identifier: Apache-2.0
"""A strict little HTTP/1.1 client that keeps what libraries throw away: the head's
bytes, the chunk boundaries, and whether an answer ended complete. It shares no
code with the gateway."""

import socket
import ssl
from dataclasses import dataclass, field


class Broken(Exception):
    """The connection ended, or what came is not HTTP/1.1. Carries the bytes that did come."""

    def __init__(self, why, got=b""):
        super().__init__(why)
        self.got = got


@dataclass
class Answer:
    status: int = 0
    head: bytes = b""
    headers: list = field(default_factory=list)
    body: bytes = b""
    chunks: list = field(default_factory=list)
    complete: bool = False

    def header(self, name):
        found = [v for k, v in self.headers if k.lower() == name.lower()]
        assert len(found) <= 1, f"{name} stands {len(found)} times"
        return found[0] if found else None

    def json(self):
        import json

        return json.loads(self.body)

    def links(self):
        """rel -> URL of the Link header."""
        out = {}
        for part in (self.header("Link") or "").split(", <"):
            url, _, rest = part.lstrip("<").partition(">")
            if 'rel="' in rest:
                out[rest.split('rel="')[1].split('"')[0]] = url
        return out


class Connection:
    """One connection: TLS with `context`, or plain to a unix path."""

    def __init__(self, address, context=None, name="localhost", timeout=60):
        if isinstance(address, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout)
            self.sock.connect(address)
        else:
            self.sock = socket.create_connection(address, timeout=timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self.sock = context.wrap_socket(
                self.sock, server_hostname=name, suppress_ragged_eofs=False
            )
        self.rest = b""

    def close(self):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def _more(self):
        try:
            got = self.sock.recv(65536)
        except (ssl.SSLError, ConnectionError) as e:
            raise Broken(str(e)) from e
        if not got:
            raise Broken("end of stream")
        self.rest += got

    def _line(self):
        while b"\r\n" not in self.rest:
            self._more()
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line

    def _take(self, n):
        while len(self.rest) < n:
            self._more()
        out, self.rest = self.rest[:n], self.rest[n:]
        return out

    def read(self, head_only=False):
        """Reads one answer; a broken one comes back with complete=False."""
        a = Answer()
        try:
            self._read(a, head_only)
            a.complete = True
        except Broken:
            a.body += self.rest if a.status and not a.chunks else b""
        return a

    def _read(self, a, head_only):
        while b"\r\n\r\n" not in self.rest:
            self._more()
        a.head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        first, *lines = a.head.split(b"\r\n")
        version, status, _ = first.split(b" ", 2)
        assert version == b"HTTP/1.1", first
        a.status = int(status)
        for line in lines:
            name, _, value = line.partition(b":")
            a.headers.append((name.decode(), value.strip().decode()))
        if head_only:
            return
        if a.header("Transfer-Encoding") is not None:
            assert a.header("Transfer-Encoding") == "chunked"
            assert a.header("Content-Length") is None
            self._chunks(a)
        else:
            a.body = self._take(int(a.header("Content-Length")))

    def _chunks(self, a):
        while True:
            size = int(self._line(), 16)
            if size == 0:
                assert self._line() == b""
                return
            piece = b""
            while len(piece) < size:
                if not self.rest:
                    try:
                        self._more()
                    except Broken:
                        a.body += piece
                        raise
                take = self.rest[: size - len(piece)]
                piece += take
                self.rest = self.rest[len(take) :]
            a.chunks.append(size)
            a.body += piece
            assert self._line() == b""

    def request(self, target, headers=(), method="GET", host="localhost"):
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{k}: {v}" for k, v in headers]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape"))
        return self.read(head_only=method == "HEAD")
