#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the client against a host that lives in this process (fake.py): what it does with cuts at every byte, with
garbage and lies, and with a person who types meanwhile.

  run.py -b BUILD [-j N] [-l] [PATTERN…]

`make check` runs it by tests/client/check.sh.  Each case is a process of its own, and N of them run side by side: most
wait most of the time.  HOLDFAST_QUICK=1 skips the cases that take long, each with a line.  The last line is
"N passed, N failed[, N skipped]"; the status is 77 when the client was not built.
"""
import argparse
import concurrent.futures
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
from cases import begun_first, takes_long  # noqa: E402
from fake import (ACK, ATTACHED, DETACHED, ERROR, EXIT, GAP, INPUT_ACK, LIST_IS, MAGIC, NOTICE, OUTPUT, PING, RENDERING,
                  S_HELLO, S_PING, S_PONG, SIZE_IS, Cut, Host, Plan, Session, frame, string, u32, u64)  # noqa: E402

LIMIT = 30
SLOWLY = 21  # seconds: longer than an attempt that asks nobody may take, and than the host's greeting
HOLDFAST = CARRY = None
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
    return [HOLDFAST, "-F", "none", "-e", "%s %s" % (CARRY, host.path), *options, "host", *words]


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

    def __init__(self, host, *words, options=(), rows=24, cols=80, job=False):
        argv = command(host, *words, options=options)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.environ["LC_ALL"] = "C.UTF-8"
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

    def close(self):
        """Waits for its end: the exit status."""
        while self.pump(1):
            pass
        os.close(self.fd)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status


def in_order(host):
    equal(host.troubles, [], "what the client did wrong")


# Pipes

def test_command():
    h = new_host(Session(output=b"out\n" * 5000, errors=b"err\n", status=7))
    p = run(h, "some", "words", stdin=b"in" * 50000)
    equal((p.returncode, p.stdout, p.stderr), (7, b"out\n" * 5000, b"err\n"), "status and output")
    equal(h.session.input, b"in" * 50000, "input")
    check(h.session.exit_acked, "EXIT_ACK")
    a = h.session.attaches[0]
    equal((a["command"], a["mode"], a["flags"]), (b"some words", 2, 2), "ATTACH")
    equal(h.session.acked[0], 20000, "ACK") if h.session.acked[0] else None
    in_order(h)


def test_signaled():
    h = new_host(Session(after_input=False))
    h.session.exit = frame(EXIT, b"\1" + u32(15) + string("TERM"))
    equal(run(h, "x").returncode, 128 + 15, "status")


def test_no_command_no_terminal():
    h = new_host(Session(after_input=True))
    equal(run(h, stdin=b"date\n").returncode, 0, "status")
    a = h.session.attaches[0]
    equal((a["command"], a["mode"], a["flags"], a["term"]), (b"", 2, 2, b""), "ATTACH")


def one_cut(direction, at):
    out, err, data = bytes(range(256)) + b"x" * 40, b"errors\n" * 4, b"typed input\n" * 12
    plan = Plan(chunk=97, **{"cut_" + direction: at})
    h = new_host(Session(output=out, errors=err, status=3), [plan, Plan(chunk=97)])
    try:
        p = run(h, "cmd", stdin=data)
        got_through = h.session.attaches and (h.connections_attached and h.count > 1)
        if p.returncode == 255 and h.count == 1:
            return "first", h.live[0].sent, h.live[0].got
        equal((p.returncode, p.stdout), (3, out), "%s %d: status and output; %r" % (direction, at, p.stderr))
        check(p.stderr.startswith(err) or p.stderr.endswith(err), "%s %d: errors %r" % (direction, at, p.stderr))
        equal(h.session.input, data, "%s %d: input" % (direction, at))
        equal(h.troubles, [], "%s %d: what the client did wrong" % (direction, at))
        return "again" if got_through else "whole", h.live[0].sent, h.live[0].got
    finally:
        h.close()


def cut_everywhere(direction):
    kinds = {}
    step = int(os.environ.get("HOLDFAST_CUT_STEP", "1"))
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        whole = one_cut(direction, 10 ** 9)
        n = whole[1] if direction == "out" else whole[2]
        for kind, _, _ in pool.map(lambda at: one_cut(direction, at), range(1, n, step)):
            kinds[kind] = kinds.get(kind, 0) + 1
    check(n > 300, "the stream is too short: %d" % n)
    check(kinds.get("again", 0) * step > n // 3, "reconnected only %s of %d times" % (kinds, n))


@begun_first
def test_cut_at_every_byte_from_the_host():
    cut_everywhere("out")


@begun_first
def test_cut_at_every_byte_to_the_host():
    cut_everywhere("in")


def test_ten_megabytes_at_random_cuts():
    rng = random.Random(5)
    out, data = rng.randbytes(10_000_000), rng.randbytes(2_000_000)
    plans = [Plan(chunk=30000, **(dict(cut_out=rng.randrange(400, 600_000)) if rng.random() < 0.6 else
                                  dict(cut_in=rng.randrange(400, 120_000)))) for _ in range(14)]
    plans[0] = Plan(chunk=30000, cut_out=50_001)
    h = new_host(Session(output=out, status=9), plans + [Plan(chunk=30000)])
    p = run(h, "cmd", stdin=data, limit=200)
    equal((p.returncode, p.stdout == out, h.session.input == data), (9, True, True), "status, output, input")
    check(h.count >= 8, "only %d connections" % h.count)
    in_order(h)


def test_stdout_that_is_closed():
    h = new_host(Session(output=b"y\n" * 1_000_000, after_input=False))
    p = popen(command(h, "yes"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.read(10)
    p.stdout.close()
    wait_until(lambda: h.session.signals, "SIGNAL")
    equal(h.session.signals, ["PIPE"], "SIGNAL")
    p.wait(LIMIT)
    p.stderr.close()


def test_interrupt():
    h = new_host(Session(output=b"started\n"))
    p = popen(command(h, "cmd"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.read(8)
    p.send_signal(signal.SIGINT)
    wait_until(lambda: h.session.signals == ["INT"], "SIGNAL INT")
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=LIMIT)
    equal(p.returncode, 255, "status")
    check(b"session 3 on host goes on" in err, err)


def test_slow_reader():
    """What waits is bounded, and acknowledged only when it has been taken; pings are answered all the time."""
    h = new_host(Session(output=b"z" * 3_000_000, after_input=False))
    p = popen(command(h, "cmd"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    wait_until(lambda: h.connections_attached, "attached")
    c = h.connections_attached[0]
    wait_until(lambda: c.next[0] - h.session.acked[0] >= 65536, "a full window")
    check(h.session.acked[0] <= 65536 + 4096, "acknowledged %d, a pipe takes 65536" % h.session.acked[0])
    with h.lock:
        c.sock.sendall(frame(S_PING, u64(77)))
    wait_until(lambda: h.pongs == [77], "PONG")
    check(len(p.stdout.read()) == 3_000_000, "output")
    equal(p.wait(LIMIT), 0, "status")
    in_order(h)


# Trouble at the other end

def test_garbage_before_the_preamble():
    h = new_host(Session(output=b"fine\n"), [Plan(before=b"Welcome \0HLDFST\1 to\r\nthis host\n" * 100)])
    equal(run(h, "x").stdout, b"fine\n", "output")


def test_nothing_but_garbage():
    def script(c):
        c.send(b"x" * 70000 + b"\nThis account is currently not available.\n")
    p = run(new_host(Session(), [Plan(script=script)]), "x")
    equal(p.returncode, 255, "status")
    h = new_host(Session(), [Plan(script=lambda c: c.send(b"\nThis account is currently \033[1mnot available.\n"))])
    p = run(h, "x")
    check(b"This account is currently [1mnot available." in p.stderr, p.stderr)
    equal(p.returncode, 255, "status")
    equal(h.count, 1, "connections")


def test_version():
    plan = Plan(hello=frame(S_HELLO, u32(2) + string("new") + string("") + b"b" * 16))
    p = run(new_host(Session(), [plan]), "x")
    equal(p.returncode, 255, "status")
    check(b"version 2" in p.stderr, p.stderr)
    plan = Plan(hello=frame(ERROR, u32(2) + string("too old for you")))
    p = run(new_host(Session(), [plan]), "x")
    check(b"too old for you" in p.stderr, p.stderr)


def test_extensions_are_passed_over():
    plan = Plan(hello=frame(200, b"what is this") +
                frame(S_HELLO, u32(1) + string("next") + string("a,b@c") + b"b" * 16) + frame(128))
    equal(run(new_host(Session(output=b"ok"), [plan]), "x").stdout, b"ok", "output")


def after_attach(evil):
    """A host that is in order until it has attached, then sends EVIL, on every connection."""
    def script(c):
        c.plan = Plan()
        c.evil = evil
        push = c.push

        def bad():
            if c.attached and c.evil:
                data, c.evil = c.evil, None
                c.sock.sendall(data)
                return True
            return push()
        c.push = bad
        c.run()
    return script


HOSTILE = {
    "length 0": u32(0),
    "length over the limit": u32(65537) + b"\1",
    "an unknown type": frame(99, b"x"),
    "a client's type": frame(PING, u64(1)),
    "a second HELLO": frame(S_HELLO, u32(1) + string("x") + string("") + b"b" * 16),
    "a second ATTACHED": frame(ATTACHED, b"x" * 90),
    "LIST_IS unasked": frame(LIST_IS, u32(0)),
    "OUTPUT too short": frame(OUTPUT, b"\0\0"),
    "OUTPUT of channel 2": frame(OUTPUT, b"\2" + u64(0) + b"x"),
    "OUTPUT with a hole": frame(OUTPUT, b"\0" + u64(5000) + b"x"),
    "OUTPUT at the end of numbers": frame(OUTPUT, b"\0" + u64(2 ** 64 - 1) + b"xx"),
    "INPUT_ACK of more than was sent": frame(INPUT_ACK, u64(10 ** 12) + u32(1)),
    "INPUT_ACK with a window too large": frame(INPUT_ACK, u64(0) + u32(2 ** 31)),
    "GAP backwards": frame(GAP, b"\0" + u64(9) + u64(3)),
    "RENDERING for a command": frame(RENDERING, b"\1" + u64(0) + b"x"),
    "EXIT with leftovers": frame(EXIT, b"\0" + u32(0) + string("") + b"x"),
    "NOTICE that is too long": frame(NOTICE, string("x" * 600)),
    "ERROR cut short": frame(ERROR, u32(1)),
    "PONG too long": frame(S_PONG, u64(1) + b"x"),
    "PING without a token": frame(S_PING),
}


def hostile(item):
    name, evil = item
    h = new_host(Session(after_input=True), [Plan(script=after_attach(evil)), Plan()])
    p = popen(command(h, "x"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: h.count > 1, "a second connection after " + name)
        out, err = p.communicate(b"", timeout=LIMIT)
        equal((p.returncode, out), (0, b""), name + ": status, output; %r" % err)
        equal(h.troubles, [], name)
    finally:
        p.kill()
        h.close()


def test_hostile_frames():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(hostile, HOSTILE.items()))


def test_hostile_for_ever():
    h = new_host(Session(), [Plan(script=after_attach(u32(0)))])
    p = subprocess.run(command(h, "x", options=["-n"]), capture_output=True, timeout=LIMIT)
    equal(p.returncode, 255, "status")
    check(b"protocol" in p.stderr, p.stderr)
    check(3 <= h.count <= 8, "%d connections" % h.count)


def test_random_frames():
    """Frames of random bytes: the client goes on, or ends with 255, and never by a signal."""
    def one(seed):
        rng = random.Random(seed)
        evil = b"".join(frame(rng.randrange(60, 82), rng.randbytes(rng.randrange(0, 60))) for _ in range(8))
        h = new_host(Session(after_input=False), [Plan(script=after_attach(evil)), Plan()])
        try:
            p = subprocess.run(command(h, "x", options=["-n"]), capture_output=True, timeout=LIMIT)
            check(0 <= p.returncode <= 255, "seed %d: %s %r" % (seed, p.returncode, p.stderr))
        finally:
            h.close()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(60)))


def test_errors_of_the_host():
    for code, said in ((4, b"not for you"), (5, b"somebody is there")):
        h = new_host(Session(), [Plan(script=lambda c, e=frame(ERROR, u32(code) + string(said)): (
            c.send(c.sock.recv(24)), c.send(e), c.sock.recv(100)))])
        p = run(h, options=["--session", "work"])
        equal(p.returncode, 255, "status")
        check(said in p.stderr, p.stderr)


FAKE_SSH = """#!/bin/sh
case "$*" in *-G*) exec ssh "$@" ;; esac
echo "$*" >>%s
case "$*" in
*" -s "* | *" -s") echo 'subsystem request failed on channel 0' >&2; exit 255 ;;
*"holdfastctl resume"*) echo 'sh: 1: exec: holdfastctl: not found' >&2; exit 127 ;;
*) echo "plain: $*"; exit 5 ;;
esac
"""


def test_no_holdfast():
    """First the subsystem, then the programs of a user alone, then a plain ssh, which --require refuses."""
    ssh, log = os.path.join(WORK, "ssh"), os.path.join(WORK, "ssh.log")
    with open(ssh, "w") as f:
        f.write(FAKE_SSH % log)
    os.chmod(ssh, 0o755)
    argv = [HOLDFAST, "-F", "none", "-e", ssh]
    p = subprocess.run(argv + ["--require", "host", "x"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    equal(p.returncode, 69, "status with --require: %r" % p.stderr)
    equal(len(open(log).readlines()), 2, "attempts: %s" % open(log).read())
    p = subprocess.run(argv + ["host", "ls", "-l"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    equal(p.returncode, 5, "status of the plain ssh: %r" % p.stderr)
    check(b"host ls -l" in p.stdout and p.stdout.startswith(b"plain:"), p.stdout)
    check(b"plain ssh" in p.stderr.splitlines()[-1], p.stderr)


# List

def entry(ident, name, state, program):
    now = int(time.time() * 1000)
    return (u32(ident) + string(name) + u32(state) + u32(1) + u32(1) + u32(24) + u32(80) + u64(now - 90000) +
            u64(now - 65000) + u64(now) + u64(12345) + b"\1" + string(program) + string("192.0.2.1"))


def test_list():
    h = new_host(Session())
    h.listing = u32(2) + entry(3, "work", 3, "vim") + entry(4, "", 4, 'b"\\sh')
    p = run(h, options=["--list"])
    lines = p.stdout.decode().splitlines()
    equal(p.returncode, 0, "status %r" % p.stderr)
    equal(lines[0].split(), ["ID", "NAME", "STATE", "SINCE", "KIND", "PROGRAM", "SIZE", "FROM"], "heading")
    equal(lines[1].split()[:4], ["3", "work", "attached", "1m"], "first")
    import json
    v = json.loads(run(h, options=["--list", "--json"]).stdout)["sessions"]
    equal([(s["id"], s["name"], s["state"], s["program"]) for s in v],
          [(3, "work", "attached", "vim"), (4, "", "dropped", 'b"\\sh')], "JSON")
    h.listing = u32(201) + b"x"
    equal(run(h, options=["--list"]).returncode, 255, "status for a list that makes no sense")


# Terminals

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


def test_terminal():
    h = new_host(terminal_session())
    t = open_terminal(h)
    a = h.session.attaches[0]
    equal((a["mode"], a["flags"], a["term"], a["rows"], a["cols"]), (1, 0, b"xterm", 24, 80), "ATTACH")
    check(any(e.startswith(b"LC_ALL=C.UTF-8") for e in a["env"]), "environment %s" % a["env"])
    t.type(b"ls\r\x03\x1a")
    t.until(lambda: h.session.input == b"ls\r\x03\x1a", "input")
    t.size(30, 100)
    t.until(lambda: (30, 100) in h.session.sizes, "SIZE")
    attributes = termios.tcgetattr(t.fd)
    check(not attributes[3] & termios.ICANON, "raw mode")
    finish(h, t)


def test_typed_while_away():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.down = True
    h.cut()
    t.type(b"abc")
    t.wait_for(r"does not answer for \d+s.*Ctrl-C stops waiting.*3 keys kept")
    check(b"\0337" in t.seen and b"\0338" in t.seen, "the cursor is kept")
    t.type(b"def")
    t.wait_for(r"6 keys kept")
    h.session.out[0] += b"made meanwhile"
    h.down = False
    t.wait_for(b"RENDERED")
    t.until(lambda: h.session.input == b"abcdef", "input")
    after = t.seen[t.seen.rindex(b"keys kept"):]
    check(after.index(b"\033[2K") < after.index(b"made meanwhile") < after.index(b"RENDERED"), after)
    equal(h.session.redraws, [1], "REDRAW")
    finish(h, t)


def test_short_outage_shows_nothing():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.cut()
    t.until(lambda: len(h.session.attaches) == 2, "reconnected")
    t.type(b"x")
    t.until(lambda: h.session.input == b"x", "input")
    equal((t.seen, h.session.redraws), (b"prompt$ ", []), "the screen")
    finish(h, t)


def test_ctrl_c_stops_waiting():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.down = True
    h.cut()
    t.wait_for(r"Ctrl-C stops waiting")
    t.type(b"\x03")
    t.wait_for(r"stopped waiting; session 3 on host goes on: holdfast --session 3 host")
    equal(t.close(), 255, "status")


def test_keys_are_bounded():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.down = True
    h.cut()
    t.wait_for(r"stops waiting")
    for _ in range(140):
        t.type(b"k" * 1000)
        t.pump(0)
    t.wait_for(r"no more keys")
    check(b"\a" in t.seen, "a bell")
    h.down = False
    t.wait_for(b"RENDERED")
    t.until(lambda: len(h.session.input) > 120000, "input")
    check(len(h.session.input) <= 131072, "kept %d" % len(h.session.input))
    t.type(b"end")
    t.until(lambda: h.session.input.endswith(b"kend"), "input after it")
    finish(h, t)


def test_silent_host():
    """The line stands and nothing comes: typing shows it, a second connection is made beside, and wins."""
    h = new_host(terminal_session())
    t = open_terminal(h)
    c = h.connections_attached[0]
    c.plan = Plan(silent=True)
    t.type(b"q")
    t.until(lambda: len(h.session.attaches) == 2, "a second connection")
    t.until(lambda: h.session.input == b"q", "input, once")
    t.type(b"r")
    t.until(lambda: h.session.input == b"qr", "input")
    finish(h, t)


def test_silent_host_that_speaks_again():
    h = new_host(terminal_session(), [Plan()])
    t = open_terminal(h)
    c = h.connections_attached[0]
    c.plan = Plan(silent=True)
    h.down = True
    t.type(b"q")
    t.wait_for("does not answer")
    c.plan = Plan()
    with h.lock:
        c.sock.sendall(frame(INPUT_ACK, u64(len(h.session.input)) + u32(65536)))
    t.wait_for(b"RENDERED") if h.session.redraws else t.until(lambda: h.session.redraws, "REDRAW")
    equal(len(h.session.attaches), 1, "the connection is the same")
    finish(h, t)


def test_escapes():
    h = new_host(terminal_session())
    t = open_terminal(h)
    t.type(b"~?")
    t.wait_for("reconnect now")
    t.type(b"~~a\r~x")
    t.until(lambda: h.session.input == b"~a\r~x", "input")
    t.type(b"\r~r")
    t.until(lambda: len(h.session.attaches) == 2, "reconnected")
    t.type(b"z\r")
    t.until(lambda: h.session.input.endswith(b"z\r"), "input over the new connection")
    t.type(b"~d")
    t.wait_for("detached; session 3 on host goes on")
    equal(t.close(), 0, "status")
    check(h.session.detached, "DETACH")


def test_escape_while_hung():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.connections_attached[0].plan = Plan(silent=True)
    t.type(b"\r~.")
    t.wait_for("session 3 on host goes on")
    equal(t.close(), 255, "status")


def test_no_escapes():
    h = new_host(terminal_session())
    t = open_terminal(h, options=["-o", "EscapeChar=none"])
    t.type(b"~.~d")
    t.until(lambda: h.session.input == b"~.~d", "input")
    finish(h, t)


def test_suspend():
    h = new_host(terminal_session())
    t = open_terminal(h, job=True)
    pid = os.tcgetpgrp(t.fd)
    t.type(b"~\x1a")
    t.until(lambda: open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] == "T", "stopped")
    check(termios.tcgetattr(t.fd)[3] & termios.ICANON, "the terminal is as it was")
    os.kill(pid, signal.SIGCONT)
    t.until(lambda: h.session.redraws, "REDRAW")
    t.type(b"x")
    t.until(lambda: h.session.input == b"x", "input")
    check(not termios.tcgetattr(t.fd)[3] & termios.ICANON, "raw mode")
    finish(h, t)


def test_terminal_is_put_back():
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT):
        h = new_host(terminal_session())
        t = open_terminal(h)
        os.kill(t.pid, sig)
        t.until(lambda: termios.tcgetattr(t.fd)[3] & termios.ICANON, "cooked after %s" % sig)
        t.close()


def test_session_ended_while_away():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.session.gone = 3
    h.cut()
    t.wait_for(r"session 3 on host ended while away")
    t.wait_for(r"\(y/N\) ")
    h.session.gone = None
    t.type(b"y\n")
    t.until(lambda: len(h.session.attaches) == 3, "a new session")
    equal(h.session.attaches[-1]["mode"], 2, "mode")
    t.until(lambda: t.seen.count(b"prompt$ ") == 2, "its prompt")
    finish(h, t)


def test_host_was_rebooted():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.session.gone = 3
    h.boot = b"C" * 16
    h.cut()
    t.wait_for(r"host was rebooted: session 3 is gone")
    t.wait_for(r"\(y/N\) ")
    t.type(b"n\n")
    equal(t.close(), 255, "status")


def test_gap():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.down = True
    h.cut()
    h.session.out[0] += b"x" * 5000
    h.session.lost = 4000
    h.down = False
    t.wait_for(r"3992 bytes of output are gone")
    t.until(lambda: t.seen.count(b"x") >= 1008, "the rest")
    t.wait_for(b"RENDERED")
    finish(h, t)


def test_forgotten_stream():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.down = True
    h.cut()
    t.type(b"lost")
    t.wait_for("4 keys kept")
    h.session.forget = True
    h.down = False
    t.wait_for(r"no longer knows what it had of 4 bytes")
    t.type(b"new")
    t.until(lambda: h.session.input == b"new", "input")
    finish(h, t)


def test_resumed_screen():
    """A RENDERING comes first; if the line is cut inside of it, it is asked for again."""
    s = terminal_session(new=False)
    s.out[0] = bytearray(b"old output that is not shown")
    s.ended = False
    h = new_host(s)
    t = Terminal(h)
    t.wait_for(b"RENDERED")
    check(b"old output" not in t.seen, "old output")
    s.out[0] += b"live"
    t.wait_for(b"live")
    finish(h, t)


def test_notice_never_inside_a_sequence():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.session.out[0] += b"colour \033[38;5"
    t.wait_for(b"colour ")
    h.down = True
    h.cut()
    t.wait_for("does not answer")
    check(b"\033[38;5" not in t.seen[:t.seen.index(b"does not answer")], t.seen)
    h.session.out[0] += b";9mred"
    h.down = False
    t.wait_for(re.escape(b"\033[38;5;9mred"))
    finish(h, t)


def test_join_and_read_only():
    h = new_host(terminal_session())
    for options, mode, flags in ((["--session", "w"], 3, 0), (["--session", "w", "--join"], 4, 8),
                                 (["--session", "w", "--read-only"], 4, 9), (["--new"], 2, 0)):
        h.session.ended = False
        t = Terminal(h, options=options)
        t.wait_for(r"prompt\$ ")
        a = h.session.attaches[-1]
        equal((a["mode"], a["flags"]), (mode, flags), "%s" % options)
        finish(h, t)


def test_command_in_a_terminal():
    h = new_host(terminal_session())
    t = open_terminal(h, "top", options=["-t"])
    a = h.session.attaches[0]
    equal((a["mode"], a["flags"], a["command"]), (2, 0, b"top"), "ATTACH")
    finish(h, t)


def test_detached_and_taken():
    for reason, said in ((1, "detached"), (2, "taken over by another login")):
        h = new_host(terminal_session())
        t = open_terminal(h)
        with h.lock:
            h.connections_attached[0].sock.sendall(frame(DETACHED, u32(reason) + string("")))
        t.wait_for(said + "; session 3 on host goes on")
        equal(t.close(), 0, "status")


def test_forwards_alone():
    """-N: no session, but a connection that comes back."""
    h = new_host(Session())
    p = popen(command(h, options=["-N"]), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: h.count == 1, "connected")
    time.sleep(0.1)
    h.cut()
    wait_until(lambda: h.count == 2, "connected again")
    equal(h.session.attaches, [], "ATTACH")
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=LIMIT)
    check(p.returncode in (130, 255), "status %d" % p.returncode)


def test_background():
    h = new_host(Session(after_input=False, output=b"later\n"))
    h.session.ended = False
    p = subprocess.run(command(h, "x", options=["-f"]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT)
    equal(p.returncode, 0, "status")
    equal(len(h.session.attaches), 1, "attached before it left")
    h.session.ended = True
    wait_until(lambda: h.session.exit_acked, "EXIT_ACK")


def test_back_off():
    """A host that is gone is asked less and less often."""
    h = new_host(terminal_session())
    t = open_terminal(h)
    tries = []
    script = Plan(script=lambda c: tries.append(time.monotonic()))
    h.plans = [script]
    h.cut()
    t.until(lambda: len(tries) >= 4, "four attempts")
    waits = [b - a for a, b in zip(tries, tries[1:])]
    check(waits[0] >= 0.3 and waits[2] > 1.2, "waits %s" % waits)
    t.type(b"\x03")
    t.close()


ASKING_CARRY = """#!/bin/sh
# The second connection asks for a password first, and takes its time.
echo >>%(log)s
if [ "$(wc -l <%(log)s)" -eq 2 ]; then
	exec 3<>/dev/tty
	stty -echo <&3
	printf 'password: ' >&3
	read -r answer <&3
	echo "$answer" >%(log)s.answer
	stty raw -echo <&3
	exec 3>&-
fi
exec %(carry)s %(path)s
"""


def cpu_ticks(pid):
    with open("/proc/%d/stat" % pid) as f:
        return sum(int(x) for x in f.read().rsplit(")", 1)[1].split()[11:13])


@takes_long
def test_child_that_asks():
    """A password that is typed slowly to `-e ssh`: the attempt goes on, and what is typed is the child's alone."""
    h = new_host(terminal_session())
    script, log = os.path.join(WORK, "asks"), os.path.join(WORK, "asks.log")
    with open(script, "w") as f:
        f.write(ASKING_CARRY % {"log": log, "carry": CARRY, "path": h.path})
    os.chmod(script, 0o755)
    t = open_terminal(h, options=["-e", script])
    h.cut()
    t.wait_for("password: ")
    t.until(lambda: termios.tcgetattr(t.fd)[3] & termios.ICANON, "the terminal is lent")
    check(not termios.tcgetattr(t.fd)[3] & termios.ECHO, "no echo of a password")
    t.type(b"slow")
    begin, seen, spent = time.monotonic(), len(t.seen), cpu_ticks(t.pid)
    t.until(lambda: time.monotonic() > begin + SLOWLY, "a slow person")
    equal((h.count, t.seen[seen:]), (1, b""), "connections, and what was written over the question")
    check(cpu_ticks(t.pid) - spent < 100, "%d ticks of CPU time while away" % (cpu_ticks(t.pid) - spent))
    t.type(b"secret\n")
    t.until(lambda: len(h.session.attaches) == 2, "reconnected")
    equal(open(log + ".answer").read(), "slowsecret\n", "the password")
    t.until(lambda: not termios.tcgetattr(t.fd)[3] & termios.ICANON, "raw mode again")
    t.type(b"x")
    t.until(lambda: h.session.input == b"x", "input")
    check(h.session.redraws, "REDRAW")
    finish(h, t)


def test_idle_and_small():
    h = new_host(terminal_session())
    t = open_terminal(h)

    def switches():
        with open("/proc/%d/status" % t.pid) as f:
            text = f.read()
        return (int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M)[1]),
                int(re.search(r"^VmRSS:\s*(\d+)", text, re.M)[1]))
    time.sleep(0.5)
    before = switches()[0]
    time.sleep(2)
    after, rss = switches()
    equal(after - before, 0, "wake-ups in 2 s")
    with open(HOLDFAST, "rb") as f:
        sanitized = b"__asan_init" in f.read()
    if not sanitized:
        check(rss <= 8192, "%d KB resident" % rss)
    print("    resident: %d KB" % rss)
    finish(h, t)


def in_own_directory(function):
    """What a case runs in, in its own process."""
    global WORK
    with tempfile.TemporaryDirectory(prefix="hf") as WORK:
        os.environ["HOME"] = WORK
        try:
            function()
        finally:
            end_all()


def main():
    global HOLDFAST, CARRY
    # What a job in the background ignores would be ignored by the client as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for sig in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(sig, signal.SIG_DFL)
    p = argparse.ArgumentParser()
    p.add_argument("-b", required=True)
    p.add_argument("-j", type=int, default=12)
    p.add_argument("-l", action="store_true")
    p.add_argument("patterns", nargs="*")
    o = p.parse_args()
    HOLDFAST, CARRY = os.path.join(o.b, "client/holdfast"), os.path.join(o.b, "tests/client/carry")
    found = [cases.Case(n[5:], f) for n, f in globals().items() if n.startswith("test_") and callable(f)]
    found = [c for c in found if not o.patterns or any(x in c.name for x in o.patterns)]
    if o.l:
        print("\n".join(c.name for c in found))
        return 0
    if not os.path.exists(HOLDFAST) or not os.path.exists(CARRY):
        return 77
    passed, failed, skipped = cases.run_all(found, o.j, in_own_directory)
    print("%d passed, %d failed" % (passed, failed) + (", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not passed else 0


WORK = None
if __name__ == "__main__":
    sys.exit(main())
