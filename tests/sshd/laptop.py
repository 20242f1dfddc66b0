# SPDX-License-Identifier: MIT
"""A laptop with a network of its own (a namespace, joined by a veth pair), whose link can be cut and address changed."""
import os
import re
import signal
import subprocess
import time

import world
from template import PORT

SERVER = "10.99.0.1"


def calm():
    """Lets the moment pass in which an acknowledgement still counts as a sign of life.

    From OpenSSH 9.5 on a client whose user has typed goes on for up to three seconds with packets that look like keys
    (ObscureKeystrokeTiming), and sshd answers them: waits for their end as well, but not for ever.
    """
    start = time.monotonic()
    while time.monotonic() - start < 0.6 or (hears() and time.monotonic() - start < 6):
        time.sleep(0.1)


def hears():
    """Whether data has come on one of sshd's connections in the last moment."""
    out = subprocess.run(["ss", "-tniH", "sport", "=", ":%d" % PORT], stdout=subprocess.PIPE, text=True, check=True).stdout
    # ss leaves a time of 0 ms out
    return any(int((re.search(r"lastrcv:(\d+)", line) or [0, 0])[1]) < 500 for line in out.splitlines() if "rto:" in line)


class Laptop:
    def __init__(self, address="10.99.0.2"):
        self.address = address
        self.boot()

    def boot(self):
        self.pid = world.network_holder()
        self.ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth1", inside=False)
        self.ip("link", "set", "veth1", "netns", str(self.pid), inside=False)
        self.ip("addr", "add", SERVER + "/24", "dev", "veth0", inside=False)
        self.ip("link", "set", "veth0", "up", inside=False)
        self.ip("addr", "add", self.address + "/24", "dev", "veth1")
        self.ip("link", "set", "veth1", "up")
        self.ip("link", "set", "lo", "up")
        self.net = os.open("/proc/%d/ns/net" % self.pid, os.O_RDONLY | os.O_CLOEXEC)

    def command(self, host, argv):
        """ARGV on the laptop, by its user: only root may go there, and becomes the user after it."""
        uid, gid, _ = host.ids("laptop")
        return ["nsenter", "-t", str(self.pid), "-n", "-S", str(uid), "-G", str(gid), *argv]

    def ip(self, *args, inside=True):
        enter = ["nsenter", "-t", str(self.pid), "-n"] if inside else []
        subprocess.run([*enter, "ip", *args], check=True)

    calm = staticmethod(calm)

    def cut(self):
        self.ip("link", "set", "veth1", "down")

    def mend(self):
        self.ip("link", "set", "veth1", "up")

    def move(self, address):
        """Another address: nobody has the old one any more."""
        self.ip("addr", "flush", "dev", "veth1")
        self.ip("addr", "add", address + "/24", "dev", "veth1")
        self.address = address
        self.calm()

    def reboot(self, terms):
        """Everything that ran is gone without a word; the same address."""
        self.cut()
        for t in terms:
            t.kill()
        self.ip("link", "del", "veth0", inside=False)
        os.close(self.net)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.boot()
        self.calm()

    def ssh(self, host, user="alice", options=(), **kw):
        return host.ssh(user, options=["-o", "HostName=" + SERVER, *options], netns=self.net, **kw)

    def login(self, host, user="alice", **kw):
        return self.ssh(host, user, **kw).prompt()
