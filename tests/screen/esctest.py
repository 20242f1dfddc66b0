#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs esctest, a test suite of terminals, against the terminal model and against xterm.

  esctest.py [-b BUILD] [--level N] [--only-model] CHECKOUT [PATTERN]

CHECKOUT is a copy of esctest (https://github.com/ThomasDickey/esctest2); its licence is the GPL, so it is not part of
holdfast.  The model must pass each case that xterm passes in the same run, under Xvfb, with the same options; cases in
which the model differs on purpose are in known.py, with the reason.  PATTERN, a regular expression, chooses cases.
--only-model: without xterm; each case must pass.  On Debian: apt install xterm xvfb xauth.  Some minutes.
The last line is "N passed, N failed, N known, N that xterm does not pass".
"""
import argparse
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import known  # noqa: E402

SIZE = ("25", "80")
LIMIT = 900
RESOURCES = ("decTerminalID: %d20", "allowWindowOps: true", "disallowedWindowOps:")


def command(options, log):
    """The command line of esctest: sums of rectangles as DEC's terminals make them, reverse wrap as xterm up to 379."""
    return [sys.executable, "-B", os.path.join(options.checkout, "esctest", "esctest.py"), "--no-print-logs",
            "--expected-terminal=xterm", "--max-vt-level=%d" % options.level,
            "--options", "xtermWinopsEnabled", "--logfile=" + log,
            "--include=" + options.pattern]


def run_model(options, log, errors):
    """esctest on a pty; at its other end is the model."""
    replay = os.path.join(options.build, "screen", "screen-replay")
    ours, theirs = pty.openpty()
    with open(errors, "wb") as f, subprocess.Popen([replay, "--talk", *SIZE], stdin=ours, stdout=ours) as model:
        os.close(ours)
        try:
            subprocess.run(command(options, log), stdin=theirs, stdout=theirs, stderr=f, timeout=LIMIT, check=True)
        finally:
            os.close(theirs)
            model.wait(10)


def run_xterm(options, log, errors):
    resources = [w for r in RESOURCES for w in ("-xrm", "XTerm*" + (r % options.level if "%" in r else r))]
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    with open(errors, "wb") as f:
        subprocess.run(["xvfb-run", "-a", "xterm", "-geometry", "x".join(SIZE[::-1]), *resources, "-e",
                        *command(options, log)], stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=LIMIT,
                       check=True, env=environment)


def outcomes(log):
    """What became of each case: None if it passed, else the lines that say why not."""
    with open(log, encoding="utf-8", errors="replace") as f:
        parts = re.split(r"^Run test: (\S+)\n", f.read(), flags=re.M)[1:]
    return {name: None if re.search(r"^Passed\.$", text, re.M) else text.strip()
            for name, text in zip(parts[::2], parts[1::2])}


def rule(name):
    """The pattern of known.py that the case's name fits."""
    return next((pattern for pattern in known.ESCTEST if re.fullmatch(pattern, name)), None)


def attempt(run, options, directory):
    log, errors = (os.path.join(directory, run.__name__ + end) for end in (".log", ".errors"))
    try:
        run(options, log, errors)
    except (OSError, subprocess.SubprocessError) as e:
        with open(errors, encoding="utf-8", errors="replace") as f:
            raise SystemExit("esctest.py: %s: %s\n%s" % (run.__name__, e, f.read())) from e
    return outcomes(log)


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("--level", type=int, default=4)
    p.add_argument("--only-model", action="store_true")
    p.add_argument("-v", "--verbose", action="store_true", help="what esctest says of each case that failed")
    p.add_argument("checkout")
    p.add_argument("pattern", nargs="?", default=".*")
    return p.parse_args()


def compare(found, xterm, verbose):
    """Prints what is wrong; the counts for the last line."""
    counts = {"passed": 0, "failed": 0, "known": 0, "other": 0}
    idle = {rule(name) for name in found} - {None}
    for name, text in found.items():
        if text is None:
            counts["passed"] += 1
        elif xterm.get(name, text) is not None:
            counts["other"] += 1
        elif rule(name):
            counts["known"] += 1
            idle.discard(rule(name))
            print("known  %s: %s" % (name, known.ESCTEST[rule(name)]))
        else:
            counts["failed"] += 1
            print("FAILED %s" % name + ("\n  " + text.replace("\n", "\n  ") if verbose else ""))
    for pattern in sorted(idle):
        counts["failed"] += 1
        print("FAILED %s: known.py says that such cases do not pass" % pattern)
    return counts


def main():
    options = arguments()
    missing = [p for p in ("xterm", "xvfb-run") if not options.only_model and not shutil.which(p)]
    if missing:
        print("esctest.py: not installed: " + " ".join(missing))
        return 77
    with tempfile.TemporaryDirectory(prefix="holdfast-esctest-") as directory:
        found = attempt(run_model, options, directory)
        xterm = dict.fromkeys(found) if options.only_model else attempt(run_xterm, options, directory)
    counts = compare(found, xterm, options.verbose)
    print("%(passed)d passed, %(failed)d failed, %(known)d known, %(other)d that xterm does not pass" % counts)
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
