# SPDX-License-Identifier: Apache-2.0
"""Links of Markdown pages lead to files, and every page of docs/ can be reached.

Reached: from README.md, directly or through other pages, by a link or by its path in
backquotes. A page that nothing leads to is never read.
"""
import re
from pathlib import Path
from posixpath import normpath

from source import ROOT, files, finish, read

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:docs/)?[\w./-]+\.md)`")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def targets(name, text):
    """Local targets of links, from the repository's root."""
    folder = str(Path(name).parent)
    for target in LINK.findall(FENCE.sub("", text)):
        if "://" not in target and not target.startswith("mailto:"):
            yield target, normpath(f"{folder}/{target}")


def dead_links(pages):
    for name, text in pages.items():
        for shown, path in targets(name, text):
            if not (ROOT / path).exists():
                yield f"{name}: the link to {shown} leads nowhere"


def reached(pages):
    seen, ahead = set(), ["README.md"]
    while ahead:
        name = ahead.pop()
        if name not in seen and name in pages:
            seen.add(name)
            ahead += [path for _, path in targets(name, pages[name])]
            ahead += [path for path in NAMED.findall(pages[name])]
    return seen


def main():
    pages = {name: read(name) for name in files(".md")}
    problems = list(dead_links(pages))
    if "README.md" in pages:
        docs = {name for name in pages if name.startswith("docs/")}
        problems += [f"{name}: no page leads here" for name in sorted(docs - reached(pages))]
    finish(problems)


main()
