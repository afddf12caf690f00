# SPDX-License-Identifier: Apache-2.0
"""Reads a ledger as docs/ledger.md describes it, sharing no code with the gateway."""
import hashlib
import json
import sqlite3
import struct
import zlib
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SEED_BYTES = 32
SALT_BYTES = 16


def sha256(data):
    return hashlib.sha256(data).digest()


def merkle_root(leaves):
    """RFC 6962 2.1, by its recursive definition; `leaves` are the leaves' bytes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + merkle_root(leaves[:split]) + merkle_root(leaves[split:]))


def salts(seed, count):
    stream = Cipher(algorithms.AES(seed), modes.CTR(bytes(16))).encryptor()
    data = stream.update(bytes(SALT_BYTES * count))
    return [data[i * SALT_BYTES:(i + 1) * SALT_BYTES] for i in range(count)]


def numbers(blob):
    raw = blob[1:] if blob[0] == 1 else zlib.decompress(blob[1:], wbits=-15)
    assert blob[0] in (1, 2)
    found, last, value, shift = [], 0, 0, 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            assert value > 0
            last += value
            found.append(last)
            value, shift = 0, 0
    assert shift == 0
    return found


def leaves_of(bundle):
    found = []
    while bundle:
        (length,) = struct.unpack(">H", bundle[:2])
        assert len(bundle) >= 2 + length
        found.append(bundle[2:2 + length])
        bundle = bundle[2 + length:]
    return found


def sides_of(column):
    found = {}
    while column:
        at, seed, length = struct.unpack(f">H{SEED_BYTES}sI", column[:2 + SEED_BYTES + 4])
        found[at] = (seed, column[2 + SEED_BYTES + 4:][:length])
        column = column[2 + SEED_BYTES + 4 + length:]
    return found


class Ledger:
    """All months of a folder. No process may be writing to it."""

    def __init__(self, folder):
        self.leaves, self.sides, self.rows = [], {}, {}
        for path in sorted(Path(folder).glob("ledger-????-??.db")):
            self._read(path)
        self.entries = [json.loads(leaf) for leaf in self.leaves]

    def _read(self, path):
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for first, count, bundle, column in db.execute(
                "SELECT first, count, bundle, subjects FROM commits ORDER BY first"):
            assert first == len(self.leaves), "a gap between commits"
            found = leaves_of(bundle)
            assert len(found) == count
            self.leaves += found
            for at, side in sides_of(column or b"").items():
                self.sides[first + at] = side
        rows = {n: (i, s) for n, i, s in db.execute("SELECT number, id, salt FROM dictionary")}
        assert sorted(rows) == list(range(1, len(rows) + 1))
        assert all(rows[n] == row for n, row in self.rows.items())
        self.rows = rows
        db.close()

    def students(self, index):
        """The ids of the students entry `index` is about, as a list without duplicates."""
        return [self.rows[n][0].decode() for n in numbers(self.sides[index][1])]

    def check(self):
        """Every promise of the format about what stands here."""
        last, given = "", 0
        for index, (leaf, entry) in enumerate(zip(self.leaves, self.entries)):
            keys = list(entry)
            head = [k for k in ("time", "id", "kind", "exchange") if k in entry]
            assert keys[:len(head)] == head and keys[-1] == "salt"
            assert keys[len(head):-1] == sorted(keys[len(head):-1])
            assert leaf.isascii() and len(leaf) <= 65535 and len(entry["salt"]) == 32
            assert leaf == json.dumps(entry, separators=(",", ":")).encode()
            assert entry["id"] == f"{index:012}" and entry["time"] >= last
            last = entry["time"]
            if entry["kind"] == "dictionary":
                given = self._check_dictionary(entry, given)
            assert ("subjects" in entry) == (index in self.sides)
            if "subjects" in entry:
                self._check_subjects(index, entry["subjects"])
        assert given == len(self.rows)

    def _check_dictionary(self, entry, given):
        assert entry["first"] == given + 1
        new = [self.rows[n] for n in range(given + 1, given + 1 + entry["count"])]
        assert merkle_root([salt + ident for ident, salt in new]).hex() == entry["root"]
        return given + entry["count"]

    def _check_subjects(self, index, subjects):
        seed, blob = self.sides[index]
        found = numbers(blob)
        assert len(found) == subjects["count"]
        leaves = [salt + self.rows[n][0] for salt, n in zip(salts(seed, len(found)), found)]
        assert merkle_root(leaves).hex() == subjects["root"]
