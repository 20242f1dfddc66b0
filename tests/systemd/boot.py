# SPDX-License-Identifier: MIT
"""Boots a container and runs its cases; the results of all."""
import copy
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import container
from roots import CannotBoot

BOOT_LIMIT = 1200  # seconds for all cases of a boot
LOGIND = "[Login]\nKillUserProcesses=%s\nUserStopDelaySec=0\n"
LOGS = "/var/log/cases"  # in the container
JOURNALD = "[Journal]\nStorage=volatile\nRateLimitBurst=0\n"


class Results:
    def __init__(self, alone=0):
        """Up to ALONE cases that fail beside other boots are in self.later: {name: (Spec, the package's directory)}."""
        self.lock = threading.Lock()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.alone, self.later = alone, {}

    def add(self, name, code, reason, seconds, note=""):
        kind = {0: "passed", 77: "skipped"}.get(code, "failed")
        word = {"passed": "ok", "skipped": "skipped"}.get(kind, "FAILED")
        with self.lock:
            self.counts[kind] += 1
            print("%s %s%s%s (%.1f s)" % (word, name, note, "" if code == 0 else ": " + reason, seconds), flush=True)

    def add_booted(self, spec, deb, name, code, reason, seconds):
        """A case of the boot SPEC; of the second boot only what failed in the first counts."""
        if spec.alone:
            if name in spec.alone:
                self.add(name, code, reason, seconds, note=" (alone)")
            return
        with self.lock:
            again = code not in (0, 77) and len(self.later) < self.alone
            if again:
                self.later[name] = spec, deb
                print("once more, alone, later: %s: %s (%.1f s)" % (name, reason, seconds), flush=True)
        if not again:
            self.add(name, code, reason, seconds)

    def second_boots(self):
        """(Spec, the package's directory): the boots in which cases failed, with these alone where they do not depend
        on others."""
        boots = {}
        for name, (spec, deb) in self.later.items():
            if spec not in boots:
                boots[spec] = copy.copy(spec), deb
                boots[spec][0].alone = set()
            boots[spec][0].alone.add(name)
        for spec, deb in boots.values():
            if not spec.then:
                spec.cases = [c for c in spec.cases if "%s:%s" % (spec.suite, c[1]) in spec.alone]
            yield spec, deb


class Spec:
    """One boot: its cases are (module, name, function, arguments)."""

    def __init__(self, suite, name, cases, kind="systemd", kill="yes", installed=False, then=()):
        """KIND names the root, KILL is the value of KillUserProcesses; INSTALLED: the package is there beforehand.

        THEN: further boots of the same host, each (whether the one before is shut down in order, its cases).
        """
        self.suite, self.name, self.kind, self.kill, self.installed = suite, name, kind, kill, installed
        self.cases = cases
        self.then = list(then)
        self.root = None
        self.alone = None  # in a second boot: the names of the cases that failed in the first

    def all_cases(self):
        return self.cases + [c for _, cases in self.then for c in cases]

    def full(self):
        return "%s:%s" % (self.suite, self.name)


class Boot:
    def __init__(self, base, src, logs, keep, results):
        self.base, self.src, self.logs, self.keep, self.results = base, src, logs, keep, results
        self.running = []
        for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, self.give_up)

    def give_up(self, sig, frame):
        """Leaves no container behind."""
        for c in list(self.running):
            c.stop()
        os._exit(128 + sig)

    def container(self, s, deb):
        """The container of S, with the package in the directory DEB."""
        kind = container.Container if s.kind == "systemd" else container.Initless
        name = "%s-%s%s" % (s.suite, s.name, "-again" if s.alone else "")
        c = kind(self.base, name, s.root, self.logs, [(self.src, "/src"), (deb, "/deb")])
        if s.kind == "systemd":
            c.write("/etc/systemd/logind.conf.d/test.conf", LOGIND % s.kill)
            c.write("/etc/systemd/journald.conf.d/test.conf", JOURNALD)
        return c

    def run(self, s, deb):
        start = time.monotonic()
        cases = [("test_package", "%s:installing" % s.name, "install_for_good", [])] if s.installed else []
        specs = []
        for more in [cases + s.cases] + [c for _, c in s.then]:
            named = [(m, "%s:%s" % (s.suite, full), f, a) for m, full, f, a in more]
            specs.append(json.dumps({"src": "/src", "log": LOGS, "kind": s.kind, "again": bool(specs),
                                     "cases": [[m, f, a, full] for m, full, f, a in named]}))
        left = [case[3] for spec in specs for case in json.loads(spec)["cases"]]
        c = self.container(s, deb)
        self.running.append(c)
        try:
            c.prepare(specs[0])
            c.boot()
            print("== %s: booted in %.1f s" % (s.full(), time.monotonic() - start), flush=True)
            self.run_cases(c, specs[0], left, (s, deb))
            for (orderly, _), spec in zip(s.then, specs[1:]):
                c.down(orderly)
                c.boot()
                self.run_cases(c, spec, left, (s, deb))
        except CannotBoot as e:
            code = 1 if os.environ.get("CI") else 77
            while left:
                self.results.add_booted(s, deb, left.pop(0), code, str(e), time.monotonic() - start)
        except Exception as e:
            while left:
                self.results.add_booted(s, deb, left.pop(0), 1, "%s: %s" % (type(e).__name__, e),
                                        time.monotonic() - start)
        finally:
            self.running.remove(c)
            c.stop()

    def run_cases(self, c, spec, left, of):
        """The cases of SPEC, as JSON, in the container C; OF is the boot's Spec and the package's directory."""
        with open(os.path.join(self.logs, c.name + ".output"), "wb") as err:
            p = subprocess.Popen(c.cases(spec), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, text=True)
        killer = threading.Timer(BOOT_LIMIT, p.kill)
        killer.start()
        try:
            for line in p.stdout:
                r = json.loads(line)
                left.remove(r["case"])
                self.results.add_booted(*of, r["case"], r["code"], r["reason"], r["seconds"])
                if r["code"] not in (0, 77) or self.keep:
                    self.save(c, r["case"], ".again" if of[0].alone else "")
            p.wait()
        finally:
            killer.cancel()
        for case in [case[3] for case in json.loads(spec)["cases"] if case[3] in left]:
            left.remove(case)
            self.results.add_booted(*of, case, 1, "was not run to its end; see %s.output" % c.name, BOOT_LIMIT)

    def save(self, c, full, more):
        """The logs of the case FULL, in a directory whose name ends in MORE."""
        name = full.replace(":", ".").replace("/", "+")
        shutil.copytree(os.path.join(c.root + LOGS, name), os.path.join(self.logs, name + more), dirs_exist_ok=True)
