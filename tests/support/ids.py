# SPDX-License-Identifier: Apache-2.0
"""Partners' ids, worked out apart from the gateway: RFC 5297 and RFC 5869 from Python's
cryptography, the packing by whole numbers as docs/ids.md has it."""

import base64
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DIGITS = "0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz"
ALPHABETS = [
    (DIGITS, 17, 18),
    (DIGITS + LOWER + "-", 11, 12),
    (DIGITS + LOWER.upper() + "-", 11, 12),
    (DIGITS + LOWER + "_", 11, 12),
    (DIGITS + LOWER.upper() + "_", 11, 12),
    (DIGITS + LOWER + LOWER.upper() + "-_.", 10, 10),
    ("".join(map(chr, range(256))), 7, 7),
]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
KEEPS = {"org", "academicSession"}


def pack(text):
    """The bytes under the seal, or None: the id has no code."""
    if UUID.fullmatch(text):
        return bytes([text != text.lower()]) + bytes.fromhex(text.replace("-", ""))
    text = text.encode().decode("latin-1")
    for number, (alphabet, first, each) in enumerate(ALPHABETS):
        if set(text) <= set(alphabet):
            break
    parts = [text[:first]] + [text[i : i + each] for i in range(first, len(text), each)]
    if not text or len(parts) > 3:
        return None
    words = []
    for part, room in zip(parts, (first, each, each)):
        word = 0
        for i in range(room):
            word = word * (len(alphabet) + 1) + (alphabet.index(part[i]) + 1 if i < len(part) else 0)
        words.append(word)
    words[0] |= number << 61
    return b"".join(w.to_bytes(8, "big") for w in words)


def unpack(packed):
    if len(packed) == 17:
        h = packed[1:].hex()
        text = "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
        return text.upper() if packed[0] else text
    alphabet, first, each = ALPHABETS[packed[0] >> 5]
    out = ""
    for at in range(0, len(packed), 8):
        word = int.from_bytes(packed[at : at + 8], "big")
        word &= (1 << 61) - 1 if at == 0 else (1 << 64) - 1
        part = ""
        for _ in range(each if at else first):
            word, digit = divmod(word, len(alphabet) + 1)
            part = (alphabet[digit - 1] if digit else "") + part
        out += part
    return out.encode("latin-1").decode()


def derive(master, partner, agreement="", epoch=1):
    """The key of a partner's codes; of an agreement's, if one is given."""
    parts = ("hallpass", "id", partner, agreement, "sourcedId", str(epoch))
    info = "\0".join(parts).encode()
    return HKDF(algorithm=SHA256(), length=64, salt=None, info=info).derive(master)


def make_master(folder):
    """A master key's file and its bytes."""
    master = secrets.token_bytes(32)
    path = Path(folder) / "master.key"
    path.write_text(master.hex() + "\n")
    path.chmod(0o600)
    return str(path), master


class Ids:
    """The codes of one partner, or (scope "agreement") of one agreement."""

    def __init__(self, key, owner, scope="partner", epoch=1):
        self.siv = AESSIV(key)
        self.scope = scope
        self.owner = owner
        self.epoch = epoch

    def bond(self, kind):
        kind = "user" if kind == "demographics" else kind
        return [x.encode() for x in (self.scope, self.owner, kind, str(self.epoch))]

    def encode(self, kind, text):
        """The code; the id itself where types keep it; None where it has no code."""
        if kind in KEEPS:
            return text
        packed = pack(text)
        if packed is None:
            return None
        return base64.b32encode(self.siv.encrypt(packed, self.bond(kind))).decode().rstrip("=").lower()

    def decode(self, kind, code):
        """The id; None for what is no code of this kind."""
        if kind in KEEPS:
            return code
        try:
            sealed = base64.b32decode(code.upper() + "=" * (-len(code) % 8))
            return unpack(self.siv.decrypt(sealed, self.bond(kind)))
        except (InvalidTag, ValueError):
            return None
