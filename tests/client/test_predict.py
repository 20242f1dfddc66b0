# SPDX-License-Identifier: MIT
"""What is typed is shown before the host has answered.  The host says that its terminal echoes lines (ICANON, ECHO),
and answers only when the test lets it."""
import os
import re
import signal
import subprocess
import time

import person
from cases import Skipped
from fake import COOKED, ECHO, NOTICE, Plan, S_PING, SIZE_IS, TAKEN, frame, string, u32, u64
from person import Terminal, check, equal, finish, new_host, terminal_session, wait_until

ALWAYS = ("--predict", "always")


def session(modes=COOKED, features="predict", **more):
    s = terminal_session(**more)
    s.features, s.tty, s.ended = features, (modes, "cat"), False
    return s


def opened(h, options=ALWAYS, watched=True, **more):
    """The client, which has got the prompt behind what the host says of its terminal."""
    h.session.out[0].clear()
    t = Terminal(h, options=options, **more)
    t.until(lambda: h.session.watches or not watched and h.session.attaches, "WATCH")
    answer(h, b"prompt$ ")
    t.wait_for(r"prompt\$ ")
    if watched:
        confirm(h, t)
    return t


def heard(h, t):
    """The client has heard all that the host has said so far: also TAKEN behind the output that is shown."""
    t.until(lambda: h.session.taken is None, "TAKEN")
    before = len(h.pongs)
    with h.lock:
        h.connections_attached[-1].send(frame(S_PING, u64(before)))
    t.until(lambda: len(h.pongs) > before, "PONG")


def confirm(h, t):
    """A character of this line has come back: what is typed behind it can be shown."""
    heard(h, t)
    at = len(h.session.input)
    before = len(t.seen)
    t.type(b"-")
    t.until(lambda: len(h.session.input) == at + 1, "input")
    answer(h, b"-", taken=True)
    t.until(lambda: b"-" in t.seen[before:], "a character came back")
    heard(h, t)


def screen(data, *options, rows=24, cols=80):
    """What a terminal shows that has got DATA."""
    return subprocess.run([person.REPLAY, *options, "--text", str(rows), str(cols)], input=bytes(data), check=True,
                          capture_output=True).stdout.decode().rstrip("\n")


def everything(data):
    """All of its state."""
    return subprocess.run([person.REPLAY, "24", "80"], input=bytes(data), check=True, capture_output=True).stdout


def shows(t, text, what=None):
    t.until(lambda: screen(t.seen).endswith(text), what or "the terminal shows %r" % text)


def shows_line(t, text):
    """The same, while the notice may stand below it."""
    t.until(lambda: text in screen(t.seen).split("\n"), "the terminal shows the line %r" % text)


def settled(h, t):
    """The terminal is as if it had got the host's bytes alone."""
    t.until(lambda: everything(t.seen) == everything(h.session.out[0]), "the screen of the host's bytes alone: %r" %
            bytes(h.session.out[0][-200:]))


def answer(h, data, taken=False):
    """TAKEN: and that is all that the input so far makes."""
    with h.lock:
        h.session.out[0] += data
        h.session.taken = len(h.session.input) if taken else None


def behind(h, t, seen):
    """Until the client has got a rendering that is due, of which the terminal gets nothing."""
    t.until(lambda: not h.connections_attached[-1].rendering_due, "the rendering")
    answer(h, b".")
    t.until(lambda: t.seen == seen + b".", "what comes behind it")


def test_shown_before_the_answer():
    h = new_host(session())
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    t.until(lambda: h.session.input == b"-abc", "input")
    equal(bytes(h.session.out[0]), b"prompt$ -", "the host has not answered")
    equal((h.session.watches, h.session.redraws), ([1], []), "WATCH, REDRAW")
    answer(h, b"abc")
    settled(h, t)
    # What the host says counts.
    t.type(b"d")
    shows(t, "prompt$ -abcd")
    answer(h, b"X\r\n")
    settled(h, t)
    finish(h, t)


def test_nothing_of_a_password():
    s = session()
    h = new_host(s)
    t = opened(h)
    t.type(b"\r")
    with h.lock:
        s.tty = (COOKED & ~ECHO, "sudo")
        h.connections_attached[0].say_tty()
    answer(h, b"\r\nPassword: ")
    t.wait_for(b"Password: ")
    for c in b"secret":
        t.type(bytes([c]))
        t.until(lambda: h.session.input.endswith(bytes([c])), "input")
    t.type(b"\r")
    t.until(lambda: h.session.input.endswith(b"secret\r"), "input")
    answer(h, b"\r\n")
    settled(h, t)
    equal(t.seen[t.seen.index(b"Password"):], b"Password: \r\n", "what was shown")
    finish(h, t)


def found_fast(h, t):
    """The host has been told that nothing is asked of it: the line is a fast one."""
    times = []
    while h.session.watches[-1] and (len(times) < 300 or sum(times[-20:]) / 20 < 0.02):
        began = time.monotonic()
        confirm(h, t)
        times.append(time.monotonic() - began)
    if h.session.watches[-1]:
        raise Skipped("this machine is so busy that a line within it is a slow one")


def test_slow_line():
    """A line that is slow enough, by its first answer: from 80 ms on what is not confirmed is underlined."""
    h = new_host(session(), [Plan(delay=0.12)])
    t = opened(h, options=())
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    check(re.search(rb"\033\[[0-9;]*4m", t.seen), "underlined: %r" % t.seen)
    answer(h, b"abc")
    settled(h, t)
    equal((h.session.watches, h.session.redraws), ([1], []), "WATCH, REDRAW")
    finish(h, t)


def test_fast_line():
    """Nothing but a question how fast it is."""
    h = new_host(session())
    t = opened(h, options=())
    found_fast(h, t)
    before, at, redraws = h.session.watches[:], len(t.seen), len(h.session.redraws)
    for c in b"abc":
        t.type(bytes([c]))
        t.until(lambda: h.session.input.endswith(bytes([c])), "input")
        answer(h, bytes([c]), taken=True)
        t.wait_for(bytes([c]))
    # A machine that is busy may answer as late as a slow line.
    if h.session.watches == before:
        equal((t.seen[at:], len(h.session.redraws)), (b"abc", redraws), "all that was shown, REDRAW")
    finish(h, t)


def test_outage_on_a_fast_line():
    """The first one has the model begin, by a rendering that the terminal does not get; the next one shows keys at
    once."""
    s = session()
    h = new_host(s)
    t = opened(h, options=())
    found_fast(h, t)
    shown, redraws = t.seen, len(h.session.redraws)
    s.rendering = shown + b"a"
    plan = h.plans[0]
    plan.silent = True
    t.type(b"a")
    t.until(lambda: len(h.session.redraws) > redraws and h.session.watches[-1], "REDRAW: an answer is owed")
    answer(h, b"a", taken=True)
    plan.silent = False
    behind(h, t, shown + b"a")
    confirm(h, t)
    plan.silent = True
    t.type(b"b")
    shows(t, "a.-b")
    plan.silent = False
    answer(h, b"b")
    settled(h, t)
    finish(h, t)


def test_off():
    """Where the person, the terminal, the session or the host is not such that it can be."""
    cases = ((("--predict", "never"), {}, "predict"), ((), {"HOLDFAST_PREDICT": "never"}, "predict"),
             (ALWAYS, {"LC_ALL": "C"}, "predict"), (ALWAYS, {}, ""), (ALWAYS, {}, "output-closed"),
             (ALWAYS + ("--session", "w", "--read-only"), {}, "predict"))
    for options, environ, features in cases:
        h = new_host(session(features=features))
        t = opened(h, options=options, environ=environ, watched=False)
        t.type(b"abc")
        t.until(lambda: h.session.input == b"abc", "input")
        answer(h, b"abc.")
        t.wait_for(rb"abc\.")
        equal((t.seen, h.session.watches, h.session.redraws), (b"prompt$ abc.", [], []), "%s %s" % (options, environ))
        finish(h, t)


def test_dumb_terminal():
    h = new_host(session())
    t = opened(h, options=ALWAYS + ("--session", "w"), environ={"TERM": "dumb"},
               watched=False)
    t.type(b"abc")
    t.until(lambda: h.session.input == b"abc", "input")
    equal((t.seen, h.session.watches), (b"prompt$ ", []), "what was shown")
    finish(h, t)


def test_begins_with_a_rendering():
    """A session that was there: the rendering for the terminal is the model's, too."""
    s = session(new=False)
    h = new_host(s)
    t = Terminal(h, options=ALWAYS)
    t.wait_for(b"RENDERED")
    answer(h, b".")
    t.wait_for(rb"RENDERED\.")
    confirm(h, t)
    t.type(b"abc")
    shows(t, "RENDERED.-abc")
    answer(h, b"abc")
    t.until(lambda: everything(t.seen) == everything(b"\033[2J\033[HRENDERED.-abc"), "the host's bytes alone")
    equal(s.redraws, [], "REDRAW")
    finish(h, t)


def test_resized():
    """The model begins anew, by a rendering of the new size that the terminal does not get."""
    h = new_host(session())
    t = opened(h)
    t.type(b"ab")
    shows(t, "prompt$ -ab")
    answer(h, b"ab")
    settled(h, t)
    h.session.rendering = b"prompt$ -ab"
    before = len(t.seen)
    t.size(30, 100)
    t.until(lambda: (30, 100) in h.session.sizes and h.session.redraws == [1], "SIZE, REDRAW")
    behind(h, t, t.seen)
    confirm(h, t)
    t.type(b"d")
    shows(t, "prompt$ -ab.-d")
    check(b"prompt" not in t.seen[before:], "the terminal has got the rendering: %r" % t.seen[before:])
    answer(h, b"d")
    settled(h, t)
    finish(h, t)


def test_resized_smaller():
    """What is drawn in a terminal that gets narrower can't be taken back cell by cell: the host draws it anew."""
    h = new_host(session())
    t = opened(h)
    t.type(b"ab")
    shows(t, "prompt$ -ab")
    t.size(24, 40)
    t.wait_for(b"RENDERED")
    finish(h, t)


def test_other_size():
    """A session that another terminal has made smaller: lines wrap elsewhere there.  Then the screen is drawn anew."""
    h = new_host(session())
    t = opened(h)
    with h.lock:
        h.connections_attached[0].send(frame(SIZE_IS, u32(20) + u32(60)))
    answer(h, b"x")
    t.wait_for(rb"-x")
    t.type(b"abc")
    t.until(lambda: h.session.input == b"-abc", "input")
    equal((t.seen, h.session.redraws), (b"prompt$ -x", []), "what was shown")
    settled(h, t)
    seen = t.seen
    h.session.rendering = b"\033[2J\033[Hprompt$ -x"
    with h.lock:
        h.connections_attached[0].send(frame(TAKEN, u64(4) + u64(len(h.session.out[0])) + b"\1"))
        h.connections_attached[0].send(frame(SIZE_IS, u32(24) + u32(80)))
    t.until(lambda: h.session.redraws == [1], "REDRAW")
    behind(h, t, seen + h.session.rendering)
    confirm(h, t)
    t.type(b"d")
    shows(t, "prompt$ -x.-d")
    finish(h, t)


def test_survives_a_cut():
    h = new_host(session())
    # A busy machine may be away for so long that the notice is shown, and has the screen drawn anew.
    h.session.rendering = b"\033[2J\033[Hprompt$ -"
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    h.down = True
    h.cut()
    t.type(b"de")
    shows_line(t, "prompt$ -abcde")
    t.wait_for(rb"\033\[[0-9;]*4m")  # underlined
    h.down = False
    t.until(lambda: h.session.input == b"-abcde" and h.session.watches == [1, 1], "input, WATCH")
    shows_line(t, "prompt$ -abcde")
    answer(h, b"abcde")

    def the_hosts_alone():
        if not h.session.redraws:
            return everything(t.seen) == everything(b"prompt$ -abcde")
        at = t.seen.rfind(b"\033[2J")
        return at >= 0 and everything(t.seen[at:]) == everything(h.session.rendering + b"abcde")

    t.until(the_hosts_alone, "the host's bytes alone")
    finish(h, t)


def test_with_the_notice():
    """The notice is where the person does not type."""
    h = new_host(session())
    t = opened(h)
    answer(h, b"\r\n" * 30 + b"$ ")
    t.wait_for(rb"\n\$ ")
    confirm(h, t)
    t.type(b"ab")
    shows(t, "$ -ab")
    h.down = True
    h.cut()
    t.type(b"cd")
    t.wait_for(r"does not answer")
    t.type(b"ef")
    t.wait_for(r"4 keys kept")
    now = screen(t.seen).split("\n")
    check("does not answer" in now[0], now)
    equal(now[-1], "$ -abcdef", "what was typed while away")
    h.session.rendering = b"\033[2J\033[HRENDERED\033[24;1H$ -"
    h.down = False
    t.wait_for(b"RENDERED")
    t.until(lambda: screen(t.seen).split("\n")[0] == "RENDERED", "the notice is gone")
    shows(t, "$ -abcdef", "what was typed is still shown")
    answer(h, b"abcdef")
    t.until(lambda: everything(t.seen[t.seen.index(b"\033[2J"):]) == everything(h.session.rendering + b"abcdef"),
            "the host's bytes alone")
    finish(h, t)


def test_escapes():
    h = new_host(session())
    t = opened(h)
    t.type(b"\r~~")
    t.until(lambda: h.session.input.endswith(b"\r~"), "input")
    answer(h, b"\r\n~", taken=True)
    settled(h, t)
    confirm(h, t)
    t.type(b"bc")
    shows(t, "~-bc")
    t.type(b"\r")
    answer(h, b"bc\r\n")
    settled(h, t)
    # Lines of our own stay until the person goes on; then the host draws the screen anew.
    t.type(b"~?")
    t.wait_for(b"only recognized")
    check(b"RENDERED" not in t.seen, "the help was drawn over")
    t.type(b"d")
    t.wait_for(b"RENDERED")
    equal(h.session.redraws, [1], "REDRAW")
    finish(h, t)


def test_suspended():
    h = new_host(session())
    t = opened(h, job=True)
    pid = os.tcgetpgrp(t.fd)

    def is_stopped():
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "T"
    t.type(b"\r")
    t.until(lambda: h.session.input == b"-\r", "input")
    answer(h, b"\r\n", taken=True)
    settled(h, t)
    t.type(b"~\x1a")
    t.until(is_stopped, "stopped")
    os.kill(pid, signal.SIGCONT)
    t.wait_for(b"RENDERED")
    answer(h, b".")
    t.wait_for(rb"RENDERED\.")
    confirm(h, t)
    t.type(b"abc")
    shows(t, ".-abc")
    t.type(b"\r~\x1a")
    t.until(is_stopped, "stopped")
    t.until(lambda: screen(t.seen).endswith(".-"), "what was shown is taken back")
    os.kill(pid, signal.SIGCONT)
    t.until(lambda: len(h.session.redraws) > 1, "REDRAW")
    finish(h, t)


def test_paste():
    h = new_host(session())
    t = opened(h)
    for data in (b"\033[200~pasted\033[201~", b"p" * 300):
        before, at = t.seen, len(h.session.input)
        t.type(data)
        t.until(lambda: len(h.session.input) == at + len(data), "input")
        answer(h, b".")
        t.until(lambda: t.seen != before, "the answer")
        equal(t.seen, before + b".", "what was shown of %r" % data)
    finish(h, t)


def test_at_the_end():
    """What is drawn is taken back before the last words, and before another terminal has the session."""
    h = new_host(session())
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    os.kill(t.pid, signal.SIGTERM)
    equal(t.close(), 255, "status")
    first = screen(t.seen[:t.seen.index(b"terminated")]).split("\n")[0]
    equal(first, "prompt$ -", "the screen at the end")


def test_host_speaks():
    """A message for the person stays until keys are typed."""
    h = new_host(session())
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    with h.lock:
        h.connections_attached[0].send(frame(NOTICE, string("hello")))
    t.wait_for(b"holdfast: hello")
    check("prompt$ -abc" not in screen(t.seen), "what was typed stands above it")
    t.type(b"d")
    t.wait_for(b"RENDERED")
    finish(h, t)


def test_taken():
    """Read, answered, and not shown by the program: the next word of the host's takes it away."""
    h = new_host(session())
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    t.until(lambda: h.session.input == b"-abc", "input")
    with h.lock:
        h.connections_attached[0].send(frame(TAKEN, u64(4) + u64(len(h.session.out[0])) + b"\1"))
    settled(h, t)
    finish(h, t)


def test_terminal_that_takes_nothing():
    """Only the host's bytes are acknowledged, and none too many."""
    h = new_host(session())
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")
    flood = b"abc" + b"0123456789abcde\r\n" * 20000
    answer(h, flood)
    wait_until(lambda: h.session.acked[0] > 10000, "the terminal is full")
    t.type(b"def")
    t.until(lambda: len(t.seen) >= len(flood), "the flood")
    answer(h, b"def")
    settled(h, t)
    t.until(lambda: h.session.acked[0] == len(h.session.out[0]), "ACK")
    finish(h, t)


def test_hostile():
    """Bytes that are no frames of the kind end the connection, and the client comes back."""
    for bad in (frame(130, b"x"), frame(131, b"\0" * 16), frame(131, b"\0" * 17 + b"more"), frame(130, b"\0" * 300)):
        h = new_host(session())
        t = opened(h)
        with h.lock:
            h.connections_attached[0].send(bad)
        t.until(lambda: len(h.session.attaches) == 2 and len(h.session.watches) == 2, "back after %r" % bad[:12])
        answer(h, b".")
        t.wait_for(rb"-\.")
        confirm(h, t)
        t.type(b"a")
        shows(t, "prompt$ -.-a")
        finish(h, t)


def test_idle():
    """A model that follows, and keys that nobody answers: nothing wakes the client up."""
    h = new_host(session())
    t = opened(h)
    t.type(b"abc")
    shows(t, "prompt$ -abc")

    def switches():
        with open("/proc/%d/status" % t.pid) as f:
            return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", f.read(), re.M)[1])
    answer(h, b"abc")
    settled(h, t)
    t.settle()
    time.sleep(0.5)
    before = switches()
    time.sleep(2)
    equal(switches() - before, 0, "wake-ups in 2 s")
    finish(h, t)
