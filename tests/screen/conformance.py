# SPDX-License-Identifier: MIT
"""Conformance: what a terminal shows after given bytes.  The tables are in conform_*.py, one a document.

A case is (name, input, rows, more): ROWS is the text expected, rows separated by "|", blanks at ends left out; MORE
has at: (row, column) of the cursor, from 1; size: (rows, cols), else 4x10; any other key is a line of --state.
"""
import subprocess

import conform_areas
import conform_dec
import conform_ecma48
import conform_kitty
import conform_unicode
import conform_xterm
import known

SIZE = (4, 10)
TABLES = (conform_ecma48, conform_areas, conform_dec, conform_xterm, conform_kitty, conform_unicode)


def all_cases():
    for table in TABLES:
        short = table.__name__.split("_")[1]
        for case in table.CASES:
            name, given, rows, more = case if len(case) == 4 else (*case, {})
            yield "%s: %s" % (short, name), (given.encode() if isinstance(given, str) else given, rows, more)


CASES = list(all_cases())


def ask(replay, option, size, data):
    r = subprocess.run([replay, option, str(size[0]), str(size[1]), "100"], input=data, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=True, timeout=60)
    return r.stdout.decode(errors="replace")


def tidy(lines):
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def state(replay, size, data):
    pairs = [line.partition(" ") for line in ask(replay, "--state", size, data).split("\n") if line]
    return {name: value for name, _, value in pairs}


def wrong_rows(rows, text):
    expected, found = tidy(rows.split("|")), tidy(text.split("\n"))
    return [] if expected == found else ["expected %r\n  found    %r" % (expected, found)]


def check(replay, name, case):
    """What is wrong: it does not conform, or it is said not to and does."""
    wrong, reason = compare(replay, case), known.CONFORMANCE.get(name)
    if reason and not wrong:
        return ["known.py says that it does not conform: " + reason]
    return [] if reason else wrong


def compare(replay, case):
    data, rows, more = case
    size = more.get("size", SIZE)
    wrong = [] if rows is None else wrong_rows(rows, ask(replay, "--text", size, data))
    wanted = {k: v for k, v in more.items() if k != "size"}
    if not wanted:
        return wrong
    found = state(replay, size, data)
    for key, value in wanted.items():
        name = "cursor" if key == "at" else key
        value = "%d %d" % value if key == "at" else str(value)
        if found.get(name) != value:
            wrong.append("%s: expected %r, found %r" % (name, value, found.get(name)))
    return wrong
