# SPDX-License-Identifier: Apache-2.0
"""Every header of the product compiles alone, and twice."""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from source import ROOT, files, finish


def compiles(name):
    text = f'#include "{name}"\n#include "{name}"\n'
    done = subprocess.run(
        ["gcc", "-std=c11", "-D_GNU_SOURCE", "-I.", "-Igateway", "-Wall", "-Wextra", "-Werror",
         "-fsyntax-only", "-x", "c", "-"],
        cwd=ROOT, input=text, capture_output=True, text=True,
    )
    first = (done.stderr.splitlines() or [""])[0]
    return [] if done.returncode == 0 else [f"{name}: does not compile alone: {first}"]


def main():
    names = [n for n in files(".h", under=("gateway/", "policy/")) if not n.endswith("_priv.h")]
    with ThreadPoolExecutor(2) as pool:
        finish([p for problems in pool.map(compiles, names) for p in problems])


sys.exit(main())
