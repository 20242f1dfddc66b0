#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the cases of pools, each in a lab of its own (router.py): three login nodes, a store, a laptop.

  run.py [-j N] [-b BUILD] [--logs DIR] [-l] [-k] [--require] [PATTERN…]

A PATTERN is a part of file:case.  -l lists, -k keeps the logs of cases that passed too; --require fails cases that would
be skipped for want of a program.  The last line is "N passed, N failed[, N skipped]"; the status is not 0 when a case
failed or none ran.
"""
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from labs import SRC, Runner, sshd_run, stage  # noqa: E402


def main():
    a = sshd_run.arguments(__doc__, os.cpu_count() or 2, os.path.join(SRC, "tests", "logs", "pool"))
    cases = sshd_run.discover(a.patterns, HERE)
    if a.list:
        print("\n".join(c[0] for c in cases))
        return 0
    if os.geteuid():
        raise SystemExit("run.py: needs root, to make namespaces; it changes nothing outside them")
    if not shutil.which("etcd"):
        if a.require:
            raise SystemExit("run.py: etcd is missing (Debian: etcd-server)")
        print("etcd is missing (Debian: etcd-server)\n0 passed, 0 failed, %d skipped" % len(cases))
        return 0
    base = sshd_run.isolate()
    stage(base, a.build and os.path.abspath(a.build))
    return sshd_run.run_all(cases, Runner(base, a.keep, os.path.abspath(a.logs), a.limit), a)


if __name__ == "__main__":
    sys.exit(main())
