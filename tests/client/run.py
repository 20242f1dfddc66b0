#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the client against a host that the test plays (fake.py): what it does with cuts at every byte, with garbage
and lies, and with a person who types meanwhile (person.py).

  run.py -b BUILD [-j N] [-l] [PATTERN…]

`make check` runs it by tests/client/check.sh.  A case is called FILE/NAME, and PATTERN is a part of that.  Each case is a
process of its own, and N of them run side by side: most wait most of the time.  HOLDFAST_QUICK=1 skips the cases that
take long, each with a line.  With HOLDFAST_TEST_AGAIN=1 up to five that fail are run again alone, and that counts.  The
last line is "N passed, N failed[, N skipped]"; the status is 77 when the client was not built.
"""
import argparse
import importlib
import os
import signal
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
import person  # noqa: E402

FILES = ("argv", "pipes", "cuts", "trouble", "terminal", "away", "predict", "recall", "base", "script")


def all_cases():
    for file in FILES:
        module = importlib.import_module("test_" + file)
        for name, function in vars(module).items():
            if name.startswith("test_"):
                yield cases.Case("%s/%s" % (file, name[5:]), function)


def in_own_directory(function):
    """What a case runs in, in its own process."""
    with tempfile.TemporaryDirectory(prefix="hf") as person.WORK:
        os.environ["HOME"] = person.WORK
        os.environ.pop("XDG_CACHE_HOME", None)
        try:
            function()
        finally:
            person.end_all()


def main():
    # What a job in the background ignores would be ignored by the client as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for sig in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(sig, signal.SIG_DFL)
    p = argparse.ArgumentParser()
    p.add_argument("-b", required=True)
    p.add_argument("-j", type=int, default=12)
    p.add_argument("-l", action="store_true")
    p.add_argument("patterns", nargs="*")
    o = p.parse_args()
    found = [c for c in all_cases() if not o.patterns or any(x in c.name for x in o.patterns)]
    if o.l:
        print("\n".join(c.name for c in found))
        return 0
    person.HOLDFAST = os.path.join(o.b, "client/holdfast")
    person.CARRY = os.path.join(o.b, "tests/client/carry")
    person.REPLAY = os.path.join(o.b, "screen/screen-replay")
    person.ARGV = os.path.join(o.b, "tests/client/argv")
    if not os.path.exists(person.HOLDFAST) or not os.path.exists(person.CARRY):
        return 77
    alone = 5 if os.environ.get("HOLDFAST_TEST_AGAIN") == "1" else 0
    passed, failed, skipped = cases.run_all(found, o.j, in_own_directory, alone)
    print("%d passed, %d failed" % (passed, failed) + (", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
