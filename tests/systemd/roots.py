# SPDX-License-Identifier: MIT
"""The root file systems of containers, made once and cached, and the Debian package as each release builds it."""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import threading

import world

SUITES = ("bookworm", "trixie")
# What a server has, and what the cases need to look at it.
SERVER = ("openssh-server", "openssh-client", "libmd0", "passwd", "procps", "util-linux", "iproute2", "make", "python3",
          "zsh")
SYSTEMD = SERVER + ("systemd", "systemd-sysv", "libpam-systemd", "dbus", "libssh-4", "tmux", "dtach", "screen", "mosh",
                    "sudo", "fish", "tcsh", "adduser", "libcurl4", "libjansson4", "etcd-server")
# Those without systemd: sysvinit without any logind, OpenRC with elogind (Debian 13's does not start in a container).
ROOTS = {
    "systemd": SYSTEMD,
    "sysv": SERVER + ("sysvinit-core", "runit", "s6", "dropbear-bin", "tinysshd"),
    "openrc": SERVER + ("sysvinit-core", "openrc", "dbus", "elogind", "libpam-elogind"),
}
# What a case starts when it needs it.
NOT_BY_THEMSELVES = ('--customize-hook=[ ! -e "$1/usr/bin/etcd" ] || chroot "$1" systemctl disable etcd.service',)


class CannotBoot(Exception):
    """There is no container to be had on this machine."""


def own_suite():
    """The release of Debian that this machine has."""
    with open("/etc/os-release") as f:
        found = re.search(r"^VERSION_CODENAME=(\S+)", f.read(), re.M)
    return found and found.group(1)


def build_packages(src):
    """What builds and checks the package: debian/control's Build-Depends, and lintian."""
    with open(os.path.join(src, "debian", "control")) as f:
        text = re.search(r"^Build-Depends:\n((?: .*\n)+)", f.read(), re.M).group(1)
    names = [re.match(r"[a-z0-9.+-]+", line.strip()).group() for line in text.splitlines()]
    return tuple(n for n in names if n != "debhelper-compat") + ("build-essential", "debhelper", "lintian")


def sources(suite):
    """This machine's own lists of where Debian's packages come from, as far as they have SUITE."""
    found = []
    for path in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list")),
                 *sorted(glob.glob("/etc/apt/sources.list.d/*.sources"))]:
        if os.path.exists(path):
            with open(path, errors="replace") as f:
                if suite in f.read():
                    found.append(path)
    return found


def debstrap(suite, packages, root):
    """Makes ROOT; whether it could."""
    # signatures count; a mirror that stands still, or a clock that runs ahead, is no reason to stop
    argv = ["mmdebstrap", "--variant=minbase", "--aptopt=Acquire::Check-Valid-Until \"false\"",
            "--include=" + ",".join(packages), "--skip=cleanup/apt/lists", "--format=directory", *NOT_BY_THEMSELVES,
            suite, root, *sources(suite)]
    shutil.rmtree(root, ignore_errors=True)
    with open(root + ".log", "w") as out:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out).returncode == 0


def make_root(build, suite, kind, src):
    """The directory of the root KIND of SUITE, in BUILD, made when it isn't there or is of other packages."""
    packages = ROOTS[kind]
    if kind == "systemd" and suite != own_suite():
        packages += build_packages(src)
    root = os.path.join(build, "roots", "%s-%s" % (suite, kind))
    recipe = hashlib.sha256(repr((suite, packages, NOT_BY_THEMSELVES)).encode()).hexdigest()
    stamp = root + ".recipe"
    if os.path.isdir(root) and os.path.exists(stamp) and open(stamp).read() == recipe:
        return root
    if not shutil.which("mmdebstrap"):
        raise CannotBoot("mmdebstrap is not installed")
    os.makedirs(os.path.dirname(root), exist_ok=True)
    if not any(debstrap(suite, packages, root) for _ in range(2)):  # a mirror may fail for once
        raise CannotBoot("mmdebstrap failed, see %s.log" % root)
    with open(stamp, "w") as f:
        f.write(recipe)
    return root


class Layer:
    """A root that may be changed: an overlay of ROOT below BASE, a tmpfs."""

    def __init__(self, base, name, root):
        self.top = os.path.join(base, name)
        self.root = os.path.join(self.top, "root")
        for d in ("root", "upper", "work"):
            os.makedirs(os.path.join(self.top, d))
        world.mount("overlay", self.root, "overlay", 0, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work"
                    % (root, self.top, self.top))


class Tarball:
    """The release tarball, made once: by make deb of this machine's own release, if that is among the suites."""

    def __init__(self, build, by_own):
        self.build, self.made = build, False
        self.lock, self.ready = threading.Lock(), threading.Event()
        if not by_own:
            self.ready.set()

    def own_is_done(self, made):
        """MADE: make deb has made the tarball."""
        self.made = made
        self.ready.set()

    def path(self):
        """Waits for it, and makes it if nobody has."""
        self.ready.wait()
        with self.lock:
            if not self.made:
                subprocess.run(["make", "-s", "-C", self.build, "dist"], check=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
                self.made = True
        return max(glob.glob(os.path.join(self.build, "holdfast-*.tar.xz")), key=os.path.getmtime)


PACKAGES = ("holdfast", "holdfast-client", "holdfast-pool")


class Package:
    """The packages of a suite, each NAME.deb in DIR."""

    def __init__(self, build, base, suite, root, tarball):
        self.build, self.suite, self.root, self.tarball = build, suite, root, tarball
        self.dir = os.path.join(base, "deb-" + suite)
        self.base = base
        os.makedirs(self.dir)

    def take(self, where):
        """From the directory WHERE; whether they are there."""
        for name in PACKAGES:
            found = sorted(glob.glob(os.path.join(where, name + "_*.deb")), key=os.path.getmtime)
            if not found:
                print("there is no %s_*.deb in %s" % (name, where), flush=True)
                return False
            shutil.copy(found[-1], os.path.join(self.dir, name + ".deb"))
        return True

    def from_source(self):
        """What make install installs, built here and so for this machine's release, in DIR/installed."""
        if self.suite == own_suite():
            subprocess.run(["make", "-s", "-C", self.build, "install", "DESTDIR=%s/installed" % self.dir], check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make(self, log):
        """Builds the packages as their users do: with this machine's tools, or in another suite with those there."""
        kept = os.path.join(self.build, "packages", self.suite)
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        with open(log, "w") as out:
            to = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out, "check": True}
            for path in self.make_here(to) if self.suite == own_suite() else self.make_there(to):
                shutil.copy(path, kept)
        self.take(kept)

    def make_here(self, to):
        for old in glob.glob(os.path.join(self.build, "holdfast*.deb")):
            os.unlink(old)
        # the unit tests are another part of ./check
        subprocess.run(["make", "-s", "-C", self.build, "deb"],
                       env=dict(os.environ, DEB_BUILD_OPTIONS="nocheck noautodbgsym"), **to)
        self.tarball.own_is_done(True)
        return glob.glob(os.path.join(self.build, "holdfast*.deb"))

    def make_there(self, to):
        layer = Layer(self.base, "build-" + self.suite, self.root)
        world.mount("proc", layer.root + "/proc", "proc")
        os.makedirs(layer.root + "/build")
        subprocess.run(["tar", "-xJf", self.tarball.path(), "-C", layer.root + "/build", "--no-same-owner"], **to)
        subprocess.run(["chroot", layer.root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                        "DEB_BUILD_OPTIONS=nocheck noautodbgsym", "sh", "-c",
                        "cd /build/holdfast-* && dpkg-buildpackage -b -us -uc"], **to)
        return glob.glob(layer.root + "/build/holdfast*.deb")

    def lint(self, log):
        """lintian of the suite finds nothing to warn of."""
        argv = ["lintian", "--allow-root", "--fail-on", "warning,error"]
        where = self.dir
        if self.suite != own_suite():
            top = os.path.join(self.base, "build-" + self.suite, "root")
            where = "/build/lint"
            shutil.copytree(self.dir, top + where)
            argv = ["chroot", top, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", *argv]
        with open(log, "w") as out:
            subprocess.run([*argv, *(where + "/%s.deb" % n for n in PACKAGES)], check=True,
                           stdin=subprocess.DEVNULL, stdout=out, stderr=out)
