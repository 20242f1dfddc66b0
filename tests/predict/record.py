#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what programs do while a person types into them: traces/PROGRAM.jsonl.gz.

  record.py [-o DIR] [-j N] [--seed N] [PROGRAM…]

As root: everything runs in a private world (tests/sshd/world.py).  A trace is what the server's side sees, without any
delay of a line: lines of JSON, times in ms.  The first says what it is; then, in order,
  {"t", "key": hex}     what was written to the pty in one go; "secret": a password's; "paste"; "commit": an input
                        method's; "answer": the terminal's, to a query of the program
  {"t", "out": hex}     what was read
  {"t", "tty": {"modes", "cc", "front", "program"}}    as frame TTY of docs/PROTOCOL.md says it, on each change
  {"t", "taken": {"input", "output", "certain"}}       as frame TAKEN says it, by the keeper's rule
"""
import argparse
import concurrent.futures
import ctypes
import fcntl
import gzip
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(SRC, "tests", "sshd"), os.path.join(SRC, "tests", "screen")]
sys.dont_write_bytecode = True
import answers  # noqa: E402
import place  # noqa: E402
from scripts import PROGRAMS  # noqa: E402
from typist import keys_of  # noqa: E402
from world_of import World  # noqa: E402

ROWS, COLS = 24, 80
QUIET = 0.020        # seconds without output after which what the program wrote is taken to be whole
TAIL = 2.0           # seconds behind the last key
IN_ACCESS, IN_NONBLOCK = 1, os.O_NONBLOCK
FIONREAD = 0x541B
# field of tcgetattr, the host's bit, the protocol's
LOCAL, INPUT, OUTPUT = 3, 0, 1
BITS = ((LOCAL, "ICANON", 1), (LOCAL, "ECHO", 2), (LOCAL, "ECHOE", 4), (LOCAL, "ECHOK", 8), (LOCAL, "ECHOKE", 16),
        (LOCAL, "ECHOCTL", 32), (LOCAL, "ECHOPRT", 64), (LOCAL, "ECHONL", 128), (LOCAL, "IEXTEN", 256),
        (LOCAL, "ISIG", 512), (INPUT, "ICRNL", 1024), (INPUT, "INLCR", 2048), (INPUT, "IGNCR", 4096),
        (INPUT, "IUTF8", 8192), (OUTPUT, "OPOST", 16384), (OUTPUT, "ONLCR", 32768), (INPUT, "IXON", 65536),
        (OUTPUT, "XTABS", 131072),
        (INPUT, "ISTRIP", 262144), (INPUT, "IUCLC", 524288))
VALUES = {"ECHOKE": 0o4000, "ECHOCTL": 0o1000, "ECHOPRT": 0o2000, "IUTF8": 0o40000, "IUCLC": 0o1000, "XTABS": 0o14000}
CHARACTERS = ("VINTR", "VQUIT", "VERASE", "VKILL", "VEOF", "VEOL", "VEOL2", "VWERASE", "VLNEXT", "VREPRINT", "VSUSP",
              "VSTART", "VSTOP")
ICANON, ECHO = 1, 2
libc = ctypes.CDLL(None, use_errno=True)


def value(name):
    return VALUES.get(name) or getattr(termios, name)


class Trace:
    """A program in a pty, and what passes."""

    def __init__(self, argv, ids):
        self.events, self.output, self.answered = [], bytearray(), 0
        self.written = 0                 # bytes of input
        self.taken_at = 0                # of them, as far as TAKEN has said
        self.read_at = None              # when the program has read, or an output came after that
        self.tty = None
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.notify = libc.inotify_init1(IN_NONBLOCK | os.O_CLOEXEC)
        libc.inotify_add_watch(self.notify, os.ttyname(self.slave).encode(), IN_ACCESS)
        os.fchown(self.slave, ids[0], -1)
        self.begin = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            self.child(argv, ids)

    def child(self, argv, ids):
        try:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(self.slave, fd)
            os.closerange(3, 1024)
            for s in (signal.SIGINT, signal.SIGPIPE, signal.SIGHUP):
                signal.signal(s, signal.SIG_DFL)
            os.setgroups(ids[2])
            os.setresgid(ids[1], ids[1], ids[1])
            os.setresuid(ids[0], ids[0], ids[0])
            os.execve(argv[0], argv, {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color"})
        except BaseException as e:
            os.write(2, str(e).encode())
        os._exit(127)

    def now(self):
        return time.monotonic() - self.begin

    def add(self, **what):
        self.events.append({"t": round(self.now() * 1000, 2), **what})

    def look(self):
        """Says the modes and who is in front, if either has changed."""
        a = termios.tcgetattr(self.master)
        modes = sum(bit for field, name, bit in BITS if a[field] & value(name) == value(name))
        cc = b"".join(a[6][getattr(termios, n)][:1] for n in CHARACTERS)
        front = struct.unpack("i", fcntl.ioctl(self.master, termios.TIOCGPGRP, bytes(4)))[0]
        try:
            with open("/proc/%d/comm" % front, encoding="utf-8", errors="replace") as f:
                program = "".join(c for c in f.read()[:32] if c.isprintable())
        except OSError:
            program = ""
        tty = {"modes": modes, "cc": cc.hex(), "front": front, "program": program}
        if tty != self.tty:
            self.tty = tty
            self.add(tty=tty)

    def write(self, data, **kind):
        self.look()
        self.written += len(data)
        self.add(key=data.hex(), **kind)
        while data:
            select.select([], [self.master], [], 5)
            data = data[os.write(self.master, data):]

    def read(self):
        try:
            data = os.read(self.master, 65536)
        except BlockingIOError:
            return
        self.output += data
        self.add(out=data.hex())
        self.look()
        if self.read_at:
            self.read_at = self.now()
        for m in answers.ASKED.finditer(bytes(self.output), self.answered):
            self.answered = m.end()
            self.write(answers.answer_to(m, False), answer=True)

    def unread(self):
        return struct.unpack("i", fcntl.ioctl(self.slave, FIONREAD, bytes(4)))[0]

    def follow(self):
        """The rule of TAKEN: the program has read and nothing is left, and then it was quiet."""
        try:
            while os.read(self.notify, 4096):
                self.read_at = self.now()
        except BlockingIOError:
            pass
        canonical = self.tty and self.tty["modes"] & ICANON
        if canonical and self.tty["modes"] & ECHO and not self.read_at:
            self.read_at = self.now()      # the kernel's echo waits for nobody
        if self.written > self.taken_at and self.read_at and self.now() - self.read_at >= QUIET:
            if canonical or not self.unread():
                self.look()
                certain = int(bool(self.tty["modes"] & ICANON and self.tty["modes"] & ECHO))
                self.add(taken={"input": self.written, "output": len(self.output), "certain": certain})
                self.taken_at, self.read_at = self.written, None

    def until(self, when):
        while self.now() < when:
            self.follow()
            wait = min(when - self.now(), 0.005 if self.written > self.taken_at else 1)
            if select.select([self.master, self.notify], [], [], max(0, wait))[0]:
                self.read()
                self.follow()

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        for fd in (self.master, self.slave, self.notify):
            os.close(fd)


def ids_of(name):
    import pwd
    p = pwd.getpwnam(name)
    return p.pw_uid, p.pw_gid, os.getgrouplist(name, p.pw_gid)


def record(number, program, seed, out):
    ids = ids_of("alice")
    top = place.home(number, program, ids)
    trace = Trace(["/bin/sh", top + "/start"], ids)
    trace.until(1.0)
    keys = keys_of(program.script, "%s %s" % (program.name, seed))
    for key in keys:
        trace.until(1.0 + key.at)
        kind = {key.kind: True} if key.kind in ("secret", "paste", "commit") else {}
        trace.write(key.bytes(bytes(trace.output)), **kind)
    trace.until(1.0 + keys[-1].at + TAIL)
    trace.close()
    head = {"program": program.name, "rows": ROWS, "cols": COLS, "term": "xterm-256color", "locale": "C.UTF-8",
            "seed": seed}
    with open(os.path.join(out, program.name + ".jsonl"), "w") as f:
        for line in [head] + trace.events:
            f.write(json.dumps(line, separators=(",", ":")) + "\n")
    return program.name, len(keys), len(trace.output)


def inside(src, log, extra):
    """The world's entry."""
    wanted = [p for p in PROGRAMS if not extra["programs"] or p.name in extra["programs"]]
    place.prepare(wanted)
    with concurrent.futures.ProcessPoolExecutor(extra["jobs"]) as pool:
        jobs = [pool.submit(record, n, p, extra["seed"], log) for n, p in enumerate(wanted)]
        for j in concurrent.futures.as_completed(jobs):
            print("%-12s %4d keys, %6d bytes of output" % j.result(), flush=True)
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-o", default=os.path.join(HERE, "traces"), metavar="DIR")
    p.add_argument("-j", type=int, default=4, metavar="N")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("program", nargs="*")
    a = p.parse_args()
    world = World()
    world.stage(None)
    with tempfile.TemporaryDirectory(prefix="holdfast-record-") as log:
        status = world.run(log, "record:inside", {"programs": a.program, "jobs": a.j, "seed": a.seed})
        os.makedirs(a.o, exist_ok=True)
        for name in sorted(os.listdir(log)):
            if name.endswith(".jsonl"):
                with open(os.path.join(log, name), "rb") as f, open(os.path.join(a.o, name + ".gz"), "wb") as to:
                    with gzip.GzipFile("", "wb", 9, to, 0) as g:
                        g.write(f.read())
    return status


if __name__ == "__main__":
    sys.exit(main())
