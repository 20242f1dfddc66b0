#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the end-to-end cases, each in a world of its own (world.py): a real sshd, real PAM, stock ssh.

  run.py [-j N] [-b BUILD] [--logs DIR] [-l] [-k] [--require] [PATTERN…]

A PATTERN is a part of file:case, such as "drop", "test_drop:kill_client".  -l lists, -k keeps the logs of cases that
passed too; --require fails cases that would be skipped for want of a program.  The last line is "N passed, N
failed[, N skipped]"; the status is not 0 when a case failed or none ran.
"""
import argparse
import concurrent.futures
import glob
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import screens  # noqa: E402
import turns  # noqa: E402
import world  # noqa: E402

CASE_LIMIT = 1200  # seconds: a case that hangs has failed


def discover(patterns, folder=HERE):
    found, first = [], []
    for path in sorted(glob.glob(os.path.join(folder, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for name, case in vars(module).items():
            full = "%s:%s" % (module.__name__, name[5:])
            if name.startswith("test_") and callable(case) and case.__module__ == module.__name__:
                wanted = not patterns or any(p in full for p in patterns)
                # one that takes long runs only when its own name is given
                if getattr(case, "by_request", False):
                    wanted = any(p.split(":")[-1] in name[5:] for p in patterns)
                if wanted:
                    (first if getattr(case, "takes_long", False) else found).append((full, module.__name__, name))
    return first + found


# What a login may never be without: these are in every turn.
ALWAYS = tuple("test_%s:" % name for name in (
    "broken", "broken_host", "drop", "fallback", "handover", "hook", "hostile", "identity", "module", "replaced", "resume",
    "return", "unharmed", "untouched", "upgrade", "why"))


def of_this_turn(cases):
    """Every sixth of CASES, where turns are taken, and all that are always run."""
    mine = [c for c in cases if c[0].startswith(ALWAYS) or turns.takes(c[0], 6)]
    if len(mine) < len(cases):
        print("turn %d: %d cases, and %d are left to other turns" % (turns.turn(), len(mine), len(cases) - len(mine)))
    return mine


def choose_base():
    """A directory to mount the tmpfs on that hides nothing that is needed."""
    for d in ("/mnt", "/media", "/srv"):
        if os.path.isdir(d) and not SRC.startswith(d + "/") and SRC != d:
            return d
    raise SystemExit("run.py: none of /mnt, /media, /srv is free")


def isolate():
    """Goes on in a mount namespace of our own, where the templates live in a tmpfs."""
    if os.environ.get("HOLDFAST_TESTS_ISOLATED") != "1":
        os.environ["HOLDFAST_TESTS_ISOLATED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--", "/usr/bin/python3", "-B",
                              os.path.abspath(sys.argv[0]), *sys.argv[1:]])
    base = choose_base()
    world.mount("tmpfs", base, "tmpfs", 0, "mode=755")
    return base


def stage(base, build, entry="template:prepare", extra=None):
    """Installs BUILD into base/stage, and has ENTRY make the template layers from it."""
    root = os.path.join(base, "stage")
    os.makedirs(os.path.join(root, "usr"))
    for d in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if os.path.islink("/" + d):
            os.makedirs(os.path.join(root, "usr", d), exist_ok=True)
            os.symlink("usr/" + d, os.path.join(root, d))
    if build:
        r = subprocess.run(["make", "-s", "-C", build, "install", "DESTDIR=" + root], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if r.returncode:
            raise SystemExit("run.py: make install failed:\n" + r.stdout[-3000:])
        list_installed(base, root)
        os.makedirs(os.path.join(root, "usr", "libexec", "holdfast"), exist_ok=True)
        for tool in ("screen/screen-replay", "tests/sshd/transport-cat", "tests/sshd/.libs/pam_count.so"):
            if os.path.exists(os.path.join(build, tool)):
                shutil.copy(os.path.join(build, tool), os.path.join(root, "usr", "libexec", "holdfast"))
    log = os.path.join(base, "template-log")
    os.makedirs(log)
    text = world.spec(base, SRC, log, template=True, entry=entry, extra=extra)
    r = subprocess.run(world.argv(text), stdin=subprocess.DEVNULL)
    if r.returncode:
        raise SystemExit("run.py: the template world failed, status %d" % r.returncode)


def list_installed(base, root):
    """Writes the names of all files that make install has put down."""
    found = [os.path.relpath(os.path.join(top, n), root) for top, dirs, names in os.walk(root) for n in names]
    with open(os.path.join(base, "installed"), "w") as f:
        f.write("".join(n + "\n" for n in sorted(found)))


def prepare_judge():
    """Fetches the judges while there is a network; without it the cases that need it say so."""
    reason = screens.judges.install_packages(screens.SCREEN)
    if reason:
        print("no judges: " + reason)


class Runner:
    def __init__(self, base, keep, logs, limit):
        self.base, self.keep, self.logs, self.limit = base, keep, logs, limit

    def argv(self, module, name, log):
        """The command that runs a case."""
        return world.argv(world.spec(self.base, SRC, log, entry="host:run_case", extra={"module": module, "case": name}))

    def run(self, case):
        full, module, name = case
        log = os.path.join(self.logs, full.replace(":", "."))
        shutil.rmtree(log, ignore_errors=True)
        os.makedirs(log)
        start = time.monotonic()
        with open(os.path.join(log, "output"), "wb") as out:
            p = subprocess.Popen(self.argv(module, name, log), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            try:
                code = p.wait(self.limit)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
                code = -1
        reason = self.reason(log, code)
        notes = self.notes(log)
        if code in (0, 77) and not self.keep:
            shutil.rmtree(log, ignore_errors=True)
        return full, code, reason, time.monotonic() - start, notes

    @staticmethod
    def notes(log):
        """What the case has measured, a line each; printed, and no verdict."""
        try:
            with open(os.path.join(log, "notes"), errors="replace") as f:
                return f.read().splitlines()
        except OSError:
            return []

    def reason(self, log, code):
        try:
            with open(os.path.join(log, "result"), errors="replace") as f:
                return " ".join(f.read().split())
        except OSError:
            pass
        if code == -1:
            return "still running after %d s" % self.limit
        with open(os.path.join(log, "output"), errors="replace") as f:
            return "the world ended with status %d: %s" % (code, f.read()[-300:].strip())


def arguments(text, at_once, logs):
    """The command line, described by TEXT: by default AT_ONCE cases run beside each other."""
    p = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-j", type=int, default=at_once)
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("--logs", default=logs)
    p.add_argument("-l", "--list", action="store_true")
    p.add_argument("-k", "--keep", action="store_true")
    p.add_argument("--require", action="store_true", help="a program that is missing is a failure")
    p.add_argument("--alone", type=int, default=0, metavar="N",
                   help="up to N cases that fail beside others are run once more, each alone, and that counts")
    p.add_argument("--limit", type=int, default=CASE_LIMIT, metavar="SECONDS", help="of a case")
    p.add_argument("patterns", nargs="*")
    return p.parse_args()


def run_all(cases, runner, a):
    """Runs CASES and prints what came of them; the exit status."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}

    def tell(full, code, reason, seconds, notes, note=""):
        kind = {0: "passed", 77: "skipped"}.get(code, "failed")
        counts[kind] += 1
        word = {"passed": "ok", "skipped": "skipped"}.get(kind, "FAILED")
        print("%s %s%s%s (%.1f s)" % (word, full, note, "" if code == 0 else ": " + reason, seconds), flush=True)
        for line in notes:
            print("   " + line, flush=True)

    failed = []
    with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
        running = {pool.submit(runner.run, c): c for c in cases}
        for f in concurrent.futures.as_completed(running):
            if f.result()[1] in (0, 77) or len(failed) >= a.alone:
                tell(*f.result())
            else:
                failed.append(running[f])
                print("once more, alone, later: %s: %s" % f.result()[0:3:2], flush=True)
    for case in failed:
        tell(*runner.run(case), note=" (alone)")
    try:
        os.rmdir(a.logs)
    except OSError:
        if counts["failed"]:
            print("logs of the failed cases: %s" % a.logs)
    print("%(passed)d passed, %(failed)d failed" % counts
          + (", %(skipped)d skipped" % counts if counts["skipped"] else ""))
    return 1 if counts["failed"] or not counts["passed"] else 0


def main():
    # a case computes for a fifth of its time, and waits for the rest
    a = arguments(__doc__, min(16, 3 * (os.cpu_count() or 2)), os.path.join(SRC, "tests", "logs"))
    cases = discover(a.patterns) if a.patterns else of_this_turn(discover([]))
    if a.list:
        print("\n".join(c[0] for c in cases))
        return 0
    if os.geteuid():
        raise SystemExit("run.py: needs root, to make namespaces; it changes nothing outside them")
    base = isolate()
    if a.require:
        os.environ[screens.REQUIRE] = "1"
    if any(c[1] in ("test_programs", "test_kills", "test_typing") for c in cases):
        prepare_judge()
    stage(base, a.build and os.path.abspath(a.build))
    return run_all(cases, Runner(base, a.keep, os.path.abspath(a.logs), a.limit), a)


if __name__ == "__main__":
    sys.exit(main())
