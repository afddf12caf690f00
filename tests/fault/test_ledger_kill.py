# SPDX-License-Identifier: Apache-2.0
"""What a ledger acknowledged stands after SIGKILL, on a full disk, after a failed sync.

A kill keeps the page cache, so it cannot show that anything reached the disk:
the order of system calls does (the last tests of this file).
"""
import os
import random
import re
import shutil
import subprocess
import time

import pytest

from ledger import Ledger
from stack import is_sanitized
from wait import until

KILLS = 50


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ledger"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def writer(build):
    program = build / "fault" / "ledger_writer"
    assert program.is_file(), f"{program} is not built"
    return program


def acks(lines):
    """{token: index} of complete "ack" lines."""
    found = {}
    for line in lines:
        words = line.split()
        if line.endswith("\n") and words[0] == "ack":
            found[words[2]] = int(words[1])
    return found


def check_recovered(ledger, acked):
    for token, index in acked.items():
        assert ledger.entries[index]["mark"] == token


def kill_once(writer, folder, moment):
    """Kills the writer after `moment` acknowledgements; all that it had said until then."""
    process = subprocess.Popen([writer, folder, "8"], stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(moment)]
    process.kill()
    lines += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    return acks(lines)


def test_every_acknowledged_entry_survives_sigkill_at_random_moments(writer, folder):
    seed = random.randrange(2 ** 32)
    print("seed", seed)
    moments = random.Random(seed)
    acked = {}
    for _ in range(KILLS):
        said = kill_once(writer, folder, moments.randrange(1, 120))
        assert said
        acked.update(said)
    ledger = Ledger(folder)
    ledger.check()
    check_recovered(ledger, acked)
    starts = [e for e in ledger.entries if e["kind"] == "start"]
    assert len(starts) == KILLS
    print(len(acked), "acknowledged,", len(ledger.entries), "entries")


class Asked:
    """A writer that records when told to, perhaps under another program (strace, unshare)."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def tell(self, command):
        self.process.stdin.write(command)
        self.process.stdin.flush()

    def record(self):
        """(word, detail, token): what became of one entry."""
        self.tell("s")
        return self.process.stdout.readline().split()

    def end(self):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(), rest


def small_disk(folder, command):
    """Runs `command` with a small disk mounted on `folder`, kept and copied back at its end."""
    space = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    script = ('mount -t tmpfs -o size=4m,mode=0700 none "$1" || exit 77; d="$1"; k="$2"; shift 2; '
              '"$@"; s=$?; cp -a "$d"/ledger-* "$k"; exit $s')
    kept = folder.parent / "kept"
    kept.mkdir()
    return kept, space + ["sh", "-c", script, "sh", folder, kept, *command]


def can_mount(folder):
    kept, command = small_disk(folder, ["true"])
    status = subprocess.run(command, capture_output=True).returncode
    shutil.rmtree(kept)
    return status == 0


def test_a_full_disk_refuses_and_recovers_by_itself(writer, folder):
    if not can_mount(folder):
        pytest.skip("no mount namespaces here")
    kept, command = small_disk(folder, [writer, folder, "0"])
    asked = Asked(command)
    good = [asked.record() for _ in range(5)]
    asked.tell("f")
    bad = [asked.record() for _ in range(20)]
    asked.tell("e")
    since = time.monotonic()
    again = until(lambda: (lambda r: r if r[0] == "ack" else None)(asked.record()), 20,
                  "an acknowledgement once there is room")
    recovered_in = time.monotonic() - since
    good += [again, asked.record()]
    status, _ = asked.end()
    assert status == 0 and recovered_in < 5
    assert {(word, why) for word, why, _ in bad} == {("no", "ledger-full")}
    ledger = Ledger(kept)
    ledger.check()
    check_recovered(ledger, {token: int(index) for _, index, token in good})
    tokens = {e.get("mark") for e in ledger.entries}
    assert not tokens & {token for _, _, token in bad}
    gaps = [e["action"] for e in ledger.entries if e["kind"] == "gap"]
    assert gaps == ["stopped", "resumed"]


# --- what the system calls say

TOKEN = re.compile(r"[0-9a-f]{32}")
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$")


def calls(trace):
    """(thread, name, line, whole) of every call when it ends; `whole` has its arguments too."""
    open_calls = {}
    for line in trace.read_text(errors="replace").splitlines():
        match = CALL.match(line)
        if not match:
            continue
        thread, name, rest = match.groups()
        if "<unfinished ...>" in rest:
            open_calls[thread, name] = rest
            yield name, rest, None
        else:
            whole = open_calls.pop((thread, name), "") + rest
            result = whole.rpartition(" = ")[2].split()
            yield name, whole, int(result[0]) if result and result[0].lstrip("-").isdigit() else None


@pytest.fixture
def traced(writer):
    """The writer, where it can be traced."""
    if shutil.which("strace") is None:
        pytest.skip("no strace here")
    if "address" in str(writer):
        pytest.skip("LeakSanitizer does not work under ptrace")
    return writer


def strace(trace, *more):
    return ["strace", "-f", "-y", "-qq", "-s", "5000", "-o", trace,
            "-e", "trace=pwrite64,write,fdatasync,fsync", *more]


def test_a_sync_of_the_wal_stands_between_each_entry_and_its_acknowledgement(
        traced, folder, tmp_path):
    trace = tmp_path / "trace"
    asked = Asked([*strace(trace), traced, folder, "0"])
    said = [asked.record() for _ in range(30)]
    assert asked.end()[0] == 0
    assert [word for word, _, _ in said] == ["ack"] * 30
    written, durable, seen = set(), set(), []
    for name, text, result in calls(trace):
        if name == "pwrite64" and "-wal>" in text:
            written |= set(TOKEN.findall(text))
        elif name == "fdatasync" and "-wal>" in text and result == 0:
            durable |= written
        elif name == "write" and '"ack ' in text:
            seen += TOKEN.findall(text)
            assert seen[-1] in durable, f"acknowledgement {len(seen)} before its sync"
    assert seen == [token for _, _, token in said]


def test_a_failed_sync_ends_the_ledger_and_is_never_repeated(traced, folder, tmp_path):
    trace = tmp_path / "trace"
    asked = Asked([*strace(trace, "-e", "inject=fdatasync:error=EIO:when=12"), traced, folder, "0"])
    said = [asked.record() for _ in range(30)]
    assert asked.end()[0] == 1
    words = [word for word, _, _ in said]
    first_bad = words.index("no")
    assert set(words[first_bad:]) == {"no"}
    assert {why for word, why, _ in said if word == "no"} == {"ledger"}
    after = [text for name, text, _ in calls(trace) if name in ("fdatasync", "fsync")]
    broken = [i for i, text in enumerate(after) if "EIO" in text]
    assert len(broken) == 1 and len(after) == broken[0] + 1, "something was synced again"
    ledger = Ledger(folder)
    ledger.check()
    check_recovered(ledger, {token: int(index) for word, index, token in said if word == "ack"})


# A sanitizer's runtime maps memory too, and spins for ever when it cannot.
SWEPT = ("pwrite64", "fdatasync", "fallocate", "openat", "ftruncate") + (
    () if is_sanitized() else ("mmap",)
)


def sweep_once(traced, folder, call, error, when):
    """One writer in which the when-th such call of each thread fails; False once there is none."""
    folder.mkdir(mode=0o700)
    trace = folder.parent / "trace"
    asked = Asked(["strace", "-f", "-qq", "-o", trace, "-e", f"trace={call}",
                   "-e", f"inject={call}:error={error}:when={when}", traced, folder, "0"])
    try:
        said = [asked.record() for _ in range(6)]
    except BrokenPipeError:
        said = []
    try:
        asked.end()
    except BrokenPipeError:
        asked.process.wait()
    # After the fault the next start must find everything that was acknowledged.
    check = Asked([traced, folder, "0"])
    last = check.record()
    check.end()
    assert last[0] == "ack", f"{call} {error} {when}: {last}"
    ledger = Ledger(folder)
    ledger.check()
    acked = {s[2]: int(s[1]) for s in [*said, last] if len(s) == 3 and s[0] == "ack"}
    check_recovered(ledger, acked)
    return "(INJECTED)" in trace.read_text(errors="replace")


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", SWEPT)
def test_no_failing_call_loses_an_acknowledged_entry(traced, tmp_path, call, error):
    for when in range(1, 200, 7):
        if not sweep_once(traced, tmp_path / f"{when}", call, error, when):
            break


@pytest.mark.long
@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EINTR"])
@pytest.mark.parametrize("call", SWEPT)
def test_no_failing_call_at_all_loses_an_acknowledged_entry(traced, tmp_path, call, error):
    for when in range(1, 1000):
        if not sweep_once(traced, tmp_path / f"{when}", call, error, when):
            break


@pytest.mark.long
def test_closing_does_not_wait_for_a_disk_that_hangs(traced, folder, tmp_path, capfd):
    # strace counts per thread: the first sync of the opening thread is late, and of the writer.
    hang = "inject=fdatasync:delay_enter=15000000:when=1"
    asked = Asked([*strace(tmp_path / "trace", "-e", hang), traced, folder, "0"])
    for _ in range(3):
        asked.tell("h")
        assert asked.process.stdout.readline().split()[:2] == ["no", "deadline"]
    status, _ = asked.end()
    assert status == 1 and '"ledger-hangs"' in capfd.readouterr().err
