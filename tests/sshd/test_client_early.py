# SPDX-License-Identifier: MIT
"""Keys that the client shows before the host has answered, beside what else happens to a session."""
import os
import time

from host import by_request
from line import Line
from replay import same_screen, settle, shown
from term import check, equal, wait_until
from test_client import attached, client

PORT = 2600


@by_request
def test_flood(host):
    """What the model costs while a program prints: 100 MB of text, in turns."""
    with open("/home/alice/big", "w", encoding="ascii") as f:
        words = "0123456789 the quick brown fox jumps over the lazy dog " * 3
        line = "".join("%s\n" % words[:n] for n in range(5, 150))
        f.write(line * (100_000_000 // len(line)))
    size = os.path.getsize("/home/alice/big")
    terms = {mode: client(host, "--new", "--predict", mode).prompt() for mode in ("never", "always")}
    for mode in ("never", "always") * 4:
        t = terms[mode]
        del t.data[:]
        t.mark = 0

        def cpu():
            with open("/proc/%d/stat" % t.pid) as f:
                return sum(int(v) for v in f.read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")
        began, before = time.monotonic(), cpu()
        t.send("cat ~/big; echo all-$((1+1))-of-it\r")
        got = tail = b""
        n = 0
        while b"all-2-of-it" not in tail:
            t.read(1)
            n += len(t.data)
            tail = tail[-100:] + bytes(t.data[-200:])
            del t.data[:]
        took = time.monotonic() - began
        host.note("%-7s %.1f MB/s, processor %.2f s for %d MB" %
                  (mode, size / took / 1e6, cpu() - before, n // 1000000))


def over_a_line(host):
    """A shell over a line that can be silent, at whose prompt keys have come back."""
    line = Line(PORT, ("127.0.0.1", host.port()), 0.1)
    t = client(host, "-p", str(PORT)).prompt()
    learn(t)
    return line, t


def learn(t, pause=0):
    for word in ("one", "two"):
        for c in "echo " + word:
            t.send(c)
            wait_until(lambda: t.read(0.02) or True, "keys")
        t.line("")
        t.wait_for(word + r"\r\n.*PROMPT\$ ")
        settle(t, pause)


def typed_in_silence(line, t, text):
    """TEXT is typed while nothing can come from the host; what the last row shows then."""
    t.send("#")
    same_end(t, "PROMPT$ #")
    settle(t, 0.3)
    line.silence()
    t.send(text)
    same_end(t, "PROMPT$ #" + text)


def same_end(t, text):

    wait_until(lambda: (t.read(0.03), shown(t).rstrip("\n").split("\n")[-1].rstrip() == text)[1], "the row %r: %r" %
               (text, shown(t)[-200:]))


def goes_on(host, t):
    """The host's answer: the terminal has what a terminal has that never saw a prediction."""
    attached(host)
    t.line("")
    t.line("echo all-$((40+2))-lines")
    t.wait_for("all-42-lines.*PROMPT")
    settle(t)
    other = client(host, "--join", "--session", "1", "--predict", "never", size=t.size)
    other.wait_for("all-42-lines")
    same_screen(t, wait_until(lambda: (settle(other), shown(other))[1], "the other terminal's screen"))


def test_cut_and_resize(host):
    """Shown while the host is silent, also after the terminal has got another size; right when the host is back."""
    line, t = over_a_line(host)
    typed_in_silence(line, t, "a comment")
    t.wait_for(r"\x1b\[[0-9;]*4m")
    attached(host)
    t.line("")
    t.wait_for(r"PROMPT\$ ")
    t.resize(30, 100)
    equal(t.ask("$(stty size)"), "30 100", "the size")
    t.prompt()
    learn(t)
    typed_in_silence(line, t, "after a new size")
    goes_on(host, t)


def test_fast_line(host):
    """The first outage of a line that was fast: the first key is shown.  In the next one, a password is asked for by
    read -s, at a prompt that is the shell's own to the letter."""
    line = Line(PORT, ("127.0.0.1", host.port()), 0)
    t = client(host, "-p", str(PORT)).prompt()
    # A person takes so long before the next line.
    learn(t, 0.5)
    line.closed = "mute"
    line.silence()
    t.send("pwd")
    same_end(t, "PROMPT$ pwd")
    t.wait_for(r"\x1b\[[0-9;]*4m")
    line.closed = None
    line.silence()
    goes_on(host, t)
    t.line("read -r -s -p 'PRO''MPT$ ' x")
    t.wait_for(r"x\r\n.*PROMPT\$ ")
    settle(t, 0.5)
    line.closed = "mute"
    line.silence()
    t.send("secret")
    t.wait_for("does not answer.* 6 keys kept")
    same_end(t, "PROMPT$")


def test_joined(host):
    """Keys of one terminal, output for both; while a smaller one has joined nothing is shown early."""
    line, t = over_a_line(host)
    small = client(host, "--join", "--session", "1", size=(20, 60))
    small.wait_for(r"PROMPT\$ ")
    settle(t)
    t.send("#")
    t.wait_for("#")
    settle(t, 0.3)
    seen, count = len(t.data), line.count
    line.silence()
    t.send("abc")
    wait_until(lambda: (t.read(0.02), line.count > count)[1], "another connection: the silence has been noticed")
    check(b"abc" not in t.data[seen:], "shown early in a session of another size: %r" % bytes(t.data[seen:]))
    small.wait_for("#abc")
    small.line("")
    small.line("~.")
    small.wait_exit()
    goes_on(host, t)



def test_taken_over(host):
    """Another terminal takes the session over while keys are shown that the host has not answered: the screen that is
    left is that of a client which has shown none."""
    left = {}
    for number, mode in enumerate(("never", "always"), 1):
        line = Line(PORT + number, ("127.0.0.1", host.port()), 0.1)
        t = client(host, "--new", "--predict", mode, "-p", str(PORT + number)).prompt()
        t.line(r"seq 30; printf '\e[1;35mcolour\e[0m \e[44mbackground\e[K\e[0m\n'")
        t.wait_for(r"background.*PROMPT\$ ")
        learn(t)
        t.send("#")
        same_end(t, "PROMPT$ #")
        settle(t, 0.3)
        line.held = True
        t.send("not to stay")
        if mode == "always":
            same_end(t, "PROMPT$ #not to stay")
        other = client(host, "--session", "1", "--predict", "never")
        other.wait_for(r"PROMPT\$ #")
        line.held = False
        equal(t.wait_exit(), 0, "status, with --predict " + mode)
        left[mode] = shown(t, "--no-scrollback")
        other.line("")
        other.line("exit")
        other.wait_exit()
    equal(left["always"], left["never"], "what is left on the screen")


def test_becomes_slow(host):
    """A fast line, on which nothing is followed, becomes a slow one: the model begins with what the terminal shows."""
    line = Line(PORT, ("127.0.0.1", host.port()))
    t = client(host, "-p", str(PORT)).prompt()
    t.line(r"printf '\e[1;35mcolour\e[0m \e[44mbackground\e[K\e[0m\n'; seq 30")
    t.wait_for(r"\n30\r\n.*PROMPT\$ ")
    line.delay = 0.05
    learn(t)
    learn(t)
    before = len(t.data)
    typed_in_silence(line, t, "shown")
    check(b"seq 30" not in t.data[before:], "the terminal has got a rendering")
    goes_on(host, t)
