# SPDX-License-Identifier: Apache-2.0
"""CPU per request of the gateway, everything on, beside nginx that passes the same source's
bytes through TLS untouched: same run, same machine, same load. Prints medians with their
spread, one line per answer size; nothing is asserted."""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from stack import BASE, Process, Source, Stack, make_bundle  # noqa: E402
from wait import until  # noqa: E402

NGINX = """
{user} daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/nginx.err warn;
events {{ worker_connections 2048; }}
http {{
  access_log off; client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2;
  fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  keepalive_requests 1000000; proxy_buffers 16 64k; proxy_buffer_size 64k;
  proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;
  upstream source {{ server unix:{socket}; keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {dir}/server.pem;
    ssl_certificate_key {dir}/server.key; ssl_protocols TLSv1.2 TLSv1.3;
    location / {{ proxy_pass http://source; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


def need(*programs):
    missing = [p for p in programs if shutil.which(p) is None]
    if missing:
        packages = " ".join({"nginx": "nginx-light"}.get(p, p) for p in missing)
        line = f"apt-get install -y --no-install-recommends {packages}"
        if os.geteuid() != 0:
            sys.exit(f"make bench needs {', '.join(missing)}. As root, run:\n    {line}")
        subprocess.run(line.split() + ["-qq"], check=True, stdout=subprocess.DEVNULL)


def tree(pid):
    """A process and its children."""
    out = [pid]
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split():
        out += tree(int(child))
    return out


def cpu_ns(pid):
    total = 0
    for p in tree(pid):
        for task in Path(f"/proc/{p}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def load(url, connections, seconds, token):
    """Requests made by wrk; bounded in time, loopback only."""
    args = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    if token:
        args += ["-H", f"Authorization: Bearer {token}"]
    done = subprocess.run(args + [url], capture_output=True, text=True, timeout=seconds + 60)
    count = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    if bad or count == 0:
        sys.exit(f"the load failed: {done.stdout}")
    return count


def measure(pid, url, connections, seconds, token):
    before = cpu_ns(pid)
    count = load(url, connections, seconds, token)
    return (cpu_ns(pid) - before) / count / 1000


def start_nginx(folder, source):
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    conf = folder / "nginx.conf"
    conf.write_text(NGINX.format(
        user="user root;" if os.geteuid() == 0 else "", dir=folder, socket=source.socket, port=port
    ))
    nginx = Process(["nginx", "-c", conf, "-p", folder], folder / "nginx.log")

    def up():
        assert nginx.alive(), nginx.text()
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    until(up, 30, "nginx listens")
    return nginx, port


def spread(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    os.environ["HALLPASS_BUILD"] = args.build
    need("nginx", "wrk")
    subprocess.run([ROOT / args.build / "bench" / "policy"], check=True, cwd=ROOT)  # "bench policy load_ms=..."
    subprocess.run([ROOT / args.build / "bench" / "id"], check=True)  # "bench id us=..."
    subprocess.run([ROOT / args.build / "bench" / "redact"], check=True, cwd=ROOT)  # "bench transform us=..."
    folder = Path(tempfile.mkdtemp(prefix="hallpass-bench-"))
    source = Source(folder, make_bundle(folder / "bundle", 10000, 1)).start()
    sys.path.insert(0, str(ROOT / "tests" / "fault"))
    from test_memory import wide_policy

    stack = Stack(folder, source, policy=wide_policy(folder), workers=1).start()
    nginx, port = start_nginx(folder, source)
    try:
        rows = {"one": ("limit=1", 64), "hundred": ("limit=100", 32), "tenthousand": ("limit=10000", 4)}
        for name, (query, connections) in rows.items():
            ours, theirs = [], []
            for _ in range(args.rounds):
                target = f"{BASE}/students?{query}"
                token = stack.token("acme-prod")
                ours.append(
                    measure(stack.gateway.pid, f"https://127.0.0.1:{stack.port}{target}", connections, args.seconds, token)
                )
                theirs.append(
                    measure(nginx.pid, f"https://127.0.0.1:{port}{target}", connections, args.seconds, None)
                )
            ratio = statistics.median(ours) / statistics.median(theirs)
            print(
                f"bench {name} hallpass_us={spread(ours)} nginx_us={spread(theirs)} ratio_nginx={ratio:.2f}",
                flush=True,
            )
    finally:
        nginx.end(signal.SIGQUIT)
        stack.stop()
        source.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
