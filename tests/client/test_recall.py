# SPDX-License-Identifier: MIT
"""On a fast line nothing is shown early; but the first outage finds the client ready.  The host tells only the modes of
its terminal (WATCH 2), and the client assumes itself what was taken."""
import functools
import re
import time

import person
from cases import Skipped
from fake import COOKED, ECHO, NOTICE, frame, string
from person import Terminal, check, equal, finish, in_order, new_host
from test_predict import answer, behind, everything, heard, screen, session, settled, shows

FEATURES = "predict,watch-modes"
PROMPT = b"prompt$ "
QUIET = 0.09  # after which the client assumes that keys were taken
STALLED = 0.06  # so long without an answer, and it may have assumed that too early


def opened(prompt=PROMPT):
    """A client on a fast line, at a prompt of a new session."""
    h = new_host(session(features=FEATURES))
    h.session.out[0].clear()
    t = Terminal(h, options=())
    t.until(lambda: h.session.watches, "WATCH")
    line(h, t, b"", prompt)
    return h, t


def line(h, t, keys, data):
    """KEYS are typed, DATA comes of them, and it is quiet for so long that they were taken.  Seconds until DATA was there."""
    begin = time.monotonic()
    at, before = len(h.session.input), len(t.seen)
    if keys:
        t.type(keys)
    t.until(lambda: len(h.session.input) == at + len(keys), "input")
    answer(h, data, taken=bool(data))
    t.until(lambda: len(t.seen) >= before + len(data), "the answer")
    heard(h, t)
    took = time.monotonic() - begin
    time.sleep(QUIET)
    return took


def lines(h, t, n=3, prompt=PROMPT):
    """Typed at a prompt, so that it is known to show what is typed.  The longest time that an answer took."""
    most = 0
    for _ in range(n):
        for c in b"ls":
            most = max(most, line(h, t, bytes([c]), bytes([c])))
        most = max(most, line(h, t, b"\r", b"\r\nfile\r\n" + prompt))
    return most


def is_fast(h, t):
    """A busy machine may have been slow for a moment, and then its line is followed for a while."""
    end = time.monotonic() + 40
    while h.session.watches[-1] != 2 and time.monotonic() < end:
        line(h, t, b"x", b"x")
        line(h, t, b"\x7f", b"\b \b")
    if h.session.watches[-1] != 2:
        raise Skipped("this machine is so busy that a line within it is a slow one")


def fast_lines(h, t, prompt=PROMPT):
    """Lines during which it was fast all the time: what was shown, what the host has said, and how often it was asked."""
    for _ in range(20):
        is_fast(h, t)
        watches, at, said, asked = len(h.session.watches), len(t.seen), len(h.session.out[0]), len(h.session.redraws)
        if lines(h, t, 1, prompt) < STALLED and len(h.session.watches) == watches:
            return t.seen[at:], bytes(h.session.out[0][said:]), h.session.redraws[asked:]
    raise Skipped("this machine is so busy that a line within it is a slow one")


def opened_fast(prompt=PROMPT):
    """A client on a line that is fast, at a prompt that is known to show what is typed."""
    h, t = opened(prompt)
    lines(h, t, prompt=prompt)
    fast_lines(h, t, prompt)
    return h, t


def where_nothing_stalls(case):
    """What is shown depends on pauses of less than a tenth of a second (QUIET), in which a busy machine may stop the host
    or the client.  Then less is shown; so such a case is tried up to three times.  None about a password is."""
    @functools.wraps(case)
    def tried():
        for left in (2, 1, 0):
            try:
                return case()
            except AssertionError as e:
                if not left:
                    raise
                print("    again: %s" % str(e)[:160])
                person.end_all()
    return tried


def say(h, modes, program="cat"):
    with h.lock:
        h.session.tty = (modes, program)
        h.connections_attached[-1].say_tty()


def gone(h):
    h.down = True
    h.cut()


def leave(h, t):
    """The person waits no longer."""
    t.wait_for(b"does not answer")
    t.type(b"\x03")
    equal(t.close(), 255, "status")
    in_order(h)


def nothing_shown(h, t, keys):
    """The line has gone, KEYS are typed, and the terminal stays as the host has left it."""
    before = screen(t.seen).split("\n")
    gone(h)
    for c in keys:
        t.type(bytes([c]))
    t.wait_for(rb"%d keys kept" % len(keys))
    # But for the notice, which counts them.
    for row, now in zip(before, screen(t.seen).split("\n")):
        check(row == now or "keys kept" in now, "shown: %r, and not %r" % (now, row))


def back(h, t, keys):
    """The host is there again, and has got KEYS, which it shows."""
    h.session.rendering = b"\033[2J\033[H" + bytes(h.session.out[0])
    at = len(h.session.input)
    h.down = False
    t.until(lambda: len(h.session.input) >= at + len(keys), "input")
    t.until(lambda: h.session.watches[-1] == 1, "WATCH")
    answer(h, keys, taken=True)
    shows(t, (PROMPT + keys).decode())


@where_nothing_stalls
def test_first_outage():
    """Nothing is asked but the modes, and the first key is shown at once; the host's bytes alone were shown before."""
    h, t = opened()
    lines(h, t)
    shown, said, asked = fast_lines(h, t)
    equal((asked, shown), ([], said), "REDRAW, and what was shown")
    gone(h)
    t.type(b"p")
    shows(t, "prompt$ p")
    t.type(b"wd")
    shows(t, "prompt$ pwd")
    check(re.search(rb"\033\[[0-9;]*4m", t.seen), "underlined: %r" % t.seen)
    back(h, t, b"pwd")
    finish(h, t)


@where_nothing_stalls
def test_silent_host():
    """A host that owes an answer."""
    h, t = opened_fast()
    h.plans[0].silent = True
    t.type(b"p")
    shows(t, "prompt$ p")
    h.plans[0].silent = False
    t.until(lambda: h.session.watches[-1] == 1, "WATCH")
    answer(h, b"p", taken=True)
    settled(h, t)
    finish(h, t)


def test_unknown_prompt():
    """Nothing has been typed there up to now: it may ask for a password."""
    h, t = opened_fast()
    line(h, t, b"\r", b"\r\nother$ ")
    nothing_shown(h, t, b"pwd")
    leave(h, t)


@where_nothing_stalls
def test_session_that_was_there():
    """It begins with the rendering for the terminal."""
    s = session(new=False, features=FEATURES)
    h = new_host(s)
    t = Terminal(h, options=())
    t.wait_for(b"RENDERED")
    line(h, t, b"", b"\r\n" + PROMPT)
    lines(h, t)
    fast_lines(h, t)
    equal(s.redraws, [], "REDRAW")
    gone(h)
    t.type(b"pwd")
    shows(t, "prompt$ pwd")
    leave(h, t)


def test_outage_in_a_password():
    for prompt in (b"\r\nPassword: ", b"\r\n" + PROMPT, b"\r\n"):
        h, t = opened_fast()
        t.type(b"\r")
        say(h, COOKED & ~ECHO, "sudo")
        line(h, t, b"", prompt)
        line(h, t, b"sec", b"")
        nothing_shown(h, t, b"ret2")
        leave(h, t)


def test_outage_behind_a_password():
    """The program that has asked is still in front, and may ask again; and one that told of no password."""
    for modes, program, asks in ((COOKED & ~ECHO, "sudo", b"\r\nPassword: "), (COOKED, "cat", b"\r\nPassword: ")):
        h, t = opened_fast()
        t.type(b"\r")
        say(h, modes, program)
        line(h, t, b"", asks)
        line(h, t, b"secret\r", b"\r\nAgain\r\n")
        say(h, COOKED, program)
        line(h, t, b"", b"Password: ")
        nothing_shown(h, t, b"secret")
        leave(h, t)


def test_read_without_echo():
    """read -s, with the very prompt at which typed characters came back before; its mode comes with its prompt, or with
    the first key's acknowledgement."""
    for first in (b"", b"s"):
        h, t = opened_fast(b"> ")
        line(h, t, b"\r", b"\r\n> ")
        if first:
            line(h, t, first, b"")
        say(h, COOKED & ~ECHO, "cat")
        line(h, t, b"", b"")
        nothing_shown(h, t, b"ecret")
        leave(h, t)


def test_silent_prompt():
    """The host does not say that its terminal is mute, and keys do not come back: nothing is shown."""
    h, t = opened_fast(b"> ")
    line(h, t, b"s", b"")
    line(h, t, b"e", b"")
    nothing_shown(h, t, b"cret")
    leave(h, t)


@where_nothing_stalls
def test_flood():
    """More than is noted: the next key has the host asked for a rendering, of which the terminal gets nothing."""
    h, t = opened_fast()
    line(h, t, b"", b"0123456789abcde\r\n" * 8000 + PROMPT)
    equal(h.session.redraws, [], "REDRAW in the flood")
    h.session.rendering = b"\033[2J\033[H0123456789abcde\r\n" + PROMPT
    seen = t.seen
    t.type(b"\r")
    t.until(lambda: h.session.redraws == [1], "REDRAW")
    behind(h, t, seen)
    line(h, t, b"", b"\r\n" + PROMPT)
    lines(h, t)
    fast_lines(h, t)
    equal(h.session.redraws, [1], "REDRAW")
    gone(h)
    t.type(b"pwd")
    shows(t, "prompt$ pwd")
    leave(h, t)


def test_outage_behind_a_flood():
    """Nothing is known, and nothing is shown."""
    h, t = opened_fast()
    line(h, t, b"", b"0123456789abcde\r\n" * 8000 + PROMPT)
    nothing_shown(h, t, b"pwd")
    equal(h.session.redraws, [], "REDRAW")
    leave(h, t)


def test_lines_of_the_hosts():
    """A message for the person stands on the screen, which is drawn anew then."""
    h, t = opened_fast()
    h.session.rendering = b"\033[2J\033[H" + PROMPT
    with h.lock:
        h.connections_attached[0].send(frame(NOTICE, string("hello")))
    t.wait_for(b"holdfast: hello")
    nothing_shown(h, t, b"pwd")
    leave(h, t)


@where_nothing_stalls
def test_resized():
    """The next key has the host asked for a rendering of the new size."""
    h, t = opened_fast()
    t.size(30, 100)
    t.until(lambda: (30, 100) in h.session.sizes, "SIZE")
    h.session.rendering = b"\033[2J\033[H" + PROMPT
    time.sleep(QUIET)
    seen = t.seen
    t.type(b"\r")
    t.until(lambda: h.session.redraws == [1], "REDRAW")
    behind(h, t, seen)
    line(h, t, b"", b"\r\n" + PROMPT)
    lines(h, t)
    gone(h)
    t.type(b"pwd")
    shows(t, "prompt$ pwd")
    check(everything(t.seen), "the screen")
    leave(h, t)
