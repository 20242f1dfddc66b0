# SPDX-License-Identifier: MIT
"""Scrollback and Banner of holdfast.conf: how much a resumed terminal gets above its screen."""
import os
import re

from replay import painters, settle, wait_painter
from template import write
from term import check, equal

CONF = "/etc/holdfast/holdfast.conf"


def configure(text):
    """It counts for sessions that start from now on."""
    os.makedirs(os.path.dirname(CONF), exist_ok=True)
    write(CONF, text)


def resumed_lines(host, t):
    """The numbers that a fresh terminal shows after a drop, scrollback and screen."""
    host.drop(t)
    t = host.ssh()
    t.wait_for(r"PROMPT\$ ")
    settle(t)
    return t, [int(n) for n in re.findall(r"number (\d+);", t.text())]


def scrollback(host, lines, wanted):
    configure("Scrollback %d\n" % lines)
    t = host.login()
    t.run("for i in $(seq 1 4000); do echo \"number $i;\"; done")
    # On the screen are at most 23 of them, the others are above it.
    for _ in range(2):
        t, seen = resumed_lines(host, t)
        check(seen and seen == list(range(seen[0], 4001)), "the numbers are not in a row: %r" % seen[:5])
        check(wanted <= len(seen) <= wanted + 24, "%d lines came back" % len(seen))
        for pid in painters(host):
            os.kill(pid, 9)
    equal(t.run("true"), 0, "the shell")


def test_little(host):
    scrollback(host, 5, 5)


def test_much(host):
    scrollback(host, 3000, 3000)


def test_none(host):
    scrollback(host, 0, 0)


def test_banner(host):
    configure("Match User alice\n    Banner no\n")
    t = host.login()
    t.run("echo some text")
    host.drop(t)
    wait_painter(host)
    t = host.ssh()
    t.wait_for("some text")
    t.run("true")
    check("resumed session" not in t.text(), "the line is there though it was switched off")
    t = host.login("bob")
    t.run("echo some text")
    host.drop(t, user="bob")
    t = host.ssh("bob")
    t.wait_for("resumed session")
    t.wait_for("some text")
