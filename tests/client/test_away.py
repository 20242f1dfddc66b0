# SPDX-License-Identifier: MIT
"""The client in a terminal while the line is bad: what it shows, what it keeps, how it comes back."""
import os
import re
import signal
import termios
import time

import person
from cases import needs_linux, takes_long
from fake import INPUT_ACK, Plan, frame, u32, u64
from person import check, equal, finish, new_host, open_terminal, terminal_session

SLOWLY = 21  # seconds: longer than an attempt that asks nobody may take, and than the host's greeting


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
    for kept, size in ((60000, 60000), (125000, 65000), (0, 15000)):
        # in pieces that the terminal takes, and the whole of it in one go
        for _ in range(size // 1000):
            t.type(b"k" * 1000)
            t.pump(0)
        t.wait_for(r"%d (keys )?kept" % kept if kept else r"no more keys")
    check(b"\a" in t.seen, "a bell")
    h.down = False
    t.wait_for(b"RENDERED")
    t.until(lambda: len(h.session.input) > 120000, "input")
    check(len(h.session.input) <= 131072, "kept %d" % len(h.session.input))
    t.type(b"end")
    t.until(lambda: h.session.input.endswith(b"kend"), "input after it")
    finish(h, t)


def test_paste_is_refused_whole():
    """What is between the terminal's brackets is one paste, however slowly it comes; and the person is told."""
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.down = True
    h.cut()
    t.type(b"ab")
    t.wait_for(r"2 (keys )?kept")
    t.type(b"\033[200~" + b"p" * 4000)
    t.wait_for(r"4008 (keys )?kept")
    for _ in range(130):
        t.type(b"q" * 1000)
        t.pump(0)
    t.type(b"\033[201~")
    t.wait_for(r"no more keys.*131070 fit")
    h.down = False
    t.wait_for(r"134012 typed bytes were refused.*131070 would have been kept")
    t.type(b"end")
    t.until(lambda: h.session.input.endswith(b"end"), "input after it")
    equal(h.session.input, b"abend", "input: none of the paste")
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


def test_escape_while_hung():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.connections_attached[0].plan = Plan(silent=True)
    t.type(b"\r~.")
    t.wait_for("session 3 on host goes on")
    equal(t.close(), 255, "status")


def test_session_ended_while_away():
    h = new_host(terminal_session())
    t = open_terminal(h)
    h.session.gone = 3
    h.cut()
    t.wait_for(r"session 3 on host has ended")
    t.wait_for(r"\(y/N\) ")
    h.session.gone = None
    t.type(b"y\n")
    t.until(lambda: len(h.session.attaches) == 3, "a new session")
    equal(h.session.attaches[-1]["mode"], 2, "mode")
    t.until(lambda: t.seen.count(b"prompt$ ") == 2, "its prompt")
    finish(h, t)


def test_typed_ahead_is_no_answer():
    """Keys that were typed before the question was shown, to a session that has ended meanwhile, answer nothing."""
    for ahead in (b"y\r", b"\r", b"y" * 3000 + b"\ry\r"):
        h = new_host(terminal_session())
        t = open_terminal(h)
        os.kill(t.pid, signal.SIGSTOP)
        t.type(ahead)
        h.session.gone = 3
        h.cut()
        os.kill(t.pid, signal.SIGCONT)
        t.wait_for(r"Start a new one\? \(y/N\) ")
        h.session.gone = None
        t.type(b"n\r")
        equal(t.close(), 255, "status after %r: %r" % (ahead[:9], t.seen[-300:]))
        equal(h.session.attaches[-1]["mode"], 5, "no other session was begun")


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
    t.wait_for(r"3992 bytes of output are lost")
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
    t.wait_for(r"no longer knows which of 4 typed bytes it received")
    t.type(b"new")
    t.until(lambda: h.session.input == b"new", "input")
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
	%(settings)s
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


def ask(settings):
    """A host, a terminal and a log of a client whose second connection asks."""
    h = new_host(terminal_session())
    log = h.path + ".log"
    with open(h.path + ".sh", "w") as f:
        f.write(ASKING_CARRY % {"log": log, "carry": person.CARRY, "path": h.path, "settings": settings})
    os.chmod(h.path + ".sh", 0o755)
    t = open_terminal(h, options=["--transport", h.path + ".sh"])
    h.cut()
    t.wait_for("password: ")
    t.until(lambda: termios.tcgetattr(t.fd)[3] & termios.ICANON, "the terminal is lent")
    check(not termios.tcgetattr(t.fd)[3] & termios.ECHO, "no echo of a password")
    return h, t, log


EARLY_SETTINGS = """old=$(stty -g <&3)
	until stty -a <&3 | grep -q ' icanon'; do :; done
	stty "$old" -echo <&3"""


@needs_linux
def test_child_that_asks_with_early_settings():
    """What a child sets may come from before the terminal was lent to it: Enter ends a line all the same."""
    h, t, log = ask(EARLY_SETTINGS)
    t.type(b"secret\r")
    t.until(lambda: len(h.session.attaches) == 2, "reconnected")
    equal(open(log + ".answer").read(), "secret\n", "the password")
    finish(h, t)


@needs_linux
@takes_long
def test_child_that_asks():
    """A password typed slowly to `--transport ssh`: the attempt goes on, and what is typed is the child's alone."""
    h, t, log = ask("stty -echo <&3")
    t.settle()
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
