# SPDX-License-Identifier: Apache-2.0
"""docs/duties.md speaks of every duty D1 to D33 once, cites its paragraph of 34 CFR Part 99,
and names only tests and files that exist. rule_rows.py says how the rows look."""
import re

from rule_rows import Page
from source import finish

STATES = {"holds": True, "in part": True, "later": False}


def uncited(words):
    return None if re.search(r"\(99\.\d+", words) else "no paragraph of 34 CFR Part 99"


finish(Page("docs/duties.md", [f"D{n}" for n in range(1, 34)], STATES, uncited).check())
