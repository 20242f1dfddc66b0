# SPDX-License-Identifier: MIT
"""A machine with a network of its own at the end of a long line (wire.c)."""
import os
import stat
import subprocess

import world

WIRE = "/usr/libexec/holdfast/wire"


class Far:
    """Machine NUMBER (from 1): its user's programs run in the namespace NET, and reach this one as HOST.  RTT: seconds
    to and fro; LOSS: packets of 1000 that are lost."""

    def __init__(self, number, rtt, loss=0):
        self.address, self.host, self.options = "10.98.%d.1" % number, "far%d" % number, []
        self.pid = world.network_holder()
        if not os.path.exists("/dev/net/tun"):
            os.makedirs("/dev/net", exist_ok=True)
            os.mknod("/dev/net/tun", stat.S_IFCHR | 0o600, os.makedev(10, 200))
        device = "wire%d" % number
        self.wire = subprocess.Popen([WIRE, device, str(rtt * 500), str(loss), str(number), str(self.pid)],
                                     stdout=subprocess.PIPE, text=True)
        if self.wire.stdout.readline() != "ok\n":
            raise SystemExit("wire: no line")
        self.up(device, self.address, [])
        enter = ["nsenter", "-t", str(self.pid), "-n"]
        self.up(device, "10.98.%d.2" % number, enter)
        subprocess.run([*enter, "ip", "link", "set", "lo", "up"], check=True)
        self.net = os.open("/proc/%d/ns/net" % self.pid, os.O_RDONLY | os.O_CLOEXEC)
        with open("/etc/hosts", "a", encoding="ascii") as f:
            f.write("%s %s\n" % (self.address, self.host))

    @staticmethod
    def up(device, address, enter):
        subprocess.run([*enter, "ip", "addr", "add", address + "/24", "dev", device], check=True)
        subprocess.run([*enter, "ip", "link", "set", device, "up"], check=True)
