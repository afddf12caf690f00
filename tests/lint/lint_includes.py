# SPDX-License-Identifier: Apache-2.0
"""Folders include downwards only; third-party types stay out of folders' headers."""
import re

from source import code, files, finish, read

# Each folder and what it stands on; what that stands on comes with it.
STANDS_ON = {
    "base": (),
    "store": ("base",),
    "net": ("base",),
    "http": ("net",),
    "server": ("http",),
    "upstream": ("http",),
    "policy": ("base",),
    "redact": ("policy",),
    "auth": ("policy", "store"),
    "ledger": ("policy", "store"),
    "roster": ("policy", "store", "upstream"),
    "proxy": ("server", "upstream", "auth", "roster", "redact", "ledger"),
    "admin": ("server", "policy"),
    "district": ("server", "store"),
    "report": ("policy", "store", "ledger"),
    "console": ("server", "report"),
}

FOREIGN = re.compile(
    r"\b(SSL|SSL_CTX|SSL_SESSION|BIO|BIGNUM|X509\w*|EVP_\w+|OSSL_\w+|sqlite3\w*|json_t|jwt_t|"
    r"yaml_\w+|uv_\w+|llhttp\w*|zip_t|struct csv_parser|CURL\w*|PGconn)\b"
)


def below(folder):
    found = set()
    for under in STANDS_ON.get(folder, ()):
        found |= {under} | below(under)
    return found


def folder_of(name):
    parts = name.split("/")
    return parts[1] if parts[0] == "gateway" else parts[0]


def check_arrows(name, text):
    own = folder_of(name)
    allowed = {own} | (set(STANDS_ON) | {"cli"} if own == "cli" else below(own))
    for match in re.finditer(r'^#include\s+"([^"]+)"', text, re.M):
        line = text.count("\n", 0, match.start()) + 1
        target = match.group(1).split("/")[0]
        if "/" not in match.group(1):
            yield f'{name}:{line}: include "{match.group(1)}" does not name its folder'
        elif target not in allowed:
            yield f"{name}:{line}: {own} may not include {match.group(1)}"
        elif match.group(1).endswith("_priv.h") and target != own:
            yield f"{name}:{line}: {match.group(1)} is private to {target}"


def check_foreign(name, text):
    for number, line in enumerate(code(text).split("\n"), 1):
        match = FOREIGN.search(line)
        if match:
            yield f"{name}:{number}: {match.group(1)} in a header"


def main():
    problems = []
    for name in files(".c", ".h", under=("gateway/", "policy/")):
        text = read(name)
        problems += check_arrows(name, text)
        if name.endswith(".h") and not name.endswith("_priv.h"):
            problems += check_foreign(name, text)
    finish(problems)


main()
