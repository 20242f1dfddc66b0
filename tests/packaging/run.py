#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and examines the packages of other distributions, the policies, the release and the forge's files.

  run.py [-b BUILD] [-l] [-k] [PATTERN…]

A PATTERN is a part of a case's name; -l lists the names, -k keeps the directories of cases.  The last line is
"N passed, N failed[, N skipped]"; the status is not 0 when a case failed or none ran.
"""
import argparse
import concurrent.futures
import glob
import importlib
import os
import shutil
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "sshd")]
sys.dont_write_bytecode = True
import common  # noqa: E402
import turns  # noqa: E402


def discover(patterns):
    for path in sorted(glob.glob(os.path.join(HERE, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for name, case in vars(module).items():
            full = "%s:%s" % (module.__name__[5:], name[5:])
            if name.startswith("test_") and callable(case) and (not patterns or any(p in full for p in patterns)):
                yield full, case


def of_this_turn(cases):
    """One of those that take long, and all others."""
    long = [name for name, case in cases if hasattr(case, "seconds")]
    left = [] if turns.turn() is None else [name for name in long if name not in turns.rows(long, len(long))]
    if left:
        print("turn %d: left to other turns: %s" % (turns.turn(), ", ".join(left)))
    return [c for c in cases if c[0] not in left]


def run(name, options):
    """One case, with a directory of its own that it is in: how it went."""
    case = dict(discover([name]))[name]
    directory = tempfile.mkdtemp(prefix="holdfast-packaging-")
    begin, word, text = time.monotonic(), "ok", ""
    try:
        os.chdir(directory)
        case(common.Place(options.build, directory))
    except common.Skip as e:
        word, text = "skipped", ": %s" % e
    except common.Failed as e:
        word, text = "FAILED", ": %s" % e
    except Exception:
        word, text = "FAILED", ":\n" + traceback.format_exc()
    os.chdir("/")
    if options.keep or word == "FAILED":
        text += "\n  kept: " + directory
    else:
        shutil.rmtree(directory, ignore_errors=True)
    print("%s %s (%.1f s)%s" % (word, name, time.monotonic() - begin, text), flush=True)
    return word


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("-b", "--build", default="build-check")
    parser.add_argument("-l", "--list", action="store_true")
    parser.add_argument("-k", "--keep", action="store_true")
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    cases = list(discover(options.patterns))
    if not options.patterns:
        cases = of_this_turn(cases)
    if options.list:
        print("\n".join(name for name, _ in cases))
        return 0
    common.tarball(options.build)
    # The longest are begun first; each is in a process of its own, which has its working directory.
    cases.sort(key=lambda c: -getattr(c[1], "seconds", 0))
    with concurrent.futures.ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        words = list(pool.map(run, [name for name, _ in cases], [options] * len(cases)))
    skipped = ", %d skipped" % words.count("skipped") if "skipped" in words else ""
    print("%d passed, %d failed%s" % (words.count("ok"), words.count("FAILED"), skipped))
    return 0 if "ok" in words and "FAILED" not in words else 1


sys.exit(main())
