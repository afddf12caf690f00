# SPDX-License-Identifier: Apache-2.0
"""docs/hallpass.1 has every subcommand with every option, and no other.

Commands are those that cli/commands.h declares or a table of verbs lists; options are the rows of the table
in the command's function. The page explains a command under `.It Cm WORDS`, and
its options under `.It Fl -NAME` before the next command.
"""
import re

from source import files, finish, read

PAGE, COMMANDS = "docs/hallpass.1", "gateway/cli/commands.h"
DECLARED = re.compile(r"^int cmd_\w+\(.*?/\* hallpass ([a-z ]+?) \*/", re.M)
ROW = re.compile(r'\{"([a-z]+ [a-z]+)", cmd_\w+,')
OPTION = re.compile(r'\{\s*\.name = "([a-z0-9-]+)"')
CM, FL = re.compile(r"^\.It Cm ([a-z]+(?: [a-z]+)?)"), re.compile(r"^\.It Fl -([a-z0-9-]+)")
WITHOUT_FILE = {"help", "version"}  # in main.c, without options


def declared():
    rows = (ROW.findall(read(name)) for name in files(".c", under=("gateway/cli/",)))
    return set(DECLARED.findall(read(COMMANDS))).union(*rows)


def function_of(words):
    """The text of cmd_...() and the file that has it."""
    start = re.compile(rf"^(?:static )?int cmd_{words.replace(' ', '_')}\(int argc.*?^}}", re.M | re.S)
    for name in files(".c", under=("gateway/cli/",)):
        match = start.search(read(name))
        if match:
            return match.group(0)
    return None


def explained():
    """{command: options} of the page."""
    found, words = {}, None
    for line in read(PAGE).split("\n"):
        command, option = CM.match(line), FL.match(line)
        if command:
            words = command.group(1)
            found[words] = []
        elif option and words is not None:
            found[words].append(option.group(1))
    return found


def compare(words, options):
    text = function_of(words)
    if text is None:
        yield f"{COMMANDS}: hallpass {words} is nowhere"
        return
    real = OPTION.findall(text) + (["catalog"] if "CATALOG_ROW(" in text else [])
    for name in sorted(set(real) - set(options)):
        yield f"{PAGE}: hallpass {words} --{name} is not explained"
    for name in sorted(set(options) - set(real)):
        yield f"{PAGE}: hallpass {words} has no --{name}"


def main():
    page, real = explained(), declared()
    problems = [f"{PAGE}: hallpass {w} is not explained" for w in sorted(real - set(page))]
    problems += [f"{PAGE}: there is no hallpass {w}" for w in sorted(set(page) - real - WITHOUT_FILE)]
    for words in sorted(real & set(page)):
        problems += compare(words, page[words])
    finish(problems)


main()
