# SPDX-License-Identifier: MIT
"""Output over a slow link: what is typed is not answered behind a megabyte of old output, and nothing is lost."""
import os
import sys
import time

from template import write
from term import check, equal, wait_until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench"))
from throttle import Throttle  # noqa: E402


def read_for(t, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        t.read(0.2)


def test_ctrl_c_over_a_slow_link(host):
    with Throttle(100000) as link:
        t = host.login(options=link.options())
        t.line("yes 'the quick brown fox jumps over the lazy dog'")
        t.wait_for("lazy dog\r\n")
        read_for(t, 4)
        check(link.passed > 150000, "the link was not flooded: %d bytes in 4 s" % link.passed)
        before = len(t.data)
        t.send("\x03")
        t.prompt()
        late = len(t.data) - before
        check(late < 120000, "%d bytes of old output came before the prompt (without pacing: a million)" % late)
        equal(t.ask("$((6 * 7))"), "42", "the shell's answer")


def test_slow_link_loses_nothing(host):
    with Throttle(400000) as link:
        t = host.login(options=link.options())
        t.line("seq 1 150000; printf 'se%s\\n' q-over")
        t.wait_for(r"seq-over\r\n")
        at = t.data.find(b"1\r\n2\r\n3\r\n")
        want = b"".join(b"%d\r\n" % i for i in range(1, 150001))
        check(bytes(t.data[at:at + len(want)]) == want, "not every line arrived as it was printed")


def test_standing_link(host):
    """A link that stands still holds up the program for StallTimeout; when it moves again, the screen is the latest."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    with Throttle(400000) as link:
        t = host.login(options=link.options())
        marked = host.mark(t)
        t.line("seq 1 4000000; echo flood-over >~/over; printf 'flo%s\\n' od-over")
        t.wait_for(r"\n5000\r\n")
        link.standing = True
        wait_until(lambda: os.path.exists("/home/alice/over"), "the program ends though the link stands still")
        link.standing = False
        t.wait_for(r"not shown while this terminal stood still")
        t.wait_for(r"flood-over\r\n")
        t.prompt()
        marked.same(t)
        equal(host.session()["state"], "attached", "state")
