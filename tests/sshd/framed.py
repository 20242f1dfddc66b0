# SPDX-License-Identifier: MIT
"""Framed: a client of docs/PROTOCOL.md, over ssh to the subsystem or whatever command it is given.

A Stream is what a client keeps over its connections: output so far, input that is not acknowledged.  A Framed is one
connection.  Nothing here is lenient: a frame that the protocol does not allow fails the case.
"""
import os
import re
import select
import struct
import subprocess
import time

from term import DEADLINE, Failed, check, equal

MAGIC = b"\0HLDFST\1"
FRAME_MAX = 65536
MODES_ALONE = 2  # of WATCH
# What a terminal that resumes a session is asked, in front of its screen.
QUESTION = b"\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b]12;?\x1b\\"

HELLO, LIST, ATTACH, INPUT, INPUT_END, ACK, SIZE, SIGNAL, REDRAW, NAME, DETACH, EXIT_ACK, PING, PONG = range(1, 15)
(S_HELLO, LIST_IS, ATTACHED, OUTPUT, INPUT_ACK, GAP, RENDERING, SIZE_IS, EXIT, DETACHED, ERROR, S_PING, S_PONG,
 NOTICE) = range(65, 79)
WATCH, TTY, TAKEN = 129, 130, 131
ICANON, ECHO = 1, 2            # of TTY's modes
AUTO, NEW, TAKE, JOIN, STREAM = range(1, 6)
READONLY, PIPES, QUIET, MUST_EXIST = 1, 2, 4, 8
PROTOCOL, UNSUPPORTED, NO_SESSION, REFUSED, BUSY, TROUBLE, DISABLED = range(1, 8)


def string(data):
    if isinstance(data, str):
        data = data.encode()
    return struct.pack(">I", len(data)) + data


def u64(*values):
    return struct.pack(">%dQ" % len(values), *values)


def frame(kind, body=b""):
    return struct.pack(">IB", len(body) + 1, kind) + body


class Fields:
    """Takes a body apart; end() fails when something is left over."""

    def __init__(self, body):
        self.body = body

    def take(self, form):
        n = struct.calcsize(">" + form)
        if len(self.body) < n:
            raise Failed("a frame that is too short")
        value = struct.unpack(">" + form, self.body[:n])
        self.body = self.body[n:]
        return value[0] if len(value) == 1 else value

    def string(self):
        n = self.take("I")
        if len(self.body) < n:
            raise Failed("a string that is too long")
        value, self.body = self.body[:n], self.body[n:]
        return value

    def text(self):
        return self.string().decode()

    def raw(self, n):
        return self.take("%ds" % n)

    def end(self):
        equal(self.body, b"", "what is left over of a frame")


class Stream:
    """What a client has of a session."""

    def __init__(self):
        self.name = os.urandom(16)
        self.key, self.id = bytes(16), None
        self.start = self.output = 0       # offsets: of the first byte in DATA after the last gap, of the next
        self.data = bytearray()            # everything that came, in order
        self.errors, self.error_data = 0, bytearray()
        self.sent = self.acked = 0         # input
        self.pending = bytearray()         # from ACKED on
        self.window = 0


class Framed:
    def __init__(self, host, stream=None, user="alice", options=(), argv=None, magic=True, as_user="laptop"):
        self.host, self.stream = host, stream or Stream()
        uid, gid, groups = host.ids(as_user)
        home = "/home/" + as_user
        argv = argv or host.ssh_argv(user, ["-T", *options, "-s"], ["resume"])
        self.p = subprocess.Popen(argv, bufsize=0, user=uid, group=gid, extra_groups=groups, cwd=home,
                                  env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8",
                                       "USER": as_user, "LOGNAME": as_user},
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.features = ""                 # a name-list, of HELLO
        self.nonce = os.urandom(16)
        self.buf, self.garbage, self.met = b"", b"", False
        self.acks = True                   # acknowledge what comes
        self.closed = False
        self.mode = None                   # of ATTACH
        self.ended = None                  # (kind, …) of EXIT, DETACHED or ERROR
        self.log = []                      # (kind, fields) of everything else
        self.rendering, self.renderings = bytearray(), []
        self.size_is = None
        self.ttys, self.takens = [], []    # what TTY and TAKEN have said
        self.limit = None                  # bytes to be read at most, in all
        self.got = 0
        if magic:
            self.write(MAGIC + self.nonce)

    # bytes ---------------------------------------------------------------------------------------------------------

    def write(self, data):
        try:
            view = memoryview(bytes(data))
            while view:
                n = os.write(self.p.stdin.fileno(), view)
                view = view[n:]
        except BrokenPipeError:
            pass

    def send(self, kind, body=b""):
        self.write(frame(kind, body))

    def read(self, seconds):
        """Takes what comes within SECONDS: whether anything did."""
        if self.closed or not select.select([self.p.stdout], [], [], seconds)[0]:
            return False
        want = 65536 if self.limit is None else min(65536, self.limit - self.got)
        data = os.read(self.p.stdout.fileno(), want) if want else b""
        if not data:
            self.closed = True
            return False
        self.got += len(data)
        self.buf += data
        self.take()
        return True

    def take(self):
        if not self.met:
            at = self.buf.find(MAGIC + self.nonce)
            if at < 0:
                return
            self.garbage, self.buf, self.met = self.buf[:at], self.buf[at + 24:], True
        while len(self.buf) >= 5:
            length, kind = struct.unpack(">IB", self.buf[:5])
            check(1 <= length <= FRAME_MAX, "a frame of %d bytes" % length)
            if len(self.buf) < 4 + length:
                return
            body, self.buf = self.buf[5:4 + length], self.buf[4 + length:]
            self.on_frame(kind, Fields(body))

    # frames --------------------------------------------------------------------------------------------------------

    def on_frame(self, kind, f):
        check(not self.ended, "a frame of type %d after the last one" % kind)
        s = self.stream
        if kind == OUTPUT:
            channel, offset = f.take("BQ")
            equal(offset, s.errors if channel else s.output, "the offset of output")
            if channel:
                s.errors += len(f.body)
                s.error_data += f.body
            else:
                s.output += len(f.body)
                s.data += f.body
            if self.acks:
                self.ack(channel)
        elif kind == INPUT_ACK:
            offset, s.window = f.take("QI")
            f.end()
            check(s.acked <= offset <= s.sent, "an INPUT_ACK of %d, not from %d to %d" % (offset, s.acked, s.sent))
            del s.pending[:offset - s.acked]
            s.acked = offset
        elif kind == GAP:
            channel, first, last = f.take("BQQ")
            f.end()
            equal(first, s.errors if channel else s.output, "the begin of a gap")
            if not channel:
                s.start = s.output = last
                s.data = bytearray()
            self.log.append((GAP, (first, last)))
        elif kind == RENDERING:
            flags, offset = f.take("BQ")
            check(offset >= s.output, "a rendering of what has been")
            self.rendering += f.body
            if flags & 1:
                if offset != s.output:
                    s.start, s.data = offset, bytearray()
                s.output = offset
                self.renderings.append((flags, offset, bytes(self.rendering)))
                self.rendering = bytearray()
        elif kind == SIZE_IS:
            self.size_is = f.take("II")
            f.end()
        elif kind == EXIT:
            self.ended = (EXIT, *f.take("?I"), f.text())
            f.end()
        elif kind in (DETACHED, ERROR):
            self.ended = (kind, f.take("I"), f.text())
            f.end()
        elif kind == ATTACHED:
            self.on_attached(f)
        elif kind == TTY:
            self.on_tty(f)
        elif kind == TAKEN:
            self.on_taken(f)
        else:
            self.log.append((kind, f))

    def on_attached(self, f):
        s, names = self.stream, ("version", "features", "id", "name", "key", "kind", "new", "known", "input", "window",
                                 "output", "errors", "rows", "cols")
        a = dict(zip(names, (f.take("I"), f.text(), f.take("I"), f.text(), f.raw(16), f.take("I"), f.take("?"),
                             f.take("?"), f.take("Q"), f.take("I"), f.take("Q"), f.take("Q"), f.take("I"), f.take("I"))))
        f.end()
        s.id, s.key, s.window = a["id"], a["key"], a["window"]
        if self.mode == STREAM:
            equal((a["output"], a["errors"]), (s.output, s.errors), "where output goes on")
        else:
            s.start = s.output = a["output"]
            s.data, s.errors = bytearray(), a["errors"]
        if self.mode == STREAM and a["known"]:
            check(s.acked <= a["input"] <= s.sent, "input goes on at %d, not from %d to %d" % (a["input"], s.acked, s.sent))
            # all that it has, also what the server has already: that is passed over
            if s.pending:
                self.send(INPUT, struct.pack(">Q", s.acked) + bytes(s.pending))
            del s.pending[:a["input"] - s.acked]
            s.acked = a["input"]
        else:
            s.sent = s.acked = a["input"]
            s.pending = bytearray()
        self.log.append((ATTACHED, a))

    def on_tty(self, f):
        tty = dict(zip(("output", "modes"), f.take("QI")), cc=f.string(), front=f.take("I"), program=f.text())
        f.end()
        equal(len(tty["cc"]), 13, "the length of TTY's cc")
        check(not self.ttys or tty["output"] >= self.ttys[-1]["output"], "TTY goes back")
        self.ttys.append(tty)

    def on_taken(self, f):
        input, output, certain = f.take("QQB")
        f.end()
        s = self.stream
        check(certain in (0, 1), "TAKEN's last byte is %d" % certain)
        check(input <= s.sent, "TAKEN speaks of input that was not sent: %d of %d" % (input, s.sent))
        check(output <= s.output, "TAKEN comes before the output that it speaks of: %d, not %d" % (output, s.output))
        before = self.takens[-1] if self.takens else (0, 0, 0)
        check(input >= before[0] and output >= before[1], "TAKEN %s behind %s" % ((input, output), before))
        self.takens.append((input, output, bool(certain)))

    def watch(self, on=True):
        """WATCH, and what TTY says then.  ON: False, True, or MODES_ALONE."""
        n = len(self.ttys)
        self.send(WATCH, bytes([int(on)]))
        if on:
            self.wait(lambda: len(self.ttys) > n, "TTY, the answer to WATCH")
            return self.ttys[-1]

    def wait_tty(self, what, **want):
        """Until TTY has said last what is wanted: modes that are set (SET) and not set (UNSET), PROGRAM."""
        self.wait(lambda: self.tty_is(**want), what)
        return self.ttys[-1]

    def tty_is(self, set=0, unset=0, program=None):
        t = self.ttys[-1]
        return t["modes"] & set == set and not t["modes"] & unset and program in (None, t["program"])

    def taken(self):
        """Waits until TAKEN has said that all input was taken: (input, output, certain)."""
        self.wait(lambda: self.takens and self.takens[-1][0] == self.stream.sent, "TAKEN")
        return self.takens[-1]

    def wait(self, condition, what, timeout=DEADLINE):
        end = time.monotonic() + timeout
        while not condition():
            if self.closed or self.ended:
                raise Failed("the connection is over (%s) before %s; garbage %r" % (self.ended, what, self.buf[-200:]))
            if time.monotonic() > end:
                raise Failed("not within %d s: %s; so far %r" % (timeout, what, bytes(self.stream.data[-500:])))
            self.read(0.2)

    def wait_kind(self, kind, timeout=DEADLINE):
        def probe():
            return next((i for i, (k, _) in enumerate(self.log) if k == kind), None)
        self.wait(lambda: probe() is not None, "a frame of type %d" % kind, timeout)
        return self.log.pop(probe())[1]

    def wait_end(self, timeout=DEADLINE):
        end = time.monotonic() + timeout
        while not self.ended and not self.closed:
            check(time.monotonic() < end, "the attachment does not end")
            self.read(0.2)
        return self.ended

    def wait_closed(self, timeout=DEADLINE):
        end = time.monotonic() + timeout
        while not self.closed:
            check(time.monotonic() < end, "the connection is not closed")
            self.read(0.2)
        return self.p.wait(timeout)

    # what a client says ---------------------------------------------------------------------------------------------

    def hello(self, lowest=1, highest=1):
        self.send(HELLO, struct.pack(">II", lowest, highest) + string("test") + string(self.features))
        f = self.wait_kind(S_HELLO)
        version, software, features, boot = f.take("I"), f.text(), f.text(), f.raw(16)
        f.end()
        equal(version, 1, "the version")
        return boot

    def attach_body(self, mode=AUTO, flags=0, want="", name="", command="", size=(24, 80), env=(), term="xterm-256color",
                    stream=None, key=None, input=None, output=None):
        s, self.mode = self.stream, mode
        body = struct.pack(">II", mode, flags) + string(want) + string(name) + string(command) + string(term)
        body += struct.pack(">IIII", *size, 0, 0)
        body += struct.pack(">I", len(env)) + b"".join(string(e) for e in env)
        body += (stream or s.name) + (key if key is not None else s.key if mode == STREAM else bytes(16))
        if mode != STREAM:
            return body + bytes(24)
        return body + struct.pack(">QQQ", s.acked if input is None else input, s.output if output is None else output,
                                  s.errors)

    def attach(self, mode=AUTO, **kw):
        """HELLO and ATTACH; what ATTACHED says."""
        self.hello()
        self.send(ATTACH, self.attach_body(mode, **kw))
        return self.attached(mode)

    def attached(self, mode):
        self.mode = mode
        return self.wait_kind(ATTACHED)

    def resume(self, **kw):
        """The same stream, over this connection."""
        return self.attach(STREAM, want=str(self.stream.id), **kw)

    def input(self, data):
        s = self.stream
        s.pending += data
        self.send(INPUT, struct.pack(">Q", s.sent) + data)
        s.sent += len(data)

    def ack(self, channel=0, offset=None):
        s = self.stream
        offset = offset if offset is not None else s.errors if channel else s.output
        self.send(ACK, struct.pack(">BQ", channel, offset))

    def line(self, text):
        self.input(text.encode() + b"\r")

    def wait_for(self, regex, timeout=DEADLINE):
        """Waits until REGEX is in the output (or the last rendering); the match."""
        found = []

        def probe():
            data = bytes(self.stream.data)
            if self.renderings:
                data = self.renderings[-1][2] + data
            found[:] = [re.search(regex if isinstance(regex, bytes) else regex.encode(), data)]
            return found[0]
        self.wait(probe, "output that matches %r" % regex, timeout)
        return found[0]

    def wait_input(self):
        """Until all input has been acknowledged."""
        self.wait(lambda: self.stream.acked == self.stream.sent, "all input is acknowledged")

    def ask(self, what):
        """What the shell says to WHAT; cannot be mistaken for an echo."""
        Framed.questions = getattr(Framed, "questions", 0) + 1
        n = Framed.questions
        self.line("printf 'q%%s=%%s=\\n' %d \"%s\"" % (n, what))
        return self.wait_for(r"q%d=([^=]*)=" % n).group(1).decode()

    def exit(self, status=0):
        """Ends the shell; the status that EXIT tells."""
        self.line("exit %d" % status)
        e = self.wait_end()
        check(e and e[0] == EXIT, "the end is %s" % (e,))
        self.send(EXIT_ACK)
        self.wait_closed()
        return e[2]

    def kill(self):
        """The line is cut."""
        self.p.kill()
        self.p.wait()
        self.closed = True

    def sessions(self):
        self.send(LIST)
        f = self.wait_kind(LIST_IS)
        out = []
        for _ in range(f.take("I")):
            s = {"id": f.take("I"), "name": f.text()}
            s.update(zip(("state", "kind", "attachments", "rows", "cols"), f.take("IIIII")))
            s.update(zip(("created", "changed", "activity", "away"), f.take("QQQQ")))
            s["same"] = f.take("?")
            s.update(program=f.text(), address=f.text())
            out.append(s)
        f.end()
        return out
