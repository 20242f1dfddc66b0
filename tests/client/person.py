# SPDX-License-Identifier: MIT
"""The person's end of the client's tests: starts the client at a pipe or in a terminal, types, and looks."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from fake import Host, Session

LIMIT = 120
HOLDFAST = CARRY = ARGV = REPLAY = WORK = None  # set by run.py
COUNTER = iter(range(10 ** 9))
STARTED = []


def popen(*args, **kw):
    p = subprocess.Popen(*args, **kw)
    STARTED.append(p)
    return p


def end_all():
    """A client that a failed case has left would come back for ever."""
    for p in STARTED:
        if isinstance(p, Terminal) and p.status is None:
            os.kill(p.pid, signal.SIGKILL)
            os.waitpid(p.pid, 0)
        elif not isinstance(p, Terminal) and p.poll() is None:
            p.kill()
            p.wait()
    STARTED.clear()


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def equal(a, b, what):
    if a != b:
        show = [repr(x if not isinstance(x, (bytes, bytearray)) else bytes(x[-300:])) for x in (a, b)]
        raise AssertionError("%s: %s, and not %s" % (what, show[0], show[1]))


def wait_until(condition, what, limit=LIMIT):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain: " + what)
        time.sleep(0.005)


def new_host(session=None, plans=()):
    return Host(os.path.join(WORK, "h%d" % next(COUNTER)), session, plans)


def command(host, *words, options=()):
    return [HOLDFAST, "-F", "none", "--transport", "%s %s" % (CARRY, host.path), *options, "host", *words]


def run(host, *words, stdin=b"", options=(), limit=LIMIT):
    return subprocess.run(command(host, *words, options=options), input=stdin, capture_output=True, timeout=limit)


def as_a_shell_would():
    """Goes on in a child that has a process group of its own, in the foreground: only such a one can be stopped."""
    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)


class Terminal:
    """The client in a pty; what it writes is in self.seen."""

    def __init__(self, host, *words, options=(), rows=24, cols=80, job=False, environ=()):
        argv = command(host, *words, options=options)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.environ["LC_ALL"] = "C.UTF-8"
            os.environ.update(environ)
            if job:
                as_a_shell_would()
            os.execv(argv[0], argv)
        self.seen = b""
        self.size(rows, cols)
        self.status = None
        STARTED.append(self)

    def size(self, rows, cols):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def type(self, data):
        os.write(self.fd, data)

    def pump(self, wait=0.02):
        if not select.select([self.fd], [], [], wait)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.seen += data
        return bool(data)

    def wait_for(self, text, limit=LIMIT):
        text = text if isinstance(text, bytes) else text.encode()
        end = time.monotonic() + limit
        while not re.search(text, self.seen):
            if not self.pump() and not re.search(text, self.seen):
                raise AssertionError("the client ended without %r: %r" % (text, self.seen[-600:]))
            check(time.monotonic() < end, "waited in vain for %r in %r" % (text, self.seen[-600:]))

    def until(self, condition, what):
        end = time.monotonic() + LIMIT
        while not condition():
            self.pump(0.01)
            check(time.monotonic() < end, "waited in vain: %s; %r" % (what, self.seen[-600:]))

    def settle(self):
        """Takes what was written up to now: a busy machine may be late with it."""
        while select.select([self.fd], [], [], 0.3)[0] and self.pump():
            pass

    def close(self):
        """Waits for its end: the exit status."""
        while self.pump(1):
            pass
        os.close(self.fd)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status


def in_order(host):
    equal(host.troubles, [], "what the client did wrong")


def terminal_session(**more):
    return Session(kind=1, after_input=False, output=b"prompt$ ", rendering=b"\033[2J\033[HRENDERED", **more)


def open_terminal(h, *words, **more):
    h.session.ended = False
    t = Terminal(h, *words, **more)
    t.wait_for(r"prompt\$ ")
    return t


def finish(h, t, status=0):
    h.session.ended = True
    equal(t.close(), status, "status; %r" % t.seen[-400:])
    in_order(h)
