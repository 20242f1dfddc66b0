# SPDX-License-Identifier: MIT
"""A terminal with a program in it: a pty of a given size, its output as a transcript, waits on conditions."""
import errno
import fcntl
import os
import re
import select
import signal
import struct
import termios
import time

import world

DEADLINE = 60  # seconds: only a bound for failures, nothing waits this long when all is well


class Failed(AssertionError):
    """A case that did not hold."""


class Skip(Exception):
    """A case that can't be tried here."""


def check(condition, text):
    if not condition:
        raise Failed(text)


def equal(found, expected, what):
    if found != expected:
        raise Failed("%s: expected %s, found %s" % (what, short(expected), short(found)))


def short(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:140] + " … " + text[-140:]


def wait_until(probe, what, timeout=DEADLINE, interval=0.03):
    """Calls PROBE until it is true; its value.  WHAT is a text, or called for one when that does not come."""
    end = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed("not within %s s: %s" % (timeout, what() if callable(what) else what))
        time.sleep(interval)


def next_millisecond():
    """Returns when the date has another millisecond: which of two sessions was used last is known to that."""
    now = time.time_ns() // 1000000
    wait_until(lambda: time.time_ns() // 1000000 > now, "the clock goes on", interval=0)


class Term:
    count = 0

    def __init__(self, argv, size=(24, 80), term="xterm-256color", env=None, ids=None, cwd="/", log=None, netns=None,
                 name=None):
        """IDS is (uid, gid, groups) of who runs ARGV; NETNS a descriptor of the network namespace to be in."""
        Term.count += 1
        self.name = name or "term-%d" % Term.count
        self.data = bytearray()
        self.sizes = []     # (length of the data then, rows, cols), the first one to begin with
        self.mark = 0
        self.eof = False
        self.status = None
        self.on_read = None  # called with the Term when something has come
        self.log = open(os.path.join(log, self.name + ".raw"), "ab", buffering=0) if log else None
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        os.set_inheritable(self.master, False)
        self.resize(*size, tell=False)
        if ids:
            os.fchown(slave, ids[0], -1)
        environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        if term is not None:
            environ["TERM"] = term
        environ.update(env or {})
        self.pid = os.fork()
        if self.pid == 0:
            self._child(argv, slave, environ, ids, cwd, netns)
        os.close(slave)

    def _child(self, argv, slave, environ, ids, cwd, netns):
        try:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            if netns is not None:
                world.setns(netns)
            os.closerange(3, 1024)
            for s in (signal.SIGINT, signal.SIGPIPE, signal.SIGHUP):
                signal.signal(s, signal.SIG_DFL)
            os.chdir(cwd)
            if ids:
                os.setgroups(ids[2])
                os.setresgid(ids[1], ids[1], ids[1])
                os.setresuid(ids[0], ids[0], ids[0])
            os.execvpe(argv[0], argv, environ)
        except BaseException as e:
            os.write(2, ("spawn: %s\n" % e).encode())
        os._exit(127)

    # output ------------------------------------------------------------------------------------------------------

    def read(self, timeout=0.0):
        """Takes what there is within TIMEOUT seconds; whether anything came."""
        if self.eof or not select.select([self.master], [], [], max(0.0, timeout))[0]:
            return False
        try:
            chunk = os.read(self.master, 65536)
        except OSError as e:
            if e.errno == errno.EAGAIN:
                return False
            chunk = b""
        if not chunk:
            self.eof = True
            return False
        self.data += chunk
        if self.log:
            self.log.write(chunk)
        if self.on_read:
            self.on_read(self)
        return True

    def text(self, start=0):
        return bytes(self.data[start:]).decode("utf-8", "replace")

    def new(self):
        """Output behind the last match."""
        return self.text(self.mark)

    def wait_for(self, regex, timeout=DEADLINE, what=None):
        """Waits for REGEX (over bytes decoded as latin-1) behind the last match; the match."""
        end = time.monotonic() + timeout
        pattern = re.compile(regex, re.S)
        while True:
            found = pattern.search(bytes(self.data[self.mark:]).decode("latin-1"))
            if found:
                self.mark += found.end()
                return found
            left = end - time.monotonic()
            if self.eof or left <= 0:
                raise Failed("%s: %s waiting for %s; the last output: %r"
                             % (self.name, "end of output" if self.eof else "%s s over" % timeout, what or regex,
                                bytes(self.data[-400:])))
            self.read(min(left, 1.0))

    def wait_bytes(self, total, timeout=DEADLINE):
        end = time.monotonic() + timeout
        while len(self.data) < total and not self.eof:
            if time.monotonic() > end:
                raise Failed("%s: %d bytes of %d within %s s" % (self.name, len(self.data), total, timeout))
            self.read(1.0)

    def quiet(self, seconds):
        """Reads for SECONDS and says whether nothing came (for "nothing happens" only)."""
        end, came = time.monotonic() + seconds, False
        while time.monotonic() < end and not self.eof:
            came |= self.read(end - time.monotonic())
        return not came

    # input -------------------------------------------------------------------------------------------------------

    def send(self, data, timeout=DEADLINE):
        if isinstance(data, str):
            data = data.encode()
        end = time.monotonic() + timeout
        while data:
            if time.monotonic() > end:
                raise Failed("%s: its terminal takes no input" % self.name)
            ready = select.select([self.master], [self.master], [], 1.0)
            if ready[0]:
                self.read()
            if ready[1]:
                try:
                    data = data[os.write(self.master, data):]
                except BlockingIOError:
                    pass

    def line(self, text):
        self.send(text + "\r")

    def resize(self, rows, cols, tell=True):
        self.size = (rows, cols)
        self.sizes.append((len(self.data), rows, cols))
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, cols * 8, rows * 16))

    # a shell with the tests' prompt ----------------------------------------------------------------------------------

    questions = 0

    def prompt(self, timeout=DEADLINE):
        self.wait_for(r"PROMPT\$ ", timeout, "a prompt")
        return self

    def ask(self, expression, timeout=DEADLINE):
        """The value of EXPRESSION (shell words) in the shell; neither an echo nor a repainted screen can answer."""
        Term.questions += 1
        n = Term.questions
        self.line("printf 'q%%s[%%s]\\n' %d \"%s\"" % (n, expression))
        return self.wait_for(r"q%d\[([^]]*)\]" % n, timeout).group(1)

    def shell_pid(self):
        return int(self.ask("$$"))

    def run(self, command, timeout=DEADLINE):
        """Runs COMMAND and waits for its end; its exit status."""
        Term.questions += 1
        n = Term.questions
        self.line("%s; printf 'd%%s[%%s]\\n' %d $?" % (command, n))
        return int(self.wait_for(r"d%d\[(\d+)\]" % n, timeout).group(1))

    # its end ---------------------------------------------------------------------------------------------------------

    def alive(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def wait_exit(self, timeout=DEADLINE):
        """Reads to the end; the exit status (negative: a signal)."""
        end = time.monotonic() + timeout
        while self.alive():
            if time.monotonic() > end:
                raise Failed("%s: still running after %s s; the last output: %r"
                             % (self.name, timeout, bytes(self.data[-400:])))
            if not self.read(0.05) and self.eof:
                time.sleep(0.01)
        while self.read(0):
            pass
        return self.status

    def kill(self, sig=signal.SIGKILL):
        """Sends SIG to the program alone."""
        if self.alive():
            os.kill(self.pid, sig)
        if sig == signal.SIGKILL:
            self.wait_exit()

    def close(self):
        """Closes the terminal, as its window's close button would."""
        if self.master >= 0:
            os.close(self.master)
            self.master, self.eof = -1, True
