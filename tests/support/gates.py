# SPDX-License-Identifier: Apache-2.0
"""Runs the gates of `make test`, `make check` and `make lint`.

    gates.py test|check|lint [NAME...]     only gates whose name holds a NAME

One line per gate while it runs; the output of what failed goes below its line.
The last line is `N passed, N failed`: every cmocka test, every pytest test,
every replayed corpus, every lint, analysis and build counts as one. The exit
status is 0 only if nothing failed.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPUS = os.cpu_count() or 2
PYTHON = "/usr/bin/python3"
SHOWN_LINES = 40

# What make calls the build directory of each configuration.
DEFAULT = {"CC": "gcc", "SAN": ""}
CLANG = {"CC": "clang", "SAN": ""}
ADDRESS = {"CC": "gcc", "SAN": "address,undefined"}
THREAD = {"CC": "gcc", "SAN": "thread"}

SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"second_deadlock_stack=1:suppressions='{ROOT}/tests/support/tsan.supp'",
}


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    output: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.output += other.output


def build_dir(config):
    san = "-" + config["SAN"].replace(",", "+") if config["SAN"] else ""
    return "build" + san + ("-clang" if config["CC"].startswith("clang") else "")


def run(command, seconds, env=None):
    """(exit status, output); a command over its time is killed with all its children."""
    # What the make that called us was given is not meant for the makes that we call.
    inherited = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    try:
        process = subprocess.Popen(
            [str(c) for c in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env={**inherited, **SANITIZER_OPTIONS, **(env or {})},
            start_new_session=True,
        )
    except OSError as error:
        return 127, str(error)
    try:
        output, _ = process.communicate(timeout=seconds)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        output += f"\nover its time of {seconds} s: killed\n".encode()
        status = 124
    return status, output.decode("utf-8", "replace")


PROGRESS = re.compile(r"^  (CC|LD|AR) ")


def tail(name, output):
    lines = [line for line in output.rstrip().splitlines() if not PROGRESS.match(line)]
    return [f"--- {name}"] + lines[-SHOWN_LINES:]


def one(name, command, seconds, env=None):
    """A command that counts as one test."""
    status, output = run(command, seconds, env)
    if status == 0:
        return Result(passed=1)
    return Result(failed=1, output=tail(name, output))


def in_parallel(jobs):
    total = Result()
    with ThreadPoolExecutor(CPUS) as pool:
        for result in pool.map(lambda job: job(), jobs):
            total.add(result)
    return total


# --- gates

def build(config):
    flags = [f"CC={config['CC']}", f"SAN={config['SAN']}", f"BUILD={build_dir(config)}"]
    return one(f"make {' '.join(flags)}",
               ["make", "--no-print-directory", f"-j{CPUS}", *flags, "programs", "unit", "replay"],
               1200)


TAP = re.compile(r"^(not )?ok (\d+)\b(?: - )?(.*)$", re.M)
PLAN = re.compile(r"^1\.\.(\d+)$", re.M)


def unit_program(program):
    """One cmocka program. A crash counts the tests that did not get to run; what a test skips
    itself counts as nothing (cmocka 1.1.5 says "not ok N # SKIP", 1.1.7 "ok N # SKIP")."""
    status, output = run([program], 300, {"CMOCKA_MESSAGE_OUTPUT": "TAP"})
    marks = TAP.findall(output)
    planned = sum(int(n) for n in PLAN.findall(output))
    ran = [bad for bad, _, rest in marks if not rest.lstrip().startswith("# SKIP")]
    failed = sum(1 for bad in ran if bad)
    failed += max(0, planned - len(marks))
    if failed == 0 and (status != 0 or not marks):
        failed = 1
    result = Result(passed=sum(1 for bad in ran if not bad), failed=failed)
    if failed:
        result.output = tail(f"{program.name} (exit {status})", output)
    return result


def unit(config):
    folder = ROOT / build_dir(config) / "unit"
    names = sorted(p.stem.removeprefix("test_") for p in (ROOT / "tests/unit").glob("test_*.c"))
    return in_parallel([lambda n=n: unit_program(folder / n) for n in names])


def replay(config):
    folder = ROOT / build_dir(config) / "fuzz"
    names = sorted(p.stem.removeprefix("fuzz_") for p in (ROOT / "tests/fuzz").glob("fuzz_*.c"))
    return in_parallel([
        lambda n=n: one(f"replay {n}", [folder / n, ROOT / "tests/fuzz/corpus" / n], 120)
        for n in names
    ])


def read_junit(path):
    total, bad = 0, 0
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0)) - int(suite.get("skipped", 0))
        bad += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Result(passed=max(0, total - bad), failed=bad)


def pytest(config, folders, marker, seconds):
    present = [f for f in folders if list((ROOT / f).rglob("test_*.py"))]
    if not present:
        return Result()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "junit.xml"
        command = [PYTHON, "-B", "-m", "pytest", "-q", "-x" if marker == "long" else "--maxfail=20",
                   "--continue-on-collection-errors", "-p", "no:cacheprovider", "-m", marker,
                   f"--junitxml={report}", *present]
        status, output = run(command, seconds, {"HALLPASS_BUILD": str(ROOT / build_dir(config))})
        result = read_junit(report) if report.is_file() else Result()
    if status not in (0, 5) and result.failed == 0:
        result.failed = 1
    if result.failed:
        result.output = tail("pytest", output)
    return result


def lints():
    scripts = sorted((ROOT / "tests/lint").glob("lint_*.py"))
    return in_parallel([lambda s=s: one(s.name, [PYTHON, "-B", s], 300) for s in scripts])


def pkg_flags():
    libs = ["openssl", "jansson", "sqlite3", "libuv", "yaml-0.1", "libzip"]
    done = subprocess.run(["pkg-config", "--cflags", *libs], capture_output=True, text=True)
    return done.stdout.split()


def own_sources():
    return sorted(str(p.relative_to(ROOT)) for pattern in ("gateway/*/*.c", "policy/*.c")
                  for p in ROOT.glob(pattern))


def clang_tidy():
    flags = ["-std=c11", "-D_GNU_SOURCE", "-DLLHTTP_STRICT_MODE=1", "-I.", "-Igateway",
             "-isystem", "/usr/share/include/llhttp", *pkg_flags()]
    return in_parallel([
        lambda n=n: one(f"clang-tidy {n}", ["clang-tidy", "--quiet", n, "--", *flags], 300)
        for n in own_sources()
    ])


def cppcheck():
    return one("cppcheck", [
        "cppcheck", "--quiet", "--std=c11", f"-j{CPUS}", "--inline-suppr", "--error-exitcode=1",
        "--enable=warning,performance,portability", "--suppress=missingIncludeSystem",
        "--suppress=normalCheckLevelMaxBranches", "--library=openssl", "-Igateway", "-I.",
        *own_sources()], 900)


def manuals():
    pages = sorted((ROOT / "docs").glob("*.[1-8]")) if (ROOT / "docs").is_dir() else []
    return in_parallel([
        lambda p=p: one(f"mandoc {p.name}", ["mandoc", "-Tlint", "-Wwarning", p], 60) for p in pages
    ])


QUICK = ("tests/lint", "tests/policy", "tests/integration", "tests/fault")
SYSTEM = ("tests/policy", "tests/integration", "tests/fault")

TEST = [
    ("build gcc", lambda: build(DEFAULT)),
    ("build clang", lambda: build(CLANG)),
    ("unit", lambda: unit(DEFAULT)),
    ("corpora", lambda: replay(DEFAULT)),
    ("lints", lints),
    ("manuals", manuals),
    ("integration", lambda: pytest(DEFAULT, QUICK, "not long", 720)),
]

CHECK = [
    ("build gcc", lambda: build(DEFAULT)),
    ("build clang", lambda: build(CLANG)),
    ("build address", lambda: build(ADDRESS)),
    ("build thread", lambda: build(THREAD)),
    ("unit clang", lambda: unit(CLANG)),
    ("unit address", lambda: unit(ADDRESS)),
    ("unit thread", lambda: unit(THREAD)),
    ("corpora address", lambda: replay(ADDRESS)),
    ("integration address", lambda: pytest(ADDRESS, SYSTEM, "not long", 1200)),
    ("integration thread", lambda: pytest(THREAD, SYSTEM, "not long", 1500)),
    ("long", lambda: pytest(DEFAULT, SYSTEM, "long", 1200)),
    ("lints", lints),
    ("manuals", manuals),
    ("clang-tidy", clang_tidy),
    ("cppcheck", cppcheck),
]

LINT = [("lints", lints), ("manuals", manuals)]

GATES = {"test": TEST, "check": CHECK, "lint": LINT}


def report(name, result, seconds):
    print(f"{result.passed:5} passed, {result.failed} failed  ({seconds:.1f} s)", flush=True)
    for line in result.output:
        print(f"    {line}")


def run_gates(gates):
    total = Result()
    for name, gate in gates:
        print(f"  GATE    {name:20}", end="", flush=True)
        started = time.monotonic()
        result = gate()
        report(name, result, time.monotonic() - started)
        total.add(result)
        if name.startswith("build") and result.failed:
            break  # nothing that follows would test this tree
    return total


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in GATES:
        print("usage: gates.py test|check|lint [NAME...]", file=sys.stderr)
        return 2
    wanted = sys.argv[2:]
    gates = [g for g in GATES[sys.argv[1]] if not wanted or any(w in g[0] for w in wanted)]
    total = run_gates(gates)
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
