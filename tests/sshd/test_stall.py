# SPDX-License-Identifier: MIT
"""A terminal that stands still does not hold up a program for longer than StallTimeout."""
import os
import termios
import time

from template import write
from term import check, equal, wait_until


def flood(t, n=3000000):
    t.line("seq 1 %d; echo flood-over >~/over; printf 'flo%%s\\n' od-over" % n)


def test_stalled_terminal(host):
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    t = host.login()
    marked = host.mark(t)
    flood(t)
    t.wait_for(r"\n1000\r\n")
    # from here on nobody reads
    start = time.monotonic()
    wait_until(lambda: os.path.exists("/home/alice/over"), "the program ends though the terminal stands still")
    seconds = time.monotonic() - start
    check(seconds > 1.5, "the terminal was set aside after %.1f s already" % seconds)
    # and now it moves again: it is brought up to date
    t.wait_for(r"flood-over\r\n")
    t.prompt()
    marked.same(t)
    equal(host.session()["state"], "attached", "state")


def test_slow_terminal_loses_nothing(host):
    """It moves, if slowly: the program waits for it."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    t = host.login()
    flood(t, 600000)
    end = time.monotonic() + 200
    while b"flood-over\r\n" not in t.data[-200:] and time.monotonic() < end:
        t.read(1.0)
        time.sleep(0.0003)
    at = t.data.find(b"1\r\n2\r\n")
    want = b"".join(b"%d\r\n" % i for i in range(1, 600001))
    equal(bytes(t.data[at:at + len(want)]) == want, True, "every line arrived")


def test_stopped_terminal(host):
    """Ctrl-S: the program goes on after StallTimeout, and Ctrl-Q brings the screen up to date."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    t = host.login()
    marked = host.mark(t)
    t.run("stty -ixon")
    # the stop is the login's own terminal's, not the held shell's: TCOOFF on it
    pid = host.named("holdfast-login")[0]
    tty = os.readlink("/proc/%d/fd/0" % pid)
    fd = os.open(tty, os.O_RDWR | os.O_NOCTTY)
    termios.tcflow(fd, termios.TCOOFF)
    flood(t, 1000000)
    wait_until(lambda: os.path.exists("/home/alice/over"), "the program ends though the terminal is stopped")
    termios.tcflow(fd, termios.TCOON)
    os.close(fd)
    t.wait_for(r"flood-over\r\n")
    marked.same(t)


def test_stalled_does_not_hold_up_another(host):
    """Two terminals joined to one session: the one that reads is served."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    t = host.login()
    number = host.session()["id"]
    other = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    other.line("holdfastctl attach -j %d" % number)
    wait_until(lambda: host.session()["attachments"] == 2, "two attachments")
    flood(t)
    t.wait_for(r"\n1000\r\n")
    end = time.monotonic() + 60
    while b"flood-over\r\n" not in other.data[-300:]:
        check(time.monotonic() < end, "the terminal that reads is not served")
        other.read(1.0)


def test_stalled_then_dropped(host):
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    t = host.login()
    marked = host.mark(t)
    flood(t)
    t.wait_for(r"\n1000\r\n")
    host.drop(t)
    wait_until(lambda: os.path.exists("/home/alice/over"), "the program ends")
    marked.same(host.ssh())
