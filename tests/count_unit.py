#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What make check has left behind in a build: a line for each program of unit tests, and what is to be added up.

  count_unit.py BUILD [BEFORE]

A cmocka program and the client's cases count test by test, every other program as one.  BEFORE stands in front of the
names.  Of a program that failed the end of its log comes first; of one that was run once more (timed.sh) the end of its
first run, and its second run counts.  The last line is "PASSED FAILED SKIPPED".  One process, because ./check has
hundreds of logs to read while other tests run.
"""
import os
import re
import sys

CMOCKA = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) *\].* (\d+) test\(s\)", re.M)
AGAIN = re.compile(r"^== once more: .*\n", re.M)
OWN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def results(build):
    """(name, what its .trs says, what its .log says) of each program; distcheck's tree has its own."""
    found = []
    for top, dirs, files in os.walk(build):
        dirs[:] = [d for d in dirs if not d.startswith("holdfast-")]
        found += [os.path.join(top, f) for f in files if f.endswith(".trs")]
    for trs in sorted(found):
        texts = []
        for path in trs, trs[:-4] + ".log":
            try:
                with open(path, errors="replace") as f:
                    texts.append(f.read())
            except FileNotFoundError:
                texts.append("")
        yield os.path.relpath(trs, build)[:-4], *texts


def runs(log):
    """The log of the run that counts, and lines about the run before it."""
    again = AGAIN.search(log)
    if not again:
        return log, []
    return log[again.end():], log[:again.start()].splitlines()[-30:]


def tests_in(log):
    """How many tests passed, failed and were skipped."""
    own = OWN.findall(log)
    if own:
        return [int(n or 0) for n in own[-1]]
    counts = dict.fromkeys(("PASSED", "FAILED", "SKIPPED"), 0)
    for word, n in CMOCKA.findall(log):
        counts[word] += int(n)
    return list(counts.values())


def skipped_names(log):
    said = re.search(r"^\[  SKIPPED \] .* test\(s\)", log, re.M)
    return re.findall(r"^\[  SKIPPED \] (\S+)$", log[said.start():], re.M) if said else []


def line(name, trs, log, counts):
    """The lines about one program; COUNTS is made to say at least one."""
    took = re.search(r"^took (.* s)$", log, re.M)
    of = " (%s)" % took.group(1) if took else ""
    result = re.search(r"^:global-test-result: (.*)$", trs, re.M)
    result = result.group(1) if result else "none"
    lines = log.splitlines()
    if result == "PASS":
        if not counts[0] + counts[2]:
            counts[0] = 1
        names = skipped_names(log)
        return ["ok %s%s" % (name, of), *(x for x in lines if x.startswith("skipped ")),
                *(["skipped %s: %s" % (name, " ".join(names))] if names else [])]
    if result == "SKIP":
        if not counts[0] + counts[2]:
            counts[2] = 1
        return ["skipped %s: %s" % (name, lines[-3] if len(lines) > 2 else log.strip())]
    counts[1] = counts[1] or 1
    return [*lines[-60:], "FAILED %s%s" % (name, of)]


def main():
    build, before = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    total = [0, 0, 0]
    for name, trs, log in results(build):
        log, failed_before = runs(log)
        for text in failed_before:
            print(text)
        if failed_before:
            print("once more: %s%s" % (before, name))
        counts = tests_in(log)
        print("\n".join(line(before + name, trs, log, counts)))
        total = [a + b for a, b in zip(total, counts)]
    print(*total)


if __name__ == "__main__":
    main()
