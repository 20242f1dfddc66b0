# SPDX-License-Identifier: MIT
"""The person's own colours: asked of a terminal that resumes, heard of others, and told to programs started while
away."""
import os
import re
import signal

from asking import asker
from framed import QUESTION, Framed
from replay import file_exists, settle, shown
from template import write
from term import check, equal, wait_until

# What a terminal with a light theme answers.
LIGHT = {10: b"rgb:1a1a/2b2b/3c3c", 11: b"rgb:fdfd/f6f6/e3e3", 12: b"rgb:8080/0000/4040"}
DARK = {10: b"rgb:e0e0/e0e0/e0e0", 11: b"rgb:1010/1818/2020", 12: b"rgb:8080/0000/4040"}
ASKED_COLOUR = re.compile(rb"\x1b\](1[0-2]);\?(?:\x07|\x1b\\)")


def colour_answer(number, of=None):
    return b"\x1b]%d;%s\x1b\\" % (number, (of or LIGHT)[number])


def light(t, colours=None):
    """T has a light theme, or these COLOURS, and answers each question for them."""
    done = [0]

    def answer(t):
        for found in ASKED_COLOUR.finditer(bytes(t.data), done[0]):
            # while it sends it may read, and so be called again
            if found.end() > done[0]:
                done[0] = found.end()
                t.send(colour_answer(int(found.group(1)), colours))
    t.on_read = answer
    answer(t)
    return t


ASK_THEME = asker((b"\x1b]10;?\x1b\\", b"\x1b]11;?\x07", b"\x1b]12;?\x1b\\", b"\x1b[?996n", b"\x1b[5n"),
                  "os.unlink('go')\n")


def theme_while_away():
    """What a program gets that asks now."""
    write("/home/alice/go", "")
    theme_was_told()


def theme_was_told():
    file_exists("/home/alice/answers")
    with open("/home/alice/answers") as f:
        got = f.read().split("\n")
    os.unlink("/home/alice/answers")
    want = [colour_answer(n) for n in sorted(LIGHT)] + [b"\x1b[?997;2n", b"\x1b[0n"]
    equal(got, [repr(w) for w in want], "what it got")


def has_answered(t):
    """The keeper has T's answers: what is typed behind them has arrived."""
    equal(t.ask("there"), "there", "the shell")
    check(b"rgb:" not in bytes(t.data), "the shell got an answer: %r" % bytes(t.data[-300:]))


def light_login(host):
    """A terminal with a light theme that resumes a session of a login before, and has been asked."""
    t = host.login()
    check(QUESTION not in bytes(t.data), "the terminal of a new session is asked for its colours")
    host.drop(t)
    t = light(host.login())
    has_answered(t)
    return t


def test_the_terminals_own_colours_while_away(host):
    """They outlive the keeper, too; and with the program that asked there is a shell again, clean."""
    write("/home/alice/ask.py", ASK_THEME)
    t = light_login(host)
    t.line("for i in 1 2; do /usr/bin/python3 ask.py; done")
    t.wait_for("waiting")
    host.drop(t)
    theme_while_away()
    keeper = host.session()["keeper_pid"]
    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"] not in (0, keeper), "another keeper")
    theme_while_away()
    t = light(host.ssh())
    t.wait_for("resumed")
    t.prompt()
    settle(t)
    check(re.search(r"PROMPT\$ *\n*$", shown(t)), "the prompt is not clean: %r" % shown(t)[-200:])
    has_answered(t)


def test_a_new_sessions_terminal_is_heard(host):
    """It is not asked; what it answers to a program, here before its shell is there, is kept and passed on."""
    write("/home/alice/.bash_profile", "/usr/bin/python3 ask.py\n. ~/.bashrc\n")
    write("/home/alice/ask.py", ASK_THEME)
    write("/home/alice/go", "")
    t = host.ssh()
    for query, reply in ((b"\x1b]10;?\x1b\\", colour_answer(10)), (b"\x1b]11;?\x07", colour_answer(11)),
                         (b"\x1b]12;?\x1b\\", colour_answer(12)), (b"\x1b[?996n", b"\x1b[?997;2n"),
                         (b"\x1b[5n", b"\x1b[0n")):
        t.wait_for(re.escape(query.decode()))
        t.send(reply)
    t.prompt()
    theme_was_told()
    equal(bytes(t.data).count(QUESTION), 0, "how often the new session asks for the terminal's colours")
    t.line("/usr/bin/python3 ask.py")
    t.wait_for("waiting")
    host.drop(t)
    theme_while_away()


def test_a_terminals_colours_come_late_and_in_pieces(host):
    host.drop(host.login())
    t = host.login()
    for number in sorted(LIGHT):
        for i in range(0, len(colour_answer(number)), 5):
            t.send(colour_answer(number)[i:i + 5])
            t.quiet(0.03)  # longer than an ESC alone is waited for
        t.send(b"x")
    t.wait_for("xxx")
    t.send(b"\x15")
    has_answered(t)


def test_the_terminals_own_colours_framed(host):
    """The same of a client of PROTOCOL.md: a session that is resumed, and answers behind a reconnect."""
    write("/home/alice/ask.py", ASK_THEME)
    f = Framed(host)
    f.attach()
    equal(f.ask("there"), "there", "the shell")
    check(not f.renderings, "a new session has a rendering: %r" % f.renderings)
    f.kill()
    host.wait_sessions(1, "dropped")
    f = Framed(host)
    f.attach()
    f.wait(lambda: f.renderings, "the screen")
    check(f.renderings[0][2].startswith(QUESTION), "no question in front of the screen")
    for piece in (b"a" + colour_answer(10) + colour_answer(11)[:7], colour_answer(11)[7:] + b"b"):
        f.input(piece)
    f.wait_for(b"ab")
    f.input(b"\x15")
    # The last answer comes over the next connection.
    f.kill()
    host.wait_sessions(1, "dropped")
    f = Framed(host, f.stream)
    f.resume()
    f.input(colour_answer(12))
    equal(f.ask("there"), "there", "the shell")
    check(b"rgb" not in bytes(f.stream.data), "an answer was typed: %r" % bytes(f.stream.data)[-300:])
    equal(f.renderings, [], "what the terminal was sent again")
    f.kill()
    host.wait_sessions(1, "dropped")
    f = Framed(host)
    f.attach()
    f.wait(lambda: f.renderings, "the screen")
    check(f.renderings[0][2].startswith(QUESTION), "no question in front of the screen of the next client")
    f.input(b"".join(colour_answer(n) for n in sorted(LIGHT)))
    f.line("/usr/bin/python3 ask.py")
    f.wait_for(b"waiting")
    f.kill()
    host.wait_sessions(1, "dropped")
    theme_while_away()


def test_no_question_where_the_answer_would_go_elsewhere(host):
    """ssh -tt with input from a file: a terminal that shows its output would answer to the shell that ssh came from."""
    r = host.ssh_run(options=["-tt"], input=b"stty size; echo he''re; exit\n", env={"TERM": "xterm-256color"})
    check(b"0 0" in r.stdout and b"here" in r.stdout, "the session: %r" % r.stdout[-300:])
    check(b"\x1b]1" not in r.stdout, "the terminal is asked: %r" % r.stdout[:200])


WATCH = r"""
import os, sys, termios, tty
saved = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\x1b[?2031hwat" b"ching\r\n")
got = b""
while not got.endswith(b"q"):
    got += os.read(0, 256)
    with open("told.new", "wb") as f:
        f.write(got)
    os.rename("told.new", "told")
termios.tcsetattr(0, termios.TCSADRAIN, saved)
"""


def test_a_program_is_told_of_another_theme(host):
    """One that has asked to be told (?2031), once, and not the shell that is in front later."""
    def told(what):
        wait_until(lambda: os.path.exists("/home/alice/told") and open("/home/alice/told", "rb").read() == what,
                   "%r: %r" % (what, os.path.exists("/home/alice/told") and open("/home/alice/told", "rb").read()))

    def returns(t, colours):
        host.drop(t)
        t = light(host.ssh(), colours)
        t.wait_for("resumed")
        return t
    write("/home/alice/watch.py", WATCH)
    t = host.login()
    host.drop(t)
    t = light(host.login(), DARK)
    has_answered(t)
    t.line("/usr/bin/python3 watch.py")
    t.wait_for("watching")
    t = returns(t, LIGHT)
    told(b"\x1b[?997;2n")
    t.send(b"a")
    told(b"\x1b[?997;2na")
    t = returns(t, LIGHT)
    t.send(b"b")
    told(b"\x1b[?997;2nab")
    t = returns(t, DARK)
    told(b"\x1b[?997;2nab\x1b[?997;1n")
    t.send(b"q")
    told(b"\x1b[?997;2nab\x1b[?997;1nq")
    equal(t.ask("there"), "there", "the shell")
    t = returns(t, LIGHT)
    has_answered(t)
    settle(t)
    check("997" not in shown(t), "the shell was told: %r" % shown(t)[-300:])


def in_an_editor(host, command):
    """An editor that is started while nobody is attached takes the light background."""
    t = light_login(host)
    t.line("printf 'wai%s\\n' ting; until [ -e go ]; do sleep 0.02; done; " + command)
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")
    file_exists("/home/alice/background")
    with open("/home/alice/background") as f:
        equal(f.read(), "light\n", "the background that it has found")


TELLS = "'call timer_start(1000, {-> writefile([&background], \"background\")})'"


def test_theme_while_away_vim(host):
    in_an_editor(host, "vim -u NONE -N -c " + TELLS)


def test_theme_while_away_nvim(host):
    in_an_editor(host, "nvim -u NONE -c " + TELLS)
