# SPDX-License-Identifier: MIT
"""Runs cases side by side, each in a process of its own."""
import os
import sys
import tempfile
import time
import traceback


def begun_first(case):
    """So that no long case is left alone at the end."""
    case.begun_first = True
    return case


def takes_long(case):
    """Begun first, and skipped with HOLDFAST_QUICK=1."""
    case.takes_long = True
    return begun_first(case)


def needs_linux(case):
    """Skipped with a client that was configured --enable-posix-only (make check sets HOLDFAST_POSIX_ONLY)."""
    case.needs_linux = True
    return case


class Skipped(Exception):
    """What a case raises that finds that it can't be tried now."""


class Case:
    def __init__(self, name, function):
        self.name, self.function = name, function
        self.begun_first = getattr(function, "begun_first", False)
        self.takes_long = getattr(function, "takes_long", False)
        self.needs_linux = getattr(function, "needs_linux", False)

    def why_not(self):
        """Why it is skipped, or None."""
        if self.needs_linux and os.environ.get("HOLDFAST_POSIX_ONLY") == "yes":
            return "needs Linux"
        return "takes long" if self.takes_long and os.environ.get("HOLDFAST_QUICK") == "1" else None

    def start(self, around):
        """AROUND calls the case's function; the case has passed when AROUND returns."""
        self.began, self.out = time.monotonic(), tempfile.TemporaryFile("w+")
        self.pid = os.fork()
        if self.pid == 0:
            self.inside(around)

    def inside(self, around):
        os.dup2(self.out.fileno(), 1)
        os.dup2(self.out.fileno(), 2)
        status = 1
        try:
            around(self.function)
            status = 0
        except Skipped as e:
            status = 77
            print("    " + str(e))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def tell(self, status, said=None):
        said = said or {0: "ok", 77: "skipped"}.get(status, "FAILED")
        print("%s %s (%.1f s)" % (said, self.name, time.monotonic() - self.began))
        self.out.seek(0)
        print(self.out.read(), end="", flush=True)
        self.out.close()


def run_all(found, jobs, around, alone=0):
    """How many passed, failed, and were skipped.  Up to ALONE that fail beside others are run once more, one after
    another, and that counts."""
    waiting = sorted((c for c in found if not c.why_not()), key=lambda c: not c.begun_first)
    skipped = [c for c in found if c not in waiting]
    for case in skipped:
        print("skipped %s: %s" % (case.name, case.why_not()), flush=True)
    running, again, counts = {}, [], [0, 0, 0]
    while running or waiting or again:
        if not running and not waiting:
            waiting, again, jobs, alone = again, [], 1, 0
        while waiting and len(running) < jobs:
            case = waiting.pop(0)
            case.start(around)
            running[case.pid] = case
        pid, status = os.wait()
        status = os.waitstatus_to_exitcode(status)
        case = running.pop(pid)
        if status not in (0, 77) and len(again) < alone:
            case.tell(status, "once more, alone, later:")
            again.append(case)
            continue
        case.tell(status)
        counts[{0: 0, 77: 2}.get(status, 1)] += 1
    return counts[0], counts[1], counts[2] + len(skipped)
