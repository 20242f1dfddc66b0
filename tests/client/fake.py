# SPDX-License-Identifier: MIT
"""A host that speaks the framed protocol (docs/PROTOCOL.md) on a unix socket, for tests of the client alone.

Host listens; `carry SOCKET` joins the client to it.  A Host has one Session.  Plans say where connections are cut, and
what else they do wrong; the n-th plan is that of the n-th connection, the last one that of all others.
"""
import os
import select
import socket
import struct
import threading
import time

MAGIC = b"\0HLDFST\1"
(HELLO, LIST, ATTACH, INPUT, INPUT_END, ACK, SIZE, SIGNAL, REDRAW, NAME, DETACH, EXIT_ACK, PING, PONG,
 OUTPUT_CLOSED) = range(1, 16)
(S_HELLO, LIST_IS, ATTACHED, OUTPUT, INPUT_ACK, GAP, RENDERING, SIZE_IS, EXIT, DETACHED, ERROR, S_PING, S_PONG,
 NOTICE) = range(65, 79)
ATTACH_AHEAD, WATCH, TTY, TAKEN = range(128, 132)
SCRIPT, SCRIPT_INPUT, SCRIPT_OUTPUT, SCRIPT_END, SCRIPT_TAKEN = range(133, 138)
ICANON, ECHO, ECHOE, ECHOCTL, IEXTEN, ISIG, ICRNL, OPOST, ONLCR = 1, 2, 4, 32, 256, 512, 1024, 16384, 32768
COOKED = ICANON | ECHO | ECHOE | ECHOCTL | IEXTEN | ISIG | ICRNL | OPOST | ONLCR


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def string(s):
    s = s if isinstance(s, bytes) else s.encode()
    return u32(len(s)) + s


def frame(kind, body=b""):
    return u32(len(body) + 1) + bytes([kind]) + body


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, n):
        assert self.at + n <= len(self.data), "a frame that is too short"
        self.at += n
        return self.data[self.at - n:self.at]

    def u8(self):
        return self.raw(1)[0]

    def u32(self):
        return struct.unpack(">I", self.raw(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.raw(8))[0]

    def string(self):
        return self.raw(self.u32())

    def rest(self):
        return self.raw(len(self.data) - self.at)

    def end(self):
        assert self.at == len(self.data), "leftovers in a frame"


class Plan:
    """One connection: cut after so many bytes from or to the client; garbage before the preamble; or a script.  DELAY:
    in seconds, of all that the client gets."""

    def __init__(self, cut_in=None, cut_out=None, before=b"", script=None, silent=False, hello=None, chunk=None,
                 close_at=None, delay=0):
        self.delay = delay
        self.cut_in, self.cut_out, self.before, self.script = cut_in, cut_out, before, script
        self.silent, self.hello, self.chunk, self.close_at = silent, hello, chunk, close_at


class Session:
    def __init__(self, kind=2, output=b"", errors=b"", status=0, after_input=True, window=65536, rendering=b"",
                 new=True, ident=3):
        self.kind, self.status, self.after_input, self.window = kind, status, after_input, window
        self.out = [bytearray(output), bytearray(errors)]
        self.input, self.input_ended, self.ended = bytearray(), False, not after_input
        self.rendering, self.new, self.ident = rendering, new, ident
        self.key, self.stream = os.urandom(16), None
        self.acked = [0, 0]
        self.exit_acked = False
        self.gone = None          # ERROR code for whoever comes back
        self.forget = False       # streams
        self.lost = 0             # output before it is no longer there
        self.attaches, self.sizes, self.signals, self.redraws, self.detached = [], [], [], [], False
        self.exit = None
        self.echo = False
        self.features = ""
        self.slow = False         # no answer to ATTACH
        self.closed = []          # OUTPUT_CLOSED: channels
        self.watches = []         # WATCH
        self.tty = None           # modes and program of the terminal: what TTY says
        self.scripts, self.answers = [], []   # SCRIPT: the words; what is answered
        self.script_reads, self.script_input = False, bytearray()  # SCRIPT_INPUT; the answer waits for its end
        self.script_taken, self.script_slow = 0, False  # what SCRIPT_TAKEN has told of; only when a PING comes
        self.unasked = b""        # comes with HELLO, before the client can ask
        self.taken = None         # so much input has been read, and answered by all that there is: TAKEN is due


class Cut(Exception):
    pass


class Connection:
    def __init__(self, host, sock, plan):
        self.host, self.sock, self.plan = host, sock, plan
        self.got = self.sent = 0
        self.edges = {"in": [24], "out": []}  # where frames ended, by the bytes from and to the client
        self.buf = b""
        self.next = None
        self.attached = False
        self.exit_sent = False
        self.rendering_due = []
        self.last = time.monotonic()
        self.later = []           # with plan.delay: (when, bytes)

    def send(self, data):
        cut = self.plan.cut_out
        if cut is not None and self.sent + len(data) >= cut:
            data = data[:cut - self.sent]
            self.sent += len(data)
            self.sock.sendall(data)
            raise Cut
        self.sent += len(data)
        self.edges["out"].append(self.sent)
        if self.plan.delay:
            self.later.append((time.monotonic() + self.plan.delay, data))
        else:
            self.sock.sendall(data)

    def send_due(self):
        while self.later and self.later[0][0] <= time.monotonic():
            self.sock.sendall(self.later.pop(0)[1])

    def receive(self):
        data = self.sock.recv(65536)
        if not data:
            raise Cut
        cut = self.plan.cut_in
        if cut is not None and self.got + len(data) >= cut:
            data = data[:cut - self.got]
            self.buf += data
            self.got += len(data)
            self.frames()
            raise Cut
        self.got += len(data)
        self.buf += data

    def frames(self):
        while len(self.buf) >= 4:
            n = struct.unpack(">I", self.buf[:4])[0]
            assert 1 <= n <= 65536, "length %d" % n
            if len(self.buf) < 4 + n:
                return
            body, self.buf = self.buf[4:4 + n], self.buf[4 + n:]
            self.edges["in"].append(self.got - len(self.buf))
            with self.host.lock:
                self.handle(body[0], Reader(body[1:]))

    def handle(self, kind, r):
        s = self.host.session
        if kind == WATCH and "predict" in s.features.split(","):
            s.watches.append(r.u8())
            r.end()
            assert s.watches[-1] < 2 or "watch-modes" in s.features.split(","), "WATCH 2 to a host that does not know it"
            if s.watches[-1] and s.tty is not None:
                self.say_tty()
            return
        assert kind != WATCH, "WATCH to a host that does not know it"
        if kind in (SCRIPT, SCRIPT_INPUT):
            assert "script" in s.features.split(","), "SCRIPT to a host that does not know it"
            self.script(kind, r)
            return
        if kind >= 128:
            return  # an extension: ATTACH_AHEAD too, which this host does not know
        if kind == HELLO:
            assert r.u32() <= 1 <= r.u32()
            r.string(), r.string(), r.end()
            self.send((self.plan.hello or frame(S_HELLO, u32(1) + string("fake 1") +
                                                string(s.features) + self.host.boot)) + s.unasked)
        elif kind == LIST:
            self.send(frame(LIST_IS, self.host.listing))
        elif kind == PING:
            self.host.pings += 1
            if not self.plan.silent:
                self.send(frame(S_PONG, r.raw(8)))
            if s.script_slow and len(s.script_input) > s.script_taken:
                self.say_taken()
        elif kind == ATTACH:
            self.attach(r)
        elif kind == INPUT:
            self.take_input(r.u64(), r.rest())
        elif kind == INPUT_END:
            assert r.u64() == len(s.input), "INPUT_END at another offset than the input's"
            s.input_ended = True
        elif kind == ACK:
            c, at = r.u8(), r.u64()
            r.end()
            assert at <= self.next[c], "ACK of what was not sent"
            assert at >= s.acked[c], "ACK goes back"
            s.acked[c] = max(s.acked[c], at)
        elif kind == SIZE:
            s.sizes.append((r.u32(), r.u32()))
        elif kind == SIGNAL:
            s.signals.append(r.string().decode())
        elif kind == REDRAW:
            s.redraws.append(r.u8())
            self.rendering_due.append(s.rendering)
        elif kind == DETACH:
            s.detached = True
            if s.slow:
                return
            self.send(frame(DETACHED, u32(1) + string("detached")))
        elif kind == EXIT_ACK:
            assert self.exit_sent
            s.exit_acked = True
            raise Cut
        elif kind == OUTPUT_CLOSED:
            assert "output-closed" in s.features.split(","), "OUTPUT_CLOSED to a host that does not know it"
            s.closed.append(r.u8())
            r.end()
        elif kind == PONG:
            self.host.pongs.append(r.u64())
        else:
            raise AssertionError("frame %d" % kind)

    def script(self, kind, r):
        """An answer is bytes; or a tuple of bytes, after which the connection is cut; or None: cut at once."""
        s = self.host.session
        if kind == SCRIPT:
            s.scripts.append([r.string() for _ in range(r.u32())])
            r.end()
        else:
            data = r.rest()
            s.script_input += data
            assert len(s.script_input) - s.script_taken <= 65536, "more input than the window holds"
            if data and not s.script_slow:
                self.say_taken()
        if s.script_reads and (kind == SCRIPT or data):
            return
        answer = s.answers[min(len(s.scripts), len(s.answers)) - 1]
        for piece in answer if isinstance(answer, tuple) else [answer or b""]:
            self.send(piece)
        if not isinstance(answer, bytes):
            raise Cut

    def say_taken(self):
        s = self.host.session
        s.script_taken = len(s.script_input)
        self.send(frame(SCRIPT_TAKEN, u64(s.script_taken)))

    def say_tty(self):
        modes, program = self.host.session.tty
        cc = b"\x03\x1c\x7f\x15\x04\0\0\x17\x16\x12\x1a\x11\x13"
        self.send(frame(TTY, u64(self.next[0]) + u32(modes) + string(cc) + u32(7) + string(program)))

    def attach(self, r):
        s, h = self.host.session, self.host
        a = {"mode": r.u32(), "flags": r.u32(), "want": r.string(), "name": r.string(), "command": r.string(),
             "term": r.string(), "rows": r.u32(), "cols": r.u32()}
        r.u32(), r.u32()
        a["env"] = [r.string() for _ in range(r.u32())]
        a["stream"], a["key"], a["input"], a["output"], a["errors"] = r.raw(16), r.raw(16), r.u64(), r.u64(), r.u64()
        r.end()
        s.attaches.append(a)
        if s.gone:
            self.send(frame(ERROR, u32(s.gone) + string("no such session")))
            raise Cut
        known = True
        start = [0, 0]
        if a["mode"] == 5:
            assert a["key"] == s.key, "the session's key"
            known = not s.forget
            start = [a["output"], a["errors"]]
            s.acked = list(start)
            if known:
                assert a["stream"] == s.stream
                assert a["input"] <= len(s.input), "the client has thrown away input that is not here"
            else:
                s.input = bytearray()
        else:
            start = [0, 0] if s.new else [len(s.out[0]), len(s.out[1])]
        s.stream, s.forget = a["stream"], False
        if s.slow:
            return
        gap = s.lost > start[0]
        self.send(frame(ATTACHED, u32(1) + string(s.features) + u32(s.ident) + string("") + s.key + u32(s.kind) +
                        bytes([a["mode"] != 5 and s.new, known]) + u64(len(s.input)) + u32(s.window) +
                        u64(start[0]) + u64(start[1]) + u32(a["rows"]) + u32(a["cols"])))
        self.next = start
        if gap:
            self.send(frame(GAP, b"\0" + u64(start[0]) + u64(s.lost)))
            self.next[0] = s.lost
        if s.kind == 1 and (gap or (a["mode"] != 5 and not s.new)):
            self.rendering_due.append(s.rendering)
        self.attached = True
        h.connections_attached.append(self)

    def take_input(self, offset, data):
        s = self.host.session
        assert offset <= len(s.input), "a hole in the input"
        new = data[len(s.input) - offset:]
        s.input += new
        if s.echo:
            s.out[0] += bytes(new)
        if not self.plan.silent:
            self.send(frame(INPUT_ACK, u64(len(s.input)) + u32(s.window)))

    def push(self):
        """Sends what is due; at most so much at once."""
        s = self.host.session
        if not self.attached or self.plan.silent:
            return False
        with self.host.lock:
            if self.host.connections_attached[-1] is not self:
                raise Cut
            if self.plan.close_at is not None and len(s.input) >= self.plan.close_at:
                raise Cut
            for c in (0, 1):
                n = self.plan.chunk or 4096
                data = bytes(s.out[c][self.next[c]:self.next[c] + n])
                if data and self.next[c] - s.acked[c] < 65536:
                    self.send(frame(OUTPUT, bytes([c]) + u64(self.next[c]) + data))
                    self.next[c] += len(data)
                    if s.taken is not None and self.next[0] == len(s.out[0]):
                        if s.watches[-1] != 2:
                            self.send(frame(TAKEN, u64(s.taken) + u64(self.next[0]) + b"\1"))
                        s.taken = None
                    return True
            if self.rendering_due:
                data = self.rendering_due.pop(0)
                half = len(data) // 2
                self.send(frame(RENDERING, b"\0" + u64(self.next[0]) + data[:half]))
                self.send(frame(RENDERING, b"\1" + u64(self.next[0]) + data[half:]))
                return True
            ended = s.ended or (s.after_input and s.input_ended)
            if ended and not self.exit_sent and all(self.next[c] == len(s.out[c]) for c in (0, 1)):
                self.exit_sent = True
                self.send(s.exit or frame(EXIT, b"\0" + u32(s.status) + string("")))
                return True
        return False

    def run(self):
        if self.plan.script:
            self.plan.script(self)
            return
        head = b""
        while len(head) < 24:
            if self.plan.cut_in is not None and len(head) >= self.plan.cut_in:
                return
            data = self.sock.recv(24 - len(head))
            if not data:
                return
            head += data
            self.got += len(data)
        assert head[:8] == MAGIC
        self.send(self.plan.before + head)
        while True:
            self.frames()
            busy = self.push()
            self.send_due()
            self.sock.setblocking(True)
            if select.select([self.sock], [], [], 0 if busy else 0.01)[0]:
                self.receive()


class Host:
    def __init__(self, path, session=None, plans=()):
        self.path, self.session, self.plans = path, session, list(plans) or [Plan()]
        self.lock = threading.RLock()
        self.boot = b"B" * 16
        self.listing = u32(0)
        self.pongs, self.troubles, self.connections_attached = [], [], []
        self.count = self.pings = 0
        self.times = []
        self.down = False
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(path)
        self.sock.listen(20)
        self.live = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            if self.down:
                sock.close()
                continue
            plan = self.plans[min(self.count, len(self.plans) - 1)]
            self.count += 1
            self.times.append(time.monotonic())
            c = Connection(self, sock, plan)
            self.live.append(c)
            threading.Thread(target=self.one, args=(c,), daemon=True).start()

    def one(self, c):
        try:
            c.run()
        except (Cut, OSError):
            pass
        except AssertionError as e:
            self.troubles.append(str(e))
        finally:
            try:
                c.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            c.sock.close()

    def cut(self):
        """Cuts all that is connected."""
        for c in self.live:
            try:
                c.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.cut()
        os.unlink(self.path)
