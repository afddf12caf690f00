# SPDX-License-Identifier: Apache-2.0
"""libFuzzer over every tests/fuzz/fuzz_*.c: `make fuzz`, FUZZ_SECONDS for each target.

New inputs that reach new code go to build-fuzz/corpus/<target>; the ones worth
keeping are copied to tests/fuzz/corpus by hand. A crash is left in build-fuzz/
and makes the exit status 1.
"""
import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = "build-fuzz"
SANITIZERS = "address,undefined"


def targets(names):
    found = sorted(p.stem.removeprefix("fuzz_") for p in (ROOT / "tests/fuzz").glob("fuzz_*.c"))
    return [n for n in found if not names or n in names]


def pkg_libs():
    libs = subprocess.run(
        ["pkg-config", "--libs", "openssl", "jansson", "sqlite3", "libuv", "yaml-0.1", "libzip"],
        check=True, capture_output=True, text=True,
    ).stdout.split()
    llhttp = [] if Path("/usr/share/llhttp").is_dir() else ["-lllhttp"]
    return [*libs, *llhttp, "-lcsv", "-lz", "-pthread"]


def build(names):
    kit = [f"{BUILD}/obj/tests/support/redact_{n}.o" for n in ("world", "gen")]
    objects = [f"{BUILD}/obj/tests/fuzz/fuzz_{n}.o" for n in names]
    kit = [f"{BUILD}/obj/tests/support/redact_{n}.o" for n in ("check", "world", "gen")]
    subprocess.run(
        ["make", "--no-print-directory", f"-j{os.cpu_count()}", "CC=clang", f"BUILD={BUILD}",
         f"SAN={SANITIZERS},fuzzer-no-link", f"{BUILD}/libhallpass.a", *objects, *kit],
        cwd=ROOT, check=True,
    )
    for name, obj in zip(names, objects):
        subprocess.run(
            ["clang", f"-fsanitize=fuzzer,{SANITIZERS}", "-pie", obj, *kit, f"{BUILD}/libhallpass.a",
             "-o", f"{BUILD}/fuzz_{name}", *pkg_libs()],
            cwd=ROOT, check=True,
        )


def fuzz(name, seconds):
    found = ROOT / BUILD / "corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [f"./fuzz_{name}", f"-max_total_time={seconds}", "-print_final_stats=1", "-max_len=65536",
         "-timeout=10", found, ROOT / "tests/fuzz/corpus" / name],
        cwd=ROOT / BUILD, capture_output=True, text=True, errors="replace",
    )
    stats = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(f"  FUZZ    {name:16} {'ok' if done.returncode == 0 else 'FAILED'}  {' '.join(stats)}",
          flush=True)
    if done.returncode != 0:
        print("\n".join(done.stderr.splitlines()[-40:]))
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    names = targets(args.names)
    build(names)
    return 0 if all([fuzz(name, args.seconds) for name in names]) else 1


sys.exit(main())
