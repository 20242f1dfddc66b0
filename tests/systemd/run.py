#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots Debian 12 with systemd, logind and sshd in containers, installs the package, and runs the cases in them.

  run.py [-b BUILD] [--deb FILE] [--logs DIR] [-l] [-k] [PATTERN…]

Cases that start from the same configuration share a boot, one after another; boots run side by side.  A PATTERN is
a part of a case's name; -l lists the names, -k keeps the logs of cases that passed too.  The last line is "N passed,
N failed[, N skipped]".  Where no container can be booted all is skipped, but under CI that is a failure.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(SRC, "tests", "sshd")]
sys.dont_write_bytecode = True
import container  # noqa: E402
import world  # noqa: E402

BOOT_LIMIT = 1200  # seconds for all cases of a boot
LOGIND = "[Login]\nKillUserProcesses=%s\nUserStopDelaySec=0\n"
LOGS = "/var/log/cases"  # in the container
JOURNALD = "[Journal]\nStorage=volatile\nRateLimitBurst=0\n"


def boots():
    """Name, value of KillUserProcesses, whether the package is installed beforehand, and the cases."""
    import test_beside
    import test_client
    import test_hardened
    import test_limits
    import test_matrix
    import test_own
    import test_package
    import test_service
    import test_site
    import test_source
    import test_who
    import test_zsh
    for name, kill in (("kill", "yes"), ("nokill", "no")):
        yield name, kill, True, [("test_matrix", *c) for c in test_matrix.cases(kill)] + \
            [("test_own", *c) for c in test_own.cases(kill)] + \
            ([("test_site", *c) for c in test_site.cases(kill)] if kill == "no" else [])
    yield "beside", "yes", False, [("test_beside", *c) for c in test_beside.cases()]
    # each begins with a host that has no holdfast; two boots, so that none takes much longer than the others
    package = [("test_package", *c) for c in test_package.cases()] + [("test_source", *c) for c in test_source.cases()] + \
        [("test_zsh", *c) for c in test_zsh.cases()]
    yield "package", "yes", False, package[::2]
    yield "package-2", "yes", False, package[1::2]
    yield "limits", "yes", True, [("test_limits", *c) for c in test_limits.cases()] + \
        [("test_client", *c) for c in test_client.cases()] + [("test_service", *c) for c in test_service.cases()] + \
        [("test_hardened", *c) for c in test_hardened.cases()] + [("test_who", *c) for c in test_who.cases()] + \
        [("test_site", *c) for c in test_site.cases("yes")]


def isolate():
    """Goes on in a mount namespace of our own with a tmpfs."""
    if os.environ.get("HOLDFAST_TESTS_ISOLATED") != "1":
        os.environ["HOLDFAST_TESTS_ISOLATED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--", "/usr/bin/python3", "-B",
                              os.path.abspath(sys.argv[0]), *sys.argv[1:]])
    for base in ("/mnt", "/media", "/srv"):
        if os.path.isdir(base) and not SRC.startswith(base + "/") and SRC != base:
            world.mount("tmpfs", base, "tmpfs", 0, "mode=755")
            return base
    raise SystemExit("run.py: none of /mnt, /media, /srv is free")


class Results:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}

    def add(self, name, code, reason, seconds):
        kind = {0: "passed", 77: "skipped"}.get(code, "failed")
        word = {"passed": "ok", "skipped": "skipped"}.get(kind, "FAILED")
        with self.lock:
            self.counts[kind] += 1
            print("%s %s%s (%.1f s)" % (word, name, "" if code == 0 else ": " + reason, seconds), flush=True)


class Boot:
    def __init__(self, base, root, deb, logs, keep, results):
        self.base, self.root, self.deb, self.logs, self.keep, self.results = base, root, deb, logs, keep, results
        self.running = []
        for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, self.give_up)

    def give_up(self, sig, frame):
        """Leaves no container behind."""
        for c in list(self.running):
            c.stop()
        os._exit(128 + sig)

    def run(self, name, kill, installed, cases):
        start = time.monotonic()
        c = container.Container(self.base, name, self.root, self.logs,
                                [(SRC, "/src"), (os.path.dirname(self.deb), "/deb")])
        c.write("/etc/systemd/logind.conf.d/test.conf", LOGIND % kill)
        c.write("/etc/systemd/journald.conf.d/test.conf", JOURNALD)
        left = [full for _, full, _, _ in cases]
        self.running.append(c)
        try:
            c.boot()
            print("== %s: booted in %.1f s" % (name, time.monotonic() - start), flush=True)
            if installed:
                cases = [("test_package", "%s:installing" % name, "install_for_good", [])] + cases
                left.insert(0, cases[0][1])
            self.run_cases(c, name, cases, left)
        except container.CannotBoot as e:
            code = 1 if os.environ.get("CI") else 77
            while left:
                self.results.add(left.pop(0), code, str(e), time.monotonic() - start)
        except Exception as e:
            while left:
                self.results.add(left.pop(0), 1, "%s: %s" % (type(e).__name__, e), time.monotonic() - start)
        finally:
            self.running.remove(c)
            c.stop()

    def run_cases(self, c, name, cases, left):
        spec = json.dumps({"src": "/src", "log": LOGS, "cases": [[m, f, a, full] for m, full, f, a in cases]})
        with open(os.path.join(self.logs, name + ".output"), "wb") as err:
            p = subprocess.Popen(c.service("cases", "/usr/bin/python3", "-B", "/src/tests/systemd/inside.py", spec),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, text=True)
        killer = threading.Timer(BOOT_LIMIT, p.kill)
        killer.start()
        try:
            for line in p.stdout:
                r = json.loads(line)
                left.remove(r["case"])
                self.results.add(r["case"], r["code"], r["reason"], r["seconds"])
                if r["code"] not in (0, 77) or self.keep:
                    self.save(c, r["case"])
            p.wait()
        finally:
            killer.cancel()
        while left:
            self.results.add(left.pop(0), 1, "was not run to its end; see %s.output" % name, BOOT_LIMIT)

    def save(self, c, full):
        name = full.replace(":", ".").replace("/", "+")
        shutil.copytree(os.path.join(c.root + LOGS, name), os.path.join(self.logs, name), dirs_exist_ok=True)


def choose(patterns):
    for name, kill, installed, cases in boots():
        cases = [c for c in cases if not patterns or any(p in c[1] for p in patterns)]
        if cases:
            yield name, kill, installed, cases


def find_deb(build, package):
    found = sorted(glob.glob(os.path.join(build, package + "_*.deb")), key=os.path.getmtime)
    if not found:
        raise SystemExit("run.py: there is no %s_*.deb in %s: make deb" % (package, build))
    return found[-1]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("--deb", help="the package; the newest holdfast_*.deb in BUILD")
    p.add_argument("--logs", default=os.path.join(SRC, "tests", "logs", "systemd"))
    p.add_argument("-l", "--list", action="store_true")
    p.add_argument("-k", "--keep", action="store_true")
    p.add_argument("patterns", nargs="*")
    a = p.parse_args()
    chosen = list(choose(a.patterns))
    if a.list:
        print("\n".join(c[1] for b in chosen for c in b[3]))
        return 0
    if os.geteuid():
        raise SystemExit("run.py: needs root, to boot containers")
    results = Results()
    build, logs = os.path.abspath(a.build), os.path.abspath(a.logs)
    base = isolate()
    os.makedirs(os.path.join(base, "deb"))
    deb = os.path.join(base, "deb", "holdfast.deb")
    shutil.copy(a.deb or find_deb(build, "holdfast"), deb)
    shutil.copy(find_deb(build, "holdfast-client"), os.path.join(base, "deb", "holdfast-client.deb"))
    shutil.rmtree(logs, ignore_errors=True)
    os.makedirs(logs)
    subprocess.run(["make", "-s", "-C", build, "install", "DESTDIR=" + os.path.join(base, "deb", "installed")],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    try:
        root = container.make_root(build)
    except container.CannotBoot as e:
        results.add("systemd", 1 if os.environ.get("CI") else 77, str(e), 0)
    else:
        world.mount("tmpfs", "/run", "tmpfs", 0, "mode=755")  # nspawn leaves things there
        boot = Boot(base, root, deb, logs, a.keep, results)
        with concurrent.futures.ThreadPoolExecutor(len(chosen) or 1) as pool:
            for f in [pool.submit(boot.run, *b) for b in chosen]:
                f.result()
    if results.counts["failed"]:
        print("logs: %s" % logs)
    elif not a.keep:
        shutil.rmtree(logs, ignore_errors=True)
    print("%(passed)d passed, %(failed)d failed" % results.counts
          + (", %(skipped)d skipped" % results.counts if results.counts["skipped"] else ""))
    return 1 if results.counts["failed"] or not sum(results.counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
