#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the terminal model through screen-replay: its law, judges that are not ours, and conformance.

  run.py [-b BUILD] [-j N] [--cuts N] [--streams N] [--seed TEXT] [--every] [-l] [PART…] [PATTERN… | FILE…]

PART is law, conformance, terminals (those that take less: terminals.py), overlay (predictions that come and go over a
program's output: overlay.py; --every: at every cut) or a judge: xterm, graphemes, ghostty, kitty,
tmux; without one all of them.  A PATTERN is a
part of a case's name.  A judge's case is a capture (captures/, or --captures DIR), a small input (inputs/*.in) or a
generated stream (--streams of them) that is cut at --cuts places chosen by the seed; in each judge a terminal that was
never left must be equal to one that was restored.  A FILE has the bytes of a program for a terminal of 24x80, or of
ROWSxCOLS if it is called NAME.ROWSxCOLS.EXT; then only FILEs are tried.
A campaign: run.py --seed random --cuts 100 --streams 200
The last line is "N passed, N failed[, N skipped]"; the status is not 0 when a case failed or none ran.
"""
import argparse
import concurrent.futures
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.append(os.path.join(os.path.dirname(HERE), "sshd"))
sys.dont_write_bytecode = True
import clusters  # noqa: E402
import conformance  # noqa: E402
import generated  # noqa: E402
import judges  # noqa: E402
import known  # noqa: E402
import overlay  # noqa: E402
import streams  # noqa: E402
import terminals  # noqa: E402
import turns  # noqa: E402

PARTS = ("law", *judges.JUDGES, "terminals", "overlay", "conformance")
DIFFERENCE = "cut at %(at)d, %(when)s, %(what)s\n    raw        %(raw)s\n    rendering  %(rendering)s"
SRC = os.path.dirname(os.path.dirname(HERE))


def find_replay(build):
    for p in ("screen-replay", "screen/screen-replay"):
        path = os.path.join(build, p)
        if os.access(path, os.X_OK):
            return path
    raise SystemExit("run.py: no screen-replay in " + build)


def law(replay, stream, options):
    with open(stream.path, "rb") as f:
        r = subprocess.run([replay, "--law", str(stream.rows), str(stream.cols)], stdin=f, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=options.limit, check=False)
    return [r.stdout.decode(errors="replace").strip() or "status %d" % r.returncode] if r.returncode else []


def judged(judge):
    def case(replay, stream, options):
        cuts = stream.cuts(options.cuts, options.seed)
        return [DIFFERENCE % {"at": at, **d} for at, found in judges.JUDGES[judge](replay, stream, cuts, options.more)
                for d in found if not known.difference(judge, stream, at, d)]
    return case


def given_streams(options, directory):
    if options.files:
        return [streams.Input(p, directory) for p in options.files]
    return [*streams.captures(options.captures), *streams.inputs(directory),
            *(kind("%s-%d" % (options.seed, n), directory) for n in range(options.streams)
              for kind in (generated.Generated, clusters.Clusters, clusters.Orders))]


def cases(options, replay, directory):
    """Pairs of a name and a function that returns what is wrong."""
    found = []
    given = given_streams(options, directory)
    kinds = {"law": law, **{name: judged(name) for name in judges.JUDGES}}
    if "terminals" in options.parts and not terminals.missing():
        taken = terminals.Terminals(options.build)
        kinds["terminals"] = lambda r, s, o: terminals.case(taken, r, s, o)
        found += [("terminals screen %s" % s.name, lambda s=s: terminals.judged(taken, replay, s, directory))
                  for s in given if terminals.is_judged(s)]
    if "overlay" in options.parts:
        found += overlay.cases(options, given, directory)
    for part in options.parts:
        if part == "conformance" and not options.files:
            found += [("conformance " + n, lambda n=n, c=c: conformance.check(replay, n, c))
                      for n, c in conformance.CASES]
        elif part != "conformance":
            found += [("%s %s" % (part, s.name), lambda k=kinds[part], s=s: k(replay, s, options))
                      for s in given if part in kinds and not known.cannot(part, s)]
    return [(n, f) for n, f in found if not options.patterns or any(p in n for p in options.patterns)]


def of_this_turn(todo):
    """Every fourth of the cases TODO that others judge, where turns are taken, and all others."""
    mine = [c for c in todo if c[0].startswith(("law ", "conformance ")) or turns.takes(c[0], 4)]
    if len(mine) < len(todo):
        print("turn %d: %d cases, and %d are left to other turns" % (turns.turn(), len(mine), len(todo) - len(mine)))
    return mine


def prepare(options):
    """What the judges need; the parts that can't be tried, each with its reason."""
    reasons = {part: judges.missing(part, HERE) for part in options.parts if part in judges.JUDGES}
    if "terminals" in options.parts:
        reasons["terminals"] = terminals.missing()
    if "overlay" in options.parts:
        reasons["overlay"] = overlay.missing(options.build)
    return {part: reason for part, reason in reasons.items() if reason}


def attempt(function):
    """What is wrong, and the seconds that the case took."""
    begin = time.monotonic()
    try:
        wrong = function()
    except Exception as e:  # a broken judge is a failed case, not the end of the run
        wrong = ["%s: %s" % (type(e).__name__, e)]
    return wrong, time.monotonic() - begin


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("-j", "--jobs", type=int, default=2 * (os.cpu_count() or 1))
    p.add_argument("--captures", default=os.path.join(HERE, "captures"))
    p.add_argument("--cuts", type=int, default=8)
    p.add_argument("--more", type=int, default=300)
    p.add_argument("--streams", type=int, default=12)
    p.add_argument("--seed", default="holdfast")
    p.add_argument("--limit", type=int, default=120)
    p.add_argument("--every", action="store_true", help="overlay: at every cut, and in every judge")
    p.add_argument("--require", action="store_true", help="what can't be tried has failed")
    p.add_argument("-l", "--list", action="store_true")
    p.add_argument("words", nargs="*")
    a = p.parse_args()
    a.parts = [w for w in a.words if w in PARTS] or list(PARTS)
    a.files = [w for w in a.words if w not in PARTS and os.path.isfile(w)]
    a.patterns = [w for w in a.words if w not in PARTS and w not in a.files]
    if a.seed == "random":
        a.seed = str(random.randrange(1 << 32))
    return a


def run(todo, jobs, counts):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for (name, _), (wrong, seconds) in zip(todo, pool.map(attempt, [f for _, f in todo])):
            print("%s %s (%.1f s)" % ("FAILED" if wrong else "ok", name, seconds), flush=True)
            for w in wrong[:6]:
                print("  " + w)
            counts["failed" if wrong else "passed"] += 1


def main():
    options = arguments()
    replay = find_replay(options.build)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory(prefix="holdfast-screen-") as directory:
        todo = cases(options, replay, directory)
        if not options.words:
            todo = of_this_turn(todo)
        if options.list:
            print("\n".join(n for n, _ in todo))
            return 0
        for part, reason in prepare(options).items():
            how = "failed" if options.require and part not in judges.OPTIONAL else "skipped"
            print("%s %s: %s" % ("FAILED" if how == "failed" else how, part, reason))
            counts[how] += 1
            todo = [(n, f) for n, f in todo if n.split(" ")[0] != part]
        judges.start(directory, HERE)
        try:
            run(todo, options.jobs, counts)
        finally:
            judges.stop()
    if counts["failed"]:
        print("seed %s" % options.seed)
    line = "%(passed)d passed, %(failed)d failed" % counts
    print(line + (", %(skipped)d skipped" % counts if counts["skipped"] else ""))
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
