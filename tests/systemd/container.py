# SPDX-License-Identifier: MIT
"""A booted Debian in a container: its root is made once and cached (roots.py), each boot changes an overlay of it.

systemd-nspawn without machined: the container has mount, pid, net, uts, ipc and cgroup namespaces of its own and a
cgroup of its own below the ones we are in.  Its end is the end of its first process, which is the only one that is
ever killed from outside.
"""
import glob
import os
import re
import shutil
import signal
import subprocess
import time

from roots import CannotBoot, Layer

BOOT_LIMIT = 120  # seconds
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def cgroup_mounts():
    """Where to have a cgroup of our own: the hierarchies that systemd looks at."""
    out = []
    with open("/proc/self/mounts") as f:
        for line in f:
            _, where, kind, options = line.split()[:4]
            if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
                out.append(where)
    return out


class Container(Layer):
    INIT = ("-b", "systemd.log_target=journal")

    def __init__(self, base, name, root, log, binds=()):
        """BASE is a tmpfs; BINDS are (source, target), read-only in the container."""
        super().__init__(base, name, root)
        self.name, self.log, self.binds = name, log, binds
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
                *["--bind-ro=%s:%s" % b for b in self.binds], "-D", self.root, *self.INIT]
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

    def prepare(self, spec):
        """Before the boot; SPEC is the cases', JSON."""

    def cases(self, spec):
        """The command that has the output of the cases of SPEC."""
        return self.service("cases", "/usr/bin/python3", "-B", "/src/tests/systemd/inside.py", spec)

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
                    if ns and not os.readlink("/proc/%d/exe" % pid).endswith("-nspawn"):
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

    def down(self, orderly):
        """The host goes down, ORDERLY or by the death of its first process; boot() boots it again."""
        if orderly:
            self.run("systemctl", "--no-block", "poweroff")
            try:
                self.nspawn.wait(120)
            except subprocess.TimeoutExpired:
                raise CannotBoot("the container does not shut down") from None
        self.stop()
        self.leader = self.nspawn = None

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


STARTER = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides:          cases
# Required-Start:    $all
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: runs the cases
### END INIT INFO
[ "$1" = start ] || exit 0
cd / && umask 022
export PATH=%s HOME=/root LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 DEBIAN_FRONTEND=noninteractive
setsid python3 -B /src/tests/systemd/inside.py "$(cat /var/cases/spec)" </dev/null >/var/cases/out 2>/var/cases/err &
"""


class Initless(Container):
    """Without systemd: an init script starts the cases, so that they are confined like everything in it."""
    INIT = ("/sbin/init",)  # -b would rather take a systemd that is installed and not the init

    def up(self):
        self.leader = self.leader or self.find_leader()
        return bool(self.leader)

    def prepare(self, spec):
        self.write("/var/cases/spec", spec)
        os.mkfifo(self.root + "/var/cases/out")
        self.write("/etc/init.d/cases", STARTER % PATH, 0o755)
        subprocess.run(["chroot", self.root, "update-rc.d", "cases", "defaults"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, env={"PATH": PATH})

    def cases(self, spec):
        return ["cat", self.root + "/var/cases/out"]
