# SPDX-License-Identifier: Apache-2.0
"""What transforms make of values, worked out from docs/policy.md alone. A value that must be
dropped gives None."""

import datetime
import hashlib
import hmac
import re
from decimal import ROUND_HALF_UP, Decimal

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
GRADES = "IT PR PK TK KG 01 02 03 04 05 06 07 08 09 10 11 12 13".split()
# 45 CFR 164.514(b)(2)(i)(B), as HHS lists them.
SMALL = "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split()


def derive(master, purpose, partner, agreement, what, epoch, length=32):
    """HKDF-SHA256 (RFC 5869) without salt."""
    parts = ["hallpass", purpose, partner, agreement, what, str(epoch)]
    info = b"\0".join(p.encode() for p in parts)
    key = hmac.new(bytes(32), master, hashlib.sha256).digest()
    out, block = b"", b""
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([len(out) // 32 + 1]), hashlib.sha256).digest()
        out += block
    return out[:length]


def tag(key, use, text):
    mac = CMAC(algorithms.AES(key))
    mac.update(use.encode() + b"\0" + text.encode())
    return mac.finalize()


def letters(data):
    bits = int.from_bytes(data, "big") << 2  # 130 bits: 26 characters
    return "".join(DIGITS[bits >> 5 * i & 31] for i in reversed(range(26)))


def code(key, value):
    return letters(tag(key, "code", value)) if value else None


def alias(key, record_id, value, domain=None, domains=()):
    name = "u" + letters(tag(key, "alias", record_id))
    if domain is None:
        return name
    own = value.rpartition("@")[2].lower()
    return f"{name}@{own if own in domains else domain}"


def day(text):
    return datetime.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def date_shift(key, subject, value, days):
    number = int.from_bytes(tag(key, "date-shift", subject)[:8], "big") % (2 * days)
    step = number - days
    return (day(value) + datetime.timedelta(step if step < 0 else step + 1)).isoformat()


def age(value, today):
    year = today.year if (today.month, today.day) >= (7, 1) else today.year - 1
    born, on = day(value), datetime.date(year, 9, 1)
    if born > on:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return str(years) if years <= 150 else None


def band(kind, value, bounds, today):
    if kind == "grade":
        if value not in GRADES:
            return None
        number, at, show = GRADES.index(value), [GRADES.index(b) for b in bounds], GRADES.__getitem__
    else:
        value = age(value, today) if kind == "date" else value
        if value is None or not re.fullmatch(r"[0-9]{1,9}", value):
            return None
        number, at, show = int(value), [int(b) for b in bounds], str
    below = [i for i, b in enumerate(at) if b <= number]
    if not below:
        return None
    first = at[below[-1]]
    if below[-1] + 1 == len(at):
        return show(first) + "+"
    last = at[below[-1] + 1] - 1
    return show(first) if first == last else f"{show(first)}-{show(last)}"


def round_to(value, step):
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", value):
        return None
    times = (Decimal(value) / step).quantize(Decimal(1), ROUND_HALF_UP)
    return str(int(times) * step)


def zip3(value):
    if not re.fullmatch(r"[0-9]{5}(-?[0-9]{4})?", value):
        return None
    return "000" if value[:3] in SMALL else value[:3]


class Changes:
    """The transforms of one agreement with arguments or a key. `master` may be None where no
    key is needed; `today` is the date in the district."""

    def __init__(self, master, agreement, district, today):
        self.master = master
        self.partner = agreement["partner"]
        self.agreement = agreement["agreement"] if agreement.get("ids-scope") == "agreement" else ""
        self.epoch = int(district.get("key-epoch", 1))
        self.domain = district.get("alias-domain", "alias.invalid")
        self.domains = [d.lower() for d in district.get("domains", [])]
        self.today = today

    def key(self, kind, path):
        what = f"{kind}.{path}"
        return derive(self.master, "field", self.partner, self.agreement, what, self.epoch)

    def apply(self, how, args, kind, f, value, record_id, subjects):
        """One value of field `f` in a record of this kind; None: it is dropped."""
        args, type_of = args or {}, f.spec["type"]
        if how == "code":
            return code(self.key(kind, f.path), value)
        if how == "alias":
            mail = type_of == "email"
            keep = self.domains if args.get("keep-domain") else ()
            domain = self.domain if mail else None
            return alias(self.key(kind, f.path), record_id, value, domain, keep)
        if how == "date-shift":
            only = len(subjects) == 1 and day(value)
            key = self.key(kind, f.path)
            return date_shift(key, *subjects, value, int(args["max-days"])) if only else None
        if how == "age":
            return age(value, self.today)
        if how == "band":
            return band(type_of, value, [str(b) for b in args["band"]], self.today)
        if how == "round":
            return round_to(value, int(args["round"]))
        if how == "map":
            return args["map"].get(value)
        return {"zip3": zip3, "year-month": lambda v: v[:7]}[how](value)
