# SPDX-License-Identifier: MIT
"""The model of the terminal, beneath what is shown before the host has answered (test_predict.py): which renderings it
gets, which ones the terminal gets, and when it goes."""
from fake import GAP, ISIG, NOTICE, ONLCR, OPOST, Plan, REDRAW, RENDERING, frame, string, u64
from person import Terminal, check, equal, finish, new_host
from test_predict import ALWAYS, answer, confirm, heard, opened, session, shows

LAST, SCREEN_ONLY, LOSSY = 1, 2, 4
RAW = ISIG | OPOST | ONLCR


def without_renderings(h):
    """The host notes REDRAW, and answers when the test has it do so."""
    c = h.connections_attached[-1]
    handle = c.handle

    def noting(kind, r):
        if kind == REDRAW:
            h.session.redraws.append(r.u8())
        else:
            handle(kind, r)
    c.handle = noting
    return c


def asked_for_a_model(h, t):
    """The terminal has another size: the model is to begin anew."""
    c = without_renderings(h)
    t.size(30, 100)
    t.until(lambda: h.session.redraws == [1], "REDRAW")
    return c


def rendering(c, offset, data, flags=LAST | SCREEN_ONLY):
    c.send(frame(RENDERING, bytes([flags]) + u64(offset) + data))


def typed(h, t, key, echo=None):
    """KEY has been answered, and read."""
    at = len(h.session.input)
    t.type(key)
    t.until(lambda: len(h.session.input) == at + len(key), "input")
    answer(h, echo or key, taken=True)
    t.until(lambda: h.session.taken is None and h.session.acked[0] == len(h.session.out[0]), "ACK")
    heard(h, t)


def test_gap_within_a_rendering():
    """The rest of a rendering for the model never comes; the one behind the gap is the terminal's."""
    h = new_host(session())
    t = opened(h)
    c = asked_for_a_model(h, t)
    with h.lock:
        at = c.next[0]
        rendering(c, at, b"prompt", SCREEN_ONLY)
        c.send(frame(GAP, b"\0" + u64(at) + u64(at + 100)))
        rendering(c, at + 100, b"\033[2J\033[HREND", 0)
        rendering(c, at + 100, b"ERED")
        h.session.out[0] += bytes(at + 100 - len(h.session.out[0]))
        c.next[0] = at + 100
    t.wait_for(b"RENDERED")
    answer(h, b".")
    t.wait_for(rb"RENDERED\.")
    confirm(h, t)
    t.type(b"abc")
    shows(t, "RENDERED.-abc")
    finish(h, t)


def test_fast_while_asked():
    """The line is found fast while a rendering for the model is due: nobody needs it when it comes."""
    plan = Plan(delay=0.06)
    h = new_host(session(), [plan])
    h.session.out[0].clear()
    t = Terminal(h)
    t.until(lambda: h.session.watches, "WATCH")
    answer(h, b"prompt$ ")
    t.wait_for(r"prompt\$ ")
    c = asked_for_a_model(h, t)
    plan.delay = 0
    for n in range(1, 1000):
        t.type(b"x")
        t.until(lambda: len(h.session.input) == n, "input")
        t.until(lambda: not c.later, "the acknowledgement")
        t.pump(0.01)
        if not h.session.watches[-1]:
            break
    equal(h.session.watches[-1], 0, "WATCH")
    with h.lock:
        rendering(c, c.next[0], b"\033[2J\033[HRENDERED")
    answer(h, b".")
    t.wait_for(rb"\$ \.")
    check(b"RENDERED" not in t.seen, "the terminal has got it: %r" % t.seen)
    finish(h, t)


def test_password_after_keys_without_a_model():
    """Keys that were typed while there was no model may start a program that asks for a password: what is typed behind
    them waits until the host has said that they were read, also where a prompt is shown that is well known."""
    s = session()
    s.tty = (RAW, "bash")
    h = new_host(s)
    s.out[0].clear()
    t = Terminal(h, options=ALWAYS)
    t.until(lambda: s.watches, "WATCH")
    answer(h, b"$ ")
    t.wait_for(r"\$ ")
    for line in (b"ls", b"pwd", b"id"):
        for key in line:
            typed(h, t, bytes([key]))
        typed(h, t, b"\r", b"\r\n$ ")
    t.type(b"w")
    shows(t, "$ w", "the prompt is known")
    t.until(lambda: s.input.endswith(b"w"), "input")
    answer(h, b"w", taken=True)
    typed(h, t, b"\r", b"\r\n$ ")
    c = asked_for_a_model(h, t)
    t.type(b"sudo x\r")
    t.until(lambda: s.input.endswith(b"sudo x\r"), "input")
    with h.lock:
        rendering(c, c.next[0], b"\033[2J\033[H$ ls\r\n$ pwd\r\n$ id\r\n$ w\r\n$ ")
    t.settle()
    before = len(t.seen)
    for key in b"hunter2":
        t.type(bytes([key]))
        t.until(lambda: s.input.endswith(bytes([key])), "input")
    t.settle()
    equal(t.seen[before:], b"", "what was shown of the password")
    answer(h, b"sudo x\r\nPassword: \r\n$ ", taken=True)
    t.wait_for(rb"Password: \r\n\$ ")
    heard(h, t)
    confirm(h, t)
    t.type(b"abc")
    shows(t, "$ -abc")
    finish(h, t)


def test_rendering_in_place_of_output():
    """The host has left out output while a rendering for the model was due: the one that comes is the terminal's."""
    for part in (b"", b"prom"):
        h = new_host(session())
        t = opened(h)
        c = asked_for_a_model(h, t)
        with h.lock:
            if part:
                rendering(c, c.next[0], part, SCREEN_ONLY)
            h.session.out[0] += b"y" * 50
            c.next[0] += 50
            rendering(c, c.next[0], b"\033[2J\033[HREND", 0)
            rendering(c, c.next[0], b"ERED", LAST)
        answer(h, b".")
        t.wait_for(rb"RENDERED\.")
        confirm(h, t)
        t.type(b"abc")
        shows(t, "RENDERED.-abc")
        equal(h.count, 1, "connections")
        finish(h, t)


def test_lossy_rendering():
    """The model is not what the terminal shows where the host has lost a part of the screen."""
    h = new_host(session())
    t = opened(h)
    c = asked_for_a_model(h, t)
    with h.lock:
        rendering(c, c.next[0], b"\033[2J\033[Hprompt$ -", LAST | SCREEN_ONLY | LOSSY)
    typed(h, t, b"-")
    before = t.seen
    t.type(b"abc")
    t.until(lambda: h.session.input.endswith(b"abc"), "input")
    answer(h, b".")
    t.until(lambda: t.seen != before, "the answer")
    equal((t.seen, h.session.redraws), (before + b".", [1]), "what was shown, REDRAW")
    finish(h, t)


def notice(h, t):
    with h.lock:
        h.connections_attached[-1].send(frame(NOTICE, string("hello")))
    t.wait_for(b"holdfast: hello")


def test_messages_stay_without_a_model():
    """Where nothing is shown early, the screen is not drawn anew for a key."""
    for options, features in ((("--predict", "never"), "predict"), (ALWAYS, "")):
        h = new_host(session(features=features))
        t = opened(h, options=options, watched=False)
        notice(h, t)
        before = t.seen
        t.type(b"d")
        t.until(lambda: h.session.input == b"d", "input")
        answer(h, b".")
        t.until(lambda: t.seen != before, "the answer")
        equal((t.seen, h.session.redraws), (before + b".", []), "%s %s: what was shown, REDRAW" % (options, features))
        finish(h, t)


def test_redraw_within_a_rendering():
    """What is asked for while a rendering for the model comes in parts is asked for again behind it."""
    h = new_host(session())
    t = opened(h)
    c = asked_for_a_model(h, t)
    with h.lock:
        rendering(c, c.next[0], b"prom", SCREEN_ONLY)
    notice(h, t)
    t.type(b"d")
    t.until(lambda: len(h.session.redraws) == 2 and h.session.input.endswith(b"d"), "REDRAW")
    with h.lock:
        rendering(c, c.next[0], b"pt$ -")
    t.until(lambda: len(h.session.redraws) == 3, "REDRAW again")
    with h.lock:
        rendering(c, c.next[0], b"\033[2J\033[HRENDERED")
    t.wait_for(b"RENDERED")
    answer(h, b".", taken=True)
    t.wait_for(rb"RENDERED\.")
    heard(h, t)
    typed(h, t, b"\r", b"\r\n")
    confirm(h, t)
    t.type(b"abc")
    shows(t, "RENDERED.\n-abc")
    finish(h, t)
