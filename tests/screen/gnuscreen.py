# SPDX-License-Identifier: MIT
"""GNU screen as a terminal whose screen can be read: its text (hardcopy) and its cursor (info); not how it looks."""
import fcntl
import itertools
import os
import subprocess
import termios
import time

import tmux

CONF = ("defutf8 on\naltscreen on\nstartup_message off\nhardstatus off\nvbell off\ndefscrollback 100\n"
        "term screen-256color\n")
NAMES = itertools.count(1)
PATIENCE = 20


class Window(tmux.Pane):
    """The only window of a server of its own; of 24 rows and 80 columns, as screen has it without a terminal."""

    def __init__(self, directory):
        self.directory, self.name = directory, "judge-%d" % next(NAMES)
        os.makedirs(os.path.join(directory, "sockets"), mode=0o700, exist_ok=True)
        self.env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/", "TERM": "xterm-256color",
                    "SHELL": "/bin/sh", "SCREENDIR": os.path.join(directory, "sockets")}
        conf, tty = (os.path.join(directory, self.name + end) for end in (".conf", ".tty"))
        with open(conf, "w", encoding="ascii") as f:
            f.write(CONF)
        # The file is there with the name in it, or not at all.
        self.run("-c", conf, "-dmS", self.name, "sh", "-c", "tty >%s.new && mv %s.new %s; exec sleep 100000" % (
            tty, tty, tty))
        end = time.monotonic() + PATIENCE
        while not os.path.exists(tty):
            if time.monotonic() > end:
                raise RuntimeError("screen does not begin")
            time.sleep(0.01)
        with open(tty, encoding="ascii") as f:
            self.open_tty(f.read().strip())

    def run(self, *argv):
        return subprocess.run(["screen", *argv], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=True, timeout=PATIENCE).stdout.decode("utf-8", "replace")

    def close(self):
        os.close(self.fd)
        self.run("-S", self.name, "-X", "quit")

    def settle(self):
        """Inside a sequence: waits until screen has read all; what it is asked next it answers behind that."""
        end = time.monotonic() + PATIENCE
        while any(fcntl.ioctl(self.fd, termios.TIOCOUTQ, b"\0\0\0\0")):
            if time.monotonic() > end:
                raise RuntimeError("screen does not read")
            time.sleep(0.005)

    def snapshot(self):
        path = os.path.join(self.directory, self.name + ".copy")
        self.run("-S", self.name, "-X", "hardcopy", path)
        info = self.run("-S", self.name, "-Q", "info")  # answered behind the hardcopy
        with open(path, encoding="utf-8", errors="replace") as f:
            lines = f.read().replace("\0", " ").split("\n")  # as screen writes what it has never written
        return {"cursor": info.split("/")[0], **{"row %d" % n: line.rstrip() for n, line in enumerate(lines)}}


def differences(when, a, b):
    return [(when, k, a.get(k, ""), b.get(k, "")) for k in {**a, **b} if a.get(k, "") != b.get(k, "")][:5]
