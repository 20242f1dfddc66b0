# SPDX-License-Identifier: MIT
"""The client in a terminal, while the line is good."""
import os
import re
import signal
import termios
import time

import person
from fake import DETACHED, SIZE_IS, frame, string, u32
from person import Terminal, check, equal, finish, new_host, open_terminal, terminal_session


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


def test_size_of_another_terminal():
    """The session has another size for a time: once it has ours again, the screen is asked for, and shown."""
    h = new_host(terminal_session())
    h.session.rendering = b"\033[2J\033[HDRAWN ANEW"
    t = open_terminal(h, options=["--predict", "never"])

    def size_is(rows, cols):
        with h.lock:
            h.connections_attached[0].send(frame(SIZE_IS, u32(rows) + u32(cols)))

    size_is(40, 120)
    size_is(50, 120)
    t.type(b"a")
    t.until(lambda: h.session.input == b"a", "input")
    equal(h.session.redraws, [], "REDRAW while the size is another one")
    size_is(24, 80)
    t.wait_for("DRAWN ANEW")
    equal(h.session.redraws, [1], "REDRAW")
    size_is(24, 80)
    t.type(b"b")
    t.until(lambda: h.session.input == b"ab", "input")
    equal(h.session.redraws, [1], "no other REDRAW")
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
    with open(person.HOLDFAST, "rb") as f:
        sanitized = b"__asan_init" in f.read()
    if not sanitized:
        check(rss <= 8192, "%d KB resident" % rss)
    print("    resident: %d KB" % rss)
    finish(h, t)
