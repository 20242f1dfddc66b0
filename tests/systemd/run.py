#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots releases of Debian in containers, with systemd, logind and sshd, installs the package, and runs the cases.

  run.py [-b BUILD] [--suite SUITE]... [--built | --only-build] [--logs DIR] [--alone N] [-l] [-k] [PATTERN…]

The package is built in each release, with that release's tools, and checked by its lintian; --built takes those that
were built before, and --only-build makes them so, and the root file systems, without a boot.  Without --suite the releases are
bookworm and trixie; sid works too.  Hosts without systemd have boots of their own: OpenRC in the first release,
sysvinit in the last.

Cases that start from the same configuration share a boot, one after another; boots run side by side.  A PATTERN is
a part of a case's name; -l lists the names, -k keeps the logs of cases that passed too.  The last line is "N passed,
N failed[, N skipped]".  Where no container can be booted all is skipped, but under CI that is a failure.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(SRC, "tests", "sshd")]
sys.dont_write_bytecode = True
import roots  # noqa: E402
import turns  # noqa: E402
import world  # noqa: E402
from boot import Boot, Results, Spec  # noqa: E402

# Boots: their cases wait for most of their time, as those with a real sshd do.
AT_ONCE = min(8, 3 * (os.cpu_count() or 2))


def boots(suites):
    """The Specs of all boots, those that take longest first."""
    import test_beside
    import test_client
    import test_ends
    import test_hardened
    import test_idle
    import test_init
    import test_limits
    import test_matrix
    import test_own
    import test_package
    import test_pool
    import test_service
    import test_site
    import test_source
    import test_stopping
    import test_who
    import test_zsh

    def of(*modules):
        return [(m.__name__, *c) for m, *args in modules for c in m.cases(*args)]
    for suite in suites:
        for name, kill in (("nokill", "no"), ("kill", "yes")):
            site = [(test_site, kill)] if kill == "no" else []
            yield Spec(suite, name, of((test_matrix, kill), (test_own, kill), *site), kill=kill, installed=True)
        yield Spec(suite, "limits", of((test_limits,), (test_client,), (test_service,), (test_hardened,), (test_who,),
                                        (test_ends,), (test_site, "yes")), installed=True)
        yield Spec(suite, "idle", of((test_idle,), (test_stopping,)), installed=True)
        down = [[("test_ends", *c) for c in part()] for part in (test_ends.before, test_ends.reboot, test_ends.crash)]
        yield Spec(suite, "down", down[0], kill="no", installed=True, then=[(True, down[1]), (False, down[2])])
        # each begins with a host that has no holdfast; two boots, so that none takes much longer than the others
        # what is installed from source was built here, for this release
        package = of((test_package,), (test_pool,), (test_zsh,), *([(test_source,)] if suite == roots.own_suite() else []))
        yield Spec(suite, "package", package[::2])
        yield Spec(suite, "package-2", package[1::2])
        yield Spec(suite, "beside", of((test_beside,)))
    yield Spec(suites[0], "openrc", of((test_init, "openrc")), kind="openrc")
    yield Spec(suites[-1], "sysv", of((test_init, "sysv")), kind="sysv")


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


class Suite:
    """The roots of one release, its package, and then its boots."""

    def __init__(self, name, base, a, results, tarball):
        self.name, self.base, self.a, self.results, self.tarball = name, base, a, results, tarball
        self.build, self.logs = os.path.abspath(a.build), os.path.abspath(a.logs)

    def case(self, name, function, *args):
        start, log = time.monotonic(), os.path.join(self.logs, "%s.%s" % (name, self.name))
        try:
            function(*args, log)
            code, reason = 0, ""
        except subprocess.CalledProcessError as e:
            with open(log, errors="replace") as f:
                code, reason = 1, "%s: %s" % (e, " | ".join(f.read().splitlines()[-6:]))
        self.results.add("%s:%s" % (self.name, name), code, reason, time.monotonic() - start)
        return code == 0

    def prepare(self, specs):
        """The package's directory, or None: it could not be built.  Each of SPECS gets its root."""
        made = {s.kind: None for s in specs}
        for kind in made:
            made[kind] = roots.make_root(self.build, self.name, kind, SRC)
        for s in specs:
            s.root = made[s.kind]
        root = made.get("systemd") or roots.make_root(self.build, self.name, "systemd", SRC)
        package = roots.Package(self.build, self.base, self.name, root, self.tarball)
        if not self.a.only_build:
            package.from_source()
        if self.a.built:
            if not package.take(os.path.join(self.build, "packages", self.name)):
                return None
        elif not self.case("deb", package.make):
            return None
        else:
            self.case("lintian", package.lint)
        return package.dir

    def run(self, boot, specs, pool):
        try:
            deb = self.prepare(specs)
            reason = None if deb else "the package was not built"
            code = 1
        except roots.CannotBoot as e:
            reason, code = str(e), 1 if os.environ.get("CI") else 77
        finally:
            if self.name == roots.own_suite():
                self.tarball.own_is_done(self.tarball.made)
        if self.a.only_build:
            return []
        if reason:
            for name in [c[1] for s in specs for c in s.all_cases()]:
                self.results.add("%s:%s" % (self.name, name), code, reason, 0)
            return []
        return [pool.submit(boot.run, s, deb) for s in specs]


def choose(suites, patterns):
    chosen = []
    for s in boots(suites):
        # Those of several boots of a host belong together.
        if s.then and any(p in "%s:%s" % (s.suite, c[1]) for p in patterns for c in s.all_cases()):
            chosen.append(s)
            continue
        s.cases = [c for c in s.cases if not patterns or any(p in "%s:%s" % (s.suite, c[1]) for p in patterns)]
        if s.cases:
            chosen.append(s)
    return chosen


def of_this_turn(suites, specs):
    """The boots of one release; of no other is the package built."""
    n = turns.turn()
    if n is None or len(suites) < 2:
        return specs
    suite = suites[n % len(suites)]
    mine = [s for s in specs if s.suite == suite]
    print("turn %d: %s, and %d boots of other releases are left to other turns" % (n, suite, len(specs) - len(mine)))
    return mine


def run_all(a, suites, chosen, results):
    base = isolate()
    shutil.rmtree(a.logs, ignore_errors=True)
    os.makedirs(a.logs)
    world.mount("tmpfs", "/run", "tmpfs", 0, "mode=755")  # nspawn leaves things there
    boot = Boot(base, SRC, os.path.abspath(a.logs), a.keep, results)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool, concurrent.futures.ThreadPoolExecutor() as preparing:
        tarball = roots.Tarball(a.build, any(s.suite == roots.own_suite() for s in chosen))
        of = {n: [s for s in chosen if s.suite == n] for n in suites}
        found = [preparing.submit(Suite(n, base, a, results, tarball).run, boot, specs, pool)
                 for n, specs in of.items() if specs]
        for f in [f for p in found for f in p.result()]:
            f.result()
    for spec, deb in results.second_boots():
        boot.run(spec, deb)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("--suite", action="append",
                   help="a release of Debian; may be given again (%s)" % " ".join(roots.SUITES))
    p.add_argument("--built", action="store_true", help="the packages in BUILD/packages as they are")
    p.add_argument("--only-build", action="store_true", help="the packages, and no boot")
    p.add_argument("--logs", help="default: tests/logs/systemd, or tests/logs/packages with --only-build")
    p.add_argument("--alone", type=int, default=0, metavar="N",
                   help="up to N cases that fail are run once more, in a boot beside no other, and that counts")
    p.add_argument("-l", "--list", action="store_true")
    p.add_argument("-k", "--keep", action="store_true")
    p.add_argument("patterns", nargs="*")
    a = p.parse_args()
    a.logs = a.logs or os.path.join(SRC, "tests", "logs", "packages" if a.only_build else "systemd")
    suites = a.suite or list(roots.SUITES)
    chosen = choose(suites, a.patterns) if a.patterns else of_this_turn(suites, choose(suites, []))
    if a.list:
        print("\n".join("%s:%s" % (s.suite, c[1]) for s in chosen for c in s.all_cases()))
        return 0
    if os.geteuid():
        raise SystemExit("run.py: needs root, to boot containers")
    results = Results(a.alone)
    run_all(a, suites, chosen, results)
    if results.counts["failed"]:
        print("logs: %s" % a.logs)
    elif not a.keep and not results.later:
        shutil.rmtree(a.logs, ignore_errors=True)
    print("%(passed)d passed, %(failed)d failed" % results.counts
          + (", %(skipped)d skipped" % results.counts if results.counts["skipped"] else ""))
    return 1 if results.counts["failed"] or not sum(results.counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
