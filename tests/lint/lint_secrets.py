# SPDX-License-Identifier: Apache-2.0
"""No private keys in the repository: PEM blocks, private members of JWKs."""
import re

from source import ROOT, files, finish

PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE" + rb" KEY-----\s+[A-Za-z0-9+/=]{20}")
JWK = re.compile(rb"[\"']?\b(?:d|dp|dq|qi|k)[\"']?\s*:\s*[\"']?[A-Za-z0-9_-]{40,}")


def main():
    problems = []
    for name in files(""):
        content = (ROOT / name).read_bytes()
        for pattern in (PEM, JWK):
            for match in pattern.finditer(content):
                line = content.count(b"\n", 0, match.start()) + 1
                problems.append(f"{name}:{line}: looks like a private key")
    finish(problems)


main()
