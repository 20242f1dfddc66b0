# SPDX-License-Identifier: MIT
"""What the cases share: failing, skipping, running programs, the release tarball and an installation of it."""
import functools
import glob
import os
import re
import shutil
import subprocess

# Of builds that are made once, and not run: the compiler's flags, and what configure reads (CONFIG_SITE).
FAST = "-O0 -pipe"
ONCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.site")

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Failed(Exception):
    pass


class Skip(Exception):
    """A case that can't be tried here."""


def takes(seconds):
    """For a case that is to begin early."""
    def mark(case):
        case.seconds = seconds
        return case
    return mark


def check(that, what):
    if not that:
        raise Failed(what)


def equal(got, want, what):
    if got != want:
        raise Failed("%s: %r, not %r" % (what, got, want))


def read(path):
    with open(path if os.path.isabs(path) else os.path.join(SRC, path)) as f:
        return f.read()


def run(*argv, **more):
    """The output of a program that has to succeed."""
    r = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                       check=False, **more)
    if r.returncode:
        raise Failed("%s: status %d\n%s" % (" ".join(argv)[:200], r.returncode, r.stdout[-4000:]))
    return r.stdout


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip("no " + program)


def version():
    return re.search(r"AC_INIT\(\[holdfast\], \[([0-9.]+)\]\)", read("configure.ac")).group(1)


def clean_environment():
    """Without what make, which may have started us, tells its children."""
    return {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DESTDIR")}


@functools.lru_cache(None)
def tarball(build):
    """Makes the release tarball: its path."""
    if not os.environ.get("HOLDFAST_TARBALL_MADE"):
        run("make", "-s", "-C", build, "dist", env=clean_environment())
        os.environ["HOLDFAST_TARBALL_MADE"] = "1"
    found = glob.glob(os.path.join(build, "holdfast-%s.tar.xz" % version()))
    check(found, "make dist made no tarball")
    return found[0]


class Place:
    """The directory of a case, and the build."""

    def __init__(self, build, directory):
        self.build = build
        self.directory = directory

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def tarball(self):
        return tarball(self.build)

    def unpacked(self):
        """The source as the tarball has it."""
        run("tar", "-xf", self.tarball(), "-C", self.directory)
        return self.path("holdfast-" + version())
