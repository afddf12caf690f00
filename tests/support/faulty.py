# SPDX-License-Identifier: Apache-2.0
"""A source that lies on command: it stands between the gateway and the embedded source
and, for requests that `when` picks, sends the bytes that `fault` makes of the true answer."""

import os
import socket
import threading

from http1 import Broken, Connection


class FaultySource:
    """Listens on a unix socket; every request is answered from `source`, faithfully unless
    `fault` is set. `fault(sock, answer, target)` writes what it likes and returns False to
    close the connection afterwards."""

    def __init__(self, path, source):
        self.path = str(path)
        self.source = source
        self.fault = None
        self.when = lambda target: True
        self.requests = []
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o600)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"unix:{self.path}"

    def stop(self):
        self.listener.close()

    def run(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        upstream = Connection(self.source)
        data = b""
        try:
            while True:
                while b"\r\n\r\n" not in data:
                    got = sock.recv(65536)
                    if not got:
                        return
                    data += got
                head, _, data = data.partition(b"\r\n\r\n")
                if not self.answer(sock, upstream, head):
                    return
        except (OSError, Broken):
            return
        finally:
            upstream.close()
            sock.close()

    def answer(self, sock, upstream, head):
        target = head.split(b" ")[1].decode()
        with self.lock:
            self.requests.append((target, head))
        a = upstream.request(target)
        assert a.complete
        if self.fault is not None and self.when(target):
            return self.fault(sock, a, target)
        send_answer(sock, a.status, a.headers, a.body)
        return True


def send_answer(sock, status, headers, body, reason="X"):
    """A well-formed answer with Content-Length."""
    kept = [(k, v) for k, v in headers if k.lower() not in ("content-length", "transfer-encoding")]
    kept.append(("Content-Length", str(len(body))))
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{k}: {v}" for k, v in kept]
    sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
