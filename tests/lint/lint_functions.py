# SPDX-License-Identifier: Apache-2.0
"""Function length, nesting and parameters.

Length: lines between the braces. At most 60 anywhere; in the product's trees
(gateway, policy) the median is at most 15 and the 90th percentile at most 40.
Nesting: control blocks inside one another, at most 3. Parameters: at most 5; a
printf-like `format, ...` pair at the end is the message and counts as none.
"""
import math
import re

from source import files, finish, functions, split_params

MAX_LINES, MEDIAN, P90, MAX_NEST, MAX_PARAMS = 60, 15, 40, 3, 5
# Callbacks whose parameters a library dictates: SSL_CTX_set_alpn_select_cb(3).
DICTATED = {("gateway/net/tls.c", "on_alpn")}
OPENS = re.compile(r"(\)|\belse|\bdo)\s*\{\s*$")


def nesting(body):
    """Deepest stack of control blocks; braces of initialisers do not count."""
    stack, deepest = [], 0
    for line in body:
        control = OPENS.search(line) is not None and not re.search(r"=\s*\(.*\)\s*\{\s*$", line)
        last = line.rstrip().rfind("{")
        for i, c in enumerate(line):
            if c == "{":
                stack.append(control and i == last)
                deepest = max(deepest, sum(stack))
            elif c == "}" and stack:
                stack.pop()
    return deepest


def param_count(params):
    parts = split_params(params)
    if parts and parts[-1] == "...":
        parts = parts[:-2]
    return len(parts)


def check(f):
    at = f"{f.file}:{f.line}: {f.name}"
    if f.length > MAX_LINES:
        yield f"{at}: {f.length} lines (at most {MAX_LINES})"
    if nesting(f.body) > MAX_NEST:
        yield f"{at}: nesting {nesting(f.body)} (at most {MAX_NEST})"
    if param_count(f.params) > MAX_PARAMS and (f.file, f.name) not in DICTATED:
        yield f"{at}: {param_count(f.params)} parameters (at most {MAX_PARAMS})"


def percentile(lengths, share):
    return sorted(lengths)[max(0, math.ceil(share * len(lengths)) - 1)]


def check_tree(tree, all_functions):
    lengths = [f.length for f in all_functions if f.file.startswith(tree)]
    if not lengths:
        return
    for share, limit in ((0.5, MEDIAN), (0.9, P90)):
        value = percentile(lengths, share)
        if value > limit:
            yield f"{tree}: {share:.0%} of functions have up to {value} lines (at most {limit})"


def main():
    found = [f for name in files(".c", ".h") for f in functions(name)]
    problems = [p for f in found for p in check(f)]
    for tree in ("gateway/", "policy/"):
        problems += check_tree(tree, found)
    finish(problems)


main()
