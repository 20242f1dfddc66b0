# SPDX-License-Identifier: MIT
"""A booted Debian 12 in a container: its root is made once and cached, each boot changes an overlay of it.

systemd-nspawn without machined: the container has mount, pid, net, uts, ipc and cgroup namespaces of its own and a
cgroup of its own below the ones we are in.  Its end is the end of its first process, which is the only one that is
ever killed from outside.
"""
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time

import world

SUITE = "bookworm"
# What a server has, and what the cases need to look at it.
PACKAGES = ("systemd", "systemd-sysv", "libpam-systemd", "dbus", "openssh-server", "openssh-client", "libmd0", "libssh-4",
            "passwd", "procps", "util-linux", "iproute2", "make", "python3", "tmux", "dtach", "screen", "mosh", "sudo", "zsh", "fish", "tcsh")
BOOT_LIMIT = 120  # seconds
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CannotBoot(Exception):
    """There is no container to be had on this machine."""


def sources():
    """This machine's own lists of where Debian's packages come from, as far as they have SUITE."""
    found = []
    for path in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list")),
                 *sorted(glob.glob("/etc/apt/sources.list.d/*.sources"))]:
        if os.path.exists(path):
            with open(path, errors="replace") as f:
                if SUITE in f.read():
                    found.append(path)
    return found


def make_root(build):
    """The directory of the root file system in BUILD, made when it isn't there or is of other packages."""
    root = os.path.join(build, "systemd-root")
    recipe = hashlib.sha256(repr((SUITE, PACKAGES)).encode()).hexdigest()
    stamp = root + ".recipe"
    if os.path.isdir(root) and os.path.exists(stamp) and open(stamp).read() == recipe:
        return root
    if not shutil.which("mmdebstrap"):
        raise CannotBoot("mmdebstrap is not installed")
    shutil.rmtree(root, ignore_errors=True)
    log = os.path.join(build, "systemd-root.log")
    for _ in range(2):  # a mirror may fail for once
        with open(log, "w") as out:
            r = subprocess.run(["mmdebstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES),
                                "--skip=cleanup/apt/lists", "--format=directory", SUITE, root, *sources()],
                               stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if r.returncode == 0:
            break
        shutil.rmtree(root, ignore_errors=True)
    else:
        raise CannotBoot("mmdebstrap failed, see %s" % log)
    with open(stamp, "w") as f:
        f.write(recipe)
    return root


def cgroup_mounts():
    """Where to have a cgroup of our own: the hierarchies that systemd looks at."""
    out = []
    with open("/proc/self/mounts") as f:
        for line in f:
            _, where, kind, options = line.split()[:4]
            if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
                out.append(where)
    return out


class Container:
    def __init__(self, base, name, root, log, binds=()):
        """BASE is a tmpfs; BINDS are (source, target), read-only in the container."""
        self.name, self.log, self.binds = name, log, binds
        self.top = os.path.join(base, name)
        self.root = os.path.join(self.top, "root")
        for d in ("root", "upper", "work"):
            os.makedirs(os.path.join(self.top, d))
        world.mount("overlay", self.root, "overlay", 0, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work"
                    % (root, self.top, self.top))
        self.cgroups = []
        self.nspawn = self.leader = None

    def write(self, path, text, mode=0o644):
        path = self.root + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
            os.fchmod(f.fileno(), mode)

    def make_cgroups(self):
        for where in cgroup_mounts():
            path = os.path.join(where, "holdfast-test-%d-%s" % (os.getpid(), self.name))
            try:
                os.mkdir(path)
            except OSError as e:
                raise CannotBoot("no cgroup can be made in %s: %s" % (where, e)) from e
            self.cgroups.append(path)
        if not self.cgroups:
            raise CannotBoot("no cgroup hierarchy is mounted")

    def enter_cgroups(self):
        """In the child, before exec."""
        for path in self.cgroups:
            with open(path + "/cgroup.procs", "w") as f:
                f.write("0")

    def boot(self):
        if not shutil.which("systemd-nspawn"):
            raise CannotBoot("systemd-nspawn is not installed")
        self.make_cgroups()
        argv = ["systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--settings=no", "--private-network",
                "--console=pipe", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--hostname=server",
                "--machine=holdfast-test-" + self.name,
                *["--bind-ro=%s:%s" % b for b in self.binds], "-D", self.root, "-b", "systemd.log_target=journal"]
        console = open(os.path.join(self.log, self.name + ".console"), "wb")
        environ = dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1")
        self.nspawn = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=console, stderr=console, env=environ,
                                       preexec_fn=self.enter_cgroups)
        end = time.monotonic() + BOOT_LIMIT
        while not self.up():
            if self.nspawn.poll() is not None or time.monotonic() > end:
                self.stop()
                with open(console.name, errors="replace") as f:
                    raise CannotBoot("the container does not boot: %s" % f.read()[-600:].strip())
            time.sleep(0.2)
        return self

    def up(self):
        if not self.leader:
            self.leader = self.find_leader()
        if not self.leader:
            return False
        r = self.run("systemctl", "is-system-running", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return (r.stdout or "").strip() in ("running", "degraded")

    def find_leader(self):
        """nspawn's child that is process 1 of the container, once it has become its init."""
        for path in glob.glob("/proc/%d/task/*/children" % self.nspawn.pid):
            try:
                for pid in map(int, open(path).read().split()):
                    with open("/proc/%d/status" % pid) as f:
                        ns = re.search(r"^NSpid:\s+\d+\s+1$", f.read(), re.M)
                    if ns and "systemd" in os.readlink("/proc/%d/exe" % pid):
                        return pid
            except OSError:
                continue
        return None

    def argv(self, *args):
        """The command that runs ARGS inside, as root, with a plain environment, but with our own restrictions."""
        return ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C", "--", "env", "-i",
                "PATH=" + PATH, *args]

    def service(self, unit, *args):
        """The same as a service of the container's: confined like everything in it, which keepers look at."""
        environ = ("PATH=" + PATH, "HOME=/root", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1",
                   "DEBIAN_FRONTEND=noninteractive")
        return self.argv("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--unit=" + unit,
                         *["--setenv=" + e for e in environ], *args)

    def run(self, *args, **kw):
        kw.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(self.argv(*args), **kw)

    def stop(self):
        if self.leader and self.nspawn.poll() is None:
            os.kill(self.leader, signal.SIGKILL)
        if self.nspawn:
            if not self.leader:
                self.nspawn.terminate()
            try:
                self.nspawn.wait(30)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        for top in self.cgroups:
            self.remove_cgroup(top)
        self.cgroups = []

    @staticmethod
    def remove_cgroup(top):
        """Its last processes may still be on their way out."""
        end = time.monotonic() + 10
        while os.path.isdir(top) and time.monotonic() < end:
            try:
                for path, _, _ in os.walk(top, topdown=False):
                    os.rmdir(path)
            except OSError:
                time.sleep(0.1)
