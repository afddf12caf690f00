# SPDX-License-Identifier: Apache-2.0
"""Every lint must find what it is for: each row is a bad file and what is said of it."""
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
OTHER_VERSION = " 14." not in subprocess.run(
    ["clang-format", "--version"], capture_output=True, text=True
).stdout
VERSION_14 = pytest.mark.skipif(OTHER_VERSION, reason="the layout is clang-format 14's")
KEY = "-----BEGIN EC PRIVATE" + " KEY-----\n" + "A" * 64 + "\n"


def function(lines=1, params="void", body=None):
    inner = body if body is not None else "    g();\n" * lines
    return f"{SPDX}void f({params})\n{{\n{inner}}}\n"


def header(guard, body):
    return f"{SPDX}#ifndef {guard}\n#define {guard}\n{body}#endif\n"


def errors_page(rows):
    """A page and the table that it must agree with."""
    table = '#define ERR_TABLE(ERR) \\\n ERR(E, "busy", 503, GATEWAY, "m", "wait") \\\n '
    never = 'ERR(F, "input", 0, DISTRICT, "m", "bad")\n'
    return {"docs/errors.md": rows + "\n", "gateway/base/err.h": table + never}


def manual_page(text):
    """A page and the one command that it must explain."""
    command = 'int cmd_try(int argc, char **argv)\n{\n    {.name = "once", .flag = &once},\n}\n'
    return {"docs/hallpass.1": text, "gateway/cli/cmd_try.c": command,
            "gateway/cli/commands.h": "int cmd_try(int argc, char **argv); /* hallpass try */\n"}


LAST = {"R": 10, "F": 8, "I": 5, "S": 7, "L": 8, "G": 7, "A": 8, "E": 4, "P": 4}


def rows_page(page, rules, first, words):
    """Every rule in the state `later`; the first as given."""
    rows = [first] + [f"| {r} {words} | later | `a.c` | what |" for r in rules]
    return {page: "\n".join(rows) + "\n", "a.c": SPDX,
            "tests/unit/test_a.c": SPDX + "static void a_sentence(void **state)\n{\n}\n",
            "tests/policy/a.cases": "== a case\n"}


def rules_page(r1, without=""):
    rules = [f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)]
    rules = [r for r in rules if r not in ("R1", without)]
    return rows_page("docs/threat-model.md", rules, r1, "words")


def duties_page(d1, last=33):
    return rows_page("docs/duties.md", [f"D{n}" for n in range(2, last + 1)], d1, "words (99.30)")


R1 = "| R1 words | holds | `a.c` | what |\n"
D1 = "| D1 words (99.30(a)) | in part | `a.c` | what |\n"
NESTED = (
    "    if (a) {\n        for (;;) {\n            while (b) {\n                if (c &&\n"
    "                    d) {\n                }\n            }\n        }\n    }\n"
)
FLAT = "    struct x y = {\n        {{{1}}},\n    };\n    if (a) {\n        g((struct x){{1}});\n    }\n"

CASES = [
    # lint, file, content, what is said (None: nothing)
    ("functions", "gateway/base/a.c", function(61), "f: 61 lines"),
    ("functions", "gateway/base/a.c", function(41), "90% of functions"),
    ("functions", "gateway/base/a.c", function(16), "50% of functions"),
    ("functions", "tests/unit/a.c", function(60), None),
    ("functions", "tests/unit/a.c", function(body=NESTED), "f: nesting 4"),
    ("functions", "tests/unit/a.c", function(body=FLAT), None),
    ("functions", "tests/unit/a.c", function(params="int a, int b, int c, int d, int e, int f"),
     "f: 6 parameters"),
    ("functions", "tests/unit/a.c", function(params="int a, int (*b)(int, int), int c, int d, int e"),
     None),
    ("functions", "tests/unit/a.c",
     function(params="int a, int b, int c, int d, int e, const char *format, ..."), None),
    ("files", "gateway/base/a.c", SPDX + "int a;\n" * 500, "501 lines"),
    ("files", "gateway/base/a.h", header("BASE_A_H", "int a;\n" * 121), "lines of declarations"),
    ("files", "gateway/base/a.h", header("BASE_A_H", "/*\n" + " * text\n" * 200 + " */\n"), None),
    ("files", "gateway/base/a.h", header("A_H", ""), "guard is not BASE_A_H"),
    ("files", "gateway/base/a.c", "int a;\n", "the first line is not"),
    ("files", "tests/a.py", "a = 1\n", "no SPDX"),
    ("includes", "gateway/base/a.c", SPDX + '#include "net/loop.h"\n', "base may not include"),
    ("includes", "gateway/redact/a.c", SPDX + '#include "auth/token.h"\n', "redact may not"),
    ("includes", "policy/a.c", SPDX + '#include "store/store.h"\n', "policy may not"),
    ("includes", "gateway/proxy/a.c", SPDX + '#include "auth/key_priv.h"\n', "is private to auth"),
    ("includes", "gateway/proxy/a.c", SPDX + '#include "auth/token.h"\n', None),
    ("includes", "gateway/auth/a.c", SPDX + '#include "token.h"\n', "does not name its folder"),
    ("includes", "gateway/net/a.h", SPDX + "void f(SSL *s);\n", "SSL in a header"),
    ("includes", "gateway/net/a.h", SPDX + "void f(int s); /* SSL * */\n", None),
    ("includes", "gateway/net/a_priv.h", SPDX + "void f(uv_loop_t *l);\n", None),
    ("calls", "gateway/net/a.c", function(body="    free(malloc(1));\n"), "base/mem.h"),
    ("calls", "gateway/net/a.c", function(body="    mem_free(p->free);\n"), None),
    ("calls", "gateway/net/a.c", function(body='    g("free(x)"); /* free(x) */\n'), None),
    ("calls", "gateway/base/mem.c", function(body="    free(malloc(1));\n"), None),
    ("calls", "policy/a.c", function(body="    strcpy(a, b);\n"), "strcpy()"),
    ("calls", "tests/unit/a.c", function(body="    usleep(1);\n"), "no sleeping"),
    ("calls", "gateway/net/a.c", function(body="    t = time(NULL);\n"), "base/clock.c"),
    ("calls", "gateway/net/a.c", SPDX + "typedef struct a a;\n", "no typedef"),
    ("calls", "gateway/net/a.c", SPDX + "typedef struct a *(*make)(int b);\n", None),
    ("calls", "gateway/net/a.c", SPDX + "struct a_t;\n", "suffix _t"),
    ("calls", "tests/a.py", "import time\ntime" + ".sleep(1)\n", "no sleeping"),
    ("calls", "Makefile", "ASAN_OPTIONS=detect_" + "leaks=0\n", "switched off"),
    pytest.param("format", "gateway/net/a.c", SPDX + "int  a;\n", "not formatted", marks=VERSION_14),
    ("format", "docs/a.md", "a \n", "blanks"),
    ("format", "docs/a.md", "a", "no line break"),
    ("secrets", "docs/a.md", KEY, "private key"),
    ("secrets", "docs/a.json", '{"kty":"EC","' + 'd":"' + "A" * 43 + '"}\n', "private key"),
    ("secrets", "docs/a.json", '{"kty":"EC","x":"' + "A" * 43 + '"}\n', None),
    ("headers", "gateway/net/a.h", header("NET_A_H", "size_t f(void);\n"), "compile alone"),
    ("headers", "gateway/net/a.h", header("NET_A_H", "int f(void);\n"), None),
    ("errors", "docs/errors.md", errors_page("| `busy` | 503 | `m` | wait | again |"), None),
    ("errors", "docs/errors.md", errors_page("| `busy` | 500 | `m` | wait | again |"), "busy is not as"),
    ("errors", "docs/errors.md", errors_page("| `busy` | 503 | `m` | wait | |"), "what to do"),
    ("errors", "docs/errors.md", errors_page(""), "busy is missing"),
    ("errors", "docs/errors.md", errors_page("| `busy` | 503 | `m` | wait | again |\n" * 2), "twice"),
    ("rules", "", rules_page(R1 + "| | | test | `test_a.c::a_sentence` |"), None),
    ("rules", "", rules_page(R1 + "| | | test | `a.cases::a case` |"), None),
    ("rules", "", rules_page(R1 + "| | | test | `test_a.c::a_sent` |"), "has no test a_sent"),
    ("rules", "", rules_page(R1 + "| | | test | `test_b.c::a_sentence` |"), "no test file test_b.c"),
    ("rules", "", rules_page(R1.strip()), "'holds' with 0 tests"),
    ("rules", "", rules_page(R1.replace("a.c", "b.c").strip()), "there is no b.c"),
    ("rules", "", rules_page(R1.replace("holds", "fine").strip()), "no state is called 'fine'"),
    ("rules", "", rules_page(R1.replace("holds", "later") + "| | | test | `test_a.c::a_sentence` |"),
     "'later' with 1 tests"),
    ("rules", "", rules_page(R1 + "| R99 words | later | `a.c` | what |"), "no rule R99"),
    ("rules", "", rules_page(R1 + R1.strip()), "R1 stands twice"),
    ("rules", "", rules_page(R1.replace("holds", "later").strip(), without="P4"), "P4 is missing"),
    ("duties", "", duties_page(D1 + "| | | test | `test_a.c::a_sentence` |"), None),
    ("duties", "", duties_page(D1.replace("in part", "later").strip()), None),
    ("duties", "", duties_page(D1 + "| | | test | `test_a.c::a_word` |"), "has no test a_word"),
    ("duties", "", duties_page(D1.strip()), "'in part' with 0 tests"),
    ("duties", "", duties_page(D1.replace(" (99.30(a))", "") + "| | | test | `a.cases::a case` |"),
     "no paragraph of 34 CFR"),
    ("duties", "", duties_page(D1 + "| | | test | `a.cases::a case` |", last=32), "D33 is missing"),
    ("links", "", {"README.md": "[a](docs/a.md#b)\n", "docs/a.md": "[b](../README.md)\n"}, None),
    ("links", "", {"README.md": "`docs/a.md`\n", "docs/a.md": "a\n"}, None),
    ("links", "", {"README.md": "[a](https://a.example/b.md)\n"}, None),
    ("links", "", {"README.md": "a\n", "docs/a.md": "[b](b.md)\n"}, "b.md leads nowhere"),
    ("links", "", {"README.md": "a\n", "docs/a.md": "[a](a.md)\n"}, "no page leads here"),
    ("manual", "docs/hallpass.1", manual_page(".It Cm try\n.It Fl -once\n"), None),
    ("manual", "docs/hallpass.1", manual_page(".It Cm try\n"), "--once is not explained"),
    ("manual", "docs/hallpass.1", manual_page(".It Cm try\n.It Fl -once\n.It Fl -twice\n"), "no --twice"),
    ("manual", "docs/hallpass.1", manual_page(""), "hallpass try is not explained"),
    ("manual", "docs/hallpass.1", manual_page(".It Cm try\n.It Fl -once\n.It Cm go\n"), "no hallpass go"),
]


def run_lint(lint, tree):
    return subprocess.run(
        ["/usr/bin/python3", "-B", HERE / f"lint_{lint}.py"],
        capture_output=True, text=True, env={**os.environ, "LINT_ROOT": str(tree)},
    )


@pytest.mark.parametrize("lint,name,content,said", CASES)
def test_lint(tmp_path, lint, name, content, said):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".clang-format").write_text((HERE.parents[1] / ".clang-format").read_text())
    for path, text in (content if isinstance(content, dict) else {name: content}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    done = run_lint(lint, tmp_path)
    assert done.stderr == ""
    if said is None:
        assert (done.returncode, done.stdout) == (0, "")
    else:
        assert done.returncode == 1
        assert said in done.stdout


def test_every_lint_has_a_case():
    lints = {p.stem.removeprefix("lint_") for p in HERE.glob("lint_*.py")}
    assert lints == {getattr(case, "values", case)[0] for case in CASES}


@pytest.mark.parametrize("lint", ["calls", "secrets"])
def test_lint_without_git(tmp_path, lint):
    """An unpacked archive is looked at as well, but not what was built in it."""
    bad = SPDX + "void f(void)\n{\n    usleep(1); /* " + KEY + " */\n}\n"
    for folder in ("gateway/net", "build/net", "build-clang/net"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.c").write_text(bad)
    done = run_lint(lint, tmp_path)
    assert {line.split(":")[0] for line in done.stdout.splitlines()} == {"gateway/net/a.c"}
