# SPDX-License-Identifier: MIT
"""The screen after a resume is the one there was, at the same size and at another; no byte twice or missing."""
import re

from replay import difference, same_screen, settle, shown
from template import write
from term import check, equal

STILL = r"""
import os, signal, sys, time, tty
signal.signal(signal.SIGWINCH, signal.SIG_IGN)
tty.setraw(0)
out = b"\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?1h\x1b=\x1b[2J"
for row in range(1, 24):
    out += b"\x1b[%d;%dH\x1b[%d;3%dmrow %d " % (row, row, row % 5, row % 8, row)
    out += b"\xe4\xb8\xad\xe6\x96\x87 e\xcc\x81\x1b[0m"
out += b"\x1b[3;20r\x1b[?25l\x1b[10;10H\x1b[4;38;2;1;2;3mSTILL\x1b]2;a title\x1b\\"
os.write(1, out)
while os.read(0, 1) != b"q":
    pass
os.write(1, b"\x1b[r\x1b[?25h\x1b[?1049l\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>")
"""


def modes(t):
    """Without the length of the scrollback: the line about the resume is in it."""
    return re.sub(r"^scrollback .*\n", "", shown(t, "--state"), flags=re.M)


def test_program_that_never_draws_again(host):
    """Only the model knows its screen: text and modes, dropped twice."""
    write("/home/alice/still.py", STILL)
    t = host.login()
    t.line("/usr/bin/python3 still.py")
    t.wait_for("STILL")
    settle(t)
    text, state = shown(t), modes(t)
    for _ in range(2):
        host.drop(t)
        t = host.ssh()
        t.wait_for("STILL")
        same_screen(t, text)
        check(modes(t) == state, "modes: " + difference(state, modes(t)))
    t.send("q")
    t.prompt()
    equal(t.run("true"), 0, "the shell afterwards")


def test_shell_and_scrollback(host):
    """The lines above the screen are there as well, and the line about the resume between them and the screen."""
    t = host.login()
    t.run("seq 1 100; printf 'a\\033[31mred\\033[0m\\n'")
    t.prompt()
    settle(t)
    text = shown(t)
    host.drop(t)
    t2 = host.ssh()
    t2.wait_for(r"resumed session \d+ ")
    same_screen(t2, text)
    seen = t2.text()
    check(re.search(r"\b1\b[^0-9]*\n.*\b50\b", seen, re.S), "the scrollback is not there")
    check(seen.index("50") < seen.index("resumed session") < seen.rindex("100"), "the line is not above the screen")


def test_quiet(host):
    host.configure_sshd("AcceptEnv HOLDFAST_QUIET\n")
    t = host.login()
    t.run("echo some text")
    host.drop(t)
    t2 = host.ssh(options=["-o", "SetEnv=HOLDFAST_QUIET=1"])
    t2.wait_for("some text")
    t2.run("true")
    check("resumed session" not in t2.text(), "the line is there though it was switched off")


SEAM = "i=0; while [ ! -e ~/stop ]; do i=$((i+1)); echo \"tick $i;\"; sleep 0.002; done; echo ticks-over"


def test_no_byte_twice_or_missing(host):
    """Rendering and live output together are one sequence without a gap."""
    t = host.login()
    t.line(SEAM)
    t.wait_for(r"tick 20;")
    for _ in range(6):
        host.drop(t)
        t = host.ssh()
        t.wait_for(r"resumed session")
        t.wait_for(r"tick \d+;\r\n.*tick \d+;\r\n")
        last = int(t.wait_for(r"tick (\d+);").group(1))
        t.wait_for(r"tick %d;" % (last + 150))
        ticks = [int(n) for n in re.findall(r"tick (\d+);", t.text())]
        equal(ticks, list(range(ticks[0], ticks[0] + len(ticks))), "the ticks on screen and scrollback")
    write("/home/alice/stop", "")
    t.wait_for(r"ticks-over\r\n")


def test_detach_leaves_the_terminal_clean(host):
    write("/home/alice/still.py", STILL)
    t = host.login()
    t.line("/usr/bin/python3 still.py")
    t.wait_for("STILL")
    settle(t)
    number = host.session()["id"]
    other = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    equal(other.run("holdfastctl detach %d" % number), 0, "holdfastctl detach")
    t.wait_for("detached from")
    t.wait_exit()
    state = shown(t, "--state").split("\n")
    for want in ("mouse 0", "alternate 0", "paste 0", "cursor-visible 1", "cursor-keys 0", "keypad 0",
                 "kitty-flags 0", "margins 1 24 1 80"):
        check(want in state, "the terminal is left without %r:\n%s" % (want, "\n".join(state)))
    check("row 5" not in shown(t), "the alternate screen is left on")
