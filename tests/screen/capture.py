#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what real programs write to a terminal: captures/PROGRAM.ROWSxCOLS.raw.

  capture.py [-o DIR] [PROGRAM…]

As root.  The programs run as "alice" on "server" in a private home (world.py); what they ask the terminal is
answered as xterm would.  Bytes are kept as they came.
"""
import argparse
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import world  # noqa: E402
from answers import ASKED, answer_to  # noqa: E402
from programs import PROGRAMS  # noqa: E402

SIZES = ((24, 80), (60, 200))
QUIET = 0.25     # seconds without output: the program waits for a key
PATIENCE = 3.0   # at most so long for one step
LIMIT = 160000   # bytes of one capture


class Recording:
    def __init__(self, argv, rows, cols, margins):
        self.margins = margins
        self.data = bytearray()
        self.answered = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(world.PROJECT)
            argv = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "setpriv", "--reuid=1000",
                    "--regid=1000",
                    "--clear-groups", "--no-new-privs", "--", *argv]
            os.execvpe("unshare", argv, world.ENVIRONMENT)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def answer(self):
        for m in ASKED.finditer(self.data, self.answered):
            os.write(self.fd, answer_to(m, self.margins))
            self.answered = m.end()

    def read(self, seconds):
        """Reads until it is quiet; whether the program is still there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(self.data) < LIMIT:
            if not select.select([self.fd], [], [], QUIET)[0]:
                return True
            try:
                got = os.read(self.fd, 65536)
            except OSError:
                got = b""
            if not got:
                return False
            self.data += got
            self.answer()
        return True

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def record(name, argv, keys, rows, cols, out):
    r = Recording(argv, rows, cols, name != "tmux")
    there = r.read(PATIENCE)
    for k in keys:
        if not there:
            break
        if isinstance(k, float):
            time.sleep(k)
        else:
            os.write(r.fd, k.encode() if isinstance(k, str) else k)
        there = r.read(PATIENCE)
    r.close()
    path = os.path.join(out, "%s.%dx%d.raw" % (name, rows, cols))
    with open(path, "wb") as f:
        f.write(r.data)
    print("%-32s %7d" % (os.path.basename(path), len(r.data)), flush=True)


def inside(names, out_fd):
    """In the new namespaces: OUT_FD is the directory for the captures, opened before they hid it."""
    world.enter()
    for name, (argv, keys) in PROGRAMS.items():
        if names and name not in names:
            continue
        for rows, cols in SIZES:
            record(name, argv, keys, rows, cols, "/proc/self/fd/%d" % out_fd)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-o", default=os.path.join(HERE, "captures"))
    p.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    p.add_argument("program", nargs="*")
    a = p.parse_args()
    if a.inside is not None:
        return inside(a.program, a.inside)
    os.makedirs(a.o, exist_ok=True)
    fd = os.open(a.o, os.O_DIRECTORY | os.O_RDONLY)
    os.set_inheritable(fd, True)
    argv = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--uts", "--ipc",
            "--",
            "/usr/bin/python3", "-B", os.path.abspath(__file__), "--inside", str(fd), *a.program]
    return subprocess.run(argv, pass_fds=[fd]).returncode


if __name__ == "__main__":
    sys.exit(main())
